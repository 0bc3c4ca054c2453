package graph_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/graph"
	"github.com/rialtohq/rialto/graph/generated"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/ratelimit"
)

// Attempts are counted whatever became of them, and however cheap they were.
func TestAttempts(t *testing.T) {
	t.Parallel()
	a := apptest.Start(t, apptest.Options{Kind: apptest.Embedded})
	fresh := func(t *testing.T, from string) *door {
		t.Helper()
		d := newDoor(t, a, graph.Budget{Limiter: ratelimit.NewMemory(clock.NewManual(time.Now()))})
		d.from = netip.MustParseAddr(from)
		return d
	}
	const home, abroad = "127.0.0.1", "203.0.113.7"
	cart := func() string { return "gid://rialto/Cart/" + uuid.NewString() + "?key=abcdefghijklmnopqrstuv" }
	mutation := func(field string) string { return "mutation { " + field + " { __typename } }" }
	pay := func(cart string) string {
		return mutation(fmt.Sprintf(`checkoutComplete(cartId: %q, payment: {gateway: "bogus", token: "tok_ok"})`, cart))
	}
	codes := func(cart string, n int) string {
		return mutation(fmt.Sprintf(`cartDiscountCodesUpdate(cartId: %q, discountCodes: [%s])`, cart, strings.Repeat(`"GUESS" `, n)))
	}
	one, other := cart(), cart()
	for name, c := range map[string]struct {
		from  string
		ask   func(i int) string
		times int // that are let through
		layer string
	}{
		"PayForOneCart": {home, func(int) string { return pay(one) }, 10, "pay_cart"},
		"SubmitOneCart": {home, func(int) string {
			return mutation(fmt.Sprintf(`cartSubmitForCompletion(cartId: %q, attemptToken: "x")`, one))
		}, 10, "pay_cart"},
		"PayTwiceInOne": {home, func(int) string {
			p := `: checkoutComplete(cartId: "` + one + `", payment: {gateway: "bogus", token: "tok_ok"}) { userErrors { code } } `
			return "mutation { a" + p + "b" + p + "}"
		}, 5, "pay_cart"},
		"PayForManyCarts": {abroad, func(int) string { return pay(cart()) }, 60, "pay_address"},
		"GuessInLists":    {home, func(int) string { return codes(other, 15) }, 2, "code_cart"},
		"GuessInNewCarts": {abroad, func(int) string {
			return mutation(`cartCreate(input: {discountCodes: ["A", "B"], giftCardCodes: "C"})`)
		}, 20, "code_address"},
		"MailsToOnePerson": {home, func(i int) string {
			return strings.Replace(mutation(`customerRecover(email: "Ann@example.org")`), "Ann", []string{"ann", "ANN"}[i%2], 1)
		}, 5, "recover_person"},
		"MailsFromAnywhere": {abroad, func(i int) string { return mutation(fmt.Sprintf(`customerRecover(email: "p%d@example.org")`, i)) }, 60, "recover_address"},
		"SignInAsMany": {abroad, func(i int) string {
			return mutation(fmt.Sprintf(`customerAccessTokenCreate(input: {email: "p%d@example.org", password: "no"})`, i))
		}, 60, "sign_in_address"},
	} {
		t.Run(name, func(t *testing.T) {
			d := fresh(t, c.from)
			for i := range c.times {
				if got := d.post(t, c.ask(i)); got.Code != http.StatusOK {
					t.Fatalf("the %d. time: %d %s", i+1, got.Code, got.Body)
				}
			}
			got := d.post(t, c.ask(c.times))
			if got.Code != http.StatusTooManyRequests || got.code() != "THROTTLED" || got.Errors[0].Extensions["layer"] != c.layer || got.Header().Get("Retry-After") == "" {
				t.Errorf("the %d. time: %d %s", c.times+1, got.Code, got.Body)
			}
		})
	}
	t.Run("ThisMachineHasNoAddress", func(t *testing.T) {
		d := fresh(t, home)
		for range 200 {
			if got := d.post(t, pay(cart())); got.Code != http.StatusOK {
				t.Fatalf("%d %s", got.Code, got.Body)
			}
		}
	})
	t.Run("TakingCodesAwayIsNoGuess", func(t *testing.T) {
		d := fresh(t, abroad)
		for range 70 {
			if got := d.post(t, codes(other, 0)); got.Code != http.StatusOK {
				t.Fatalf("%d %s", got.Code, got.Body)
			}
		}
	})
	t.Run("TheBucketOfWhoAsksIsTold", func(t *testing.T) {
		got := fresh(t, abroad).post(t, pay(one))
		if s := got.Extensions.Cost.ThrottleStatus; s == nil || s.MaximumAvailable != 100_000 { // of the address: not of attempts
			t.Errorf("%s", got.Body)
		}
		if p := got.Header().Get("RateLimit-Policy"); !strings.Contains(p, `"pay_cart";q=10;w=60`) {
			t.Errorf("%s", p)
		}
	})
}

// What is limited by attempts, the schema has; and who may show a secret that can be guessed, or pay, is limited.
func TestAttemptedMutations(t *testing.T) {
	t.Parallel()
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for name := range graph.Attempted {
		if schema.Mutation.Fields.ForName(name) == nil {
			t.Errorf("%s is limited and not in the schema", name)
		}
	}
	exempt := map[string]string{
		"customerUpdate":    "the password is a new one, of who has signed in",
		"cartPaymentUpdate": "nothing is charged before the cart is submitted",
	}
	secrets := []string{"password", "discountCodes", "giftCardCodes", "activationToken", "resetToken", "payment", "attemptToken"}
	var shows func(args ast.ArgumentDefinitionList, fields ast.FieldList, depth int) bool
	shows = func(args ast.ArgumentDefinitionList, fields ast.FieldList, depth int) bool {
		type named struct {
			name string
			of   *ast.Type
		}
		var all []named
		for _, a := range args {
			all = append(all, named{a.Name, a.Type})
		}
		for _, f := range fields {
			all = append(all, named{f.Name, f.Type})
		}
		return slices.ContainsFunc(all, func(n named) bool {
			return slices.Contains(secrets, n.name) || depth > 0 && shows(nil, schema.Types[n.of.Name()].Fields, depth-1)
		})
	}
	for _, f := range schema.Mutation.Fields {
		_, limited := graph.Attempted[f.Name]
		if f.Directives.ForName("public") != nil && !limited && exempt[f.Name] == "" && shows(f.Arguments, nil, 2) {
			t.Errorf("anybody may call %s, which takes a secret or pays, as often as they like", f.Name)
		}
	}
}

package policy

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cedar-policy/cedar-go"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
)

// One decision looks at the policies of its action, however many there are for others.
func TestPoliciesOfOtherActionsAreNotEvaluated(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 200 {
		fmt.Fprintf(&text, "@id(\"ours.%d\") @description(\"x\") forbid (principal, action == Action::\"location:write\", resource) when { resource == Location::\"%d\" };\n", i, i)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ours.cedar"), []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	many, err := New(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range Actions() {
		want := len(Builtin().buckets[a])
		if a == LocationWrite {
			want += 200
		}
		if got := len(many.buckets[a]); got != want || got == 0 {
			t.Errorf("%s: %d policies, want %d", a, got, want)
		}
		for _, p := range many.buckets[a] {
			if uids := p.Actions; len(uids) == 0 {
				t.Errorf("%s is in a bucket and about nothing", p.ID)
			}
		}
	}
}

// A forbid that asks for a fact which is not there is left out by Cedar, so that the permit would win. The check at the
// start refuses such a policy; were one to slip through, the evaluation must refuse too.
func TestAForbidThatMissesAFactRefuses(t *testing.T) {
	t.Parallel()
	list, err := cedar.NewPolicyListFromBytes("slipped.cedar", []byte(`
		permit (principal, action, resource);
		forbid (principal, action, resource) when { resource.customer == Customer::"a" };`))
	if err != nil {
		t.Fatal(err)
	}
	e := &Engine{log: slog.New(slog.DiscardHandler), policies: []*Policy{{ID: "all", parsed: list[0]}, {ID: "slipped", parsed: list[1]}}}
	e.buckets = map[Action]bucket{OrderView: e.policies}
	who := access.Actor{Kind: access.Staff, Shop: uuid.New()}
	if d := e.Explain(t.Context(), who, OrderView, Order{ID: uuid.New()}); d.Allowed || len(d.Failed) != 1 || d.Failed[0].ID != "slipped" {
		t.Errorf("a guest's order: %+v", d)
	}
	if d := e.Explain(t.Context(), who, OrderView, Order{ID: uuid.New(), Customer: uuid.New()}); !d.Allowed {
		t.Errorf("where the fact is there: %+v", d)
	}
}

// What the code says of actors and resources is what the vocabulary promises to those who write policies.
func TestEntitiesAreAsTheVocabularySays(t *testing.T) {
	t.Parallel()
	check, err := checker()
	if err != nil {
		t.Fatal(err)
	}
	shop, of := uuid.New(), uuid.New()
	var actors []cedar.Entity
	for _, a := range []access.Actor{
		{Kind: access.Storefront}, {Kind: access.Customer},
		{Kind: access.Staff, Roles: []string{access.Owner, "own"}, Scopes: access.ScopesOf(access.Owner), Locations: []uuid.UUID{of}},
		{Kind: access.App, Scopes: access.NewScopes(access.OrdersRead)},
	} {
		a.Shop, a.ID = shop, uuid.New()
		who, known := principalOf(a)
		if err := check.Entity(who); err != nil || !known {
			t.Errorf("%s: %v", a.Kind, err)
		}
		actors = append(actors, who)
	}
	for _, tt := range []struct {
		actions []Action
		on      Resource
	}{
		{[]Action{OrderView, OrderContact}, Order{ID: of, Customer: of, Key: true}},
		{[]Action{OrderView, OrderContact}, Order{ID: of}},
		{[]Action{OrderRefund}, Refund{OrderID: of, Customer: of, Currency: "USD", Amount: 1, Refunded: 2}},
		{[]Action{OrderRefund}, Refund{OrderID: of, Currency: "XPF"}},
		{[]Action{AddressView}, Address{ID: of, Customer: of}},
		{[]Action{LocationRead, LocationWrite, LocationOpen, LocationFulfill, LocationRestock}, Location{ID: of}},
		{[]Action{ProductView}, Product{ID: of, Status: "draft"}},
	} {
		uid, attributes, facts := tt.on.describe(named("Shop", shop))
		if err := check.Entity(cedar.Entity{UID: uid, Attributes: attributes}); err != nil {
			t.Errorf("%T: %v", tt.on, err)
		}
		for _, action := range tt.actions {
			if err := check.Request(cedar.Request{Principal: actors[2].UID, Action: action.uid(), Resource: uid, Context: facts}); err != nil {
				t.Errorf("%s: %v", action, err)
			}
		}
	}
}

package tests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/database"
)

// What policies decide, over HTTP.
func TestPoliciesDecideAboutObjects(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		variant := variantOf(t, a, "oak-chair")
		data := a.Query(t, complete, vars{"cart": cartOf(t, a, variant, 2), "token": "tok_ok"})
		opened := apptest.String(data, "checkoutComplete", "order", "id")
		plain, _, _ := strings.Cut(opened, "?")
		o := &sold{App: a, opened: opened, plain: plain, variant: variant}
		t.Run("ContactIsNullForWhoMayNotSeeIt", o.contact)
		t.Run("EachQuestionIsAskedOnce", o.once)
		t.Run("SupportRefundsUpToTheLimit", o.refund)
	})
}

// sold is a shop with one order of a guest.
type sold struct {
	*apptest.App
	opened, plain, variant string // the order's id with its key and without, and what was bought
}

// role is somebody who works in a built-in role.
func (o *sold) role(t *testing.T, name string) apptest.Headers {
	t.Helper()
	shops, err := o.Shops.List(t.Context())
	if err != nil || len(shops) != 1 {
		t.Fatal(shops, err)
	}
	ctx := access.With(database.WithShop(t.Context(), shops[0]), access.Actor{Kind: access.System, Shop: shops[0]})
	email, password := uuid.NewString()+"@rialto.test", "a long way to go"
	if _, problems, err := o.Staff.Create(ctx, staff.CreateInput{Email: email, Name: name, Password: password, Role: name}); err != nil || len(problems) > 0 {
		t.Fatalf("%d problems, %v", len(problems), err)
	}
	data := o.Query(t, `mutation($e: String!, $p: String!) { staffAccessTokenCreate(input: {email: $e, password: $p}) { staffAccessToken { accessToken } } }`, vars{"e": email, "p": password})
	return apptest.Headers{"Authorization": "Bearer " + apptest.String(data, "staffAccessTokenCreate", "staffAccessToken", "accessToken")}
}

// contact asks for an order's email by every way that leads to it: a root field, a list, an interface and a fragment on it.
func (o *sold) contact(t *testing.T) {
	ways := map[string]struct {
		query string
		at    []any
	}{
		"Field":      {`query($id: ID!) { order(id: $id) { name email phone } }`, []any{"order"}},
		"List":       {`query { orders(first: 5) { nodes { name email phone } } }`, []any{"orders", "nodes", 0}},
		"Edges":      {`query { orders(first: 5) { edges { node { name mail: email phone email } } } }`, []any{"orders", "edges", 0, "node"}},
		"Node":       {`query($id: ID!) { node(id: $id) { ... on Order { name email phone } } }`, []any{"node"}},
		"Nodes":      {`query($id: ID!) { nodes(ids: [$id]) { __typename ...N } } fragment N on Node { id ... on Order { name email phone } }`, []any{"nodes", 0}},
		"Interfaces": {`query($id: ID!) { node(id: $id) { ... on HasMetafields { ... on Order { name email phone } } } }`, []any{"node"}},
	}
	for role, sees := range map[string]bool{access.Support: true, access.Warehouse: false, access.Finance: false} {
		who := o.role(t, role)
		for name, way := range ways {
			var v vars
			if strings.Contains(way.query, "$id") {
				v = vars{"id": o.plain}
			}
			answer := o.Do(t, way.query, v, who)
			email, number := apptest.At(answer.Data, append(way.at, "email")...), apptest.String(answer.Data, append(way.at, "name")...)
			if number != "#1001" {
				t.Fatalf("%s/%s: no order: %s", role, name, answer.Body)
			}
			if sees {
				if email != "ann@example.com" || len(answer.Errors) > 0 {
					t.Errorf("%s/%s: %s", role, name, answer.Body)
				}
				continue
			}
			if email != nil || strings.Contains(string(answer.Body), "ann@") || len(answer.Errors) < 2 {
				t.Errorf("%s/%s: %s", role, name, answer.Body)
			}
			for i, e := range answer.Errors {
				under := fmt.Sprint(e.Path[:len(e.Path)-1]...)
				if answer.Codes()[i] != "FORBIDDEN" || under != fmt.Sprint(way.at...) {
					t.Errorf("%s/%s: %s at %v", role, name, answer.Codes()[i], e.Path)
				}
			}
		}
	}
	guest := o.Query(t, ways["Node"].query, vars{"id": o.opened})
	if apptest.String(guest, "node", "email") != "ann@example.com" {
		t.Errorf("a guest with the key sees %v", guest)
	}
	// With the key in hand, the warehouse sees no more than without.
	if answer := o.Do(t, ways["Node"].query, vars{"id": o.opened}, o.role(t, access.Warehouse)); apptest.At(answer.Data, "node", "email") != nil {
		t.Errorf("the key opened the contact to the warehouse: %s", answer.Body)
	}
}

func (o *sold) once(t *testing.T) {
	support := o.role(t, access.Support)
	ask := func(query string, v vars, who apptest.Headers) int {
		t.Helper()
		before := o.Policies.Evaluations()
		if answer := o.Do(t, query, v, who); len(answer.Errors) > 0 {
			t.Fatalf("%s", answer.Body)
		}
		return int(o.Policies.Evaluations() - before)
	}
	page := `query($id: ID!) { product: node(id: $id) { ... on ProductVariant { title price { amount } product { title images(first: 5) { nodes { url } } variants(first: 20) { nodes { title price { amount } } }
		collections(first: 5) { nodes { title products(first: 5) { nodes { title } } } } } } } products(first: 20) { nodes { title } } search(query: "oak", first: 5) { nodes { __typename } } }`
	same := `query($id: ID!) { a: order(id: $id) { email phone } b: node(id: $id) { ... on Order { email statusUrl } } orders(first: 5) { nodes { email phone } } }`
	got := map[string]int{
		"a product page":                     ask(page, vars{"id": o.variant}, nil),
		"an order by three ways, by support": ask(same, vars{"id": o.plain}, support),
		"an order by its key":                ask(`query($id: ID!) { node(id: $id) { ... on Order { email phone } } }`, vars{"id": o.opened}, nil),
	}
	want := map[string]int{"a product page": 0, "an order by three ways, by support": 2, "an order by its key": 2} // may it be seen, and its contact
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func (o *sold) refund(t *testing.T) {
	give := func(amount string, who apptest.Headers) string {
		t.Helper()
		answer := o.Do(t, `mutation($id: ID!, $a: Decimal!) { refundCreate(input: {orderId: $id, transactions: [{orderId: $id, gateway: "bogus", kind: REFUND, amount: {amount: $a, currencyCode: USD}}]}) { refund { id } userErrors { code message } } }`,
			vars{"id": o.plain, "a": amount}, who)
		if codes := answer.Codes(); len(codes) > 0 {
			if apptest.At(answer.Data, "refundCreate") != nil {
				t.Errorf("refused with data: %s", answer.Body)
			}
			return strings.Join(codes, " ")
		}
		if apptest.String(answer.Data, "refundCreate", "refund", "id") == "" {
			t.Errorf("no refund: %s", answer.Body)
		}
		return "OK"
	}
	support, finance, catalog := o.role(t, access.Support), o.role(t, access.Finance), o.role(t, access.Catalog)
	got := []string{give("200.01", support), give("150", support), give("50.01", support), give("50", support), give("0.01", support), give("0.01", catalog), give("100", finance)}
	if diff := cmp.Diff([]string{"FORBIDDEN", "OK", "FORBIDDEN", "OK", "FORBIDDEN", "FORBIDDEN", "OK"}, got); diff != "" {
		t.Error(diff)
	}
}

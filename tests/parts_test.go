package tests

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/graph/schema"
)

// partial are the lists of which only those parts are read that an operation shows, with the fields that have no value here.
var partial = []struct {
	of, query string // query has a place for what is selected of each
	list      []string
	empty     string
}{
	{"Product", "{ products(first: 20) { nodes { id %s } } }", []string{"products", "nodes"}, "onlineStoreUrl trackingParameters"},
	{"Product", `{ collection(handle: "furniture") { products(first: 20, sortKey: TITLE) { nodes { id %s } } } }`, []string{"collection", "products", "nodes"}, "onlineStoreUrl trackingParameters"},
	{"Product", `{ search(query: "oak", first: 20) { nodes { ... on Node { id } ... on Product { %s } } } }`, []string{"search", "nodes"}, "onlineStoreUrl trackingParameters"},
	{"Order", "{ orders(first: 20, reverse: true) { nodes { id %s } } }", []string{"orders", "nodes"}, "currentTotalDuties originalTotalDuties phone"},
	{"OrderLineItem", "{ orders(first: 20) { nodes { lineItems(first: 5) { nodes { id %s } } } } }", []string{"orders", "nodes", "lineItems", "nodes"}, ""},
}

// stories are cases after which the shop has orders of which much can be told.
var stories = []string{
	"staff/orders/page-f", "staff/orderUpdate/ok", "staff/orderCancel/ok", "staff/orderClose/ok", "staff/orderEditCommit/ok", "staff/refundCreate/ok", "staff/fulfillmentCreate/ok",
	"staff/returnProcess/ok", "customer/customer/order-detail",
}

// gift is an order with what those do not have: attributes, a metafield, and a discount of its delivery.
const gift = `as: owner
let storefront: variant = product.variants.nodes.0.id
  { product(handle: "linen-tee") { variants(first: 1) { nodes { id } } } }
let storefront: cart = cartCreate.cart.id
  mutation($variant: ID!, $email: String!) { cartCreate(input: {lines: [{merchandiseId: $variant, attributes: [{key: "engraving", value: "M"}]}], attributes: [{key: "gift", value: "yes"}], discountCodes: ["FREESHIP"], buyerIdentity: {email: $email, countryCode: US}, delivery: {addresses: [{selected: true, address: {deliveryAddress: {firstName: "Ada", lastName: "Baker", address1: "500 Main Street", city: "Portland", provinceCode: "OR", zip: "97205", countryCode: US}}}]}}) { cart { id } } }
let storefront: order = checkoutComplete.order.id
  mutation($cart: ID!) { checkoutComplete(cartId: $cart, payment: {gateway: "bogus", token: "tok_ok"}) { order { id } userErrors { message } } }
query:
  mutation($order: ID!) { orderUpdate(input: {id: $order, metafields: [{key: "gift_note", type: "single_line_text_field", value: "Enjoy"}]}) { userErrors { message } } }
`

// A field has the same value whether it is selected alone or together with all others: what an operation does not show is not
// read, and nothing that it shows is missing.
func TestFieldsAloneAsTogether(t *testing.T) {
	t.Parallel()
	cases, err := readCases()
	if err != nil {
		t.Fatal(err)
	}
	last, err := parseCase(gift)
	if err != nil {
		t.Fatal(err)
	}
	definitions := gqlparser.MustLoadSchema(schema.Sources()...)
	apptest.EachAnew(t, func(t *testing.T, a *apptest.App) {
		s := newStage(t, a)
		for _, name := range stories {
			i := slices.IndexFunc(cases, func(c *caseFile) bool { return c.name == name })
			if i < 0 {
				t.Fatalf("there is no case %s", name)
			}
			sc := s.set(t, cases[i])
			if _, err := s.ask(t.Context(), sc.query, sc.variables, sc.headers); err != nil {
				t.Fatal(err)
			}
		}
		bought := s.set(t, last)
		if _, err := s.ask(t.Context(), last.query, bought.variables, bought.headers); err != nil {
			t.Fatal(err)
		}
		for _, p := range partial {
			t.Run(p.query, func(t *testing.T) {
				read := func(selection string) []map[string]any {
					t.Helper()
					got := a.Query(t, fmt.Sprintf(p.query, selection), nil, s.employ(t, "owner"))
					list := objects(got, p.list)
					if len(list) < 3 {
						t.Fatalf("there are %d: %v", len(list), got)
					}
					return list
				}
				fields := selections(definitions, definitions.Types[p.of], 2)
				all := make([]string, 0, len(fields))
				for _, selection := range fields {
					all = append(all, selection)
				}
				slices.Sort(all)
				together := read(strings.Join(all, " "))
				for name, selection := range fields {
					alone := read(selection)
					count := 0
					for i := range alone {
						is, want := alone[i][name], together[i][name]
						if diff := cmp.Diff(want, is); diff != "" {
							t.Errorf("%s of the %d. is another alone (-together +alone):\n%s", name, i+1, diff)
						}
						if told(want) {
							count++
						}
					}
					if silent := slices.Contains(strings.Fields(p.empty), name); silent != (count == 0) {
						t.Errorf("%s has %d values that tell something here: silent is %v", name, count, silent)
					}
				}
			})
		}
	})
}

// objects are those at a path, in all lists on the way.
func objects(v any, path []string) (found []map[string]any) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			found = append(found, objects(one, path)...)
		}
	case map[string]any:
		if len(path) == 0 {
			return append(found, v)
		}
		return objects(v[path[0]], path[1:])
	}
	return found
}

// told reports whether a value says something.
func told(v any) bool {
	text, _ := json.Marshal(v)
	return !slices.Contains([]string{"null", "[]", `""`, `{"nodes":[]}`}, string(text))
}

// selections are the fields of a type that need no argument, each with what is selected of it down to a depth.
func selections(s *ast.Schema, def *ast.Definition, depth int) map[string]string {
	out := map[string]string{}
	for _, f := range def.Fields {
		if strings.HasPrefix(f.Name, "__") || slices.ContainsFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil }) {
			continue
		}
		text := f.Name
		if f.Arguments.ForName("first") != nil {
			text += "(first: 3)"
		}
		switch of := s.Types[f.Type.Name()]; of.Kind {
		case ast.Object:
			var below map[string]string
			node := of.Fields.ForName("nodes")
			switch connection := strings.HasSuffix(of.Name, "Connection"); {
			case connection && (node == nil || s.Types[node.Type.Name()].Kind != ast.Object):
				continue
			case connection:
				below = map[string]string{"nodes": "nodes { " + plain(s.Types[node.Type.Name()], s) + " }"}
			case depth > 1:
				below = selections(s, of, depth-1)
			default:
				below = map[string]string{"": plain(of, s)}
			}
			if len(below) == 0 {
				continue
			}
			list := make([]string, 0, len(below))
			for _, b := range below {
				list = append(list, b)
			}
			slices.Sort(list)
			text += " { " + strings.Join(list, " ") + " }"
		case ast.Interface, ast.Union:
			continue
		}
		out[f.Name] = text
	}
	return out
}

// plain selects what a type has that consists of nothing else.
func plain(def *ast.Definition, s *ast.Schema) string {
	var names []string
	for _, f := range def.Fields {
		if k := s.Types[f.Type.Name()].Kind; len(f.Arguments) == 0 && !strings.HasPrefix(f.Name, "__") && (k == ast.Scalar || k == ast.Enum) {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, " ")
}

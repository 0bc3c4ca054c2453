package tests

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/graph/schema"
	"github.com/rialtohq/rialto/platform/database"
)

// Every root field and every field that asks something of its reader, for every kind of viewer, over HTTP: the verdict
// is the one that the schema and the policies state.
func TestAuthorizationMatrix(t *testing.T) {
	sweep(t)
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		loaded, err := gqlparser.LoadSchema(schema.Sources()...)
		if err != nil {
			t.Fatal(err)
		}
		p := demoPremises(t, a)
		p.furnishMore(t)
		m := &matrix{atlas: newAtlas(t, p, loaded)}
		for i, v := range viewers(t, p, otherPremises(t, a)) {
			if a.DB.Dialect() == database.PostgreSQL && strings.HasPrefix(v.name, "app that may ") && i%4 != 0 {
				continue // who may do what is no matter of the database: all of them are asked of the embedded one
			}
			before := m.judged
			m.roots(t, v)
			m.fields(t, v)
			if v.actor.Kind != access.Anonymous && m.judged-before < 200 {
				t.Errorf("%s: only %d cells were judged", v.name, m.judged-before)
			}
		}
		t.Logf("%d cells were judged, %d had nothing to judge for their viewer", m.judged, m.absent)
		m.complete(t)
	})
}

// matrix counts as it goes.
type matrix struct {
	*atlas
	judged, absent int
	// observed are fields that somebody was given, or was refused on an object that they were given.
	observed map[string]bool
}

// roots judges each root field. A mutation gets ids of nothing, so that who is let through changes nothing.
func (m *matrix) roots(t *testing.T, v viewer) {
	for _, root := range []*ast.Definition{m.schema.Query, m.schema.Mutation} {
		kind := strings.ToLower(root.Name)
		for _, f := range root.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			st := m.root(kind, f)
			selection := selection(m.schema, f.Type)
			r := route{kind: kind, steps: []step{st}, end: &ast.Definition{Name: ""}}
			query, variables := r.document(m.schema, nil)
			query = strings.Replace(query, " { __typename ... on  {  __typename } }", selection, 1)
			answer := m.Do(t, query, variables, v.who)
			want := verdict(needs(m.schema, root, f.Name), v.actor, func(string) bool { return false })
			if v.actor.Kind == access.Anonymous {
				want = "UNAUTHENTICATED"
			}
			got := refusalAt(answer, []any{stepName(0)})
			if got == "" && answer.Data == nil && len(answer.Errors) > 0 {
				got = answer.Codes()[0]
			}
			m.judged++
			if got != want {
				t.Errorf("%s: %s.%s is %q; want %q: %.300s", v.name, root.Name, f.Name, got, want, answer.Body)
			}
		}
	}
}

// fields judges the guarded fields of each type that there is a way to.
func (m *matrix) fields(t *testing.T, v viewer) {
	if v.actor.Kind == access.Anonymous {
		return // nothing of an operation runs, whatever it asks; roots has seen to that
	}
	if m.observed == nil {
		m.observed = map[string]bool{}
	}
	for _, r := range m.routes {
		for part := range slices.Chunk(m.guarded(r.end), atOnce) {
			m.ofType(t, v, r, part)
		}
	}
}

// atOnce is how many fields are asked for in one operation: an answer tells of 20 errors at most.
const atOnce = 5

// ofType judges fields of one type.
func (m *matrix) ofType(t *testing.T, v viewer, r route, fields []step) {
	t.Helper()
	answer := m.ask(t, r, fields, v.who)
	if len(answer.Errors) >= 20 {
		t.Fatalf("%s: %s: too many fields at once to tell them apart", v.name, r)
	}
	if m.onTheWay(t, v, r, fields, answer) {
		return
	}
	before := m.judged
	r.objects(any(answer.Data), func(place []any, object map[string]any) { m.object(t, v, r, fields, answer, place, object) })
	if m.judged == before {
		m.absent += len(fields)
	}
}

// onTheWay judges the steps of a route, and reports whether one is refused.
func (m *matrix) onTheWay(t *testing.T, v viewer, r route, fields []step, answer *apptest.Answer) bool {
	t.Helper()
	for i, st := range r.steps {
		want := verdict(needs(m.schema, st.on, st.field.Name), v.actor, func(string) bool { return false })
		if want == "" {
			continue
		}
		reached := i == 0
		route{steps: r.steps[:i], end: st.on}.objects(any(answer.Data), func(place []any, object map[string]any) {
			reached = true
			if got := refusalAt(answer, append(place, stepName(i))); got != want || object[stepName(i)] != nil {
				t.Errorf("%s: %s: at %s: %q; want %q: %.300s", v.name, r, st.field.Name, got, want, answer.Body)
			}
		})
		if i == 0 && refusalAt(answer, []any{stepName(0)}) != want {
			t.Errorf("%s: %s: %.300s; want %q", v.name, r, answer.Body, want)
		}
		r.objects(any(answer.Data), func([]any, map[string]any) { t.Errorf("%s: %s: reached behind a refused step", v.name, r) })
		if reached {
			m.judged += len(fields)
		} else {
			m.absent += len(fields)
		}
		return true
	}
	return false
}

// object judges the fields of one object.
func (m *matrix) object(t *testing.T, v viewer, r route, fields []step, answer *apptest.Answer, place []any, object map[string]any) {
	t.Helper()
	for _, f := range fields {
		name := leafName(f.field.Name)
		want := verdict(needs(m.schema, r.end, f.field.Name), v.actor, func(string) bool { return m.seesContact(t, v) })
		got := refusalAt(answer, append(place[:len(place):len(place)], name))
		value, given := object[name]
		m.judged++
		m.observed[r.end.Name+"."+f.field.Name] = true
		if got != want || !given || want != "" && value != nil {
			t.Errorf("%s: %s.%s is %q with %v; want %q (%s)", v.name, r.end.Name, f.field.Name, got, value, want, r)
		}
	}
}

// seesContact asks the policies about the one order that the shop has, whose id in things has its key.
func (m *matrix) seesContact(t *testing.T, v viewer) bool {
	t.Helper()
	on := policy.Order{Customer: plainID(t, m.things["Customer"]), Key: true}
	return policy.Builtin().Explain(t.Context(), v.actor, policy.OrderContact, on).Allowed
}

// complete fails for each guarded field that no cell was about, except those of which the demo shop has none.
func (m *matrix) complete(t *testing.T) {
	t.Helper()
	for _, def := range m.schema.Types {
		if def.Kind != ast.Object || def.BuiltIn {
			continue
		}
		for _, f := range m.guarded(def) {
			if at := def.Name + "." + f.field.Name; !m.observed[at] && unreached[def.Name] == "" && def.Name != "Query" && def.Name != "Mutation" {
				t.Errorf("%s: there is no way to such an object: let furnishMore make one", at)
			}
		}
	}
	for name := range unreached {
		if _, found := m.routes[name]; found {
			t.Errorf("%s is reached now: take it off the list", name)
		}
	}
}

// unreached are types of which there is no object in the shop, each with its reason.
var unreached = map[string]string{
	"CalculatedOrder":              "only an edit that was begun gives one",
	"CalculatedLineItem":           "only an edit that was begun gives one",
	"CalculatedLineItemConnection": "only an edit that was begun gives one",
	"CalculatedLineItemEdge":       "only an edit that was begun gives one",
	"StagedMediaUploadTarget":      "only a place that was asked for gives one",
	"StagedUploadParameter":        "only a place that was asked for gives one",
	"Job":                          "only a cancellation gives one",
	"InventoryAdjustmentGroup":     "only a change of stock gives one",
	"InventoryChange":              "only a change of stock gives one",
}

// refusalAt is the code with which a place in an answer was refused by its rule. What a service refuses says so in other
// words: those rules are its own tests' affair.
func refusalAt(answer *apptest.Answer, place []any) string {
	for _, e := range answer.Errors {
		if strings.HasSuffix(e.Message, "use this field.") && reflect.DeepEqual(e.Path, place) {
			return fmt.Sprint(e.Extensions["code"])
		}
	}
	return ""
}

// furnishMore adds what only the matrix needs.
func (p *premises) furnishMore(t *testing.T) {
	t.Helper()
	order, line := p.things["Order"], p.things["OrderLineItem"]
	p.ask(t, p.back, `mutation($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) { fulfillment { id } userErrors { code field message } } }`, vars{"f": vars{"orderId": order, "lineItems": []vars{{"lineItemId": line, "quantity": 1}}}})
	p.ask(t, p.back, `mutation($i: RefundInput!) { refundCreate(input: $i) { refund { id } userErrors { code field message } } }`, vars{"i": vars{"orderId": order, "refundLineItems": []vars{{"lineItemId": line, "quantity": 1, "restockType": "RETURN"}}}})
	p.ask(t, p.back, `mutation { collectionCreate(input: {title: "By rule", ruleSet: {appliedDisjunctively: true, rules: [{column: TITLE, relation: CONTAINS, condition: "Plain"}]}}) { collection { id } userErrors { code field message } } }`, nil)
	p.ask(t, p.back, `mutation { discountCodeFreeShippingCreate(freeShippingCodeDiscount: {code: "PLAINFREE", title: "Free"}) { codeDiscountNode { id } userErrors { code field message } } }`, nil)
	p.ask(t, p.back, `mutation { discountCodeBxgyCreate(bxgyCodeDiscount: {code: "PLAINBXGY", title: "Two for one", customerBuys: {items: {all: true}, value: {quantity: "1"}}, customerGets: {items: {all: true}, value: {discountOnQuantity: {quantity: "1", effect: {percentage: 0.5}}}}}) { codeDiscountNode { id } userErrors { code field message } } }`, nil)
	p.ask(t, p.back, `mutation { metafieldDefinitionCreate(definition: {name: "Care", key: "matrix_care", ownerType: PRODUCT, type: "single_line_text_field", validations: [{name: "max", value: "50"}]}) { createdDefinition { id } userErrors { code field message } } }`, nil)
	p.ask(t, p.back, `mutation($g: ID!, $c: ID!) { customerGroupAddCustomers(id: $g, customerIds: [$c]) { userErrors { code field message } } }`, vars{"g": p.things["CustomerGroup"], "c": p.things["Customer"]})
	if err := p.Usage.Write(t.Context()); err != nil { // what was asked here has used the schema
		t.Fatal(err)
	}
}

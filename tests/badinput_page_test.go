package tests

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/app/apptest"
)

// paged is a field that gives a page of a list, and the way to it from the root: text with %s where its arguments stand.
type paged struct {
	name, way string
	field     *ast.FieldDefinition
}

// doors are ways to one object of a type, by the ids of a shop.
func (w *walkIn) doors() map[string]string {
	quoted := func(typ string) string { return `"` + w.things[typ] + `"` }
	doors := map[string]string{
		"Product": "product(id: " + quoted("Product") + ") { %s }", "Collection": "collection(id: " + quoted("Collection") + ") { %s }", "Cart": "cart(id: " + quoted("Cart") + ") { %s }",
		"Customer": "staffCustomer(id: " + quoted("Customer") + ") { %s }", "Order": "order(id: " + quoted("Order") + ") { %s }",
	}
	for _, typ := range []string{"ProductVariant", "InventoryItem", "Location", "App", "Role", "StaffMember"} {
		doors[typ] = "node(id: " + quoted(typ) + ") { ... on " + typ + " { %s } }"
	}
	return doors
}

// pagedFields are the fields of the root, and of what the doors lead to, that give a page of a list.
func (w *walkIn) pagedFields() (out []paged) {
	add := func(def *ast.Definition, way string) {
		for _, f := range def.Fields {
			if f.Arguments.ForName("first") != nil && strings.HasSuffix(f.Type.Name(), "Connection") && !strings.HasPrefix(f.Name, "__") {
				out = append(out, paged{def.Name + "." + f.Name, way, f})
			}
		}
	}
	add(w.schema.Query, "%s")
	doors := w.doors()
	for _, typ := range slices.Sorted(maps.Keys(doors)) {
		if def := w.schema.Types[typ]; def != nil {
			add(def, doors[typ])
		}
	}
	return out
}

// ask is the operation for a page, with arguments beside those that the field needs.
func (p paged) ask(f filler, arguments string) string {
	for _, a := range p.field.Arguments {
		if a.Type.NonNull && a.Name != "first" {
			value, _ := json.Marshal(f.value(p.field.Name+"."+a.Name, a.Type))
			if def := f.schema.Types[a.Type.Name()]; def != nil && len(def.EnumValues) > 0 {
				value = []byte(strings.Trim(string(value), `"`))
			}
			arguments += ", " + a.Name + ": " + string(value)
		}
	}
	return "{ " + strings.Replace(p.way, "%s", p.field.Name+"("+arguments+") { edges { cursor } pageInfo { hasNextPage endCursor } }", 1) + " }"
}

// pages asks every list for pages that cannot be, and for ones that only look so.
func (w *walkIn) pages(t *testing.T) {
	list := w.pagedFields()
	if len(list) < 25 {
		t.Fatalf("only %d lists are found", len(list))
	}
	foreign := w.cursor(t, "products(first: 1, sortKey: TITLE)", "products")
	for _, p := range list {
		for arguments, no := range map[string]bool{
			"first: -1": true, "first: 251": true, "first: 2147483648": true, "first: 99999999999999999999": true, "last: -1": true, "last: 251": true, "first: 1, last: 1": true, `first: 1.5`: true, `first: "1"`: true,
			`first: 1, after: "nonsense"`: true, `first: 1, after: "!!"`: true, `first: 1, before: "W10"`: true, `first: 1, after: "` + foreign + `"`: true, `first: 1, after: "` + strings.Repeat("A", 5000) + `"`: true,
			"first: 0": false, "last: 0": false, "first: 250": false, `first: 1, after: ""`: false, "first: null": false,
		} {
			if p.name == "Query.products" && strings.Contains(arguments, foreign) {
				arguments += ", sortKey: VENDOR" // its own cursor, and another order
			}
			if wrong := p.lacks(arguments); wrong {
				continue
			}
			got := w.post(t, p.name+"("+arguments+")", p.ask(w.filler, arguments), w.back)
			if got.refused() != no {
				t.Errorf("%s(%s): refused is %v: %.300s", p.name, arguments, got.refused(), got.Body)
			}
		}
	}
}

// lacks reports whether the field has no such argument: a few lists go forward only.
func (p paged) lacks(arguments string) bool {
	for _, name := range []string{"last", "after", "before", "sortKey"} {
		if strings.Contains(arguments, name+":") && p.field.Arguments.ForName(name) == nil {
			return true
		}
	}
	first := p.field.Arguments.ForName("first")
	return first.Type.NonNull && (strings.Contains(arguments, "null") || !strings.Contains(arguments, "first"))
}

// cursor is the end of a page.
func (w *walkIn) cursor(t *testing.T, field, name string) string {
	t.Helper()
	cursor := apptest.String(w.Query(t, "{ "+field+" { pageInfo { endCursor } } }", nil), name, "pageInfo", "endCursor")
	if cursor == "" {
		t.Fatal("there is no cursor")
	}
	return cursor
}

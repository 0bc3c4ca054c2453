package cost_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/rialtohq/rialto/graph/cost"
	"github.com/rialtohq/rialto/graph/schema"
)

const sdl = `
	directive @cost(weight: String!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
	directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
	type Query {
		shop: Shop
		items(first: Int, last: Int, text: String @cost(weight: "7")): ItemConnection @listSize(assumedSize: 20, slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)
		nodes(ids: [ID!]!): [Node]! @listSize(slicingArguments: ["ids"])
		node: Node
		heavy: Shop @cost(weight: "50")
		numbers: [Int!]
		tags: [Tag!]! @listSize(assumedSize: 3)
		anything: [Tag!]!
	}
	type Mutation { rename(name: String): Shop }
	type Shop { name: String owner: Shop }
	type Tag { name: String }
	interface Node { id: ID }
	type Item implements Node { id: ID price: Money parts(first: Int): ItemConnection @listSize(assumedSize: 20, slicingArguments: ["first"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false) }
	type Box implements Node @cost(weight: "5") { id: ID inside: Box label: String @cost(weight: "0.5") }
	type Money { amount: Int }
	type ItemConnection { edges: [ItemEdge!]! nodes: [Item!]! pageInfo: Page! total: Int }
	type ItemEdge { node: Item! cursor: String }
	type Page { more: Boolean }`

func load(t testing.TB, text string) (*ast.Schema, *cost.Prices) {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Input: text})
	if err != nil {
		t.Fatal(err)
	}
	p, err := cost.NewPrices(s)
	if err != nil {
		t.Fatal(err)
	}
	return s, p
}

func compile(t testing.TB, s *ast.Schema, p *cost.Prices, query string) *cost.Plan {
	t.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(s, query, rules.NewDefaultRules())
	if errs != nil {
		t.Fatal(errs)
	}
	plan, err := p.Compile(doc.Operations[0])
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestEstimate(t *testing.T) {
	t.Parallel()
	s, p := load(t, sdl)
	type vars = map[string]any
	for name, tt := range map[string]struct {
		query     string
		variables vars
		bounds    cost.Bounds
		points    int64
		objects   int64
	}{
		"Object":              {"{ shop { name } }", nil, nil, 1, 1},
		"Typename":            {"{ __typename shop { __typename } }", nil, nil, 1, 1},
		"Introspection":       {"{ a: __schema { types { name fields { name } } } __type(name: \"Shop\") { fields { name } } shop { name } }", nil, nil, 21_001, 1},
		"Aliases":             {"{ a: shop { name } b: shop { name } }", nil, nil, 2, 2},
		"MergedOnce":          {"{ shop { name } shop { owner { name } } ...F } fragment F on Query { shop { name owner { name } } }", nil, nil, 2, 2},
		"Mutation":            {`mutation { rename(name: "x") { name } }`, nil, nil, 11, 1},
		"Assumed":             {"{ items { nodes { id } } }", nil, nil, 21, 21},
		"First":               {"{ items(first: 5) { nodes { id price { amount } } } }", nil, nil, 11, 11},
		"Last":                {"{ items(last: 5) { nodes { id } } }", nil, nil, 6, 6},
		"Variable":            {"query($n: Int) { items(first: $n) { nodes { id price { amount } } } }", vars{"n": int64(5)}, nil, 11, 11},
		"VariableWithout":     {"query($n: Int) { items(first: $n) { nodes { id } } }", vars{}, nil, 21, 21},
		"EdgesAndNodes":       {"{ items(first: 5) { edges { cursor node { id } } nodes { id } pageInfo { more } total } }", nil, nil, 1 + 10 + 5 + 1, 17},
		"Nested":              {"{ items(first: 10) { nodes { parts(first: 10) { nodes { id } } } } }", nil, nil, 1 + 10*(1+1+10), 121},
		"Bounded":             {"{ items(first: 250) { nodes { parts(first: 250) { nodes { id } } } } }", nil, cost.Bounds{"Query.items": 10, "Item.parts": 2}, 1 + 10*(1+1+2), 41},
		"BoundAboveAsked":     {"{ items(first: 5) { nodes { id } } }", nil, cost.Bounds{"Query.items": 10}, 6, 6},
		"Ids":                 {`{ nodes(ids: ["a", "b", "c"]) { id } }`, nil, nil, 3, 3},
		"IdsVariable":         {`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, vars{"ids": []any{"a", "b"}}, nil, 2, 2},
		"DearestKind":         {"{ node { id ... on Box { inside { label } } ... on Item { price { amount } } } }", nil, nil, 1 + 6, 2},
		"InterfaceHasItsKind": {"{ node { id } }", nil, nil, 1, 1},
		"FieldWeight":         {"{ heavy { name } }", nil, nil, 50, 1},
		"ArgumentGiven":       {`{ items(first: 1, text: "x") { total } }`, nil, nil, 8, 1},
		"ArgumentWithout":     {`query($t: String) { items(first: 1, text: $t) { total } }`, vars{}, nil, 1, 1},
		"ArgumentVariable":    {`query($t: String) { items(first: 1, text: $t) { total } }`, vars{"t": "x"}, nil, 8, 1},
		"Scalars":             {"{ numbers }", nil, nil, 0, 0},
		"ListAssumed":         {"{ tags { name } }", nil, nil, 3, 3},
		"ListUnstated":        {"{ anything { name } }", nil, nil, 10, 10},
		"Skipped":             {"{ shop @skip(if: true) { name } heavy @include(if: false) { name } }", nil, nil, 0, 0},
		"SkippedByVariable":   {"query($b: Boolean!) { heavy @skip(if: $b) { name } }", vars{"b": true}, nil, 0, 0},
		"IncludedByVariable":  {"query($b: Boolean!) { heavy @include(if: $b) { name } }", vars{"b": true}, nil, 50, 1},
		"EitherPlace":         {"query($b: Boolean!) { shop @include(if: $b) { name } shop @skip(if: $b) { owner { name } } }", vars{"b": true}, nil, 1, 1},
		"FragmentCondition":   {"query($b: Boolean!) { ... @include(if: $b) { heavy { name } } }", vars{"b": false}, nil, 0, 0},
		"Huge":                {"{ items(first: 2000000000) { nodes { parts(first: 2000000000) { nodes { id } } } } }", nil, nil, 1 << 53, 1 << 53},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := compile(t, s, p, tt.query)
			got := plan.Estimate(tt.variables, tt.bounds)
			if diff := cmp.Diff(cost.Estimate{Points: tt.points, Objects: tt.objects}, got); diff != "" {
				t.Error(diff)
			}
			sum := int64(0)
			for _, share := range plan.Breakdown(tt.variables, tt.bounds) {
				sum += share.Points
			}
			if name != "Huge" && name != "DearestKind" && sum != tt.points {
				t.Errorf("the breakdown comes to %d", sum)
			}
		})
	}
}

func TestDearestAreNamed(t *testing.T) {
	t.Parallel()
	s, p := load(t, sdl)
	plan := compile(t, s, p, "{ mine: items(first: 10) { nodes { parts(first: 20) { nodes { id price { amount } } } } } heavy { name } }")
	want := []cost.Share{
		{Path: "mine.nodes.parts.nodes", Field: "ItemConnection.nodes", Points: 200, Times: 200},
		{Path: "mine.nodes.parts.nodes.price", Field: "Item.price", Points: 200, Times: 200},
		{Path: "heavy", Field: "Query.heavy", Points: 50, Times: 1},
	}
	if diff := cmp.Diff(want, cost.Dearest(plan.Breakdown(nil, nil), 3)); diff != "" {
		t.Error(diff)
	}
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	s, p := load(t, sdl)
	for name, tt := range map[string]struct {
		query, data string
		want        int64
	}{
		"Full":      {"{ items(first: 2) { nodes { id price { amount } } } }", `{"items":{"nodes":[{"id":"a\"}{","price":{"amount":1}},{"id":"b","price":{"amount":2}}]}}`, 5},
		"FewerThan": {"{ items(first: 250) { nodes { id price { amount } } } }", `{"items":{"nodes":[{"id":"a","price":null}]}}`, 2},
		"Schema":    {"{ __schema { types { name } } }", `{"__schema":{"types":[{"name":"A"},{"name":"B"}]}}`, 20_000},
		"Null":      {"{ items { nodes { id } } shop { name } }", `{"items":null,"shop":null}`, 0},
		"NoData":    {"{ shop { name } }", `null`, 0},
		"Mutation":  {"mutation { rename { name } }", `{"rename":null}`, 10},
		"Weights":   {"{ node { ... on Box { label inside { label } } } }", `{"node":{"label":"x","inside":{"label":"y"}}}`, 7},
		"Cheapest":  {"{ node { id ... on Item { x: price { amount } } ... on Box { y: inside { id } } } }", `{"node":{"id":"a","y":{"id":"b"}}}`, 6},
		"Aliased":   {"{ s: shop { o: owner { name } } }", `{"s":{"o":{"name":"x"}}}`, 2},
		"Spaces":    {"{ shop { name } }", "{\n \"shop\": { \"name\" : \"x\" } }", 1},
		"Heavy":     {"{ heavy { name } numbers }", `{"heavy":{"name":"x"},"numbers":[1,2.5e3,true,null]}`, 50},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := compile(t, s, p, tt.query)
			got := plan.Measure([]byte(tt.data))
			if got != tt.want {
				t.Errorf("%d; want %d", got, tt.want)
			}
			if most := plan.Estimate(nil, nil).Points; got > most {
				t.Errorf("measured %d, estimated %d", got, most)
			}
		})
	}
}

// What a document can blow up to is priced in a few steps, or not at all.
func TestCompileIsBounded(t *testing.T) {
	t.Parallel()
	s, p := load(t, sdl+`
		extend type Item { more: Node } extend type Box { more: Node }
		type C implements Node { id: ID more: Node } type D implements Node { id: ID more: Node }`)
	var level func(n int) string
	level = func(n int) string {
		if n == 0 {
			return "{ id }"
		}
		return "{ ... on Item { more " + level(n-1) + " } ... on Box { more " + level(n-1) + " } ... on C { more " + level(n-1) + " } }"
	}
	compile(t, s, p, "{ node "+level(6)+" }")
	bomb := "{ node { ...F0 } } fragment F25 on Node { id }"
	for i := range 25 {
		bomb += fmt.Sprintf(" fragment F%d on Node { ...F%d ...F%d }", i, i+1, i+1)
	}
	op := parse(t, s, bomb)
	if _, err := p.Compile(op); err != nil {
		t.Fatalf("a fragment bomb: %v", err)
	}
	// Each spread stands under a condition of its own, so that none is the same as another.
	bomb = "query(" + "$a: Boolean!, $b: Boolean!) { node { ...F0 } } fragment F25 on Node { id }"
	for i := range 25 {
		bomb += fmt.Sprintf(" fragment F%d on Node { ...F%d @include(if: $a) ...F%d @include(if: $b) }", i, i+1, i+1)
	}
	if _, err := p.Compile(parse(t, s, bomb)); !errors.Is(err, cost.ErrTooManySteps) {
		t.Fatalf("a fragment bomb with conditions: %v", err)
	}
}

// parse reads a document without validating it: validation has its own limits.
func parse(t *testing.T, s *ast.Schema, query string) *ast.OperationDefinition {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range doc.Fragments {
		link(s, doc, s.Types[f.TypeCondition], f.SelectionSet)
	}
	link(s, doc, s.Query, doc.Operations[0].SelectionSet)
	return doc.Operations[0]
}

func link(s *ast.Schema, doc *ast.QueryDocument, on *ast.Definition, set ast.SelectionSet) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if sel.Definition = on.Fields.ForName(sel.Name); sel.Definition != nil {
				link(s, doc, s.Types[sel.Definition.Type.Name()], sel.SelectionSet)
			}
		case *ast.FragmentSpread:
			sel.Definition = doc.Fragments.ForName(sel.Name)
		}
	}
}

func TestRialtosSchemaHasPrices(t *testing.T) {
	t.Parallel()
	loaded, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cost.NewPrices(loaded); err != nil {
		t.Fatal(err)
	}
}

func TestBadDirectives(t *testing.T) {
	t.Parallel()
	for bad, name := range map[string]string{
		`shop: Shop @cost(weight: "x")`: "weight", `shop: Shop @cost(weight: "-1")`: "weight", `shop: Shop @listSize(slicingArguments: ["first"])`: "first",
		`shop: Shop @listSize(sizedFields: ["nodes"])`: "nodes",
	} {
		s, err := gqlparser.LoadSchema(&ast.Source{Input: strings.Replace(sdl, "shop: Shop", bad, 1)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cost.NewPrices(s); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

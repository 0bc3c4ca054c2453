package access_test

import (
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/graph/access"
	"github.com/rialtohq/rialto/graph/schema"
)

// toy is a shop small enough to reckon with: guarded fields behind objects, interfaces, unions and lists.
const toy = `
type Query {
	node(id: ID): Node @public
	nodes: [Node]! @public
	item: Item @public
	find: [Found!]! @public
	me: Person @authenticated
	ledger: Ledger @requiresScopes(scopes: [["a", "b"], ["c"]])
	viewer: Query @public
}
type Mutation {
	write: Written @requiresScopes(scopes: [["c"]])
	buy: Written @public
}
type Written @public { query: Query! item: Item }
interface Node @public { id: ID! }
interface Priced @public { cost: Int @requiresScopes(scopes: [["a"]]) near: Node }
union Found = Item | Person | Gift
type Item implements Node & Priced @public {
	id: ID!
	cost: Int @public
	near: Gift
	owner: Person @authenticated
	stock: Int @requiresScopes(scopes: [["a"], ["b"]])
	related: [Found!]
}
type Gift implements Node & Priced @public { id: ID! cost: Int @authenticated near: Node @public secret: Int @requiresScopes(scopes: [["b"]]) }
type Person implements Node @authenticated { id: ID! @public name: String friend: Person note: String @requiresScopes(scopes: [["c"]]) }
type Ledger @requiresScopes(scopes: [["c"]]) { sum: Int public: Int @public items: [Item!] }
`

var (
	nobody   = iam.Actor{}
	visitor  = iam.Actor{Kind: iam.Storefront, Scopes: iam.NewScopes("a", "b", "c")} // a bare token's scopes open nothing
	shopper  = iam.Actor{Kind: iam.Customer}
	clerk    = staff("a")
	boss     = staff("a", "b", "c")
	somebody = map[string]iam.Actor{"nobody": nobody, "visitor": visitor, "shopper": shopper, "clerk": clerk, "boss": boss}
)

func staff(scopes ...string) iam.Actor {
	return iam.Actor{Kind: iam.Staff, Scopes: iam.NewScopes(scopes...)}
}

// load makes a schema of an SDL and Rialto's own directives.
func load(t testing.TB, sdl string) *ast.Schema {
	t.Helper()
	sources := []*ast.Source{{Name: "toy", Input: sdl}}
	for _, source := range schema.Sources() {
		if slices.Contains([]string{"directives.graphqls", "codes.graphqls"}, source.Name) {
			sources = append(sources, source)
		}
	}
	loaded, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// bundle is a schema ready to plan with.
type bundle struct {
	schema  *ast.Schema
	rules   *access.Rules
	planner *access.Planner
}

func setup(t testing.TB, sdl string, policies access.Policies) bundle {
	t.Helper()
	return bundleOf(t, load(t, sdl), policies)
}

func bundleOf(t testing.TB, loaded *ast.Schema, policies access.Policies) bundle {
	t.Helper()
	made, err := access.NewRules(loaded, policies)
	if err != nil {
		t.Fatal(err)
	}
	return bundle{loaded, made, access.NewPlanner(made, 100)}
}

// parse gives the operation of a valid document.
func (b bundle) parse(t testing.TB, document string) *ast.OperationDefinition {
	t.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(b.schema, document, rules.NewDefaultRules())
	if errs != nil {
		t.Fatalf("%v\n%s", errs, document)
	}
	return doc.Operations[0]
}

// denied lists what a plan refuses, as `Type.field CODE`.
func denied(p *access.Plan) []string {
	var all []string
	for _, d := range p.Denials() {
		all = append(all, d.String()+" "+string(d.Code))
	}
	return all
}

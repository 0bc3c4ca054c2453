package access_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/graph/access"
	"github.com/rialtohq/rialto/graph/schema"
	"github.com/rialtohq/rialto/platform/fault"
)

func TestRulesRefuse(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ sdl, want string }{
		"FieldWithoutRule":      {`type Query { a: A @public } type A { b: Int @public c: Int }`, "A.c: no access rule"},
		"RootFieldOnTypesRule":  {`type Query @public { a: Int }`, "Query.a: a root field states its own"},
		"TwoRules":              {`type Query { a: Int @public @authenticated }`, "Query.a: more than one access rule"},
		"TwoRulesOnType":        {`type Query { a: A @public } type A @public @authenticated { b: Int }`, "A.b: more than one"},
		"InterfaceWithoutRule":  {`type Query { a: A @public } interface I { b: Int } type A implements I @public { b: Int }`, "A.b: as declared by I: no access rule"},
		"NoAlternatives":        {`type Query { a: Int @requiresScopes(scopes: []) }`, "without scopes"},
		"EmptyAlternative":      {`type Query { a: Int @requiresScopes(scopes: [["x"], []]) }`, "empty alternative"},
		"EmptyName":             {`type Query { a: Int @requiresScopes(scopes: [["x", ""]]) }`, "empty alternative"},
		"UnknownPolicy":         {`type Query { a: Int @policy(policies: [["own"], ["fly"]]) }`, `policy "fly" does not exist`},
		"GuardedWayToRootType":  {`type Query { a: A @public } type A @public { back: Query @authenticated }`, "A.back: returns a root type"},
		"EverythingAtOnce":      {`type Query { a: A @public b: Int } type A { b: Int }`, "A.b: no access rule on the field or its type\nQuery.b"},
		"SubscriptionToo":       {`type Query { a: Int @public } type Subscription { s: Int }`, "Subscription.s: a root field"},
		"InterfaceTwiceRuled":   {`type Query { a: A @public } interface I @public { b: Int @public @authenticated } type A implements I @public { b: Int }`, "as declared by I: more than one"},
		"DirectiveWithoutNames": {`type Query { a: Int @policy(policies: [[]]) }`, "@policy with an empty alternative"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := access.NewRules(load(t, tt.sdl), owners{}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("want %q, got %v", tt.want, err)
			}
		})
	}
	if _, err := access.NewRules(load(t, `type Query { a: Int @policy(policies: [["own"]]) }`), nil); err == nil {
		t.Error("a policy without any registry was accepted")
	}
}

// owners knows one policy: `own` agrees where the object is called ours.
type owners struct{}

func (owners) Has(name string) bool { return name == "own" || name == "never" }

func (owners) Decide(_ context.Context, name string, object any) bool {
	m, _ := object.(map[string]any)
	return name == "own" && m["ours"] == true
}

// anyPolicy knows every policy that the real schema names, and agrees to nothing.
type anyPolicy struct{}

func (anyPolicy) Has(string) bool { return true }

func (anyPolicy) Decide(context.Context, string, any) bool { return false }

func TestRuleOfAField(t *testing.T) {
	t.Parallel()
	b := setup(t, toy, nil)
	if rule, ok := b.rules.Of(access.Coordinate{Object: "Item", Field: "id"}); !ok || !rule.Open() {
		t.Error("Item.id is not open")
	}
	for _, at := range []access.Coordinate{{Object: "Item", Field: "nothing"}, {Object: "Nobody", Field: "id"}, {Object: "Node", Field: "id"}} {
		if _, ok := b.rules.Of(at); ok {
			t.Errorf("%s has a rule", at)
		}
	}
}

// TestSchemaIsCovered walks the real schema: every field has a rule, and each judges every kind of caller.
func TestSchemaIsCovered(t *testing.T) {
	t.Parallel()
	loaded, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := access.NewRules(loaded, anyPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	actors := map[string]iam.Actor{"nobody": nobody, "storefront": {Kind: iam.Storefront}, "customer": shopper}
	for _, role := range []string{iam.Owner, iam.Manager, iam.Support, iam.Catalog, iam.Warehouse, iam.Finance, iam.ReadOnly} {
		actors[role] = iam.Actor{Kind: iam.Staff, Scopes: iam.ScopesOf(role)}
	}
	counts := map[string]map[fault.Code]int{}
	cells := 0
	for name, by := range actors {
		counts[name] = map[fault.Code]int{}
		for _, at := range rules.Coordinates() {
			rule, _ := rules.Of(at)
			code, _ := rule.Check(by)
			counts[name][code]++
			cells++
		}
	}
	t.Logf("%d fields of concrete types x %d callers = %d cells", len(rules.Coordinates()), len(actors), cells)
	for name, n := range counts {
		t.Logf("%-10s open %4d, unauthenticated %4d, forbidden %4d", name, n[""], n[fault.Unauthenticated], n[fault.Forbidden])
	}
	if diff := cmp.Diff(counts["nobody"], counts["storefront"]); diff != "" {
		t.Errorf("a bare token opens what nobody may: %s", diff)
	}
	if n := counts[iam.Owner]; n[fault.Unauthenticated]+n[fault.Forbidden] > 0 {
		t.Errorf("the owner is refused %d fields: a scope is misspelled or missing", n[fault.Forbidden])
	}
	if counts["nobody"][fault.Unauthenticated] == 0 {
		t.Error("nothing is guarded")
	}
}

package access_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/graph/access"
	"github.com/rialtohq/rialto/platform/fault"
)

func TestPlanDenies(t *testing.T) {
	t.Parallel()
	b := setup(t, toy, nil)
	for name, tt := range map[string]struct {
		query string
		by    iam.Actor
		want  string
	}{
		"NothingOfPublicFields":   {`{ item { id related { __typename } } }`, nobody, ""},
		"NothingOfIntrospection":  {`{ __schema { types { name fields { name } } } __type(name: "Ledger") { name } }`, nobody, ""},
		"FieldToNobody":           {`{ item { stock } }`, nobody, "Item.stock UNAUTHENTICATED"},
		"FieldToVisitor":          {`{ item { stock } }`, visitor, "Item.stock UNAUTHENTICATED"},
		"FieldToShopper":          {`{ item { stock } }`, shopper, "Item.stock FORBIDDEN"},
		"OneAlternativeIsEnough":  {`{ item { stock } }`, clerk, ""},
		"HalfAnAlternativeIsNot":  {`{ ledger { public } }`, clerk, "Query.ledger FORBIDDEN"},
		"WholeAlternative":        {`{ ledger { public } }`, staff("a", "b"), ""},
		"OtherAlternative":        {`{ ledger { public } }`, staff("c"), ""},
		"FieldOverridesType":      {`{ nodes { ... on Person { id name } } }`, nobody, "Person.name UNAUTHENTICATED"},
		"TypeRuleInside":          {`{ ledger { sum public } }`, staff("a", "b"), "Ledger.sum FORBIDDEN"},
		"Alias":                   {`{ item { id: stock } }`, shopper, "Item.stock FORBIDDEN"},
		"ThroughNode":             {`{ node(id: 1) { ... on Item { stock } } }`, shopper, "Item.stock FORBIDDEN"},
		"ThroughUnion":            {`{ find { ... on Person { note } ... on Gift { id } } }`, shopper, "Person.note FORBIDDEN"},
		"ThroughInterfaceField":   {`{ find { ... on Node { id ... on Priced { near { id ... on Gift { secret } } } } } }`, clerk, "Gift.secret FORBIDDEN"},
		"InterfaceRuleHoldsToo":   {`{ item { cost } }`, shopper, "Item.cost FORBIDDEN"},
		"ConcreteRuleHoldsToo":    {`{ nodes { ... on Priced { cost } } }`, visitor, "Gift.cost UNAUTHENTICATED, Item.cost UNAUTHENTICATED"},
		"OnlyTypesThatCanBe":      {`{ item { near { cost } } }`, shopper, "Gift.cost FORBIDDEN"},
		"SkippedCountsAnyway":     {`{ item { stock @skip(if: true) } }`, shopper, "Item.stock FORBIDDEN"},
		"SpreadOfSpread":          {`{ ...A } fragment A on Query { item { ...B } } fragment B on Item { ...C } fragment C on Node { ... on Item { stock } }`, shopper, "Item.stock FORBIDDEN"},
		"SameFragmentTwoTypes":    {`{ find { ...N } } fragment N on Node { ... on Item { near { id } } ... on Person { friend { note } } }`, shopper, "Person.note FORBIDDEN"},
		"FragmentSeenAsOther":     {`{ item { near { ...P } } find { ... on Item { ...P } } } fragment P on Priced { cost }`, shopper, "Gift.cost FORBIDDEN, Item.cost FORBIDDEN"},
		"RootBehindMutation":      {`mutation { buy { query { me { name } } } }`, nobody, "Person.name UNAUTHENTICATED, Query.me UNAUTHENTICATED"},
		"MutationItself":          {`mutation { write { item { id } } }`, shopper, "Mutation.write FORBIDDEN"},
		"NothingToTheBoss":        {`{ ledger { sum items { stock cost owner { note friend { name } } } } me { note } }`, boss, ""},
		"SystemNeedsScopes":       {`{ ledger { sum } me { id } }`, iam.Actor{Kind: iam.System}, "Ledger.sum FORBIDDEN, Query.ledger FORBIDDEN"},
		"UnknownKindIsNobody":     {`{ me { id } }`, iam.Actor{Kind: "robot", Scopes: iam.NewScopes("a")}, "Query.me UNAUTHENTICATED"},
		"MergedUnderOneName":      {`{ nodes { ... on Item { x: id } ... on Item { x: id stock } ... on Node { id } } }`, shopper, "Item.stock FORBIDDEN"},
		"FieldsBelowWhatIsDenied": {`{ me { note } }`, nobody, "Person.note UNAUTHENTICATED, Query.me UNAUTHENTICATED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := b.planner.Plan(b.parse(t, tt.query), tt.by)
			if diff := cmp.Diff(tt.want, strings.Join(denied(plan), ", ")); diff != "" {
				t.Error(diff)
			}
			if plan.Empty() != (tt.want == "") {
				t.Errorf("empty = %v", plan.Empty())
			}
		})
	}
}

func TestPlanAnswersForOneField(t *testing.T) {
	t.Parallel()
	b := setup(t, toy, nil)
	plan := b.planner.Plan(b.parse(t, `{ item { stock id } }`), shopper)
	if code, no := plan.Denied(access.Coordinate{Object: "Item", Field: "stock"}); !no || code != fault.Forbidden {
		t.Errorf("stock: %q %v", code, no)
	}
	if code, no := plan.Denied(access.Coordinate{Object: "Item", Field: "id"}); no || code != "" {
		t.Errorf("id: %q %v", code, no)
	}
}

func TestAllRootsDenied(t *testing.T) {
	t.Parallel()
	b := setup(t, toy, nil)
	for name, tt := range map[string]struct {
		query string
		want  []string
	}{
		"All":                {`{ ledger { public } mine: me { id } ...R } fragment R on Query { mine: me { name } }`, []string{"ledger", "mine"}},
		"NotOne":             {`{ item { stock } }`, nil},
		"Some":               {`{ me { id } item { id } }`, nil},
		"TypenameIsAnswered": {`{ me { id } __typename }`, nil},
		"Introspection":      {`{ __schema { queryType { name } } }`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := b.planner.Plan(b.parse(t, tt.query), nobody)
			var got []string
			for _, err := range plan.Refusals() {
				if err.Extensions["code"] != "UNAUTHENTICATED" || !fault.Is(err, fault.Unauthenticated) || err.Locations[0].Line != 1 {
					t.Errorf("%#v", err)
				}
				got = append(got, err.Path.String())
			}
			if plan.AllRootsDenied() != (tt.want != nil) {
				t.Errorf("all denied = %v", plan.AllRootsDenied())
			}
			if tt.want != nil && cmp.Diff(tt.want, got) != "" {
				t.Error(cmp.Diff(tt.want, got))
			}
		})
	}
}

func TestRootsWithActorsOfTheirOwn(t *testing.T) {
	t.Parallel()
	b := setup(t, toy, nil)
	op := b.parse(t, `{ one: me { name } two: me { name note } item { owner { name } } __typename }`)
	plan := b.planner.PlanRoots(op, func(root string) iam.Actor {
		if root == "one" || root == "two" {
			return shopper
		}
		return visitor
	})
	for root, want := range map[string]string{
		"one":  "Person.note FORBIDDEN", // planned together with `two`, which has the same caller
		"two":  "Person.note FORBIDDEN",
		"item": "Item.owner UNAUTHENTICATED, Person.name UNAUTHENTICATED",
	} {
		if diff := cmp.Diff(want, strings.Join(denied(plan.In(root)), ", ")); diff != "" {
			t.Error(root, diff)
		}
	}
	all := b.planner.PlanRoots(b.parse(t, `{ one: me { name } ledger { sum } }`), func(root string) iam.Actor {
		return map[string]iam.Actor{"one": visitor, "ledger": shopper}[root]
	})
	if got := all.Refusals(); !all.AllRootsDenied() || len(got) != 2 || got[0].Extensions["code"] != "UNAUTHENTICATED" ||
		got[1].Extensions["code"] != "FORBIDDEN" {
		t.Errorf("%v", got)
	}
	same := b.planner.PlanRoots(op, func(string) iam.Actor { return shopper })
	if same != b.planner.Plan(op, shopper) {
		t.Error("one caller for all roots has a plan of its own")
	}
}

func TestPlansAreKept(t *testing.T) {
	t.Parallel()
	b := setup(t, toy, nil)
	op := b.parse(t, `{ me { note } }`)
	if b.planner.Plan(op, nobody) != b.planner.Plan(op, visitor) {
		t.Error("two who are nobody have two plans")
	}
	if b.planner.Plan(op, staff("a", "b")) != b.planner.Plan(op, staff("b", "a")) {
		t.Error("equal scopes have two plans")
	}
	if b.planner.Plan(op, staff("a")) == b.planner.Plan(op, staff("c")) {
		t.Error("different scopes share a plan")
	}
	if b.planner.Plan(op, shopper) == b.planner.Plan(b.parse(t, `{ me { note } }`), shopper) {
		t.Error("different operations share a plan")
	}
}

package tests

import (
	"testing"

	"github.com/rialtohq/rialto/app/apptest"
)

// TestIntrospectionTellsWhatItsCallerMayUse asks the schema about itself as a shopper and as the shop's owner.
func TestIntrospectionTellsWhatItsCallerMayUse(t *testing.T) {
	t.Parallel()
	a := apptest.Start(t, apptest.Options{Kind: apptest.Embedded})
	owner := a.Owner(t)
	const query = `{ __schema { mutationType { fields { name } } types { name } } staff: __type(name: "StaffMember") { name } }`
	names := func(data map[string]any, path ...any) map[string]bool {
		list, _ := apptest.At(data, path...).([]any)
		out := map[string]bool{}
		for _, item := range list {
			out[apptest.String(item, "name")] = true
		}
		return out
	}
	for _, tc := range []struct {
		name    string
		headers apptest.Headers
		sees    bool
	}{{"Shopper", nil, false}, {"Owner", owner, true}, {"ShopperAgain", nil, false}} {
		t.Run(tc.name, func(t *testing.T) {
			data := a.Query(t, query, nil, tc.headers)
			verbs, types := names(data, "__schema", "mutationType", "fields"), names(data, "__schema", "types")
			if !verbs["cartCreate"] || !types["Product"] {
				t.Errorf("what everybody may use is not told of: %d mutations, %d types", len(verbs), len(types))
			}
			if verbs["productCreate"] != tc.sees || types["StaffMember"] != tc.sees || (apptest.String(data, "staff", "name") != "") != tc.sees {
				t.Errorf("productCreate %v, StaffMember %v, by name %q", verbs["productCreate"], types["StaffMember"], apptest.String(data, "staff", "name"))
			}
		})
	}
}

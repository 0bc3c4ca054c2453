package access_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/graph/access"
	"github.com/rialtohq/rialto/graph/schema"
)

// TestViewHidesWhatScopesRefuse asks about single elements of the shop's schema.
func TestViewHidesWhatScopesRefuse(t *testing.T) {
	full := whole(t)
	views := access.NewViews(bundleOf(t, full, anyPolicy{}).rules, full)
	for _, tc := range []struct {
		name    string
		by      iam.Actor
		visible []string
		hidden  []string
	}{
		{
			"Visitor", visitor,
			[]string{"Query.products", "Query.customer", "Customer.email", "Mutation.cartCreate", "Mutation.staffAccessTokenCreate", "ProductVariant.price"},
			[]string{"Query.orders", "Query.currentStaffMember", "StaffMember.email", "Mutation.productCreate", "ProductCreateInput.title", "Mutation.orderCancel"},
		},
		{
			"Shopper", shopper,
			[]string{"Query.products", "Customer.email"}, []string{"Query.orders", "StaffMember.email", "Mutation.productCreate"},
		},
		{
			"Warehouse", iam.Actor{Kind: iam.Staff, Scopes: iam.ScopesOf(iam.Warehouse)},
			[]string{"Query.orders", "Mutation.inventorySetQuantities"}, []string{"Mutation.productCreate", "Mutation.refundCreate"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			view := views.For(tc.by)
			for _, at := range tc.visible {
				if !has(view, at) {
					t.Errorf("%s is not shown", at)
				}
			}
			for _, at := range tc.hidden {
				if has(view, at) {
					t.Errorf("%s is shown", at)
				}
				if !has(full, at) {
					t.Errorf("%s is not in the schema at all", at)
				}
			}
		})
	}
}

func TestOwnerSeesAll(t *testing.T) {
	full := whole(t)
	view := access.NewViews(bundleOf(t, full, anyPolicy{}).rules, full).For(iam.Actor{Kind: iam.Staff, Scopes: iam.ScopesOf(iam.Owner)})
	for name, def := range full.Types {
		part := view.Types[name]
		if part == nil {
			t.Errorf("%s is not shown to the owner", name)
			continue
		}
		for _, f := range def.Fields {
			if part.Fields.ForName(f.Name) == nil && !strings.HasPrefix(f.Name, "__") {
				t.Errorf("%s.%s is not shown to the owner", name, f.Name)
			}
		}
	}
}

// TestViewsAreCompleteInThemselves holds for every role: what a view names is in it, and what is in it may be used.
func TestViewsAreCompleteInThemselves(t *testing.T) {
	full := whole(t)
	rules := bundleOf(t, full, anyPolicy{}).rules
	views := access.NewViews(rules, full)
	actors := []iam.Actor{visitor, shopper}
	for _, role := range []string{iam.Owner, iam.Manager, iam.Support, iam.Catalog, iam.Warehouse, iam.Finance, iam.ReadOnly, ""} {
		actors = append(actors, iam.Actor{Kind: iam.Staff, Scopes: iam.ScopesOf(role)})
	}
	for _, by := range actors {
		view := views.For(by)
		if views.For(by) != view {
			t.Errorf("a view was not kept")
		}
		named := func(from, name string) {
			if view.Types[name] == nil {
				t.Errorf("%s names %s, which is not shown to %s %v", from, name, by.Kind, by.Scopes.List())
			}
		}
		for name, def := range view.Types {
			if def.IsCompositeType() && def.Kind != ast.Union && len(def.Fields) == 0 || def.IsAbstractType() && len(view.GetPossibleTypes(def)) == 0 {
				t.Errorf("%s is shown and empty", name)
			}
			for _, f := range def.Fields {
				named(name+"."+f.Name, f.Type.Name())
				for _, a := range f.Arguments {
					named(name+"."+f.Name, a.Type.Name())
				}
				if rule, ok := rules.Of(access.Coordinate{Object: name, Field: f.Name}); ok && by.Kind == iam.Staff {
					if code, _ := rule.Check(by); code != "" {
						t.Errorf("%s.%s is shown to %v and refused: %s", name, f.Name, by.Scopes.List(), code)
					}
				}
			}
			for _, name := range slices.Concat(def.Interfaces, def.Types) {
				named(def.Name, name)
			}
		}
	}
}

func has(s *ast.Schema, at string) bool {
	object, name, _ := strings.Cut(at, ".")
	def := s.Types[object]
	return def != nil && def.Fields.ForName(name) != nil
}

// whole is the shop's own schema.
func whole(t *testing.T) *ast.Schema {
	t.Helper()
	loaded, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

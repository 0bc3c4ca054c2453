package schema_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/graph/schema"
)

// Who may go where: from the root fields that a viewer may call, along the fields that they may read, to every field that
// they come to. Three proofs stand on this walk, and each is shown to notice a schema that breaks it:
//
//   - A person is reached only by doors that are on a list. A shopper has proven who they are at each of them, by a token, a
//     key or an act of their own, so that no path leads from goods, prices, taxes or groups to other people.
//   - Without the scope for personal data nobody who works for the shop reads a name, an address, an email or a phone number,
//     by whichever path, except where it is on a list.
//   - What a scope opens is written down, by type: a new path is a difference in testdata that somebody has to look at.

var update = flag.Bool("update", false, "write what scopes open into testdata")

// entered are the doors to types that tell of a person, for viewers without any scope: shoppers, signed in or not.
var entered = map[string][]string{
	// An author signs what they publish.
	"ArticleAuthor": {"Article.authorV2"},
	// A cart's id has a key that only its shopper knows.
	"CartBuyerIdentity":                 {"Cart.buyerIdentity"},
	"CartDeliveryAddress":               {"CartSelectableAddress.address"},
	"CartDeliveryCoordinatesPreference": {"CartDeliveryPreference.coordinates"},
	// A shopper names their own token, or what was mailed to them.
	"Customer": {
		"CartBuyerIdentity.customer", "CustomerActivateByUrlPayload.customer", "CustomerActivatePayload.customer", "CustomerCreatePayload.customer",
		"CustomerDefaultAddressUpdatePayload.customer", "CustomerResetByUrlPayload.customer", "CustomerResetPayload.customer",
		"CustomerUpdatePayload.customer", "Query.customer", "Query.node", "Query.nodes",
	},
	// From their cart, their account or their order; by id where the policy agrees (policies/address.cedar).
	"MailingAddress": {
		"CartBuyerIdentity.deliveryAddressPreferences", "CartDeliveryGroup.deliveryAddress", "Customer.defaultAddress",
		"CustomerAddressCreatePayload.customerAddress", "CustomerAddressUpdatePayload.customerAddress", "MailingAddressConnection.nodes",
		"MailingAddressEdge.node", "Order.billingAddress", "Order.shippingAddress", "Query.node", "Query.nodes",
	},
	// From their checkout or their account; by id where the policy agrees (policies/order.cedar).
	"Order": {"CheckoutCompletePayload.order", "OrderConnection.nodes", "OrderEdge.node", "Query.node", "Query.nodes", "Return.order"},
}

// walk finds the fields that a viewer can read, by type.
func walk(s *ast.Schema, may func(rule) bool) map[string][]*ast.FieldDefinition {
	reached := map[string][]*ast.FieldDefinition{}
	var enter func(def *ast.Definition)
	enter = func(def *ast.Definition) {
		if _, seen := reached[def.Name]; seen {
			return
		}
		reached[def.Name] = nil
		for _, f := range ownFields(def) {
			if !readable(s, def, f, may) {
				continue
			}
			reached[def.Name] = append(reached[def.Name], f)
			for _, next := range objectsOf(s, f) {
				enter(next)
			}
		}
	}
	enter(s.Query)
	if s.Mutation != nil {
		enter(s.Mutation)
	}
	return reached
}

// objectsOf are the concrete types that a field can give. `node` and `nodes` are no doors of their own: what they find is
// decided per object, and a type's fields are guarded wherever it is come by.
func objectsOf(s *ast.Schema, f *ast.FieldDefinition) []*ast.Definition {
	def := s.Types[f.Type.Name()]
	if !def.IsCompositeType() {
		return nil
	}
	return s.GetPossibleTypes(def)
}

// readable reports whether a viewer meets the rules of a field: the concrete type's and those of its interfaces.
func readable(s *ast.Schema, def *ast.Definition, f *ast.FieldDefinition, may func(rule) bool) bool {
	if !may(ruleOfField(def, f)) {
		return false
	}
	return !slices.ContainsFunc(s.GetImplements(def), func(face *ast.Definition) bool {
		declared := face.Fields.ForName(f.Name)
		return declared != nil && !may(ruleOfField(face, declared))
	})
}

// holding is a viewer with scopes. A policy is taken to agree: the proofs hold whatever policies say.
func holding(scopes ...string) func(rule) bool {
	return func(r rule) bool {
		return slices.ContainsFunc(r, func(alternative []string) bool {
			return !slices.ContainsFunc(alternative, func(need string) bool {
				scope, is := strings.CutPrefix(need, "scope:")
				return is && !slices.Contains(scopes, scope)
			})
		})
	}
}

// personal are the names of fields that tell of a person.
var personal = []string{"email", "phone", "firstName", "lastName", "address1", "address2", "zip", "latitude", "longitude", "formatted", "defaultEmailAddress", "defaultPhoneNumber"}

// people are the types with such a field.
func people(s *ast.Schema) []*ast.Definition {
	return slices.DeleteFunc(own(s), func(def *ast.Definition) bool {
		return def.Kind != ast.Object || isRoot(s, def) || !slices.ContainsFunc(ownFields(def), func(f *ast.FieldDefinition) bool {
			return slices.Contains(personal, f.Name) && s.Types[f.Type.Name()].IsLeafType()
		})
	})
}

// doors are the fields by which a viewer comes from elsewhere to types that tell of a person.
func doors(s *ast.Schema, may func(rule) bool) map[string][]string {
	reached := walk(s, may)
	found := map[string][]string{}
	about := people(s)
	for name, fields := range reached {
		for _, f := range fields {
			for _, to := range objectsOf(s, f) {
				if slices.Contains(about, to) && name != to.Name && len(reached[to.Name]) > 0 {
					found[to.Name] = append(found[to.Name], name+"."+f.Name)
				}
			}
		}
	}
	for _, list := range found {
		slices.Sort(list)
	}
	return found
}

// told are the fields about people that a viewer can read.
func told(s *ast.Schema, may func(rule) bool) (found []string) {
	for name, fields := range walk(s, may) {
		for _, f := range fields {
			if slices.Contains(personal, f.Name) && s.Types[f.Type.Name()].IsLeafType() {
				found = append(found, name+"."+f.Name)
			}
		}
	}
	slices.Sort(found)
	return found
}

func TestPeopleAreReachedByKnownDoors(t *testing.T) {
	loaded, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(entered, doors(loaded, holding())); diff != "" {
		t.Errorf("a way to a person that is not on the list:\n%s", diff)
	}
}

func TestPersonalDataNeedsItsScope(t *testing.T) {
	loaded, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		t.Fatal(err)
	}
	others := slices.DeleteFunc(slices.Clone(access.AllScopes), func(s string) bool { return s == access.CustomersReadPII })
	shopper := told(loaded, holding())
	gained := slices.DeleteFunc(told(loaded, holding(others...)), func(at string) bool { return slices.Contains(shopper, at) })
	if diff := cmp.Diff(openToStaff, gained); diff != "" {
		t.Errorf("personal data that staff read without %s:\n%s", access.CustomersReadPII, diff)
	}
}

// openToStaff are fields with such names that staff and apps read without the scope for personal data.
// Warehouses are no people, and colleagues no customers: who may read the staff sees whom they work with.
var openToStaff = []string{
	"LocationAddress.address1", "LocationAddress.address2", "LocationAddress.phone", "LocationAddress.zip",
	"StaffMember.email", "StaffMember.firstName", "StaffMember.lastName",
}

func TestWhatAScopeOpens(t *testing.T) {
	loaded, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		t.Fatal(err)
	}
	shopper := walk(loaded, holding())
	var b strings.Builder
	for _, scope := range access.AllScopes {
		fmt.Fprintf(&b, "%s\n", scope)
		with := walk(loaded, holding(scope))
		for _, name := range slices.Sorted(maps.Keys(with)) {
			more := 0
			for _, f := range with[name] {
				if !slices.Contains(shopper[name], f) {
					more++
				}
			}
			if more > 0 {
				fmt.Fprintf(&b, "  %s: %d fields\n", name, more)
			}
		}
	}
	const file = "testdata/scopes.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("a scope opens something else; if that is meant, go test ./graph/schema -run WhatAScopeOpens -update\n%s", diff)
	}
}

// The leak that a peer has carried for years: goods lead to a tax, the tax to a group, the group to its members.
const leak = `
	extend type Query { "goods" product: Product @public }
	"goods" type Product @public { "tax" taxRate: TaxRate }
	"tax" type TaxRate @public { "group" customerGroup: CustomerGroup }
	"group" type CustomerGroup @public { "members" customers: [Customer!]! }
	"person" type Customer @public { "email" email: String "boss" boss: Customer "id" id: ID }`

func TestReachNotices(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		sdl  string
		got  func(*ast.Schema) any
		want any
	}{
		"GoodsLeadToPeople": {leak, func(s *ast.Schema) any { return doors(s, holding()) }, map[string][]string{"Customer": {"CustomerGroup.customers"}}},
		"AGuardOnTheWay": {strings.Replace(leak, `customerGroup: CustomerGroup`, `customerGroup: CustomerGroup @requiresScopes(scopes: [["x"]])`, 1),
			func(s *ast.Schema) any { return doors(s, holding()) }, map[string][]string{}},
		"AGuardOnTheWayMet": {strings.Replace(leak, `customerGroup: CustomerGroup`, `customerGroup: CustomerGroup @requiresScopes(scopes: [["x"]])`, 1),
			func(s *ast.Schema) any { return told(s, holding("x")) }, []string{"Customer.email"}},
		"AGuardedPerson": {strings.Replace(leak, `type Customer @public`, `type Customer @requiresScopes(scopes: [["x"]])`, 1), func(s *ast.Schema) any { return told(s, holding()) }, []string(nil)},
		"ThroughAnInterface": {`extend type Query { "f" found: Found @public } "f" interface Found @public { "id" id: ID } "person" type Customer implements Found @public { "id" id: ID "email" email: String }`,
			func(s *ast.Schema) any { return doors(s, holding()) }, map[string][]string{"Customer": {"Query.found"}}},
		"ThroughAUnion": {`extend type Query { "f" found: Found @public } "f" union Found = Customer "person" type Customer @public { "email" email: String }`,
			func(s *ast.Schema) any { return doors(s, holding()) }, map[string][]string{"Customer": {"Query.found"}}},
		"AnInterfaceGuards": {`extend type Query { "f" found: Found @public } "f" interface Found @requiresScopes(scopes: [["x"]]) { "email" email: String } "person" type Customer implements Found @public { "email" email: String }`,
			func(s *ast.Schema) any { return told(s, holding()) }, []string(nil)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.got(small(t, tt.sdl))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

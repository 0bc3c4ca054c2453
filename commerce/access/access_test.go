package access_test

import (
	"testing"

	"github.com/rialtohq/rialto/commerce/access"
)

func TestScopesOfRoles(t *testing.T) {
	for _, tc := range []struct {
		name  string
		roles []string
		scope string
		want  bool
	}{
		{"OwnerMayAll", []string{access.Owner}, access.StaffWrite, true},
		{"WarehouseMayNotRefund", []string{access.Warehouse}, access.OrdersRefund, false},
		{"TwoRolesAddUp", []string{access.Warehouse, access.Finance}, access.OrdersRefund, true},
		{"UnknownRoleGivesNothing", []string{"emperor"}, access.ProductsRead, false},
		{"NoRoleGivesNothing", nil, access.ProductsRead, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := access.ScopesOf(tc.roles...).Has(tc.scope); got != tc.want {
				t.Fatalf("has %s = %v", tc.scope, got)
			}
		})
	}
}

func TestKeyTellsSetsApart(t *testing.T) {
	a, b := access.NewScopes("x", "y"), access.NewScopes("y", "x", "x")
	if a.Key() != b.Key() || a.Key() == access.NewScopes("x").Key() {
		t.Fatalf("keys %q, %q", a.Key(), b.Key())
	}
}

func TestEveryScopeOfARoleExists(t *testing.T) {
	known := access.NewScopes(access.AllScopes...)
	for _, role := range []string{access.Owner, access.Manager, access.Support, access.Catalog, access.Warehouse, access.Finance, access.ReadOnly} {
		if !access.IsRole(role) {
			t.Errorf("%s is no role", role)
		}
		for _, s := range access.ScopesOf(role).List() {
			if !known.Has(s) {
				t.Errorf("%s has %q, which is not a scope", role, s)
			}
		}
	}
}

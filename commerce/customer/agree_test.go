package customer_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/keyset"
)

// TestBooksAgreeWithPolicies moves addresses between books at random, and compares what each reader gets, by id and in
// their own book, with what policies/address.cedar says of each address.
func TestBooksAgreeWithPolicies(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		ada, token := b.signedUp("ada@example.com")
		bob, _ := b.signedUp("bob@example.com")
		ids := make([]uuid.UUID, 4)
		for i := range ids {
			ids[i] = b.add(token, ottawa()).ID.UUID
		}
		rapid.Check(t, func(t *rapid.T) {
			who := access.Actor{
				Kind:   rapid.SampledFrom([]access.Kind{access.Anonymous, access.Storefront, access.Customer, access.Staff, access.App, access.System}).Draw(t, "kind"),
				ID:     rapid.SampledFrom([]uuid.UUID{ada, bob, {9}}).Draw(t, "id"),
				Scopes: access.NewScopes(rapid.SliceOfDistinct(rapid.SampledFrom([]string{access.CustomersRead, access.CustomersWrite, access.CustomersReadPII}), rapid.ID[string]).Draw(t, "scopes")...),
			}
			ctx := access.With(b.ctx, who)
			var want []string
			for _, id := range ids {
				of := rapid.SampledFrom([]uuid.UUID{ada, bob}).Draw(t, "book")
				err := db.InTx(b.ctx, func(tx database.Tx) error {
					_, err := tx.Exec(b.ctx, `UPDATE address SET customer_id = $3 WHERE shop_id = $1 AND id = $2`, id, of)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				if policy.Builtin().Explain(ctx, who, policy.AddressView, policy.Address{ID: id, Customer: of}).Allowed {
					want = append(want, id.String())
				}
			}
			slices.Sort(want)
			found, err := b.customers.VisibleAddresses(ctx, ids)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for id := range found {
				got = append(got, id.String())
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("by id, as %s with %v: %s", who.Label(), who.Scopes.List(), diff)
			}
			if who.Kind != access.Customer {
				return
			}
			pages, err := b.customers.AddressPages(ctx, []uuid.UUID{who.ID}, keyset.Args{})
			if err != nil {
				t.Fatal(err)
			}
			var own []string
			for _, a := range pages[who.ID].Items {
				own = append(own, a.ID.UUID.String())
			}
			slices.Sort(own)
			if diff := cmp.Diff(want, own); diff != "" {
				t.Fatalf("in the book of %s: %s", who.Label(), diff)
			}
		})
	})
}

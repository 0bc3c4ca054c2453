package order_test

import (
	"database/sql"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// TestListsAgreeWithPolicies gives orders to random customers, and compares what each reader gets, by id and in the list
// that is theirs, with what policies/order.cedar says of each order.
func TestListsAgreeWithPolicies(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		people := []uuid.UUID{uuid.Nil, uuid.New(), uuid.New()}
		ids := make([]gid.ID, 4)
		for i := range ids {
			ids[i] = orderID(b.deliver(t, b.draft(b.basket(t))).ID.UUID)
		}
		rapid.Check(t, func(t *rapid.T) {
			who := access.Actor{
				Kind: rapid.SampledFrom([]access.Kind{access.Storefront, access.Customer, access.Staff, access.App, access.System}).Draw(t, "kind"),
				Shop: access.From(b.ctx).Shop, ID: rapid.SampledFrom(people[1:]).Draw(t, "id"),
				Scopes: access.NewScopes(rapid.SliceOfDistinct(rapid.SampledFrom([]string{access.OrdersRead, access.OrdersWrite, access.CustomersReadPII}), rapid.ID[string]).Draw(t, "scopes")...),
			}
			ctx := b.as(who)
			var want []string
			for _, id := range ids {
				of := rapid.SampledFrom(people).Draw(t, "customer")
				err := db.InTx(b.ctx, func(tx database.Tx) error {
					_, err := tx.Exec(b.ctx, `UPDATE orders SET customer_id = $3 WHERE shop_id = $1 AND id = $2`, id.UUID, sql.Null[uuid.UUID]{V: of, Valid: of != uuid.Nil})
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				if policy.Builtin().Explain(ctx, who, policy.OrderView, policy.Order{ID: id.UUID, Customer: of}).Allowed {
					want = append(want, id.String())
				}
			}
			slices.Sort(want)
			got := map[string][]string{"by id": nil}
			found, err := b.orders.ByIDs(ctx, ids)
			if err != nil {
				t.Fatal(err)
			}
			for id := range found {
				got["by id"] = append(got["by id"], id.String())
			}
			// Lists are asked for by those whom the schema lets ask: customers for their own, staff and apps for the shop's.
			switch {
			case who.Kind == access.Customer:
				pages, err := b.orders.OfCustomers(ctx, []uuid.UUID{who.ID}, order.Whole, keyset.Args{}, "", "")
				if err != nil {
					t.Fatal(err)
				}
				got["their own"] = nil
				for _, o := range pages[who.ID].Items {
					got["their own"] = append(got["their own"], o.ID.String())
				}
			case who.Kind == access.System || who.Works() && who.Can(access.OrdersRead):
				page, err := b.orders.List(ctx, order.Whole, keyset.Args{}, "", "")
				if err != nil {
					t.Fatal(err)
				}
				got["the shop's"] = nil
				for _, o := range page.Items {
					got["the shop's"] = append(got["the shop's"], o.ID.String())
				}
			}
			for way, list := range got {
				slices.Sort(list)
				if diff := cmp.Diff(want, list); diff != "" {
					t.Fatalf("%s, as %s with %v: %s", way, who.Label(), who.Scopes.List(), diff)
				}
			}
		})
	})
}

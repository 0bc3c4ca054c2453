package catalog_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/keyset"
)

// TestStatementsAgreeWithPolicies gives products random states and days, and compares what each reader gets, by id, by
// handle and in lists, with what policies/product.cedar says of each product.
func TestStatementsAgreeWithPolicies(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		ids := make([]uuid.UUID, 5)
		for i := range ids {
			b.put(t, catalog.ProductInput{Handle: fmt.Sprint("p", i), Title: "P", Status: catalog.Active, Published: true, Variants: []catalog.VariantInput{{Price: money.New(100, "USD")}}})
			p, err := b.catalog.ProductByHandle(b.in("USD"), catalog.Whole, fmt.Sprint("p", i))
			if err != nil {
				t.Fatal(err)
			}
			ids[i] = p.ID.UUID
		}
		rapid.Check(t, func(t *rapid.T) {
			known := make([]policy.Product, len(ids))
			for i, id := range ids {
				known[i] = policy.Product{ID: id, Status: rapid.SampledFrom([]string{"active", "draft", "archived"}).Draw(t, "status")}
				var at sql.NullTime
				if day := rapid.IntRange(-2, 2).Draw(t, "day"); day != 2 {
					at = sql.NullTime{Time: b.clock.Now().Add(time.Duration(day) * time.Hour), Valid: true}
					known[i].Published = day <= 0
				}
				err := db.InTx(b.ctx, func(tx database.Tx) error {
					_, err := tx.Exec(b.ctx, `UPDATE product SET status = $3, published_at = $4 WHERE shop_id = $1 AND id = $2`, id, known[i].Status, at)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			who := reader(t, access.From(b.ctx).Shop)
			ctx := access.With(b.in("USD"), who)
			var want []string
			for i, p := range known {
				if policy.Builtin().Explain(ctx, who, policy.ProductView, p).Allowed {
					want = append(want, fmt.Sprint("p", i))
				}
			}
			for way, got := range b.seen(t, ctx, ids) {
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s, as %s with %v, of %+v: %s", way, who.Kind, who.Scopes.List(), known, diff)
				}
			}
		})
	})
}

// reader is somebody of any kind, with any scopes: those of storefronts and customers must open nothing.
func reader(t *rapid.T, shop uuid.UUID) access.Actor {
	return access.Actor{
		Kind: rapid.SampledFrom([]access.Kind{access.Storefront, access.Customer, access.Staff, access.App, access.System}).Draw(t, "kind"),
		Shop: shop, ID: uuid.UUID{1},
		Scopes: access.NewScopes(rapid.SliceOfDistinct(rapid.SampledFrom(access.AllScopes), rapid.ID[string]).Draw(t, "scopes")...),
	}
}

// seen lists the handles that a reader gets by each way of reading.
func (b *bundle) seen(t *rapid.T, ctx context.Context, ids []uuid.UUID) map[string][]string {
	out := map[string][]string{}
	page, err := b.catalog.ProductPage(ctx, catalog.Whole, keyset.Args{}, "ID")
	if err != nil {
		t.Fatal(err)
	}
	byID, err := b.catalog.Products(ctx, ids)
	if err != nil {
		t.Fatal(err)
	}
	out["in a list"], out["by id"], out["by handle"] = nil, nil, nil
	for _, p := range page.Items {
		out["in a list"] = append(out["in a list"], p.Handle)
	}
	for i, id := range ids {
		if p := byID[id]; p != nil {
			out["by id"] = append(out["by id"], p.Handle)
		}
		if p, err := b.catalog.ProductByHandle(ctx, catalog.Whole, fmt.Sprint("p", i)); err == nil {
			out["by handle"] = append(out["by handle"], p.Handle)
		}
	}
	slices.Sort(out["in a list"])
	return out
}

package catalog_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

// Products are written, also twice at once, while the rules that choose them change: in the end every product is there
// once, and in the collection exactly where it fits.
func TestWritersBesideEachOther(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		const products = 24
		below := func(dollars int) *catalog.RuleSet {
			return &catalog.RuleSet{Rules: []*catalog.Rule{{Column: "VARIANT_PRICE", Relation: "LESS_THAN", Condition: fmt.Sprint(dollars)}}}
		}
		c := b.collection(t, catalog.CollectionChanges{Title: ptr("Cheap"), RuleSet: below(5)})
		hand := b.collection(t, catalog.CollectionChanges{Title: ptr("By hand")})
		silent := catalog.New(catalog.Config{DB: db, Shops: b.shops, Clock: b.clock})
		var wg sync.WaitGroup
		for worker := range 4 {
			wg.Go(func() {
				for i := range products {
					in := shirt()
					in.Handle = fmt.Sprintf("p%d", (i+worker%2*products/2)%products)
					in.Variants, in.Options, in.Images = in.Variants[:1], in.Options[:1], nil
					in.Variants[0].OptionValues, in.Variants[0].Image = []string{"S"}, ""
					in.Variants[0].Price = usd(int64(i%12) * 100)
					saved, err := silent.Put(b.ctx, in)
					if err != nil || len(saved.Problems) > 0 {
						t.Error(codes(saved.Problems), err)
						return
					}
					if worker == 0 {
						if _, problems, err := silent.AddProducts(b.ctx, hand.ID.UUID, []uuid.UUID{saved.ID}); err != nil || len(problems) > 0 {
							t.Error(codes(problems), err)
						}
					}
				}
			})
		}
		wg.Go(func() {
			for i := range 10 {
				if _, problems, err := silent.UpdateCollection(b.ctx, c.ID.UUID, catalog.CollectionChanges{RuleSet: below(3 + i%5)}); err != nil || len(problems) > 0 {
					t.Error(codes(problems), err)
				}
			}
		})
		wg.Wait()
		if n := b.number(t, "SELECT count(*) FROM product WHERE shop_id = $1"); n != products {
			t.Errorf("%d products", n)
		}
		wrong := b.number(t, `SELECT count(*) FROM product_price pr WHERE pr.shop_id = $1 AND pr.currency = 'USD' AND (pr.min_amount < 700) <>
 EXISTS (SELECT 1 FROM collection_product cp WHERE cp.shop_id = pr.shop_id AND cp.product_id = pr.product_id AND cp.collection_id = $2)`, c.ID.UUID)
		if wrong != 0 {
			t.Errorf("%d products are in the wrong place", wrong)
		}
		for _, id := range []uuid.UUID{c.ID.UUID, hand.ID.UUID} {
			if off := b.number(t, "SELECT products_count - (SELECT count(*) FROM collection_product WHERE shop_id = $1 AND collection_id = $2) FROM collection WHERE shop_id = $1 AND id = $2", id); off != 0 {
				t.Errorf("a count is off by %d", off)
			}
		}
	})
}

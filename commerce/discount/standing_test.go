package discount_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

// What is known of automatic discounts is what the database says, whatever was changed in between and whenever they begin and end;
// of what another process changed, two seconds later.
func TestOffersAreKnown(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		asked := discount.New(discount.Config{DB: db, Clock: b.clock, KeepFor: -1})
		other := discount.New(discount.Config{DB: db, Clock: b.clock})
		compare := func(s *discount.Service) (statements int64) {
			t.Helper()
			ctx, record := database.Recording(b.ctx, false)
			got, used, err := s.Offers(ctx, nil, nil, b.clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			want, _, err := asked.Offers(b.ctx, nil, nil, b.clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("what is known differs (-database +known):\n%s", diff)
			}
			for id := range used {
				if used[id].Total != 0 {
					t.Errorf("%s was used", id)
				}
			}
			return int64(record.Count())
		}
		random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // not a secret
		var ids []uuid.UUID
		free := 0
		for range 200 {
			switch n := random.IntN(10); {
			case n < 2 && len(ids) < 30:
				d := promotion.Discount{Title: "Sale", Method: promotion.Automatic, Kind: promotion.Percentage, Priority: random.IntN(5), Config: promotion.Config{PPM: 1000},
					StartsAt: b.clock.Now().Add(time.Duration(random.IntN(8)-4) * time.Second)}
				d.EndsAt = d.StartsAt.Add(time.Duration(1+random.IntN(8)) * time.Second)
				if random.IntN(8) == 0 {
					d.UsageLimit = 5
				}
				ids = append(ids, b.create(t, d).ID)
			case n == 2 && len(ids) > 0:
				if _, _, err := b.s.Deactivate(b.ctx, ids[random.IntN(len(ids))], promotion.Automatic); err != nil {
					t.Fatal(err)
				}
			case n == 3 && len(ids) > 0:
				if _, _, err := b.s.Activate(b.ctx, ids[random.IntN(len(ids))], promotion.Automatic); err != nil {
					t.Fatal(err)
				}
			case n < 7:
				b.clock.Advance(time.Duration(random.IntN(1500)) * time.Millisecond)
			}
			if compare(b.s) == 0 {
				free++
			}
		}
		if free < 50 {
			t.Errorf("of 200 carts only %d were priced without a statement", free)
		}
		b.clock.Advance(2 * time.Second)
		compare(other)
		b.create(t, promotion.Discount{Title: "Late", Method: promotion.Automatic, Kind: promotion.Percentage, Config: promotion.Config{PPM: 1000}})
		b.clock.Advance(2 * time.Second)
		compare(other)
	})
}

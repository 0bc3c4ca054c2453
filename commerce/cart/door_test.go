package cart_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

func TestAKeyLeadsToItsShopAndNowhereElse(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		here, there := setup(t, db), setup(t, db)
		mine, other := here.open(t), there.open(t)
		for b, c := range map[*bundle]*cart.Cart{here: mine, there: other} {
			want, err := database.Shop(b.ctx)
			if err != nil {
				t.Fatal(err)
			}
			if shop, err := b.carts.ShopOf(t.Context(), c.ID); err != nil || shop != want {
				t.Errorf("%v, want %v: %v", shop, want, err)
			}
		}
		wrong := []gid.ID{{Type: "Cart", UUID: mine.ID.UUID}, {Type: "Cart", UUID: mine.ID.UUID, Key: other.ID.Key}, {Type: "Cart", UUID: uuid.New(), Key: mine.ID.Key}, {Type: "Order", UUID: mine.ID.UUID, Key: mine.ID.Key}}
		for _, id := range wrong {
			if shop, err := here.carts.ShopOf(t.Context(), id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%v opens %v: %v", id, shop, err)
			}
		}
		here.clock.Advance(cart.Lifetime)
		if _, err := here.carts.ShopOf(t.Context(), mine.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a cart that ran out is open: %v", err)
		}
	})
}

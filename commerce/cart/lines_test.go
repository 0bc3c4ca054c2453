package cart_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

func TestKeyOpensTheCart(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		id := b.open(t, of(b.chair, 1)).ID
		other := b.open(t).ID
		if len(id.Key) != 32 || id.Key == other.Key {
			t.Fatalf("key %q", id.Key)
		}
		if _, err := b.carts.Get(b.ctx, id); err != nil {
			t.Fatal(err)
		}
		foreign, _ := databasetest.Shop(t, db)
		bare, wrong, typed := id, id, id
		bare.Key, wrong.Key, typed.Type = "", other.Key, "Order"
		for name, open := range map[string]func() (*cart.Cart, error){
			"NoKey":       func() (*cart.Cart, error) { return b.carts.Get(b.ctx, bare) },
			"WrongKey":    func() (*cart.Cart, error) { return b.carts.Get(b.ctx, wrong) },
			"OtherType":   func() (*cart.Cart, error) { return b.carts.Get(b.ctx, typed) },
			"ForeignShop": func() (*cart.Cart, error) { return b.carts.Get(foreign, id) },
			"NoSuchCart": func() (*cart.Cart, error) {
				return b.carts.Get(b.ctx, gid.ID{Type: "Cart", UUID: uuid.New(), Key: id.Key})
			},
		} {
			c, err := open()
			if c != nil || !fault.Is(err, fault.NotFound) || err.Error() != "NOT_FOUND: There is no such cart." {
				t.Errorf("%s: %v, %v", name, c, err)
			}
		}
		c, problems, _, err := b.carts.AddLines(b.ctx, wrong, []cart.LineInput{of(b.chair, 1)})
		if c != nil || err != nil || told(problems) != "INVALID@cartId" {
			t.Errorf("%v %s %v", c, told(problems), err)
		}
		var hash []byte
		if err := db.QueryRow(b.ctx, "SELECT key_hash FROM cart WHERE shop_id = $1 AND id = $2", id.UUID).Scan(&hash); err != nil || len(hash) != 32 || strings.Contains(string(hash), id.Key) {
			t.Errorf("kept %x, %v", hash, err)
		}
		b.clock.Advance(cart.Lifetime)
		if _, err := b.carts.Get(b.ctx, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("an old cart: %v", err)
		}
	})
}

func TestLines(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		t.Run("SameThingGrows", func(t *testing.T) {
			c := b.open(t, of(b.chair, 1), of(b.lamp, 2), of(b.chair, 1))
			c = ok(t)(b.carts.AddLines(b.ctx, c.ID, []cart.LineInput{of(b.chair, 1), of(b.chair, 1, with("engraving", "A"), with("color", "red"))}))
			c = ok(t)(b.carts.AddLines(b.ctx, c.ID, []cart.LineInput{of(b.chair, 1, with("color", "red"), with("engraving", "A"))}))
			same(t, []string{"chair:III", "lamp:II", "chair:II"}, b.quantities(c))
			if c.TotalQuantity != 7 || *c.Lines[2].Attribute("color").Value != "red" || c.Lines[2].Attribute("size") != nil {
				t.Errorf("%+v", c)
			}
		})
		t.Run("UpdatedMovedMergedRemoved", func(t *testing.T) {
			c := b.open(t, of(b.chair, 1), of(b.lamp, 2), of(b.vase, 3))
			chair, lamp, vase := c.Lines[0].ID, c.Lines[1].ID, c.Lines[2].ID
			c = ok(t)(b.carts.UpdateLines(b.ctx, c.ID, []cart.LineUpdate{{ID: chair, Quantity: ptr[int64](4)}, {ID: lamp, MerchandiseID: &b.book}}))
			same(t, []string{"chair:IIII", "book:II", "vase:III"}, b.quantities(c))
			if c.Lines[1].ID != lamp {
				t.Error("the line became another")
			}
			c = ok(t)(b.carts.UpdateLines(b.ctx, c.ID, []cart.LineUpdate{{ID: lamp, MerchandiseID: &b.lamp}, {ID: vase, MerchandiseID: &b.book}}))
			c = ok(t)(b.carts.UpdateLines(b.ctx, c.ID, []cart.LineUpdate{{ID: lamp, MerchandiseID: &b.vase}, {ID: vase, MerchandiseID: &b.lamp}}))
			same(t, []string{"chair:IIII", "vase:II", "lamp:III"}, b.quantities(c))
			c = ok(t)(b.carts.UpdateLines(b.ctx, c.ID, []cart.LineUpdate{{ID: vase, MerchandiseID: &b.chair}}))
			same(t, []string{"chair:IIIIIII", "vase:II"}, b.quantities(c))
			c = ok(t)(b.carts.UpdateLines(b.ctx, c.ID, []cart.LineUpdate{{ID: chair, Quantity: ptr[int64](0)}, {ID: lamp, Attributes: &[]*cart.Attribute{with("a", "")}}}))
			same(t, []string{"vase:II"}, b.quantities(c))
			if a := c.Lines[0].Attribute("a"); a == nil || a.Value != nil {
				t.Errorf("%+v", a)
			}
			c = ok(t)(b.carts.RemoveLines(b.ctx, c.ID, []gid.ID{lamp}))
			if len(c.Lines) != 0 || !c.Cost.TotalAmount.IsZero() {
				t.Errorf("%+v", c)
			}
		})
		t.Run("RefusedChangesNothing", func(t *testing.T) { refusals(t, b) })
		t.Run("LargerThanACartMayBe", func(t *testing.T) { tooLarge(t, b) })
		t.Run("StockLowersOrForbids", func(t *testing.T) { stock(t, b) })
	})
}

func refusals(t *testing.T, b *bundle) {
	c := b.open(t, of(b.chair, 1))
	line := c.Lines[0].ID
	add := func(in ...cart.LineInput) string { return refused(t)(b.carts.AddLines(b.ctx, c.ID, in)) }
	update := func(in ...cart.LineUpdate) string { return refused(t)(b.carts.UpdateLines(b.ctx, c.ID, in)) }
	many := make([]cart.LineInput, cart.MaxEntries+1)
	for want, got := range map[string]string{
		"MERCHANDISE_NOT_APPLICABLE@lines.1.merchandiseId":  add(of(b.lamp, 1), of(b.gone, 1)),
		"MERCHANDISE_NOT_APPLICABLE@lines.0.merchandiseId":  add(of(b.draft, 1)),
		"MERCHANDISE_NOT_APPLICABLE@lines.2.merchandiseId":  add(of(b.lamp, 1), of(b.lamp, 1), of(b.euro, 1)),
		"MERCHANDISE_NOT_APPLICABLE@lines.3.merchandiseId":  add(of(b.lamp, 1), of(b.lamp, 1), of(b.lamp, 1), of(gid.New("Product", b.chair.UUID), 1)),
		"INVALID@lines.0.quantity":                          add(of(b.lamp, 0)),
		"INVALID@lines.1.quantity":                          add(of(b.lamp, 1), of(b.lamp, -1)),
		"MAXIMUM_EXCEEDED@lines.0.quantity":                 add(of(b.lamp, cart.MaxQuantity+1)),
		"MAXIMUM_EXCEEDED@lines.1.quantity":                 add(of(b.lamp, cart.MaxQuantity), of(b.lamp, 1)),
		"INVALID@lines.0.attributes.0.key":                  add(of(b.lamp, 1, with(" ", "x"))),
		"INVALID@lines.0.attributes.1.value":                add(of(b.lamp, 1, with("a", "x"), with("b", "nul\x00"))),
		"CART_TOO_LARGE@lines":                              add(many...),
		"INVALID_MERCHANDISE_LINE@lines.0.id":               update(cart.LineUpdate{ID: gid.New("CartLine", uuid.New()), Quantity: ptr[int64](1)}),
		"INVALID@lines.0.quantity-":                         update(cart.LineUpdate{ID: line, Quantity: ptr[int64](-1)}) + "-",
		"MERCHANDISE_NOT_APPLICABLE@lines.0.merchandiseId-": update(cart.LineUpdate{ID: line, MerchandiseID: &b.gone}) + "-",
		"INVALID_MERCHANDISE_LINE@lineIds.1":                refused(t)(b.carts.RemoveLines(b.ctx, c.ID, []gid.ID{line, gid.New("CartLine", uuid.New())})),
	} {
		same(t, want, got)
	}
	after, err := b.carts.Get(b.ctx, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, []string{"chair:I"}, b.quantities(after))
	if after.Stored.Version != c.Stored.Version {
		t.Error("written all the same")
	}
	if c, problems, _, err := b.carts.Create(b.ctx, cart.Input{Lines: []cart.LineInput{of(b.gone, 1)}}); c != nil || err != nil || told(problems) != "MERCHANDISE_NOT_APPLICABLE@input.lines.0.merchandiseId" {
		t.Errorf("%v %s %v", c, told(problems), err)
	}
}

func tooLarge(t *testing.T, b *bundle) {
	c := b.open(t)
	lines := make([]cart.LineInput, cart.MaxEntries)
	for _, round := range []string{"a", "b"} {
		for i := range lines {
			lines[i] = of(b.book, 1, with(round, strings.Repeat("x", i)))
		}
		c = ok(t)(b.carts.AddLines(b.ctx, c.ID, lines))
	}
	same(t, "CART_TOO_LARGE@lines", refused(t)(b.carts.AddLines(b.ctx, c.ID, []cart.LineInput{of(b.lamp, 1)})))
	if len(c.Lines) != cart.MaxLines {
		t.Errorf("%d lines", len(c.Lines))
	}
	dear := b.good(t, good{"Dear", 1 << 40, 1 << 50, 1, true, "active"})
	c = b.open(t, of(dear, 1_000))
	same(t, "MAXIMUM_EXCEEDED@lines", refused(t)(b.carts.AddLines(b.ctx, c.ID, []cart.LineInput{of(dear, 9_000)})))
	same(t, "MAXIMUM_EXCEEDED@lines", refused(t)(b.carts.SetBuyerIdentity(b.ctx, c.ID, cart.BuyerInput{Country: cart.Set("DE")})))
}

func stock(t *testing.T, b *bundle) {
	rare := b.good(t, good{"Rare", 100, 90, 10, true, "active"})
	b.stock.put(rare, 5)
	c := b.open(t, of(rare, 3))
	c, problems, warnings, err := b.carts.AddLines(b.ctx, c.ID, []cart.LineInput{of(rare, 3)})
	if err != nil || len(problems) > 0 || len(warnings) != 1 || warnings[0].Code != "MERCHANDISE_NOT_ENOUGH_STOCK" || warnings[0].Target != c.Lines[0].ID || c.Lines[0].Quantity != 5 {
		t.Fatalf("%s %v %v", told(problems), warnings, err)
	}
	line := c.Lines[0].ID
	same(t, "MERCHANDISE_OUT_OF_STOCK", warned(t)(b.carts.AddLines(b.ctx, c.ID, []cart.LineInput{of(rare, 1, with("a", "b"))})))
	c = ok(t)(b.carts.UpdateLines(b.ctx, c.ID, []cart.LineUpdate{{ID: line, Quantity: ptr[int64](2)}}))
	same(t, "MERCHANDISE_NOT_ENOUGH_STOCK", warned(t)(b.carts.AddLines(b.ctx, c.ID, []cart.LineInput{of(rare, 9, with("a", "b"))})))
	b.stock.put(rare, 0)
	same(t, "MERCHANDISE_OUT_OF_STOCK", warned(t)(b.carts.UpdateLines(b.ctx, c.ID, []cart.LineUpdate{{ID: line, Quantity: ptr[int64](9)}})))
	c, err = b.carts.Get(b.ctx, c.ID)
	if err != nil || len(c.Lines) != 2 || c.Lines[0].Quantity != 2 || c.Lines[1].Quantity != 3 {
		t.Fatalf("%+v %v", c, err)
	}
	same(t, "MERCHANDISE_OUT_OF_STOCK", warned(t)(b.carts.Create(b.ctx, cart.Input{Lines: []cart.LineInput{of(rare, 1)}})))
}

func TestConcurrentChangesAllCount(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		id := b.open(t).ID
		var wg sync.WaitGroup
		for i := range 24 {
			wg.Go(func() {
				what := []gid.ID{b.chair, b.lamp, b.vase}[i%3]
				if _, problems, _, err := b.carts.AddLines(b.ctx, id, []cart.LineInput{of(what, int64(1+i%2))}); err != nil || len(problems) > 0 {
					t.Errorf("%s %v", told(problems), err)
				}
			})
			if i%4 == 0 {
				wg.Go(func() {
					if _, problems, _, err := b.carts.SetBuyerIdentity(b.ctx, id, cart.BuyerInput{Country: cart.Set([]string{"DE", "US"}[i/4%2])}); err != nil || len(problems) > 0 {
						t.Errorf("%s %v", told(problems), err)
					}
				})
			}
		}
		wg.Wait()
		c, err := b.carts.Get(b.ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		same(t, []string{"chair:" + strings.Repeat("I", 12), "lamp:" + strings.Repeat("I", 12), "vase:" + strings.Repeat("I", 12)}, sorted(b.quantities(c)))
		if c.Stored.Version != 1+24+6 {
			t.Errorf("version %d", c.Stored.Version)
		}
	})
}

package cart_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/gid"
)

func usd(n int64) money.Money { return money.New(n, "USD") }

// collect puts a product into a new collection.
func (b *bundle) collect(t *testing.T, variant gid.ID) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	err := b.db.InTx(b.ctx, func(tx database.Tx) error {
		if _, err := tx.Exec(b.ctx, `INSERT INTO collection (id, shop_id, created_at, updated_at, handle, title) VALUES ($2, $1, $3, $3, $4, 'C')`, id, start, id.String()); err != nil {
			return err
		}
		_, err := tx.Exec(b.ctx, `INSERT INTO collection_product (id, shop_id, created_at, collection_id, product_id)
			SELECT $2, $1, $3, $4, product_id FROM variant WHERE shop_id = $1 AND id = $5`, uuid.New(), start, id, variant.UUID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// full is a cart with everything that a price depends on.
func (b *bundle) full(t *testing.T, lines ...cart.LineInput) (*cart.Cart, *discount.GiftCard, uuid.UUID) {
	t.Helper()
	collection := b.collect(t, b.lamp)
	b.discount(t, promotion.Discount{Method: promotion.Code, Code: "Lamps20", Kind: promotion.Percentage,
		Config: promotion.Config{PPM: 200_000, Target: promotion.Target{Collections: []uuid.UUID{collection}}, Combines: promotion.Combines{Order: true, Shipping: true}}})
	b.discount(t, promotion.Discount{Title: "Autumn", Method: promotion.Automatic, Kind: promotion.Fixed,
		Config: promotion.Config{Amounts: map[money.Currency]int64{"USD": 1_000}, Combines: promotion.Combines{Product: true, Shipping: true}}})
	card, code, err := b.discounts.IssueCard(b.ctx, discount.Issue{Amount: usd(3_000)})
	if err != nil {
		t.Fatal(err)
	}
	c := ok(t)(b.carts.Create(b.ctx, cart.Input{Lines: lines, DiscountCodes: []string{"LAMPS20"}, GiftCardCodes: []string{code},
		Addresses: []cart.AddressInput{{Address: address("US", "CA", "94107")}}}))
	return c, card, collection
}

func TestTotalsAreThoseOfPricing(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		c, card, collection := b.full(t, of(b.chair, 1), of(b.lamp, 2), of(b.book, 1))
		product := func(i int) uuid.UUID { return c.Lines[i].Variant.ProductID }
		offers, used, err := b.discounts.Offers(b.ctx, []string{"lamps20"}, nil, start)
		if err != nil {
			t.Fatal(err)
		}
		line := func(i int, v gid.ID, n, price, grams int64, shipped bool, in ...uuid.UUID) pricing.Line {
			return pricing.Line{ID: c.Lines[i].ID.UUID, VariantID: v.UUID, ProductID: product(i), CollectionIDs: in, Quantity: n, UnitPrice: usd(price), Taxable: true, RequiresShipping: shipped, Grams: grams}
		}
		want, err := pricing.Calculate(pricing.Input{Now: start, Currency: "USD", Codes: []string{"LAMPS20"}, Discounts: offers, Facts: promotion.Facts{Used: used},
			Lines:     []pricing.Line{line(0, b.chair, 1, 10_000, 5_000, true), line(1, b.lamp, 2, 2_550, 800, true, collection), line(2, b.book, 1, 1_000, 0, false)},
			Address:   &pricing.Address{Country: "US", Province: "CA"},
			Shipping:  &shipping.Option{Handle: "standard", Title: "Standard", Price: usd(500)},
			TaxRates:  []tax.Rate{{Country: "US", Province: "CA", Name: "Sales tax", PPM: 72_500}, {Country: "DE", Name: "VAT", PPM: 190_000, ShippingTaxable: true}},
			GiftCards: []pricing.GiftCard{{ID: card.ID, LastCharacters: card.LastCharacters, Balance: usd(3_000)}}})
		if err != nil {
			t.Fatal(err)
		}
		same(t, want, c.Priced.Quote, cmpopts.IgnoreFields(promotion.Allocation{}, "Line"), cmpopts.EquateEmpty())

		// 100.00 + 2 × 25.50 + 10.00 = 161.00, less 10.20 of lamps and 10.00 of everything, 5.00 to ship, 7.25 percent of 140.80.
		tax := usd(1_021)
		same(t, &cart.Cost{SubtotalAmount: usd(14_080), TotalAmount: usd(14_080 + 500 + 1_021), CheckoutChargeAmount: usd(14_080 + 500 + 1_021 - 3_000), TotalTaxAmount: &tax}, c.Cost)
		same(t, &cart.LineCost{AmountPerQuantity: usd(2_550), SubtotalAmount: usd(5_100), TotalAmount: usd(4_080)}, c.Lines[1].Cost)
		same(t, []any{&cart.CodeAllocation{Code: "Lamps20", DiscountedAmount: usd(1_020), TargetType: "LINE_ITEM", DiscountApplication: &cart.DiscountApplication{
			AllocationMethod: "ACROSS", TargetSelection: "ENTITLED", TargetType: "LINE_ITEM", Value: &cart.PercentageValue{Percentage: 20}}}}, c.Lines[1].DiscountAllocations)
		same(t, []any{&cart.AutomaticAllocation{Title: "Autumn", DiscountedAmount: usd(1_000), TargetType: "LINE_ITEM", DiscountApplication: &cart.DiscountApplication{
			AllocationMethod: "ACROSS", TargetSelection: "ALL", TargetType: "LINE_ITEM", Value: usd(1_000)}}}, c.DiscountAllocations)
		same(t, []*cart.DiscountCode{{Applicable: true, Code: "Lamps20"}}, c.DiscountCodes)
		same(t, []*cart.AppliedGiftCard{{ID: gid.New("AppliedGiftCard", card.ID), AmountUsed: usd(3_000), PresentmentAmountUsed: usd(3_000), Balance: usd(3_000), LastCharacters: card.LastCharacters}}, c.AppliedGiftCards)
		if c.CheckoutURL != "https://shop.test/checkout/"+c.ID.UUID.String()+"?key="+c.ID.Key {
			t.Error(c.CheckoutURL)
		}
	})
}

func TestTenLinesTakeFiveStatements(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		var lines []cart.LineInput
		for i := range 8 {
			lines = append(lines, of(b.good(t, good{fmt.Sprint("Good ", i), 1_000, 900, 100, true, "active"}), 1))
		}
		c, _, _ := b.full(t, append(lines, of(b.chair, 1), of(b.lamp, 1))...)
		ctx, record := database.Recording(b.ctx, true)
		got, err := b.carts.Get(ctx, c.ID)
		if err != nil || len(got.Lines) != 10 || len(got.Groups[0].DeliveryOptions) != 2 || len(got.AppliedGiftCards) != 1 {
			t.Fatalf("%+v %v", got, err)
		}
		if record.Count() > 5 {
			t.Errorf("%d statements: %v", record.Count(), record.Statements())
		}
		ctx, record = database.Recording(b.ctx, true)
		ok(t)(b.carts.AddLines(ctx, c.ID, []cart.LineInput{of(b.chair, 1)}))
		if record.Count() > 10 {
			t.Errorf("%d statements of a change: %v", record.Count(), record.Statements())
		}
	})
}

func TestCountryDecidesThePrice(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		c := b.open(t, of(b.chair, 1))
		same(t, usd(10_000), c.Cost.TotalAmount)
		if g := c.Groups[0]; len(g.DeliveryOptions) != 2 || g.SelectedDeliveryOption != nil || *g.DeliveryAddress.CountryCode != "US" || !c.Cost.TotalAmountEstimated {
			t.Errorf("%+v %+v", g, c.Cost)
		}
		c = ok(t)(b.carts.SetBuyerIdentity(b.ctx, c.ID, cart.BuyerInput{Country: cart.Set("DE"), Email: cart.Set("Ann@Example.com"), Phone: cart.Set("+49 30 123456")}))
		tax := money.New(1_437, "EUR") // contained in 90.00 at 19 percent
		same(t, &cart.Cost{SubtotalAmount: money.New(9_000, "EUR"), TotalAmount: money.New(9_000, "EUR"), CheckoutChargeAmount: money.New(9_000, "EUR"), TotalTaxAmount: &tax,
			TotalAmountEstimated: true, TotalTaxAmountEstimated: true}, c.Cost)
		same(t, &cart.BuyerIdentity{CountryCode: ptr("DE"), Email: ptr("ann@example.com"), Phone: ptr("+4930123456")}, c.BuyerIdentity)

		c = ok(t)(b.carts.AddDeliveryAddresses(b.ctx, c.ID, []cart.AddressInput{{Address: address("US", "CA", "94107")}}))
		if c.Stored.Currency != "USD" || c.Groups[0].SelectedDeliveryOption.Handle != "standard" || c.Cost.TotalAmountEstimated {
			t.Errorf("%+v", c.Stored)
		}
		c = ok(t)(b.carts.SetBuyerIdentity(b.ctx, c.ID, cart.BuyerInput{Country: cart.Set("FR"), Email: cart.Set("")}))
		if c.Stored.Selected() != nil || c.BuyerIdentity.Email != nil || c.Cost.TotalAmount.Currency != "EUR" || len(c.Delivery.Addresses(nil)) != 1 {
			t.Errorf("%+v", c.Stored)
		}
		same(t, "INVALID@buyerIdentity.countryCode INVALID@buyerIdentity.email INVALID@buyerIdentity.phone", refused(t)(b.carts.SetBuyerIdentity(b.ctx, c.ID,
			cart.BuyerInput{Country: cart.Set("france"), Email: cart.Set("nobody"), Phone: cart.Set("12")})))
		// A line without a price there is not in the cart there, and comes back.
		c = b.open(t, of(b.book, 1))
		c = ok(t)(b.carts.SetBuyerIdentity(b.ctx, c.ID, cart.BuyerInput{Country: cart.Set("DE")}))
		c = ok(t)(b.carts.AddLines(b.ctx, c.ID, []cart.LineInput{of(b.euro, 1)}))
		c = ok(t)(b.carts.SetBuyerIdentity(b.ctx, c.ID, cart.BuyerInput{Country: cart.Set("")}))
		if len(c.Lines) != 1 || len(c.Priced.Unavailable) != 1 || len(c.Groups) != 0 {
			t.Errorf("%+v", c.Priced)
		}
	})
}

func TestDiscountCodesAndGiftCards(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		b.discount(t, promotion.Discount{Method: promotion.Code, Code: "Big", Kind: promotion.Percentage, Config: promotion.Config{PPM: 100_000, MinSubtotal: map[money.Currency]int64{"USD": 15_000}}})
		b.discount(t, promotion.Discount{Method: promotion.Code, Code: "Ship", Kind: promotion.FreeShipping})
		c := b.open(t, of(b.chair, 1))
		c, _, warnings, err := b.carts.SetDiscountCodes(b.ctx, c.ID, []string{"big", " nope ", "BIG"})
		if err != nil || len(warnings) != 2 || warnings[0].Code != "DISCOUNT_PURCHASE_NOT_IN_RANGE" || warnings[1].Code != "DISCOUNT_NOT_FOUND" || warnings[0].Target != c.ID {
			t.Fatalf("%+v %v", warnings, err)
		}
		same(t, []*cart.DiscountCode{{Code: "Big"}, {Code: "nope"}}, c.DiscountCodes)
		c = ok(t)(b.carts.AddLines(b.ctx, c.ID, []cart.LineInput{of(b.chair, 1)}))
		same(t, usd(18_000), c.Cost.SubtotalAmount)
		c = ok(t)(b.carts.AddDeliveryAddresses(b.ctx, c.ID, []cart.AddressInput{{Address: address("US", "NY", "10001")}}))
		c = ok(t)(b.carts.SetDiscountCodes(b.ctx, c.ID, []string{"ship"}))
		same(t, usd(20_000), c.Cost.TotalAmount)
		if a := c.DiscountAllocations[0].(*cart.CodeAllocation); a.TargetType != "SHIPPING_LINE" || a.DiscountedAmount != usd(500) {
			t.Errorf("%+v", a)
		}
		same(t, "MISSING_DISCOUNT_CODE@discountCodes.1", refused(t)(b.carts.SetDiscountCodes(b.ctx, c.ID, []string{"a", " "})))

		card, code, err := b.discounts.IssueCard(b.ctx, discount.Issue{Amount: usd(50_000)})
		if err != nil {
			t.Fatal(err)
		}
		_, euros, err := b.discounts.IssueCard(b.ctx, discount.Issue{Amount: money.New(5_000, "EUR")})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "PAYMENTS_GIFT_CARDS_UNAVAILABLE PAYMENTS_GIFT_CARDS_UNAVAILABLE", warned(t)(b.carts.AddGiftCardCodes(b.ctx, c.ID, []string{code, euros, "unknown"})))
		c = ok(t)(b.carts.AddGiftCardCodes(b.ctx, c.ID, []string{code}))
		if len(c.AppliedGiftCards) != 1 || !c.Cost.CheckoutChargeAmount.IsZero() || c.AppliedGiftCards[0].AmountUsed != usd(20_000) {
			t.Errorf("%+v", c.Cost)
		}
		same(t, "INVALID@appliedGiftCardIds.0", refused(t)(b.carts.RemoveGiftCardCodes(b.ctx, c.ID, []gid.ID{gid.New("AppliedGiftCard", uuid.New())})))
		c = ok(t)(b.carts.RemoveGiftCardCodes(b.ctx, c.ID, []gid.ID{gid.New("AppliedGiftCard", card.ID)}))
		c = ok(t)(b.carts.SetGiftCardCodes(b.ctx, c.ID, []string{code}))
		c = ok(t)(b.carts.SetGiftCardCodes(b.ctx, c.ID, nil))
		if len(c.AppliedGiftCards) != 0 {
			t.Errorf("%+v", c.AppliedGiftCards)
		}
	})
}

func TestSnapshotFreezesWhatAnOrderNeeds(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		c, _, _ := b.full(t, of(b.chair, 1, with("engraving", "A")), of(b.lamp, 2))
		err := b.db.InTx(b.ctx, func(tx database.Tx) error {
			_, err := tx.Exec(b.ctx, `INSERT INTO media (id, shop_id, created_at, updated_at, product_id, source) VALUES ($2, $1, $3, $3, $4, 'chair.jpg')`,
				uuid.New(), start, c.Lines[0].Variant.ProductID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		c = ok(t)(b.carts.SetBillingAddress(b.ctx, c.ID, &customer.AddressInput{Country: ptr("Germany"), City: ptr("Berlin")}))
		priced, snap, err := b.carts.Snapshot(b.ctx, c.Stored, b.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		line := snap.Lines[0]
		same(t, cart.SnapshotLine{ID: c.Lines[0].ID.UUID, VariantID: b.chair.UUID, ProductID: c.Lines[0].Variant.ProductID, Title: "Chair", VariantTitle: "Default Title", SKU: "SKU-Chair",
			Vendor: "Maker", Image: "https://shop.test/files/chair.jpg", Quantity: 1, Attributes: []*cart.Attribute{with("engraving", "A")}, RequiresShipping: true, Taxable: true}, line)
		if snap.Shipping.ProvinceCode != "CA" || snap.Billing.CountryCode != "DE" || snap.Version != c.Stored.Version || snap.Currency != "USD" {
			t.Errorf("%+v", snap)
		}
		same(t, priced.Quote, snap.Quote)
		text, err := json.Marshal(snap)
		if err != nil {
			t.Fatal(err)
		}
		var read cart.Snapshot
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		same(t, *snap, read, cmpopts.IgnoreFields(promotion.Allocation{}, "Line"), cmpopts.EquateEmpty())
	})
}

func TestWhoPaysNoTaxIsChargedNone(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		id := uuid.Must(uuid.NewV7())
		if err := b.db.InTx(b.ctx, func(tx database.Tx) error {
			_, err := tx.Exec(b.ctx, `INSERT INTO customer (shop_id, id, created_at, updated_at, email, tax_exempt) VALUES ($1, $2, $3, $3, 'ann@example.com', $4)`, id, start, true)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		c := b.open(t, of(b.chair, 1))
		c = ok(t)(b.carts.AddDeliveryAddresses(b.ctx, c.ID, []cart.AddressInput{{Address: address("US", "CA", "94107")}}))
		if c.Cost.TotalTaxAmount == nil || c.Cost.TotalTaxAmount.Amount == 0 {
			t.Fatalf("%+v", c.Cost)
		}
		c = ok(t)(b.carts.SetBuyerIdentity(b.ctx, c.ID, cart.BuyerInput{CustomerID: cart.Set(&id)}))
		if c.Cost.TotalTaxAmount != nil && c.Cost.TotalTaxAmount.Amount != 0 {
			t.Fatalf("%+v", c.Cost)
		}
		same(t, usd(10_500), c.Cost.TotalAmount)
	})
}

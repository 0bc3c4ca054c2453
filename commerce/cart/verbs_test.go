package cart_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

func TestTexts(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		id := b.open(t).ID
		c := ok(t)(b.carts.SetNote(b.ctx, id, strings.Repeat("é", cart.MaxNote)))
		if len(*c.Note) != 2*cart.MaxNote {
			t.Error("the note was cut")
		}
		same(t, "NOTE_TOO_LONG@note", refused(t)(b.carts.SetNote(b.ctx, id, strings.Repeat("é", cart.MaxNote+1))))
		same(t, "INVALID@note", refused(t)(b.carts.SetNote(b.ctx, id, "a\x00b")))
		same(t, "INVALID@note", refused(t)(b.carts.SetNote(b.ctx, id, "\xff")))
		c = ok(t)(b.carts.SetNote(b.ctx, id, ""))
		if c.Note != nil {
			t.Error(*c.Note)
		}
		c = ok(t)(b.carts.SetAttributes(b.ctx, id, []*cart.Attribute{with("a", "1"), with("b", "2"), with("a", "3")}))
		same(t, []*cart.Attribute{with("b", "2"), with("a", "3")}, c.Attributes)
		same(t, "INVALID@attributes.0.key", refused(t)(b.carts.SetAttributes(b.ctx, id, []*cart.Attribute{with("", "1")})))

		ok(t)(b.carts.SetMetafields(b.ctx, id, []cart.MetafieldInput{{Key: "gift.wrap", Type: "boolean", Value: "true"}, {Key: "plain", Type: "single_line_text_field", Value: "x"}}))
		c = ok(t)(b.carts.SetMetafields(b.ctx, id, []cart.MetafieldInput{{Key: "gift.wrap", Type: "boolean", Value: "false"}}))
		if f := c.Metafield("wrap", ptr("gift")); len(c.Metafields) != 2 || f.Value != "false" || f.OwnerID != id.UUID || c.Metafield("plain", nil).Value != "x" || c.Metafield("wrap", nil) != nil {
			t.Errorf("%+v", f)
		}
		same(t, "INVALID_METAFIELDS@metafields.0.key INVALID_METAFIELDS@metafields.1.type",
			refused(t)(b.carts.SetMetafields(b.ctx, id, []cart.MetafieldInput{{Key: "a b", Type: "x"}, {Key: "a", Type: ""}})))
		c = ok(t)(b.carts.DeleteMetafield(b.ctx, id, "gift.wrap"))
		same(t, "INVALID_METAFIELDS@input.key", refused(t)(b.carts.DeleteMetafield(b.ctx, id, "gift.wrap")))
		if len(c.Metafields) != 1 {
			t.Errorf("%+v", c.Metafields)
		}
	})
}

func TestAddressesAndOptions(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		id := b.open(t, of(b.chair, 1)).ID
		home, work := cart.AddressInput{Address: address("US", "CA", "94107")}, cart.AddressInput{Address: address("DE", "", "10115"), OneTimeUse: true}
		c := ok(t)(b.carts.AddDeliveryAddresses(b.ctx, id, []cart.AddressInput{home, work}))
		list := c.Delivery.Addresses(nil)
		if len(list) != 2 || !list[0].Selected || list[1].Selected || !list[1].OneTimeUse || *list[0].Address.ProvinceCode != "CA" {
			t.Fatalf("%+v", list)
		}
		c, _, warnings, err := b.carts.AddDeliveryAddresses(b.ctx, id, []cart.AddressInput{home})
		if err != nil || len(warnings) != 1 || warnings[0].Code != "DUPLICATE_DELIVERY_ADDRESS" || warnings[0].Target != list[0].ID || len(c.Delivery.Addresses(nil)) != 2 {
			t.Errorf("%+v %v", warnings, err)
		}
		group := c.Groups[0]
		c = ok(t)(b.carts.SelectDeliveryOptions(b.ctx, id, []cart.OptionChoice{{GroupID: group.ID, Handle: "express"}}))
		same(t, usd(11_500+725), c.Cost.TotalAmount)
		if o := c.Groups[0].SelectedDeliveryOption; o.Handle != "express" || *o.Description != "1 to 2 days" || o.EstimatedCost != usd(1_500) {
			t.Errorf("%+v", o)
		}
		same(t, "INVALID_DELIVERY_OPTION@selectedDeliveryOptions.0.deliveryOptionHandle", refused(t)(b.carts.SelectDeliveryOptions(b.ctx, id, []cart.OptionChoice{{GroupID: group.ID, Handle: "post"}})))

		c = ok(t)(b.carts.UpdateDeliveryAddresses(b.ctx, id, []cart.AddressUpdate{{ID: list[1].ID, Selected: ptr(true)}}))
		if c.Cost.TotalAmount != money.New(9_490, "EUR") || c.Groups[0].SelectedDeliveryOption.Handle != "post" || len(c.Delivery.Addresses(ptr(true))) != 1 {
			t.Errorf("%+v", c.Cost)
		}
		same(t, "INVALID_DELIVERY_GROUP@selectedDeliveryOptions.0.deliveryGroupId", refused(t)(b.carts.SelectDeliveryOptions(b.ctx, id, []cart.OptionChoice{{GroupID: group.ID, Handle: "post"}})))
		c = ok(t)(b.carts.UpdateDeliveryAddresses(b.ctx, id, []cart.AddressUpdate{{ID: list[1].ID, Address: address("FR", "", "75001"), OneTimeUse: ptr(false)}}))
		if c.Stored.Country != "FR" || c.Delivery.Addresses(nil)[1].OneTimeUse {
			t.Errorf("%+v", c.Stored)
		}
		badAddresses(t, b, id, list[0].ID)
		c = ok(t)(b.carts.RemoveDeliveryAddresses(b.ctx, id, []gid.ID{list[1].ID}))
		if c.Stored.Selected() != nil || len(c.Delivery.Addresses(nil)) != 1 {
			t.Errorf("%+v", c.Stored)
		}
		c = ok(t)(b.carts.ReplaceDeliveryAddresses(b.ctx, id, []cart.AddressInput{{Copy: &customer.Postal{CountryCode: "US", City: "Town"}}}))
		if len(c.Delivery.Addresses(nil)) != 1 || c.Delivery.Addresses(nil)[0].ID == list[0].ID || c.Stored.Currency != "USD" {
			t.Errorf("%+v", c.Stored)
		}
		c = ok(t)(b.carts.ReplaceDeliveryAddresses(b.ctx, id, []cart.AddressInput{{Address: address("BR", "", "")}}))
		if g := c.Groups[0]; len(g.DeliveryOptions) != 0 || g.SelectedDeliveryOption != nil || c.BuyerIdentity.CountryCode == nil || *c.BuyerIdentity.CountryCode != "BR" {
			t.Errorf("%+v", g)
		}
	})
}

func badAddresses(t *testing.T, b *bundle, id, known gid.ID) {
	add := func(list ...cart.AddressInput) string {
		return refused(t)(b.carts.AddDeliveryAddresses(b.ctx, id, list))
	}
	bad := func(change func(in *customer.AddressInput), strict bool) string {
		in := address("US", "CA", "94107")
		change(in)
		return strings.ReplaceAll(add(cart.AddressInput{Address: in, Strict: strict}), "@addresses.0.address.deliveryAddress.", "@")
	}
	same(t, "ADDRESS_FIELD_IS_REQUIRED@countryCode", bad(func(in *customer.AddressInput) { in.CountryCode, in.ProvinceCode = nil, nil }, false))
	same(t, "ADDRESS_FIELD_IS_REQUIRED@address1", bad(func(in *customer.AddressInput) { in.Address1 = nil }, true))
	same(t, "INVALID_ZIP_CODE_FOR_COUNTRY@zip", bad(func(in *customer.AddressInput) { in.Zip = ptr("X") }, false))
	same(t, "PROVINCE_NOT_FOUND@provinceCode", bad(func(in *customer.AddressInput) { in.ProvinceCode = ptr("ZZ") }, false))
	same(t, "ADDRESS_FIELD_CONTAINS_HTML_TAGS@city", bad(func(in *customer.AddressInput) { in.City = ptr("<b>x</b>") }, false))
	same(t, "ADDRESS_FIELD_CONTAINS_URL@company", bad(func(in *customer.AddressInput) { in.Company = ptr("see www.x.test") }, false))
	same(t, "ADDRESS_FIELD_CONTAINS_EMOJIS@company", bad(func(in *customer.AddressInput) { in.Company = ptr("Fun 🎉") }, false))
	same(t, "ADDRESS_FIELD_IS_TOO_LONG@lastName", bad(func(in *customer.AddressInput) { in.LastName = ptr(strings.Repeat("x", 300)) }, false))
	same(t, "ADDRESS_FIELD_DOES_NOT_MATCH_EXPECTED_PATTERN@phone", bad(func(in *customer.AddressInput) { in.Phone = ptr("call me") }, false))
	same(t, "INVALID@addresses.0.address", add(cart.AddressInput{}))
	two := cart.AddressInput{Address: address("US", "NY", "10001"), Selected: true}
	same(t, "ONLY_ONE_DELIVERY_ADDRESS_CAN_BE_SELECTED@addresses", add(two, cart.AddressInput{Address: address("FR", "", "75002"), Selected: true}))
	same(t, "INVALID_DELIVERY_ADDRESS_ID@addresses.1.id", refused(t)(b.carts.UpdateDeliveryAddresses(b.ctx, id, []cart.AddressUpdate{{ID: known}, {ID: gid.New("CartSelectableAddress", uuid.New())}})))
	same(t, "INVALID_DELIVERY_ADDRESS_ID@addressIds.0", refused(t)(b.carts.RemoveDeliveryAddresses(b.ctx, id, []gid.ID{gid.New("CartSelectableAddress", uuid.New())})))
	var many []cart.AddressInput
	for i := range cart.MaxAddresses + 1 {
		in := address("US", "CA", "94107")
		in.Company = ptr(strings.Repeat("x", i+1))
		many = append(many, cart.AddressInput{Address: in})
	}
	same(t, "TOO_MANY_DELIVERY_ADDRESSES@addresses", add(many...))
	same(t, "PROVINCE_NOT_FOUND@billingAddress.province", refused(t)(b.carts.SetBillingAddress(b.ctx, id, &customer.AddressInput{Country: ptr("US"), Province: ptr("Bavaria")})))
}

func TestPayment(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		id := b.open(t, of(b.book, 2)).ID
		pay := func(p cart.Payment) string {
			return refused(t)(b.carts.SetPayment(b.ctx, id, cart.PaymentInput{Payment: p}))
		}
		same(t, "INVALID_PAYMENT@payment.amount", pay(cart.Payment{Method: cart.DirectPayment, Amount: usd(1), SessionID: "tok"}))
		same(t, "INVALID_PAYMENT@payment.amount", pay(cart.Payment{Method: cart.DirectPayment, Amount: money.New(2_000, "EUR"), SessionID: "tok"}))
		same(t, "PAYMENT_METHOD_NOT_APPLICABLE@payment.freePaymentMethod", pay(cart.Payment{Method: cart.FreePayment, Amount: usd(2_000)}))
		same(t, "PAYMENT_METHOD_NOT_SUPPORTED@payment.walletPaymentMethod", pay(cart.Payment{Method: cart.WalletPayment, Amount: usd(2_000)}))
		same(t, "INVALID_PAYMENT@payment", pay(cart.Payment{Amount: usd(2_000)}))
		same(t, "INVALID_PAYMENT@payment.directPaymentMethod.sessionId", pay(cart.Payment{Method: cart.DirectPayment, Amount: usd(2_000)}))
		c := ok(t)(b.carts.SetPayment(b.ctx, id, cart.PaymentInput{Payment: cart.Payment{Method: cart.DirectPayment, Amount: usd(2_000), SessionID: "tok"},
			Billing: &customer.AddressInput{Country: ptr("US"), City: ptr("Town")}}))
		if p := c.Stored.Payment; p.SessionID != "tok" || p.Billing.City != "Town" || c.Stored.Billing.City != "Town" {
			t.Errorf("%+v", p)
		}
		id = b.open(t).ID
		same(t, "INVALID_PAYMENT_EMPTY_CART@payment", pay(cart.Payment{Method: cart.FreePayment, Amount: usd(0)}))
	})
}

func TestLife(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		owner := uuid.New()
		c := ok(t)(b.carts.Create(b.ctx, cart.Input{Lines: []cart.LineInput{of(b.chair, 2, with("a", "b")), of(b.book, 1)}, Note: "Hello", DiscountCodes: nil,
			Attributes: []*cart.Attribute{with("k", "v")}, Addresses: []cart.AddressInput{{Address: address("DE", "", "10115")}},
			Buyer:      cart.BuyerInput{Country: cart.Set("US"), Email: cart.Set("a@example.com"), CustomerID: cart.Set(&owner), Preferences: cart.Set(&cart.Preferences{Wallet: []string{"x"}})},
			Metafields: []cart.MetafieldInput{{Key: "m", Type: "boolean", Value: "true"}}}))
		if c.Stored.Currency != "EUR" || *c.BuyerIdentity.CustomerID != owner || c.BuyerIdentity.Preferences.Wallet[0] != "x" || len(c.Metafields) != 1 {
			t.Fatalf("%+v", c.Stored)
		}
		t.Run("ReadAgainIsTheSame", func(t *testing.T) {
			got, err := b.carts.Get(b.ctx, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			same(t, c.Cost, got.Cost)
			same(t, c.Lines, got.Lines, cmpopts.IgnoreUnexported(catalog.Product{}))
			same(t, c.Attributes, got.Attributes)
			same(t, c.BuyerIdentity, got.BuyerIdentity)
			same(t, c.UpdatedAt, got.UpdatedAt)
		})
		t.Run("CloneHasMerchandiseOnly", func(t *testing.T) {
			n := ok(t)(b.carts.Clone(b.ctx, c.ID))
			if n.ID == c.ID || n.ID.Key == c.ID.Key || n.BuyerIdentity.Email != nil || n.BuyerIdentity.CustomerID != nil || len(n.Delivery.Addresses(nil)) != 0 || *n.Note != "Hello" {
				t.Errorf("%+v", n)
			}
			same(t, b.quantities(c), b.quantities(n))
			if n.Lines[0].ID == c.Lines[0].ID || *n.Lines[0].Attribute("a").Value != "b" {
				t.Errorf("%+v", n.Lines[0])
			}
		})
		t.Run("PersonalDataGoes", func(t *testing.T) {
			n := ok(t)(b.carts.RemovePersonalData(b.ctx, ok(t)(b.carts.Clone(b.ctx, c.ID)).ID))
			if n.Note != nil || len(n.Lines) != 2 {
				t.Errorf("%+v", n)
			}
		})
		t.Run("OrderedIsReadOnly", func(t *testing.T) { ordered(t, b, c.ID) })
		t.Run("OldCartsGo", func(t *testing.T) {
			b.clock.Advance(cart.Lifetime - 1)
			young := b.open(t, of(b.chair, 1)).ID
			b.clock.Advance(1)
			if n, err := b.carts.Expire(b.ctx, 100); err != nil || n != 3 {
				t.Errorf("%d, %v", n, err)
			}
			if _, err := b.carts.Get(b.ctx, young); err != nil {
				t.Error(err)
			}
			if n, err := b.carts.Expire(b.ctx, 100); err != nil || n != 0 {
				t.Errorf("%d, %v", n, err)
			}
		})
	})
}

func ordered(t *testing.T, b *bundle, id gid.ID) {
	order := uuid.New()
	move := func(from, to cart.State, order *uuid.UUID) error {
		return b.db.InTx(b.ctx, func(tx database.Tx) error {
			if _, err := b.carts.LockTx(b.ctx, tx, id.UUID); err != nil {
				return err
			}
			return b.carts.MoveTx(b.ctx, tx, id.UUID, from, to, order)
		})
	}
	for _, step := range []struct {
		from, to cart.State
		order    *uuid.UUID
	}{{cart.Open, cart.Completing, nil}, {cart.Completing, cart.Completed, &order}} {
		if err := move(step.from, step.to, step.order); err != nil {
			t.Fatal(err)
		}
		if err := move(cart.Open, step.to, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("moved twice: %v", err)
		}
		c, problems, _, err := b.carts.AddLines(b.ctx, id, []cart.LineInput{of(b.chair, 1)})
		if err != nil || told(problems) != "INVALID@cartId" || len(c.Lines) != 2 || c.Lines[0].Quantity != 2 {
			t.Errorf("%s %v", told(problems), err)
		}
	}
	c, err := b.carts.Get(b.ctx, id)
	if err != nil || *c.Stored.OrderID != order || c.Lines[0].Instructions.CanRemove {
		t.Errorf("%+v %v", c, err)
	}
}

package order_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/commerce/payment/bogus"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/gid"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

const key = "a-key-of-a-cart"

// bundle is one shop with staff at work, and two variants of which 100 each lie in stock.
type bundle struct {
	ctx      context.Context // staff's
	db       *database.DB
	clock    *clock.Manual
	orders   *order.Service
	payments *payment.Service
	stock    *inventory.Service
	cards    *discount.Service
	gateway  *moody
	seen     *events
	records  *records
	location uuid.UUID
	variants []uuid.UUID
}

// events keeps the subjects that were announced in transactions that were committed.
type events struct {
	mu   sync.Mutex
	list []string
}

func (e *events) AppendTx(_ context.Context, tx database.Tx, subject string, _ any) error {
	tx.AfterCommit(func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.list = append(e.list, subject)
	})
	return nil
}

func (e *events) take() (list []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	list, e.list = e.list, nil
	return list
}

// records counts what was audited.
type records struct {
	mu   sync.Mutex
	list []string
}

func (r *records) Audit(_ context.Context, tx database.Tx, action, _ string, _ any) error {
	tx.AfterCommit(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.list = append(r.list, action)
	})
	return nil
}

// moody is a gateway that can be told how refunds end, before or after it has acted.
type moody struct {
	payment.Gateway
	mu     sync.Mutex
	before error
	after  error
}

func (g *moody) mood(before, after error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.before, g.after = before, after
}

func (*moody) Test() bool { return true }

func (g *moody) Refund(ctx context.Context, r payment.RefundRequest) (payment.Refunded, error) {
	g.mu.Lock()
	before, after := g.before, g.after
	g.mu.Unlock()
	if before != nil {
		return payment.Refunded{}, before
	}
	done, err := g.Gateway.Refund(ctx, r)
	if after != nil {
		return payment.Refunded{}, after
	}
	return done, err
}

func setup(t *testing.T, db *database.DB) *bundle {
	t.Helper()
	ctx, shop := databasetest.Shop(t, db)
	b := &bundle{db: db, clock: clock.NewManual(start), seen: &events{}, records: &records{}}
	b.ctx = access.With(ctx, access.Actor{Kind: access.Staff, Shop: shop, ID: uuid.New(), Roles: []string{access.Owner}, Scopes: access.ScopesOf(access.Owner)})
	b.gateway = &moody{Gateway: bogus.New(bogus.Config{DB: db})}
	b.stock = inventory.New(inventory.Config{DB: db, Clock: b.clock})
	b.payments = payment.New(payment.Config{DB: db, Clock: b.clock, Gateways: map[string]payment.Gateway{bogus.Name: b.gateway}})
	b.cards = discount.New(discount.Config{DB: db, Clock: b.clock})
	b.orders = order.New(order.Config{DB: db, Stock: b.stock, Payments: b.payments, Cards: b.cards, Events: b.seen, Audit: b.records, Clock: b.clock, PublicURL: "https://shop.example/"})
	l, err := b.stock.SaveLocation(b.ctx, inventory.Location{Handle: "main", Name: "Main", Active: true, FulfillsOnline: true})
	if err != nil {
		t.Fatal(err)
	}
	b.location = l.ID.UUID
	for range 2 {
		b.variants = append(b.variants, b.variant(t, 100))
	}
	return b
}

func (b *bundle) variant(t *testing.T, onHand int64) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	err := b.db.InTx(b.ctx, func(tx database.Tx) error {
		_, err := tx.Exec(b.ctx, `INSERT INTO product (id, shop_id, created_at, updated_at, handle, title) VALUES ($2, $1, $3, $3, $4, 'Chair')`, id, start, "p-"+id.String())
		if err != nil {
			return err
		}
		_, err = tx.Exec(b.ctx, `INSERT INTO variant (id, shop_id, created_at, updated_at, product_id, title) VALUES ($2, $1, $3, $3, $2, 'Oak')`, id, start)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, problems, err := b.stock.Set(b.ctx, inventory.Count{Quantities: []inventory.SetQuantity{{VariantID: id, LocationID: b.location, Quantity: onHand}}})
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	return id
}

// onHand fails the test unless so many of a variant lie in stock, and stock agrees with its ledger.
func (b *bundle) onHand(t *testing.T, variant uuid.UUID, want int64) {
	t.Helper()
	levels, err := b.stock.Levels(b.ctx, []uuid.UUID{variant})
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	for _, l := range levels[variant] {
		sum += l.OnHand
	}
	if sum != want {
		t.Fatalf("%d on hand, want %d", sum, want)
	}
	if wrong, err := b.stock.Verify(b.ctx); err != nil || len(wrong) > 0 {
		t.Fatal(wrong, err)
	}
}

// basket is what a test buys: three chairs at 33.33 and two tables at 250.00, shipped for 9.99, with 8.875 % tax on top, ten
// off.
func (b *bundle) basket(t *testing.T, cards ...pricing.GiftCard) pricing.Quote {
	t.Helper()
	q, err := pricing.Calculate(pricing.Input{
		Now: start, Currency: "USD", Address: &pricing.Address{Country: "US", Province: "NY"}, GiftCards: cards,
		Lines: []pricing.Line{
			{ID: uuid.New(), VariantID: b.variants[0], ProductID: b.variants[0], Quantity: 3, UnitPrice: money.New(3333, "USD"), Taxable: true, RequiresShipping: true},
			{ID: uuid.New(), VariantID: b.variants[1], ProductID: b.variants[1], Quantity: 2, UnitPrice: money.New(25000, "USD"), Taxable: true, RequiresShipping: true},
		},
		Discounts: []promotion.Discount{{ID: uuid.New(), Title: "Ten off", Method: promotion.Code, Code: "TEN", Kind: promotion.Fixed, StartsAt: start.Add(-time.Hour),
			Config: promotion.Config{Amounts: map[money.Currency]int64{"USD": 1000}}}},
		Codes:    []string{"TEN"},
		Shipping: &shipping.Option{Handle: "standard", Title: "Standard", Price: money.New(999, "USD")},
		TaxRates: []tax.Rate{{Country: "US", Province: "NY", Name: "Sales tax", PPM: 88750, ShippingTaxable: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// draft is a guest's order of a quote. Its stock is taken and its charge is paid by deliver.
func (b *bundle) draft(q pricing.Quote) order.Draft {
	h := sha256.Sum256([]byte(key))
	blue := "blue"
	d := order.Draft{
		ID: uuid.Must(uuid.NewV7()), CartID: uuid.Must(uuid.NewV7()), KeyHash: h[:], Key: key, Email: "Mia@Example.com", Locale: "en-US", Country: "US", Quote: q,
		ShippingAddress: &customer.Postal{FirstName: "Mia", LastName: "Moss", Address1: "1 Main St", City: "Albany", ProvinceCode: "NY", CountryCode: "US", Zip: "12207"},
		Attributes:      []*cart.Attribute{{Key: "gift", Value: &blue}},
	}
	for range q.Lines {
		d.Lines = append(d.Lines, order.DraftLine{Title: "Chair", VariantTitle: "Oak", SKU: "CH-1", Vendor: "Moss", RequiresShipping: true, Taxable: true})
	}
	return d
}

// deliver takes the stock of a draft, charges it and places it.
func (b *bundle) deliver(t *testing.T, d order.Draft) *order.Order {
	t.Helper()
	if charge := d.Quote.Totals.Charge; charge.Amount > 0 {
		d.Payment = b.charge(t, d.ID.String(), charge)
	}
	o, err := b.place(d)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (b *bundle) charge(t *testing.T, key string, amount money.Money) *payment.Transaction {
	t.Helper()
	begin := payment.Begin{Kind: payment.Sale, Gateway: bogus.Name, Key: "sale:" + key, Amount: amount}
	made, err := b.payments.Charge(b.ctx, bogus.Name, payment.ChargeRequest{IdempotencyKey: begin.Key, Amount: amount, Token: bogus.TokenOK})
	if err != nil {
		t.Fatal(err)
	}
	var paid payment.Transaction
	err = b.db.InTx(b.ctx, func(tx database.Tx) error {
		if _, err := b.payments.BeginTx(b.ctx, tx, begin); err != nil {
			return err
		}
		var err error
		paid, err = b.payments.SettleTx(b.ctx, tx, begin.Key, payment.OutcomeOf(made.Ref, nil))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return &paid
}

// place takes stock and places a draft in one transaction, as a checkout does.
func (b *bundle) place(d order.Draft) (o *order.Order, err error) {
	err = b.db.InTx(b.ctx, func(tx database.Tx) error {
		var lines []inventory.Line
		for _, l := range d.Quote.Lines {
			lines = append(lines, inventory.Line{VariantID: l.VariantID, Quantity: l.Quantity})
		}
		taken, err := b.stock.CommitTx(b.ctx, tx, inventory.Commitment{Ref: inventory.Ref(d.CartID.String()), Lines: lines, Order: d.CartID.String()})
		if err != nil {
			return err
		}
		d.Allocations = taken
		o, err = b.orders.PlaceTx(b.ctx, tx, d)
		return err
	})
	return o, err
}

// sold is a paid guest's order of the basket, and its lines.
func (b *bundle) sold(t *testing.T) (*order.Order, []*order.Line) {
	t.Helper()
	o := b.deliver(t, b.draft(b.basket(t)))
	return b.again(t, o), b.lines(t, o)
}

func (b *bundle) again(t *testing.T, o *order.Order) *order.Order {
	t.Helper()
	found, err := b.orders.Known(b.ctx, []uuid.UUID{o.ID.UUID})
	if err != nil || found[o.ID.UUID] == nil {
		t.Fatal(found, err)
	}
	return found[o.ID.UUID]
}

func (b *bundle) lines(t *testing.T, o *order.Order) []*order.Line {
	t.Helper()
	all, err := b.orders.AllLines(b.ctx, []uuid.UUID{o.ID.UUID})
	if err != nil {
		t.Fatal(err)
	}
	return all[o.ID.UUID]
}

func (b *bundle) as(a access.Actor) context.Context { return access.With(b.ctx, a) }

func of(l *order.Line, quantity int64, restock string) order.RefundLineInput {
	return order.RefundLineInput{LineID: l.ID, Quantity: quantity, Restock: restock}
}

var errLost = payment.Unknown{Cause: errors.New("the line went dead")}

func orderID(id uuid.UUID) gid.ID { return gid.New(order.Type, id) }

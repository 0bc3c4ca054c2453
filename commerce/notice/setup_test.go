package notice_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/notice"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/commerce/payment/bogus"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/mail"
	"github.com/rialtohq/rialto/platform/outbox"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// bundle is a shop whose services announce through a real outbox, and a folder that takes its mails.
type bundle struct {
	*testing.T
	ctx       context.Context // staff's
	db        *database.DB
	clock     *clock.Manual
	outbox    *outbox.Outbox
	sent      *recorder
	customers *customer.Service
	staff     *staff.Service
	orders    *order.Service
	payments  *payment.Service
	notices   *notice.Service
	dir       string
}

// recorder keeps what the outbox publishes.
type recorder struct{ got []bus.Message }

func (r *recorder) Publish(_ context.Context, messages ...bus.Message) error {
	r.got = append(r.got, messages...)
	return nil
}

type events struct{ *outbox.Outbox }

func (e events) AppendTx(ctx context.Context, tx database.Tx, subject string, payload any) error {
	return e.Outbox.AppendTx(ctx, tx, outbox.Event{Type: subject, Payload: payload})
}

func setup(t *testing.T, db *database.DB) *bundle {
	t.Helper()
	ctx, id := databasetest.Shop(t, db)
	b := &bundle{T: t, db: db, clock: clock.NewManual(start), sent: &recorder{}, dir: t.TempDir()}
	b.ctx = access.With(ctx, access.Actor{Kind: access.Staff, Shop: id, ID: uuid.New(), Roles: []string{access.Owner}, Scopes: access.ScopesOf(access.Owner)})
	b.outbox = outbox.New(outbox.Config{DB: db, Bus: b.sent, Clock: b.clock})
	ev := events{b.outbox}
	ids := identity.New(identity.Config{DB: db, Clock: b.clock})
	b.customers = customer.New(customer.Config{DB: db, Clock: b.clock, Events: ev, Identity: ids, AccountURL: "https://shop.example/account"})
	b.staff = staff.New(staff.Config{DB: db, Clock: b.clock, Events: ev, Identity: ids, PasswordURL: "https://shop.example/staff/password"})
	b.payments = payment.New(payment.Config{DB: db, Clock: b.clock, Gateways: map[string]payment.Gateway{bogus.Name: bogus.New(bogus.Config{DB: db})}})
	b.orders = order.New(order.Config{
		DB: db, Clock: b.clock, Stock: inventory.New(inventory.Config{DB: db, Clock: b.clock}), Payments: b.payments, Events: ev,
		Cards: discount.New(discount.Config{DB: db, Clock: b.clock}), PublicURL: "https://shop.example",
	})
	folder, err := mail.NewFolder(b.dir, mail.Sender{From: "Rialto <rialto@mail.example>", Clock: b.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	b.notices = notice.New(notice.Config{Orders: b.orders, Customers: b.customers, Staff: b.staff, Shops: shop.New(shop.Config{DB: db, Clock: b.clock}), Mailer: folder})
	return b
}

func each(t *testing.T, tests map[string]func(b *bundle)) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) { test(setup(t, db)) })
		}
	})
}

// letter is a mail as its reader has it.
type letter struct {
	From, To, Subject, Text, HTML string
}

// catcher keeps mails by their ids.
type catcher map[string]mail.Message

func (c catcher) Send(_ context.Context, m mail.Message) error {
	c[m.ID] = m
	return nil
}

// together fails where the mails of orders differ when they are written for many events at once.
func (b *bundle) together() {
	b.Helper()
	alone, many := catcher{}, catcher{}
	inbox := outbox.NewInbox(outbox.InboxConfig{DB: b.db, Clock: b.clock})
	var some []bus.Message
	for _, m := range b.sent.got {
		if !strings.HasPrefix(m.Subject, "order.") {
			continue
		}
		config := b.notices.Config
		config.Mailer = alone
		if err := inbox.HandleOutside("alone", notice.New(config).Consume)(context.Background(), m); err != nil {
			b.Fatal(m.Subject, err)
		}
		some = append(some, m)
	}
	config := b.notices.Config
	config.Mailer = many
	if err := errors.Join(inbox.HandleOutsideTogether("many", 1, notice.New(config).Prepare)(context.Background(), some)...); err != nil {
		b.Fatal(err)
	}
	if d := cmp.Diff(alone, many); d != "" {
		b.Fatal(d)
	}
}

// deliver hands every event that happened to the consumer: twice to one that remembers, and once more to one that died
// before it could. It gives the mails that came of the events, in their order, and fails where a mail changed.
func (b *bundle) deliver() []letter {
	b.Helper()
	b.sent.got = nil
	if _, err := b.outbox.Relay(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.together()
	handle := outbox.NewInbox(outbox.InboxConfig{DB: b.db, Clock: b.clock}).HandleOutside(notice.ConsumerName, b.notices.Consume)
	var out []letter
	for _, m := range b.sent.got {
		if err := handle(context.Background(), m); err != nil {
			b.Fatal(m.Subject, err)
		}
		path := filepath.Join(b.dir, m.ID+".eml")
		first, err := os.ReadFile(path)
		b.clock.Advance(time.Minute)
		amnesiac := outbox.NewInbox(outbox.InboxConfig{DB: b.db, Clock: b.clock}).HandleOutside("amnesiac", b.notices.Consume)
		for _, again := range []bus.Handler{handle, amnesiac} {
			if err := again(context.Background(), m); err != nil {
				b.Fatal(m.Subject, err)
			}
		}
		if os.IsNotExist(err) {
			continue
		}
		second, _ := os.ReadFile(path)
		if err != nil || string(first) != string(second) {
			b.Fatalf("%v: the mail of %s changed when its event came again", err, m.Subject)
		}
		out = append(out, b.read(string(first)))
	}
	if files, _ := os.ReadDir(b.dir); len(files) < len(out) {
		b.Fatalf("%d mails, %d files", len(out), len(files))
	}
	return out
}

// read takes a mail apart.
func (b *bundle) read(raw string) letter {
	b.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		b.Fatal(err)
	}
	var words mime.WordDecoder
	subject, err := words.DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		b.Fatal(err)
	}
	l := letter{From: m.Header.Get("From"), To: m.Header.Get("To"), Subject: subject}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		b.Fatal(err)
	}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return l
		}
		if err != nil {
			b.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			b.Fatal(err)
		}
		text := strings.ReplaceAll(string(body), "\r\n", "\n")
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			l.HTML = text
		} else {
			l.Text = text
		}
	}
}

// quote prices three chairs and two lamps, shipped for 9.99, or 999 yen.
func quote(b *bundle, currency money.Currency, country string, included bool) pricing.Quote {
	b.Helper()
	line := func(quantity, price int64) pricing.Line {
		id := uuid.New()
		return pricing.Line{ID: id, VariantID: id, ProductID: id, Quantity: quantity, UnitPrice: money.New(price, currency), Taxable: true, RequiresShipping: true}
	}
	q, err := pricing.Calculate(pricing.Input{
		Now: start, Currency: currency, Address: &pricing.Address{Country: country}, TaxesIncluded: included,
		Lines:    []pricing.Line{line(3, 3333), line(2, 25000)},
		Shipping: &shipping.Option{Handle: "standard", Title: "Standard", Price: money.New(999, currency)},
		TaxRates: []tax.Rate{{Country: country, Name: "Sales tax", PPM: 100_000, ShippingTaxable: true}},
	})
	if err != nil {
		b.Fatal(err)
	}
	return q
}

// buy places a paid order of a quote for a guest.
func (b *bundle) buy(q pricing.Quote, change func(d *order.Draft)) *order.Order {
	b.Helper()
	h := sha256.Sum256([]byte("a key"))
	d := order.Draft{
		ID: uuid.Must(uuid.NewV7()), CartID: uuid.Must(uuid.NewV7()), KeyHash: h[:], Email: "mia@example.com", Country: "US", Quote: q,
		ShippingAddress: &customer.Postal{FirstName: "Mia", LastName: "Moss", Address1: "1 Main St", City: "Albany", ProvinceCode: "NY", CountryCode: "US", Zip: "12207"},
		Lines: []order.DraftLine{
			{Title: "Chair <Oak>", VariantTitle: "Natural", RequiresShipping: true, Taxable: true},
			{Title: "Lamp", VariantTitle: "Default Title", RequiresShipping: true, Taxable: true},
		},
	}
	if change != nil {
		change(&d)
	}
	charge := payment.ChargeRequest{IdempotencyKey: "sale:" + d.ID.String(), Amount: q.Totals.Charge, Token: bogus.TokenOK}
	made, err := b.payments.Charge(b.ctx, bogus.Name, charge)
	if err != nil {
		b.Fatal(err)
	}
	var o *order.Order
	err = b.db.InTx(b.ctx, func(tx database.Tx) error {
		if _, err := b.payments.BeginTx(b.ctx, tx, payment.Begin{Kind: payment.Sale, Gateway: bogus.Name, Key: charge.IdempotencyKey, Amount: charge.Amount}); err != nil {
			return err
		}
		paid, err := b.payments.SettleTx(b.ctx, tx, charge.IdempotencyKey, payment.OutcomeOf(made.Ref, nil))
		if err != nil {
			return err
		}
		d.Payment = &paid
		o, err = b.orders.PlaceTx(b.ctx, tx, d)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return o
}

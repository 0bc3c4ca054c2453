package notice_test

import (
	"context"
	"encoding/json"
	"net/url"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/delivery"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/mail"
	"github.com/rialtohq/rialto/platform/outbox"
)

const confirmed = `Thank you for your order #1001.

   3 x Chair <Oak>, Natural  99.99 USD
   2 x Lamp  500.00 USD

  Subtotal  599.99 USD
  Delivery  9.99 USD  (Standard)
  Sales tax  61.00 USD
  Total     670.98 USD

Delivered to:
  Mia Moss
  1 Main St
  Albany NY 12207
  United States

See how it stands:
STATUS

Test
`

func TestOrderIsConfirmed(t *testing.T) {
	each(t, map[string]func(b *bundle){
		"OK": func(b *bundle) {
			o := b.buy(quote(b, "USD", "US", false), nil)
			got := b.deliver()
			if len(got) != 1 {
				b.Fatalf("%d mails", len(got))
			}
			want := letter{From: `"Rialto" <rialto@mail.example>`, To: "<mia@example.com>", Subject: "Test: order #1001 confirmed", Text: strings.Replace(confirmed, "STATUS", o.StatusURL, 1), HTML: got[0].HTML}
			if d := cmp.Diff(want, got[0]); d != "" {
				b.Error(d)
			}
			for _, want := range []string{"Chair &lt;Oak&gt;, Natural", ">670.98 USD<", `href="` + o.StatusURL + `"`, "1 Main St"} {
				if !strings.Contains(got[0].HTML, want) {
					b.Errorf("%q is not in %s", want, got[0].HTML)
				}
			}
		},
		"InYenWithTaxInside": func(b *bundle) {
			b.buy(quote(b, "JPY", "JP", true), func(d *order.Draft) {
				d.BillingAddress = &customer.Postal{FirstName: "Ken", LastName: "Ito", City: "Osaka", CountryCode: "JP"}
			})
			got := b.deliver()
			if len(got) != 1 {
				b.Fatalf("%d mails", len(got))
			}
			for _, want := range []string{"9999 JPY", "Total     60998 JPY", "(contained in the prices)", "Billed to:\n", "Osaka"} {
				if !strings.Contains(got[0].Text, want) {
					b.Errorf("%q is not in %s", want, got[0].Text)
				}
			}
		},
		"WithoutEmailNobodyIsTold": func(b *bundle) {
			b.buy(quote(b, "USD", "US", false), func(d *order.Draft) { d.Email, d.Phone = "", "+15555550100" })
			if got := b.deliver(); len(got) != 0 {
				b.Error(got)
			}
		},
	})
}

func TestOrderIsFollowed(t *testing.T) {
	each(t, map[string]func(b *bundle){
		"Fulfilled": func(b *bundle) {
			o := b.placed()
			b.did(b.orders.Fulfill(b.ctx, order.FulfillInput{
				OrderID: o.ID, Notify: true, Message: "Enjoy.", Tracking: order.Tracking{Company: "Post", Numbers: []string{"T-1"}, URLs: []string{"https://post.example/T-1"}},
			}))
			b.expect("Test: order #1001 is on its way", "3 x Chair <Oak>, Natural\n", "Enjoy.", "Post T-1\nhttps://post.example/T-1", "1 Main St")
		},
		"Tracked": func(b *bundle) {
			o := b.placed()
			f, problems, err := b.orders.Fulfill(b.ctx, order.FulfillInput{OrderID: o.ID})
			if err != nil || len(problems) > 0 {
				b.Fatal(problems, err)
			}
			b.did(b.orders.Track(b.ctx, order.TrackInput{FulfillmentID: f.ID, Notify: true, Tracking: order.Tracking{Company: "Post", Numbers: []string{"T-2", "T-3"}}}))
			b.expect("Test: how to follow order #1001", "3 x Chair <Oak>, Natural\n", "Post T-2\n", "Post T-3\n")
		},
		"Edited": func(b *bundle) {
			o := b.placed()
			b.orders.Rates = untaxed{}
			e, problems, err := b.orders.BeginEdit(b.ctx, o.ID)
			if err != nil || len(problems) > 0 {
				b.Fatal(problems, err)
			}
			if _, _, problems, err = b.orders.AddCustom(b.ctx, e.ID, order.EditCustom{Title: "Gift wrap", Price: money.New(450, "USD"), Quantity: 2}); err != nil || len(problems) > 0 {
				b.Fatal(problems, err)
			}
			b.did(b.orders.CommitEdit(b.ctx, order.CommitInput{EditID: e.ID, Notify: true}))
			b.expect("Test: order #1001 was changed", "2 x Gift wrap\n", "Total     679.98 USD", "Still to be paid: 9.00 USD")
		},
		"Refunded": func(b *bundle) {
			o := b.placed()
			lines, err := b.orders.AllLines(b.ctx, []uuid.UUID{o.ID.UUID})
			if err != nil {
				b.Fatal(err)
			}
			_, _, problems, err := b.orders.Refund(b.ctx, order.RefundInput{OrderID: o.ID, Notify: true, Lines: []order.RefundLineInput{{LineID: lines[o.ID.UUID][1].ID, Quantity: 1}}})
			if err != nil || len(problems) > 0 {
				b.Fatal(problems, err)
			}
			b.expect("Test: money back for order #1001", "You get 275.00 USD back", "1 x Lamp\n")
		},
		"Canceled": func(b *bundle) {
			o := b.placed()
			b.did(b.orders.Cancel(b.ctx, order.CancelInput{OrderID: o.ID, Reason: "INVENTORY", Refund: true, Notify: true}))
			b.expect("Test: order #1001 canceled", "is not available any more", "Given back so far: 670.98 USD")
		},
		"QuietlyNobodyIsTold": func(b *bundle) {
			o := b.placed()
			b.did(b.orders.Cancel(b.ctx, order.CancelInput{OrderID: o.ID, Reason: "OTHER", Refund: true}))
			if got := b.deliver(); len(got) != 0 {
				b.Error(got)
			}
		},
	})
}

// placed is an order whose confirmation is out.
func (b *bundle) placed() *order.Order {
	b.Helper()
	o := b.buy(quote(b, "USD", "US", false), nil)
	b.deliver()
	return o
}

// did fails the test unless a verb of a service was done.
func (b *bundle) did(_ any, problems fault.Problems, err error) {
	b.Helper()
	if err != nil || len(problems) > 0 {
		b.Fatal(problems, err)
	}
}

// expect delivers what happened and looks for texts in the one mail of it.
func (b *bundle) expect(subject string, texts ...string) {
	b.Helper()
	got := b.deliver()
	if len(got) != 1 || got[0].Subject != subject || got[0].To != "<mia@example.com>" {
		b.Fatalf("%+v", got)
	}
	for _, want := range texts {
		if !strings.Contains(got[0].Text, want) {
			b.Errorf("%q is not in %s", want, got[0].Text)
		}
	}
	if got[0].HTML == "" {
		b.Error("no HTML")
	}
}

// accountPages is how the links to a customer's account begin.
const accountPages = "https://shop.example/account/"

func TestAccountsAreOpenedByMail(t *testing.T) {
	const email, password = "ada@example.com", "engine no. 1"
	ada := func(b *bundle) customer.CreateInput { return customer.CreateInput{Email: email, Password: password} }
	each(t, map[string]func(b *bundle){
		"Recovery": func(b *bundle) {
			b.did(b.customers.Create(b.ctx, ada(b)))
			b.recover(email)
			got := b.deliver()
			if len(got) != 1 || got[0].Subject != "Test: choose a new password" || got[0].To != "<"+email+">" {
				b.Fatalf("%+v", got)
			}
			if _, problems, err := b.customers.ResetByURL(b.ctx, link(b, got[0], accountPages), "engine no. 2"); err != nil || len(problems) > 0 {
				b.Error(problems, err)
			}
		},
		"Activation": func(b *bundle) {
			b.did(b.customers.Invite(b.ctx, customer.CreateInput{Email: email}))
			got := b.deliver()
			if len(got) != 1 || got[0].Subject != "Test: your account is ready" {
				b.Fatalf("%+v", got)
			}
			if _, problems, err := b.customers.ActivateByURL(b.ctx, link(b, got[0], accountPages), password); err != nil || len(problems) > 0 {
				b.Error(problems, err)
			}
		},
		"MailServerWasAway": func(b *bundle) {
			b.did(b.customers.Create(b.ctx, ada(b)))
			b.recover(email)
			folder := b.notices.Mailer
			b.notices.Mailer = away{}
			b.sent.got = nil
			if _, err := b.outbox.Relay(context.Background()); err != nil {
				b.Fatal(err)
			}
			asked := b.sent.got[len(b.sent.got)-1]
			handle := outbox.NewInbox(outbox.InboxConfig{DB: b.db, Clock: b.clock}).HandleOutside("notice", b.notices.Consume)
			for range 20 { // more often than an account may have secrets
				if err := handle(context.Background(), asked); !fault.Is(err, fault.Unavailable) {
					b.Fatal(err)
				}
			}
			b.notices.Mailer = folder
			if err := handle(context.Background(), asked); err != nil {
				b.Fatal(err)
			}
			if files, err := filepath.Glob(filepath.Join(b.dir, "*.eml")); err != nil || len(files) != 1 {
				b.Errorf("%v %v", files, err)
			}
		},
		"UnknownEmailNobodyIsTold": func(b *bundle) {
			b.recover("nobody@example.com")
			if got := b.deliver(); len(got) != 0 {
				b.Error(got)
			}
		},
	})
}

func TestStaffAreLetInByMail(t *testing.T) {
	const password = "a long enough password"
	// secret is what the link of a mail carries.
	secret := func(b *bundle, l letter) string {
		b.Helper()
		at, err := url.Parse(link(b, l, "https://shop.example/staff/password?token="))
		if err != nil {
			b.Fatal(err)
		}
		return at.Query().Get("token")
	}
	choose := func(b *bundle, token string) {
		b.Helper()
		if problems, err := b.staff.ResetPassword(b.ctx, token, password); err != nil || len(problems) > 0 {
			b.Fatal(problems, err)
		}
	}
	each(t, map[string]func(b *bundle){
		"Invitation": func(b *bundle) {
			email := "grace@" + uuid.NewString() + ".example"
			b.did(b.staff.Create(b.ctx, staff.CreateInput{Email: email, Name: "Grace <Hopper>", Invite: true, Role: access.Support}))
			got := b.deliver()
			if len(got) != 1 || got[0].Subject != "Test: you were added to the staff" || got[0].To != "<"+email+">" || !strings.Contains(got[0].HTML, "Grace &lt;Hopper&gt;") {
				b.Fatalf("%+v", got)
			}
			choose(b, secret(b, got[0]))
			if _, problems, err := b.staff.SignIn(b.ctx, email, password); err != nil || len(problems) > 0 {
				b.Error(problems, err)
			}
		},
		"Recovery": func(b *bundle) {
			email := "ada@" + uuid.NewString() + ".example"
			if _, err := b.staff.EnsureOwner(b.ctx, email, "Ada", "the password before"); err != nil {
				b.Fatal(err)
			}
			for _, asked := range []string{email, "nobody@shop.example"} { // who has no account gets no mail, and the answer is the same
				if problems, err := b.staff.Recover(b.ctx, asked); err != nil || len(problems) > 0 {
					b.Fatal(problems, err)
				}
			}
			got := b.deliver()
			if len(got) != 1 || got[0].Subject != "Test: choose a new staff password" || got[0].To != "<"+email+">" {
				b.Fatalf("%+v", got)
			}
			choose(b, secret(b, got[0]))
			if _, problems, err := b.staff.SignIn(b.ctx, email, "the password before"); err != nil || len(problems) == 0 {
				b.Error("the password before still works", err)
			}
		},
	})
}

// away is a mail server that does not answer.
type away struct{}

func (away) Send(context.Context, mail.Message) error {
	return fault.New(fault.Unavailable, "The mail server is away.")
}

func (b *bundle) recover(email string) {
	b.Helper()
	if problems, err := b.customers.Recover(b.ctx, email); err != nil || len(problems) > 0 {
		b.Fatal(problems, err)
	}
}

// link is the link of a mail that begins so, which stands on a line of its own and in the HTML.
func link(b *bundle, l letter, begins string) string {
	b.Helper()
	for line := range strings.Lines(l.Text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, begins) && strings.Contains(l.HTML, `href="`+line+`"`) {
			return line
		}
	}
	b.Fatalf("no link in %s", l.Text)
	return ""
}

func TestWhatNoTryCanSendIsGivenUp(t *testing.T) {
	each(t, map[string]func(b *bundle){
		"NoSuchOrder": func(b *bundle) { b.givenUp(order.SubjectPlaced, order.Placed{OrderID: uuid.New()}) },
		"NoSuchRefund": func(b *bundle) {
			b.givenUp(order.SubjectRefunded, order.Refunded{OrderID: b.placed().ID.UUID, RefundID: uuid.New(), Notify: true})
		},
		"NoSuchShipment": func(b *bundle) {
			b.givenUp(order.SubjectFulfilled, order.Fulfilled{OrderID: b.placed().ID.UUID, FulfillmentID: uuid.New(), Notify: true})
		},
		"NoAddress": func(b *bundle) {
			b.buy(quote(b, "USD", "US", false), func(d *order.Draft) { d.Email = "not an address" })
			if _, err := b.outbox.Relay(context.Background()); err != nil {
				b.Fatal(err)
			}
			var p order.Placed
			if err := json.Unmarshal(b.sent.got[0].Payload, &p); err != nil {
				b.Fatal(err)
			}
			b.givenUp(order.SubjectPlaced, p)
		},
		"Garbage": func(b *bundle) { b.givenUp(order.SubjectPlaced, "garbage") },
	})
}

// givenUp fails the test unless the event fails for good.
func (b *bundle) givenUp(subject string, payload any) {
	b.Helper()
	raw, err := json.Marshal(payload)
	if err != nil {
		b.Fatal(err)
	}
	err = b.notices.Consume(b.ctx, outbox.Event{ID: uuid.New(), Type: subject, Payload: json.RawMessage(raw)})
	if reflect.TypeOf(err) != reflect.TypeOf(bus.Permanent(err)) {
		b.Errorf("%v will be tried again", err)
	}
}

// untaxed is a shop that collects no taxes.
type untaxed struct{}

func (untaxed) Rates(context.Context) (delivery.Rates, error) { return delivery.Rates{}, nil }

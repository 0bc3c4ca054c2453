package payment_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/commerce/payment/bogus"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// rude is a gateway that keeps no promise about its errors.
type rude struct{ payment.Gateway }

var errRude = errors.New("boom")

func (rude) Charge(context.Context, payment.ChargeRequest) (payment.Charge, error) {
	return payment.Charge{}, errRude
}

func setup(t *testing.T, db *database.DB) (context.Context, *payment.Service, *clock.Manual) {
	t.Helper()
	ctx, _ := databasetest.Shop(t, db)
	c := clock.NewManual(start)
	gateway := bogus.New(bogus.Config{DB: db, Stall: func(context.Context) {}})
	return ctx, payment.New(payment.Config{DB: db, Clock: c, Gateways: map[string]payment.Gateway{bogus.Name: gateway, "rude": rude{}}}), c
}

func begin(ctx context.Context, db *database.DB, s *payment.Service, b payment.Begin) (got payment.Transaction, err error) {
	err = db.InTx(ctx, func(tx database.Tx) (err error) {
		got, err = s.BeginTx(ctx, tx, b)
		return err
	})
	return got, err
}

func settle(ctx context.Context, db *database.DB, s *payment.Service, key string, o payment.Outcome) (got payment.Transaction, err error) {
	err = db.InTx(ctx, func(tx database.Tx) (err error) {
		got, err = s.SettleTx(ctx, tx, key, o)
		return err
	})
	return got, err
}

func TestTransaction(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, s, now := setup(t, db)
		attempt, order := uuid.New(), uuid.New()
		b := payment.Begin{Kind: payment.Sale, Gateway: bogus.Name, Key: "k1", Amount: money.New(1299, "USD"), AttemptID: attempt}
		first, err := begin(ctx, db, s, b)
		if err != nil || first.Status != payment.Pending || !first.Test || first.ProcessedAt != nil || first.ErrorCode != nil {
			t.Fatal(first, err)
		}
		if again, err := begin(ctx, db, s, b); err != nil || !cmp.Equal(first, again) {
			t.Fatal(again, err)
		}
		other := b
		other.Amount.Amount++
		if _, err := begin(ctx, db, s, other); !fault.Is(err, fault.Conflict) {
			t.Fatalf("err = %v, want a conflict", err)
		}
		other = b
		other.Gateway = "nobody"
		if _, err := begin(ctx, db, s, other); !fault.Is(err, fault.Invalid) {
			t.Fatalf("err = %v, want invalid", err)
		}
		now.Advance(time.Minute)
		open, err := settle(ctx, db, s, "k1", payment.OutcomeOf("", payment.Unknown{}))
		if err != nil || open.Status != payment.Pending || *open.ErrorCode != payment.Timeout {
			t.Fatal(open, err)
		}
		for range 2 {
			got, err := settle(ctx, db, s, "k1", payment.OutcomeOf("bogus_1", nil))
			if err != nil || got.Status != payment.Success || got.PaymentID != "bogus_1" || got.ErrorCode != nil || !got.ProcessedAt.Equal(start.Add(time.Minute)) {
				t.Fatal(got, err)
			}
		}
		for _, o := range []payment.Outcome{payment.OutcomeOf("", payment.Declined{}), payment.OutcomeOf("bogus_2", nil)} {
			if _, err := settle(ctx, db, s, "k1", o); !fault.Is(err, fault.Conflict) {
				t.Fatalf("err = %v, want a conflict", err)
			}
		}
		if got, err := settle(ctx, db, s, "k1", payment.OutcomeOf("", payment.Unknown{})); err != nil || got.Status != payment.Success {
			t.Fatal(got, err) // a late "I do not know" changes nothing
		}
		if _, err := settle(ctx, db, s, "k2", payment.Outcome{}); !fault.Is(err, fault.NotFound) {
			t.Fatalf("err = %v, want not found", err)
		}
		attach := func(order uuid.UUID) error {
			return db.InTx(ctx, func(tx database.Tx) error { return s.AttachTx(ctx, tx, "k1", order) })
		}
		if err := errors.Join(attach(order), attach(order)); err != nil {
			t.Fatal(err)
		}
		if err := attach(uuid.New()); !fault.Is(err, fault.Conflict) {
			t.Fatalf("err = %v, want a conflict", err)
		}
		back := payment.Begin{Kind: payment.Refund, Gateway: bogus.Name, Key: "r1", Amount: money.New(100, "USD"), OrderID: order, ParentID: first.ID.UUID}
		if _, err := begin(ctx, db, s, back); err != nil {
			t.Fatal(err)
		}
		of, err := s.TransactionsOf(ctx, []uuid.UUID{order, uuid.New()})
		if err != nil || len(of) != 1 || len(of[order]) != 2 || of[order][0].Key != "k1" || of[order][1].ParentID != first.ID.UUID {
			t.Fatal(of, err)
		}
		if got, err := s.ByIDs(ctx, []uuid.UUID{first.ID.UUID}); err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
		foreign, _ := databasetest.Shop(t, db)
		if _, err := s.ByKey(foreign, "k1"); !fault.Is(err, fault.NotFound) {
			t.Fatalf("err = %v, want not found", err)
		}
	})
}

func TestCharge(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, s, _ := setup(t, db)
		for _, c := range []struct {
			gateway, token string
			want           payment.Status
		}{
			{bogus.Name, bogus.TokenOK, payment.Success}, {bogus.Name, bogus.TokenDeclined, payment.Failure}, {bogus.Name, "tok_stolen", payment.Failure},
			{bogus.Name, bogus.TokenError, payment.Broken}, {bogus.Name, bogus.TokenTimeout, payment.Pending}, {"rude", bogus.TokenOK, payment.Pending},
		} {
			got, err := s.Charge(ctx, c.gateway, payment.ChargeRequest{IdempotencyKey: c.gateway + c.token, Amount: money.New(5, "KWD"), Token: c.token})
			if o := payment.OutcomeOf(got.Ref, err); o.Status != c.want || (o.Status == payment.Success) != (o.Code == "") {
				t.Errorf("%s: %+v, want %s", c.token, o, c.want)
			}
		}
		if _, err := s.Charge(ctx, "nobody", payment.ChargeRequest{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("err = %v, want invalid", err)
		}
		charge, found, err := s.Find(ctx, bogus.Name, bogus.Name+bogus.TokenTimeout)
		if err != nil || !found {
			t.Fatal(charge, found, err)
		}
		if r, err := s.Refund(ctx, bogus.Name, payment.RefundRequest{IdempotencyKey: "back", ChargeRef: charge.Ref, Amount: charge.Amount}); err != nil || r.Ref == "" {
			t.Fatal(r, err)
		}
		if _, ok := errors.AsType[payment.Declined](s.Void(ctx, bogus.Name, payment.VoidRequest{IdempotencyKey: "undo", ChargeRef: charge.Ref})); !ok {
			t.Fatal("undid what was given back")
		}
	})
}

func TestEnumsAreSpelledInCapitals(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	payment.Sale.MarshalGQL(&b)
	payment.Broken.MarshalGQL(&b)
	payment.CardDeclined.MarshalGQL(&b)
	if got, want := b.String(), `"SALE""ERROR""CARD_DECLINED"`; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	var k payment.Kind
	if err := k.UnmarshalGQL("REFUND"); err != nil || k != payment.Refund {
		t.Fatal(k, err)
	}
	if err := k.UnmarshalGQL(7); err == nil {
		t.Fatal("a number is a kind")
	}
}

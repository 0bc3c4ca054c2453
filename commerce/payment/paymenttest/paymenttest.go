// Package paymenttest is what every payment gateway must pass: the promises of [payment.Gateway], as tests.
package paymenttest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/payment"
)

// Subject is a gateway under test and the tokens that make it behave. An empty token skips what needs it.
type Subject struct {
	Gateway payment.Gateway
	// OK is charged; Declined is refused; Broken fails without being charged.
	OK, Declined, Broken string
	// Lost is charged, and the answer is lost. The gateway must not make the test wait for long.
	Lost string
}

// Run runs the suite. newSubject gives a gateway that may share its memory with others: keys are never used twice.
func Run(t *testing.T, newSubject func(t *testing.T) Subject) {
	for name, test := range map[string]func(*testing.T, Subject){
		"ChargeOK":               chargeOK,
		"SameKeyChargesOnce":     sameKey,
		"TwinsChargeOnce":        twins,
		"KeyReused":              keyReused,
		"Declined":               declined,
		"UnknownToken":           unknownToken,
		"BadAmount":              badAmount,
		"BrokenChargesNothing":   broken,
		"LostAnswerIsFound":      lost,
		"HungUpChargesNothing":   hungUp,
		"RefundInParts":          refunds,
		"TwinRefundsStayWithin":  twinRefunds,
		"RefundOfNothing":        refundOfNothing,
		"VoidOnce":               voidOnce,
		"NoVoidAfterRefund":      voidAfterRefund,
		"NothingUnderUnknownKey": unknownKey,
	} {
		t.Run(name, func(t *testing.T) { test(t, newSubject(t)) })
	}
}

func usd(amount int64) money.Money { return money.New(amount, "USD") }

func key() string { return "test-" + uuid.NewString() }

func request(key string, amount int64, token string) payment.ChargeRequest {
	return payment.ChargeRequest{IdempotencyKey: key, Amount: usd(amount), Token: token, Description: "A chair"}
}

// charge charges and fails the test where that fails.
func charge(t *testing.T, s Subject, key string, amount int64) payment.Charge {
	t.Helper()
	c, err := s.Gateway.Charge(t.Context(), request(key, amount, s.OK))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func find(t *testing.T, s Subject, key string) (payment.Charge, bool) {
	t.Helper()
	c, found, err := s.Gateway.Find(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return c, found
}

func wantDeclined(t *testing.T, err error) {
	t.Helper()
	d, ok := errors.AsType[payment.Declined](err)
	if !ok || d.Code == "" || d.Message == "" {
		t.Fatalf("err = %#v, want Declined with a code and a message", err)
	}
}

func chargeOK(t *testing.T, s Subject) {
	k := key()
	c := charge(t, s, k, 1299)
	if c.Ref == "" || c.Amount != usd(1299) || c.Voided {
		t.Fatalf("%+v", c)
	}
	got, found := find(t, s, k)
	if diff := cmp.Diff(c, got); !found || diff != "" {
		t.Fatal(found, diff)
	}
}

func sameKey(t *testing.T, s Subject) {
	k := key()
	if a, b := charge(t, s, k, 500), charge(t, s, k, 500); a != b {
		t.Fatalf("one key, two charges: %+v and %+v", a, b)
	}
}

func twins(t *testing.T, s Subject) {
	k := key()
	var mu sync.Mutex
	refs := map[string]bool{}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			c, err := s.Gateway.Charge(t.Context(), request(k, 700, s.OK))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			refs[c.Ref] = true
		})
	}
	wait.Wait()
	if len(refs) != 1 {
		t.Fatalf("one key, %d charges", len(refs))
	}
}

func keyReused(t *testing.T, s Subject) {
	k := key()
	c := charge(t, s, k, 500)
	if _, err := s.Gateway.Charge(t.Context(), request(k, 501, s.OK)); !errors.Is(err, payment.ErrKeyReused) {
		t.Fatalf("err = %v, want ErrKeyReused", err)
	}
	if _, err := s.Gateway.Refund(t.Context(), payment.RefundRequest{IdempotencyKey: k, ChargeRef: c.Ref, Amount: usd(500)}); !errors.Is(err, payment.ErrKeyReused) {
		t.Fatalf("err = %v, want ErrKeyReused", err)
	}
	if got, _ := find(t, s, k); got != c {
		t.Fatalf("the charge became %+v", got)
	}
}

func declined(t *testing.T, s Subject) {
	need(t, s.Declined)
	k := key()
	_, err := s.Gateway.Charge(t.Context(), request(k, 500, s.Declined))
	wantDeclined(t, err)
	if _, found := find(t, s, k); found {
		t.Fatal("a declined charge was made")
	}
}

func unknownToken(t *testing.T, s Subject) {
	for _, token := range []string{"", "tok_nobody_has_this", "\x00'; --"} {
		_, err := s.Gateway.Charge(t.Context(), request(key(), 500, token))
		wantDeclined(t, err)
	}
}

func badAmount(t *testing.T, s Subject) {
	for _, amount := range []money.Money{usd(0), usd(-5), money.New(5, "ZZZ")} {
		_, err := s.Gateway.Charge(t.Context(), payment.ChargeRequest{IdempotencyKey: key(), Amount: amount, Token: s.OK})
		wantDeclined(t, err)
	}
}

func broken(t *testing.T, s Subject) {
	need(t, s.Broken)
	k := key()
	_, err := s.Gateway.Charge(t.Context(), request(k, 500, s.Broken))
	if _, ok := errors.AsType[payment.Failed](err); !ok {
		t.Fatalf("err = %v, want Failed", err)
	}
	if _, found := find(t, s, k); found {
		t.Fatal("a failed charge was made")
	}
}

func lost(t *testing.T, s Subject) {
	need(t, s.Lost)
	k := key()
	_, err := s.Gateway.Charge(t.Context(), request(k, 500, s.Lost))
	if _, ok := errors.AsType[payment.Unknown](err); !ok {
		t.Fatalf("err = %v, want Unknown", err)
	}
	found, ok := find(t, s, k)
	if !ok {
		t.Fatal("the charge is not found")
	}
	again, err := s.Gateway.Charge(t.Context(), request(k, 500, s.Lost))
	if err != nil || again != found {
		t.Fatalf("charging again gave %+v, %v; found %+v", again, err, found)
	}
}

func hungUp(t *testing.T, s Subject) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	k := key()
	_, err := s.Gateway.Charge(ctx, request(k, 500, s.OK))
	if _, ok := errors.AsType[payment.Failed](err); !ok {
		t.Fatalf("err = %v, want Failed", err)
	}
	if _, found := find(t, s, k); found {
		t.Fatal("charged for a caller who had gone")
	}
}

func refunds(t *testing.T, s Subject) {
	c := charge(t, s, key(), 1000)
	k := key()
	ask := payment.RefundRequest{IdempotencyKey: k, ChargeRef: c.Ref, Amount: usd(600)}
	first, err := s.Gateway.Refund(t.Context(), ask)
	if err != nil || first.Ref == "" || first.Amount != usd(600) {
		t.Fatal(first, err)
	}
	if again, err := s.Gateway.Refund(t.Context(), ask); err != nil || again != first {
		t.Fatal(again, err)
	}
	ask.Amount = usd(601)
	if _, err := s.Gateway.Refund(t.Context(), ask); !errors.Is(err, payment.ErrKeyReused) {
		t.Fatalf("err = %v, want ErrKeyReused", err)
	}
	for _, wrong := range []money.Money{usd(401), usd(0), usd(-1), money.New(400, "EUR")} {
		_, err := s.Gateway.Refund(t.Context(), payment.RefundRequest{IdempotencyKey: key(), ChargeRef: c.Ref, Amount: wrong})
		wantDeclined(t, err)
	}
	if _, err := s.Gateway.Refund(t.Context(), payment.RefundRequest{IdempotencyKey: key(), ChargeRef: c.Ref, Amount: usd(400)}); err != nil {
		t.Fatal(err)
	}
}

func twinRefunds(t *testing.T, s Subject) {
	c := charge(t, s, key(), 1000)
	var mu sync.Mutex
	var given int64
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			r, err := s.Gateway.Refund(t.Context(), payment.RefundRequest{IdempotencyKey: fmt.Sprint(c.Ref, "-", i), ChargeRef: c.Ref, Amount: usd(300)})
			if _, no := errors.AsType[payment.Declined](err); err != nil && !no {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			given += r.Amount.Amount
		})
	}
	wait.Wait()
	if given != 900 {
		t.Fatalf("%d of 1000 given back in parts of 300, want 900", given)
	}
}

func refundOfNothing(t *testing.T, s Subject) {
	for _, ref := range []string{"", "no such charge", "bogus_" + uuid.NewString()} {
		_, err := s.Gateway.Refund(t.Context(), payment.RefundRequest{IdempotencyKey: key(), ChargeRef: ref, Amount: usd(1)})
		wantDeclined(t, err)
		wantDeclined(t, s.Gateway.Void(t.Context(), payment.VoidRequest{IdempotencyKey: key(), ChargeRef: ref}))
	}
}

func voidOnce(t *testing.T, s Subject) {
	k := key()
	c := charge(t, s, k, 1000)
	ask := payment.VoidRequest{IdempotencyKey: key(), ChargeRef: c.Ref}
	for range 2 {
		if err := s.Gateway.Void(t.Context(), ask); err != nil {
			t.Fatal(err)
		}
	}
	if got, found := find(t, s, k); !found || !got.Voided {
		t.Fatalf("%+v, %v", got, found)
	}
	wantDeclined(t, s.Gateway.Void(t.Context(), payment.VoidRequest{IdempotencyKey: key(), ChargeRef: c.Ref}))
	_, err := s.Gateway.Refund(t.Context(), payment.RefundRequest{IdempotencyKey: key(), ChargeRef: c.Ref, Amount: usd(1)})
	wantDeclined(t, err)
}

func voidAfterRefund(t *testing.T, s Subject) {
	c := charge(t, s, key(), 1000)
	if _, err := s.Gateway.Refund(t.Context(), payment.RefundRequest{IdempotencyKey: key(), ChargeRef: c.Ref, Amount: usd(1)}); err != nil {
		t.Fatal(err)
	}
	wantDeclined(t, s.Gateway.Void(t.Context(), payment.VoidRequest{IdempotencyKey: key(), ChargeRef: c.Ref}))
}

func unknownKey(t *testing.T, s Subject) {
	if c, found := find(t, s, key()); found {
		t.Fatalf("%+v", c)
	}
}

func need(t *testing.T, token string) {
	t.Helper()
	if token == "" {
		t.Skip("the gateway has no token for this")
	}
}

// Package bogus is a payment gateway that moves no money: it stands for a provider outside, in the demo shop and in tests.
//
// Like a provider outside it has its own memory of what it charged, written in transactions of its own that know no shop,
// and what it did stays done whatever becomes of its caller. It does what the token says: see the constants.
package bogus

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
)

// Name is what the gateway is called in the API.
const Name = "bogus"

// The tokens it knows. Any other is declined as a means of payment that is not there.
const (
	TokenOK       = "tok_ok"       // charges
	TokenDeclined = "tok_declined" // says no
	TokenError    = "tok_error"    // breaks without charging
	TokenTimeout  = "tok_timeout"  // charges, then does not answer in time
)

// Config is what the gateway needs. DB must be set; Clock defaults to the system's, NewID to UUIDv7.
type Config struct {
	DB    *database.DB
	Clock clock.Clock
	NewID func() uuid.UUID
	// Stall is what it does instead of answering a charge with [TokenTimeout], before it gives up. The default waits for
	// the end of the caller's context, for a minute at most.
	Stall func(ctx context.Context)
}

// Gateway is the bogus gateway. It is safe for concurrent use, in any number of processes on one database.
type Gateway struct {
	clock clock.Clock
	stall func(ctx context.Context)
	store store
}

var _ payment.Gateway = (*Gateway)(nil)

// New makes a gateway.
func New(c Config) *Gateway {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.NewID == nil {
		c.NewID = func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	}
	if c.Stall == nil {
		c.Stall = untilDone
	}
	return &Gateway{clock: c.Clock, stall: c.Stall, store: store{db: c.DB, newID: c.NewID}}
}

func untilDone(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	<-ctx.Done()
}

// Test says that no real money moves here.
func (*Gateway) Test() bool { return true }

var errStalled = errors.New("bogus: no answer in time")

// Charge does what the token says.
func (g *Gateway) Charge(ctx context.Context, r payment.ChargeRequest) (payment.Charge, error) {
	if err := ctx.Err(); err != nil {
		return payment.Charge{}, payment.Failed{Cause: err}
	}
	if err := checkAmount(r.IdempotencyKey, r.Amount); err != nil {
		return payment.Charge{}, err
	}
	wire, cancel := outside(ctx)
	defer cancel()
	known, found, err := g.store.byKey(wire, r.IdempotencyKey)
	switch {
	case err != nil:
		return payment.Charge{}, payment.Failed{Cause: err}
	case found:
		return known.charge(r.Amount)
	}
	switch r.Token {
	case TokenOK, TokenTimeout:
	case TokenDeclined:
		return payment.Charge{}, payment.Declined{Code: payment.CardDeclined, Message: "The card was declined."}
	case TokenError:
		return payment.Charge{}, payment.Failed{Cause: errors.New("bogus: broken, as the token asks")}
	default:
		return payment.Charge{}, payment.Declined{Code: payment.PaymentMethodUnavailable, Message: "There is no such means of payment."}
	}
	made, err := g.store.charge(wire, r.IdempotencyKey, r.Amount, g.clock.Now())
	if err != nil {
		return payment.Charge{}, payment.Unknown{Cause: err}
	}
	if r.Token == TokenTimeout {
		g.stall(ctx)
		return payment.Charge{}, payment.Unknown{Cause: errStalled}
	}
	return made.charge(r.Amount)
}

// Refund gives back a part of a charge.
func (g *Gateway) Refund(ctx context.Context, r payment.RefundRequest) (payment.Refunded, error) {
	if err := ctx.Err(); err != nil {
		return payment.Refunded{}, payment.Failed{Cause: err}
	}
	if err := checkAmount(r.IdempotencyKey, r.Amount); err != nil {
		return payment.Refunded{}, err
	}
	wire, cancel := outside(ctx)
	defer cancel()
	made, err := g.store.refund(wire, r, g.clock.Now())
	if err != nil {
		return payment.Refunded{}, settled(err)
	}
	return payment.Refunded{Ref: refOf(made.id), Amount: made.amount}, nil
}

// Void undoes a charge.
func (g *Gateway) Void(ctx context.Context, r payment.VoidRequest) error {
	if err := ctx.Err(); err != nil {
		return payment.Failed{Cause: err}
	}
	if r.IdempotencyKey == "" {
		return payment.Failed{Cause: errNoKey}
	}
	wire, cancel := outside(ctx)
	defer cancel()
	return settled(g.store.void(wire, r, g.clock.Now()))
}

// Find tells what became of a charge.
func (g *Gateway) Find(ctx context.Context, key string) (payment.Charge, bool, error) {
	e, found, err := g.store.byKey(database.AllShops(ctx), key)
	if err != nil || !found || e.kind != kindCharge {
		return payment.Charge{}, false, err
	}
	c, err := e.charge(e.amount)
	return c, true, err
}

var errNoKey = errors.New("bogus: a call needs an idempotency key")

func checkAmount(key string, amount money.Money) error {
	if key == "" {
		return payment.Failed{Cause: errNoKey}
	}
	if amount.Amount <= 0 || !amount.Currency.Valid() {
		return payment.Declined{Code: payment.AmountInvalid, Message: "The amount must be above zero, in a known currency."}
	}
	return nil
}

// settled passes on what is an answer, and takes everything else for an answer that was lost.
func settled(err error) error {
	if _, ok := errors.AsType[payment.Declined](err); ok || err == nil || errors.Is(err, payment.ErrKeyReused) {
		return err
	}
	return payment.Unknown{Cause: err}
}

// outside is where the provider works: it knows no shop, and does not stop when its caller hangs up.
func outside(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(database.AllShops(context.WithoutCancel(ctx)), 10*time.Second)
}

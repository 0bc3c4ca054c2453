package payment

import (
	"context"
	"errors"

	"github.com/rialtohq/rialto/commerce/money"
)

// Gateway is a payment provider. It passes the suite of package paymenttest.
//
// Calls are idempotent by key: the same key with the same content moves money once and gives the same answer, at any
// later time and from any process; with other content it is [ErrKeyReused]. Keys are unique over all kinds of call and all
// shops. Every call ends with its context. An error of Charge, Refund and Void is one of [Declined], [Failed], [Unknown]
// and [ErrKeyReused]; whatever else a gateway returns is taken for [Unknown].
type Gateway interface {
	// Charge takes money from the buyer behind a token.
	Charge(ctx context.Context, r ChargeRequest) (Charge, error)
	// Refund gives back a part of a charge, or all of it. Together, refunds never exceed their charge.
	Refund(ctx context.Context, r RefundRequest) (Refunded, error)
	// Void undoes a charge of which nothing was refunded.
	Void(ctx context.Context, r VoidRequest) error
	// Find tells what became of a charge whose answer was lost. A charge that is not found may still be on its way: only
	// charging again with the same key settles that.
	Find(ctx context.Context, key string) (c Charge, found bool, err error)
}

// ChargeRequest asks for money.
type ChargeRequest struct {
	IdempotencyKey string
	Amount         money.Money // above zero
	Token          string      // stands for the buyer's means of payment
	Description    string      // for the buyer's statement
}

// Charge is money taken.
type Charge struct {
	Ref    string // the gateway's own
	Amount money.Money
	Voided bool
}

// RefundRequest asks to give money back.
type RefundRequest struct {
	IdempotencyKey string
	ChargeRef      string
	Amount         money.Money // above zero, in the charge's currency
}

// Refunded is money given back.
type Refunded struct {
	Ref    string
	Amount money.Money
}

// VoidRequest asks to undo a charge.
type VoidRequest struct {
	IdempotencyKey string
	ChargeRef      string
}

// Code says why a gateway refused: a value of the API's OrderTransactionErrorCode.
type Code string

// The codes that Rialto itself gives; a gateway may give others of the enum.
const (
	AmountInvalid            Code = "AMOUNT_INVALID"
	CardDeclined             Code = "CARD_DECLINED"
	PaymentMethodUnavailable Code = "PAYMENT_METHOD_UNAVAILABLE" // the token is wrong or used up
	ProcessingError          Code = "PROCESSING_ERROR"
	Timeout                  Code = "TIMEOUT"
)

// Declined is the error of a gateway that said no; no money moved. Message is for the buyer.
type Declined struct {
	Code    Code
	Message string
}

// Error gives the text for logs.
func (e Declined) Error() string { return "payment: declined: " + string(e.Code) + ": " + e.Message }

// Failed is the error of a call that surely moved no money: it was not sent, or the gateway failed before acting.
type Failed struct{ Cause error }

// Error gives the text for logs.
func (e Failed) Error() string { return "payment: failed: " + text(e.Cause) }

// Unwrap gives the cause.
func (e Failed) Unwrap() error { return e.Cause }

// Unknown is the error of a call that was sent and not answered: money may have moved or not. [Gateway.Find], or the same
// call with the same key, tells.
type Unknown struct{ Cause error }

// Error gives the text for logs.
func (e Unknown) Error() string { return "payment: outcome unknown: " + text(e.Cause) }

// Unwrap gives the cause.
func (e Unknown) Unwrap() error { return e.Cause }

// ErrKeyReused is the error of a call whose key has stood for something else. This call moved no money.
var ErrKeyReused = errors.New("payment: the idempotency key has been used for another request")

func text(err error) string {
	if err == nil {
		return "no cause given"
	}
	return err.Error()
}

// Charge charges at a gateway, within the service's timeout. Fails with [fault.Invalid] where there is no such gateway, and
// otherwise as [Gateway] says. Never call it in a transaction of the database.
func (s *Service) Charge(ctx context.Context, gateway string, r ChargeRequest) (c Charge, err error) {
	err = s.call(ctx, gateway, func(ctx context.Context, g Gateway) (err error) {
		c, err = g.Charge(ctx, r)
		return classify(err)
	})
	return c, err
}

// Refund refunds at a gateway; see [Service.Charge].
func (s *Service) Refund(ctx context.Context, gateway string, r RefundRequest) (refunded Refunded, err error) {
	if gateway == Manual {
		return Refunded{Ref: r.IdempotencyKey, Amount: r.Amount}, nil
	}
	err = s.call(ctx, gateway, func(ctx context.Context, g Gateway) (err error) {
		refunded, err = g.Refund(ctx, r)
		return classify(err)
	})
	return refunded, err
}

// Void undoes a charge at a gateway; see [Service.Charge].
func (s *Service) Void(ctx context.Context, gateway string, r VoidRequest) error {
	return s.call(ctx, gateway, func(ctx context.Context, g Gateway) error { return classify(g.Void(ctx, r)) })
}

// Find looks up a charge at a gateway; see [Gateway]. An error says nothing about the charge.
func (s *Service) Find(ctx context.Context, gateway, key string) (c Charge, found bool, err error) {
	err = s.call(ctx, gateway, func(ctx context.Context, g Gateway) (err error) {
		c, found, err = g.Find(ctx, key)
		return err
	})
	return c, found, err
}

func (s *Service) call(ctx context.Context, gateway string, f func(context.Context, Gateway) error) error {
	g, err := s.gateway(gateway)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	return f(ctx, g)
}

// classify takes an error that a gateway should not return for the worst.
func classify(err error) error {
	if err == nil || errors.Is(err, ErrKeyReused) {
		return err
	}
	if d, ok := errors.AsType[Declined](err); ok {
		return d
	}
	if f, ok := errors.AsType[Failed](err); ok {
		return f
	}
	if u, ok := errors.AsType[Unknown](err); ok {
		return u
	}
	return Unknown{Cause: err}
}

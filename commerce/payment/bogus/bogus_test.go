package bogus_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/commerce/payment/bogus"
	"github.com/rialtohq/rialto/commerce/payment/paymenttest"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

func TestConformance(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		gateway := bogus.New(bogus.Config{DB: db, Stall: func(context.Context) {}})
		paymenttest.Run(t, func(*testing.T) paymenttest.Subject {
			return paymenttest.Subject{Gateway: gateway, OK: bogus.TokenOK, Declined: bogus.TokenDeclined, Broken: bogus.TokenError, Lost: bogus.TokenTimeout}
		})
	})
}

func TestTimeoutLastsUntilTheCallerGivesUp(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		gateway := bogus.New(bogus.Config{DB: db})
		ctx, _ := databasetest.Shop(t, db) // a shop's context is none of the provider's business
		hurried, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		r := payment.ChargeRequest{IdempotencyKey: "slow", Amount: money.New(500, "JPY"), Token: bogus.TokenTimeout}
		_, err := gateway.Charge(hurried, r)
		if _, ok := errors.AsType[payment.Unknown](err); !ok || hurried.Err() == nil {
			t.Fatalf("err = %v with the caller %v, want Unknown after the deadline", err, hurried.Err())
		}
		if c, found, err := gateway.Find(ctx, "slow"); err != nil || !found || c.Amount != r.Amount {
			t.Fatal(c, found, err)
		}
	})
}

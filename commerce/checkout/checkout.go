// Package checkout turns a cart into a paid order: once, whatever stops in between.
//
// An attempt is a state machine that lives in the database. First its stock is promised for some seconds. Then it is begun in one
// transaction, which freezes the cart with its price, keeps the promise, uses its discounts and takes what gift cards pay;
// then the gateway is called, outside of any transaction, under a key of the attempt's own; then one transaction more makes
// the order of it, or gives everything back; last, what was sold leaves the stock. A process that dies leaves an attempt that
// any other can go on with: the gateway does nothing twice for one key.
//
// Only the first step and the last touch the numbers that all buyers of an article share, each in a short transaction of its
// own, which serves all who wait for it: thousands who want the same thing do not stand in line for each other's payments.
//
// It keeps no stock, prices or orders itself: it leads inventory, discount, payment and order through one purchase.
//
// Invariants: a cart has one live attempt at most, and becomes one order at most; whoever was charged has an order, or the
// charge is taken back; nothing outside the database is called within a transaction; locks are taken in the order cart,
// attempt, stock, discounts, gift cards, order.
package checkout

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// The values of CheckoutErrorCode.
const (
	OutOfStock      = "OUT_OF_STOCK"
	PaymentDeclined = "PAYMENT_DECLINED"
	PaymentPending  = "PAYMENT_PENDING"
	PaymentError    = "PAYMENT_ERROR"
	AddressMissing  = "ADDRESS_MISSING"
	DeliveryMissing = "DELIVERY_MISSING"
	EmailMissing    = "EMAIL_MISSING"
	PriceChanged    = "PRICE_CHANGED"
	CartCompleted   = "CART_COMPLETED"
	CartNotFound    = "CART_NOT_FOUND"
)

// Config is what the service needs. Clock, NewID, Log and Step may be left out.
type Config struct {
	DB        *database.DB
	Carts     *cart.Service
	Stock     *inventory.Service
	Discounts *discount.Service
	Payments  *payment.Service
	Orders    *order.Service
	Customers *customer.Service
	Clock     clock.Clock
	NewID     func() uuid.UUID
	Log       *slog.Logger
	// Gateway is the one that cartSubmitForCompletion charges.
	Gateway string
	// Step is told of each step before it is taken: tests stop the process there.
	Step func(step string)
	// Observe is told what came of each try to complete a cart: "completed", or the code of what is in the way.
	Observe func(outcome string)
}

// Service completes carts. It is safe for concurrent use, in any number of processes on one database.
type Service struct {
	Config
	store store
	owner string // of leases: this process
}

// New makes the service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.NewID == nil {
		c.NewID = func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Step == nil {
		c.Step = func(string) {}
	}
	if c.Observe == nil {
		c.Observe = func(string) {}
	}
	return &Service{Config: c, owner: c.NewID().String()}
}

const (
	// beginFor is how long stock is promised to an attempt that is not written yet.
	beginFor = 10 * time.Second
	// holdFor is how long stock is promised to an attempt; each try at the gateway begins it anew.
	holdFor = 15 * time.Minute
	// leaseFor is how long an attempt belongs to the process that works on it: longer than any call to a gateway.
	leaseFor = 15 * time.Second
	// patience is how long a shopper waits for an attempt, the gateway's time included.
	patience = 9 * time.Second
)

// Payment is how a buyer pays: a token that the gateway gave out for card data which never came here.
type Payment struct {
	Gateway string
	Token   string
}

// Result is what came of a checkout: an order, or what is in the way.
type Result struct {
	Order    *order.Order
	Problems fault.Problems
	// Attempt is the attempt that was made or joined; nil where it did not come to one.
	Attempt *Attempt
}

func refused(code, message string, field ...string) Result {
	var r Result
	r.Problems.Add(code, message, field...)
	return r
}

// Complete buys what is in a cart. A cart that was bought already gives its order; a twin that is under way is joined,
// not repeated. Fails with [fault.NotFound] where there is no such cart.
func (s *Service) Complete(ctx context.Context, id gid.ID, p Payment) (Result, error) {
	return s.complete(ctx, id, p, Try{})
}

// Try is one press of a buyer's button.
type Try struct {
	// Name is the client's own name for it, of 1 to 255 characters; empty for none.
	Name string
	// Agreed is what the buyer was told that it costs. It is looked at where there is a name.
	Agreed money.Money
}

// CompleteOnce is [Service.Complete] under a name that the client chose for this try: the same name again gives what came
// of it, declined or not, and charges nothing anew. A cart that does not cost what the buyer agreed to is not bought
// ([PriceChanged]).
func (s *Service) CompleteOnce(ctx context.Context, id gid.ID, p Payment, t Try) (Result, error) {
	if t.Name == "" || len(t.Name) > 255 {
		return refused("", "The name of the try must have 1 to 255 characters.", "attemptToken"), nil
	}
	return s.complete(ctx, id, p, t)
}

func (s *Service) complete(ctx context.Context, id gid.ID, p Payment, t Try) (Result, error) {
	r, err := s.try(ctx, id, p, t)
	switch {
	case err != nil:
		s.Observe(string(fault.CodeOf(err)))
	case len(r.Problems) > 0:
		s.Observe(r.Problems[0].Code)
	case r.Order != nil:
		s.Observe("completed")
	}
	return r, err
}

func (s *Service) try(ctx context.Context, id gid.ID, p Payment, t Try) (Result, error) {
	if !s.Payments.Knows(p.Gateway) {
		return refused(PaymentError, "There is no such gateway. Choose one of the shop's.", "payment", "gateway"), nil
	}
	if p.Token == "" || len(p.Token) > 255 {
		return refused(PaymentError, "The token of the payment is missing or too long.", "payment", "token"), nil
	}
	// A shopper who hangs up does not undo a purchase: it is driven on for as long as it would have been waited for.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for try := 0; ; try++ {
		c, err := s.Carts.Load(ctx, id)
		if err != nil {
			return Result{}, err
		}
		if c.State == cart.Completed {
			return s.bought(ctx, id, c)
		}
		// The cart was read before: a twin of the same name that ended meanwhile is seen here, and one that ends after this
		// has changed the cart by the time that it is locked.
		if same, err := s.named(ctx, c, t); err != nil || same != nil {
			return s.told(same), err
		}
		live, err := s.store.live(ctx, s.DB, c.ID)
		if err != nil {
			return Result{}, err
		}
		if live != nil {
			r, again, err := s.join(ctx, id, live, p)
			if !again || err != nil {
				return r, err
			}
			continue
		}
		r, err := s.begin(ctx, id, c, p, t)
		if !errors.Is(err, errRaced) || try == 5 {
			return r, err
		}
	}
}

// named finds the try of this name that ended without an order; nil where there is none.
func (s *Service) named(ctx context.Context, c *cart.Stored, t Try) (*Attempt, error) {
	if t.Name == "" {
		return nil, nil
	}
	a, err := s.store.byToken(ctx, s.DB, c.ID, t.Name)
	if err != nil || a == nil || a.State != Failed {
		return nil, err
	}
	return a, nil
}

// told is what came of an attempt that failed.
func (s *Service) told(a *Attempt) Result {
	if a == nil {
		return Result{}
	}
	r := refused(a.ErrorCode, a.ErrorMessage, "payment")
	r.Attempt = a
	return r
}

// Live finds the attempt at a cart that is under way; nil where there is none. Fails with [fault.NotFound] where there is
// no such cart.
func (s *Service) Live(ctx context.Context, id gid.ID) (*Attempt, error) {
	c, err := s.Carts.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.store.live(ctx, s.DB, c.ID)
}

// bought gives the order that a cart became.
func (s *Service) bought(ctx context.Context, id gid.ID, c *cart.Stored) (Result, error) {
	o, err := s.Orders.ByCart(ctx, c.ID, id.Key)
	return Result{Order: o}, err
}

package checkout

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// drive takes an attempt that this process has the lease of as far as it goes now.
func (s *Service) drive(ctx context.Context, key string, a *Attempt) (Result, error) {
	if a.State == Returning {
		return s.giveBack(ctx, a)
	}
	if a.Amount.IsZero() {
		return s.place(ctx, key, a, nil)
	}
	s.Step("charge")
	charge, err := s.Payments.Charge(ctx, a.Gateway, payment.ChargeRequest{
		IdempotencyKey: a.PaymentKey, Amount: a.Amount, Token: a.PaymentToken, Description: "Order of cart " + a.CartID.String(),
	})
	s.Step("charged")
	o := payment.OutcomeOf(charge.Ref, err)
	switch {
	case err == nil && charge.Voided:
		return s.fail(ctx, a, PaymentError, "The payment was taken back.", &payment.Outcome{Status: payment.Failure, GatewayRef: charge.Ref, Message: "voided"})
	case o.Status == payment.Success:
		return s.place(ctx, key, a, &o)
	case o.Status == payment.Pending:
		return s.pending(ctx, a, err)
	}
	if declined, ok := errors.AsType[payment.Declined](err); ok {
		return s.fail(ctx, a, PaymentDeclined, declined.Message, &o)
	}
	return s.fail(ctx, a, PaymentError, "The payment could not be made. Nothing was charged; try again.", &o)
}

// pending leaves an attempt whose charge is not known to whoever asks next, or to the sweep.
func (s *Service) pending(ctx context.Context, a *Attempt, cause error) (Result, error) {
	s.Log.WarnContext(ctx, "outcome of a charge is not known yet", "attempt", a.ID, "gateway", a.Gateway, "tries", a.Tries, "error", cause)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	err := s.DB.InTx(ctx, func(tx database.Tx) error {
		return s.store.letGo(ctx, tx, a.ID, s.Clock.Now(), s.Clock.Now().Add(again(a.Tries)))
	})
	r := refused(PaymentPending, "The payment is still being worked on. Ask again with the same payment in a moment: nothing is charged twice.", "payment")
	r.Attempt = a
	return r, err
}

// again is when the sweep looks at an attempt next: soon at first, then ever later.
func again(tries int) time.Duration {
	return min(2*time.Second<<min(tries, 8), 5*time.Minute)
}

// place makes the order of a paid attempt.
func (s *Service) place(ctx context.Context, key string, a *Attempt, paid *payment.Outcome) (Result, error) {
	var placed *order.Order
	var sold []inventory.Allocation
	s.Step("place")
	err := s.DB.InTx(ctx, func(tx database.Tx) (err error) {
		placed, sold, err = s.placeTx(ctx, tx, key, a, paid)
		return err
	})
	if short, ok := errors.AsType[inventory.OutOfStock](err); ok {
		// The promise ran out before the charge was known, and others bought meanwhile.
		s.Log.WarnContext(ctx, "stock of a charged attempt is gone: the charge is taken back", "attempt", a.ID)
		a.ErrorCode, a.ErrorMessage = OutOfStock, shortages(a, short)[0].Message
		if err := s.turn(ctx, a); err != nil {
			return Result{}, err
		}
		return s.giveBack(ctx, a)
	}
	if errors.Is(err, errEnded) || errors.Is(err, cart.ErrMoved) {
		err = s.meanwhile(ctx, a.ID)
	}
	if errors.Is(err, errPlaced) {
		placed, err = s.Orders.ByCart(ctx, a.CartID, key)
	}
	if err != nil {
		return Result{}, err
	}
	s.Step("placed")
	if err := s.Stock.Settle(ctx, inventory.Ref(a.ref()), sold); err != nil {
		s.Log.WarnContext(ctx, "what was sold is taken out of the stock by the sweep", "attempt", a.ID, "error", err)
	}
	a.State = Completed
	return Result{Order: placed, Attempt: a}, nil
}

// errPlaced says that another process was faster with the same attempt.
var errPlaced = errors.New("checkout: the order was placed meanwhile")

// placeTx completes cart and attempt and makes the order. The order comes last, since its number is what all who buy in the
// shop wait for.
func (s *Service) placeTx(ctx context.Context, tx database.Tx, key string, a *Attempt, paid *payment.Outcome) (*order.Order, []inventory.Allocation, error) {
	id := s.NewID()
	if err := s.completeTx(ctx, tx, a, id); err != nil {
		return nil, nil, err
	}
	sold, err := s.Stock.CommitTx(ctx, tx, inventory.Commitment{Ref: inventory.Ref(a.ref()), Lines: a.lines(), Order: id.String(), Reason: inventory.Sale})
	if err != nil {
		return nil, nil, err
	}
	var settled *payment.Transaction
	if paid != nil {
		t, err := s.Payments.SettleTx(ctx, tx, a.PaymentKey, *paid)
		if err != nil {
			return nil, nil, err
		}
		settled = &t
	}
	if err := s.Discounts.CommitUsageTx(ctx, tx, a.ref(), id); err != nil {
		return nil, nil, err
	}
	o, err := s.Orders.PlaceTx(ctx, tx, draft(a, id, key, sold, settled))
	if err == nil && o.ID.UUID != id {
		err = errPlaced
	}
	return o, sold, err
}

// completeTx moves the cart and the attempt to their ends, which locks both.
func (s *Service) completeTx(ctx context.Context, tx database.Tx, a *Attempt, id uuid.UUID) error {
	if err := s.Carts.MoveTx(ctx, tx, a.CartID, cart.Completing, cart.Completed, &id); err != nil {
		return err
	}
	return s.store.complete(ctx, tx, a.ID, id, s.Clock.Now())
}

// errEnded says that an attempt is not under way any more.
var errEnded = errors.New("checkout: the attempt was ended meanwhile")

// meanwhile tells what has ended an attempt that could not be completed: whoever did has committed it by now, because cart
// and attempt were waited for.
func (s *Service) meanwhile(ctx context.Context, id uuid.UUID) error {
	a, err := s.store.byID(ctx, s.DB, id)
	if err != nil {
		return err
	}
	if a.State == Completed {
		return errPlaced
	}
	return fault.New(fault.Conflict, "The checkout was ended meanwhile. Look at the cart again.")
}

// draft is what the order freezes.
func draft(a *Attempt, id uuid.UUID, key string, sold []inventory.Allocation, paid *payment.Transaction) order.Draft {
	snap := &a.Snapshot
	d := order.Draft{
		ID: id, CartID: a.CartID, KeyHash: snap.KeyHash, Key: key, Email: snap.Email, Phone: snap.Phone, Locale: locale(snap.Language, snap.Country), Country: snap.Country,
		Quote: snap.Quote, Allocations: sold, ShippingAddress: snap.Shipping, BillingAddress: snap.Billing, Note: snap.Note, Attributes: snap.Attributes, Payment: paid,
	}
	if snap.CustomerID != nil {
		d.CustomerID = *snap.CustomerID
	}
	for _, l := range snap.Lines {
		d.Lines = append(d.Lines, order.DraftLine{
			Title: l.Title, VariantTitle: l.VariantTitle, SKU: l.SKU, Vendor: l.Vendor, Image: l.Image,
			RequiresShipping: l.RequiresShipping, Taxable: l.Taxable, Attributes: l.Attributes,
		})
	}
	return d
}

// fail ends an attempt that was surely not charged, and gives back all that it held.
func (s *Service) fail(ctx context.Context, a *Attempt, code, message string, o *payment.Outcome) (Result, error) {
	s.Step("fail")
	err := s.DB.InTx(ctx, func(tx database.Tx) error {
		if _, err := s.Carts.LockTx(ctx, tx, a.CartID); err != nil {
			return err
		}
		state, err := s.store.lock(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if state == Completed || state == Failed {
			return fault.New(fault.Conflict, "The checkout was ended meanwhile. Look at the cart again.")
		}
		return s.releaseTx(ctx, tx, a, code, message, o)
	})
	if err != nil {
		return Result{}, err
	}
	a.State, a.ErrorCode, a.ErrorMessage = Failed, code, message
	r := refused(code, message, "payment")
	r.Attempt = a
	return r, nil
}

func (s *Service) releaseTx(ctx context.Context, tx database.Tx, a *Attempt, code, message string, o *payment.Outcome) error {
	if err := s.Stock.ReleaseTx(ctx, tx, inventory.Ref(a.ref())); err != nil {
		return err
	}
	if err := s.Discounts.ReleaseUsageTx(ctx, tx, a.ref()); err != nil {
		return err
	}
	for _, card := range a.Snapshot.Quote.GiftCards {
		if card.Used.IsZero() {
			continue
		}
		if err := s.Discounts.CreditTx(ctx, tx, card.ID, card.Used, discount.Released, a.ref(), nil); err != nil {
			return err
		}
	}
	if o != nil && !a.Amount.IsZero() {
		if _, err := s.Payments.SettleTx(ctx, tx, a.PaymentKey, *o); err != nil {
			return err
		}
	}
	if err := s.Carts.MoveTx(ctx, tx, a.CartID, cart.Completing, cart.Open, nil); err != nil {
		return err
	}
	return s.store.fail(ctx, tx, a.ID, code, message, s.Clock.Now())
}

// turn writes down that a charge has to be taken back.
func (s *Service) turn(ctx context.Context, a *Attempt) error {
	s.Step("turn")
	a.State = Returning
	return s.DB.InTx(ctx, func(tx database.Tx) error {
		return s.store.turn(ctx, tx, a.ID, a.ErrorCode, a.ErrorMessage, s.Clock.Now())
	})
}

// settled is how long after its beginning an attempt that the gateway does not know can no longer become a charge.
const settled = 10 * time.Minute

// giveBack takes a charge back at the gateway and ends the attempt.
func (s *Service) giveBack(ctx context.Context, a *Attempt) (Result, error) {
	s.Step("void")
	charge, found, err := s.Payments.Find(ctx, a.Gateway, a.PaymentKey)
	if err == nil && !found && s.Clock.Now().Sub(a.CreatedAt) < settled {
		// A call that was cut off may still reach the gateway: what it does not know yet is not yet nothing.
		return s.pending(ctx, a, nil)
	}
	if err == nil && found && !charge.Voided {
		err = s.Payments.Void(ctx, a.Gateway, payment.VoidRequest{IdempotencyKey: "void-" + a.ID.String(), ChargeRef: charge.Ref})
	}
	if err != nil {
		return s.pending(ctx, a, err)
	}
	s.Step("voided")
	return s.fail(ctx, a, a.ErrorCode, a.ErrorMessage, &payment.Outcome{Status: payment.Failure, GatewayRef: charge.Ref, Message: "voided: the goods were gone"})
}

func locale(language, country string) string {
	if language == "" || country == "" {
		return ""
	}
	lower := []byte(language)
	for i, c := range lower {
		if c >= 'A' && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return string(lower) + "-" + country
}

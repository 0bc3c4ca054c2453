package checkout

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// errRaced says that the cart changed, or that a twin began, between reading and locking: look again.
var errRaced = errors.New("checkout: the cart changed meanwhile")

// begin makes an attempt and drives it.
func (s *Service) begin(ctx context.Context, id gid.ID, c *cart.Stored, p Payment, t Try) (Result, error) {
	priced, snap, err := s.Carts.Snapshot(ctx, c, s.Clock.Now())
	if err != nil {
		return Result{}, err
	}
	if err := s.contact(ctx, snap); err != nil {
		return Result{}, err
	}
	if problems := ready(priced, snap); len(problems) > 0 {
		return Result{Problems: problems}, nil
	}
	if t.Name != "" && t.Agreed != snap.Quote.Totals.Charge {
		return refused(PriceChanged, "The cart now costs "+snap.Quote.Totals.Charge.String()+". Show it to the buyer and set the payment anew.", "payment", "amount"), nil
	}
	a := &Attempt{
		ID: s.NewID(), CartID: c.ID, Token: t.Name, State: Charging, Gateway: p.Gateway, PaymentToken: p.Token,
		Amount: snap.Quote.Totals.Charge, Snapshot: *snap,
	}
	a.PaymentKey = "sale-" + a.ID.String()
	s.Step("begin")
	if err := s.hold(ctx, a); err != nil {
		return s.unheld(a, err)
	}
	s.Step("held")
	return s.drive(ctx, id.Key, a)
}

// hold has an attempt's stock promised, together with whoever buys the same at the time, and then writes the attempt with all
// else that it takes. The promise is made to the cart as it was priced, and not to the attempt: twins, and whoever asks
// again after a crash, are promised the same units once. One that no attempt takes over is given back, at the latest when its
// short time is over.
func (s *Service) hold(ctx context.Context, a *Attempt) error {
	ref := inventory.Ref(fmt.Sprintf("cart:%s:%d", a.CartID, a.Snapshot.Version))
	if err := s.Stock.Reserve(ctx, ref, a.lines(), s.Clock.Now().Add(beginFor)); err != nil {
		return s.raced(ctx, a, err)
	}
	s.Step("promised")
	err := s.DB.InTx(ctx, func(tx database.Tx) error { return s.holdTx(ctx, tx, a, ref) })
	if err == nil {
		return nil
	}
	if errors.Is(err, cart.ErrMoved) {
		err = errRaced
	}
	if back := s.Stock.Release(ctx, ref); back != nil {
		s.Log.WarnContext(ctx, "a promise of stock is not given back before its time is over", "attempt", a.ID, "error", back)
	}
	return err
}

// raced tells a lack of stock from one that is a twin's doing: where the cart has changed since it was priced, whoever changed
// it may hold the last unit.
func (s *Service) raced(ctx context.Context, a *Attempt, err error) error {
	if _, short := asShort(err); !short {
		return err
	}
	version, state, found := s.Carts.Standing(ctx, a.CartID)
	if found != nil {
		return found
	}
	if version != a.Snapshot.Version || state != cart.Open {
		return errRaced
	}
	return err
}

// contact fills in the e-mail of the account that a cart belongs to.
func (s *Service) contact(ctx context.Context, snap *cart.Snapshot) error {
	if snap.Email != "" || snap.CustomerID == nil {
		return nil
	}
	found, err := s.Customers.ByIDs(ctx, []uuid.UUID{*snap.CustomerID})
	if err != nil {
		return err
	}
	if who := found[*snap.CustomerID]; who != nil && who.Email != nil {
		snap.Email = *who.Email
	}
	return nil
}

// ready finds everything that keeps a cart from being bought.
func ready(p *cart.Priced, snap *cart.Snapshot) (problems fault.Problems) {
	if len(p.Unavailable) > 0 {
		problems.Add(OutOfStock, "Something in the cart is no longer sold. Remove it and try again.", "cartId")
	}
	if len(p.Lines) == 0 && len(problems) == 0 {
		problems.Add("", "The cart is empty. Add something to it first.", "cartId")
		return problems
	}
	if snap.Email == "" {
		problems.Add(EmailMissing, "Set the buyer's e-mail with cartBuyerIdentityUpdate.", "cartId")
	}
	if !p.Quote.Shipping.Required {
		return problems
	}
	if a := snap.Shipping; a == nil || a.Address1 == "" || a.City == "" || a.CountryCode == "" {
		problems.Add(AddressMissing, "Set a delivery address with street, city and country with cartDeliveryAddressesAdd.", "cartId")
		return problems
	}
	if p.Selected == nil {
		message := "Choose how to deliver with cartSelectedDeliveryOptionsUpdate."
		if len(p.Options) == 0 {
			message = "The shop does not deliver to this address. Choose another one."
		}
		problems.Add(DeliveryMissing, message, "cartId")
	}
	return problems
}

// holdTx writes the attempt and takes what it needs: discounts, gift cards, the cart itself, and its stock for longer.
func (s *Service) holdTx(ctx context.Context, tx database.Tx, a *Attempt, promised inventory.Ref) error {
	if err := s.Carts.TakeTx(ctx, tx, a.CartID, a.Snapshot.Version); err != nil {
		return err
	}
	now := s.Clock.Now()
	if err := s.store.insert(ctx, tx, a, s.owner, now, now.Add(leaseFor)); err != nil {
		if hasBegun(err) {
			return errRaced
		}
		return err
	}
	// That a twin has begun shows here on PostgreSQL, where cart and attempt go with the next statement.
	if err := s.keepTx(ctx, tx, a, promised, now.Add(holdFor)); err != nil {
		if hasBegun(err) {
			return errRaced
		}
		return err
	}
	if err := s.useOffersTx(ctx, tx, a); err != nil {
		return err
	}
	if a.Amount.IsZero() {
		return nil
	}
	return s.Payments.BeginNewTx(ctx, tx, payment.Begin{Kind: payment.Sale, Gateway: a.Gateway, Key: a.PaymentKey, Amount: a.Amount, AttemptID: a.ID})
}

// hasBegun reports whether a write failed because the cart has an attempt already.
func hasBegun(err error) bool { return database.IsUniqueIn(err, "checkout_attempt") }

// keepTx has the attempt take over what its cart was promised, for as long as it may take. Where that is gone already (this
// process stood still for longer than it was made for, or a twin gave it back), or none of it is counted, the stock is asked
// again.
func (s *Service) keepTx(ctx context.Context, tx database.Tx, a *Attempt, promised inventory.Ref, until time.Time) error {
	if held, err := s.Stock.TakeOverTx(ctx, tx, promised, inventory.Ref(a.ref()), until); err != nil || held {
		return err
	}
	return s.Stock.ReserveTx(ctx, tx, inventory.Ref(a.ref()), a.lines(), until)
}

// useOffersTx counts the discounts as used and takes what gift cards pay.
func (s *Service) useOffersTx(ctx context.Context, tx database.Tx, a *Attempt) error {
	q := &a.Snapshot.Quote
	if len(q.Discounts) > 0 {
		ids := make([]uuid.UUID, len(q.Discounts))
		for i, d := range q.Discounts {
			ids[i] = d.DiscountID
		}
		if err := s.Discounts.UsageTx(ctx, tx, ids, a.ref(), discount.Buyer(a.Snapshot.CustomerID, a.Snapshot.Email)); err != nil {
			return err
		}
	}
	for _, card := range q.GiftCards {
		if card.Used.IsZero() {
			continue
		}
		if err := s.Discounts.DebitTx(ctx, tx, card.ID, card.Used, a.ref(), nil); err != nil {
			return err
		}
	}
	return nil
}

// unheld says why an attempt could not be begun. Nothing of it remains.
func (s *Service) unheld(a *Attempt, err error) (Result, error) {
	if short, ok := errors.AsType[inventory.OutOfStock](err); ok {
		return Result{Problems: shortages(a, short)}, nil
	}
	if _, ok := errors.AsType[discount.Refused](err); ok {
		return refused(PriceChanged, "A discount in the cart can no longer be used. Read the cart again and show its new price.", "cartId"), nil
	}
	if _, ok := errors.AsType[discount.Insufficient](err); ok {
		return refused(PriceChanged, "A gift card in the cart no longer pays as much. Read the cart again and show what is left to pay.", "cartId"), nil
	}
	return Result{}, err
}

// shortages names each line that falls short.
func shortages(a *Attempt, short inventory.OutOfStock) (problems fault.Problems) {
	for _, lack := range short.Lines {
		for i, l := range a.Snapshot.Lines {
			if l.VariantID != lack.VariantID {
				continue
			}
			message := fmt.Sprintf("%s is sold out.", l.Title)
			if lack.Available > 0 {
				message = fmt.Sprintf("Only %d of %s are left.", lack.Available, l.Title)
			}
			problems.Add(OutOfStock, message, "cartId", "lines", strconv.Itoa(i))
		}
	}
	if len(problems) == 0 {
		problems.Add(OutOfStock, "Something in the cart is sold out.", "cartId")
	}
	return problems
}

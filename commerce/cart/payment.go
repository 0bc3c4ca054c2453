package cart

import (
	"context"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// PaymentInput says how a cart is going to be paid.
type PaymentInput struct {
	Payment
	// Billing is the address for the bill; it becomes the cart's billing address, too.
	Billing *customer.AddressInput
}

// SetPayment sets how a cart is going to be paid. Its amount must be what the cart costs now, gift cards taken off.
// Nothing is charged.
func (s *Service) SetPayment(ctx context.Context, id gid.ID, in PaymentInput) (*Cart, fault.Problems, []Warning, error) {
	stored, err := s.Load(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil, noCart(), nil, nil
	}
	if err != nil {
		return nil, nil, nil, err
	}
	priced, err := s.Quote(ctx, stored, s.clock.Now())
	if err != nil {
		return nil, nil, nil, err
	}
	if p := in.check(priced); len(p) > 0 {
		return s.show(id, priced), p, nil, nil
	}
	return s.edit(ctx, id, needs{}, func(c *change) {
		payment := in.Payment
		payment.Billing = nil
		if in.Billing != nil {
			postal, problems := in.Billing.Apply(customer.Postal{}, customer.AddressRule{}, "payment", "billingAddress")
			c.problems = append(c.problems, inCartCodes(problems)...)
			payment.Billing, c.cart.Billing = &postal, &postal
		}
		c.cart.Payment = &payment
	})
}

// check tells why a payment does not fit a cart.
func (in *PaymentInput) check(priced *Priced) (p fault.Problems) {
	charge := priced.Quote.Totals.Charge
	switch {
	case in.Method == WalletPayment:
		p.Add("PAYMENT_METHOD_NOT_SUPPORTED", "This shop takes no wallets.", "payment", "walletPaymentMethod")
	case in.Method != DirectPayment && in.Method != FreePayment:
		p.Add("INVALID_PAYMENT", "Choose exactly one way to pay.", "payment")
	case len(priced.Lines) == 0:
		p.Add("INVALID_PAYMENT_EMPTY_CART", "There is nothing in the cart to pay for.", "payment")
	case in.Amount != charge:
		p.Add("INVALID_PAYMENT", "The cart costs "+charge.String()+" now.", "payment", "amount")
	case in.Method == FreePayment && charge.Amount > 0:
		p.Add("PAYMENT_METHOD_NOT_APPLICABLE", "The cart is not free.", "payment", "freePaymentMethod")
	case in.Method == DirectPayment && (in.SessionID == "" || !plain(in.SessionID) || len(in.SessionID) > maxKey):
		p.Add("INVALID_PAYMENT", "The session of the payment is missing or too long.", "payment", "directPaymentMethod", "sessionId")
	case !plain(in.SourceID) || len(in.SourceID) > maxKey:
		p.Add("INVALID_PAYMENT", "The reference has at most 255 characters.", "payment", "sourceIdentifier")
	}
	return p
}

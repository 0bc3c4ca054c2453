// Package hosted lets the hosted checkout page see and change carts of all shops: it is the page's [checkout.Shop].
//
// It decides nothing: it finds the shop that an id with its key belongs to, binds the context to it, and puts the words of
// the cart, the checkout and the order into those of the page.
package hosted

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/attempt"
	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/checkout"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/delivery"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	page "github.com/rialtohq/rialto/web/checkout"
)

// Config is what the adapter needs; everything must be set.
type Config struct {
	Shops    *shop.Service
	Carts    *cart.Service
	Checkout *checkout.Service
	Orders   *order.Service
	Stock    *inventory.Service
	Delivery *delivery.Service
	// FilesURL is what the addresses of pictures begin with that this site serves, without a slash at its end.
	FilesURL string
	// Wait asks whether somebody may try something in the context's shop now; zero is yes, anything else how long they have to
	// wait first.
	Wait func(context.Context, attempt.Try) time.Duration
}

// Shops is a [page.Shop] over the shops of a deployment. It is safe for concurrent use.
type Shops struct{ Config }

var _ page.Shop = (*Shops)(nil)

// New makes the adapter.
func New(c Config) *Shops { return &Shops{c} }

// open binds a context to the shop of a cart. Fails with [fault.NotFound] where the id opens nothing.
func (s *Shops) open(ctx context.Context, id gid.ID) (context.Context, error) {
	of, err := s.Carts.ShopOf(ctx, id)
	if err != nil {
		return nil, err
	}
	return bound(ctx, of), nil
}

// bound is a context in which a shopper acts in a shop.
func bound(ctx context.Context, of uuid.UUID) context.Context {
	return access.With(database.WithShop(ctx, of), access.Actor{Kind: access.Storefront, Shop: of})
}

// tooOften says how long somebody has to wait who tries something too often; nothing where they need not.
func (s *Shops) tooOften(ctx context.Context, id gid.ID, action attempt.Action, field ...string) fault.Problems {
	wait := s.Wait(ctx, attempt.Try{Action: action, Times: 1, Who: attempt.Who{Cart: attempt.Cart(id)}})
	if wait == 0 {
		return nil
	}
	return problem("", identity.TooManyAttempts(wait), field...)
}

// SetEmail says where the confirmation goes.
func (s *Shops) SetEmail(ctx context.Context, id gid.ID, email string) (fault.Problems, error) {
	ctx, err := s.open(ctx, id)
	if err != nil {
		return nil, err
	}
	if email == "" {
		return problem("", "Type in your email address.", "email"), nil
	}
	_, problems, _, err := s.Carts.SetBuyerIdentity(ctx, id, cart.BuyerInput{Email: cart.Set(email)})
	return problems, err
}

// SetAddress replaces the selected delivery address, or adds one.
func (s *Shops) SetAddress(ctx context.Context, id gid.ID, a page.Address) (fault.Problems, error) {
	ctx, err := s.open(ctx, id)
	if err != nil {
		return nil, err
	}
	in := &customer.AddressInput{
		Address1: &a.Address1, Address2: &a.Address2, City: &a.City, Company: &a.Company, CountryCode: &a.CountryCode, FirstName: &a.FirstName, LastName: &a.LastName,
		Phone: &a.Phone, Province: &a.Province, Zip: &a.Zip,
	}
	if a.LastName == "" { // a parcel needs a name, which the API leaves to its callers
		_, problems := in.Apply(customer.Postal{}, customer.AddressRule{Complete: true, Codes: true})
		problems.Add(customer.CodeBlank, "Last name is missing.", "lastName")
		return problems, nil
	}
	stored, err := s.Carts.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	var problems fault.Problems
	if now := stored.Selected(); now != nil {
		_, problems, _, err = s.Carts.UpdateDeliveryAddresses(ctx, id, []cart.AddressUpdate{{ID: gid.New("CartSelectableAddress", now.ID), Address: in, Strict: true}})
	} else {
		_, problems, _, err = s.Carts.AddDeliveryAddresses(ctx, id, []cart.AddressInput{{Address: in, Selected: true, Strict: true}})
	}
	return problems, err
}

// SelectDelivery chooses an option for a group.
func (s *Shops) SelectDelivery(ctx context.Context, id gid.ID, group, handle string) (fault.Problems, error) {
	ctx, err := s.open(ctx, id)
	if err != nil {
		return nil, err
	}
	of, err := uuid.Parse(group)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "There is no such delivery group.")
	}
	_, problems, _, err := s.Carts.SelectDeliveryOptions(ctx, id, []cart.OptionChoice{{GroupID: gid.New("CartDeliveryGroup", of), Handle: handle}})
	return problems, err
}

// SetQuantity changes a line; zero takes it out.
func (s *Shops) SetQuantity(ctx context.Context, id gid.ID, line string, quantity int) (fault.Problems, error) {
	ctx, err := s.open(ctx, id)
	if err != nil {
		return nil, err
	}
	of, err := uuid.Parse(line)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "There is no such line.")
	}
	pieces := int64(quantity)
	_, problems, _, err := s.Carts.UpdateLines(ctx, id, []cart.LineUpdate{{ID: gid.New("CartLine", of), Quantity: &pieces}})
	return problems, err
}

// SetDiscountCodes replaces the discount codes.
func (s *Shops) SetDiscountCodes(ctx context.Context, id gid.ID, codes []string) (fault.Problems, error) {
	ctx, err := s.open(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(codes) > 0 {
		if problems := s.tooOften(ctx, id, attempt.Code, "discountCodes"); len(problems) > 0 {
			return problems, nil
		}
	}
	_, problems, _, err := s.Carts.SetDiscountCodes(ctx, id, codes)
	return problems, err
}

// AddGiftCard lets a gift card pay.
func (s *Shops) AddGiftCard(ctx context.Context, id gid.ID, code string) (fault.Problems, error) {
	ctx, err := s.open(ctx, id)
	if err != nil {
		return nil, err
	}
	if problems := s.tooOften(ctx, id, attempt.Code, "giftCardCodes"); len(problems) > 0 {
		return problems, nil
	}
	_, problems, warnings, err := s.Carts.AddGiftCardCodes(ctx, id, []string{code})
	for _, w := range warnings {
		problems.Add(w.Code, w.Message, "giftCardCodes", "0")
	}
	return problems, err
}

// RemoveGiftCard takes a gift card off.
func (s *Shops) RemoveGiftCard(ctx context.Context, id gid.ID, card string) (fault.Problems, error) {
	ctx, err := s.open(ctx, id)
	if err != nil {
		return nil, err
	}
	of, err := uuid.Parse(card)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "There is no such gift card.")
	}
	_, problems, _, err := s.Carts.RemoveGiftCardCodes(ctx, id, []gid.ID{gid.New("AppliedGiftCard", of)})
	return problems, err
}

// free stands for a payment where nothing is to be paid: no gateway is asked then.
const free = "free"

// Complete buys the cart. The attempt's name makes it the same try however often the button was pressed.
func (s *Shops) Complete(ctx context.Context, id gid.ID, p page.Payment) (page.Outcome, error) {
	ctx, err := s.open(ctx, id)
	if err != nil {
		return page.Outcome{}, err
	}
	if problems := s.tooOften(ctx, id, attempt.Pay); len(problems) > 0 {
		return page.Outcome{Problems: problems}, nil
	}
	if p.Gateway == "" {
		p.Gateway, p.Token = s.Checkout.Gateway, free
	}
	res, err := s.Checkout.CompleteOnce(ctx, id, checkout.Payment{Gateway: p.Gateway, Token: p.Token}, checkout.Try{Name: p.Attempt, Agreed: p.Agreed})
	switch {
	case fault.Is(err, fault.Conflict):
		return page.Outcome{Problems: problem("", "Your cart changed meanwhile. Please look at it again; nothing was paid by this.")}, nil
	case err != nil:
		return page.Outcome{}, err
	case res.Order != nil:
		return page.Outcome{State: page.Completed}, nil
	case len(res.Problems) == 1 && res.Problems[0].Code == checkout.PaymentPending:
		return page.Outcome{State: page.Paying}, nil
	}
	for _, one := range res.Problems {
		if said := sayings[one.Code]; said != "" {
			one.Message = said
		}
	}
	return page.Outcome{Problems: res.Problems}, nil
}

// sayings are for shoppers what the checkout says to those who program against it.
var sayings = map[string]string{
	checkout.PriceChanged:    "The price has changed meanwhile. Please look at the new total; nothing was paid.",
	checkout.EmailMissing:    "Please type in your email address first.",
	checkout.AddressMissing:  "Please type in where it should be delivered first.",
	checkout.DeliveryMissing: "Please choose how it should be delivered first.",
}

func problem(code, message string, field ...string) (p fault.Problems) {
	p.Add(code, message, field...)
	return p
}

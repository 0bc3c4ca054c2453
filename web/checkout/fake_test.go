package checkout_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/web/checkout"
)

var (
	cartID  = uuid.MustParse("01990000-0000-7000-8000-000000000001")
	orderID = uuid.MustParse("01990000-0000-7000-8000-000000000002")
	secret  = "kEy-of_the-cart-0123456789"
)

func usd(cents int64) money.Money { return money.New(cents, "USD") }

// shop is a shop in memory with one cart.
type shop struct {
	mu       sync.Mutex
	view     checkout.View
	charges  int
	attempts map[string]checkout.Outcome
	settle   bool  // whether a payment that answered too late is settled when somebody looks
	broken   error // what every call fails with
}

func newShop() *shop {
	former := usd(21700)
	return &shop{attempts: map[string]checkout.Outcome{}, view: checkout.View{
		ShopName: "Rialto Demo", NeedsDelivery: true,
		Countries: []checkout.Country{{"US", "United States", []checkout.Province{{"OR", "Oregon"}, {"WA", "Washington"}}}, {"CA", "Canada", []checkout.Province{{"QC", "Quebec"}}}, {"DE", "Germany", nil}},
		Lines: []checkout.Line{
			{ID: "line-1", Title: "Oak Chair", Variant: "Natural Oak / Paper Cord", Image: "/files/oak-chair/1.jpg?width=128&height=128&crop=center", ImageAlt: "Oak chair seen from the side", Quantity: 2,
				Unit: usd(18900), CompareAt: &former, Subtotal: usd(37800), Total: usd(37800)},
			{ID: "line-2", Title: "Everyday Mug", Variant: "Ash", Details: []string{"Engraving: For Ada"}, Image: "/files/everyday-mug/1.jpg?width=128&height=128&crop=center", ImageAlt: "A gray mug", Quantity: 1,
				Unit: usd(2400), Subtotal: usd(2400), Total: usd(2160)},
		},
	}}
}

// price computes the sums anew.
func (s *shop) price() {
	v := &s.view
	var sum int64
	for _, l := range v.Lines {
		sum += l.Total.Amount
	}
	v.Costs = checkout.Costs{Subtotal: usd(sum), Discount: usd(0), EstimatedSum: true}
	for i := range v.Codes {
		if v.Codes[i].Applicable = v.Codes[i].Code == "WELCOME10"; v.Codes[i].Applicable {
			v.Costs.Discount = usd(sum / 10)
		}
	}
	total := sum - v.Costs.Discount.Amount
	for _, g := range v.Groups {
		for _, o := range g.Options {
			if o.Handle == g.Selected {
				cost, tax := o.Cost, usd(total/20)
				v.Costs.Delivery, v.Costs.Tax, v.Costs.EstimatedSum = &cost, &tax, false
				total += cost.Amount + tax.Amount
			}
		}
	}
	v.Costs.Total = usd(total)
	for i := range v.GiftCards {
		v.GiftCards[i].Used = usd(min(total, 5000))
		total -= v.GiftCards[i].Used.Amount
	}
	v.Costs.Charge = usd(total)
}

// open checks the key and locks the cart until the returned function is called.
func (s *shop) open(id gid.ID) (func(), error) {
	if s.broken != nil {
		return nil, s.broken
	}
	if id.Type != "Cart" || id.UUID != cartID || id.Key != secret {
		return nil, fault.New(fault.NotFound, "no such cart")
	}
	s.mu.Lock()
	return func() { s.price(); s.mu.Unlock() }, nil
}

func (s *shop) Cart(_ context.Context, id gid.ID) (checkout.View, error) {
	done, err := s.open(id)
	if err != nil {
		return checkout.View{}, err
	}
	defer done()
	if s.view.State == checkout.Paying && s.settle {
		s.complete()
	}
	s.price()
	return s.view, nil
}

func (s *shop) complete() {
	s.view.State = checkout.Completed
	s.view.Order = &checkout.Order{Name: "#1001", PlacedAt: time.Date(2026, 11, 22, 10, 30, 0, 0, time.UTC)}
}

func (s *shop) SetEmail(_ context.Context, id gid.ID, email string) (p fault.Problems, err error) {
	done, err := s.open(id)
	if err != nil {
		return nil, err
	}
	defer done()
	if !strings.Contains(email, "@") {
		p.Add("INVALID", "This is not an email address.", "buyerIdentity", "email")
		return p, nil
	}
	s.view.Email = email
	return nil, nil
}

func (s *shop) SetAddress(_ context.Context, id gid.ID, a checkout.Address) (p fault.Problems, err error) {
	done, err := s.open(id)
	if err != nil {
		return nil, err
	}
	defer done()
	if a.Address1 == "" {
		p.Add("BLANK", "Say which street.", "addresses", "0", "address", "deliveryAddress", "address1")
	}
	if a.CountryCode == "US" && len(a.Zip) != 5 {
		p.Add("INVALID", "A postal code in the United States has five digits.", "addresses", "0", "address", "deliveryAddress", "zip")
	}
	if a.CountryCode == "US" && a.Province != "Oregon" && a.Province != "OR" {
		p.Add("INVALID", "There is no such state.", "addresses", "0", "address", "deliveryAddress", "provinceCode")
	}
	if len(p) > 0 {
		return p, nil
	}
	s.view.Address = a
	s.view.Groups = []checkout.Group{{ID: "group-1", Options: []checkout.Option{
		{"standard", "Standard", "3 to 5 working days", usd(0)}, {"express", "Express", "Next working day, with a signature", usd(1450)}}}}
	if a.CountryCode == "DE" {
		s.view.Groups[0].Options = nil
	}
	return nil, nil
}

func (s *shop) SelectDelivery(_ context.Context, id gid.ID, _, handle string) (fault.Problems, error) {
	done, err := s.open(id)
	if err != nil {
		return nil, err
	}
	defer done()
	s.view.Groups = slices.Clone(s.view.Groups)
	s.view.Groups[0].Selected = handle
	return nil, nil
}

func (s *shop) SetQuantity(_ context.Context, id gid.ID, line string, quantity int) (fault.Problems, error) {
	done, err := s.open(id)
	if err != nil {
		return nil, err
	}
	defer done()
	s.view.Lines = slices.Clone(s.view.Lines)
	for i, l := range s.view.Lines {
		if l.ID == line {
			l.Quantity, l.Available = quantity, nil
			l.Total = usd(l.Unit.Amount * int64(quantity))
			l.Subtotal = l.Total
			s.view.Lines[i] = l
		}
	}
	s.view.Lines = slices.DeleteFunc(s.view.Lines, func(l checkout.Line) bool { return l.Quantity == 0 })
	return nil, nil
}

func (s *shop) SetDiscountCodes(_ context.Context, id gid.ID, codes []string) (fault.Problems, error) {
	done, err := s.open(id)
	if err != nil {
		return nil, err
	}
	defer done()
	s.view.Codes = nil
	for _, c := range codes {
		s.view.Codes = append(s.view.Codes, checkout.Code{Code: strings.ToUpper(c)})
	}
	return nil, nil
}

func (s *shop) AddGiftCard(_ context.Context, id gid.ID, code string) (p fault.Problems, err error) {
	done, err := s.open(id)
	if err != nil {
		return nil, err
	}
	defer done()
	if code != "RIALTO-DEMO-GIFT" {
		p.Add("INVALID", "There is no such gift card.", "giftCardCodes", "0")
		return p, nil
	}
	s.view.GiftCards = []checkout.GiftCard{{ID: "card-1", LastCharacters: "GIFT"}}
	return nil, nil
}

func (s *shop) RemoveGiftCard(_ context.Context, id gid.ID, card string) (fault.Problems, error) {
	done, err := s.open(id)
	if err != nil {
		return nil, err
	}
	defer done()
	s.view.GiftCards = slices.DeleteFunc(slices.Clone(s.view.GiftCards), func(g checkout.GiftCard) bool { return g.ID == card })
	return nil, nil
}

func (s *shop) Complete(_ context.Context, id gid.ID, pay checkout.Payment) (checkout.Outcome, error) {
	done, err := s.open(id)
	if err != nil {
		return checkout.Outcome{}, err
	}
	defer done()
	if out, ok := s.attempts[pay.Attempt]; ok {
		return out, nil
	}
	var out checkout.Outcome
	switch pay.Token {
	case "tok_ok", "":
		s.charges++
		s.complete()
		out.State = checkout.Completed
	case "tok_timeout":
		s.charges++
		s.view.State, out.State = checkout.Paying, checkout.Paying
	case "tok_declined":
		out.Problems.Add("PAYMENT_DECLINED", "The card was declined. Nothing was charged; try another one.")
	default:
		out.Problems.Add("PAYMENT_ERROR", "The payment could not be made. Nothing was charged; try again.")
	}
	s.attempts[pay.Attempt] = out
	return out, nil
}

func (s *shop) Order(ctx context.Context, id gid.ID) (checkout.View, error) {
	if id.Type != "Order" || id.UUID != orderID || id.Key != secret || s.view.Order == nil {
		return checkout.View{}, fault.New(fault.NotFound, "no such order")
	}
	return s.Cart(ctx, gid.ID{Type: "Cart", UUID: cartID, Key: secret})
}

package cart

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// Field is a part of an input that may be left out. Left out it stays; set to the zero value it is cleared.
type Field[T any] struct {
	Set   bool
	Value T
}

// Set is a part that was sent.
func Set[T any](value T) Field[T] { return Field[T]{Set: true, Value: value} }

// BuyerInput says who buys. Whoever calls has resolved the customer from a token.
type BuyerInput struct {
	Country     Field[string] // Country is an ISO 3166-1 code; cleared, it is the shop's own.
	Email       Field[string]
	Phone       Field[string]
	CustomerID  Field[*uuid.UUID]
	Preferences Field[*Preferences]
}

// SetBuyerIdentity says who buys and from where. Another country means other prices, currency and deliveries; a selected
// delivery address elsewhere is no longer selected then.
func (s *Service) SetBuyerIdentity(ctx context.Context, id gid.ID, in BuyerInput) (*Cart, fault.Problems, []Warning, error) {
	home, err := s.shops.Buyer(ctx, "", "")
	if err != nil {
		return nil, nil, nil, err
	}
	return s.edit(ctx, id, needs{}, func(c *change) { c.setBuyer(in, home.Country, "buyerIdentity") })
}

func (c *change) setBuyer(in BuyerInput, home string, field ...string) {
	if in.Country.Set {
		country := in.Country.Value
		if country == "" {
			country = home
		}
		if !countryCode(country) {
			c.problems.Add("INVALID", "This is no country code.", path(field, "countryCode")...)
		} else {
			c.setCountry(country)
		}
	}
	if in.Email.Set {
		email, flaw := "", identity.EmailOK
		if in.Email.Value != "" {
			email, flaw = identity.NormalizeEmail(in.Email.Value)
		}
		if flaw != identity.EmailOK {
			c.problems.Add("INVALID", "This is not an email address.", path(field, "email")...)
		}
		c.cart.Email = email
	}
	if in.Phone.Set {
		phone, ok := "", true
		if in.Phone.Value != "" {
			phone, ok = identity.NormalizePhone(in.Phone.Value)
		}
		if !ok {
			c.problems.Add("INVALID", "This is not a number with its country code, such as +15551234567.", path(field, "phone")...)
		}
		c.cart.Phone = phone
	}
	if in.CustomerID.Set {
		c.cart.CustomerID = in.CustomerID.Value
	}
	if in.Preferences.Set {
		c.setPreferences(in.Preferences.Value, path(field, "preferences")...)
	}
}

// setCountry moves the cart to another market. An address elsewhere cannot stay the one in use.
func (c *change) setCountry(country string) {
	c.cart.Country = country
	if a := c.cart.Selected(); a != nil && a.Address.CountryCode != country {
		a.Selected = false
	}
}

// setPreferences keeps preferences as they are, within reason.
func (c *change) setPreferences(p *Preferences, field ...string) {
	if p != nil {
		lists := []preferred{{path(field, "wallet"), p.Wallet}}
		if d := p.Delivery; d != nil {
			lists = append(lists, preferred{path(field, "delivery", "deliveryMethod"), d.DeliveryMethod}, preferred{path(field, "delivery", "pickupHandle"), d.PickupHandle})
		}
		total := 0
		for _, list := range lists {
			total += len(list.texts)
			for i, text := range list.texts {
				if !plain(text) || len(text) > maxKey {
					c.problems.Add("INVALID", "A preference has at most 255 characters.", path(list.field, strconv.Itoa(i))...)
					return
				}
			}
		}
		if total > MaxAttributes {
			c.problems.Add("CART_TOO_LARGE", "At most 100 preferences.", field...)
			return
		}
	}
	c.cart.Preferences = p
}

// preferred is one list of preferences and where it stands.
type preferred struct {
	field []string
	texts []string
}

func countryCode(c string) bool {
	return len(c) == 2 && c[0] >= 'A' && c[0] <= 'Z' && c[1] >= 'A' && c[1] <= 'Z'
}

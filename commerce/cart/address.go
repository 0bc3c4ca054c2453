package cart

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// AddressInput is a delivery address to add: written out, or copied from a customer's book by whoever calls.
type AddressInput struct {
	Address    *customer.AddressInput
	Copy       *customer.Postal
	OneTimeUse bool
	Selected   bool
	Strict     bool // Strict asks for all that a parcel needs; otherwise a country is enough.
}

// AddressUpdate is a change of a delivery address. What is nil stays.
type AddressUpdate struct {
	ID         gid.ID
	Address    *customer.AddressInput
	Copy       *customer.Postal
	OneTimeUse *bool
	Selected   *bool
	Strict     bool
}

// AddDeliveryAddresses adds delivery addresses. The first becomes the selected one unless another is. Selecting an address
// moves the cart to its country's market.
func (s *Service) AddDeliveryAddresses(ctx context.Context, id gid.ID, list []AddressInput) (*Cart, fault.Problems, []Warning, error) {
	return s.edit(ctx, id, needs{}, func(c *change) { c.addAddresses(list, "addresses") })
}

// ReplaceDeliveryAddresses swaps all delivery addresses for others.
func (s *Service) ReplaceDeliveryAddresses(ctx context.Context, id gid.ID, list []AddressInput) (*Cart, fault.Problems, []Warning, error) {
	return s.edit(ctx, id, needs{}, func(c *change) {
		c.cart.Addresses = nil
		c.addAddresses(list, "addresses")
	})
}

// UpdateDeliveryAddresses changes delivery addresses, or selects another one.
func (s *Service) UpdateDeliveryAddresses(ctx context.Context, id gid.ID, list []AddressUpdate) (*Cart, fault.Problems, []Warning, error) {
	return s.edit(ctx, id, needs{}, func(c *change) {
		chosen := 0
		for i, u := range list {
			if u.Selected != nil && *u.Selected {
				chosen++
			}
			c.updateAddress(u, "addresses", strconv.Itoa(i))
		}
		c.onlyOne(chosen, "addresses")
		c.follow()
	})
}

// RemoveDeliveryAddresses takes delivery addresses off a cart.
func (s *Service) RemoveDeliveryAddresses(ctx context.Context, id gid.ID, ids []gid.ID) (*Cart, fault.Problems, []Warning, error) {
	return s.edit(ctx, id, needs{}, func(c *change) {
		for i, id := range ids {
			if c.address(id) == nil {
				c.problems.Add("INVALID_DELIVERY_ADDRESS_ID", "The cart has no such address.", "addressIds", strconv.Itoa(i))
				continue
			}
			c.cart.Addresses = slices.DeleteFunc(c.cart.Addresses, func(a StoredAddress) bool { return a.ID == id.UUID })
		}
	})
}

// SetBillingAddress sets the address that goes on the bill; nil clears it.
func (s *Service) SetBillingAddress(ctx context.Context, id gid.ID, in *customer.AddressInput) (*Cart, fault.Problems, []Warning, error) {
	return s.edit(ctx, id, needs{}, func(c *change) {
		c.cart.Billing = nil
		if in == nil {
			return
		}
		postal, problems := in.Apply(customer.Postal{}, customer.AddressRule{}, "billingAddress")
		c.cart.Billing = &postal
		c.problems = append(c.problems, inCartCodes(problems)...)
	})
}

func (c *change) addAddresses(list []AddressInput, field ...string) {
	chosen := 0
	for i, in := range list {
		if in.Selected {
			chosen++
		}
		c.addAddress(in, path(field, strconv.Itoa(i))...)
	}
	c.onlyOne(chosen, field...)
	if len(c.cart.Addresses) > MaxAddresses {
		c.problems.Add("TOO_MANY_DELIVERY_ADDRESSES", "A cart has at most 20 delivery addresses.", field...)
	}
	if len(list) > 0 && len(c.cart.Addresses) > 0 && c.cart.Selected() == nil {
		c.cart.Addresses[0].Selected = true
	}
	c.follow()
}

func (c *change) addAddress(in AddressInput, field ...string) {
	postal, ok := c.postal(in.Address, in.Copy, in.Strict, path(field, "address")...)
	if !ok {
		return
	}
	at := slices.IndexFunc(c.cart.Addresses, func(a StoredAddress) bool { return a.Address == postal })
	if at >= 0 {
		c.warn("DUPLICATE_DELIVERY_ADDRESS", "The cart has this address already.", addressID(c.cart.Addresses[at].ID))
	} else {
		c.cart.Addresses = append(c.cart.Addresses, StoredAddress{ID: c.newID(), Address: postal, OneTimeUse: in.OneTimeUse})
		at = len(c.cart.Addresses) - 1
	}
	if in.Selected {
		c.choose(c.cart.Addresses[at].ID)
	}
}

func (c *change) updateAddress(u AddressUpdate, field ...string) {
	a := c.address(u.ID)
	if a == nil {
		c.problems.Add("INVALID_DELIVERY_ADDRESS_ID", "The cart has no such address.", path(field, "id")...)
		return
	}
	if u.Address != nil || u.Copy != nil {
		postal, ok := c.postal(u.Address, u.Copy, u.Strict, path(field, "address")...)
		if !ok {
			return
		}
		a.Address = postal
	}
	if u.OneTimeUse != nil {
		a.OneTimeUse = *u.OneTimeUse
	}
	switch {
	case u.Selected == nil:
	case *u.Selected:
		c.choose(a.ID)
	default:
		a.Selected = false
	}
}

// postal checks an address. Its country must be known, because prices, tax and delivery follow from it.
func (c *change) postal(in *customer.AddressInput, copied *customer.Postal, strict bool, field ...string) (customer.Postal, bool) {
	switch {
	case copied != nil:
		return *copied, true
	case in == nil:
		c.problems.Add("INVALID", "Give an address that is written out, or one of the customer's.", field...)
		return customer.Postal{}, false
	}
	field = path(field, "deliveryAddress")
	postal, problems := in.Apply(customer.Postal{}, customer.AddressRule{Complete: strict, Codes: true}, field...)
	if postal.CountryCode == "" && len(problems) == 0 {
		problems.Add(customer.CodeBlank, "Country is missing.", path(field, "countryCode")...)
	}
	c.problems = append(c.problems, inCartCodes(problems)...)
	return postal, len(problems) == 0
}

// inCartCodes turns what is wrong with an address into the cart's error codes.
func inCartCodes(problems fault.Problems) fault.Problems {
	for _, p := range problems {
		part := ""
		if len(p.Field) > 0 {
			part = p.Field[len(p.Field)-1]
		}
		switch {
		case p.Code == customer.CodeBlank:
			p.Code = "ADDRESS_FIELD_IS_REQUIRED"
		case p.Code == customer.CodeTooLong:
			p.Code = "ADDRESS_FIELD_IS_TOO_LONG"
		case p.Code == customer.CodeContainsHTML:
			p.Code = "ADDRESS_FIELD_CONTAINS_HTML_TAGS"
		case p.Code == customer.CodeContainsURL:
			p.Code = "ADDRESS_FIELD_CONTAINS_URL"
		case strings.Contains(p.Message, "emoji"):
			p.Code = "ADDRESS_FIELD_CONTAINS_EMOJIS"
		case part == "zip":
			p.Code = "INVALID_ZIP_CODE_FOR_COUNTRY"
		case part == "province" || part == "provinceCode":
			p.Code = "PROVINCE_NOT_FOUND"
		default:
			p.Code = "ADDRESS_FIELD_DOES_NOT_MATCH_EXPECTED_PATTERN"
		}
	}
	return problems
}

func (c *change) address(id gid.ID) *StoredAddress {
	for i := range c.cart.Addresses {
		if a := &c.cart.Addresses[i]; id.Type == "CartSelectableAddress" && a.ID == id.UUID {
			return a
		}
	}
	return nil
}

// choose selects one address and no other.
func (c *change) choose(id uuid.UUID) {
	for i := range c.cart.Addresses {
		c.cart.Addresses[i].Selected = c.cart.Addresses[i].ID == id
	}
}

func (c *change) onlyOne(chosen int, field ...string) {
	if chosen > 1 {
		c.problems.Add("ONLY_ONE_DELIVERY_ADDRESS_CAN_BE_SELECTED", "Select one address.", field...)
	}
}

// follow moves the cart to the market of the selected address.
func (c *change) follow() {
	if a := c.cart.Selected(); a != nil {
		c.cart.Country = a.Address.CountryCode
	}
}

package graph

import (
	"context"

	"github.com/google/uuid"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

func customerID(c *customer.Customer) uuid.UUID { return c.ID.UUID }

func (r *Resolver) customersByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*customer.Customer, error) {
	found, err := r.Customers.ByIDs(ctx, ids)
	return announce(ctx, found, err, customerID)
}

func addressConnection(ctx context.Context, p keyset.Page[*customer.Address]) *model.MailingAddressConnection {
	return &model.MailingAddressConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *customer.Address) model.MailingAddressEdge {
		return model.MailingAddressEdge{Cursor: c, Node: n}
	})}
}

// defaultAddress is the address that checkout starts with.
func (r *Resolver) defaultAddress(ctx context.Context, c *customer.Customer) (*customer.Address, error) {
	if c.DefaultAddressID == uuid.Nil {
		return nil, nil
	}
	return loader.Ask(ctx, "customer.defaultAddress", c.ID.UUID, c.DefaultAddressID, func(c *customer.Customer) (uuid.UUID, bool) {
		return c.DefaultAddressID, c.DefaultAddressID != uuid.Nil
	}, r.Customers.AddressesByIDs)
}

// signedIn is the customer whose token was given, nil where the token is not good.
func (r *Resolver) signedIn(ctx context.Context, token string) (*customer.Customer, error) {
	c, err := r.Customers.ByToken(ctx, token)
	if fault.Is(err, fault.Unauthenticated) {
		return nil, nil
	}
	if c != nil && err == nil {
		loader.Together(ctx, []*customer.Customer{c}, customerID)
	}
	return c, err
}

// only shows one customer to the loaders and gives it back.
func only(ctx context.Context, c *customer.Customer) *customer.Customer {
	if c != nil {
		loader.Together(ctx, []*customer.Customer{c}, customerID)
	}
	return c
}

// addressInput is the input for a shopper: fields that are for staff are refused.
func (r *Resolver) addressInput(ctx context.Context, in customer.AddressInput) (customer.AddressInput, error) {
	if (in.CountryCode != nil || in.ProvinceCode != nil) && !iam.From(ctx).Works() {
		return in, fault.New(fault.Invalid, "Use country and province: countryCode and provinceCode are for staff.")
	}
	return in, nil
}

// deleted is the id under which an ended token is reported.
func deleted(id uuid.UUID) *string {
	if id == uuid.Nil {
		return nil
	}
	s := gid.New("CustomerAccessToken", id).String()
	return &s
}

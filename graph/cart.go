package graph

import (
	"context"
	"slices"

	"github.com/google/uuid"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// cartPayload is any payload of a cart mutation: they are all alike.
type cartPayload interface {
	~struct {
		Cart       *cart.Cart             `json:"cart,omitempty"`
		UserErrors []*model.CartUserError `json:"userErrors"`
		Warnings   []*model.CartWarning   `json:"warnings"`
	}
}

// carted gives what turns the results of a cart verb into a payload.
func carted[P cartPayload](ctx context.Context) func(*cart.Cart, fault.Problems, []cart.Warning, error) (*P, error) {
	return func(c *cart.Cart, ps fault.Problems, ws []cart.Warning, err error) (*P, error) {
		if err != nil {
			return nil, err
		}
		warnings := make([]*model.CartWarning, len(ws))
		for i, w := range ws {
			warnings[i] = &model.CartWarning{Code: w.Code, Message: w.Message, Target: w.Target}
		}
		announceCart(ctx, c)
		p := P(struct {
			Cart       *cart.Cart             `json:"cart,omitempty"`
			UserErrors []*model.CartUserError `json:"userErrors"`
			Warnings   []*model.CartWarning   `json:"warnings"`
		}{c, problems[model.CartUserError](ps), warnings})
		return &p, nil
	}
}

// announceCart lets the variants of a cart's lines be read together.
func announceCart(ctx context.Context, c *cart.Cart) {
	if c == nil {
		return
	}
	variants, products := make([]*catalog.Variant, 0, len(c.Lines)), make([]*catalog.Product, 0, len(c.Lines))
	for _, l := range c.Lines {
		variants = append(variants, l.Variant)
		if p := l.Variant.Of; p != nil && !slices.Contains(products, p) {
			products = append(products, p)
		}
	}
	loader.Together(ctx, variants, variantID)
	loader.Together(ctx, products, productID)
}

func lineConnection(ctx context.Context, args keyset.Args, lines []*cart.Line) (*model.BaseCartLineConnection, error) {
	page, err := keyset.Slice(args, lines, func(l *cart.Line) uuid.UUID { return l.ID.UUID })
	if err != nil {
		return nil, err
	}
	nodes := make([]model.Any, len(page.Items))
	for i, l := range page.Items {
		nodes[i] = l
	}
	return &model.BaseCartLineConnection{Nodes: nodes, PageInfo: pageInfo(ctx, page), Edges: edges(ctx, page, func(c string, l *cart.Line) model.BaseCartLineEdge {
		return model.BaseCartLineEdge{Cursor: c, Node: l}
	})}, nil
}

func groupConnection(ctx context.Context, args keyset.Args, groups []*cart.DeliveryGroup) (*model.CartDeliveryGroupConnection, error) {
	page, err := keyset.Slice(args, groups, func(g *cart.DeliveryGroup) uuid.UUID { return g.ID.UUID })
	if err != nil {
		return nil, err
	}
	return &model.CartDeliveryGroupConnection{Nodes: listed(page.Items), PageInfo: pageInfo(ctx, page), Edges: edges(ctx, page, func(c string, g *cart.DeliveryGroup) model.CartDeliveryGroupEdge {
		return model.CartDeliveryGroupEdge{Cursor: c, Node: g}
	})}, nil
}

// anys shows things of different types as members of an interface.
func anys(list []any) []model.Any {
	out := make([]model.Any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

func attributesOf(in []*model.AttributeInput) []*cart.Attribute {
	out := make([]*cart.Attribute, len(in))
	for i, a := range in {
		out[i] = &cart.Attribute{Key: a.Key, Value: &a.Value}
	}
	return out
}

func lineInputs(in []*model.CartLineInput) []cart.LineInput {
	out := make([]cart.LineInput, len(in))
	for i, l := range in {
		out[i] = cart.LineInput{MerchandiseID: l.MerchandiseID, Quantity: 1, Attributes: attributesOf(l.Attributes)}
		if l.Quantity != nil {
			out[i].Quantity = int64(*l.Quantity)
		}
	}
	return out
}

func lineUpdates(in []*model.CartLineUpdateInput) []cart.LineUpdate {
	out := make([]cart.LineUpdate, len(in))
	for i, l := range in {
		out[i] = cart.LineUpdate{ID: l.ID, MerchandiseID: l.MerchandiseID}
		if l.Quantity != nil {
			q := int64(*l.Quantity)
			out[i].Quantity = &q
		}
		if l.Attributes != nil {
			list := attributesOf(l.Attributes)
			out[i].Attributes = &list
		}
	}
	return out
}

func plainIDs(in []*gid.ID) []gid.ID {
	out := make([]gid.ID, len(in))
	for i, id := range in {
		out[i] = *id
	}
	return out
}

// buyerInput says who buys. The account is the viewer that the token in the argument named.
func buyerInput(ctx context.Context, in *model.CartBuyerIdentityInput) cart.BuyerInput {
	var out cart.BuyerInput
	if in == nil {
		return out
	}
	if in.CountryCode != nil {
		out.Country = cart.Set(*in.CountryCode)
	}
	if in.Email != nil {
		out.Email = cart.Set(*in.Email)
	}
	if in.Phone != nil {
		out.Phone = cart.Set(*in.Phone)
	}
	if in.CustomerAccessToken != nil {
		var account *uuid.UUID
		if who := iam.From(ctx); who.Kind == iam.Customer {
			account = &who.ID
		}
		out.CustomerID = cart.Set(account)
	}
	if in.Preferences != nil {
		out.Preferences = cart.Set(preferences(in.Preferences))
	}
	return out
}

func preferences(in *model.CartPreferencesInput) *cart.Preferences {
	out := &cart.Preferences{Wallet: in.Wallet}
	if d := in.Delivery; d != nil {
		out.Delivery = &cart.DeliveryPreference{DeliveryMethod: d.DeliveryMethod, PickupHandle: d.PickupHandle}
		if c := d.Coordinates; c != nil {
			out.Delivery.Coordinates = &cart.Coordinates{CountryCode: c.CountryCode, Latitude: c.Latitude, Longitude: c.Longitude}
		}
	}
	return out
}

// addressOf reads an address of a cart: written out, or copied from the book of the customer whose cart it is.
func (r *Resolver) addressOf(ctx context.Context, owner *uuid.UUID, in *model.CartAddressInput) (*customer.AddressInput, *customer.Postal, error) {
	if in == nil {
		return nil, nil, nil
	}
	if in.CopyFromCustomerAddressID != nil {
		id := in.CopyFromCustomerAddressID.UUID
		found, err := r.Customers.AddressesByIDs(ctx, []uuid.UUID{id})
		if err != nil {
			return nil, nil, err
		}
		a := found[id]
		if a == nil || owner == nil || a.CustomerID != *owner {
			return nil, nil, fault.New(fault.NotFound, "There is no such address in the buyer's address book.")
		}
		postal := a.Postal()
		return nil, &postal, nil
	}
	d := in.DeliveryAddress
	if d == nil {
		return nil, nil, nil
	}
	return &customer.AddressInput{
		Address1: d.Address1, Address2: d.Address2, City: d.City, Company: d.Company, FirstName: d.FirstName, LastName: d.LastName,
		Phone: d.Phone, Zip: d.Zip, CountryCode: d.CountryCode, ProvinceCode: d.ProvinceCode,
	}, nil, nil
}

func (r *Resolver) addressInputs(ctx context.Context, owner *uuid.UUID, in []*model.CartSelectableAddressInput) ([]cart.AddressInput, error) {
	out := make([]cart.AddressInput, len(in))
	for i, a := range in {
		written, copied, err := r.addressOf(ctx, owner, a.Address)
		if err != nil {
			return nil, err
		}
		out[i] = cart.AddressInput{Address: written, Copy: copied, Strict: a.ValidationStrategy != nil && *a.ValidationStrategy == "STRICT"}
		out[i].OneTimeUse = a.OneTimeUse != nil && *a.OneTimeUse
		out[i].Selected = a.Selected != nil && *a.Selected
	}
	return out, nil
}

func (r *Resolver) addressUpdates(ctx context.Context, owner *uuid.UUID, in []*model.CartSelectableAddressUpdateInput) ([]cart.AddressUpdate, error) {
	out := make([]cart.AddressUpdate, len(in))
	for i, a := range in {
		written, copied, err := r.addressOf(ctx, owner, a.Address)
		if err != nil {
			return nil, err
		}
		out[i] = cart.AddressUpdate{ID: a.ID, Address: written, Copy: copied, OneTimeUse: a.OneTimeUse, Selected: a.Selected}
	}
	return out, nil
}

// ownerOfCart is the account that a cart belongs to; nil for a guest's, and for a cart that is not there.
func (r *Resolver) ownerOfCart(ctx context.Context, id gid.ID) (*uuid.UUID, error) {
	c, err := r.Carts.Load(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return c.CustomerID, nil
}

// cartInput reads what a new cart starts with.
func (r *Resolver) cartInput(ctx context.Context, in *model.CartInput) (cart.Input, error) {
	if in == nil {
		return cart.Input{}, nil
	}
	out := cart.Input{
		Lines: lineInputs(in.Lines), Note: text(in.Note), Attributes: attributesOf(in.Attributes), Buyer: buyerInput(ctx, in.BuyerIdentity),
		DiscountCodes: in.DiscountCodes, GiftCardCodes: in.GiftCardCodes,
	}
	for _, f := range in.Metafields {
		out.Metafields = append(out.Metafields, cart.MetafieldInput{Key: f.Key, Type: f.Type, Value: f.Value})
	}
	if in.Delivery == nil {
		return out, nil
	}
	var err error
	out.Addresses, err = r.addressInputs(ctx, out.Buyer.CustomerID.Value, in.Delivery.Addresses)
	return out, err
}

// paymentInput reads how a cart is going to be paid.
func paymentInput(in model.CartPaymentInput) (cart.PaymentInput, error) {
	amount, err := money.Parse(in.Amount.Amount, in.Amount.CurrencyCode)
	if err != nil {
		return cart.PaymentInput{}, fault.Wrap(err, fault.Invalid, "The amount must be a decimal in the cart's currency, such as \"12.99\".")
	}
	out := cart.PaymentInput{Payment: cart.Payment{Amount: amount, SourceID: text(in.SourceIdentifier)}}
	switch {
	case in.DirectPaymentMethod != nil:
		out.Method, out.SessionID, out.Billing = cart.DirectPayment, in.DirectPaymentMethod.SessionID, in.DirectPaymentMethod.BillingAddress
	case in.FreePaymentMethod != nil:
		out.Method, out.Billing = cart.FreePayment, in.FreePaymentMethod.BillingAddress
	case in.WalletPaymentMethod != nil:
		out.Method = cart.WalletPayment
	default:
		return out, fault.New(fault.Invalid, "Give one of directPaymentMethod, freePaymentMethod and walletPaymentMethod.")
	}
	return out, nil
}

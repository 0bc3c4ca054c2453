package cart

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/platform/gid"
)

// show is a priced cart as its holder sees it. id carries the key.
func (s *Service) show(id gid.ID, p *Priced) *Cart {
	c := p.Cart
	out := &Cart{
		ID: id, CheckoutURL: s.url + "/checkout/" + c.ID.String() + "?key=" + id.Key, Note: known(c.Note), Attributes: orEmpty(c.Attributes),
		BuyerIdentity: &BuyerIdentity{CountryCode: known(c.Country), Email: known(c.Email), Phone: known(c.Phone), CustomerID: c.CustomerID, Preferences: c.Preferences},
		Cost:          p.cost(), Delivery: &Delivery{addresses: []*SelectableAddress{}}, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, Stored: c, Priced: p,
		Lines: p.lines(), DiscountCodes: p.codes(), DiscountAllocations: p.allocations(), AppliedGiftCards: p.giftCards(), Groups: []*DeliveryGroup{},
	}
	for _, l := range out.Lines {
		out.TotalQuantity += l.Quantity
	}
	for _, a := range c.Addresses {
		out.Delivery.addresses = append(out.Delivery.addresses, &SelectableAddress{
			ID: addressID(a.ID), Address: a.Address.Address(gid.New("MailingAddress", a.ID)), OneTimeUse: a.OneTimeUse, Selected: a.Selected,
		})
	}
	if p.Quote.Shipping.Required {
		out.Groups = append(out.Groups, p.group(out.Lines))
	}
	for _, f := range c.Metafields {
		out.Metafields = append(out.Metafields, &catalog.Metafield{ID: gid.New("Metafield", f.ID), OwnerID: c.ID, Namespace: f.Namespace, Key: f.Key, Type: f.Type,
			Value: f.Value, CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt})
	}
	return out
}

func (p *Priced) cost() *Cost {
	t := p.Quote.Totals
	cost := &Cost{CheckoutChargeAmount: t.Charge, SubtotalAmount: t.Merchandise(), TotalAmount: t.Total, TotalAmountEstimated: p.Estimated(), TotalTaxAmountEstimated: p.Estimated()}
	if destination(p.Cart) != nil {
		cost.TotalTaxAmount = &t.Tax
	}
	return cost
}

func (p *Priced) lines() []*Line {
	out := make([]*Line, 0, len(p.Lines))
	open := p.Cart.State == Open
	for i := range p.Lines {
		l, q := &p.Lines[i], &p.Quote.Lines[i]
		line := &Line{ID: lineID(l.ID), Quantity: int(l.Quantity), Variant: l.Variant, Attributes: orEmpty(l.Attributes), DiscountAllocations: []any{},
			Instructions: &LineInstructions{CanRemove: open, CanUpdateQuantity: open},
			Cost:         &LineCost{AmountPerQuantity: q.UnitPrice, CompareAtAmountPerQuantity: higher(q.CompareAt, q.UnitPrice), SubtotalAmount: q.Subtotal, TotalAmount: q.Subtotal}}
		for _, a := range q.Allocations {
			// What came off the whole cart is told there, once, and not in parts here.
			if a.Class == promotion.ProductClass {
				line.DiscountAllocations = append(line.DiscountAllocations, p.allocation(a.Application, a.Amount))
				line.Cost.TotalAmount.Amount -= a.Amount.Amount
			}
		}
		out = append(out, line)
	}
	return out
}

// higher is a former price, where it was higher than the present one.
func higher(was *money.Money, is money.Money) *money.Money {
	if was == nil || was.Amount <= is.Amount {
		return nil
	}
	return was
}

// allocations are the discounts of the whole cart, and of shipping.
func (p *Priced) allocations() []any {
	out := []any{}
	for i := range p.Quote.Discounts {
		if a := &p.Quote.Discounts[i]; a.Class != promotion.ProductClass {
			out = append(out, p.allocation(i, a.Total))
		}
	}
	return out
}

func (p *Priced) allocation(application int, amount money.Money) any {
	a := &p.Quote.Discounts[application]
	how := p.application(a)
	if a.Method == promotion.Code {
		return &CodeAllocation{Code: a.Code, DiscountApplication: how, DiscountedAmount: amount, TargetType: how.TargetType}
	}
	return &AutomaticAllocation{Title: a.Title, DiscountApplication: how, DiscountedAmount: amount, TargetType: how.TargetType}
}

// application tells how a discount works, in the words of the storefront API.
func (p *Priced) application(a *promotion.Application) *DiscountApplication {
	d := p.offers[a.DiscountID]
	out := &DiscountApplication{AllocationMethod: "ACROSS", TargetSelection: "ENTITLED", TargetType: "LINE_ITEM"}
	if a.Class == promotion.OrderClass {
		out.TargetSelection = "ALL"
	}
	switch a.Kind {
	case promotion.Fixed:
		out.Value = a.Amount
		if e := d.Config.Each; e == promotion.EachItem || e == promotion.EachLine {
			out.AllocationMethod = "EACH"
		}
		return out
	case promotion.FreeShipping:
		out.TargetType, out.TargetSelection, out.Value = "SHIPPING_LINE", "ALL", &PercentageValue{Percentage: 100}
		return out
	case promotion.BuyXGetY:
		out.AllocationMethod = "EACH"
	}
	out.Value = &PercentageValue{Percentage: float64(a.PPM) / 10_000}
	return out
}

func (p *Priced) codes() []*DiscountCode {
	out := make([]*DiscountCode, 0, len(p.Quote.Codes))
	for _, r := range p.Quote.Codes {
		out = append(out, &DiscountCode{Applicable: r.Applicable, Code: p.spelling(r.Code)})
	}
	return out
}

// spelling is a code as the shop writes it, or as it was entered where the shop has no such code.
func (p *Priced) spelling(entered string) string {
	for _, d := range p.offers {
		if d.Method == promotion.Code && equalFold(d.Code, entered) {
			return d.Code
		}
	}
	return entered
}

func (p *Priced) giftCards() []*AppliedGiftCard {
	out := make([]*AppliedGiftCard, 0, len(p.Quote.GiftCards))
	for _, g := range p.Quote.GiftCards {
		used := money.Zero(g.Balance.Currency)
		if g.Balance.Currency == g.Used.Currency {
			used = g.Used
		}
		out = append(out, &AppliedGiftCard{ID: cardID(g.ID), AmountUsed: used, Balance: g.Balance, LastCharacters: g.LastCharacters, PresentmentAmountUsed: g.Used})
	}
	return out
}

func (p *Priced) group(lines []*Line) *DeliveryGroup {
	g := &DeliveryGroup{ID: p.Cart.groupID(), GroupType: "ONE_TIME_PURCHASE", DeliveryOptions: make([]*DeliveryOption, 0, len(p.Options)), Lines: []*Line{}}
	address, id := customer.Postal{CountryCode: p.Cart.Country}, g.ID.UUID
	if a := p.Cart.Selected(); a != nil {
		address, id = a.Address, a.ID
	}
	g.DeliveryAddress = address.Address(gid.New("MailingAddress", id))
	for _, l := range lines {
		if l.Variant.RequiresShipping {
			g.Lines = append(g.Lines, l)
		}
	}
	for i := range p.Options {
		option := deliveryOption(&p.Options[i])
		g.DeliveryOptions = append(g.DeliveryOptions, option)
		if p.Selected != nil && p.Selected.Handle == option.Handle {
			g.SelectedDeliveryOption = option
		}
	}
	return g
}

func deliveryOption(o *shipping.Option) *DeliveryOption {
	description := o.Description
	switch {
	case description != "" || o.MaxDays == 0:
	case o.MinDays > 0 && o.MinDays < o.MaxDays:
		description = fmt.Sprintf("%d to %d days", o.MinDays, o.MaxDays)
	default:
		description = fmt.Sprintf("Up to %d days", o.MaxDays)
	}
	return &DeliveryOption{Code: known(o.Handle), DeliveryMethodType: "SHIPPING", Description: known(description), EstimatedCost: o.Price, Handle: o.Handle, Title: known(o.Title)}
}

func lineID(id uuid.UUID) gid.ID    { return gid.New("CartLine", id) }
func addressID(id uuid.UUID) gid.ID { return gid.New("CartSelectableAddress", id) }
func cardID(id uuid.UUID) gid.ID    { return gid.New("AppliedGiftCard", id) }

func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orEmpty(list []*Attribute) []*Attribute {
	if list == nil {
		return []*Attribute{}
	}
	return list
}

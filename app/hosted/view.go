package hosted

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	page "github.com/rialtohq/rialto/web/checkout"
)

// Cart reads a cart as it is now, as it is being paid for, or as it was bought.
func (s *Shops) Cart(ctx context.Context, id gid.ID) (page.View, error) {
	ctx, err := s.open(ctx, id)
	if err != nil {
		return page.View{}, err
	}
	for range 3 {
		c, snap, err := s.Carts.Page(ctx, id)
		if err != nil {
			return page.View{}, err
		}
		switch c.Stored.State {
		case cart.Completed:
			o, err := s.Orders.ByCart(ctx, id.UUID, id.Key)
			if err != nil {
				return page.View{}, err
			}
			return s.bought(ctx, o)
		case cart.Completing:
			// The price of now may be another than the one that is being paid.
			live, err := s.Checkout.Live(ctx, id)
			if err != nil {
				return page.View{}, err
			}
			if live == nil {
				continue // it ended between the two
			}
			return s.shell(ctx, page.Paying, snapshotView(&live.Snapshot, s.picture))
		default:
			return s.buyable(ctx, c, snap)
		}
	}
	return page.View{}, fault.New(fault.Unavailable, "The cart changes too fast. Try again in a moment.")
}

// Order reads an order by its id, with the key of its status or of its cart.
func (s *Shops) Order(ctx context.Context, id gid.ID) (page.View, error) {
	of, err := s.Orders.ShopOf(ctx, id)
	if err != nil {
		return page.View{}, err
	}
	ctx = bound(ctx, of)
	o, err := s.Orders.ByID(ctx, id)
	if err != nil {
		return page.View{}, err
	}
	return s.bought(ctx, o)
}

// buyable is a cart that can be changed.
func (s *Shops) buyable(ctx context.Context, c *cart.Cart, snap *cart.Snapshot) (page.View, error) {
	v := snapshotView(snap, s.picture)
	v.Codes = nil
	for _, d := range c.DiscountCodes {
		v.Codes = append(v.Codes, page.Code{Code: d.Code, Applicable: d.Applicable})
	}
	v.Groups = nil
	if len(c.Groups) > 0 && v.Address.Complete() {
		g := page.Group{ID: c.Groups[0].ID.UUID.String(), Options: make([]page.Option, 0, len(c.Groups[0].DeliveryOptions))}
		for _, o := range c.Groups[0].DeliveryOptions {
			g.Options = append(g.Options, page.Option{Handle: o.Handle, Title: text(o.Title), Description: text(o.Description), Cost: o.EstimatedCost})
			if o.Handle == c.Stored.Delivery {
				g.Selected = o.Handle
			}
		}
		v.Groups = []page.Group{g}
		v.Costs.EstimatedSum = g.Selected == ""
	}
	v.Costs.EstimatedSum = v.Costs.EstimatedSum || c.Priced.Estimated()
	if v.Address.CountryCode == "" {
		v.Address.CountryCode = c.Stored.Country
	}
	if err := s.short(ctx, c.Priced, v.Lines); err != nil {
		return page.View{}, err
	}
	for _, l := range c.Priced.Unavailable {
		none, zero := 0, money.Zero(snap.Currency)
		v.Lines = append(v.Lines, page.Line{ID: l.ID.String(), Title: "No longer sold", Quantity: int(l.Quantity), Unit: zero, Subtotal: zero, Total: zero, Available: &none})
	}
	return s.shell(ctx, page.Open, v)
}

// short marks the lines of which fewer are left than are wanted. Lines of one variant share what there is, in order.
func (s *Shops) short(ctx context.Context, p *cart.Priced, lines []page.Line) error {
	variants := make([]uuid.UUID, 0, len(p.Lines))
	for _, l := range p.Lines {
		variants = append(variants, l.VariantID)
	}
	if len(variants) == 0 {
		return nil
	}
	stock, err := s.Stock.Available(ctx, variants)
	if err != nil {
		return err
	}
	left := make(map[uuid.UUID]int64, len(stock))
	for id, a := range stock {
		left[id] = max(a.Available, 0)
	}
	for i, l := range p.Lines {
		if a := stock[l.VariantID]; a == (inventory.Availability{}) || !a.Tracked || a.Oversell {
			continue
		}
		if n := int(left[l.VariantID]); l.Quantity > left[l.VariantID] {
			lines[i].Available = &n
		}
		left[l.VariantID] = max(left[l.VariantID]-l.Quantity, 0)
	}
	return nil
}

// snapshotView is a cart at the price of a moment.
func snapshotView(snap *cart.Snapshot, picture func(string) string) page.View {
	q := &snap.Quote
	v := page.View{Email: snap.Email, NeedsDelivery: q.Shipping.Required, Lines: make([]page.Line, 0, len(snap.Lines))}
	if snap.Shipping != nil {
		v.Address = addressOf(*snap.Shipping)
	}
	costs := page.Costs{Subtotal: money.Zero(q.Currency), Discount: money.Zero(q.Currency), TaxIncluded: q.TaxesIncluded, Total: q.Totals.Total, Charge: q.Totals.Charge}
	for i, l := range snap.Lines {
		ql := &q.Lines[i]
		line := page.Line{ID: l.ID.String(), Title: l.Title, Variant: variant(l.VariantTitle), Details: details(l.Attributes), Image: picture(l.Image), Quantity: int(l.Quantity),
			Unit: ql.UnitPrice, Subtotal: ql.Subtotal, Total: ql.Subtotal}
		if ql.CompareAt != nil && ql.CompareAt.Amount > ql.UnitPrice.Amount {
			line.CompareAt = ql.CompareAt
		}
		for _, a := range ql.Allocations {
			if a.Class == promotion.ProductClass {
				line.Total.Amount -= a.Amount.Amount
			} else {
				costs.Discount.Amount += a.Amount.Amount
			}
		}
		costs.Subtotal.Amount += line.Total.Amount
		v.Lines = append(v.Lines, line)
	}
	delivered(&v, &costs, &q.Shipping)
	if v.Address.Complete() || !v.NeedsDelivery || !q.Totals.Tax.IsZero() {
		costs.Tax = &q.Totals.Tax
	}
	v.Costs = costs
	for _, c := range q.Codes {
		v.Codes = append(v.Codes, page.Code{Code: c.Code, Applicable: c.Applicable})
	}
	for _, g := range q.GiftCards {
		v.GiftCards = append(v.GiftCards, page.GiftCard{ID: g.ID.String(), LastCharacters: g.LastCharacters, Used: g.Used})
	}
	return v
}

// bought is what an order was made of.
func (s *Shops) bought(ctx context.Context, o *order.Order) (page.View, error) {
	all, err := s.Orders.AllLines(ctx, []uuid.UUID{o.ID.UUID})
	if err != nil {
		return page.View{}, err
	}
	zero := money.Zero(o.CurrencyCode)
	v := page.View{Email: text(o.Email), NeedsDelivery: o.Shipping.Required, Order: &page.Order{Name: o.Name, PlacedAt: o.ProcessedAt, Canceled: o.CanceledAt != nil, Refunded: o.TotalRefunded}}
	switch o.FulfillmentStatus {
	case order.FullyFulfilled:
		v.Order.Shipped = page.AllShipped
	case order.PartiallyFulfilled:
		v.Order.Shipped = page.PartlyShipped
	}
	if o.ShippingAddress != nil {
		v.Address = addressOf(o.ShippingAddress.Postal())
	}
	tax, total := o.TotalTax, o.TotalPrice
	costs := page.Costs{Subtotal: zero, Discount: zero, Tax: &tax, TaxIncluded: o.TaxesIncluded, Total: total, Charge: total}
	for _, l := range all[o.ID.UUID] {
		line := page.Line{ID: l.ID.UUID.String(), Title: l.Title, Variant: variant(text(l.VariantTitle)), Details: details(l.CustomAttributes), Image: s.picture(l.Image),
			Quantity: int(l.Quantity), Unit: l.UnitPrice, Subtotal: l.OriginalTotalPrice, Total: l.OriginalTotalPrice}
		for _, a := range l.DiscountAllocations {
			if ofWhole(a.DiscountApplication) {
				costs.Discount.Amount += a.AllocatedAmount.Amount
			} else {
				line.Total.Amount -= a.AllocatedAmount.Amount
			}
		}
		costs.Subtotal.Amount += line.Total.Amount
		v.Lines = append(v.Lines, line)
	}
	delivered(&v, &costs, &o.Shipping)
	for _, g := range o.GiftCards {
		v.GiftCards = append(v.GiftCards, page.GiftCard{ID: g.ID.String(), LastCharacters: g.LastCharacters, Used: g.Amount})
		costs.Charge.Amount -= g.Amount.Amount
	}
	v.Costs = costs
	return s.shell(ctx, page.Completed, v)
}

// ofWhole reports whether a discount lowers the whole order, and not lines of their own.
func ofWhole(application any) bool {
	switch a := application.(type) {
	case *order.AutomaticDiscountApplication:
		return a.TargetSelection == "ALL"
	case *order.DiscountCodeApplication:
		return a.TargetSelection == "ALL"
	}
	return false
}

// delivered fills in the delivery that was chosen.
func delivered(v *page.View, costs *page.Costs, q *pricing.ShippingQuote) {
	if q.Option == nil {
		return
	}
	cost := q.Total
	costs.Delivery = &cost
	o := page.Option{Handle: q.Option.Handle, Title: q.Option.Title, Description: q.Option.Description, Cost: cost}
	v.Groups = []page.Group{{Options: []page.Option{o}, Selected: o.Handle}}
}

// shell adds what is the same whatever the cart holds.
func (s *Shops) shell(ctx context.Context, state page.State, v page.View) (page.View, error) {
	of, err := s.Shops.Current(ctx)
	if err != nil {
		return page.View{}, err
	}
	v.State, v.ShopName = state, of.Name
	v.Countries, err = s.countries(ctx, v.Address.CountryCode)
	return v, err
}

// countries are those that the shop delivers to, by name, and the one that the page is about.
func (s *Shops) countries(ctx context.Context, own string) ([]page.Country, error) {
	rates, err := s.Delivery.Rates(ctx)
	if err != nil {
		return nil, err
	}
	markets, err := s.Shops.Markets(ctx)
	if err != nil {
		return nil, err
	}
	codes := map[string]bool{}
	if customer.CountryName(own) != "" {
		codes[own] = true
	}
	for i := range rates.Zones {
		for _, c := range rates.Zones[i].Countries {
			codes[strings.ToUpper(c)] = true
		}
		if !rates.Zones[i].RestOfWorld {
			continue
		}
		for _, m := range markets {
			for _, c := range m.Countries {
				codes[c] = true
			}
		}
	}
	all := make([]page.Country, 0, len(codes))
	for code := range codes {
		country := page.Country{Code: code, Name: cmp.Or(customer.CountryName(code), code)}
		for _, p := range customer.Provinces(code) {
			country.Provinces = append(country.Provinces, page.Province{Code: p[0], Name: p[1]})
		}
		all = append(all, country)
	}
	slices.SortFunc(all, func(a, b page.Country) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

func addressOf(p customer.Postal) page.Address {
	return page.Address{FirstName: p.FirstName, LastName: p.LastName, Company: p.Company, Address1: p.Address1, Address2: p.Address2, City: p.City,
		Province: customer.ProvinceName(p.CountryCode, p.ProvinceCode), Zip: p.Zip, CountryCode: p.CountryCode, Phone: p.Phone}
}

// picture is a small picture of this site; empty where it is from elsewhere, for the page loads nothing from there. It has
// no words of its own: the title stands beside it.
func (s *Shops) picture(src string) string {
	rest, ok := strings.CutPrefix(src, s.FilesURL+"/")
	if !ok || rest == "" || strings.ContainsAny(rest, "?#") {
		return ""
	}
	return "/files/" + rest + "?width=128&height=128&crop=center"
}

// variant is a variant's title where there is more than one.
func variant(title string) string {
	if title == "Default Title" {
		return ""
	}
	return title
}

// details are the attributes that are meant for people: names that begin with an underscore are for programs.
func details(attributes []*cart.Attribute) []string {
	var out []string
	for _, a := range attributes {
		if !strings.HasPrefix(a.Key, "_") && a.Value != nil {
			out = append(out, a.Key+": "+*a.Value)
		}
	}
	return out
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

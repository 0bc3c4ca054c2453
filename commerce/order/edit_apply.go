package order

import (
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/fault"
)

// edited is what comes of an edit: the lines that change, those that are new, and the units that come and go.
type edited struct {
	changed, fresh []*item
	more, less     []moved
}

// moved is units of a line that are added or taken off.
type moved struct {
	item    *item
	units   int64
	restock bool
}

func (d *edited) isFresh(i *item) bool { return slices.Contains(d.fresh, i) }

func (d *edited) restocks(i *item) bool {
	return slices.ContainsFunc(d.less, func(m moved) bool { return m.item == i && m.restock })
}

// wanted are the units that have to be taken out of stock, one line a variant.
func (d *edited) wanted() (out []inventory.Line) {
	for _, m := range d.more {
		if m.item.variant == uuid.Nil {
			continue
		}
		at := slices.IndexFunc(out, func(l inventory.Line) bool { return l.VariantID == m.item.variant })
		if at < 0 {
			at, out = len(out), append(out, inventory.Line{VariantID: m.item.variant})
		}
		out[at].Quantity += m.units
	}
	return out
}

// apply books an edit on an order and its lines. What is taken off gives back what was paid for it, discounts included; what
// is added costs its price and is taxed as at the sale's address, by the rates of today. With problems, nothing of it is to
// be kept.
func (d *editDoc) apply(r *record, items []*item, rates []tax.Rate) (done *edited, p fault.Problems) {
	done = &edited{}
	for _, s := range d.Set {
		at := slices.IndexFunc(items, func(i *item) bool { return i.id == s.Line })
		if at < 0 {
			continue // lines of an order do not go away
		}
		i := items[at]
		switch delta := s.Quantity - s.Was; {
		case delta > 0:
			done.more = append(done.more, moved{item: i, units: delta})
		case -delta > i.waiting():
			p.Add(CodeExceeds, "Of "+i.title+", only "+strconv.FormatInt(i.waiting(), 10)+" wait to be shipped and can be taken off.", "quantity")
			continue
		case delta < 0:
			how := RestockNone
			if s.Restock {
				how = RestockCancel
			}
			l := r.takeLine(i, -delta, how, false)
			r.books.Dropped += l.Goods + r.onTop(l.Tax)
			done.less = append(done.less, moved{i, -delta, s.Restock})
		default:
			continue
		}
		done.changed = append(done.changed, i)
	}
	position := int64(-1)
	for _, i := range items {
		position = max(position, i.position)
	}
	for n, a := range d.Added {
		i := &item{id: a.ID, order: r.id, variant: a.Variant, product: a.Product, position: position + 1 + int64(n), title: a.Title, variantTitle: a.VariantTitle,
			sku: a.SKU, vendor: a.Vendor, currency: r.currency, unit: a.Unit, shipped: a.Shipped, taxable: a.Taxable}
		done.fresh = append(done.fresh, i)
		done.more = append(done.more, moved{item: i, units: a.Quantity})
	}
	if !r.grow(done.more, rates) {
		p.Add(CodeInvalid, "With this the order is worth more than can be reckoned.", "quantity")
	}
	r.reckon(append(slices.Clone(items), done.fresh...))
	return done, p
}

// grow books units that are added, at their lines' prices. It reports false where they cost more than can be reckoned.
func (r *record) grow(more []moved, rates []tax.Rate) bool {
	in := pricing.Input{Currency: r.currency, TaxesIncluded: r.taxesIncluded, TaxRates: rates}
	if a := r.shipTo; a != nil {
		in.Address = &pricing.Address{Country: a.CountryCode, Province: a.ProvinceCode}
	} else if r.country != "" {
		in.Address = &pricing.Address{Country: r.country}
	}
	for _, m := range more {
		in.Lines = append(in.Lines, pricing.Line{ID: m.item.id, VariantID: m.item.variant, ProductID: m.item.product, Quantity: m.units,
			UnitPrice: money.New(m.item.unit, r.currency), Taxable: m.item.taxable, RequiresShipping: m.item.shipped})
	}
	q, err := pricing.Calculate(in)
	if err != nil || r.total+q.Totals.Total.Amount > pricing.MaxAmount {
		return false
	}
	for n, m := range more {
		i, l := m.item, &q.Lines[n]
		i.quantity += m.units
		i.original += l.Subtotal.Amount
		i.goods += l.Total.Amount
		i.tax += l.Tax.Amount
		i.taxes = together(i.taxes, l.Taxes)
	}
	r.subtotal += q.Totals.Subtotal.Amount
	r.tax += q.Totals.Tax.Amount
	r.total += q.Totals.Total.Amount
	r.taxes = together(r.taxes, q.Taxes)
	return true
}

// together sums taxes by name and rate.
func together(a, b []tax.Line) []tax.Line {
	out := slices.Clone(a)
	for _, l := range b {
		at := slices.IndexFunc(out, func(o tax.Line) bool { return o.Name == l.Name && o.PPM == l.PPM })
		if at < 0 {
			out = append(out, l)
			continue
		}
		out[at].Amount.Amount += l.Amount.Amount
	}
	return out
}

// set puts down how many pieces of a line there are to be.
func (d *editDoc) set(s setLine) {
	d.Set = slices.DeleteFunc(d.Set, func(o setLine) bool { return o.Line == s.Line })
	if s.Quantity != s.Was {
		d.Set = append(d.Set, s)
	}
}

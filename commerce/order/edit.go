package order

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/delivery"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// editFor is how long somebody may take to put an edit together.
const editFor = 24 * time.Hour

// Most of what one edit holds.
const (
	maxAdded = 100
	maxUnits = 1_000_000
)

// Catalog tells what can be added to an order; *catalog.Service does.
type Catalog interface {
	Variants(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*catalog.Variant, error)
	Products(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*catalog.Product, error)
}

// Shops tells for whom prices are; *shop.Service does.
type Shops interface {
	Buyer(ctx context.Context, country, language string) (shop.Buyer, error)
}

// Rates tells what taxes there are; *delivery.Service does.
type Rates interface {
	Rates(ctx context.Context) (delivery.Rates, error)
}

// Edit is an order as it would be with the changes that somebody puts together. Amounts are after them.
type Edit struct {
	ID                        gid.ID
	Committed                 bool
	ExpiresAt                 time.Time
	SubtotalLineItemsQuantity int64
	SubtotalPrice             money.Money
	TotalOutstanding          money.Money
	TotalPrice                money.Money
	TotalTax                  money.Money
	// Lines are those of the order, then those that are added.
	Lines   []*EditLine
	OrderID uuid.UUID
}

// EditLine is a line as it would be.
type EditLine struct {
	ID                   gid.ID
	Added                bool // it is not on the order yet
	DiscountedTotalPrice money.Money
	EditableQuantity     int64 // EditableQuantity waits to be shipped: it can be taken off.
	OriginalUnitPrice    money.Money
	Quantity             int64
	Restocking           bool // what is taken off goes back into stock
	SKU                  *string
	Title                string
	TotalTax             money.Money
	VariantTitle         *string
	VariantID            uuid.UUID
}

// LinePage gives a page of the lines, or of those alone that are added. It reads nothing.
func (e *Edit) LinePage(args keyset.Args, added bool) (keyset.Page[*EditLine], error) {
	var list []*EditLine
	for _, l := range e.Lines {
		if l.Added || !added {
			list = append(list, l)
		}
	}
	return keyset.Slice(args, list, func(l *EditLine) uuid.UUID { return l.ID.UUID })
}

// Line finds a line by its own id or that of the order's line.
func (e *Edit) Line(id uuid.UUID) *EditLine {
	for _, l := range e.Lines {
		if l.ID.UUID == id {
			return l
		}
	}
	return nil
}

// editRow is an edit as it is kept.
type editRow struct {
	id, order            uuid.UUID
	createdAt, expiresAt time.Time
	base                 int64
	committed            bool
	doc                  editDoc
}

// editDoc is what an edit changes; its JSON names are forever. Amounts are minor units.
type editDoc struct {
	Set   []setLine   `json:"set,omitempty"`
	Added []addedLine `json:"added,omitempty"`
}

// setLine is how many pieces of a line there are to be, and how many there were: what counts is the difference.
type setLine struct {
	Line     uuid.UUID `json:"line"`
	Was      int64     `json:"was"`
	Quantity int64     `json:"quantity"`
	Restock  bool      `json:"restock,omitempty"`
}

// addedLine is a line that was not sold with the order: of a variant, or of anything.
type addedLine struct {
	ID           uuid.UUID `json:"id"`
	Variant      uuid.UUID `json:"variant,omitzero"`
	Product      uuid.UUID `json:"product,omitzero"`
	Title        string    `json:"title"`
	VariantTitle string    `json:"variant_title,omitempty"`
	SKU          string    `json:"sku,omitempty"`
	Vendor       string    `json:"vendor,omitempty"`
	Quantity     int64     `json:"quantity"`
	Unit         int64     `json:"unit"`
	Taxable      bool      `json:"taxable,omitempty"`
	Shipped      bool      `json:"shipped,omitempty"`
}

// show is an edit for the outside: row's changes, applied to the order and its lines.
func (row *editRow) show(r *record, all []*item, done *edited) *Edit {
	amount := func(n int64) money.Money { return money.New(n, r.currency) }
	e := &Edit{ID: gid.New(EditType, row.id), Committed: row.committed, ExpiresAt: row.expiresAt, OrderID: r.id, SubtotalPrice: amount(r.subtotal - r.discount - r.books.GoodsBack),
		TotalOutstanding: amount(r.outstanding()), TotalPrice: amount(r.books.Current), TotalTax: amount(r.tax - r.books.TaxBack - r.books.FreightTaxBack)}
	for _, i := range all {
		l := &EditLine{ID: gid.New(EditLineType, i.id), Added: done.isFresh(i), DiscountedTotalPrice: amount(i.goods - i.goodsBack), EditableQuantity: i.waiting(),
			OriginalUnitPrice: amount(i.unit), Quantity: i.left(), Restocking: done.restocks(i), SKU: known(i.sku), Title: i.title, TotalTax: amount(i.tax - i.parcels.TaxBack),
			VariantTitle: known(i.variantTitle), VariantID: i.variant}
		e.SubtotalLineItemsQuantity += l.Quantity
		e.Lines = append(e.Lines, l)
	}
	return e
}

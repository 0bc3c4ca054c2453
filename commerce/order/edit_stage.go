package order

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// BeginEdit begins to change the lines of an order. Until it is committed the order knows nothing of it; after a day without
// that it is forgotten.
func (s *Service) BeginEdit(ctx context.Context, id gid.ID) (e *Edit, problems fault.Problems, err error) {
	row := &editRow{id: s.NewID(), order: id.UUID}
	problems, err = s.change(ctx, id, []string{"id"}, func(tx database.Tx, r *record, items []*item) (p fault.Problems, err error) {
		if r.canceledAt != nil {
			p.Add(CodeConflict, "The order is canceled.", "id")
			return p, nil
		}
		row.createdAt, row.base = s.Clock.Now(), r.books.Edits
		row.expiresAt = row.createdAt.Add(editFor)
		if err := s.store.clearEdits(ctx, tx, r.id, row.createdAt); err != nil {
			return nil, err
		}
		if err := s.store.insertEdit(ctx, tx, row, access.From(ctx).Label()); err != nil {
			return nil, err
		}
		if e, _, _, p, err = s.calculate(ctx, r, items, row); err != nil || len(p) > 0 {
			return p, err
		}
		return nil, s.audit(ctx, tx, "order.edit_begun", r.id, map[string]any{"edit": row.id})
	})
	return e, problems, err
}

// calculate applies an edit to a locked order in memory.
func (s *Service) calculate(ctx context.Context, r *record, items []*item, row *editRow) (*Edit, []*item, *edited, fault.Problems, error) {
	if s.Rates == nil {
		return nil, nil, nil, nil, fault.New(fault.Invalid, "Orders are not edited here.")
	}
	rates, err := s.Rates.Rates(ctx)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	done, p := row.doc.apply(r, items, rates.Taxes)
	if len(p) > 0 {
		return nil, nil, nil, p, nil
	}
	all := append(slices.Clone(items), done.fresh...)
	return row.show(r, all, done), all, done, nil, nil
}

// stage runs a verb on the changes of an open edit, and shows what they come to. The id of the line that it gives is that of
// the line in the answer. With problems, nothing is written.
func (s *Service) stage(ctx context.Context, id gid.ID, verb func(ctx context.Context, r *record, items []*item, d *editDoc) (uuid.UUID, fault.Problems, error)) (e *Edit, l *EditLine, problems fault.Problems, err error) {
	problems, err = s.changeEdit(ctx, id, func(tx database.Tx, r *record, items []*item, row *editRow) (p fault.Problems, err error) {
		line, p, err := verb(ctx, r, items, &row.doc)
		if err != nil || len(p) > 0 {
			return p, err
		}
		if e, _, _, p, err = s.calculate(ctx, r, items, row); err != nil || len(p) > 0 {
			return p, err
		}
		l = e.Line(line)
		return nil, s.store.updateEdit(ctx, tx, row, s.Clock.Now())
	})
	if err != nil || len(problems) > 0 {
		return nil, nil, problems, err
	}
	return e, l, nil, nil
}

// changeEdit runs a verb on an open edit and its order, both locked. Others' edits of the same order do not hinder it.
func (s *Service) changeEdit(ctx context.Context, id gid.ID, verb func(tx database.Tx, r *record, items []*item, row *editRow) (fault.Problems, error)) (problems fault.Problems, err error) {
	err = s.DB.InTx(ctx, func(tx database.Tx) error {
		problems = nil
		found, err := s.store.edit(ctx, tx, id.UUID)
		if err != nil {
			return err
		}
		if found == nil || id.Type != EditType {
			return errAbsent
		}
		r, items, err := s.lock(ctx, tx, found.order)
		if err != nil {
			return err
		}
		row, err := s.store.edit(ctx, tx, id.UUID) // anew: only now nobody else is at it
		if err != nil || row == nil || !row.committed && !s.Clock.Now().Before(row.expiresAt) {
			return errors.Join(err, errAbsent)
		}
		if row.committed {
			problems.Add(CodeConflict, "This edit was committed already. Begin another one.", "id")
			return nil
		}
		problems, err = verb(tx, r, items, row)
		return err
	})
	if errors.Is(err, errAbsent) {
		problems.Add(CodeNotFound, "There is no such edit, or it has run out.", "id")
		err = nil
	}
	return problems, err
}

// EditVariant is a variant that is added to an order.
type EditVariant struct {
	VariantID gid.ID
	Quantity  int64
	// AllowDuplicates makes another line of a variant that is on the order already.
	AllowDuplicates bool
}

// AddVariant adds a variant to an edit, at the price that it has now where the order was placed.
func (s *Service) AddVariant(ctx context.Context, id gid.ID, in EditVariant) (*Edit, *EditLine, fault.Problems, error) {
	return s.stage(ctx, id, func(ctx context.Context, r *record, items []*item, d *editDoc) (line uuid.UUID, p fault.Problems, err error) {
		p = roomFor(d, in.Quantity)
		twice := slices.ContainsFunc(items, func(i *item) bool { return i.variant == in.VariantID.UUID && i.left() > 0 }) ||
			slices.ContainsFunc(d.Added, func(a addedLine) bool { return a.Variant == in.VariantID.UUID })
		if twice && !in.AllowDuplicates {
			p.Add(CodeConflict, "The order has this variant already. Set the quantity of its line, or allow duplicates.", "variantId")
		}
		if len(p) > 0 {
			return line, p, nil
		}
		a, p, err := s.variantLine(ctx, r, in)
		if err != nil || len(p) > 0 {
			return line, p, err
		}
		d.Added = append(d.Added, a)
		return a.ID, nil, nil
	})
}

// variantLine describes a variant as a line of an order.
func (s *Service) variantLine(ctx context.Context, r *record, in EditVariant) (a addedLine, p fault.Problems, err error) {
	if s.Catalog == nil || s.Shops == nil {
		return a, nil, fault.New(fault.Invalid, "Orders are not edited here.")
	}
	buyer, err := s.Shops.Buyer(ctx, r.country, "")
	if err != nil {
		return a, nil, err
	}
	ctx = shop.WithBuyer(ctx, buyer)
	variants, err := s.Catalog.Variants(ctx, []uuid.UUID{in.VariantID.UUID})
	if err != nil {
		return a, nil, err
	}
	v := variants[in.VariantID.UUID]
	switch {
	case v == nil:
		p.Add(CodeNotFound, "There is no such variant.", "variantId")
	case !v.HasPrice || v.Price.Currency != r.currency:
		p.Add(CodeCurrency, "The variant has no price in "+string(r.currency)+".", "variantId")
	}
	if len(p) > 0 {
		return a, p, nil
	}
	products, err := s.Catalog.Products(ctx, []uuid.UUID{v.ProductID})
	if err != nil {
		return a, nil, err
	}
	a = addedLine{ID: s.NewID(), Variant: v.ID.UUID, Product: v.ProductID, VariantTitle: v.Title, Quantity: in.Quantity, Unit: v.Price.Amount, Taxable: v.Taxable, Shipped: v.RequiresShipping}
	if v.SKU != nil {
		a.SKU = *v.SKU
	}
	if product := products[v.ProductID]; product != nil {
		a.Title, a.Vendor = product.Title, product.Vendor
	}
	return a, nil, nil
}

// EditCustom is something that is added to an order without being in the catalog.
type EditCustom struct {
	Title                     string
	Price                     money.Money
	Quantity                  int64
	Taxable, RequiresShipping bool
}

// AddCustom adds a line of anything to an edit: a service, or goods that the catalog does not have.
func (s *Service) AddCustom(ctx context.Context, id gid.ID, in EditCustom) (*Edit, *EditLine, fault.Problems, error) {
	return s.stage(ctx, id, func(_ context.Context, r *record, _ []*item, d *editDoc) (line uuid.UUID, p fault.Problems, err error) {
		p = roomFor(d, in.Quantity)
		switch in.Title = strings.TrimSpace(in.Title); {
		case in.Title == "":
			p.Add(CodeBlank, "A line needs a title.", "title")
		case utf8.RuneCountInString(in.Title) > maxText || !utf8.ValidString(in.Title):
			p.Add(CodeTooLong, "A title has at most 255 characters.", "title")
		}
		switch {
		case in.Price.Currency != r.currency:
			p.Add(CodeCurrency, "The order is in "+string(r.currency)+".", "price")
		case in.Price.IsNegative():
			p.Add(CodeInvalid, "A price is not below zero.", "price")
		}
		if len(p) > 0 {
			return line, p, nil
		}
		a := addedLine{ID: s.NewID(), Title: in.Title, Quantity: in.Quantity, Unit: in.Price.Amount, Taxable: in.Taxable, Shipped: in.RequiresShipping}
		d.Added = append(d.Added, a)
		return a.ID, nil, nil
	})
}

func roomFor(d *editDoc, quantity int64) (p fault.Problems) {
	if quantity < 1 || quantity > maxUnits {
		p.Add(CodeInvalid, "A quantity is between 1 and 1,000,000.", "quantity")
	}
	if len(d.Added) >= maxAdded {
		p.Add(CodeTooMany, "An edit adds at most 100 lines.", "id")
	}
	return p
}

// EditQuantity is how many pieces of a line there are to be.
type EditQuantity struct {
	LineID   gid.ID // of the edit, or of the order
	Quantity int64  // zero takes the line off
	// Restock puts pieces that are taken off back into stock.
	Restock bool
}

// SetQuantity changes the quantity of a line: only pieces that wait to be shipped are taken off. A line that the edit itself
// added goes away with its last piece.
func (s *Service) SetQuantity(ctx context.Context, id gid.ID, in EditQuantity) (*Edit, *EditLine, fault.Problems, error) {
	return s.stage(ctx, id, func(_ context.Context, _ *record, items []*item, d *editDoc) (line uuid.UUID, p fault.Problems, err error) {
		line = in.LineID.UUID
		if in.Quantity < 0 || in.Quantity > maxUnits {
			p.Add(CodeInvalid, "A quantity is between 0 and 1,000,000.", "quantity")
			return line, p, nil
		}
		if at := slices.IndexFunc(d.Added, func(a addedLine) bool { return a.ID == line }); at >= 0 {
			if d.Added[at].Quantity = in.Quantity; in.Quantity == 0 {
				d.Added = slices.Delete(d.Added, at, at+1)
			}
			return line, nil, nil
		}
		at := slices.IndexFunc(items, func(i *item) bool { return i.id == line })
		if at < 0 {
			p.Add(CodeNotFound, "The order has no such line.", "lineItemId")
			return line, p, nil
		}
		d.set(setLine{Line: line, Was: items[at].left(), Quantity: in.Quantity, Restock: in.Restock})
		return line, nil, nil
	})
}

// shortOf tells which lines there is too little of.
func shortOf(short inventory.OutOfStock, all []*item) (p fault.Problems) {
	for _, l := range short.Lines {
		title := "a variant"
		if at := slices.IndexFunc(all, func(i *item) bool { return i.variant == l.VariantID }); at >= 0 {
			title = all[at].title
		}
		p.Add(CodeExceeds, "There is not enough of "+title+" in stock.", "id")
	}
	return p
}

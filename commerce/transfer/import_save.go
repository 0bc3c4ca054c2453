package transfer

import (
	"context"
	"errors"
	"strconv"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

var (
	errDryRun = errors.New("transfer: undone, because nothing was to be written")
	errAgain  = errors.New("transfer: to be done again without what was refused")
)

// save writes the batch in one transaction. Where the inventory refuses a product, the batch is written again without it;
// where somebody else made a product meanwhile, it is written again and finds it.
func (r *importing) save(ctx context.Context) error {
	const tries = 3
	for try := 1; ; {
		err := r.DB.InTx(ctx, func(tx database.Tx) error { return r.saveTx(ctx, tx) })
		switch {
		case err == nil || errors.Is(err, errDryRun):
			return nil
		case errors.Is(err, errAgain): // at least one product fewer each time
		case database.IsUnique(err) && try < tries:
			try++
		default:
			return err
		}
	}
}

func (r *importing) saveTx(ctx context.Context, tx database.Tx) error {
	var good []*item
	var inputs []catalog.ProductInput
	for _, it := range r.batch {
		if len(it.failed) == 0 {
			good, inputs = append(good, it), append(inputs, it.input)
		}
	}
	if len(good) == 0 {
		return nil
	}
	saved, err := r.Catalog.PutAllTx(ctx, tx, inputs)
	if err != nil {
		return err
	}
	var quantities []inventory.SetQuantity
	var owners []*item // of the quantities
	for i, it := range good {
		it.saved = saved[i]
		if len(it.saved.Problems) > 0 {
			it.failed = r.rowsOf(it.product, it.saved.Problems)
			continue
		}
		for j, v := range it.product.Variants {
			if v.Tracked && v.QuantityGiven && r.location != uuid.Nil {
				quantities = append(quantities, inventory.SetQuantity{VariantID: it.saved.Variants[j], LocationID: r.location, Quantity: v.Quantity})
				owners = append(owners, it)
			}
		}
	}
	if err := r.stock(ctx, tx, quantities, owners); err != nil {
		return err
	}
	if r.options.DryRun {
		return errDryRun
	}
	return nil
}

// stock sets quantities and looks again at the collections that depend on them.
func (r *importing) stock(ctx context.Context, tx database.Tx, quantities []inventory.SetQuantity, owners []*item) error {
	again := false
	var moved []uuid.UUID
	for from := 0; from < len(quantities); from += inventory.MaxChanges {
		to := min(from+inventory.MaxChanges, len(quantities))
		// The file's quantity is what can be sold: what is promised to checkouts comes on top.
		group, problems, err := r.Inventory.SetTx(ctx, tx, inventory.Count{Name: inventory.Available, Quantities: quantities[from:to], Reason: "import", Actor: access.From(ctx).Label()})
		if err != nil {
			return err
		}
		for _, p := range problems {
			if len(p.Field) < 3 {
				return fault.New(fault.Internal, "the inventory refused an import: %s", p.Message)
			}
			i, err := strconv.Atoi(p.Field[2])
			if err != nil || from+i >= len(owners) {
				return fault.New(fault.Internal, "the inventory refused an import: %s", p.Message)
			}
			it := owners[from+i]
			it.failed = append(it.failed, RowError{Row: rowOfVariant(it, quantities[from+i].VariantID), Handle: it.product.Handle, Code: Code(p.Code), Message: p.Message})
			again = true
		}
		if len(group.Changes) > 0 {
			for i := from; i < to; i++ {
				if id := owners[i].saved.ID; len(moved) == 0 || moved[len(moved)-1] != id {
					moved = append(moved, id)
				}
				owners[i].restocked(group)
			}
		}
	}
	if again {
		return errAgain
	}
	if len(moved) == 0 {
		return nil
	}
	return r.Catalog.ReclassifyTx(ctx, tx, moved)
}

// restocked notes that a product's stock was changed, though perhaps nothing else of it.
func (it *item) restocked(group inventory.Group) {
	if it.saved.Changed {
		return
	}
	for _, c := range group.Changes {
		for _, id := range it.saved.Variants {
			if c.VariantID == id {
				it.saved.Changed = true
				return
			}
		}
	}
}

func rowOfVariant(it *item, variant uuid.UUID) int {
	for j, id := range it.saved.Variants {
		if id == variant {
			return it.product.Variants[j].Row
		}
	}
	return it.product.FirstRow
}

// rowsOf turns the catalog's problems with a product into errors of the file's rows.
func (r *importing) rowsOf(p *Product, problems fault.Problems) []RowError {
	out := make([]RowError, 0, len(problems))
	for _, problem := range problems {
		e := RowError{Row: p.FirstRow, Handle: p.Handle, Code: Code(problem.Code), Message: problem.Message}
		if f := problem.Field; len(f) > 1 && f[0] == "variants" {
			if i, err := strconv.Atoi(f[1]); err == nil && i < len(p.Variants) {
				e.Row = p.Variants[i].Row
			}
		}
		if n := len(problem.Field); n > 0 {
			e.Column = fieldColumns[problem.Field[n-1]]
		}
		out = append(out, e)
	}
	return out
}

// fieldColumns are the usual names of the columns that fields come from.
var fieldColumns = map[string]string{
	"handle": "Handle", "title": "Title", "descriptionHtml": "Body (HTML)", "vendor": "Vendor", "productType": "Type", "tags": "Tags", "status": "Status",
	"sku": "Variant SKU", "barcode": "Variant Barcode", "price": "Variant Price", "compareAtPrice": "Variant Compare At Price", "cost": "Cost per item",
	"weight": "Variant Grams", "source": "Image Src", "alt": "Image Alt Text", "image": "Variant Image",
}

package demo

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/transfer"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// putProducts imports the product file, as a merchant's would be, with the stock divided over the locations.
func (f *filling) putProducts(ctx context.Context) error {
	in, _, err := ProductsCSV()
	if err != nil {
		return err
	}
	pictures := map[string]Picture{}
	for _, p := range f.Pictures() {
		pictures[p.Key] = p
	}
	importer := transfer.Importer{
		DB: f.DB, Shops: f.Shops, Catalog: f.Catalog, ImageSchemes: []string{ImageScheme},
		Inventory: &spreadStock{Service: f.Inventory, locations: f.locations, parts: f.Shop.StockAt},
		// The picture is drawn later: here is where it will be, and how large.
		ImageSource: func(_ context.Context, src string) (catalog.ImageInput, error) {
			key, _ := PictureKey(src)
			return catalog.ImageInput{Source: key, Width: pictures[key].Width, Height: pictures[key].Height}, nil
		},
	}
	report, err := importer.Import(ctx, in, transfer.ImportOptions{})
	if err == nil && report.ErrorCount > 0 {
		err = report.Errors[0]
	}
	if err != nil {
		return fmt.Errorf("products.csv: %w", err)
	}
	f.products, err = f.productIDs(ctx)
	return err
}

// spreadStock is an inventory that divides what is set at one location over all of them.
type spreadStock struct {
	*inventory.Service
	locations []uuid.UUID
	parts     func(quantity int64) []int64 // one for each location
}

// SetTx sets the parts of every quantity.
func (s *spreadStock) SetTx(ctx context.Context, tx database.Tx, c inventory.Count) (all inventory.Group, problems fault.Problems, err error) {
	n := len(s.locations)
	whole := c.Quantities
	most := inventory.MaxChanges / n
	for from := 0; from < len(whole); from += most {
		c.Quantities = nil
		for _, q := range whole[from:min(from+most, len(whole))] {
			for i, part := range s.parts(q.Quantity) {
				c.Quantities = append(c.Quantities, inventory.SetQuantity{VariantID: q.VariantID, LocationID: s.locations[i], Quantity: part})
			}
		}
		group, wrong, err := s.Service.SetTx(ctx, tx, c)
		if err != nil {
			return all, nil, err
		}
		for _, p := range wrong {
			problems = append(problems, wholeOf(p, from, n))
		}
		group.Changes = append(all.Changes, group.Changes...)
		all = group
	}
	return all, problems, nil
}

// wholeOf makes the problem of a part one of the quantity that it is a part of.
func wholeOf(p *fault.Problem, from, parts int) *fault.Problem {
	if len(p.Field) > 2 {
		if i, err := strconv.Atoi(p.Field[2]); err == nil {
			p.Field[2] = strconv.Itoa(from + i/parts)
		}
	}
	return p
}

// productIDs finds the products that other parts of the shop lead to.
func (f *filling) productIDs(ctx context.Context) (map[string]uuid.UUID, error) {
	ids := map[string]uuid.UUID{}
	for _, c := range f.Collections {
		for _, handle := range c.Products {
			ids[handle] = uuid.Nil
		}
	}
	eachItem(f.Menus, func(i MenuItem) {
		if i.Type == "PRODUCT" {
			ids[i.Resource] = uuid.Nil
		}
	})
	for handle := range ids {
		p, err := f.Catalog.ProductByHandle(ctx, 0, handle)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", handle, err)
		}
		ids[handle] = p.ID.UUID
	}
	return ids, nil
}

// eachItem visits all items of all menus.
func eachItem(menus []Menu, visit func(MenuItem)) {
	var walk func([]MenuItem)
	walk = func(items []MenuItem) {
		for _, i := range items {
			visit(i)
			walk(i.Items)
		}
	}
	for _, m := range menus {
		walk(m.Items)
	}
}

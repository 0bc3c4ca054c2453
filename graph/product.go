package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

// stockOfVariants tells what of a product's variants is free; the variants were announced together.
func (r *Resolver) stockOfVariants(ctx context.Context, variants []*catalog.Variant) (map[uuid.UUID]inventory.Availability, error) {
	out := make(map[uuid.UUID]inventory.Availability, len(variants))
	for _, v := range variants {
		stock, err := r.stockOfVariant(ctx, v)
		if err != nil {
			return nil, err
		}
		out[v.ID.UUID] = stock
	}
	return out, nil
}

// firstForSale is the first variant that can be bought now, or else the first.
func (r *Resolver) firstForSale(ctx context.Context, variants []*catalog.Variant) (*catalog.Variant, error) {
	stock, err := r.stockOfVariants(ctx, variants)
	if err != nil {
		return nil, err
	}
	return firstForSale(variants, stock), nil
}

// firstWithValue is the first variant that has an option value, one that can be bought now if there is any.
func (r *Resolver) firstWithValue(ctx context.Context, value *catalog.OptionValue) (*catalog.Variant, error) {
	all, err := loader.Ask(ctx, "value.allVariants", value.ID.UUID, value.ProductID, func(v *catalog.OptionValue) (uuid.UUID, bool) { return v.ProductID, true },
		func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*catalog.Variant, error) {
			found, err := r.Catalog.AllVariants(ctx, ids)
			return announceLists(ctx, found, err, variantID)
		})
	if err != nil {
		return nil, err
	}
	var with []*catalog.Variant
	for _, v := range all {
		for _, o := range v.SelectedOptions {
			if o.Name == value.OptionName() && o.Value == value.Name {
				with = append(with, v)
			}
		}
	}
	return r.firstForSale(ctx, with)
}

// adjacent gives the variants that differ from the choice in one option; without a choice, from the first one for sale.
func (r *Resolver) adjacent(ctx context.Context, variants []*catalog.Variant, want chosen) ([]*catalog.Variant, error) {
	if len(want.values) == 0 {
		first, err := r.firstForSale(ctx, variants)
		if err != nil || first == nil {
			return []*catalog.Variant{}, err
		}
		for _, o := range first.SelectedOptions {
			want.values[want.key(o.Name)] = want.key(o.Value)
		}
	}
	out := []*catalog.Variant{}
	for _, v := range variants {
		if want.differences(v) == 1 {
			out = append(out, v)
		}
	}
	return out, nil
}

// encoded writes which combinations of options exist, or which of them can be bought now.
func (r *Resolver) encoded(ctx context.Context, p *catalog.Product, available bool) (*string, error) {
	options, err := r.options(ctx, p)
	if err != nil {
		return nil, err
	}
	variants, err := r.allVariants(ctx, p)
	if err != nil {
		return nil, err
	}
	if available {
		stock, err := r.stockOfVariants(ctx, variants)
		if err != nil {
			return nil, err
		}
		var free []*catalog.Variant
		for _, v := range variants {
			if stock[v.ID.UUID].ForSale {
				free = append(free, v)
			}
		}
		variants = free
	}
	code := encode(options, variants)
	return &code, nil
}

// productOfVariant is the product a variant belongs to; nil where the viewer may not see it.
func (r *Resolver) productOfVariant(ctx context.Context, v *catalog.Variant) (*catalog.Product, error) {
	if p := v.Of; p != nil && wantsOf(ctx).products == 0 {
		return p, nil
	}
	return loader.Ask(ctx, "variant.product", v.ID.UUID, v.ProductID, func(v *catalog.Variant) (uuid.UUID, bool) { return v.ProductID, true }, r.productsByID)
}

// imageByID is a picture that a variant or collection chose.
func (r *Resolver) imageByID(ctx context.Context, owner, media uuid.UUID) (*catalog.Image, error) {
	return loader.Ask(ctx, "media", owner, media, func(o any) (uuid.UUID, bool) {
		switch o := o.(type) {
		case *catalog.Variant:
			if o.MediaID != nil {
				return *o.MediaID, true
			}
		case *catalog.Collection:
			if o.MediaID != nil {
				return *o.MediaID, true
			}
		}
		return uuid.Nil, false
	}, r.Catalog.Images)
}

// firstImage stands for a collection that has no picture of its own: the first product's.
func (r *Resolver) firstImage(ctx context.Context, c *catalog.Collection) (*catalog.Image, error) {
	one := 1
	page, err := r.productsOfCollection(ctx, c, keyset.Args{First: &one}, "")
	if err != nil || len(page.Items) == 0 {
		return nil, err
	}
	return r.featuredImage(ctx, page.Items[0])
}

func (r *Resolver) productsOfCollection(ctx context.Context, c *catalog.Collection, args keyset.Args, sortKey string) (keyset.Page[*catalog.Product], error) {
	return loader.Ask(ctx, "collection.products "+sortKey+args.Key(), c.ID.UUID, c, func(c *catalog.Collection) (*catalog.Collection, bool) { return c, true },
		func(ctx context.Context, all []*catalog.Collection) (map[*catalog.Collection]keyset.Page[*catalog.Product], error) {
			pages, err := r.Catalog.ProductsOfCollections(ctx, wantsOf(ctx).products, all, args, sortKey)
			if pages, err = announcePages(ctx, pages, err, productID); err != nil {
				return nil, err
			}
			out := make(map[*catalog.Collection]keyset.Page[*catalog.Product], len(all))
			for _, c := range all {
				out[c] = pages[c.ID.UUID]
			}
			return out, nil
		})
}

func wordConnection(ctx context.Context, words []string, first int, err error) (*model.StringConnection, error) {
	if err != nil {
		return nil, err
	}
	if first < 0 || first > keyset.MaxSize {
		return nil, fault.New(fault.Invalid, "A page holds 0 to %d items; %d were asked for.", keyset.MaxSize, first)
	}
	page, err := keyset.Slice(keyset.Args{First: &first}, words, func(s string) uuid.UUID { return uuid.NewSHA1(uuid.Nil, []byte(s)) })
	return stringConnection(ctx, page), err
}

// itemOfLevel is the stocked thing that a level counts.
func (r *Resolver) itemOfLevel(ctx context.Context, l *inventory.Level) (*model.InventoryItem, error) {
	v, err := loader.Ask(ctx, "level.variant", l.ID.UUID, l.VariantID, func(l *inventory.Level) (uuid.UUID, bool) { return l.VariantID, true }, r.variantsByID)
	if err == nil && v == nil {
		err = fault.New(fault.NotFound, "There is no such variant.")
	}
	return &model.InventoryItem{Variant: v}, err
}

// quantities gives the named figures of a level.
func quantities(l *inventory.Level, names []string) ([]*model.InventoryQuantity, error) {
	out := make([]*model.InventoryQuantity, 0, len(names))
	for _, name := range names {
		var n int64
		switch name {
		case "on_hand":
			n = l.OnHand
		case "reserved", "committed":
			n = l.Reserved
		case "available":
			n = l.OnHand - l.Reserved
		case "incoming":
			n = l.Incoming
		default:
			return nil, fault.New(fault.Invalid, "There is no quantity %q: ask for on_hand, reserved, available or incoming.", name)
		}
		out = append(out, &model.InventoryQuantity{Name: name, Quantity: int(n)})
	}
	return out, nil
}

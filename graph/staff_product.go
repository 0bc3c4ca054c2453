package graph

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

func newProduct(in model.ProductCreateInput, media []*model.CreateMediaInput) catalog.ProductChanges {
	out := catalog.ProductChanges{
		Title: &in.Title, Handle: in.Handle, DescriptionHTML: in.DescriptionHTML, Vendor: in.Vendor, ProductType: in.ProductType, Status: in.Status,
		Options: optionInputs(in.ProductOptions), Metafields: metafieldInputs(in.Metafields), Media: mediaInputs(media),
		CollectionsToJoin: uuidsOf(in.CollectionsToJoin, "Collection"),
	}
	out.SEOTitle, out.SEODescription = seoInput(in.Seo)
	if in.Tags != nil {
		out.Tags = &in.Tags
	}
	return out
}

func changedProduct(in model.ProductUpdateInput, media []*model.CreateMediaInput) catalog.ProductChanges {
	out := catalog.ProductChanges{
		IfRevision: in.IfRevision,
		Title:      in.Title, Handle: in.Handle, DescriptionHTML: in.DescriptionHTML, Vendor: in.Vendor, ProductType: in.ProductType, Status: in.Status,
		Metafields: metafieldInputs(in.Metafields), Media: mediaInputs(media),
		CollectionsToJoin: uuidsOf(in.CollectionsToJoin, "Collection"), CollectionsToLeave: uuidsOf(in.CollectionsToLeave, "Collection"),
	}
	out.SEOTitle, out.SEODescription = seoInput(in.Seo)
	if in.Tags != nil {
		out.Tags = &in.Tags
	}
	return out
}

func seoInput(in *model.SEOInput) (title, description *string) {
	if in == nil {
		return nil, nil
	}
	return in.Title, in.Description
}

// optionInputs are options in the order of their positions; those without one keep their place among each other, last.
func optionInputs(in []*model.OptionCreateInput) []catalog.OptionInput {
	in = slices.Clone(in)
	place := func(o *model.OptionCreateInput) int {
		if o.Position == nil {
			return math.MaxInt
		}
		return *o.Position
	}
	slices.SortStableFunc(in, func(a, b *model.OptionCreateInput) int { return cmp.Compare(place(a), place(b)) })
	out := make([]catalog.OptionInput, len(in))
	for i, o := range in {
		out[i].Name = text(o.Name)
		for _, v := range o.Values {
			out[i].Values = append(out[i].Values, text(v.Name))
		}
	}
	return out
}

// updateProduct changes a product, unless the form of the input is wrong.
func (r *Resolver) updateProduct(ctx context.Context, in model.ProductUpdateInput, media []*model.CreateMediaInput) (*catalog.Product, fault.Problems, error) {
	form := &intake{ctx: ctx}
	form.redirect(in.RedirectNewHandle, "product", "redirectNewHandle")
	if len(form.problems) > 0 {
		return nil, form.problems, nil
	}
	return r.Catalog.UpdateProduct(ctx, uuidOf(in.ID, "Product"), changedProduct(in, media))
}

// productNow reads a product again after its pictures have changed; nil where they were refused.
func (r *Resolver) productNow(ctx context.Context, id gid.ID, list fault.Problems) (*catalog.Product, error) {
	if len(list) > 0 {
		return nil, nil
	}
	found, err := r.productsByID(ctx, []uuid.UUID{id.UUID})
	return found[id.UUID], err
}

// createMedia attaches pictures and gives them as media, with the product.
func (r *Resolver) createMedia(ctx context.Context, product gid.ID, media []*model.CreateMediaInput) (*model.ProductCreateMediaPayload, error) {
	made, ps, err := r.Catalog.CreateMedia(ctx, uuidOf(product, "Product"), mediaInputs(media))
	if err != nil {
		return nil, err
	}
	p, err := r.productNow(ctx, product, ps)
	errors := problems[model.MediaUserError](coded("MediaUserErrorCode", ps))
	out := &model.ProductCreateMediaPayload{Product: p, UserErrors: errors, MediaUserErrors: errors}
	for _, image := range made {
		out.Media = append(out.Media, image.AsMedia())
	}
	return out, err
}

func (r *Resolver) deleteMedia(ctx context.Context, product gid.ID, media []*gid.ID) (*model.ProductDeleteMediaPayload, error) {
	ps, err := r.Catalog.DeleteMedia(ctx, uuidOf(product, "Product"), uuidsOf(media, "MediaImage", "ProductImage"))
	if err != nil {
		return nil, err
	}
	p, err := r.productNow(ctx, product, ps)
	errors := problems[model.MediaUserError](coded("MediaUserErrorCode", ps))
	out := &model.ProductDeleteMediaPayload{Product: p, UserErrors: errors, MediaUserErrors: errors}
	if len(ps) == 0 {
		out.DeletedMediaIds = media
	}
	return out, err
}

// createVariants adds variants, unless the form of the input is wrong.
func (r *Resolver) createVariants(ctx context.Context, product gid.ID, media []*model.CreateMediaInput, strategy *string, in []*model.ProductVariantsBulkInput) (*catalog.SavedVariants, fault.Problems, error) {
	if len(in) > catalog.MaxBulk {
		return nil, tooManyVariants(), nil
	}
	form := &intake{ctx: ctx}
	list := make([]catalog.VariantChanges, len(in))
	for i, v := range in {
		list[i] = form.variant(v, i)
	}
	if len(form.problems) > 0 {
		return nil, form.problems, nil
	}
	return r.Catalog.CreateVariants(ctx, uuidOf(product, "Product"), list, mediaInputs(media), catalog.Strategy(text(strategy)))
}

func tooManyVariants() fault.Problems {
	return fault.Problems{{Field: []string{"variants"}, Code: catalog.CodeInvalid, Message: "At most 250 variants are written in one call."}}
}

// updateVariants changes variants. Where that is partial, entries whose form is wrong are left out and the others saved.
func (r *Resolver) updateVariants(ctx context.Context, product gid.ID, media []*model.CreateMediaInput, how catalog.Bulk, in []*model.ProductVariantsBulkInput) (*catalog.SavedVariants, fault.Problems, error) {
	if len(in) > catalog.MaxBulk {
		return nil, tooManyVariants(), nil
	}
	form := &intake{ctx: ctx}
	var list []catalog.VariantChanges
	var places []int
	for i, v := range in {
		before := len(form.problems)
		if changes := form.variant(v, i); len(form.problems) == before {
			list, places = append(list, changes), append(places, i)
		}
	}
	if len(form.problems) > 0 && (!how.Partial || len(list) == 0) {
		return nil, form.problems, nil
	}
	saved, ps, err := r.Catalog.UpdateVariants(ctx, uuidOf(product, "Product"), list, mediaInputs(media), how)
	for _, p := range ps {
		if len(p.Field) > 1 && p.Field[0] == "variants" {
			if i, err := strconv.Atoi(p.Field[1]); err == nil && i < len(places) {
				p.Field[1] = strconv.Itoa(places[i])
			}
		}
	}
	return saved, append(form.problems, ps...), err
}

// variant reads the i-th entry.
func (in *intake) variant(v *model.ProductVariantsBulkInput, i int) catalog.VariantChanges {
	at := func(field ...string) []string { return append([]string{"variants", strconv.Itoa(i)}, field...) }
	out := catalog.VariantChanges{
		Barcode: v.Barcode, Taxable: v.Taxable, Price: in.money(v.Price, at("price")...), CompareAt: in.money(v.CompareAtPrice, at("compareAtPrice")...),
		Metafields: metafieldInputs(v.Metafields),
	}
	out.ClearCompareAt = v.CompareAtPrice == nil && in.gave(at("compareAtPrice")...)
	if v.ID != nil {
		out.ID = uuidOf(*v.ID, "ProductVariant")
	}
	if v.InventoryPolicy != nil {
		oversell := *v.InventoryPolicy == "CONTINUE"
		out.Oversell = &oversell
	}
	if v.MediaID != nil {
		id := uuidOf(*v.MediaID, "MediaImage", "ProductImage")
		out.MediaID = &id
	}
	switch len(v.MediaSrc) {
	case 0:
	case 1:
		out.MediaSource = v.MediaSrc[0]
	default:
		in.add(catalog.CodeInvalid, "A variant shows one picture.", at("mediaSrc")...)
	}
	for _, q := range v.InventoryQuantities {
		out.Stock = append(out.Stock, catalog.StockInput{Location: uuidOf(q.LocationID, "Location"), Quantity: int64(q.AvailableQuantity)})
	}
	for _, o := range v.OptionValues {
		out.Options = append(out.Options, optionChoice(o))
	}
	in.item(&out, v.InventoryItem, at)
	return out
}

func optionChoice(o *model.VariantOptionValueInput) catalog.OptionChoice {
	out := catalog.OptionChoice{Option: text(o.OptionName), Value: text(o.Name)}
	if o.OptionID != nil {
		out.OptionID = uuidOf(*o.OptionID, "ProductOption")
	}
	if o.ID != nil {
		out.ValueID = uuidOf(*o.ID, "ProductOptionValue")
	}
	return out
}

// item reads what the warehouse has to know.
func (in *intake) item(out *catalog.VariantChanges, item *model.InventoryItemInput, at func(...string) []string) {
	if item == nil {
		return
	}
	out.SKU, out.RequiresShipping, out.Tracked = item.Sku, item.RequiresShipping, item.Tracked
	out.Cost = in.money(item.Cost, at("inventoryItem", "cost")...)
	if item.Measurement != nil && item.Measurement.Weight != nil {
		out.Weight = &catalog.WeightInput{Value: item.Measurement.Weight.Value, Unit: item.Measurement.Weight.Unit}
	}
}

// savedVariants are the product and the variants of a payload, shown to the loaders; nil where nothing was saved.
func savedVariants(ctx context.Context, s *catalog.SavedVariants) (*catalog.Product, []*catalog.Variant) {
	if s == nil {
		return nil, nil
	}
	return oneProduct(ctx, s.Product), loader.Together(ctx, s.Variants, variantID)
}

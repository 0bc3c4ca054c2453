package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

func optionChanges(option model.OptionUpdateInput, add []*model.OptionValueCreateInput, remove []*gid.ID, rename []*model.OptionValueUpdateInput, strategy *string) catalog.OptionChanges {
	out := catalog.OptionChanges{
		ID: uuidOf(option.ID, "ProductOption"), Name: option.Name, Position: option.Position, Delete: uuidsOf(remove, "ProductOptionValue"), Manage: text(strategy) == "MANAGE",
	}
	for _, v := range add {
		out.Add = append(out.Add, text(v.Name))
	}
	for _, v := range rename {
		out.Rename = append(out.Rename, catalog.ValueName{ID: uuidOf(v.ID, "ProductOptionValue"), Name: v.Name})
	}
	return out
}

func optionOrders(in []*model.OptionReorderInput) []catalog.OptionOrder {
	out := make([]catalog.OptionOrder, len(in))
	for i, o := range in {
		out[i] = catalog.OptionOrder{ID: perhaps(o.ID, "ProductOption"), Name: text(o.Name)}
		for _, v := range o.Values {
			out[i].Values = append(out[i].Values, catalog.ValueName{ID: perhaps(v.ID, "ProductOptionValue"), Name: text(v.Name)})
		}
	}
	return out
}

// perhaps is an id of a type as services know it; nothing where none is given.
func perhaps(id *gid.ID, types ...string) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return uuidOf(*id, types...)
}

func variantPositions(in []*model.ProductVariantPositionInput) []catalog.VariantPosition {
	out := make([]catalog.VariantPosition, len(in))
	for i, p := range in {
		out[i] = catalog.VariantPosition{ID: uuidOf(p.ID, "ProductVariant"), Position: p.Position}
	}
	return out
}

// pictureMoves are moves of pictures.
func pictureMoves(in []*model.MoveInput) []catalog.Move {
	out := movesOf(in)
	for i, m := range in {
		out[i].Product = uuidOf(m.ID, "MediaImage", "ProductImage")
	}
	return out
}

func (r *Resolver) reorderMedia(ctx context.Context, product gid.ID, moves []*model.MoveInput) (*model.ProductReorderMediaPayload, error) {
	p, ps, err := r.Catalog.ReorderMedia(ctx, uuidOf(product, "Product"), pictureMoves(moves))
	if err != nil {
		return nil, err
	}
	errors := problems[model.MediaUserError](coded("MediaUserErrorCode", ps))
	out := &model.ProductReorderMediaPayload{UserErrors: errors, MediaUserErrors: errors}
	if p != nil {
		out.Job = &model.Job{Done: true, ID: gid.New("Job", uuid.NewSHA1(p.ID.UUID, []byte(p.Revision())))}
	}
	return out, nil
}

func (r *Resolver) updateMedia(ctx context.Context, product gid.ID, in []*model.UpdateMediaInput) (*model.ProductUpdateMediaPayload, error) {
	changes := make([]catalog.MediaChanges, len(in))
	ids := make([]uuid.UUID, len(in))
	for i, m := range in {
		ids[i] = uuidOf(m.ID, "MediaImage", "ProductImage")
		changes[i] = catalog.MediaChanges{ID: ids[i], Alt: m.Alt}
	}
	p, ps, err := r.Catalog.UpdateMedia(ctx, uuidOf(product, "Product"), changes)
	if err != nil {
		return nil, err
	}
	errors := problems[model.MediaUserError](coded("MediaUserErrorCode", ps))
	out := &model.ProductUpdateMediaPayload{Product: oneProduct(ctx, p), UserErrors: errors, MediaUserErrors: errors}
	if p == nil {
		return out, nil
	}
	found, err := r.Catalog.Images(ctx, ids)
	out.Media = []model.Any{}
	for _, id := range ids {
		if image := found[id]; image != nil {
			out.Media = append(out.Media, image.AsMedia())
		}
	}
	return out, err
}

// duplicate copies a product.
func (r *Resolver) duplicate(ctx context.Context, product gid.ID, title string, status *string, images *bool) (*catalog.Product, fault.Problems, error) {
	return r.Catalog.DuplicateProduct(ctx, uuidOf(product, "Product"), catalog.Copy{Title: title, Status: text(status), Images: images != nil && *images})
}

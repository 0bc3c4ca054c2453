package graph

import (
	"context"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// setCartMetafields writes metafields of one cart.
func (r *Resolver) setCartMetafields(ctx context.Context, in []*model.CartMetafieldsSetInput) (*model.CartMetafieldsSetPayload, error) {
	payload := &model.CartMetafieldsSetPayload{UserErrors: []*model.MetafieldsSetUserError{}, Metafields: []*catalog.Metafield{}}
	if len(in) == 0 {
		return payload, nil
	}
	list := make([]cart.MetafieldInput, len(in))
	for i, f := range in {
		if f.OwnerID != in[0].OwnerID {
			return nil, fault.New(fault.Invalid, "All metafields of one call belong to the same cart.")
		}
		list[i] = cart.MetafieldInput{Key: f.Key, Type: f.Type, Value: f.Value}
	}
	c, ps, _, err := r.Carts.SetMetafields(ctx, in[0].OwnerID, list)
	if err != nil {
		return nil, err
	}
	for _, p := range ps {
		e := &model.MetafieldsSetUserError{Field: p.Field, Message: p.Message}
		if p.Code != "" {
			e.Code = &p.Code
		}
		payload.UserErrors = append(payload.UserErrors, e)
	}
	if len(ps) > 0 || c == nil {
		return payload, nil
	}
	for _, f := range in {
		if m := c.Metafield(f.Key, nil); m != nil {
			payload.Metafields = append(payload.Metafields, m)
		}
	}
	return payload, nil
}

// deleteCartMetafield removes a metafield of a cart.
func (r *Resolver) deleteCartMetafield(ctx context.Context, in model.CartMetafieldDeleteInput) (*model.CartMetafieldDeletePayload, error) {
	before, err := r.Carts.Get(ctx, in.OwnerID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	_, ps, _, err := r.Carts.DeleteMetafield(ctx, in.OwnerID, in.Key)
	if err != nil {
		return nil, err
	}
	payload := &model.CartMetafieldDeletePayload{UserErrors: problems[model.MetafieldDeleteUserError](ps)}
	if before != nil && len(ps) == 0 {
		if m := before.Metafield(in.Key, nil); m != nil {
			id := gid.New("Metafield", m.ID.UUID)
			payload.DeletedID = &id
		}
	}
	return payload, nil
}

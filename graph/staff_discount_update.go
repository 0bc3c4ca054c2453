package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// updateOffer changes a discount as an input says that is read over the stored one.
func (r *Resolver) updateOffer(ctx context.Context, id gid.ID, of promotion.Method, ifRevision *string, kinds []promotion.Kind, read func(stored *promotion.Discount) *offer) (*discount.Discount, []*model.DiscountUserError, error) {
	root, form, code := "", fault.Problems(nil), ""
	changed, ps, err := r.Discounts.Update(ctx, uuidOf(id, offerType(of)), of, kinds, ifRevision, func(d promotion.Discount) (promotion.Discount, fault.Problems) {
		o := read(&d)
		root, form, code = o.root, o.problems, o.Code
		return o.Discount, o.problems
	})
	if len(form) == 0 {
		ps = rooted(ps, root)
	}
	return changed, discountErrors(ps, code), err
}

// offerType is the type of discounts of a method in global ids.
func offerType(m promotion.Method) string {
	if m == promotion.Code {
		return "DiscountCodeNode"
	}
	return "DiscountAutomaticNode"
}

// beginOffer lets a discount of a method begin.
func (r *Resolver) beginOffer(ctx context.Context, id gid.ID, method promotion.Method) (*discount.Discount, []*model.DiscountUserError, error) {
	begun, ps, err := r.Discounts.Activate(ctx, uuidOf(id, offerType(method)), method)
	return begun, discountErrors(ps, ""), err
}

// deleteOffer deletes one discount of a method.
func (r *Resolver) deleteOffer(ctx context.Context, id gid.ID, method promotion.Method) (*gid.ID, []*model.DiscountUserError, error) {
	ps, err := r.Discounts.Delete(ctx, []uuid.UUID{uuidOf(id, offerType(method))}, method)
	for _, p := range ps {
		p.Field = []string{"id"}
	}
	return gone(id, ps), discountErrors(ps, ""), err
}

// bulkOffers changes several discounts with codes; the job is done before there is an answer.
func (r *Resolver) bulkOffers(ctx context.Context, ids []*gid.ID, verb func(context.Context, []uuid.UUID, promotion.Method) (fault.Problems, error)) (*model.Job, []*model.DiscountUserError, error) {
	ps, err := verb(ctx, uuidsOf(ids, offerType(promotion.Code)), promotion.Code)
	if err != nil || len(ps) > 0 {
		return nil, discountErrors(ps, ""), err
	}
	return &model.Job{Done: true, ID: gid.New("Job", uuid.Must(uuid.NewV7()))}, discountErrors(nil, ""), nil
}

var (
	basicKinds    = []promotion.Kind{promotion.Percentage, promotion.Fixed}
	shippingKinds = []promotion.Kind{promotion.FreeShipping}
	bxgyKinds     = []promotion.Kind{promotion.BuyXGetY}
)

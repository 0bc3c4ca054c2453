package graph

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// shownOffer shows a discount to staff, as the type of its kind.
func shownOffer(d *discount.Discount, now time.Time) model.Any {
	c := d.Config.Combines
	combines := &model.DiscountCombinesWith{OrderDiscounts: c.Order, ProductDiscounts: c.Product, ShippingDiscounts: c.Shipping}
	var ends *time.Time
	if !d.EndsAt.IsZero() {
		ends = &d.EndsAt
	}
	var limit *int
	if d.UsageLimit > 0 {
		limit = number(d.UsageLimit)
	}
	if d.Method == promotion.Automatic {
		return &model.DiscountAutomaticBasic{
			AsyncUsageCount: int(d.Used), CombinesWith: combines, CreatedAt: d.CreatedAt, EndsAt: ends, StartsAt: d.StartsAt, Status: d.Status(now),
			Summary: d.Summary(), Title: d.Title, UpdatedAt: d.UpdatedAt, Revision: d.Revision(),
		}
	}
	basic := model.DiscountCodeBasic{
		AppliesOncePerCustomer: d.OncePerCustomer, AsyncUsageCount: int(d.Used), Codes: codesOf(d), CombinesWith: combines, CreatedAt: d.CreatedAt, EndsAt: ends,
		StartsAt: d.StartsAt, Status: d.Status(now), Summary: d.Summary(), Title: d.Title, UpdatedAt: d.UpdatedAt, UsageLimit: limit, Revision: d.Revision(),
	}
	switch d.Kind {
	case promotion.FreeShipping:
		free := model.DiscountCodeFreeShipping(basic)
		return &free
	case promotion.BuyXGetY:
		bxgy := model.DiscountCodeBxgy(basic)
		return &bxgy
	}
	return &basic
}

// codesOf is the list of a discount's one code.
func codesOf(d *discount.Discount) *model.DiscountRedeemCodeConnection {
	code := &model.DiscountRedeemCode{AsyncUsageCount: int(d.Used), Code: d.Code, ID: gid.New("DiscountRedeemCode", d.ID)}
	page, _ := keyset.Slice(keyset.Args{}, []*model.DiscountRedeemCode{code}, func(c *model.DiscountRedeemCode) uuid.UUID { return c.ID.UUID })
	return &model.DiscountRedeemCodeConnection{
		Nodes: page.Items, PageInfo: wholePageInfo(page), Edges: []*model.DiscountRedeemCodeEdge{{Cursor: page.Cursor(0), Node: code}},
	}
}

func (r *Resolver) codeNode(d *discount.Discount) *model.DiscountCodeNode {
	if d == nil {
		return nil
	}
	return &model.DiscountCodeNode{ID: d.NodeID(), CodeDiscount: shownOffer(d, r.Clock.Now())}
}

func (r *Resolver) automaticNode(d *discount.Discount) *model.DiscountAutomaticNode {
	if d == nil {
		return nil
	}
	return &model.DiscountAutomaticNode{ID: d.NodeID(), AutomaticDiscount: shownOffer(d, r.Clock.Now())}
}

func discountConnection(ctx context.Context, p keyset.Page[*discount.Discount], now time.Time) *model.DiscountNodeConnection {
	out := &model.DiscountNodeConnection{Nodes: make([]*model.DiscountNode, len(p.Items)), PageInfo: pageInfo(ctx, p)}
	for i, d := range p.Items {
		out.Nodes[i] = &model.DiscountNode{ID: d.NodeID(), Discount: shownOffer(d, now)}
	}
	out.Edges = edges(ctx, p, func(c string, d *discount.Discount) model.DiscountNodeEdge {
		return model.DiscountNodeEdge{Cursor: c, Node: &model.DiscountNode{ID: d.NodeID(), Discount: shownOffer(d, now)}}
	})
	return out
}

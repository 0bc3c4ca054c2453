package graph

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// maxNodes is the most ids that one nodes field takes.
const maxNodes = 250

// nodes finds things by their ids, in order; what does not exist, or not for the viewer, is nil. Each type is read once.
func (r *Resolver) nodes(ctx context.Context, ids []gid.ID) ([]model.Any, error) {
	if len(ids) > maxNodes {
		return nil, fault.New(fault.Invalid, "At most %d ids can be asked for at once; %d were.", maxNodes, len(ids))
	}
	found, err := r.nodeMap(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]model.Any, len(ids))
	for i, id := range ids {
		out[i] = found[id]
	}
	return out, nil
}

func (r *Resolver) nodeMap(ctx context.Context, ids []gid.ID) (map[gid.ID]model.Any, error) {
	byType := map[string][]gid.ID{}
	for _, id := range ids {
		if !slices.Contains(byType[id.Type], id) {
			byType[id.Type] = append(byType[id.Type], id)
		}
	}
	out := make(map[gid.ID]model.Any, len(ids))
	for typ, group := range byType {
		find, ok := r.finders()[typ]
		if !ok {
			continue
		}
		if err := find(ctx, group, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// finder reads things of one type and puts what it finds into out.
type finder func(ctx context.Context, ids []gid.ID, out map[gid.ID]model.Any) error

// finders are the types that node(id:) finds.
func (r *Resolver) finders() map[string]finder {
	return map[string]finder{
		"Product":        findBy(r.productsByID),
		"ProductVariant": findBy(r.variantsByID),
		"Collection": findBy(func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*catalog.Collection, error) {
			found, err := r.Catalog.Collections(ctx, ids)
			return announce(ctx, found, err, collectionID)
		}),
		"Page":      findBy(r.pagesByID),
		"Metafield": findBy(r.Catalog.MetafieldsByID),
		"MediaImage": findBy(func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*catalog.MediaImage, error) {
			images, err := r.Catalog.Images(ctx, ids)
			out := make(map[uuid.UUID]*catalog.MediaImage, len(images))
			for id, i := range images {
				out[id] = i.AsMedia()
			}
			return out, err
		}),
		"InventoryItem": findBy(func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*model.InventoryItem, error) {
			variants, err := r.variantsByID(ctx, ids)
			out := make(map[uuid.UUID]*model.InventoryItem, len(variants))
			for id, v := range variants {
				out[id] = &model.InventoryItem{Variant: v}
			}
			return out, err
		}),
		"MetafieldDefinition": findBy(r.Catalog.Definitions),

		"InventoryLevel":    findBy(r.levelsByID),
		"InventoryTransfer": findBy(r.transfersByID),
		"Location":          findBy(r.locationsByID),

		"ProductOption":      r.findOptions,
		"ProductOptionValue": r.findOptionValues,

		"MailingAddress": findBy(r.Customers.VisibleAddresses),
		"Customer":       findBy(r.visibleCustomers),

		"Return":           staffOnly(findBy(r.returnsByID), iam.OrdersRead),
		"Refund":           staffOnly(findBy(r.Orders.RefundsByID), iam.OrdersRead, iam.OrdersRefund),
		"OrderTransaction": staffOnly(findBy(r.transactionsByID), iam.OrdersRead, iam.OrdersRefund),
		"BasicEvent":       staffOnly(findBy(r.Orders.EventsByID), iam.OrdersRead),

		"DiscountCodeNode":      staffOnly(findBy(r.codeNodes), iam.DiscountsRead, iam.DiscountsWrite),
		"DiscountAutomaticNode": staffOnly(findBy(r.automaticNodes), iam.DiscountsRead, iam.DiscountsWrite),

		"MenuItem":    r.findMenuItems,
		"ShopPolicy":  r.findPolicies,
		"UrlRedirect": findBy(r.Content.RedirectsByID),

		"StorefrontAccessToken": findBy(r.Apps.StorefrontTokensByID),

		"Cart":  r.findCarts,
		"Order": r.findOrders,
		"Shop":  r.findShop,
		"Menu":  r.findMenus,

		customer.GroupType: findBy(r.groupsByID),

		"StaffMember": findBy(r.Staff.Visible),
		"Role":        findBy(r.Staff.RolesByID),
		"App":         findBy(r.Apps.ByIDs),
		"ApiKey":      findBy(r.keysByID),

		"IdentityProvider": findBy(r.SignIn.ByIDs),

		"Market":       findBy(r.Shops.MarketsByID),
		"ShippingZone": findBy(r.Delivery.ZonesByID),
		"TaxRate":      findBy(r.Delivery.TaxesByID),
	}
}

// findBy makes a finder of a batched read by uuid.
func findBy[T any](read func(context.Context, []uuid.UUID) (map[uuid.UUID]*T, error)) finder {
	return func(ctx context.Context, ids []gid.ID, out map[gid.ID]model.Any) error {
		plain := make([]uuid.UUID, len(ids))
		for i, id := range ids {
			plain[i] = id.UUID
		}
		found, err := read(ctx, plain)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if v := found[id.UUID]; v != nil {
				out[id] = v
			}
		}
		return nil
	}
}

// referable are the types of what a metafield points at.
var referable = []string{"Collection", "MediaImage", "Page", "Product", "ProductVariant"}

// referred are the ids that a metafield of a reference type points at.
func referred(f *catalog.Metafield) (ids []gid.ID) {
	if !strings.HasSuffix(f.Type, "_reference") {
		return nil
	}
	texts := []string{f.Value}
	if strings.HasPrefix(f.Type, "list.") && json.Unmarshal([]byte(f.Value), &texts) != nil {
		return nil // a list that cannot be read refers to nothing
	}
	for _, t := range texts {
		if id, err := gid.Parse(t); err == nil && slices.Contains(referable, id.Type) && len(ids) < maxNodes {
			ids = append(ids, id)
		}
	}
	return ids
}

// references finds what a metafield points at, at most so many things; those of all metafields that were read with it are read
// together.
func (r *Resolver) references(ctx context.Context, f *catalog.Metafield, most int) ([]model.Any, error) {
	if len(referred(f)) == 0 {
		return nil, nil
	}
	return loader.Ask(ctx, "metafield.references "+strconv.Itoa(most), f.ID.UUID, f, func(f *catalog.Metafield) (*catalog.Metafield, bool) { return f, len(referred(f)) > 0 },
		func(ctx context.Context, all []*catalog.Metafield) (map[*catalog.Metafield][]model.Any, error) {
			wanted := make(map[*catalog.Metafield][]gid.ID, len(all))
			var ids []gid.ID
			for _, f := range all {
				own := referred(f)
				wanted[f] = own[:min(most, len(own))]
				ids = append(ids, wanted[f]...)
			}
			found, err := r.nodeMap(ctx, ids)
			out := make(map[*catalog.Metafield][]model.Any, len(all))
			for f, own := range wanted {
				for _, id := range own {
					if v := found[id]; v != nil {
						out[f] = append(out[f], v)
					}
				}
			}
			return out, err
		})
}

func referenceConnection(ctx context.Context, args keyset.Args, refs []model.Any) (*model.MetafieldReferenceConnection, error) {
	place := make(map[model.Any]uuid.UUID, len(refs))
	for i, n := range refs {
		place[n] = uuid.UUID{15: byte(i), 14: byte(i >> 8)}
	}
	page, err := keyset.Slice(args, refs, func(n model.Any) uuid.UUID { return place[n] })
	if err != nil {
		return nil, err
	}
	return &model.MetafieldReferenceConnection{Nodes: listed(page.Items), PageInfo: pageInfo(ctx, page), Edges: edges(ctx, page, func(c string, n model.Any) model.MetafieldReferenceEdge {
		return model.MetafieldReferenceEdge{Cursor: c, Node: n}
	})}, nil
}

package graph

import (
	"context"

	"github.com/google/uuid"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/keyset"
)

// itemTypes are the types of ids by which staff name what is stocked: an item and its variant have one uuid.
var itemTypes = []string{"InventoryItem", "ProductVariant"}

func countOf(ctx context.Context, in model.InventorySetQuantitiesInput) inventory.Count {
	out := inventory.Count{Name: inventory.Name(in.Name), Reason: inventory.Reason(in.Reason), Ref: text(in.ReferenceDocumentURI), Actor: iam.From(ctx).Label()}
	for _, q := range in.Quantities {
		set := inventory.SetQuantity{VariantID: uuidOf(q.InventoryItemID, itemTypes...), LocationID: uuidOf(q.LocationID, "Location"), Quantity: int64(q.Quantity)}
		if in.IgnoreCompareQuantity == nil || !*in.IgnoreCompareQuantity {
			set.CompareQuantity = either(q.ChangeFromQuantity, q.CompareQuantity)
		}
		out.Quantities = append(out.Quantities, set)
	}
	return out
}

func adjustmentOf(ctx context.Context, in model.InventoryAdjustQuantitiesInput) inventory.Adjustment {
	out := inventory.Adjustment{Name: inventory.Name(in.Name), Reason: inventory.Reason(in.Reason), Ref: text(in.ReferenceDocumentURI), Actor: iam.From(ctx).Label()}
	for _, c := range in.Changes {
		out.Changes = append(out.Changes, inventory.Delta{
			VariantID: uuidOf(c.InventoryItemID, itemTypes...), LocationID: uuidOf(c.LocationID, "Location"), Delta: int64(c.Delta), CompareQuantity: either(c.ChangeFromQuantity, nil),
		})
	}
	return out
}

// either is the first number that is given.
func either(a, b *int) *int64 {
	if a == nil {
		a = b
	}
	if a == nil {
		return nil
	}
	n := int64(*a)
	return &n
}

// adjusted shows changes of stock with what they were made on; nil where nothing changed.
func (r *Resolver) adjusted(ctx context.Context, g inventory.Group) (*model.InventoryAdjustmentGroup, error) {
	if len(g.Changes) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, len(g.Changes))
	for i, c := range g.Changes {
		ids[i] = c.VariantID
	}
	variants, err := r.variantsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	places, err := r.Inventory.Locations(ctx)
	if err != nil {
		return nil, err
	}
	out := &model.InventoryAdjustmentGroup{ID: g.ID, CreatedAt: g.CreatedAt, Reason: string(g.Reason)}
	if g.Ref != "" {
		out.ReferenceDocumentURI = &g.Ref
	}
	for _, c := range g.Changes {
		out.Changes = append(out.Changes, changed(c, variants, places))
	}
	out.StaffMember, err = r.staffActor(ctx)
	return out, err
}

func changed(c inventory.Change, variants map[uuid.UUID]*catalog.Variant, places []inventory.Location) *model.InventoryChange {
	out := &model.InventoryChange{Delta: int(c.Delta), Name: string(c.Name), QuantityAfterChange: number(c.QuantityAfterChange)}
	if v := variants[c.VariantID]; v != nil {
		out.Item = &model.InventoryItem{Variant: v}
	}
	for i := range places {
		if places[i].ID.UUID == c.LocationID {
			out.Location = &places[i]
		}
	}
	return out
}

// staffActor is the member of staff who acts; nil for anybody else.
func (r *Resolver) staffActor(ctx context.Context) (*staff.StaffMember, error) {
	actor := iam.From(ctx)
	if actor.Kind != iam.Staff {
		return nil, nil
	}
	found, err := r.Staff.ByIDs(ctx, []uuid.UUID{actor.ID})
	return found[actor.ID], err
}

// levels is a page of where an item lies.
func (r *Resolver) levels(ctx context.Context, item *model.InventoryItem, args keyset.Args) (*model.InventoryLevelConnection, error) {
	id := item.Variant.ID.UUID
	all, err := loader.Ask(ctx, "variant.levels", id, id, loader.Same(variantID), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*inventory.Level, error) {
		found, err := r.Inventory.Levels(ctx, ids)
		out := make(map[uuid.UUID][]*inventory.Level, len(found))
		var at []*inventory.Location
		for id, levels := range found {
			for i := range levels {
				out[id], at = append(out[id], &levels[i]), append(at, &levels[i].Location)
			}
		}
		loader.Together(ctx, at, placeID)
		return announceLists(ctx, out, err, levelID)
	})
	if err != nil {
		return nil, err
	}
	page, err := keyset.Slice(args, all, levelID)
	if err != nil {
		return nil, err
	}
	return levelConnection(ctx, page), nil
}

func locationConnection(ctx context.Context, p keyset.Page[*inventory.Location]) *model.LocationConnection {
	loader.Together(ctx, p.Items, placeID)
	return &model.LocationConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *inventory.Location) model.LocationEdge {
		return model.LocationEdge{Cursor: c, Node: n}
	})}
}

// noBlogs is the page of a list that has nothing; its arguments are checked like those of any other.
func noBlogs(args keyset.Args) (*model.BlogConnection, error) {
	page, err := keyset.Slice(args, []*model.Blog{}, func(*model.Blog) uuid.UUID { return uuid.Nil })
	if err != nil {
		return nil, err
	}
	return &model.BlogConnection{Nodes: []*model.Blog{}, Edges: []*model.BlogEdge{}, PageInfo: wholePageInfo(page)}, nil
}

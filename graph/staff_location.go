package graph

import (
	"context"
	"strings"

	"github.com/google/uuid"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

func addressOf(in *model.LocationAddAddressInput) *inventory.Address {
	if in == nil {
		return nil
	}
	return &inventory.Address{
		Address1: text(in.Address1), Address2: text(in.Address2), City: text(in.City), CountryCode: in.CountryCode, ProvinceCode: text(in.ProvinceCode),
		Zip: text(in.Zip), Phone: text(in.Phone),
	}
}

func shownAddress(a inventory.Address) *model.LocationAddress {
	return &model.LocationAddress{
		Address1: given(a.Address1), Address2: given(a.Address2), City: given(a.City), CountryCode: given(a.CountryCode), ProvinceCode: given(a.ProvinceCode),
		Zip: given(a.Zip), Phone: given(a.Phone),
	}
}

// given is a text; nil where it is empty.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func newLocation(in model.LocationAddInput) inventory.LocationChanges {
	return inventory.LocationChanges{Name: &in.Name, Address: addressOf(in.Address), FulfillsOnline: in.FulfillsOnlineOrders, Priority: in.FulfillmentPriority}
}

func changedLocation(in model.LocationEditInput) inventory.LocationChanges {
	return inventory.LocationChanges{
		IfRevision: in.IfRevision, Name: in.Name, Address: addressOf(in.Address), FulfillsOnline: in.FulfillsOnlineOrders, Priority: in.FulfillmentPriority,
	}
}

// oneLocation shows one location to the loaders and gives it back.
func oneLocation(ctx context.Context, l *inventory.Location) *inventory.Location {
	if l != nil {
		loader.Together(ctx, []*inventory.Location{l}, placeID)
	}
	return l
}

func placeID(l *inventory.Location) uuid.UUID { return l.ID.UUID }

// locationsByID reads locations and shows them to the loaders.
func (r *Resolver) locationsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*inventory.Location, error) {
	found, err := r.Inventory.LocationsByID(ctx, ids)
	return announce(ctx, found, err, placeID)
}

// levelsByID reads levels and shows them to the loaders.
func (r *Resolver) levelsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*inventory.Level, error) {
	found, err := r.Inventory.LevelsByID(ctx, ids)
	out := make(map[uuid.UUID]*inventory.Level, len(found))
	for id, l := range found {
		out[id] = &l
	}
	return announce(ctx, out, err, func(l *inventory.Level) uuid.UUID { return l.ID.UUID })
}

// oneByID asks a batched read for one thing; nil where the id is of another type or names nothing.
func oneByID[T any](ctx context.Context, id gid.ID, read func(context.Context, []uuid.UUID) (map[uuid.UUID]*T, error), types ...string) (*T, error) {
	key := uuidOf(id, types...)
	found, err := read(ctx, []uuid.UUID{key})
	return found[key], err
}

func (r *Resolver) item(ctx context.Context, id gid.ID) (*model.InventoryItem, error) {
	v, err := oneByID(ctx, id, r.variantsByID, itemTypes...)
	if v == nil {
		return nil, err
	}
	return &model.InventoryItem{Variant: v}, err
}

// stock keeps an item at a place, unless two numbers are given to begin with.
func (r *Resolver) stock(ctx context.Context, item, location gid.ID, available, onHand *int) (*inventory.Level, fault.Problems, error) {
	name, quantity := inventory.OnHand, onHand
	if available != nil {
		name, quantity = inventory.Available, available
	}
	if available != nil && onHand != nil {
		return nil, fault.Problems{{Field: []string{"onHand"}, Code: inventory.CodeInvalid, Message: "Give available or onHand, not both."}}, nil
	}
	l, ps, err := r.Inventory.Stock(ctx, uuidOf(item, itemTypes...), uuidOf(location, "Location"), name, either(quantity, nil))
	for _, p := range ps {
		if len(p.Field) == 1 && p.Field[0] == string(inventory.OnHand) {
			p.Field[0] = "onHand"
		}
	}
	return l, ps, err
}

func movingsOf(ctx context.Context, in model.InventoryMoveQuantitiesInput) inventory.Movings {
	out := inventory.Movings{Reason: inventory.Reason(text(in.Reason)), Ref: text(in.ReferenceDocumentURI), Actor: iam.From(ctx).Label()}
	for _, c := range in.Changes {
		out.Changes = append(out.Changes, inventory.Moving{
			VariantID: uuidOf(c.InventoryItemID, itemTypes...), From: uuidOf(c.From.LocationID, "Location"), To: uuidOf(c.To.LocationID, "Location"), Quantity: int64(c.Quantity),
		})
	}
	return out
}

// levelsAt is a page of what is kept at a location.
func (r *Resolver) levelsAt(ctx context.Context, l *inventory.Location, args keyset.Args) (*model.InventoryLevelConnection, error) {
	page, err := loader.Ask(ctx, "location.levels "+args.Key(), l.ID.UUID, l.ID.UUID, loader.Same(placeID), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]keyset.Page[*inventory.Level], error) {
		pages, err := r.Inventory.LevelsAt(ctx, ids, args)
		return announcePages(ctx, pages, err, levelID)
	})
	if err != nil {
		return nil, err
	}
	return levelConnection(ctx, page), nil
}

func levelConnection(ctx context.Context, page keyset.Page[*inventory.Level]) *model.InventoryLevelConnection {
	return &model.InventoryLevelConnection{Nodes: listed(page.Items), PageInfo: pageInfo(ctx, page), Edges: edges(ctx, page, func(c string, n *inventory.Level) model.InventoryLevelEdge {
		return model.InventoryLevelEdge{Cursor: c, Node: n}
	})}
}

func levelID(l *inventory.Level) uuid.UUID { return l.ID.UUID }

func movementID(m *inventory.Movement) uuid.UUID { return m.ID }

// movements is a page of an item's ledger.
func (r *Resolver) movements(ctx context.Context, item *model.InventoryItem, args keyset.Args) (*model.InventoryMovementConnection, error) {
	id := item.Variant.ID.UUID
	page, err := loader.Ask(ctx, "variant.movements "+args.Key(), id, id, loader.Same(variantID), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]keyset.Page[*inventory.Movement], error) {
		pages, err := r.Inventory.MovementsOf(ctx, ids, args)
		return announcePages(ctx, pages, err, movementID)
	})
	if err != nil {
		return nil, err
	}
	return &model.InventoryMovementConnection{Nodes: listed(page.Items), PageInfo: pageInfo(ctx, page), Edges: edges(ctx, page, func(c string, n *inventory.Movement) model.InventoryMovementEdge {
		return model.InventoryMovementEdge{Cursor: c, Node: n}
	})}, nil
}

// moverOf is the member of staff behind a movement; nothing where a program did it.
func moverOf(m *inventory.Movement) uuid.UUID {
	id, ok := strings.CutPrefix(m.Actor, string(iam.Staff)+":")
	if !ok {
		return uuid.Nil
	}
	parsed, _ := uuid.Parse(id) // nobody where it is none
	return parsed
}

package graph

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/keyset"
)

func newTransfer(in model.InventoryTransferCreateInput) inventory.TransferInput {
	out := inventory.TransferInput{
		Origin: uuidOf(in.OriginLocationID, "Location"), Destination: uuidOf(in.DestinationLocationID, "Location"), Note: text(in.Note), Reference: text(in.ReferenceName),
	}
	for _, l := range in.LineItems {
		out.Lines = append(out.Lines, inventory.Line{VariantID: uuidOf(l.InventoryItemID, itemTypes...), Quantity: int64(l.Quantity)})
	}
	return out
}

func receiptsOf(in []*model.InventoryTransferReceiveLineItemInput) []inventory.Receipt {
	out := make([]inventory.Receipt, len(in))
	for i, l := range in {
		out[i].Line = uuidOf(l.TransferLineItemID, "InventoryTransferLineItem")
		if l.Reason == "ACCEPTED" {
			out[i].Accepted = int64(l.Quantity)
		} else {
			out[i].Rejected = int64(l.Quantity)
		}
	}
	return out
}

func transferID(t *inventory.Transfer) uuid.UUID { return t.ID.UUID }

func lineID(l *inventory.TransferLine) uuid.UUID { return l.ID.UUID }

// oneTransfer shows one transfer to the loaders and gives it back.
func oneTransfer(ctx context.Context, t *inventory.Transfer) *inventory.Transfer {
	if t != nil {
		loader.Together(ctx, []*inventory.Transfer{t}, transferID)
	}
	return t
}

// transfersByID reads transfers and shows them to the loaders.
func (r *Resolver) transfersByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*inventory.Transfer, error) {
	found, err := r.Inventory.Transfers(ctx, ids)
	return announce(ctx, found, err, transferID)
}

func transferConnection(ctx context.Context, page keyset.Page[*inventory.Transfer]) *model.InventoryTransferConnection {
	loader.Together(ctx, page.Items, transferID)
	return &model.InventoryTransferConnection{Nodes: listed(page.Items), PageInfo: pageInfo(ctx, page), Edges: edges(ctx, page, func(c string, n *inventory.Transfer) model.InventoryTransferEdge {
		return model.InventoryTransferEdge{Cursor: c, Node: n}
	})}
}

// transferLines are all lines of a transfer.
func (r *Resolver) transferLines(ctx context.Context, t *inventory.Transfer) ([]*inventory.TransferLine, error) {
	keyOf := func(t *inventory.Transfer) (transferKey, bool) { return transferKey{t.ID.UUID, t.UpdatedAt}, true }
	key, _ := keyOf(t)
	return loader.Ask(ctx, "transfer.lines", t.ID.UUID, key, keyOf, func(ctx context.Context, keys []transferKey) (map[transferKey][]*inventory.TransferLine, error) {
		ids := make([]uuid.UUID, len(keys))
		for i, k := range keys {
			ids[i] = k.id
		}
		found, err := r.Inventory.TransferLines(ctx, ids)
		out := make(map[transferKey][]*inventory.TransferLine, len(keys))
		var all []*inventory.TransferLine
		for _, k := range keys {
			out[k] = found[k.id]
			all = append(all, found[k.id]...)
		}
		loader.Together(ctx, all, lineID)
		return out, err
	})
}

// transferKey is a transfer as it was at a time: a request that changes it several times shows each time what it was.
type transferKey struct {
	id uuid.UUID
	at time.Time
}

func (r *Resolver) transferLinePage(ctx context.Context, t *inventory.Transfer, args keyset.Args) (*model.InventoryTransferLineItemConnection, error) {
	all, err := r.transferLines(ctx, t)
	if err != nil {
		return nil, err
	}
	page, err := keyset.Slice(args, all, lineID)
	return &model.InventoryTransferLineItemConnection{Nodes: listed(page.Items), PageInfo: pageInfo(ctx, page), Edges: edges(ctx, page, func(c string, n *inventory.TransferLine) model.InventoryTransferLineItemEdge {
		return model.InventoryTransferLineItemEdge{Cursor: c, Node: n}
	})}, err
}

// transferSum adds up a number of a transfer's lines.
func (r *Resolver) transferSum(ctx context.Context, t *inventory.Transfer, of func(*inventory.TransferLine) int64) (int, error) {
	all, err := r.transferLines(ctx, t)
	sum := int64(0)
	for _, l := range all {
		sum += of(l)
	}
	return int(sum), err
}

// itemOfLine is what a line transfers; nil where it was deleted since.
func (r *Resolver) itemOfLine(ctx context.Context, l *inventory.TransferLine) (*model.InventoryItem, error) {
	v, err := loader.Ask(ctx, "transferLine.variant", l.ID.UUID, l.VariantID, func(l *inventory.TransferLine) (uuid.UUID, bool) { return l.VariantID, true }, r.variantsByID)
	if v == nil {
		return nil, err
	}
	return &model.InventoryItem{Variant: v}, err
}

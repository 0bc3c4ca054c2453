package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/keyset"
)

func editLineID(l *order.EditLine) uuid.UUID { return l.ID.UUID }

// oneEdit announces an edit's lines to the loaders.
func oneEdit(ctx context.Context, e *order.Edit) *order.Edit {
	if e != nil {
		loader.Together(ctx, e.Lines, editLineID)
	}
	return e
}

func editLineConnection(ctx context.Context, p keyset.Page[*order.EditLine]) *model.CalculatedLineItemConnection {
	return &model.CalculatedLineItemConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *order.EditLine) model.CalculatedLineItemEdge {
		return model.CalculatedLineItemEdge{Cursor: c, Node: n}
	})}
}

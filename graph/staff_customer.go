package graph

import (
	"context"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/keyset"
)

func customerConnection(ctx context.Context, p keyset.Page[*customer.Customer]) *model.CustomerConnection {
	loader.Together(ctx, p.Items, customerID)
	return &model.CustomerConnection{Nodes: listed(p.Items), PageInfo: pageInfo(p), Edges: edges(ctx, p, func(c string, n *customer.Customer) model.CustomerEdge {
		return model.CustomerEdge{Cursor: c, Node: n}
	})}
}

package graph

import (
	"context"

	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/keyset"
)

func redirectConnection(ctx context.Context, p keyset.Page[*content.Redirect]) *model.URLRedirectConnection {
	return &model.URLRedirectConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *content.Redirect) model.URLRedirectEdge {
		return model.URLRedirectEdge{Cursor: c, Node: n}
	})}
}

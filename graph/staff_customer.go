package graph

import (
	"context"

	"github.com/google/uuid"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

func customerConnection(ctx context.Context, p keyset.Page[*customer.Customer]) *model.CustomerConnection {
	loader.Together(ctx, p.Items, customerID)
	return &model.CustomerConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *customer.Customer) model.CustomerEdge {
		return model.CustomerEdge{Cursor: c, Node: n}
	})}
}

// filed are the words that staff filed an account under; none for anybody but staff and apps.
func filed(ctx context.Context, c *customer.Customer) []string {
	if actor := iam.From(ctx); actor.Works() && actor.Can(iam.CustomersRead) {
		return c.Tags
	}
	return []string{}
}

func groupID(g *customer.Group) uuid.UUID { return g.ID.UUID }

func (r *Resolver) groupsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*customer.Group, error) {
	found, err := r.Customers.Groups(ctx, ids)
	return announce(ctx, found, err, groupID)
}

// oneCustomer shows one customer to the loaders and gives them back.
func oneCustomer(ctx context.Context, c *customer.Customer) *customer.Customer {
	if c != nil {
		loader.Together(ctx, []*customer.Customer{c}, customerID)
	}
	return c
}

// oneGroup shows one group to the loaders and gives it back.
func oneGroup(ctx context.Context, g *customer.Group) *customer.Group {
	if g != nil {
		loader.Together(ctx, []*customer.Group{g}, groupID)
	}
	return g
}

func customerGroupConnection(ctx context.Context, p keyset.Page[*customer.Group]) *model.CustomerGroupConnection {
	loader.Together(ctx, p.Items, groupID)
	return &model.CustomerGroupConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *customer.Group) model.CustomerGroupEdge {
		return model.CustomerGroupEdge{Cursor: c, Node: n}
	})}
}

// values are the ids of a list that the schema promises to be whole.
func values(ids []*gid.ID) []gid.ID {
	out := make([]gid.ID, len(ids))
	for i, id := range ids {
		out[i] = *id
	}
	return out
}

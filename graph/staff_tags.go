package graph

import (
	"context"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// codeUntaggable is the code where a record has no tags: a value of StaffErrorCode.
const codeUntaggable = "INVALID"

// tagger changes the tags of records of one type.
type tagger struct {
	scope       string // what its user must hold
	add, remove func(ctx context.Context, id gid.ID, tags []string) (model.Any, fault.Problems, error)
}

// taggers is the one list of what has tags, by the type in global ids.
func (r *Resolver) taggers() map[string]tagger {
	return map[string]tagger{
		order.Type: {access.OrdersWrite, tagged(r.Orders.AddTags, oneOrder), tagged(r.Orders.RemoveTags, oneOrder)},
		"Product":  {access.ProductsWrite, tagged(r.Catalog.AddTags, oneProduct), tagged(r.Catalog.RemoveTags, oneProduct)},
		"Customer": {access.CustomersWrite, tagged(r.Customers.AddTags, oneCustomer), tagged(r.Customers.RemoveTags, oneCustomer)},
	}
}

// tagged makes a verb of one type a verb of any; announce tells the loaders of what came.
func tagged[T any](verb func(context.Context, gid.ID, []string) (*T, fault.Problems, error), announce func(context.Context, *T) *T) func(context.Context, gid.ID, []string) (model.Any, fault.Problems, error) {
	return func(ctx context.Context, id gid.ID, tags []string) (model.Any, fault.Problems, error) {
		v, ps, err := verb(ctx, id, tags)
		if v == nil || err != nil {
			return nil, ps, err
		}
		return announce(ctx, v), ps, nil
	}
}

// tagger finds who changes the tags of a record. Fails with [fault.Forbidden] where the viewer may not write such records.
func (r *Resolver) tagger(ctx context.Context, id gid.ID) (t tagger, problems fault.Problems, err error) {
	t, ok := r.taggers()[id.Type]
	if !ok {
		problems.Add(codeUntaggable, "Records of this type have no tags.", "id")
		return t, problems, nil
	}
	if !access.From(ctx).Can(t.scope) {
		return t, nil, fault.New(fault.Forbidden, "You may not change records of this type.")
	}
	return t, nil, nil
}

func (r *Resolver) addTags(ctx context.Context, id gid.ID, tags []string) (model.Any, fault.Problems, error) {
	t, ps, err := r.tagger(ctx, id)
	if err != nil || len(ps) > 0 {
		return nil, ps, err
	}
	return t.add(ctx, id, tags)
}

func (r *Resolver) removeTags(ctx context.Context, id gid.ID, tags []string) (model.Any, fault.Problems, error) {
	t, ps, err := r.tagger(ctx, id)
	if err != nil || len(ps) > 0 {
		return nil, ps, err
	}
	return t.remove(ctx, id, tags)
}

package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/keyset"
)

// nowhere stands in for what nobody asked for; it is never written.
var nowhere model.PageInfo

// paging gathers a connection's arguments.
func paging(first *int, after *string, last *int, before *string, reverse *bool) keyset.Args {
	return keyset.Args{First: first, After: after, Last: last, Before: before, Reverse: reverse != nil && *reverse}
}

// selected reports whether the field being resolved is asked for a field of that name, or for one below it: selected(ctx,
// "edges", "cursor"). Fragments are looked into.
func selected(ctx context.Context, path ...string) bool {
	return asks(graphql.GetFieldContext(ctx).Field.Selections, path, graphql.GetOperationContext(ctx).Variables)
}

func asks(set ast.SelectionSet, path []string, variables map[string]any) bool {
	for _, s := range set {
		var below ast.SelectionSet
		var directives ast.DirectiveList
		switch s := s.(type) {
		case *ast.Field:
			if s.Name == path[0] && runs(s.Directives, variables) && (len(path) == 1 || asks(s.SelectionSet, path[1:], variables)) {
				return true
			}
		case *ast.InlineFragment:
			below, directives = s.SelectionSet, s.Directives
		case *ast.FragmentSpread:
			if s.Definition == nil {
				return true
			}
			below, directives = s.Definition.SelectionSet, s.Directives
		}
		if runs(directives, variables) && asks(below, path, variables) {
			return true
		}
	}
	return false
}

// runs reports whether @skip and @include let a selection be executed.
func runs(directives ast.DirectiveList, variables map[string]any) bool {
	for _, d := range directives {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		if holds, _ := d.ArgumentMap(variables)["if"].(bool); holds != (d.Name == "include") {
			return false
		}
	}
	return true
}

// edges makes the edges of a page, where they are asked for.
func edges[T, E any](ctx context.Context, p keyset.Page[T], edge func(cursor string, node T) E) []*E {
	if !selected(ctx, "edges") {
		return []*E{}
	}
	all := make([]E, len(p.Items))
	out := make([]*E, len(p.Items))
	cursors := selected(ctx, "edges", "cursor")
	for i, item := range p.Items {
		cursor := ""
		if cursors {
			cursor = p.Cursor(i)
		}
		all[i] = edge(cursor, item)
		out[i] = &all[i]
	}
	return out
}

// pageInfo is where a page stands among all, where that is asked for: a list of lists would make cursors that nobody reads.
func pageInfo[T any](ctx context.Context, p keyset.Page[T]) *model.PageInfo {
	if !selected(ctx, "pageInfo") {
		return &nowhere
	}
	return wholePageInfo(p)
}

// wholePageInfo is [pageInfo] of a connection that is made before anybody knows what of it is asked for.
func wholePageInfo[T any](p keyset.Page[T]) *model.PageInfo {
	return &model.PageInfo{HasNextPage: p.HasNext, HasPreviousPage: p.HasPrevious, StartCursor: p.Start(), EndCursor: p.End()}
}

// listed is a page's items; never nil, since the schema promises a list.
func listed[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

func productConnection(ctx context.Context, p keyset.Page[*catalog.Product]) *model.ProductConnection {
	return &model.ProductConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Filters: []*model.Filter{}, Edges: edges(ctx, p, func(c string, n *catalog.Product) model.ProductEdge {
		return model.ProductEdge{Cursor: c, Node: n}
	})}
}

func variantConnection(ctx context.Context, p keyset.Page[*catalog.Variant]) *model.ProductVariantConnection {
	return &model.ProductVariantConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *catalog.Variant) model.ProductVariantEdge {
		return model.ProductVariantEdge{Cursor: c, Node: n}
	})}
}

func collectionConnection(ctx context.Context, p keyset.Page[*catalog.Collection]) *model.CollectionConnection {
	return &model.CollectionConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *catalog.Collection) model.CollectionEdge {
		return model.CollectionEdge{Cursor: c, Node: n}
	})}
}

func imageConnection(ctx context.Context, p keyset.Page[*catalog.Image]) *model.ImageConnection {
	return &model.ImageConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *catalog.Image) model.ImageEdge {
		return model.ImageEdge{Cursor: c, Node: n}
	})}
}

func mediaConnection(ctx context.Context, p keyset.Page[*catalog.Image]) *model.MediaConnection {
	nodes := make([]model.Any, len(p.Items))
	for i, item := range p.Items {
		nodes[i] = item.AsMedia()
	}
	return &model.MediaConnection{Nodes: nodes, PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *catalog.Image) model.MediaEdge {
		return model.MediaEdge{Cursor: c, Node: n.AsMedia()}
	})}
}

func metafieldConnection(ctx context.Context, p keyset.Page[*catalog.Metafield]) *model.MetafieldConnection {
	return &model.MetafieldConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *catalog.Metafield) model.MetafieldEdge {
		return model.MetafieldEdge{Cursor: c, Node: n}
	})}
}

func pageID(p *content.Page) uuid.UUID { return p.ID.UUID }

func (r *Resolver) pagesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*content.Page, error) {
	found, err := r.Content.Pages(ctx, ids)
	return announce(ctx, found, err, pageID)
}

func pageConnection(ctx context.Context, p keyset.Page[*content.Page]) *model.PageConnection {
	loader.Together(ctx, p.Items, pageID)
	return &model.PageConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *content.Page) model.PageEdge {
		return model.PageEdge{Cursor: c, Node: n}
	})}
}

func stringConnection(ctx context.Context, p keyset.Page[string]) *model.StringConnection {
	return &model.StringConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n string) model.StringEdge {
		return model.StringEdge{Cursor: c, Node: n}
	})}
}

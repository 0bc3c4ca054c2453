package graph

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/commerce/search"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/graph/cached"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/keyset"
)

// searchedProducts is a page of the products that a query finds.
func (r *Resolver) searchedProducts(ctx context.Context, query, sortKey string, args keyset.Args) (*model.ProductConnection, error) {
	return r.narrowed(ctx, search.ProductQuery{Scope: search.Scope{Query: query}, SortKey: sortKey, Args: args})
}

// narrowed is a page of products with, where they are asked for, the facets that it can be narrowed down by.
func (r *Resolver) narrowed(ctx context.Context, q search.ProductQuery) (*model.ProductConnection, error) {
	hits, err := r.SearchIndex.Products(ctx, q)
	if err != nil {
		return nil, err
	}
	page, err := r.productsOf(ctx, hits)
	if err != nil {
		return nil, err
	}
	out := productConnection(ctx, page)
	if selected(ctx, "filters") {
		out.Filters, err = r.facets(ctx, q.Scope)
	}
	return out, err
}

// productsOf reads the products of hits, in one batch.
func (r *Resolver) productsOf(ctx context.Context, hits keyset.Page[search.Hit]) (keyset.Page[*catalog.Product], error) {
	ids := make([]uuid.UUID, len(hits.Items))
	for i, h := range hits.Items {
		ids[i] = h.ID
	}
	found, err := r.Catalog.PartsOfProducts(ctx, wantsOf(ctx).products, ids)
	if err != nil {
		return keyset.Page[*catalog.Product]{}, err
	}
	page := keyset.Swap(hits, func(h search.Hit) (*catalog.Product, bool) { p, ok := found[h.ID]; return p, ok })
	loader.Together(ctx, page.Items, productID)
	return page, nil
}

// productsIn is a page of a collection: filtered where there are filters, and else in batches with other collections.
func (r *Resolver) productsIn(ctx context.Context, c *catalog.Collection, args keyset.Args, filters []*model.ProductFilter, sortKey string) (*model.ProductConnection, error) {
	id := c.ID.UUID
	scope := search.Scope{CollectionID: &id, Filters: productFiltersOf(filters)}
	if len(filters) > 0 {
		return r.narrowed(ctx, search.ProductQuery{Scope: scope, SortKey: sortKey, CollectionOrder: c.SortOrder, Args: args})
	}
	page, err := r.productsOfCollection(ctx, c, args, sortKey)
	if err != nil {
		return nil, err
	}
	out := productConnection(ctx, page)
	if selected(ctx, "filters") {
		out.Filters, err = r.facets(ctx, scope)
	}
	return out, err
}

func productFiltersOf(in []*model.ProductFilter) []search.Filter {
	out := make([]search.Filter, len(in))
	for i, f := range in {
		out[i] = search.Filter{Available: f.Available, ProductType: f.ProductType, ProductVendor: f.ProductVendor, Tag: f.Tag}
		if f.Price != nil {
			out[i].Price = &search.PriceRange{Min: f.Price.Min, Max: f.Price.Max}
		}
		if m := f.ProductMetafield; m != nil {
			out[i].ProductMetafield = metafieldFilter(m)
		}
		if m := f.VariantMetafield; m != nil {
			out[i].VariantMetafield = metafieldFilter(m)
		}
		if o := f.VariantOption; o != nil {
			out[i].VariantOption = &search.OptionChoice{Name: o.Name, Value: o.Value}
		}
	}
	return out
}

func metafieldFilter(m *model.MetafieldFilter) *search.Metafield {
	return &search.Metafield{Namespace: m.Namespace, Key: m.Key, Value: m.Value}
}

// facets counts what a list of products can be narrowed down by.
func (r *Resolver) facets(ctx context.Context, scope search.Scope) ([]*model.Filter, error) {
	found, err := r.SearchIndex.Facets(ctx, scope)
	if err != nil {
		return nil, err
	}
	out := make([]*model.Filter, len(found))
	for i, f := range found {
		out[i] = &model.Filter{ID: f.ID, Label: f.Label, Type: f.Type, Values: make([]*model.FilterValue, len(f.Values))}
		if f.Presentation != "" {
			out[i].Presentation = &f.Presentation
		}
		for j, v := range f.Values {
			out[i].Values[j] = &model.FilterValue{ID: v.ID, Label: v.Label, Count: v.Count, Input: v.Input}
		}
	}
	return out, nil
}

// searched is a page of products and pages together.
func (r *Resolver) searched(ctx context.Context, q search.Mixed) (*model.SearchResultItemConnection, error) {
	hits, err := r.SearchIndex.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	var products, pages []uuid.UUID
	for _, h := range hits.Items {
		if h.Kind == search.Page {
			pages = append(pages, h.ID)
		} else {
			products = append(products, h.ID)
		}
	}
	found, err := r.mixed(ctx, products, pages)
	if err != nil {
		return nil, err
	}
	page := keyset.Swap(hits, func(h search.Hit) (model.Any, bool) { v, ok := found[h.ID]; return v, ok })
	out := &model.SearchResultItemConnection{Nodes: listed(page.Items), PageInfo: pageInfo(ctx, page), ProductFilters: []*model.Filter{}, Edges: edges(ctx, page, func(c string, n model.Any) model.SearchResultItemEdge {
		return model.SearchResultItemEdge{Cursor: c, Node: n}
	})}
	if selected(ctx, "totalCount") {
		if out.TotalCount, err = r.SearchIndex.Total(ctx, q); err != nil {
			return nil, err
		}
	}
	if selected(ctx, "productFilters") {
		out.ProductFilters, err = r.facets(ctx, q.Scope)
	}
	return out, err
}

// mixed reads products and pages, each in one batch.
func (r *Resolver) mixed(ctx context.Context, products, pages []uuid.UUID) (map[uuid.UUID]model.Any, error) {
	out := make(map[uuid.UUID]model.Any, len(products)+len(pages))
	if len(products) > 0 {
		found, err := r.productsByID(ctx, products)
		if err != nil {
			return nil, err
		}
		for id, p := range found {
			out[id] = p
		}
	}
	if len(pages) > 0 {
		found, err := r.pagesByID(ctx, pages)
		if err != nil {
			return nil, err
		}
		for id, p := range found {
			out[id] = p
		}
	}
	return out, nil
}

// predicted is what a shopper who is still typing may be looking for.
func (r *Resolver) predicted(ctx context.Context, q search.Typing) (*model.PredictiveSearchResult, error) {
	found, err := r.SearchIndex.Predictive(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &model.PredictiveSearchResult{Articles: []*model.Article{}, Collections: []*catalog.Collection{}, Pages: []*content.Page{}, Products: []*catalog.Product{}, Queries: []*model.SearchQuerySuggestion{}}
	if len(found.Products) > 0 {
		all, err := r.Catalog.PartsOfProducts(ctx, wantsOf(ctx).products, found.Products)
		if err != nil {
			return nil, err
		}
		out.Products = inOrder(found.Products, all)
		loader.Together(ctx, out.Products, productID)
	}
	if len(found.Collections) > 0 {
		all, err := r.Catalog.Collections(ctx, found.Collections)
		if err != nil {
			return nil, err
		}
		out.Collections = inOrder(found.Collections, all)
		loader.Together(ctx, out.Collections, collectionID)
	}
	if len(found.Pages) > 0 {
		all, err := r.pagesByID(ctx, found.Pages)
		if err != nil {
			return nil, err
		}
		out.Pages = inOrder(found.Pages, all)
	}
	for _, s := range found.Queries {
		out.Queries = append(out.Queries, &model.SearchQuerySuggestion{Text: s.Text, StyledText: s.StyledText})
	}
	return out, nil
}

// recommended are products that go with another one. Which they are is remembered for a moment, by what it depends on: prices that are close
// are so in a currency.
func (r *Resolver) recommended(ctx context.Context, p *catalog.Product, intent string) ([]*catalog.Product, error) {
	key := strings.Join([]string{p.ID.UUID.String(), intent, string(shop.BuyerFrom(ctx).Currency)}, " ")
	ids, err := cached.Remember(ctx, r.Lookups, "recommendations", key, func(ctx context.Context, _ string) ([]uuid.UUID, error) {
		return r.SearchIndex.Recommendations(ctx, p.ID.UUID, intent, 10)
	})
	if err != nil {
		return nil, err
	}
	all, err := r.Catalog.PartsOfProducts(ctx, wantsOf(ctx).products, ids)
	if err != nil {
		return nil, err
	}
	out := inOrder(ids, all)
	loader.Together(ctx, out, productID)
	return out, nil
}

// inOrder gives what was found for ids in their order, without those for which there is nothing.
func inOrder[T any](ids []uuid.UUID, found map[uuid.UUID]*T) []*T {
	out := make([]*T, 0, len(ids))
	for _, id := range ids {
		if v := found[id]; v != nil {
			out = append(out, v)
		}
	}
	return slices.Clip(out)
}

// typing reads what a shopper has typed so far, and what to look among.
func typing(query string, limit *int, scope *string, types, fields []string, unavailable *string) search.Typing {
	t := search.Typing{Query: query, Each: text(scope) == "EACH", Types: types, Fields: fields, Unavailable: text(unavailable)}
	if limit != nil {
		t.Limit = *limit
	}
	return t
}

package search

import (
	"cmp"
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

// ProductQuery asks for a page of products.
type ProductQuery struct {
	Scope
	// SortKey is a value of ProductSortKeys or ProductCollectionSortKeys; empty is ID. RELEVANCE without words is the
	// collection's own order where there is a collection, and ID elsewhere.
	SortKey string
	// CollectionOrder is the collection's own order, a value of CollectionSortOrder, for COLLECTION_DEFAULT.
	CollectionOrder string
	Args            keyset.Args
}

// Products finds products: one statement, and another one before it where fields or filters may narrow much. A cursor holds for as long as the query and its order stay the same. [Last] is
// obeyed by orders of numbers: RELEVANCE, PRICE, BEST_SELLING, MANUAL and ID. Sorted by PRICE, products without a price in
// the buyer's currency are left out. Fails with [fault.Invalid] on a query, filter, order or page that cannot be meant.
func (s *Service) Products(ctx context.Context, q ProductQuery) (keyset.Page[Hit], error) {
	none := keyset.Page[Hit]{}
	v, err := s.view(ctx)
	if err != nil {
		return none, err
	}
	sc, err := q.read(v)
	if err != nil {
		return none, err
	}
	o, err := sc.order(q.SortKey, q.CollectionOrder)
	if err != nil {
		return none, err
	}
	w, err := q.Args.Window(o.keyset())
	if err != nil {
		return none, err
	}
	if err := s.narrow(ctx, &sc, true); err != nil {
		return none, err
	}
	st := newStmt(v)
	query := st.page(sc, o, w)
	hits, err := s.hits(ctx, query, st.args, o.Kind)
	return cut(w, hits), err
}

func cut(w keyset.Window, hits []Hit) keyset.Page[Hit] {
	return keyset.Cut(w, hits, func(h Hit) (any, uuid.UUID) { return h.key, h.ID })
}

// order is how products are sorted.
type order struct {
	keyset.Order
	ranked bool // by how well the words match
	last   bool // what cannot be bought comes last
}

// keyset is the order of the rows as they are numbered for pages. Where the sorted value is computed, it is so once, in a
// statement within the statement.
func (o order) keyset() keyset.Order {
	k := o.Order
	if o.last {
		k.Column, k.ID, k.Name = "x.key", "x.id", k.Name+" "+Last
	}
	return k
}

// order finds how products are sorted. Names are those that catalog gives the same orders.
func (sc scoped) order(sortKey, own string) (order, error) {
	o := order{Order: keyset.Order{Name: sortKey, ID: "p.id"}, last: sc.last}
	words := len(mentioned(sc.root)) > 0
	if sortKey == "" || sortKey == "COLLECTION_DEFAULT" || sortKey == "RELEVANCE" && !words {
		sortKey = "ID"
		if sc.collection != nil {
			sortKey = cmp.Or(own, "MANUAL")
		}
	}
	o.Name = sortKey
	base, desc := strings.CutSuffix(sortKey, "_DESC")
	switch base {
	case "ID":
		if o.last {
			o.Column, o.Kind = "0", keyset.Int
		}
	case "RELEVANCE":
		o.Column, o.Kind, o.Desc, o.ranked = "coalesce(hit.rank, 0)", keyset.Int, true, true
		if sc.wanted != nil {
			o.Column = "hit.rank"
		}
	case "TITLE", "ALPHA_ASC", "ALPHA":
		o.Name, o.Column = "TITLE", "p.title"
	case "VENDOR":
		o.Column = "p.vendor"
	case "PRODUCT_TYPE":
		o.Column = "p.product_type"
	case "CREATED_AT", "CREATED":
		o.Column, o.Kind = "p.created_at", keyset.Time
	case "UPDATED_AT":
		o.Column, o.Kind = "p.updated_at", keyset.Time
	case "BEST_SELLING":
		o.Column, o.Kind, o.Desc = "p.sales_count", keyset.Int, true
	case "PRICE", "PRICE_ASC":
		o.Name, o.Column, o.Kind = "PRICE", "pr.min_amount", keyset.Int
	case "MANUAL":
		if sc.collection == nil {
			return o, fault.New(fault.Invalid, "Only the products of a collection are sorted by hand.")
		}
		o.Column, o.Kind = "cp.position", keyset.Int
	default:
		return o, fault.New(fault.Invalid, "Products cannot be sorted by %s here.", clip(sortKey))
	}
	if desc {
		o.Desc, o.Name = !o.Desc, strings.TrimSuffix(o.Name, "_DESC")+"_DESC"
	}
	o.last = o.last && o.Kind == keyset.Int
	return o, nil
}

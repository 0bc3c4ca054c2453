package search

import (
	"context"
	"slices"

	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

// MaxTotal is up to where [Service.Total] counts.
const MaxTotal = 10_000

// Mixed asks for products and pages together.
type Mixed struct {
	Scope
	// Types are the kinds to find: [Product], [Page], [Article]. Empty is all. Pages are found by words only, and filters
	// do not speak of them.
	Types []string
	// SortKey is a value of SearchSortKeys: RELEVANCE, also where empty, or PRICE, by which pages stand behind products.
	SortKey string
	Args    keyset.Args
}

// Search finds products and pages: one statement, or two as with [Service.Products]. Without words in the query it finds products only, in the order of their
// ids. Fails with [fault.Invalid].
func (s *Service) Search(ctx context.Context, q Mixed) (keyset.Page[Hit], error) {
	none := keyset.Page[Hit]{}
	v, err := s.view(ctx)
	if err != nil {
		return none, err
	}
	sc, o, err := q.prepare(v)
	if err != nil {
		return none, err
	}
	products, pages := q.kinds(sc)
	k := o.keyset()
	if pages {
		k.Column, k.ID, k.Name = "x.key", "x.id", k.Name+" MIXED"
	}
	w, err := q.Args.Window(k)
	if err != nil {
		return none, err
	}
	if !products && !pages {
		return cut(w, nil), nil
	}
	if err := s.narrow(ctx, &sc, true); err != nil {
		return none, err
	}
	st := newStmt(v)
	if !pages {
		query := st.page(sc, o, w)
		hits, err := s.hits(ctx, query, st.args, o.Kind)
		return cut(w, hits), err
	}
	query := st.mixed(sc, o, products)
	where, args := w.Where(len(st.args) + 2)
	query = "SELECT x.id, x.kind, x.key FROM (" + query + ") x WHERE TRUE" + where + w.OrderBy()
	hits, err := s.hits(ctx, query, append(st.args, args...), keyset.Int)
	return cut(w, hits), err
}

// Total counts what [Service.Search] finds on all pages together, exactly up to [MaxTotal] and not beyond.
func (s *Service) Total(ctx context.Context, q Mixed) (int, error) {
	v, err := s.view(ctx)
	if err != nil {
		return 0, err
	}
	sc, _, err := q.prepare(v)
	if err != nil {
		return 0, err
	}
	products, pages := q.kinds(sc)
	if !products && !pages {
		return 0, nil
	}
	if err := s.narrow(ctx, &sc, true); err != nil {
		return 0, err
	}
	st := newStmt(v)
	return s.count(ctx, st.total(sc, products, pages), st.args)
}

func (q Mixed) prepare(v view) (scoped, order, error) {
	sc, err := q.read(v)
	if err != nil {
		return sc, order{}, err
	}
	key := q.SortKey
	switch key {
	case "":
		key = "RELEVANCE"
	case "RELEVANCE", "PRICE":
	default:
		return sc, order{}, fault.New(fault.Invalid, "A search cannot be sorted by %s.", clip(key))
	}
	o, err := sc.order(key, "")
	return sc, o, err
}

func (q Mixed) kinds(sc scoped) (products, pages bool) {
	all := len(q.Types) == 0
	return all || slices.Contains(q.Types, Product), (all || slices.Contains(q.Types, Page)) && len(mentioned(sc.root)) > 0
}

// mixed gives products and pages with their numbers to sort by.
func (s *stmt) mixed(sc scoped, o order, products bool) string {
	far := "1000000000000000"
	key := "(0 + " + far + " + " + far + ")" // by price: behind all products
	if o.ranked {
		key = "coalesce(hit.rank, 0)"
		if o.last {
			key = "(" + far + " + coalesce(hit.rank, 0))"
		}
	}
	query := s.pages(sc, o, "g.id AS id, '"+Page+"' AS kind, "+key+" AS key")
	if !products {
		return query
	}
	src := s.filtered(sc, o)
	column := o.Column
	if o.last {
		column = s.apart(o)
	}
	return "SELECT * FROM (" + s.with(src) + "SELECT p.id AS id, '" + Product + "' AS kind, " + column + " AS key FROM " + src.from + " WHERE " + src.where +
		") a UNION ALL SELECT * FROM (" + query + ") b"
}

// pages finds pages with the words of a query.
func (s *stmt) pages(sc scoped, o order, columns string) string {
	src := source{from: "page g", where: "g.shop_id = $1"}
	if sc.wanted != nil {
		text, _ := write(s.match(), sc.wanted)
		src.hits = s.ranked(text, Page, 0)
		src.from = "hit JOIN page g ON g.id = hit.id"
	} else if o.ranked {
		src.hits = s.ranked(s.mention(sc), Page, 0)
		src.from += " LEFT JOIN hit ON hit.id = g.id"
	}
	if !s.view.pages {
		src.where += " AND g.published_at <= " + s.arg(s.now)
	}
	if sc.rest != nil {
		src.where += " AND " + s.node(sc.rest, Page)
	}
	return s.with(src) + "SELECT " + columns + " FROM " + src.from + " WHERE " + src.where
}

func (s *stmt) total(sc scoped, products, pages bool) string {
	query := ""
	if products {
		src := s.filtered(sc, order{})
		query = "SELECT * FROM (" + s.with(src) + "SELECT p.id FROM " + src.from + " WHERE " + src.where + " LIMIT " + itoa(MaxTotal) + ") a"
	}
	if pages {
		if query != "" {
			query += " UNION ALL "
		}
		query += "SELECT * FROM (" + s.pages(sc, order{}, "g.id") + " LIMIT " + itoa(MaxTotal) + ") b"
	}
	return "SELECT count(*) FROM (" + query + " LIMIT " + itoa(MaxTotal) + ") x"
}

package search

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/keyset"
)

type scan = func(...any) error

// source is where products are taken from: the tables, narrow ones first, and what must hold.
type source struct {
	hits  string // the statement of the documents with the words asked for, named hit; empty where none are
	few   string // the statement of few products to begin with, named few; empty where there is none
	from  string
	where string
}

// with is the beginning of a statement on the source, with further statements that have names.
func (s *stmt) with(src source, more ...string) string {
	if src.hits != "" {
		how := "hit AS ("
		if s.dialect == database.SQLite {
			how = "hit AS MATERIALIZED ("
		}
		more = append([]string{how + src.hits + ")"}, more...)
	}
	if src.few != "" {
		more = append([]string{"few AS MATERIALIZED (" + src.few + ")"}, more...)
	}
	if len(more) == 0 {
		return ""
	}
	return "WITH " + strings.Join(more, ", ") + " "
}

// source writes a scope without its filters. SQLite knows nothing of how many rows there are, so there the order of the
// tables is the order of reading (CROSS JOIN); PostgreSQL's planner chooses.
func (s *stmt) source(sc scoped, o order) source {
	var out source
	if sc.driver >= 0 {
		driver := sc.drivers(true)[sc.driver](s)
		out.few = "SELECT DISTINCT " + driver.column + " AS id FROM " + driver.from + " WHERE " + driver.where
	}
	s.narrow = sc.wanted != nil || sc.collection != nil || sc.driver >= 0
	where := []string{"p.shop_id = $1"}
	if sc.wanted != nil {
		text, _ := write(s.match(), sc.wanted)
		out.hits = s.hit(text, o.ranked)
	}
	if sc.collection != nil {
		where = append(where, "cp.shop_id = $1", "cp.collection_id = "+s.arg(*sc.collection))
	}
	switch {
	case sc.wanted != nil && sc.collection != nil && s.dialect == database.SQLite:
		out.from = "hit CROSS JOIN collection_product cp ON cp.product_id = hit.id" + s.join("product", "p", "p.id = hit.id")
	case sc.wanted != nil && sc.collection != nil:
		out.from = "hit JOIN collection_product cp ON cp.product_id = hit.id" + s.join("product", "p", "p.id = hit.id")
	case sc.wanted != nil:
		out.from = "hit" + s.join("product", "p", "p.id = hit.id")
	case sc.collection != nil:
		out.from = "collection_product cp" + s.join("product", "p", "p.id = cp.product_id")
	case sc.driver >= 0:
		out.from = "few" + s.join("product", "p", "p.id = few.id")
	default:
		out.from = "product p"
	}
	if o.Column == "pr.min_amount" {
		condition := "pr.shop_id = p.shop_id AND pr.product_id = p.id AND pr.currency = " + s.arg(string(s.currency))
		if s.narrow {
			out.from += s.join("product_price", "pr", condition)
		} else {
			out.from += " JOIN product_price pr ON " + condition
		}
	}
	if o.ranked && sc.wanted == nil {
		out.hits = s.hit(s.mention(sc), true)
		out.from += " LEFT JOIN hit ON hit.id = p.id"
	}
	if !s.products {
		where = append(where, s.visible())
	}
	if sc.rest != nil {
		where = append(where, s.node(sc.rest, Product))
	}
	if sc.hide {
		where = append(where, s.forSale())
	}
	out.where = strings.Join(where, " AND ")
	return out
}

// mention is a match of any text that a query asks for.
func (s *stmt) mention(sc scoped) string {
	texts := mentioned(sc.root)
	parts := make([]string, len(texts))
	for i, t := range texts {
		parts[i], _ = write(s.match(), t)
	}
	return s.match().any(parts)
}

// filtered is a scope with its filters.
func (s *stmt) filtered(sc scoped, o order) source {
	src := s.source(sc, o)
	for _, f := range sc.filters {
		src.where += " AND " + s.filter(f)
	}
	return src
}

// visible is what shoppers may see of products.
func (s *stmt) visible() string {
	return "p.status = 'active' AND p.published_at <= " + s.arg(s.now)
}

// hit finds documents with some words, and how well they match where that is asked for.
func (s *stmt) hit(text string, ranked bool) string {
	if ranked {
		return s.ranked(text, Product, 0)
	}
	return strings.Replace(s.found(text, Product), "resource_id FROM", "resource_id AS id FROM", 1)
}

// page reads a page of products. Served, after what narrows, by product (shop_id, status, …, id), an index for each
// order, product_price (shop_id, currency, min_amount, product_id) and collection_product (shop_id, collection_id, position, …).
func (s *stmt) page(sc scoped, o order, w keyset.Window) string {
	src := s.filtered(sc, o)
	key := o.Column
	if key == "" {
		key = "''"
	}
	where, args := w.Where(len(s.args) + 2)
	s.args = append(s.args, args...)
	if !o.last {
		return s.with(src) + "SELECT p.id, '" + Product + "', " + key + " FROM " + src.from + " WHERE " + src.where + where + w.OrderBy()
	}
	return s.with(src) + "SELECT x.id, '" + Product + "', x.key FROM (SELECT p.id AS id, " + s.apart(o) + " AS key FROM " + src.from +
		" WHERE " + src.where + ") x WHERE TRUE" + where + w.OrderBy()
}

// apart moves what cannot be bought to the end of an order of numbers.
func (s *stmt) apart(o order) string {
	const far = "1000000000000000"
	if o.Desc {
		return "(CASE WHEN " + s.forSale() + " THEN " + far + " ELSE 0 END + " + o.Column + ")"
	}
	return "(CASE WHEN " + s.forSale() + " THEN 0 ELSE " + far + " END + " + o.Column + ")"
}

func (s *Service) hits(ctx context.Context, query string, args []any, kind keyset.Kind) ([]Hit, error) {
	rows, err := s.db.Query(ctx, query, args...)
	return database.Scan(rows, err, func(scan scan) (h Hit, err error) {
		switch kind {
		case keyset.Int:
			var n int64
			err = scan(&h.ID, &h.Kind, &n)
			h.key = n
		case keyset.Time:
			var t time.Time
			err = scan(&h.ID, &h.Kind, &t)
			h.key = t.UTC()
		default:
			var t string
			err = scan(&h.ID, &h.Kind, &t)
			h.key = t
		}
		return h, err
	})
}

func itoa(n int) string { return strconv.Itoa(n) }

func (s *Service) count(ctx context.Context, query string, args []any) (n int, err error) {
	err = s.db.QueryRow(ctx, query, args...).Scan(&n)
	return n, err
}

func (s *Service) ids(ctx context.Context, query string, args ...any) ([]uuid.UUID, error) {
	rows, err := s.db.Query(ctx, query, args...)
	return database.IDs(rows, err)
}

package search

import (
	"context"
	"strings"

	"github.com/rialtohq/rialto/platform/database"
)

// few is how many products are so few that all of them are read and then sorted. Of more, a page is found in the order of
// an index soon enough.
const few = 1000

// driver writes rows that every product of a scope has.
type driver func(s *stmt) rows

// drivers are the rows of a scope that an index finds: of fields, and of filters where they count.
func (sc scoped) drivers(filters bool) (all []driver) {
	var terms []*node
	if sc.rest != nil && sc.rest.op == opAll {
		terms = sc.rest.kids
	} else if sc.rest != nil {
		terms = []*node{sc.rest}
	}
	for _, t := range terms {
		if t.op == opField && !t.field.prefix {
			all = append(all, fieldDriver(sc.view, t.field)...)
		}
	}
	for _, c := range sc.filters {
		if filters {
			all = append(all, filterDriver(sc.view, c)...)
		}
	}
	return all
}

func fieldDriver(v view, f field) []driver {
	if _, ok := newStmt(v).fieldRows(f); ok {
		return []driver{func(s *stmt) rows { r, _ := s.fieldRows(f); return r }}
	}
	if column := textColumns[f.name]; column != "" && f.name != "status" {
		return []driver{func(s *stmt) rows {
			return rows{"q.id", "product q", "q.shop_id = $1 AND " + s.like("q"+strings.TrimPrefix(column, "p"), f)}
		}}
	}
	return nil
}

func filterDriver(v view, c choices) []driver {
	if _, ok := newStmt(v).filterRows(c); ok {
		return []driver{func(s *stmt) rows { r, _ := s.filterRows(c); return r }}
	}
	if column := map[string]string{"vendor": "q.vendor", "type": "q.product_type"}[c.what]; column != "" {
		return []driver{func(s *stmt) rows {
			return rows{"q.id", "product q", "q.shop_id = $1 AND " + s.among(column, c.values)}
		}}
	}
	return nil
}

// narrow finds out whether few products have something that a scope asks for: it counts rows, and not far. Which plan is good
// depends on that, and PostgreSQL, which keeps a plan for all values of a parameter, does not ask. A scope with words or a
// collection is narrow enough. One statement, or none.
func (s *Service) narrow(ctx context.Context, sc *scoped, filters bool) error {
	sc.driver = -1
	if sc.wanted != nil || sc.collection != nil {
		return nil
	}
	st := newStmt(sc.view)
	all := sc.drivers(filters)
	if len(all) == 0 {
		return nil
	}
	parts := make([]string, len(all))
	for i, write := range all {
		r := write(st)
		parts[i] = "SELECT " + itoa(i) + " AS i, count(*) AS n FROM (SELECT 1 AS one FROM " + r.from + " WHERE " + r.where + " LIMIT " + itoa(few+1) + ") c" + itoa(i)
	}
	best := int64(few)
	found, err := s.db.Query(ctx, strings.Join(parts, " UNION ALL "), st.args...)
	_, err = database.Scan(found, err, func(scan scan) (none struct{}, err error) {
		var i int
		var n int64
		if err = scan(&i, &n); err == nil && n <= best {
			sc.driver, best = i, n
		}
		return none, err
	})
	return err
}

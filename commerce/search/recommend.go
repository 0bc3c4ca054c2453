package search

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// What recommendations are for.
const (
	Related       = "RELATED"
	Complementary = "COMPLEMENTARY"
)

// How much of a product and of what is like it is looked at, so that a tag on everything costs no more than one on a few.
const (
	maxTraits     = 8   // tags, and collections
	perTrait      = 100 // products with one of them
	maxPastOrders = 500 // orders that the product was in
)

// Recommendations gives products to show beside one, the best first: two statements. [Related] shares tags, type, vendor
// or collections with it, and among equals is close in price. [Complementary] was bought together with it; what is missing
// to the limit is of its collections and of another type. What cannot be bought now comes last. Fails with
// [fault.NotFound] where the viewer sees no such product, and [fault.Invalid].
func (s *Service) Recommendations(ctx context.Context, productID uuid.UUID, intent string, limit int) ([]uuid.UUID, error) {
	if intent != Related && intent != Complementary && intent != "" {
		return nil, fault.New(fault.Invalid, "Recommendations are RELATED or COMPLEMENTARY, not %s.", clip(intent))
	}
	if limit < 1 || limit > 50 {
		limit = 10
	}
	v, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	t, err := s.traits(ctx, v, productID)
	if err != nil {
		return nil, err
	}
	st := newStmt(v)
	st.narrow = true
	var query string
	if intent == Complementary {
		query = st.complementary(productID, t)
	} else {
		query = st.related(productID, t)
	}
	return s.ids(ctx, st.best(productID, t, query, limit), st.args...)
}

// traits are what a product may have in common with others.
type traits struct {
	class, vendor string
	price         int64
	priced        bool
	tags          []string
	collections   []uuid.UUID
}

func (s *Service) traits(ctx context.Context, v view, product uuid.UUID) (traits, error) {
	st := newStmt(v)
	id := st.arg(product)
	where := "p.shop_id = $1 AND p.id = " + id
	if !v.products {
		where += " AND " + st.visible()
	}
	most := itoa(maxTraits)
	query := "SELECT 'product' AS what, p.product_type AS a, p.vendor AS b, coalesce(r.min_amount, -1) AS n FROM product p LEFT JOIN product_price r ON r.shop_id = p.shop_id AND r.product_id = p.id AND r.currency = " +
		st.arg(string(v.currency)) + " WHERE " + where +
		" UNION ALL SELECT * FROM (SELECT 'tag', t.tag, '', 0 FROM product_tag t WHERE t.shop_id = $1 AND t.product_id = " + id + " ORDER BY t.tag LIMIT " + most + ") t" +
		" UNION ALL SELECT * FROM (SELECT 'collection', " + textOf(v.dialect, "m.collection_id") + ", '', 0 FROM collection_product m WHERE m.shop_id = $1 AND m.product_id = " + id + " ORDER BY m.collection_id LIMIT " + most + ") m"
	rows, err := s.db.Query(ctx, query, st.args...)
	var t traits
	there := false
	_, err = database.Scan(rows, err, func(scan scan) (none struct{}, err error) {
		var what, a, b string
		var n int64
		if err = scan(&what, &a, &b, &n); err != nil {
			return none, err
		}
		switch what {
		case "product":
			there = true
			t.class, t.vendor, t.price, t.priced = a, b, n, n >= 0
		case "tag":
			t.tags = append(t.tags, a)
		case "collection":
			id, err := uuid.Parse(a)
			if err != nil {
				return none, err
			}
			t.collections = append(t.collections, id)
		}
		return none, nil
	})
	if err == nil && !there {
		err = fault.New(fault.NotFound, "There is no such product.")
	}
	return t, err
}

func textOf(d database.Dialect, column string) string {
	if d == database.PostgreSQL {
		return column + "::text"
	}
	return column
}

// related gives products with a score for each thing they have in common. Of many with a trait it takes the newest: the same
// ones each time, so that an answer made anew is the answer that was kept. Served by product (shop_id, lower(…), id),
// product_tag (shop_id, tag, product_id) and collection_product (shop_id, collection_id, position, product_id).
func (s *stmt) related(product uuid.UUID, t traits) string {
	var parts []string
	add := func(score int, query string) {
		parts = append(parts, "SELECT * FROM (SELECT id, "+itoa(score)+" AS score FROM ("+query+" LIMIT "+itoa(perTrait)+") q) s"+itoa(len(parts)))
	}
	if t.class != "" {
		add(4, "SELECT q.id FROM product q WHERE q.shop_id = $1 AND lower(q.product_type) = lower("+s.arg(t.class)+") ORDER BY q.id DESC")
	}
	if t.vendor != "" {
		add(1, "SELECT q.id FROM product q WHERE q.shop_id = $1 AND lower(q.vendor) = lower("+s.arg(t.vendor)+") ORDER BY q.id DESC")
	}
	for _, tag := range t.tags {
		add(3, "SELECT q.product_id AS id FROM product_tag q WHERE q.shop_id = $1 AND q.tag = "+s.arg(tag)+" ORDER BY q.product_id DESC")
	}
	for _, c := range t.collections {
		add(2, "SELECT q.product_id AS id FROM collection_product q WHERE q.shop_id = $1 AND q.collection_id = "+s.arg(c)+" ORDER BY q.position, q.product_id")
	}
	return strings.Join(parts, " UNION ALL ")
}

// complementary gives products that were bought in the same orders, and such of the same collections and of another type.
// Served by order_line (shop_id, product_id, order_id) and (shop_id, order_id, position).
func (s *stmt) complementary(product uuid.UUID, t traits) string {
	parts := []string{"SELECT n.product_id AS id, 1000 AS score FROM (SELECT q.order_id FROM order_line q WHERE q.shop_id = $1 AND q.product_id = " + s.arg(product) +
		" ORDER BY q.order_id DESC LIMIT " + itoa(maxPastOrders) + ") l JOIN order_line n ON n.shop_id = $1 AND n.order_id = l.order_id WHERE n.product_id IS NOT NULL"}
	for i, c := range t.collections {
		parts = append(parts, "SELECT * FROM (SELECT m.product_id, 2 AS score FROM collection_product m JOIN product q ON q.id = m.product_id WHERE m.shop_id = $1 AND m.collection_id = "+
			s.arg(c)+" AND lower(q.product_type) <> lower("+s.arg(t.class)+") ORDER BY m.position, m.product_id LIMIT "+itoa(perTrait)+") s"+itoa(i))
	}
	return strings.Join(parts, " UNION ALL ")
}

// best adds the scores up and gives the highest; of those, what can be bought now comes first.
func (s *stmt) best(product uuid.UUID, t traits, scores string, limit int) string {
	if scores == "" {
		return "SELECT p.id FROM product p WHERE p.shop_id = $1 AND FALSE"
	}
	near := "0"
	if t.priced {
		near = "abs(coalesce((SELECT r.min_amount FROM product_price r WHERE r.shop_id = p.shop_id AND r.product_id = p.id AND r.currency = " + s.arg(string(s.currency)) + "), 0) - " + s.arg(t.price) + ")"
	}
	where := "p.shop_id = $1 AND p.id <> " + s.arg(product)
	if !s.products {
		where += " AND " + s.visible()
	}
	likely := "SELECT p.id, p.shop_id, w.score, " + near + " AS near FROM (SELECT id, sum(score) AS score FROM (" + scores + ") u GROUP BY id) w" + s.join("product", "p", "p.id = w.id") +
		" WHERE " + where + " ORDER BY w.score DESC, near, p.id LIMIT " + itoa(5*limit)
	return "SELECT p.id FROM (" + likely + ") p ORDER BY CASE WHEN " + s.forSale() + " THEN 0 ELSE 1 END, p.score DESC, p.near, p.id LIMIT " + itoa(limit)
}

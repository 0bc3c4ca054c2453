package raw

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

type collectionPage struct {
	Collection *collection `json:"collection"`
}

type collection struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Products    struct {
		Filters  []filter `json:"filters"`
		Nodes    []card   `json:"nodes"`
		PageInfo struct {
			HasNextPage bool `json:"hasNextPage"`
		} `json:"pageInfo"`
	} `json:"products"`
}

// card is a product as lists show it.
type card struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Handle     string   `json:"handle"`
	Vendor     string   `json:"vendor"`
	Image      *picture `json:"featuredImage"`
	PriceRange span     `json:"priceRange"`
}

func (s *Server) scanCard(r pgx.Rows, more ...any) (c card, err error) {
	var id uuid.UUID
	var low, high int64
	var source, alt *string
	if err := r.Scan(append([]any{&id, &c.Title, &c.Handle, &c.Vendor, &low, &high, &source, &alt}, more...)...); err != nil {
		return c, err
	}
	c.ID, c.PriceRange = global("Product", id), span{dollars(low), dollars(high)}
	if source != nil {
		c.Image = &picture{s.file(*source), *alt}
	}
	return c, nil
}

// What a card is made of, of a product p.
const (
	cardColumns = "p.id, p.title, p.handle, p.vendor, r.min_amount, r.max_amount, m.source, m.alt"
	cardJoins   = ` JOIN product_price r ON r.shop_id = p.shop_id AND r.product_id = p.id AND r.currency = 'USD'
		LEFT JOIN LATERAL (SELECT source, alt FROM media WHERE shop_id = $1 AND product_id = p.id ORDER BY position, id LIMIT 1) m ON true`
)

const collectionSize = 24

// facetRow is a value of a facet, and of how many products.
type facetRow struct {
	what, name, key, label string
	n, low, high           int64
}

// collection is the first page of a collection's products that can be bought for no more than a price, with the number of
// products that each further choice would leave: two trips to the database.
func (s *Server) collection(ctx context.Context, raw json.RawMessage) (any, error) {
	in, err := variables[struct {
		Handle string  `json:"handle"`
		Most   float64 `json:"most"`
	}](raw)
	if err != nil {
		return nil, err
	}
	most := int64(in.Most*100 + 0.5)
	c := &collection{}
	var id uuid.UUID
	err = s.pool.QueryRow(ctx, "SELECT id, title, description FROM collection WHERE shop_id = $1 AND handle = $2 AND published_at <= now()", s.shop, in.Handle).Scan(&id, &c.Title, &c.Description)
	if missing(err) {
		return collectionPage{}, nil
	}
	if err != nil {
		return nil, err
	}
	var found []facetRow
	c.Products.Nodes = make([]card, 0, collectionSize+1)
	b := &pgx.Batch{}
	b.Queue(`SELECT `+cardColumns+` FROM (SELECT p.* FROM collection_product cp JOIN product p ON p.id = cp.product_id
			WHERE cp.shop_id = $1 AND cp.collection_id = $2 AND p.status = 'active' AND p.published_at <= now() AND `+forSale("p.id")+` AND `+withinPrice+`
			ORDER BY cp.position, cp.product_id LIMIT 25) p`+cardJoins+` JOIN collection_product cp ON cp.shop_id = $1 AND cp.collection_id = $2 AND cp.product_id = p.id
		ORDER BY cp.position, cp.product_id`, s.shop, id, most).Query(func(r pgx.Rows) error {
		for r.Next() {
			p, err := s.scanCard(r)
			if err != nil {
				return err
			}
			c.Products.Nodes = append(c.Products.Nodes, p)
		}
		return r.Err()
	})
	b.Queue(facets, s.shop, id, most).Query(func(r pgx.Rows) error {
		for r.Next() {
			var f facetRow
			if err := r.Scan(&f.what, &f.name, &f.key, &f.label, &f.n, &f.low, &f.high); err != nil {
				return err
			}
			found = append(found, f)
		}
		return r.Err()
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	c.Products.PageInfo.HasNextPage = len(c.Products.Nodes) > collectionSize
	c.Products.Nodes = c.Products.Nodes[:min(len(c.Products.Nodes), collectionSize)]
	c.Products.Filters = filtersOf(found)
	return collectionPage{c}, nil
}

// withinPrice is the condition that a product p has a variant for no more than $3.
const withinPrice = `EXISTS (SELECT 1 FROM variant_price vp JOIN variant v ON v.id = vp.variant_id WHERE v.shop_id = $1 AND v.product_id = p.id AND vp.shop_id = $1 AND vp.currency = 'USD' AND vp.amount BETWEEN 0 AND $3)`

// facets counts the values of every facet over a collection. Both filters narrow every facet but their own.
var facets = `WITH base AS MATERIALIZED (
		SELECT p.id, p.vendor, p.product_type, ` + forSale("p.id") + ` AS sold, ` + withinPrice + ` AS cheap
		FROM collection_product cp JOIN product p ON p.id = cp.product_id
		WHERE cp.shop_id = $1 AND cp.collection_id = $2 AND p.status = 'active' AND p.published_at <= now()),
	chosen AS MATERIALIZED (SELECT * FROM base WHERE sold AND cheap)
	SELECT 'available', '', '', CASE WHEN sold THEN '1' ELSE '0' END, count(*), 0::bigint, 0::bigint FROM base WHERE cheap GROUP BY sold
	UNION ALL SELECT 'price', '', '', '', count(*), coalesce(min(r.min_amount), 0), coalesce(max(r.max_amount), 0) FROM base b
		JOIN product_price r ON r.shop_id = $1 AND r.product_id = b.id AND r.currency = 'USD' WHERE b.sold
	UNION ALL SELECT 'type', '', '', min(product_type), count(*), 0, 0 FROM chosen WHERE product_type <> '' GROUP BY lower(product_type)
	UNION ALL SELECT 'vendor', '', '', min(vendor), count(*), 0, 0 FROM chosen WHERE vendor <> '' GROUP BY lower(vendor)
	UNION ALL SELECT 'option', min(o.name), '', min(o.value), count(DISTINCT b.id), 0, 0 FROM chosen b
		JOIN variant v ON v.shop_id = $1 AND v.product_id = b.id JOIN variant_option o ON o.shop_id = $1 AND o.variant_id = v.id
		WHERE o.value <> 'Default Title' GROUP BY lower(o.name), lower(o.value)
	UNION ALL SELECT 'tag', '', '', min(t.label), count(*), 0, 0 FROM chosen b JOIN product_tag t ON t.shop_id = $1 AND t.product_id = b.id GROUP BY t.tag
	UNION ALL SELECT 'metafield', f.namespace, f.key, f.value, count(*), 0, 0 FROM chosen b JOIN metafield f ON f.shop_id = $1 AND f.owner_id = b.id
		WHERE f.value <> '' AND f.value = f.value_key AND f.type IN ('single_line_text_field', 'boolean', 'number_integer', 'number_decimal') GROUP BY f.namespace, f.key, f.value`

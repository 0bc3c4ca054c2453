package raw

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

type productPage struct {
	Product         *product      `json:"product"`
	Recommendations []recommended `json:"productRecommendations"`
}

type product struct {
	ID          string                `json:"id"`
	Title       string                `json:"title"`
	Handle      string                `json:"handle"`
	HTML        string                `json:"descriptionHtml"`
	Vendor      string                `json:"vendor"`
	Type        string                `json:"productType"`
	Tags        []string              `json:"tags"`
	PriceRange  span                  `json:"priceRange"`
	Options     []option              `json:"options"`
	Images      nodes[sizedPicture]   `json:"images"`
	Variants    nodes[productVariant] `json:"variants"`
	Collections nodes[inCollection]   `json:"collections"`
}

type option struct {
	Name   string  `json:"name"`
	Values []named `json:"optionValues"`
}

type productVariant struct {
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	SKU       string     `json:"sku"`
	Available bool       `json:"availableForSale"`
	Quantity  int64      `json:"quantityAvailable"`
	Price     amount     `json:"price"`
	CompareAt *amount    `json:"compareAtPrice"`
	Selected  []selected `json:"selectedOptions"`
}

type selected struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type inCollection struct {
	ID     string `json:"id"`
	Handle string `json:"handle"`
	Title  string `json:"title"`
}

type recommended struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Handle     string   `json:"handle"`
	Image      *picture `json:"featuredImage"`
	PriceRange struct {
		Min amount `json:"minVariantPrice"`
	} `json:"priceRange"`
}

// traits are what a product may share with others.
type traits struct {
	id           uuid.UUID
	vendor, kind string
	price        int64
	tags         []string
	collections  []uuid.UUID
}

// product is a product with everything that its page shows, and ten others like it: three trips to the database.
func (s *Server) product(ctx context.Context, raw json.RawMessage) (any, error) {
	in, err := variables[struct {
		Handle string `json:"handle"`
	}](raw)
	if err != nil {
		return nil, err
	}
	p := &product{}
	var t traits
	var low, high int64
	err = s.pool.QueryRow(ctx, `SELECT p.id, p.title, p.handle, p.description_html, p.vendor, p.product_type, p.tags, r.min_amount, r.max_amount
		FROM product p JOIN product_price r ON r.shop_id = p.shop_id AND r.product_id = p.id AND r.currency = 'USD'
		WHERE p.shop_id = $1 AND p.handle = $2 AND p.status = 'active' AND p.published_at <= now()`, s.shop, in.Handle).
		Scan(&t.id, &p.Title, &p.Handle, &p.HTML, &p.Vendor, &p.Type, &p.Tags, &low, &high)
	if missing(err) {
		return productPage{}, nil
	}
	if err != nil {
		return nil, err
	}
	p.ID, p.PriceRange = global("Product", t.id), span{dollars(low), dollars(high)}
	t.vendor, t.kind, t.price = p.Vendor, p.Type, low
	if err := s.productParts(ctx, p, &t); err != nil {
		return nil, err
	}
	out := productPage{Product: p}
	out.Recommendations, err = s.related(ctx, t)
	return out, err
}

func (s *Server) productParts(ctx context.Context, p *product, t *traits) error {
	p.Options, p.Images.Nodes = make([]option, 0, 3), make([]sizedPicture, 0, 10)
	p.Variants.Nodes, p.Collections.Nodes = make([]productVariant, 0, 50), make([]inCollection, 0, 10)
	b := &pgx.Batch{}
	b.Queue(`SELECT o.name, w.name FROM product_option o JOIN option_value w ON w.shop_id = o.shop_id AND w.product_id = o.product_id AND w.option_id = o.id
		WHERE o.shop_id = $1 AND o.product_id = $2 ORDER BY o.position, w.position, w.id`, s.shop, t.id).Query(p.readOptions)
	b.Queue("SELECT source, alt, width, height FROM media WHERE shop_id = $1 AND product_id = $2 ORDER BY position, id LIMIT 10", s.shop, t.id).Query(func(r pgx.Rows) error {
		for r.Next() {
			var i sizedPicture
			if err := r.Scan(&i.URL, &i.AltText, &i.Width, &i.Height); err != nil {
				return err
			}
			i.URL = s.file(i.URL)
			p.Images.Nodes = append(p.Images.Nodes, i)
		}
		return r.Err()
	})
	b.Queue(`SELECT v.id, v.title, v.sku, v.selected_options, v.tracked, v.oversell, p.amount, p.compare_at_amount,
			(SELECT coalesce(sum(l.on_hand - l.reserved), 0)::bigint FROM inventory_level l JOIN location o ON o.id = l.location_id
				WHERE l.shop_id = v.shop_id AND l.variant_id = v.id AND o.active AND o.fulfills_online)
		FROM variant v JOIN variant_price p ON p.shop_id = v.shop_id AND p.variant_id = v.id AND p.currency = 'USD'
		WHERE v.shop_id = $1 AND v.product_id = $2 ORDER BY v.position, v.id LIMIT 50`, s.shop, t.id).Query(p.readVariants)
	b.Queue(`SELECT c.id, c.handle, c.title FROM collection_product m JOIN collection c ON c.id = m.collection_id
		WHERE m.shop_id = $1 AND m.product_id = $2 AND c.published_at <= now() ORDER BY m.collection_id LIMIT 10`, s.shop, t.id).Query(func(r pgx.Rows) error {
		for r.Next() {
			var id uuid.UUID
			var c inCollection
			if err := r.Scan(&id, &c.Handle, &c.Title); err != nil {
				return err
			}
			c.ID = global("Collection", id)
			p.Collections.Nodes = append(p.Collections.Nodes, c)
		}
		return r.Err()
	})
	b.Queue(`SELECT array(SELECT tag FROM product_tag WHERE shop_id = $1 AND product_id = $2 ORDER BY tag LIMIT 8),
		array(SELECT collection_id FROM collection_product WHERE shop_id = $1 AND product_id = $2 ORDER BY collection_id LIMIT 8)`, s.shop, t.id).QueryRow(func(r pgx.Row) error {
		return r.Scan(&t.tags, &t.collections)
	})
	return s.pool.SendBatch(ctx, b).Close()
}

func (p *product) readOptions(r pgx.Rows) error {
	for r.Next() {
		var name, value string
		if err := r.Scan(&name, &value); err != nil {
			return err
		}
		if n := len(p.Options); n == 0 || p.Options[n-1].Name != name {
			p.Options = append(p.Options, option{Name: name})
		}
		last := &p.Options[len(p.Options)-1]
		last.Values = append(last.Values, named{value})
	}
	return r.Err()
}

func (p *product) readVariants(r pgx.Rows) error {
	for r.Next() {
		var id uuid.UUID
		var v productVariant
		var tracked, oversell bool
		var price int64
		var compare *int64
		if err := r.Scan(&id, &v.Title, &v.SKU, &v.Selected, &tracked, &oversell, &price, &compare, &v.Quantity); err != nil {
			return err
		}
		v.ID, v.Price = global("ProductVariant", id), dollars(price)
		v.Available = !tracked || oversell || v.Quantity > 0
		if compare != nil {
			c := dollars(*compare)
			v.CompareAt = &c
		}
		p.Variants.Nodes = append(p.Variants.Nodes, v)
	}
	return r.Err()
}

// related finds ten products that share traits with one: four points for the type, three for each tag, two for each
// collection, one for the vendor; near in price before far, and for sale before sold out.
func (s *Server) related(ctx context.Context, t traits) ([]recommended, error) {
	r, err := s.pool.Query(ctx, `WITH shared AS (
			SELECT id, sum(score) AS score FROM (
				(SELECT id, 4 AS score FROM product WHERE shop_id = $1 AND lower(product_type) = lower($3) ORDER BY id DESC LIMIT 100)
				UNION ALL (SELECT id, 1 FROM product WHERE shop_id = $1 AND lower(vendor) = lower($4) ORDER BY id DESC LIMIT 100)
				UNION ALL SELECT q.product_id, 3 FROM unnest($5::text[]) AS t(tag) CROSS JOIN LATERAL (SELECT product_id FROM product_tag WHERE shop_id = $1 AND tag = t.tag ORDER BY product_id DESC LIMIT 100) q
				UNION ALL SELECT q.product_id, 2 FROM unnest($6::uuid[]) AS c(id) CROSS JOIN LATERAL (SELECT product_id FROM collection_product WHERE shop_id = $1 AND collection_id = c.id ORDER BY position, product_id LIMIT 100) q
			) u GROUP BY id),
		likely AS (
			SELECT p.id, p.title, p.handle, w.score, r.min_amount, abs(r.min_amount - $7) AS near
			FROM shared w JOIN product p ON p.id = w.id LEFT JOIN product_price r ON r.shop_id = p.shop_id AND r.product_id = p.id AND r.currency = 'USD'
			WHERE p.shop_id = $1 AND p.id <> $2 AND p.status = 'active' AND p.published_at <= now() ORDER BY w.score DESC, near, p.id LIMIT 50)
		SELECT l.id, l.title, l.handle, l.min_amount, m.source, m.alt FROM likely l
		LEFT JOIN LATERAL (SELECT source, alt FROM media WHERE shop_id = $1 AND product_id = l.id ORDER BY position, id LIMIT 1) m ON true
		ORDER BY NOT `+forSale("l.id")+`, l.score DESC, l.near, l.id LIMIT 10`, s.shop, t.id, t.kind, t.vendor, t.tags, t.collections, t.price)
	return rows(r, err, func(r pgx.Rows) (p recommended, err error) {
		var id uuid.UUID
		var low int64
		var source, alt *string
		if err := r.Scan(&id, &p.Title, &p.Handle, &low, &source, &alt); err != nil {
			return p, err
		}
		p.ID, p.PriceRange.Min = global("Product", id), dollars(low)
		if source != nil {
			p.Image = &picture{s.file(*source), *alt}
		}
		return p, nil
	})
}

// forSale is the condition that a product has a variant that can be bought.
func forSale(id string) string {
	return `EXISTS (SELECT 1 FROM variant v WHERE v.shop_id = $1 AND v.product_id = ` + id + ` AND (NOT v.tracked OR v.oversell OR
		(SELECT sum(l.on_hand - l.reserved) FROM inventory_level l JOIN location o ON o.id = l.location_id WHERE l.shop_id = $1 AND l.variant_id = v.id AND o.active AND o.fulfills_online) > 0))`
}

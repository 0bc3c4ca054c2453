package raw

import (
	"context"
	"encoding/json"
	"math"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

type listed struct {
	ID          string               `json:"id"`
	Title       string               `json:"title"`
	Handle      string               `json:"handle"`
	Description string               `json:"description"`
	Images      edges[sizedPicture]  `json:"images"`
	Variants    edges[listedVariant] `json:"variants"`
	id          uuid.UUID
	position    int64
}

type listedVariant struct {
	ID    string `json:"id"`
	SKU   string `json:"sku"`
	Title string `json:"title"`
	Price amount `json:"price"`
}

type listPage struct {
	Collection *listing `json:"collection"`
}

type listing struct {
	Products struct {
		Edges    []edge[*listed] `json:"edges"`
		PageInfo struct {
			HasNextPage bool    `json:"hasNextPage"`
			EndCursor   *string `json:"endCursor"`
		} `json:"pageInfo"`
	} `json:"products"`
}

const listSize = 24

// list is a page of a collection's products with their first picture and first five variants: two trips to the database.
func (s *Server) list(ctx context.Context, raw json.RawMessage) (any, error) {
	in, err := variables[struct {
		Handle string  `json:"handle"`
		After  *string `json:"after"`
	}](raw)
	if err != nil {
		return nil, err
	}
	after := place{value: strconv.Itoa(math.MinInt64)}
	if in.After != nil {
		if after, err = placeOf(*in.After); err != nil {
			return nil, err
		}
	}
	from, err := strconv.ParseInt(after.value, 10, 64)
	if err != nil {
		return nil, err
	}
	r, err := s.pool.Query(ctx, `SELECT p.id, p.title, p.handle, p.description, cp.position
		FROM collection_product cp JOIN product p ON p.id = cp.product_id
		WHERE cp.shop_id = $1 AND cp.collection_id = (SELECT id FROM collection WHERE shop_id = $1 AND handle = $2 AND published_at <= now())
			AND p.status = 'active' AND p.published_at <= now() AND (cp.position, cp.product_id) > ($3, $4)
		ORDER BY cp.position, cp.product_id LIMIT 25`, s.shop, in.Handle, from, after.id)
	page, err := rows(r, err, func(r pgx.Rows) (*listed, error) {
		p := &listed{Images: newEdges[sizedPicture](1), Variants: newEdges[listedVariant](5)}
		err := r.Scan(&p.id, &p.Title, &p.Handle, &p.Description, &p.position)
		p.ID = global("Product", p.id)
		return p, err
	})
	if err != nil {
		return nil, err
	}
	out := listPage{Collection: &listing{}}
	products := &out.Collection.Products
	products.PageInfo.HasNextPage = len(page) > listSize
	page = page[:min(len(page), listSize)]
	products.Edges = make([]edge[*listed], len(page))
	of := make(map[uuid.UUID]*listed, len(page))
	ids := make([]uuid.UUID, len(page))
	for i, p := range page {
		products.Edges[i].Node, of[p.id], ids[i] = p, p, p.id
	}
	if n := len(page); n > 0 {
		end := place{"MANUAL", strconv.FormatInt(page[n-1].position, 10), page[n-1].id}.cursor()
		products.PageInfo.EndCursor = &end
	}
	return out, s.listParts(ctx, ids, of)
}

func (s *Server) listParts(ctx context.Context, ids []uuid.UUID, of map[uuid.UUID]*listed) error {
	b := &pgx.Batch{}
	b.Queue(`SELECT q.id, m.source, m.alt, m.width, m.height FROM unnest($2::uuid[]) AS q(id)
		CROSS JOIN LATERAL (SELECT source, alt, width, height FROM media WHERE shop_id = $1 AND product_id = q.id ORDER BY position, id LIMIT 1) m`, s.shop, ids).Query(func(r pgx.Rows) error {
		for r.Next() {
			var product uuid.UUID
			var p sizedPicture
			if err := r.Scan(&product, &p.URL, &p.AltText, &p.Width, &p.Height); err != nil {
				return err
			}
			p.URL = s.file(p.URL)
			of[product].Images.add(p)
		}
		return r.Err()
	})
	b.Queue(`SELECT q.id, v.id, v.sku, v.title, v.amount FROM unnest($2::uuid[]) AS q(id)
		CROSS JOIN LATERAL (SELECT v.id, v.sku, v.title, p.amount FROM variant v JOIN variant_price p ON p.shop_id = v.shop_id AND p.variant_id = v.id AND p.currency = 'USD'
			WHERE v.shop_id = $1 AND v.product_id = q.id ORDER BY v.position, v.id LIMIT 5) v`, s.shop, ids).Query(func(r pgx.Rows) error {
		for r.Next() {
			var product, id uuid.UUID
			var v listedVariant
			var price int64
			if err := r.Scan(&product, &id, &v.SKU, &v.Title, &price); err != nil {
				return err
			}
			v.ID, v.Price = global("ProductVariant", id), dollars(price)
			of[product].Variants.add(v)
		}
		return r.Err()
	})
	return s.pool.SendBatch(ctx, b).Close()
}

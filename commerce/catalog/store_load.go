package catalog

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
)

// lockRules makes writes of products wait for a change of a collection's rules, and that for them; products do not wait
// for each other. It is the first lock of every write. SQLite has one writer and needs none of it.
func (store) lockRules(ctx context.Context, tx database.Tx, alone bool) error {
	if tx.Dialect() != database.PostgreSQL {
		return nil
	}
	lock := "pg_advisory_xact_lock_shared"
	if alone {
		lock = "pg_advisory_xact_lock"
	}
	_, err := tx.Exec(ctx, "SELECT "+lock+"(hashtextextended(s.shop_id::text, 11)) FROM (SELECT $1::uuid AS shop_id) s")
	return err
}

const recordColumns = `p.id, p.handle, p.title, p.description, p.description_html, p.vendor, p.product_type, p.status, p.tags, p.seo_title, p.seo_description,
 p.published_at IS NOT NULL, p.gift_card, p.variants_count, p.updated_at`

// recordsByHandle locks and reads whole products. Served by product (shop_id, handle).
func (s store) recordsByHandle(ctx context.Context, tx database.Tx, handles []string) ([]*record, error) {
	rows, err := tx.Query(ctx, "SELECT "+recordColumns+" FROM product p WHERE p.shop_id = $1 AND p.handle = ANY($2) ORDER BY p.id FOR NO KEY UPDATE", handles)
	return s.records(ctx, tx, rows, err)
}

// recordsByID locks and reads whole products. Served by the primary key.
func (s store) recordsByID(ctx context.Context, tx database.Tx, ids []uuid.UUID) ([]*record, error) {
	rows, err := tx.Query(ctx, "SELECT "+recordColumns+" FROM product p WHERE p.shop_id = $1 AND p.id = ANY($2) ORDER BY p.id FOR NO KEY UPDATE", ids)
	return s.records(ctx, tx, rows, err)
}

// recordsAfter locks and reads whole products in the order of their handles. Served by product (shop_id, handle).
func (s store) recordsAfter(ctx context.Context, tx database.Tx, last string, limit int) ([]*record, error) {
	rows, err := tx.Query(ctx, "SELECT "+recordColumns+" FROM product p WHERE p.shop_id = $1 AND p.handle > $2 ORDER BY p.handle LIMIT $3 FOR NO KEY UPDATE", last, limit)
	return s.records(ctx, tx, rows, err)
}

func (s store) records(ctx context.Context, tx database.Tx, rows database.Rows, err error) ([]*record, error) {
	list, err := database.Scan(rows, err, scanRecord)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	ids := make([]uuid.UUID, len(list))
	known := make(map[uuid.UUID]*record, len(list))
	for i, r := range list {
		ids[i], known[r.row.id] = r.row.id, r
	}
	if err := s.loadOptions(ctx, tx, ids, known); err != nil {
		return nil, err
	}
	if err := s.loadVariants(ctx, tx, ids, known); err != nil {
		return nil, err
	}
	return list, s.loadMedia(ctx, tx, ids, known)
}

func scanRecord(scan func(...any) error) (*record, error) {
	r := &record{}
	p := &r.row
	var tags database.JSON[[]string]
	err := scan(&p.id, &p.handle, &p.title, &p.text, &p.html, &p.vendor, &p.kind, &p.status, &tags, &p.seoTitle, &p.seoDescription, &p.published, &p.giftCard, &p.variants, &r.written)
	if tags.V == nil {
		tags.V = []string{}
	}
	p.tags = encode(tags.V)
	return r, err
}

func (store) loadOptions(ctx context.Context, tx database.Tx, ids []uuid.UUID, known map[uuid.UUID]*record) error {
	rows, err := tx.Query(ctx, `SELECT o.product_id, o.id, o.name, o.position, w.id, w.name, w.position, w.swatch_color, w.swatch_media_id FROM product_option o
 JOIN option_value w ON w.shop_id = o.shop_id AND w.product_id = o.product_id AND w.option_id = o.id
 WHERE o.shop_id = $1 AND o.product_id = ANY($2) ORDER BY o.product_id, o.position, w.position, w.id`, ids)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var product uuid.UUID
		var o optionRow
		var w valueRow
		if err := rows.Scan(&product, &o.id, &o.name, &o.position, &w.id, &w.name, &w.position, &w.color, &w.media); err != nil {
			return err
		}
		r := known[product]
		if n := len(r.options); n == 0 || r.options[n-1].id != o.id {
			r.options = append(r.options, &o)
		}
		last := r.options[len(r.options)-1]
		last.values = append(last.values, w)
	}
	return rows.Err()
}

func (s store) loadVariants(ctx context.Context, tx database.Tx, ids []uuid.UUID, known map[uuid.UUID]*record) error {
	rows, err := tx.Query(ctx, `SELECT v.product_id, v.id, v.title, v.sku, v.barcode, v.position, v.weight_grams, v.weight_unit, v.requires_shipping, v.taxable,
 v.tracked, v.oversell, v.media_id, v.option_key, v.selected_options, v.unit_price, v.unit_cost
 FROM variant v WHERE v.shop_id = $1 AND v.product_id = ANY($2) ORDER BY v.product_id, v.position, v.id`, ids)
	byID := map[uuid.UUID]*variantRecord{}
	var variants []uuid.UUID
	_, err = database.Scan(rows, err, func(scan func(...any) error) (none struct{}, err error) {
		var product uuid.UUID
		v := &variantRecord{prices: map[money.Currency]price{}}
		var selected database.JSON[[]SelectedOption]
		var unit database.JSON[json.RawMessage]
		var cost sql.NullInt64
		w := &v.row
		err = scan(&product, &w.id, &w.title, &w.sku, &w.barcode, &w.position, &w.grams, &w.unit, &w.ships, &w.taxable,
			&w.tracked, &w.oversells, &w.media, &w.key, &selected, &unit, &cost)
		if err != nil {
			return none, err
		}
		w.selected, w.cost = encode(selected.V), amount{cost.Int64, cost.Valid}
		if w.unitPrice, err = canonical(unit.V); err != nil {
			return none, err
		}
		for _, o := range selected.V {
			v.values = append(v.values, o.Value)
		}
		r := known[product]
		r.variants, byID[w.id], variants = append(r.variants, v), v, append(variants, w.id)
		return none, nil
	})
	if err != nil {
		return err
	}
	return s.loadPrices(ctx, tx, variants, byID)
}

// canonical is a stored measurement as we write it, whatever spelling the database gives JSON.
func canonical(stored json.RawMessage) (string, error) {
	if len(stored) == 0 || string(stored) == "null" {
		return "", nil
	}
	var m UnitPriceMeasurement
	if err := json.Unmarshal(stored, &m); err != nil {
		return "", err
	}
	return encode(m), nil
}

// loadPrices is served by variant_price (shop_id, variant_id, currency).
func (store) loadPrices(ctx context.Context, tx database.Tx, ids []uuid.UUID, known map[uuid.UUID]*variantRecord) error {
	rows, err := tx.Query(ctx, "SELECT variant_id, currency, amount, compare_at_amount, derived FROM variant_price WHERE shop_id = $1 AND variant_id = ANY($2)", ids)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id uuid.UUID
		var currency string
		var p price
		var compare sql.NullInt64
		if err := rows.Scan(&id, &currency, &p.amount, &compare, &p.derived); err != nil {
			return err
		}
		p.compare = amount{compare.Int64, compare.Valid}
		known[id].prices[money.Currency(currency)] = p
	}
	return rows.Err()
}

// loadMedia is served by media (shop_id, product_id, position, id).
func (store) loadMedia(ctx context.Context, tx database.Tx, ids []uuid.UUID, known map[uuid.UUID]*record) error {
	rows, err := tx.Query(ctx, `SELECT m.product_id, m.id, m.position, m.alt, m.source, m.content_type, m.width, m.height, m.thumbhash
 FROM media m WHERE m.shop_id = $1 AND m.product_id = ANY($2) ORDER BY m.product_id, m.position, m.id`, ids)
	_, err = database.Scan(rows, err, func(scan func(...any) error) (none struct{}, err error) {
		var product uuid.UUID
		var m mediaRow
		err = scan(&product, &m.id, &m.position, &m.alt, &m.source, &m.contentType, &m.width, &m.height, &m.thumbhash)
		if err == nil {
			known[product].media = append(known[product].media, m)
		}
		return none, err
	})
	return err
}

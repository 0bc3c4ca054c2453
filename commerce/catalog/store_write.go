package catalog

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
)

// difference is what has to be written to turn stored products into wanted ones: rows by table, for any number of
// products at once.
type difference struct {
	products, options, values, variants, choices, prices, ranges, tags, media [][]any

	optionsOf, tagsOf       []uuid.UUID // products whose options or tags are written anew
	goneVariants, goneMedia []uuid.UUID
	rekeyed, choicesOf      []uuid.UUID // variants
	priced                  []uuid.UUID // products with prices in currencies that are gone
	goneCurrencies          []string
}

// add notes what differs and reports whether anything does. Before is nil for a product that is not stored yet.
func (d *difference) add(before, after *record) bool {
	changed := before == nil || before.row != after.row
	if before == nil {
		before = &record{}
	}
	for _, part := range []func(before, after *record) bool{d.addTags, d.addOptions, d.addVariants, d.addRanges, d.addMedia} {
		if part(before, after) {
			changed = true
		}
	}
	if changed {
		p := after.row
		d.products = append(d.products, []any{p.id, p.handle, p.title, p.text, p.html, p.vendor, p.kind, p.status, p.tags, p.seoTitle, p.seoDescription, p.published, p.giftCard, p.variants})
	}
	return changed
}

func (d *difference) addTags(before, after *record) bool {
	if before.row.tags == after.row.tags {
		return false
	}
	if before.row.id != uuid.Nil {
		d.tagsOf = append(d.tagsOf, after.row.id)
	}
	for _, t := range after.tags() {
		d.tags = append(d.tags, []any{newID(), after.row.id, strings.ToLower(t), t})
	}
	return true
}

func (r *record) tags() (tags []string) {
	_ = json.Unmarshal([]byte(r.row.tags), &tags) // written by encode
	return tags
}

func (d *difference) addOptions(before, after *record) bool {
	if sameOptions(before.options, after.options) {
		return false
	}
	product := after.row.id
	if before.row.id != uuid.Nil {
		d.optionsOf = append(d.optionsOf, product)
	}
	for _, o := range after.options {
		d.options = append(d.options, []any{o.id, product, o.name, o.position})
		for _, w := range o.values {
			d.values = append(d.values, []any{w.id, product, o.id, w.name, w.position, w.color, optionalID(w.media)})
		}
	}
	return true
}

func (d *difference) addVariants(before, after *record) (changed bool) {
	stored := make(map[uuid.UUID]*variantRecord, len(before.variants))
	for _, v := range before.variants {
		stored[v.row.id] = v
	}
	for _, v := range after.variants {
		old := stored[v.row.id]
		delete(stored, v.row.id)
		if d.addVariant(before, after, old, v) {
			changed = true
		}
	}
	for _, v := range before.variants {
		if stored[v.row.id] != nil {
			d.goneVariants = append(d.goneVariants, v.row.id)
			changed = true
		}
	}
	return changed
}

func (d *difference) addVariant(before, after *record, old, v *variantRecord) (changed bool) {
	w, product := v.row, after.row.id
	if old == nil || old.row != w {
		changed = true
		if old != nil && old.row.key != w.key {
			d.rekeyed = append(d.rekeyed, w.id)
		}
		d.variants = append(d.variants, []any{w.id, product, w.title, w.sku, w.barcode, w.position, w.grams, w.unit, w.ships, w.taxable, w.tracked, w.oversells,
			optionalID(w.media), w.key, w.selected, optionalText(w.unitPrice), w.cost.json()})
	}
	if choices := after.choices(v); old == nil || !slices.Equal(before.choices(old), choices) {
		changed = true
		if old != nil {
			d.choicesOf = append(d.choicesOf, w.id)
		}
		for _, c := range choices {
			d.choices = append(d.choices, []any{newID(), product, c.variant, c.option, c.value, c.position, c.name, c.text})
		}
	}
	for c, p := range v.prices {
		if old != nil {
			if known, ok := old.prices[c]; ok && known == p {
				continue
			}
		}
		changed = true
		d.prices = append(d.prices, []any{newID(), product, w.id, string(c), p.amount, p.compare.json(), p.derived})
	}
	return changed
}

func (d *difference) addRanges(before, after *record) (changed bool) {
	old, now := before.spans(), after.spans()
	for c, s := range now {
		if known, ok := old[c]; !ok || known != s {
			d.ranges = append(d.ranges, []any{newID(), after.row.id, string(c), s.low, s.high, s.lowCompare, s.highCompare})
			changed = true
		}
	}
	var left []money.Currency
	for c := range old {
		if _, ok := now[c]; !ok {
			left = append(left, c)
		}
	}
	if len(left) > 0 {
		d.priced = append(d.priced, after.row.id)
		for _, c := range left {
			if !slices.Contains(d.goneCurrencies, string(c)) {
				d.goneCurrencies = append(d.goneCurrencies, string(c))
			}
		}
		changed = true
	}
	return changed
}

func (d *difference) addMedia(before, after *record) (changed bool) {
	stored := make(map[uuid.UUID]mediaRow, len(before.media))
	for _, m := range before.media {
		stored[m.id] = m
	}
	for _, m := range after.media {
		old, ok := stored[m.id]
		delete(stored, m.id)
		if !ok || old != m {
			d.media = append(d.media, []any{m.id, after.row.id, m.position, m.alt, m.source, m.contentType, m.width, m.height, m.thumbhash, "IMAGE"})
			changed = true
		}
	}
	for id := range stored {
		d.goneMedia = append(d.goneMedia, id)
		changed = true
	}
	return changed
}

// save writes a difference. The number of its statements depends on what kinds of things differ, not on how many.
func (s store) save(ctx context.Context, tx database.Tx, d *difference, now time.Time) error {
	steps := []func() error{
		func() error { return productTable.put(ctx, tx, d.products, now) },
		func() error { return s.dropVariants(ctx, tx, d.goneVariants) },
		func() error { return s.parkKeys(ctx, tx, d.rekeyed) },
		func() error { return drop(ctx, tx, "option_value", "product_id", d.optionsOf) },
		func() error { return drop(ctx, tx, "product_option", "product_id", d.optionsOf) },
		func() error { return optionTable.put(ctx, tx, d.options, now) },
		func() error { return valueTable.put(ctx, tx, d.values, now) },
		func() error { return variantTable.put(ctx, tx, d.variants, now) },
		func() error { return drop(ctx, tx, "variant_option", "variant_id", d.choicesOf) },
		func() error { return choiceTable.put(ctx, tx, d.choices, now) },
		func() error { return priceTable.put(ctx, tx, d.prices, now) },
		func() error { return rangeTable.put(ctx, tx, d.ranges, now) },
		func() error { return s.dropCurrencies(ctx, tx, d.priced, d.goneCurrencies) },
		func() error { return drop(ctx, tx, "product_tag", "product_id", d.tagsOf) },
		func() error { return tagTable.put(ctx, tx, d.tags, now) },
		func() error { return drop(ctx, tx, "media", "id", d.goneMedia) },
		func() error { return mediaTable.put(ctx, tx, d.media, now) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// touchProducts raises the time of the last write of products.
func (store) touchProducts(ctx context.Context, tx database.Tx, ids []uuid.UUID, now time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "UPDATE product SET updated_at = $3 WHERE shop_id = $1 AND id = ANY($2)", ids, now)
	return err
}

// parkKeys moves option keys out of the way, so that variants can trade them in one statement.
func (store) parkKeys(ctx context.Context, tx database.Tx, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "UPDATE variant SET option_key = '~' || id::text WHERE shop_id = $1 AND id = ANY($2)", ids)
	return err
}

func (store) dropCurrencies(ctx context.Context, tx database.Tx, products []uuid.UUID, currencies []string) error {
	if len(products) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `DELETE FROM variant_price WHERE shop_id = $1 AND currency = ANY($3)
 AND variant_id IN (SELECT v.id FROM variant v WHERE v.shop_id = $1 AND v.product_id = ANY($2))`, products, currencies)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "DELETE FROM product_price WHERE shop_id = $1 AND currency = ANY($3) AND product_id = ANY($2)", products, currencies)
	return err
}

func optionalID(id uuid.NullUUID) any {
	if !id.Valid {
		return nil
	}
	return id.UUID
}

func optionalText(s string) any {
	if s == "" {
		return nil
	}
	return s
}

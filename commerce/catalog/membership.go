package catalog

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
)

// ruled is a collection whose products are chosen by rules.
type ruled struct {
	id    uuid.UUID
	rules RuleSet
}

// member is a product's place in a collection.
type member struct{ id, collection, product uuid.UUID }

// subject is a product that rules are asked about.
type subject struct {
	product  uuid.UUID
	handle   string
	variants []uuid.UUID
	facts    facts
}

// subject gives what rules look at, stock aside.
func (r *record) subject(own money.Currency) *subject {
	out := &subject{product: r.row.id, handle: r.row.handle, facts: facts{title: r.row.title, kind: r.row.kind, vendor: r.row.vendor, tags: r.tags(), currency: own}}
	for _, v := range r.variants {
		p := v.prices[own]
		out.variants = append(out.variants, v.row.id)
		out.facts.variants = append(out.facts.variants, variantFacts{title: v.row.title, price: p.amount, compare: p.compare, grams: int64(v.row.grams)})
	}
	return out
}

// classify puts products into the collections whose rules they fit and takes them out of the others. It counts both.
func (s *Service) classify(ctx context.Context, tx database.Tx, collections []ruled, subjects []*subject) error {
	if len(collections) == 0 || len(subjects) == 0 {
		return nil
	}
	if slices.ContainsFunc(collections, func(c ruled) bool { return c.rules.looksAtStock() }) {
		if err := s.store.loadStock(ctx, tx, subjects); err != nil {
			return err
		}
	}
	ids := make([]uuid.UUID, len(collections))
	for i, c := range collections {
		ids[i] = c.id
	}
	products := make([]uuid.UUID, len(subjects))
	for i, p := range subjects {
		products[i] = p.product
	}
	have, err := s.store.members(ctx, tx, ids, products)
	if err != nil {
		return err
	}
	add, gone := compare(collections, subjects, have)
	return s.store.changeMembers(ctx, tx, add, gone, s.clock.Now())
}

// compare finds the places that are missing and those that are no longer deserved.
func compare(collections []ruled, subjects []*subject, have []member) (add, gone []member) {
	type place struct{ collection, product uuid.UUID }
	stored := make(map[place]member, len(have))
	for _, m := range have {
		stored[place{m.collection, m.product}] = m
	}
	for _, p := range subjects {
		for _, c := range collections {
			at := place{c.id, p.product}
			m, in := stored[at]
			switch wanted := c.rules.matches(p.facts); {
			case wanted && !in:
				add = append(add, member{id: newID(), collection: c.id, product: p.product})
			case !wanted && in:
				gone = append(gone, m)
			}
		}
	}
	return add, gone
}

// ruledCollections reads every collection with rules. A shop has tens of them.
func (store) ruledCollections(ctx context.Context, tx database.Tx) ([]ruled, error) {
	rows, err := tx.Query(ctx, "SELECT c.id, c.rules, c.disjunctive FROM collection c WHERE c.shop_id = $1 AND c.rules IS NOT NULL ORDER BY c.id")
	list, err := database.Scan(rows, err, func(scan func(...any) error) (c ruled, err error) {
		var rules database.JSON[[]*Rule]
		err = scan(&c.id, &rules, &c.rules.AppliedDisjunctively)
		c.rules.Rules = rules.V
		return c, err
	})
	return slices.DeleteFunc(list, func(c ruled) bool { return len(c.rules.Rules) == 0 }), err
}

// members reads which products are in which collections. Served by collection_product (shop_id, product_id, collection_id).
func (store) members(ctx context.Context, tx database.Tx, collections, products []uuid.UUID) ([]member, error) {
	rows, err := tx.Query(ctx, `SELECT id, collection_id, product_id FROM collection_product
 WHERE shop_id = $1 AND product_id = ANY($3) AND collection_id = ANY($2)`, collections, products)
	return database.Scan(rows, err, scanMember)
}

func scanMember(scan func(...any) error) (m member, err error) {
	return m, scan(&m.id, &m.collection, &m.product)
}

// loadStock fills in what can be sold of each variant. Served by inventory_level (shop_id, variant_id, location_id).
func (store) loadStock(ctx context.Context, tx database.Tx, subjects []*subject) error {
	var ids []uuid.UUID
	at := map[uuid.UUID]*int64{}
	for _, p := range subjects {
		for i, id := range p.variants {
			ids, at[id] = append(ids, id), &p.facts.variants[i].inventory
		}
	}
	rows, err := tx.Query(ctx, `SELECT l.variant_id, sum(l.on_hand - l.reserved)::bigint FROM inventory_level l JOIN location p ON p.id = l.location_id
 WHERE l.shop_id = $1 AND l.variant_id = ANY($2) AND p.active AND p.fulfills_online GROUP BY l.variant_id`, ids)
	_, err = database.Scan(rows, err, func(scan func(...any) error) (none struct{}, err error) {
		var id uuid.UUID
		var n int64
		if err = scan(&id, &n); err == nil {
			*at[id] = n
		}
		return none, err
	})
	return err
}

// changeMembers writes places and the collections' counts. New places follow all others: their positions are the moment,
// in microseconds, so that nobody has to look for the last one.
func (s store) changeMembers(ctx context.Context, tx database.Tx, add, gone []member, now time.Time) error {
	counts := map[uuid.UUID]int{}
	rows := make([][]any, len(add))
	for i, m := range add {
		rows[i] = []any{m.id, m.collection, m.product, now.UnixMicro() + int64(i), true}
		counts[m.collection]++
	}
	if err := memberTable.put(ctx, tx, rows, now); err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(gone))
	for i, m := range gone {
		ids[i] = m.id
		counts[m.collection]--
	}
	if err := drop(ctx, tx, "collection_product", "id", ids); err != nil {
		return err
	}
	return s.count(ctx, tx, counts)
}

// count adds to the numbers of products of collections.
func (store) count(ctx context.Context, tx database.Tx, counts map[uuid.UUID]int) error {
	var rows [][]any
	for id, n := range counts {
		if n != 0 {
			rows = append(rows, []any{id, n})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	slices.SortFunc(rows, func(a, b []any) int { return cmp.Compare(a[0].(uuid.UUID).String(), b[0].(uuid.UUID).String()) })
	return updateRows(ctx, tx, "UPDATE collection SET products_count = products_count + (value->>1)::bigint FROM %s WHERE collection.shop_id = $1 AND collection.id = (value->>0)::uuid", rows)
}

// ReclassifyTx looks again whether products fit the rules of collections: after stock was written, where rules look at it.
// It does nothing, at the cost of one statement, where none does.
func (s *Service) ReclassifyTx(ctx context.Context, tx database.Tx, products []uuid.UUID) error {
	collections, err := s.store.ruledCollections(ctx, tx)
	if err != nil {
		return err
	}
	collections = slices.DeleteFunc(collections, func(c ruled) bool { return !c.rules.looksAtStock() })
	if len(collections) == 0 {
		return nil
	}
	list, err := s.priceList(ctx)
	if err != nil {
		return err
	}
	subjects, err := s.store.subjects(ctx, tx, list.own, "p.id = ANY($3)", products)
	if err != nil {
		return err
	}
	return s.classify(ctx, tx, collections, subjects)
}

// subjects reads what rules look at, of products in the order of their handles. The condition's parameters begin at $3.
func (store) subjects(ctx context.Context, tx database.Tx, own money.Currency, where string, args ...any) ([]*subject, error) {
	var list []*subject
	var last *subject
	rows, err := tx.Query(ctx, `SELECT p.id, p.handle, p.title, p.product_type, p.vendor, p.tags, v.id, v.title, v.weight_grams, coalesce(vp.amount, 0), vp.compare_at_amount IS NOT NULL, coalesce(vp.compare_at_amount, 0)
 FROM product p JOIN variant v ON v.shop_id = p.shop_id AND v.product_id = p.id
 LEFT JOIN variant_price vp ON vp.shop_id = v.shop_id AND vp.variant_id = v.id AND vp.currency = $2
 WHERE p.shop_id = $1 AND `+where+` ORDER BY p.handle`, append([]any{string(own)}, args...)...)
	_, err = database.Scan(rows, err, func(scan func(...any) error) (none struct{}, err error) {
		var id, variant uuid.UUID
		var handle string
		f := facts{currency: own}
		var v variantFacts
		var tags database.JSON[[]string]
		if err = scan(&id, &handle, &f.title, &f.kind, &f.vendor, &tags, &variant, &v.title, &v.grams, &v.price, &v.compare.given, &v.compare.n); err != nil {
			return none, err
		}
		if last == nil || last.product != id {
			f.tags = tags.V
			last = &subject{product: id, handle: handle, facts: f}
			list = append(list, last)
		}
		last.variants, last.facts.variants = append(last.variants, variant), append(last.facts.variants, v)
		return none, nil
	})
	return list, err
}

// repopulate chooses all products of a collection anew after its rules have changed.
func (s *Service) repopulate(ctx context.Context, tx database.Tx, collection ruled, own money.Currency) error {
	const batch = 500
	last := ""
	for {
		subjects, err := s.store.subjects(ctx, tx, own, "p.handle IN (SELECT q.handle FROM product q WHERE q.shop_id = $1 AND q.handle > $3 ORDER BY q.handle LIMIT $4)", last, batch)
		if err != nil || len(subjects) == 0 {
			return err
		}
		if err := s.classify(ctx, tx, []ruled{collection}, subjects); err != nil {
			return err
		}
		last = subjects[len(subjects)-1].handle
	}
}

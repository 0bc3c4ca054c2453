package catalog

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// Copy says how a product is copied.
type Copy struct {
	Title  string
	Status string // [Draft] where empty
	Images bool   // pictures are copied, too
}

// DuplicateProduct makes a product like another one, with its options, variants, prices, tags and metafields. It begins
// without stock, in the collections only whose rules it fits. Paths of problems are "productId", "newTitle" or "newStatus".
func (s *Service) DuplicateProduct(ctx context.Context, product uuid.UUID, in Copy) (*Product, fault.Problems, error) {
	return run(ctx, s, "product.duplicated", gid.ID{}, func(tx database.Tx) (*Product, fault.Problems, error) {
		list, err := s.priceList(ctx)
		if err != nil {
			return nil, nil, err
		}
		c := &checker{}
		original, err := s.lockProduct(ctx, tx, product)
		if err != nil {
			return nil, nil, err
		}
		if original == nil {
			c.add(CodeNotFound, "There is no such product.", "productId")
			return nil, c.problems, nil
		}
		r, twin := original.copied(in.Images)
		r.row.title = c.required(in.Title, maxName, "newTitle")
		r.row.status = c.status(in.Status, "newStatus")
		r.row.published = r.row.status == "active"
		if c.ok() {
			if r.row.handle, err = s.store.freeHandle(ctx, tx, "product", slugOf(r.row.title, "product"), uuid.Nil); err != nil {
				return nil, nil, err
			}
			c.settle(r, list, "productId")
		}
		if !c.ok() {
			return nil, c.problems, c.err
		}
		fields, err := s.copiedFields(ctx, tx, twin)
		if err != nil {
			return nil, nil, err
		}
		if err := s.saveAll(ctx, tx, []*edited{{after: r, metafields: fields, saved: &Saved{}}}, list); err != nil {
			return nil, nil, err
		}
		return s.reread(ctx, tx, r.row.id, list)
	})
}

// copied is a copy under ids of its own, with the copy's id for that of the product and of each variant.
func (r *record) copied(images bool) (out *record, twin map[uuid.UUID]uuid.UUID) {
	out, twin = r.clone(), map[uuid.UUID]uuid.UUID{}
	renew := func(id *uuid.UUID) {
		fresh := newID()
		twin[*id], *id = fresh, fresh
	}
	renew(&out.row.id)
	pictures := map[uuid.UUID]uuid.UUID{}
	if !images {
		out.media = nil
	}
	for i := range out.media {
		fresh := newID()
		pictures[out.media[i].id], out.media[i].id = fresh, fresh
	}
	follow := func(id uuid.NullUUID) uuid.NullUUID {
		fresh, ok := pictures[id.UUID]
		return uuid.NullUUID{UUID: fresh, Valid: ok}
	}
	for _, o := range out.options {
		o.id = uuid.Nil
		for i := range o.values {
			o.values[i].id, o.values[i].media = uuid.Nil, follow(o.values[i].media)
		}
	}
	for _, v := range out.variants {
		renew(&v.row.id)
		v.row.media = follow(v.row.media)
	}
	return out, twin
}

// copiedFields are the metafields of things, as their twins have them.
func (s *Service) copiedFields(ctx context.Context, tx database.Tx, twin map[uuid.UUID]uuid.UUID) ([]metafieldRow, error) {
	from := make([]uuid.UUID, 0, len(twin))
	for id := range twin {
		from = append(from, id)
	}
	rows, err := s.store.fieldsToCopy(ctx, tx, from)
	for i := range rows {
		rows[i].owner = twin[rows[i].owner]
	}
	return rows, err
}

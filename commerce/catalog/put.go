package catalog

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// The subjects of the events that writes append.
const (
	EventProductChanged    = "catalog.product_changed"
	EventProductDeleted    = "catalog.product_deleted"
	EventCollectionChanged = "catalog.collection_changed"
	EventCollectionDeleted = "catalog.collection_deleted"
)

// ProductEvent says that a product was written or deleted.
type ProductEvent struct {
	ProductID uuid.UUID `json:"product_id"`
	Handle    string    `json:"handle"`
}

// CollectionEvent says that a collection, or which products are in it by hand, was written or deleted.
type CollectionEvent struct {
	CollectionID uuid.UUID `json:"collection_id"`
	Handle       string    `json:"handle"`
}

// emit tells the house, where it listens.
func (s *Service) emit(ctx context.Context, tx database.Tx, subject string, payload any) error {
	if s.events == nil {
		return nil
	}
	return s.events.AppendTx(ctx, tx, subject, payload)
}

// PutTx saves one whole product by its handle: see [Service.PutAllTx].
func (s *Service) PutTx(ctx context.Context, tx database.Tx, in ProductInput) (Saved, error) {
	list, err := s.PutAllTx(ctx, tx, []ProductInput{in})
	if err != nil {
		return Saved{}, err
	}
	return list[0], nil
}

// Put is [Service.PutTx] in a transaction of its own.
func (s *Service) Put(ctx context.Context, in ProductInput) (saved Saved, err error) {
	err = s.retry(ctx, func(tx database.Tx) (err error) {
		saved, err = s.PutTx(ctx, tx, in)
		return err
	})
	return saved, err
}

// PutAllTx saves whole products by their handles: what is not there is made, what differs is changed, and what is the
// same already costs no write and tells nobody. Variants keep their ids where their option values or SKU stay; those that
// the input does not have are deleted. A product with problems is left out, the others are saved. The number of
// statements depends on neither the products nor their variants.
//
// Fails with a unique violation where another transaction made one of the products meanwhile: run it again.
func (s *Service) PutAllTx(ctx context.Context, tx database.Tx, in []ProductInput) ([]Saved, error) {
	list, err := s.priceList(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.store.lockRules(ctx, tx, false); err != nil {
		return nil, err
	}
	handles := make([]string, len(in))
	for i, p := range in {
		handles[i] = cleanHandle(p.Handle, "product")
	}
	stored, err := s.store.recordsByHandle(ctx, tx, valid(handles))
	if err != nil {
		return nil, err
	}
	known := make(map[string]*record, len(stored))
	for _, r := range stored {
		known[r.row.handle] = r
	}
	definitions, err := s.definitionsOfProducts(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	out := make([]Saved, len(in))
	batch := make([]*edited, 0, len(in))
	seen := make(map[string]bool, len(in))
	for i, p := range in {
		c := &checker{}
		e := c.whole(p, known[handles[i]], list)
		for j := range e.metafields {
			c.byDefinition(ctx, &e.metafields[j], definitions)
		}
		if seen[handles[i]] {
			c.add(CodeTaken, "This handle is given twice.", "handle")
		}
		seen[handles[i]] = true
		if c.err != nil {
			return nil, c.err
		}
		if !c.ok() {
			out[i].Problems = c.problems
			continue
		}
		e.saved = &out[i]
		batch = append(batch, e)
	}
	return out, s.saveAll(ctx, tx, batch, list)
}

// definitionsOfProducts reads the definitions of products' metafields, where there is one to write.
func (s *Service) definitionsOfProducts(ctx context.Context, tx database.Tx, in []ProductInput) (defined, error) {
	for _, p := range in {
		if len(p.Metafields) > 0 {
			return s.definitionsFor(ctx, tx, []metafieldRow{{ownerType: "PRODUCT"}})
		}
	}
	return nil, nil
}

// whole makes a product with its metafields of an input.
func (c *checker) whole(in ProductInput, old *record, list priceList) *edited {
	e := &edited{before: old, after: c.build(in, old, list)}
	for _, f := range c.metafields(in.Metafields, "metafields") {
		if e.after != nil {
			f.owner, f.ownerType = e.after.row.id, "PRODUCT"
			e.metafields = append(e.metafields, f)
		}
	}
	return e
}

// valid leaves out handles that cannot be stored, for which building the product has the right words.
func valid(handles []string) []string {
	out := make([]string, 0, len(handles))
	for _, h := range handles {
		if c := (&checker{}); c.required(h, maxName) != "" && c.ok() {
			out = append(out, h)
		}
	}
	return out
}

// edited is a product on its way into the database.
type edited struct {
	before, after *record // before is nil for a new one
	metafields    []metafieldRow
	saved         *Saved
}

// saveAll writes products, and the collections that they belong to by rules, and tells of those that changed.
func (s *Service) saveAll(ctx context.Context, tx database.Tx, batch []*edited, list priceList) error {
	var d difference
	var fields []metafieldRow
	now := s.clock.Now()
	for _, e := range batch {
		e.saved.ID, e.saved.Created = e.after.row.id, e.before == nil
		e.saved.Changed = d.add(e.before, e.after)
		e.saved.Variants = make([]uuid.UUID, len(e.after.variants))
		for i, v := range e.after.variants {
			e.saved.Variants[i] = v.row.id
		}
		fields = append(fields, e.metafields...)
	}
	if err := s.store.save(ctx, tx, &d, now); err != nil {
		return err
	}
	written, err := s.store.putMetafields(ctx, tx, fields, now)
	if err != nil {
		return err
	}
	var subjects []*subject
	var touched []uuid.UUID // only metafields of theirs were written
	for _, e := range batch {
		for _, f := range e.metafields {
			if written[f.owner] && !e.saved.Changed {
				e.saved.Changed = true
				touched, now = append(touched, e.after.row.id), revision.Next(now, e.after.written)
			}
		}
		if e.saved.Changed {
			subjects = append(subjects, e.after.subject(list.own))
		}
	}
	if len(subjects) == 0 {
		return nil
	}
	if err := s.store.touchProducts(ctx, tx, touched, now); err != nil {
		return err
	}
	collections, err := s.store.ruledCollections(ctx, tx)
	if err != nil {
		return err
	}
	if err := s.classify(ctx, tx, collections, subjects); err != nil {
		return err
	}
	for _, e := range batch {
		if !e.saved.Changed {
			continue
		}
		if err := s.emit(ctx, tx, EventProductChanged, ProductEvent{ProductID: e.saved.ID, Handle: e.after.row.handle}); err != nil {
			return err
		}
	}
	return nil
}

var errRefused = errors.New("catalog: refused")

// retry runs a write, and once more where another one took a unique value at the same moment: the second time it is seen.
func (s *Service) retry(ctx context.Context, f func(tx database.Tx) error) error {
	err := s.db.InTx(ctx, f)
	for range 2 {
		if !database.IsUnique(err) {
			break
		}
		err = s.db.InTx(ctx, f)
	}
	return err
}

// run runs a staff verb in a transaction of its own, which is undone where the verb gives nothing but problems. What it did
// goes into the audit trail, on the thing named or else on what the verb gives.
func run[T any](ctx context.Context, s *Service, action string, on gid.ID, f func(tx database.Tx) (*T, fault.Problems, error)) (out *T, problems fault.Problems, err error) {
	err = s.retry(ctx, func(tx database.Tx) (err error) {
		out, problems, err = f(tx)
		if err == nil && out == nil {
			return errRefused
		}
		if err != nil {
			return err
		}
		return s.note(ctx, tx, action, on, out)
	})
	if errors.Is(err, errRefused) {
		return nil, problems, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return out, problems, nil
}

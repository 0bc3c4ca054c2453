package catalog

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// ProductChanges is a new product, or changes to one: what is nil stays as it is.
type ProductChanges struct {
	IfRevision      *string // of a product that is changed: refuses where another revision is there
	Title           *string
	Handle          *string // made from the title of a new product where nil or empty
	DescriptionHTML *string
	Vendor          *string
	ProductType     *string
	Status          *string // [Active], [Draft] or [Archived]
	Tags            *[]string
	SEOTitle        *string
	SEODescription  *string
	Options         []OptionInput // of a new product only
	Metafields      []MetafieldInput
	// Collections chosen by hand, to join and to leave.
	CollectionsToJoin  []uuid.UUID
	CollectionsToLeave []uuid.UUID
	Media              []MediaInput // to attach, after those that are there
}

// CreateProduct makes a product with one variant that costs nothing yet. It is a draft unless the status says otherwise.
// Paths of problems begin with "product" or "media"; nothing is saved where there is one.
func (s *Service) CreateProduct(ctx context.Context, in ProductChanges) (*Product, fault.Problems, error) {
	return run(ctx, s, "product.created", gid.ID{}, func(tx database.Tx) (*Product, fault.Problems, error) { return s.CreateProductTx(ctx, tx, in) })
}

// CreateProductTx is [Service.CreateProduct] in the caller's transaction, which must be undone where there is no product.
func (s *Service) CreateProductTx(ctx context.Context, tx database.Tx, in ProductChanges) (*Product, fault.Problems, error) {
	list, err := s.priceList(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := s.store.lockRules(ctx, tx, false); err != nil {
		return nil, nil, err
	}
	c := &checker{prefix: []string{"product"}}
	whole := wholeOf(in, list.own)
	if err := s.newHandle(ctx, tx, c, "product", &whole.Handle, whole.Title); err != nil {
		return nil, nil, err
	}
	after := c.build(whole, nil, list)
	if after == nil {
		return nil, c.problems, c.err
	}
	media, err := s.uploaded(ctx, tx, in.Media)
	if err != nil {
		return nil, nil, err
	}
	c.attach(after, media)
	return s.finish(ctx, tx, c, &edited{after: after}, in, list)
}

// wholeOf makes a whole product of the parts that staff gave.
func wholeOf(in ProductChanges, own money.Currency) ProductInput {
	p := ProductInput{
		Title: text(in.Title), Handle: text(in.Handle), DescriptionHTML: text(in.DescriptionHTML), Vendor: text(in.Vendor), ProductType: text(in.ProductType),
		Status: text(in.Status), Published: true, SEOTitle: text(in.SEOTitle), SEODescription: text(in.SEODescription), Options: in.Options,
	}
	if in.Tags != nil {
		p.Tags = *in.Tags
	}
	first := VariantInput{Price: money.Zero(own), RequiresShipping: true, Taxable: true}
	for _, o := range in.Options {
		if len(o.Values) > 0 {
			first.OptionValues = append(first.OptionValues, o.Values[0])
		}
	}
	p.Variants = []VariantInput{first}
	return p
}

// newHandle finds the handle of a new row: the one that was chosen, which must be free, or a free one made of the title.
func (s *Service) newHandle(ctx context.Context, tx database.Tx, c *checker, table string, handle *string, title string) error {
	if c.text(*handle, maxName, "handle"); !c.ok() {
		*handle = table // has its problem already
		return nil
	}
	if *handle == "" {
		free, err := s.store.freeHandle(ctx, tx, table, slugOf(c.cleaned(title), table), uuid.Nil)
		*handle = free
		return err
	}
	return s.chosenHandle(ctx, tx, c, table, handle, uuid.Nil)
}

// chosenHandle checks that no other row has a handle.
func (s *Service) chosenHandle(ctx context.Context, tx database.Tx, c *checker, table string, handle *string, own uuid.UUID) error {
	*handle = cleanHandle(*handle, table)
	taken, err := s.store.takenHandles(ctx, tx, table, []string{*handle}, own)
	if taken[*handle] {
		c.add(CodeTaken, "Another "+table+" has this handle.", "handle")
	}
	return err
}

// UpdateProduct changes parts of a product. Problems are as with [Service.CreateProduct].
func (s *Service) UpdateProduct(ctx context.Context, id uuid.UUID, in ProductChanges) (*Product, fault.Problems, error) {
	return run(ctx, s, "product.updated", gid.ID{}, func(tx database.Tx) (*Product, fault.Problems, error) { return s.UpdateProductTx(ctx, tx, id, in) })
}

// UpdateProductTx is [Service.UpdateProduct] in the caller's transaction, which must be undone where there is no product.
func (s *Service) UpdateProductTx(ctx context.Context, tx database.Tx, id uuid.UUID, in ProductChanges) (*Product, fault.Problems, error) {
	list, err := s.priceList(ctx)
	if err != nil {
		return nil, nil, err
	}
	c := &checker{prefix: []string{"product"}}
	before, err := s.lockProduct(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	if before == nil {
		c.add(CodeNotFound, "There is no such product.", "id")
		return nil, c.problems, nil
	}
	if stale := revision.Problems(in.IfRevision, before.written, "product", "ifRevision"); stale != nil {
		return nil, stale, nil
	}
	after := before.clone()
	c.edit(&after.row, in)
	if in.Handle != nil && c.ok() {
		if err := s.chosenHandle(ctx, tx, c, "product", &after.row.handle, id); err != nil {
			return nil, nil, err
		}
	}
	media, err := s.uploaded(ctx, tx, in.Media)
	if err != nil {
		return nil, nil, err
	}
	c.attach(after, media)
	c.settle(after, list, "media")
	return s.finish(ctx, tx, c, &edited{before: before, after: after}, in, list)
}

// edit takes the parts over that are given.
func (c *checker) edit(row *productRow, in ProductChanges) {
	change := func(to *string, from *string, longest int, field ...string) {
		if from != nil {
			*to = c.text(*from, longest, field...)
		}
	}
	if in.Title != nil {
		row.title = c.required(*in.Title, maxName, "title")
	}
	if in.Handle != nil {
		row.handle = c.required(*in.Handle, maxName, "handle")
	}
	if in.DescriptionHTML != nil {
		row.html, row.text = c.markup(*in.DescriptionHTML, "descriptionHtml")
	}
	change(&row.vendor, in.Vendor, maxName, "vendor")
	change(&row.kind, in.ProductType, maxName, "productType")
	change(&row.seoTitle, in.SEOTitle, maxName, "seo", "title")
	change(&row.seoDescription, in.SEODescription, maxSEO, "seo", "description")
	if in.Tags != nil {
		row.tags = encode(c.tags(*in.Tags, "tags"))
	}
	if in.Status != nil {
		row.status = c.status(*in.Status, "status")
		row.published = row.published || row.status == "active"
	}
}

// finish saves a product with what staff give along with it: metafields and collections chosen by hand.
func (s *Service) finish(ctx context.Context, tx database.Tx, c *checker, e *edited, in ProductChanges, list priceList) (*Product, fault.Problems, error) {
	fc := &checker{problems: c.problems, err: c.err} // its paths are whole already
	fields := fc.metafields(in.Metafields, "product", "metafields")
	for i := range fields {
		fields[i].owner, fields[i].ownerType = e.after.row.id, "PRODUCT"
	}
	if err := s.resolveMetafields(ctx, tx, fc, fields); err != nil {
		return nil, nil, err
	}
	moves, err := s.checkCollections(ctx, tx, fc, in)
	if err != nil || !fc.ok() {
		return nil, fc.problems, cmpErr(err, fc.err)
	}
	e.metafields, e.saved = fields, &Saved{}
	if err := s.saveAll(ctx, tx, []*edited{e}, list); err != nil {
		return nil, nil, err
	}
	if err := s.joinAndLeave(ctx, tx, e.after.row.id, moves); err != nil {
		return nil, nil, err
	}
	return s.reread(ctx, tx, e.after.row.id, list)
}

// cmpErr is the first error of two.
func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// lockProduct locks and reads one product; nil where there is none.
func (s *Service) lockProduct(ctx context.Context, tx database.Tx, id uuid.UUID) (*record, error) {
	if err := s.store.lockRules(ctx, tx, false); err != nil {
		return nil, err
	}
	list, err := s.store.recordsByID(ctx, tx, []uuid.UUID{id})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// reread gives a product as the transaction has left it, priced for the context's buyer or in the shop's currency.
func (s *Service) reread(ctx context.Context, tx database.Tx, id uuid.UUID, prices priceList) (*Product, fault.Problems, error) {
	list, err := s.store.products(ctx, tx, Whole, writersView(ctx, prices), s.clock.Now(), []uuid.UUID{id})
	if err != nil {
		return nil, nil, err
	}
	if len(list) == 0 {
		return nil, nil, fault.New(fault.Internal, "a product that was just written is not there")
	}
	return list[0], nil, nil
}

// writersView shows everything to whoever has just written it.
func writersView(ctx context.Context, prices priceList) view {
	v := viewOf(ctx)
	v.all = true
	if v.buyer.Currency == "" {
		v.buyer.Currency = prices.own
	}
	return v
}

// DeleteProduct deletes a product with its variants, pictures, metafields and stock levels. Orders have their own copy.
func (s *Service) DeleteProduct(ctx context.Context, id uuid.UUID) (fault.Problems, error) {
	_, problems, err := run(ctx, s, "product.deleted", gid.New("Product", id), func(tx database.Tx) (*bool, fault.Problems, error) {
		problems, err := s.DeleteProductTx(ctx, tx, id)
		if err != nil || len(problems) > 0 {
			return nil, problems, err
		}
		done := true
		return &done, nil, nil
	})
	return problems, err
}

// DeleteProductTx is [Service.DeleteProduct] in the caller's transaction.
func (s *Service) DeleteProductTx(ctx context.Context, tx database.Tx, id uuid.UUID) (fault.Problems, error) {
	c := &checker{prefix: []string{"input"}}
	r, err := s.lockProduct(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if r == nil {
		c.add(CodeNotFound, "There is no such product.", "id")
		return c.problems, nil
	}
	variants := make([]uuid.UUID, len(r.variants))
	for i, v := range r.variants {
		variants[i] = v.row.id
	}
	if err := s.store.dropProduct(ctx, tx, id, variants); err != nil {
		return nil, err
	}
	return nil, s.emit(ctx, tx, EventProductDeleted, ProductEvent{ProductID: id, Handle: r.row.handle})
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// cleaned is a text that will be checked in its place, in a form that nothing chokes on.
func (c *checker) cleaned(s string) string {
	probe := &checker{}
	if s = probe.text(s, maxText); !probe.ok() {
		return ""
	}
	return s
}

func index(i int) string { return strconv.Itoa(i) }

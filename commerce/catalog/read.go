package catalog

import (
	"context"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

// Products reads products whole by id, each at most once; what the viewer may not see is absent.
func (s *Service) Products(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Product, error) {
	return s.PartsOfProducts(ctx, Whole, ids)
}

// PartsOfProducts is [Service.Products] for parts of them.
func (s *Service) PartsOfProducts(ctx context.Context, p Parts, ids []uuid.UUID) (map[uuid.UUID]*Product, error) {
	list, err := s.store.products(ctx, s.db, p, viewOf(ctx), s.clock.Now(), ids)
	return byID(list, err, func(p *Product) uuid.UUID { return p.ID.UUID })
}

// ProductByHandle finds parts of a product. Fails with [fault.NotFound].
func (s *Service) ProductByHandle(ctx context.Context, p Parts, handle string) (*Product, error) {
	return one(s.store.productByHandle(ctx, s.db, p, viewOf(ctx), s.clock.Now(), handle))("product")
}

// ProductPage reads parts of a page of all products, sorted by a value of ProductSortKeys.
func (s *Service) ProductPage(ctx context.Context, p Parts, args keyset.Args, sortKey string) (keyset.Page[*Product], error) {
	o, err := productOrder(sortKey)
	if err != nil {
		return keyset.Page[*Product]{}, err
	}
	if o.Column == "pr.min_amount" {
		o.ID = "pr.product_id"
	}
	w, err := args.Window(o)
	if err != nil {
		return keyset.Page[*Product]{}, err
	}
	rows, err := s.store.page(ctx, s.db, p, viewOf(ctx), s.clock.Now(), w, o)
	return cutProducts(w, o, rows), err
}

func cutProducts(w keyset.Window, o keyset.Order, rows []*Product) keyset.Page[*Product] {
	return keyset.Cut(w, rows, func(p *Product) (any, uuid.UUID) {
		if o.Column == "cp.position" {
			return p.place, p.ID.UUID
		}
		return p.key(o), p.ID.UUID
	})
}

// ProductsOfCollections reads parts of a page of each collection, sorted by a value of ProductCollectionSortKeys; the default is
// each collection's own order.
func (s *Service) ProductsOfCollections(ctx context.Context, p Parts, collections []*Collection, args keyset.Args, sortKey string) (map[uuid.UUID]keyset.Page[*Product], error) {
	groups := map[keyset.Order][]uuid.UUID{}
	for _, c := range collections {
		o, err := collectionOrder(sortKey, c.SortOrder)
		if err != nil {
			return nil, err
		}
		groups[o] = append(groups[o], c.ID.UUID)
	}
	out := make(map[uuid.UUID]keyset.Page[*Product], len(collections))
	for o, ids := range groups {
		w, err := args.Window(o)
		if err != nil {
			return nil, err
		}
		rows, err := s.store.productsOfCollections(ctx, s.db, p, viewOf(ctx), s.clock.Now(), w, o, ids)
		if err != nil {
			return nil, err
		}
		for id, items := range grouped(rows) {
			out[id] = cutProducts(w, o, items)
		}
		for _, id := range ids {
			if _, ok := out[id]; !ok {
				out[id] = cutProducts(w, o, nil)
			}
		}
	}
	return out, nil
}

// Variants reads variants by id; those of products that the viewer may not see are absent.
func (s *Service) Variants(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Variant, error) {
	list, err := s.store.variants(ctx, s.db, viewOf(ctx), s.clock.Now(), ids)
	return byID(list, err, func(v *Variant) uuid.UUID { return v.ID.UUID })
}

// VariantsSold reads variants as Variants does, each with its product (see [Variant.Of]) and which of some collections this stands in
// (see [Variant.In]), in one statement.
func (s *Service) VariantsSold(ctx context.Context, ids, collections []uuid.UUID) (map[uuid.UUID]*Variant, error) {
	list, err := s.store.variantsSold(ctx, s.db, viewOf(ctx), s.clock.Now(), ids, collections)
	return byID(list, err, func(v *Variant) uuid.UUID { return v.ID.UUID })
}

// VariantsOfProducts reads a page of each product's variants, by position or, with a value of ProductVariantSortKeys, by
// title, sku or id.
func (s *Service) VariantsOfProducts(ctx context.Context, products []uuid.UUID, args keyset.Args, sortKey string) (map[uuid.UUID]keyset.Page[*Variant], error) {
	o := keyset.Order{Name: sortKey, ID: "v.id"}
	switch sortKey {
	case "", "POSITION", "RELEVANCE":
		o.Name, o.Column, o.Kind = "POSITION", "v.position", keyset.Int
	case "TITLE":
		o.Column = "v.title"
	case "SKU":
		o.Column = "v.sku"
	}
	w, err := args.Window(o)
	if err != nil {
		return nil, err
	}
	rows, err := s.store.variantsOfProducts(ctx, s.db, shop.BuyerFrom(ctx).Currency, w, o, products)
	return pages(products, rows, err, w, func(v *Variant) (any, uuid.UUID) {
		switch o.Column {
		case "v.position":
			return int64(v.Position), v.ID.UUID
		case "v.title":
			return v.Title, v.ID.UUID
		case "v.sku":
			if v.SKU != nil {
				return *v.SKU, v.ID.UUID
			}
		}
		return "", v.ID.UUID
	})
}

// AllVariants reads every variant of products, in order.
func (s *Service) AllVariants(ctx context.Context, products []uuid.UUID) (map[uuid.UUID][]*Variant, error) {
	list, err := s.store.allVariantsOfProducts(ctx, s.db, shop.BuyerFrom(ctx).Currency, products)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID][]*Variant, len(products))
	for _, v := range list {
		out[v.ProductID] = append(out[v.ProductID], v)
	}
	return out, nil
}

// Options reads the options of products with their values, in order.
func (s *Service) Options(ctx context.Context, products []uuid.UUID) (map[uuid.UUID][]*Option, error) {
	return s.store.options(ctx, s.db, products)
}

// ProductsOfOptions gives the products that options, or values of options, belong to, whoever may see these.
func (s *Service) ProductsOfOptions(ctx context.Context, ids []uuid.UUID) ([]uuid.UUID, error) {
	return s.store.productsOfOptions(ctx, s.db, ids)
}

// Images reads pictures by id.
func (s *Service) Images(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Image, error) {
	list, err := s.store.images(ctx, s.db, ids)
	return byID(list, err, func(i *Image) uuid.UUID { return i.ID.UUID })
}

// ImagesOfProducts reads a page of each product's pictures, in order.
func (s *Service) ImagesOfProducts(ctx context.Context, products []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[*Image], error) {
	w, err := args.Window(keyset.Order{Name: "POSITION", Column: "m.position", Kind: keyset.Int, ID: "m.id"})
	if err != nil {
		return nil, err
	}
	rows, err := s.store.imagesOfProducts(ctx, s.db, w, products)
	return pages(products, rows, err, w, func(i *Image) (any, uuid.UUID) { return i.place, i.ID.UUID })
}

// Collections reads collections by id; what the viewer may not see is absent.
func (s *Service) Collections(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Collection, error) {
	list, err := s.store.collections(ctx, s.db, viewOf(ctx), s.clock.Now(), ids)
	return byID(list, err, func(c *Collection) uuid.UUID { return c.ID.UUID })
}

// CollectionByHandle finds a collection. Fails with [fault.NotFound].
func (s *Service) CollectionByHandle(ctx context.Context, handle string) (*Collection, error) {
	return one(s.store.collectionByHandle(ctx, s.db, viewOf(ctx), s.clock.Now(), handle))("collection")
}

// CollectionPage reads a page of all collections whose titles have every word of the query, sorted by a value of
// CollectionSortKeys.
func (s *Service) CollectionPage(ctx context.Context, args keyset.Args, sortKey, query string) (keyset.Page[*Collection], error) {
	o := keyset.Order{Name: sortKey, ID: "c.id"}
	switch sortKey {
	case "TITLE":
		o.Column = "c.title"
	case "UPDATED_AT":
		o.Column, o.Kind = "c.updated_at", keyset.Time
	default:
		o.Name = "ID"
	}
	w, err := args.Window(o)
	if err != nil {
		return keyset.Page[*Collection]{}, err
	}
	if err := keyset.CheckQuery(query); err != nil {
		return keyset.Page[*Collection]{}, err
	}
	words := strings.Fields(strings.ReplaceAll(query, "title:", ""))
	if len(words) > 10 {
		return keyset.Page[*Collection]{}, fault.New(fault.Invalid, "A query for collections has at most 10 words.")
	}
	rows, err := s.store.collectionPage(ctx, s.db, viewOf(ctx), s.clock.Now(), w, words)
	return keyset.Cut(w, rows, func(c *Collection) (any, uuid.UUID) {
		switch o.Column {
		case "c.title":
			return c.Title, c.ID.UUID
		case "c.updated_at":
			return c.UpdatedAt, c.ID.UUID
		}
		return "", c.ID.UUID
	}), err
}

// CollectionsOfProducts reads a page of the collections that each product is in.
func (s *Service) CollectionsOfProducts(ctx context.Context, products []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[*Collection], error) {
	w, err := args.Window(keyset.Order{Name: "ID", ID: "cp.collection_id"})
	if err != nil {
		return nil, err
	}
	rows, err := s.store.collectionsOfProducts(ctx, s.db, viewOf(ctx), s.clock.Now(), w, products)
	return pages(products, rows, err, w, func(c *Collection) (any, uuid.UUID) { return "", c.ID.UUID })
}

// visibleFields is the condition that a metafield f may be shown: staff and apps see all, storefronts those that are open.
func visibleFields(ctx context.Context) string {
	if a := access.From(ctx); a.Kind == access.System || a.Works() {
		return ""
	}
	return open
}

// Metafields reads metafields of things by name; an empty namespace is "custom".
func (s *Service) Metafields(ctx context.Context, names []MetafieldName) (map[MetafieldName]*Metafield, error) {
	owners, keys := map[uuid.UUID]bool{}, map[string]bool{}
	for _, n := range names {
		owners[n.Owner], keys[n.Key] = true, true
	}
	list, err := s.store.metafields(ctx, s.db, visibleFields(ctx), listOf(owners), listOf(keys))
	if err != nil {
		return nil, err
	}
	out := make(map[MetafieldName]*Metafield, len(list))
	for _, f := range list {
		out[MetafieldName{f.OwnerID, f.Namespace, f.Key}] = f
	}
	return out, nil
}

// MetafieldsByID reads metafields by id.
func (s *Service) MetafieldsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Metafield, error) {
	list, err := s.store.metafieldsByID(ctx, s.db, visibleFields(ctx), ids)
	return byID(list, err, func(f *Metafield) uuid.UUID { return f.ID.UUID })
}

// MetafieldsOf reads a page of the metafields of each thing.
func (s *Service) MetafieldsOf(ctx context.Context, owners []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[*Metafield], error) {
	w, err := args.Window(keyset.Order{Name: "ID", ID: "f.id"})
	if err != nil {
		return nil, err
	}
	rows, err := s.store.metafieldPages(ctx, s.db, visibleFields(ctx), w, owners)
	return pages(owners, rows, err, w, func(f *Metafield) (any, uuid.UUID) { return "", f.ID.UUID })
}

// Tags gives the tags of all products, in alphabetical order.
func (s *Service) Tags(ctx context.Context, limit int) ([]string, error) {
	return s.store.words(ctx, s.db, "tags", limit)
}

// Types gives the types of all products, in alphabetical order.
func (s *Service) Types(ctx context.Context, limit int) ([]string, error) {
	return s.store.words(ctx, s.db, "types", limit)
}

func byID[T any](list []T, err error, id func(T) uuid.UUID) (map[uuid.UUID]T, error) {
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]T, len(list))
	for _, item := range list {
		out[id(item)] = item
	}
	return out, nil
}

func one[T any](list []T, err error) func(what string) (T, error) {
	return func(what string) (T, error) {
		var none T
		if err != nil {
			return none, err
		}
		if len(list) == 0 {
			return none, fault.New(fault.NotFound, "There is no such %s.", what)
		}
		return list[0], nil
	}
}

func grouped[T any](rows []owned[T]) map[uuid.UUID][]T {
	out := map[uuid.UUID][]T{}
	for _, r := range rows {
		out[r.parent] = append(out[r.parent], r.item)
	}
	return out
}

// pages cuts a page for every parent, also for those without rows.
func pages[T any](parents []uuid.UUID, rows []owned[T], err error, w keyset.Window, key func(T) (any, uuid.UUID)) (map[uuid.UUID]keyset.Page[T], error) {
	if err != nil {
		return nil, err
	}
	groups := grouped(rows)
	out := make(map[uuid.UUID]keyset.Page[T], len(parents))
	for _, id := range parents {
		out[id] = keyset.Cut(w, groups[id], key)
	}
	return out, nil
}

func listOf[K comparable](set map[K]bool) []K {
	out := make([]K, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	return out
}

func itoa(n int) string { return strconv.Itoa(n) }

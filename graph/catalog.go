package graph

import (
	"cmp"
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/graph/cached"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// What resolvers of the catalog ask for, in batches. Everything that comes back in a list is announced to the loaders,
// so that the next level is read together.

func productID(p *catalog.Product) uuid.UUID       { return p.ID.UUID }
func variantID(v *catalog.Variant) uuid.UUID       { return v.ID.UUID }
func collectionID(c *catalog.Collection) uuid.UUID { return c.ID.UUID }

// announcePages announces the items of many pages as one cohort.
func announcePages[T any](ctx context.Context, pages map[uuid.UUID]keyset.Page[T], err error, id func(T) uuid.UUID) (map[uuid.UUID]keyset.Page[T], error) {
	if err != nil {
		return nil, err
	}
	var all []T
	for _, p := range pages {
		all = append(all, p.Items...)
	}
	loader.Together(ctx, all, id)
	return pages, nil
}

func announce[K comparable, T any](ctx context.Context, found map[K]T, err error, id func(T) uuid.UUID) (map[K]T, error) {
	if err != nil {
		return nil, err
	}
	all := make([]T, 0, len(found))
	for _, v := range found {
		all = append(all, v)
	}
	loader.Together(ctx, all, id)
	return found, nil
}

func announceLists[T any](ctx context.Context, found map[uuid.UUID][]T, err error, id func(T) uuid.UUID) (map[uuid.UUID][]T, error) {
	if err != nil {
		return nil, err
	}
	var all []T
	for _, list := range found {
		all = append(all, list...)
	}
	loader.Together(ctx, all, id)
	return found, nil
}

func (r *Resolver) productsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*catalog.Product, error) {
	found, err := r.Catalog.PartsOfProducts(ctx, wantsOf(ctx).products, ids)
	return announce(ctx, found, err, productID)
}

func (r *Resolver) variantsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*catalog.Variant, error) {
	found, err := r.Catalog.Variants(ctx, ids)
	return announce(ctx, found, err, variantID)
}

// sought reads what several root fields of a request name, such as a product and what goes with it, once.
func sought[K comparable, V any](ctx context.Context, name string, key K, find func(context.Context, K) (V, error)) (V, error) {
	alone := func(any) (none K, ok bool) { return none, false }
	return loader.Ask(ctx, name, uuid.Nil, key, alone, func(ctx context.Context, keys []K) (map[K]V, error) {
		found := make(map[K]V, len(keys))
		for _, k := range keys { // one: nobody is read together with it
			v, err := find(ctx, k)
			if err != nil {
				return nil, err
			}
			found[k] = v
		}
		return found, nil
	})
}

// product finds a product by id or by handle, whichever is given.
func (r *Resolver) product(ctx context.Context, handle *string, id *gid.ID) (*catalog.Product, error) {
	var p *catalog.Product
	var err error
	switch {
	case id != nil:
		if id.Type != "Product" {
			return nil, nil
		}
		p, err = sought(ctx, "product.id", id.UUID, func(ctx context.Context, id uuid.UUID) (*catalog.Product, error) {
			found, err := r.Catalog.PartsOfProducts(ctx, wantsOf(ctx).products, []uuid.UUID{id})
			return found[id], err
		})
	case handle != nil:
		p, err = sought(ctx, "product.handle", *handle, func(ctx context.Context, handle string) (*catalog.Product, error) {
			return r.Catalog.ProductByHandle(ctx, wantsOf(ctx).products, handle)
		})
	default:
		return nil, fault.New(fault.Invalid, "Give a handle or an id.")
	}
	if p == nil || err != nil {
		return absent(ctx, p, err)
	}
	loader.Together(ctx, []*catalog.Product{p}, productID)
	return p, nil
}

// collection finds a collection by id or by handle, whichever is given.
func (r *Resolver) collection(ctx context.Context, handle *string, id *gid.ID) (*catalog.Collection, error) {
	var c *catalog.Collection
	var err error
	switch {
	case id != nil:
		if id.Type != "Collection" {
			return nil, nil
		}
		c, err = sought(ctx, "collection.id", id.UUID, func(ctx context.Context, id uuid.UUID) (*catalog.Collection, error) {
			found, err := r.Catalog.Collections(ctx, []uuid.UUID{id})
			return found[id], err
		})
	case handle != nil:
		c, err = sought(ctx, "collection.handle", *handle, func(ctx context.Context, handle string) (*catalog.Collection, error) {
			return cached.Remember(ctx, r.Lookups, "collection", handle, r.Catalog.CollectionByHandle)
		})
	default:
		return nil, fault.New(fault.Invalid, "Give a handle or an id.")
	}
	if c == nil || err != nil {
		return absent(ctx, c, err)
	}
	loader.Together(ctx, []*catalog.Collection{c}, collectionID)
	return c, nil
}

func (r *Resolver) stockOfVariant(ctx context.Context, v *catalog.Variant) (inventory.Availability, error) {
	return loader.Ask(ctx, "variant.stock", v.ID.UUID, v.ID.UUID, loader.Same(variantID), r.Inventory.Available)
}

func (r *Resolver) stockOfProduct(ctx context.Context, p *catalog.Product) (inventory.ProductAvailability, error) {
	return loader.Ask(ctx, "product.stock", p.ID.UUID, p.ID.UUID, loader.Same(productID), r.Inventory.AvailableOfProducts)
}

// allVariants gives every variant of a product, in order.
func (r *Resolver) allVariants(ctx context.Context, p *catalog.Product) ([]*catalog.Variant, error) {
	return loader.Ask(ctx, "product.allVariants", p.ID.UUID, p.ID.UUID, loader.Same(productID), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*catalog.Variant, error) {
		found, err := r.Catalog.AllVariants(ctx, ids)
		return announceLists(ctx, found, err, variantID)
	})
}

func (r *Resolver) options(ctx context.Context, p *catalog.Product) ([]*catalog.Option, error) {
	return loader.Ask(ctx, "product.options", p.ID.UUID, p.ID.UUID, loader.Same(productID), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*catalog.Option, error) {
		found, err := r.Catalog.Options(ctx, ids)
		if err != nil {
			return nil, err
		}
		var values []*catalog.OptionValue
		for _, list := range found {
			for _, o := range list {
				values = append(values, o.OptionValues...)
			}
		}
		loader.Together(ctx, values, func(v *catalog.OptionValue) uuid.UUID { return v.ID.UUID })
		return found, nil
	})
}

func (r *Resolver) images(ctx context.Context, p *catalog.Product, args keyset.Args) (keyset.Page[*catalog.Image], error) {
	return loader.Ask(ctx, "product.images "+args.Key(), p.ID.UUID, p.ID.UUID, loader.Same(productID), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]keyset.Page[*catalog.Image], error) {
		return r.Catalog.ImagesOfProducts(ctx, ids, args)
	})
}

func (r *Resolver) featuredImage(ctx context.Context, p *catalog.Product) (*catalog.Image, error) {
	first := 1
	page, err := r.images(ctx, p, keyset.Args{First: &first})
	if err != nil || len(page.Items) == 0 {
		return nil, err
	}
	return page.Items[0], nil
}

func (r *Resolver) metafield(ctx context.Context, owner uuid.UUID, namespace *string, key string) (*catalog.Metafield, error) {
	name := metafieldName(owner, namespace, key)
	return loader.Ask(ctx, "metafield "+name.Namespace+"."+key, owner, name, func(o any) (catalog.MetafieldName, bool) {
		id, ok := ownerOf(o)
		return catalog.MetafieldName{Owner: id, Namespace: name.Namespace, Key: key}, ok
	}, r.metafieldsByName)
}

// metafieldName is a metafield's name as it is kept: without a namespace it is a custom one.
func metafieldName(owner uuid.UUID, namespace *string, key string) catalog.MetafieldName {
	return catalog.MetafieldName{Owner: owner, Namespace: cmp.Or(text(namespace), "custom"), Key: key}
}

// metafieldList is a page of all metafields of a thing. kind tells the questions about things of different kinds apart.
func (r *Resolver) metafieldList(ctx context.Context, kind string, owner uuid.UUID, args keyset.Args) (*model.MetafieldConnection, error) {
	page, err := loader.Ask(ctx, kind+".metafieldList "+args.Key(), owner, owner, ownerOf, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]keyset.Page[*catalog.Metafield], error) {
		pages, err := r.Catalog.MetafieldsOf(ctx, ids, args)
		return announcePages(ctx, pages, err, metafieldID)
	})
	return metafieldConnection(ctx, page), err
}

func metafieldID(f *catalog.Metafield) uuid.UUID { return f.ID.UUID }

func (r *Resolver) metafieldsByName(ctx context.Context, names []catalog.MetafieldName) (map[catalog.MetafieldName]*catalog.Metafield, error) {
	found, err := r.Catalog.Metafields(ctx, names)
	return announce(ctx, found, err, metafieldID)
}

// ownerOf is the id that a thing's metafields are kept under.
func ownerOf(o any) (uuid.UUID, bool) {
	switch o := o.(type) {
	case *catalog.Product:
		return o.ID.UUID, true
	case *catalog.Variant:
		return o.ID.UUID, true
	case *catalog.Collection:
		return o.ID.UUID, true
	case *customer.Customer:
		return o.ID.UUID, true
	case *order.Order:
		return o.ID.UUID, true
	case *content.Page:
		return o.ID.UUID, true
	}
	return uuid.Nil, false
}

func (r *Resolver) metafields(ctx context.Context, owner uuid.UUID, names []*model.HasMetafieldsIdentifier) ([]*catalog.Metafield, error) {
	if len(names) > 250 {
		return nil, fault.New(fault.Invalid, "At most 250 metafields can be asked for at once.")
	}
	wanted := make([]catalog.MetafieldName, len(names))
	question := "metafields"
	for i, n := range names {
		wanted[i] = metafieldName(uuid.Nil, n.Namespace, n.Key)
		question += fmt.Sprintf(" %q.%q", wanted[i].Namespace, n.Key)
	}
	switch len(names) {
	case 0:
		return []*catalog.Metafield{}, nil
	case 1:
		f, err := r.metafield(ctx, owner, names[0].Namespace, names[0].Key)
		return []*catalog.Metafield{f}, err
	}
	return loader.Ask(ctx, question, owner, owner, ownerOf, func(ctx context.Context, owners []uuid.UUID) (map[uuid.UUID][]*catalog.Metafield, error) {
		return r.metafieldsOfAll(ctx, owners, wanted)
	})
}

// metafieldsOfAll reads the same metafields of many things, each in the place of its name.
func (r *Resolver) metafieldsOfAll(ctx context.Context, owners []uuid.UUID, wanted []catalog.MetafieldName) (map[uuid.UUID][]*catalog.Metafield, error) {
	all := make([]catalog.MetafieldName, 0, len(owners)*len(wanted))
	for _, owner := range owners {
		for _, n := range wanted {
			all = append(all, catalog.MetafieldName{Owner: owner, Namespace: n.Namespace, Key: n.Key})
		}
	}
	found, err := r.metafieldsByName(ctx, all)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID][]*catalog.Metafield, len(owners))
	for _, n := range all {
		out[n.Owner] = append(out[n.Owner], found[n])
	}
	return out, nil
}

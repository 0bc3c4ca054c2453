package graph

import (
	"context"
	"math"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

// sitemapSize is how many things a page of a sitemap holds.
const sitemapSize = keyset.MaxSize

// sitemapPages is how many pages the sitemap of a kind has. Of kinds that Rialto does not keep there are none.
func (r *Resolver) sitemapPages(ctx context.Context, kind string) (*catalog.Count, error) {
	var n int64
	var err error
	switch kind {
	case "PRODUCT", "COLLECTION":
		n, err = r.Catalog.CountListed(ctx, kind == "COLLECTION")
	case "PAGE":
		n, err = r.Content.CountListed(ctx)
	}
	return &catalog.Count{Count: int((n + sitemapSize - 1) / sitemapSize), Precision: "EXACT"}, err
}

// sitemapPage reads a numbered page of a sitemap, and one thing more to know whether there is another page.
func (r *Resolver) sitemapPage(ctx context.Context, kind string, page int) (*model.PaginatedSitemapResources, error) {
	if page < 1 || page > math.MaxInt32 {
		return nil, fault.New(fault.Invalid, "The pages of a sitemap are numbered from 1 on; page %d was asked for.", page)
	}
	items, err := r.sitemapItems(ctx, kind, int64(page-1)*sitemapSize)
	if err != nil {
		return nil, err
	}
	out := &model.PaginatedSitemapResources{HasNextPage: len(items) > sitemapSize, Items: []model.Any{}}
	items = loader.Together(ctx, items[:min(len(items), sitemapSize)], sitemapID)
	for _, item := range items {
		out.Items = append(out.Items, item)
	}
	return out, nil
}

func (r *Resolver) sitemapItems(ctx context.Context, kind string, from int64) (out []*model.SitemapResource, err error) {
	var things []catalog.Listed
	switch kind {
	case "PRODUCT":
		things, err = r.Catalog.ProductsListed(ctx, from, sitemapSize+1)
	case "COLLECTION":
		things, err = r.Catalog.CollectionsListed(ctx, from, sitemapSize+1)
	case "PAGE":
		pages, perr := r.Content.Listed(ctx, from, sitemapSize+1)
		for _, p := range pages {
			things = append(things, catalog.Listed{ID: p.ID.UUID, Handle: p.Handle, Title: p.Title, UpdatedAt: p.UpdatedAt})
		}
		err = perr
	}
	for _, l := range things {
		out = append(out, &model.SitemapResource{ID: l.ID, Type: kind, Handle: l.Handle, Title: l.Title, UpdatedAt: l.UpdatedAt, MediaID: l.MediaID})
	}
	return out, err
}

func sitemapID(i *model.SitemapResource) uuid.UUID { return i.ID }

// sitemapImage is the first picture of a product, or the picture that a collection was given.
func (r *Resolver) sitemapImage(ctx context.Context, i *model.SitemapResource) (image *catalog.Image, err error) {
	switch {
	case i.Type == "PRODUCT":
		one := keyset.Args{First: number(1)}
		page, perr := loader.Ask(ctx, "sitemap.image", i.ID, i.ID, loader.Same(sitemapID), func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]keyset.Page[*catalog.Image], error) {
			return r.Catalog.ImagesOfProducts(ctx, ids, one)
		})
		if err = perr; len(page.Items) > 0 {
			image = page.Items[0]
		}
	case i.MediaID != nil:
		image, err = loader.Ask(ctx, "sitemap.media", i.ID, *i.MediaID, func(i *model.SitemapResource) (uuid.UUID, bool) {
			if i.MediaID == nil {
				return uuid.Nil, false
			}
			return *i.MediaID, true
		}, r.Catalog.Images)
	}
	return image, err
}

package catalog

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Listed is what a sitemap says of a product or a collection.
type Listed struct {
	ID            uuid.UUID
	Handle, Title string
	UpdatedAt     time.Time
	// MediaID is the picture that a collection was given; nil for products, whose pictures are their own.
	MediaID *uuid.UUID
}

// ProductsListed reads the products that shoppers see, oldest first, from a place of that order on, which counts from 0.
// It is the same for every viewer: a sitemap is public.
func (s *Service) ProductsListed(ctx context.Context, from, most int64) ([]Listed, error) {
	return s.store.productsListed(ctx, s.db, s.clock.Now(), from, most)
}

// CollectionsListed is [Service.ProductsListed] for collections.
func (s *Service) CollectionsListed(ctx context.Context, from, most int64) ([]Listed, error) {
	return s.store.collectionsListed(ctx, s.db, s.clock.Now(), from, most)
}

// CountListed counts the products, or the collections, that shoppers see.
func (s *Service) CountListed(ctx context.Context, collections bool) (int64, error) {
	return s.store.countListed(ctx, s.db, s.clock.Now(), collections)
}

package tests

import (
	"context"
	"fmt"
)

// sitemap reads a page far inside each list of a sitemap, and counts them.
func (h *house) sitemap(ctx context.Context) error {
	products, err := h.catalog.ProductsListed(ctx, 5_000, 251)
	if err != nil {
		return err
	}
	collections, err := h.catalog.CollectionsListed(ctx, 0, 251)
	if err != nil {
		return err
	}
	pages, err := h.content.Listed(ctx, 0, 251)
	if err != nil {
		return err
	}
	if len(products) != 251 || len(collections) == 0 || len(pages) == 0 {
		return fmt.Errorf("%d products, %d collections and %d pages are listed", len(products), len(collections), len(pages))
	}
	for _, collections := range []bool{true, false} {
		if n, err := h.catalog.CountListed(ctx, collections); err != nil || n == 0 {
			return fmt.Errorf("%d are counted: %w", n, err)
		}
	}
	_, err = h.content.CountListed(ctx)
	return err
}

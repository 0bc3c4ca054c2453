package graph

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/graph/cost"
	"github.com/rialtohq/rialto/platform/database"
)

const (
	// boundsKept is how long the sizes of a shop's lists are reckoned with before they are measured again.
	boundsKept = 5 * time.Minute
	// boundsPatience is how long a request waits for them; without, lists are as long as is asked for.
	boundsPatience = 250 * time.Millisecond
	// boundsTime is how long measuring may take.
	boundsTime = 30 * time.Second
)

// shopBounds keeps how long the lists of each shop are, so that a storefront may ask a small shop for more than it has.
type shopBounds struct {
	catalog *catalog.Service
	content *content.Service
	kept    *otter.Cache[uuid.UUID, *sizes]
	flights singleflight.Group
	log     *slog.Logger
}

// sizes are the bounds of a shop as they were measured once. Nil is none.
type sizes struct{ cost.Bounds }

func (s *sizes) bounds() cost.Bounds {
	if s == nil {
		return nil
	}
	return s.Bounds
}

func newShopBounds(s Services, log *slog.Logger) *shopBounds {
	return &shopBounds{catalog: s.Catalog, content: s.Content, log: log, kept: otter.Must(&otter.Options[uuid.UUID, *sizes]{
		MaximumSize: 10_000, ExpiryCalculator: otter.ExpiryWriting[uuid.UUID, *sizes](boundsKept),
	})}
}

// of gives the bounds of the context's shop. The first to ask waits a moment for them; nobody waits longer.
func (b *shopBounds) of(ctx context.Context, shop uuid.UUID) *sizes {
	if known, ok := b.kept.GetIfPresent(shop); ok {
		return known
	}
	flight := b.flights.DoChan(shop.String(), func() (any, error) {
		ctx, cancel := context.WithTimeout(database.WithShop(context.Background(), shop), boundsTime) // it belongs to no request
		defer cancel()
		measured, err := b.measure(ctx)
		if err != nil {
			b.log.WarnContext(ctx, "the lists of a shop could not be measured", "shop", shop, "error", err)
			return nil, err
		}
		made := &sizes{measured}
		b.kept.Set(shop, made)
		return made, nil
	})
	patience := time.NewTimer(boundsPatience)
	defer patience.Stop()
	select {
	case done := <-flight:
		known, _ := done.Val.(*sizes)
		return known
	case <-patience.C:
		return nil
	}
}

// measure leaves room for what is added while they are kept.
func (b *shopBounds) measure(ctx context.Context) (cost.Bounds, error) {
	l, err := b.catalog.Largest(ctx)
	if err != nil {
		return nil, err
	}
	items, err := b.content.LargestMenu(ctx)
	if err != nil {
		return nil, err
	}
	out := cost.Bounds{"Menu.items": items + 2, "MenuItem.items": items + 2}
	for at, n := range map[string]int{
		"Query.products": l.Products, "Query.collections": l.Collections, "Collection.products": l.ProductsOfCollection,
		"Product.variants": l.VariantsOfProduct, "Product.media": l.MediaOfProduct, "Product.images": l.MediaOfProduct,
		"Product.options": l.OptionsOfProduct, "ProductOption.optionValues": l.ValuesOfOption, "Product.collections": l.CollectionsOfProduct,
	} {
		if n < catalog.LargestCounted {
			out[at] = n + n/4 + 2
		}
	}
	return out, nil
}

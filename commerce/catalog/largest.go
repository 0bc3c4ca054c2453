package catalog

import "context"

// Largest is how long the lists of the shop's catalog are at most.
type Largest struct {
	// Products and Collections are how many there are, as far as [LargestCounted].
	Products, Collections int
	// OfProduct are the most variants, media, options and collections of one product; OfCollection the most products of one
	// collection.
	VariantsOfProduct, MediaOfProduct, OptionsOfProduct, CollectionsOfProduct, ProductsOfCollection int
	// ValuesOfOption are the most values of one option.
	ValuesOfOption int
}

// LargestCounted is how far lists are counted: pages are no longer.
const LargestCounted = 251

// Largest measures the catalog. It reads an index of each table from end to end, so its answer is worth keeping.
func (s *Service) Largest(ctx context.Context) (Largest, error) { return s.store.largest(ctx, s.db) }

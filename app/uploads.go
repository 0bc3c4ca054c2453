package app

import (
	"context"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/upload"
	"github.com/rialtohq/rialto/platform/database"
)

// uploads lets the catalog find uploaded pictures without knowing how they came.
type uploads struct{ upload *upload.Service }

// Uploaded finds pictures by their sources.
func (u uploads) Uploaded(ctx context.Context, q database.Querier, sources []string) (map[string]*catalog.Uploaded, error) {
	found, err := u.upload.Uploaded(ctx, q, sources)
	out := make(map[string]*catalog.Uploaded, len(found))
	for source, p := range found {
		if out[source] = nil; p != nil {
			out[source] = &catalog.Uploaded{Key: p.Key, Type: p.Type, Width: p.Width, Height: p.Height}
		}
	}
	return out, err
}

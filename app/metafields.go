package app

import (
	"context"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// metafields lets content write the metafields of its pages without knowing the catalog, which keeps them.
type metafields struct{ catalog *catalog.Service }

// PutTx writes metafields of a page in the transaction of the page.
func (m metafields) PutTx(ctx context.Context, tx database.Tx, owner gid.ID, in []content.MetafieldInput) (fault.Problems, error) {
	list := make([]catalog.MetafieldInput, len(in))
	for i, f := range in {
		list[i] = catalog.MetafieldInput(f)
	}
	return m.catalog.WriteMetafieldsTx(ctx, tx, owner, list)
}

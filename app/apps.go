package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
)

// places tells apps which locations the shop has.
type places struct{ stock *inventory.Service }

// LocationIDs gives the ids of the shop's locations.
func (p places) LocationIDs(ctx context.Context) ([]uuid.UUID, error) {
	all, err := p.stock.Locations(ctx)
	ids := make([]uuid.UUID, len(all))
	for i, l := range all {
		ids[i] = l.ID.UUID
	}
	return ids, err
}

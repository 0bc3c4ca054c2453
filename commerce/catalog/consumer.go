package catalog

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/outbox"
)

// SalesConsumer is the name of the consumer on the bus, for ever.
const SalesConsumer = "sales"

// SalesSubjects are the events that are counted.
var SalesSubjects = []string{"order.placed"}

// CountSales adds what was ordered to the sales of its products, which the order BEST_SELLING goes by: the effect for
// outbox's inbox, which has it happen once for each order. It is not in the orders' own transactions, so that buyers of one
// product do not wait for each other, and takes several orders at once, so that each product is written once for all of them.
func (s *Service) CountSales(ctx context.Context, tx database.Tx, events []outbox.Event) error {
	orders := make([]uuid.UUID, len(events))
	for i, e := range events {
		var of struct {
			Order uuid.UUID `json:"orderId"`
		}
		if err := e.Decode(&of); err != nil {
			return err
		}
		orders[i] = of.Order
	}
	return s.store.addSales(ctx, tx, orders)
}

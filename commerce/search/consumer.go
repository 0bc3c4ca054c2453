package search

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/outbox"
)

// ConsumerName is the name of the consumer on the bus, for ever.
const ConsumerName = "search"

// Subjects are the events that documents follow.
var Subjects = []string{
	"catalog.product_changed", "catalog.product_deleted", "catalog.collection_changed", "catalog.collection_deleted",
	"content.page_changed", "content.page_deleted",
}

// Consume brings the document of an event's thing up to date: the effect for outbox's inbox. The event only says which
// thing it was; what the thing is like now is read, so events may come late, twice and in any order.
func (s *Service) Consume(ctx context.Context, tx database.Tx, e outbox.Event) error {
	var of struct {
		Product    uuid.UUID `json:"product_id"`
		Collection uuid.UUID `json:"collection_id"`
		Page       uuid.UUID `json:"page_id"`
	}
	if err := e.Decode(&of); err != nil {
		return err
	}
	kind, id := Product, of.Product
	switch {
	case strings.HasPrefix(e.Type, "catalog.collection_"):
		kind, id = Collection, of.Collection
	case strings.HasPrefix(e.Type, "content.page_"):
		kind, id = Page, of.Page
	}
	if id == uuid.Nil {
		return nil
	}
	return s.Refresh(ctx, tx, kind, []uuid.UUID{id})
}

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

// Consume brings the documents of events' things up to date, each once: the effect for outbox's inbox. Events only say which
// things they were; what a thing is like now is read, so events may come late, twice and in any order.
func (s *Service) Consume(ctx context.Context, tx database.Tx, events []outbox.Event) error {
	changed := map[string][]uuid.UUID{}
	for _, e := range events {
		kind, id, err := thingOf(e)
		if err != nil {
			return err
		}
		if id != uuid.Nil {
			changed[kind] = append(changed[kind], id)
		}
	}
	for _, kind := range Kinds {
		if ids := changed[kind]; len(ids) > 0 {
			if err := s.Refresh(ctx, tx, kind, ids); err != nil {
				return err
			}
		}
	}
	return nil
}

// thingOf is what an event is about; the nil id for nothing.
func thingOf(e outbox.Event) (kind string, id uuid.UUID, err error) {
	var of struct {
		Product    uuid.UUID `json:"product_id"`
		Collection uuid.UUID `json:"collection_id"`
		Page       uuid.UUID `json:"page_id"`
	}
	if err := e.Decode(&of); err != nil {
		return "", uuid.Nil, err
	}
	switch {
	case strings.HasPrefix(e.Type, "catalog.collection_"):
		return Collection, of.Collection, nil
	case strings.HasPrefix(e.Type, "content.page_"):
		return Page, of.Page, nil
	}
	return Product, of.Product, nil
}

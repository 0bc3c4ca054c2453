package usage

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/keyset"
)

// Used tells who used any of some places since a moment, to the day: in the context's shop, or in every shop where the context is
// of all. Nil means every place. The uses are sorted by shop, place and operation.
func (s *Service) Used(ctx context.Context, coordinates []string, since time.Time) ([]Use, error) {
	f := Filter{Coordinates: coordinates, Since: since}
	if shop, err := database.Shop(ctx); err == nil {
		return usesOf(ctx, s.db, shop, f)
	}
	shops, err := allShops(ctx, s.db)
	if err != nil {
		return nil, err
	}
	var out []Use
	for _, shop := range shops {
		uses, err := usesOf(database.WithShop(ctx, shop), s.db, shop, f)
		if err != nil {
			return nil, err
		}
		out = append(out, uses...)
	}
	return out, nil
}

// Filter chooses uses.
type Filter struct {
	// Coordinates are the only places; nil means every place.
	Coordinates []string
	// App is the only app; nil means every app.
	App *uuid.UUID
	// Since is the first day.
	Since time.Time
}

var order = keyset.Order{Name: "usage", Column: "u.coordinate", ID: "u.use_id", Kind: keyset.Text}

// List pages through the uses of the context's shop, by place. Counts are a minute or two late. The caller has seen to it that who
// asks may read apps.
func (s *Service) List(ctx context.Context, f Filter, args keyset.Args) (keyset.Page[*Use], error) {
	w, err := args.Window(order)
	if err != nil {
		return keyset.Page[*Use]{}, err
	}
	shop, err := database.Shop(ctx)
	if err != nil {
		return keyset.Page[*Use]{}, err
	}
	rows, err := pageOf(ctx, s.db, shop, f, w)
	return keyset.Cut(w, rows, func(u *Use) (any, uuid.UUID) { return u.Coordinate, u.by }), err
}

// Touched are the places of a filter that were used in the context's shop.
func (s *Service) Touched(ctx context.Context, f Filter) (map[string]bool, error) {
	return touched(ctx, s.db, f)
}

// Sweep deletes counts of the context's shop that are older than [Keep], at most so many, and tells how many they were.
func (s *Service) Sweep(ctx context.Context, most int) (int, error) {
	var n int64
	err := s.db.InTx(ctx, func(tx database.Tx) (err error) {
		n, err = sweep(ctx, tx, dayOf(s.clock.Now().Add(-Keep).Unix()), most)
		return err
	})
	return int(n), err
}

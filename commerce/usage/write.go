package usage

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// together is how many places a transaction writes: few enough that nobody waits long for it where one writes at a time.
const together = 500

// Write writes what was counted since it did so before: for each shop in transactions of some hundred places. What could not be
// written is kept for the next time.
func (s *Service) Write(ctx context.Context) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	tallies, rest := s.counts.flush()
	var errs []error
	for shop, byApp := range s.sort(tallies, rest) {
		for _, found := range byApp {
			if err := s.write(database.WithShop(ctx, shop), shop, found); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

// sort gives the places of tallies by shop and app.
func (s *Service) sort(tallies map[counted]*tally, rest map[uuid.UUID]places) map[uuid.UUID]map[uuid.UUID]places {
	out := map[uuid.UUID]map[uuid.UUID]places{}
	of := func(shop, app uuid.UUID) places {
		if out[shop] == nil {
			out[shop] = map[uuid.UUID]places{}
		}
		if out[shop][app] == nil {
			out[shop][app] = places{}
		}
		return out[shop][app]
	}
	for c, t := range tallies {
		at := place{app: c.app, operation: s.names.of(c, dayOf(t.last)), document: c.op.Document, day: dayOf(t.last)}
		into := of(c.shop, c.app)
		for _, at.coordinate = range c.op.Coordinates {
			into.add(at, amount{t.count, t.last})
		}
		for coordinate, count := range t.added {
			at.coordinate = coordinate
			into.add(at, amount{count, t.last})
		}
	}
	for shop, found := range rest {
		for at, a := range found {
			of(shop, at.app).add(at, a)
		}
	}
	return out
}

// write writes places of a shop.
func (s *Service) write(ctx context.Context, shop uuid.UUID, found places) error {
	rows := make([]row, 0, len(found))
	for at, a := range found {
		rows = append(rows, row{at, a})
	}
	// Always in one order, so that processes that write the same ones do not lock each other out.
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.coordinate, b.coordinate), cmp.Compare(a.operation, b.operation), cmp.Compare(a.document, b.document), cmp.Compare(a.day, b.day))
	})
	for len(rows) > 0 {
		n := min(together, len(rows))
		if err := s.db.InTx(ctx, func(tx database.Tx) error { return upsert(ctx, tx, shop, rows[:n]) }); err != nil {
			s.counts.back(shop, left(rows))
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// left are rows that were not written.
func left(rows []row) places {
	out := make(places, len(rows))
	for _, r := range rows {
		out.add(r.place, r.amount)
	}
	return out
}

// maxNames is how many names of operations that are not registered an app's clients can give in a day: names cost rows, and
// anybody can invent them.
const maxNames = 500

// maxOwners bounds of how many apps names are remembered.
const maxOwners = 10_000

// names are those that clients gave today. Only who writes uses it.
type names struct {
	day   int64
	known map[owner]map[string]bool
}

// of is the name that an operation is counted under.
func (n *names) of(c counted, day int64) string {
	if c.op.Document != "" || c.op.Name == "" {
		return shorten(c.op.Name)
	}
	if n.known == nil || day > n.day {
		n.day, n.known = day, map[owner]map[string]bool{}
	}
	name, by := shorten(c.op.Name), c.owner()
	known := n.known[by]
	switch {
	case known[name]:
	case len(known) >= maxNames || known == nil && len(n.known) >= maxOwners:
		return Other
	case known == nil:
		n.known[by] = map[string]bool{name: true}
	default:
		known[name] = true
	}
	return name
}

// maxName is how much of a name is kept: names are ASCII.
const maxName = 100

func shorten(name string) string { return name[:min(len(name), maxName)] }

package inventory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// Available tells of each variant how many units can be sold now: one statement, whatever their number. Variants that are
// not the shop's are not in the answer.
func (s *Service) Available(ctx context.Context, variantIDs []uuid.UUID) (map[uuid.UUID]Availability, error) {
	return s.store.availability(ctx, s.db, variantIDs)
}

// AvailableTx is [Service.Available] as the caller's transaction sees it. It locks nothing.
func (s *Service) AvailableTx(ctx context.Context, tx database.Tx, variantIDs []uuid.UUID) (map[uuid.UUID]Availability, error) {
	return s.store.availability(ctx, tx, variantIDs)
}

// Levels gives the stock of variants at each location that holds them, in the locations' order: one statement. Levels at
// locations that the viewer may not read are absent.
func (s *Service) Levels(ctx context.Context, variantIDs []uuid.UUID) (map[uuid.UUID][]Level, error) {
	levels, err := s.store.levels(ctx, s.db, "l.variant_id", variantIDs)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID][]Level, len(variantIDs))
	for _, l := range s.readable(ctx, levels) {
		out[l.VariantID] = append(out[l.VariantID], l)
	}
	return out, nil
}

// LevelsByID gives levels by their own ids; those that are not the shop's, or at locations that the viewer may not read, are
// not in the answer.
func (s *Service) LevelsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Level, error) {
	levels, err := s.store.levels(ctx, s.db, "l.id", ids)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]Level, len(levels))
	for _, l := range s.readable(ctx, levels) {
		out[l.ID.UUID] = l
	}
	return out, nil
}

// readable leaves out what lies at locations that the viewer may not read.
func (s *Service) readable(ctx context.Context, levels []Level) []Level {
	may := map[uuid.UUID]bool{}
	return slices.DeleteFunc(levels, func(l Level) bool {
		at := l.Location.ID.UUID
		if _, asked := may[at]; !asked {
			may[at] = s.allows(ctx, policy.LocationRead, at)
		}
		return !may[at]
	})
}

// Locations gives every location of the shop, in order of priority.
func (s *Service) Locations(ctx context.Context) ([]Location, error) {
	return s.store.locations(ctx, s.db)
}

// LocationPage gives a page of the locations whose names have every word of a query (name:word or word), by a value of
// LocationSortKeys. A shop has few: all are read. Fails with [fault.Invalid] for an argument that cannot be meant.
func (s *Service) LocationPage(ctx context.Context, args keyset.Args, query, sortKey string) (keyset.Page[*Location], error) {
	if err := keyset.CheckQuery(query); err != nil {
		return keyset.Page[*Location]{}, err
	}
	all, err := s.Locations(ctx)
	if err != nil {
		return keyset.Page[*Location]{}, err
	}
	words := strings.Fields(strings.ToLower(query))
	var found []*Location
	for i := range all {
		name := strings.ToLower(all[i].Name)
		if !slices.ContainsFunc(words, func(w string) bool {
			return !strings.Contains(name, strings.Trim(strings.TrimPrefix(w, "name:"), `"'*`))
		}) {
			found = append(found, &all[i])
		}
	}
	slices.SortFunc(found, func(a, b *Location) int {
		byID := strings.Compare(a.ID.String(), b.ID.String())
		if sortKey == "ID" {
			return byID
		}
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), byID)
	})
	return keyset.Slice(args, found, func(l *Location) uuid.UUID { return l.ID.UUID })
}

// SaveLocation makes a location, or changes the one with that handle, and gives it as it is now. The id of l is not read.
func (s *Service) SaveLocation(ctx context.Context, l Location) (saved Location, err error) {
	if l.Handle == "" || len(l.Handle) > 100 || l.Name == "" || len(l.Name) > 200 {
		return Location{}, fault.New(fault.Invalid, "a location has a handle of at most 100 bytes and a name of at most 200")
	}
	err = s.db.InTx(ctx, func(tx database.Tx) (err error) {
		saved, err = s.store.saveLocation(ctx, tx, l, s.clock.Now())
		return err
	})
	return saved, err
}

// Movements gives the ledger of a level, newest first: at most limit entries that are older than before, or from the start
// where before is nil. There are none for who may not read the location.
func (s *Service) Movements(ctx context.Context, variantID, locationID, before uuid.UUID, limit int) ([]Movement, error) {
	if before == uuid.Nil {
		before = uuid.Max
	}
	if !s.allows(ctx, policy.LocationRead, locationID) {
		return nil, nil
	}
	return s.store.movements(ctx, s.db, place{variantID, locationID}, before, limit)
}

// Discrepancy is a level that does not agree with its ledger or its promises.
type Discrepancy struct {
	VariantID  uuid.UUID
	LocationID uuid.UUID
	OnHand     int64 // what the level says
	Moved      int64 // sum of its movements
	Reserved   int64 // what the level says
	Promised   int64 // sum of its promises
	Incoming   int64 // what the level says
	Coming     int64 // sum of what transfers in progress bring
}

// Verify lists the shop's levels that break the package's first invariant, at most 100. There are none, unless somebody
// wrote to the tables by hand.
func (s *Service) Verify(ctx context.Context) ([]Discrepancy, error) {
	return s.store.discrepancies(ctx, s.db)
}

// Available is what is on hand and not promised; below zero where more was promised than is there.
func (l Level) Available() int64 { return l.OnHand - l.Reserved }

// Quantity is one number of a level.
type Quantity struct {
	Name     Name
	Quantity int64
}

// Quantities gives the numbers asked for, in that order. Fails with [fault.Invalid] on a name it does not know.
func (l Level) Quantities(names []string) ([]Quantity, error) {
	out := make([]Quantity, 0, len(names))
	for _, name := range names {
		q := Quantity{Name: Name(name)}
		switch q.Name {
		case OnHand:
			q.Quantity = l.OnHand
		case Reserved:
			q.Quantity = l.Reserved
		case Available:
			q.Quantity = l.Available()
		case Incoming:
			q.Quantity = l.Incoming
		default:
			return nil, fault.New(fault.Invalid, "a quantity is named on_hand, reserved, available or incoming")
		}
		out = append(out, q)
	}
	return out, nil
}

func locationID(id uuid.UUID) gid.ID { return gid.New("Location", id) }
func levelID(id uuid.UUID) gid.ID    { return gid.New("InventoryLevel", id) }

// LevelsAt reads a page of what is kept at each location; nothing at those that the viewer may not read.
func (s *Service) LevelsAt(ctx context.Context, locations []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[*Level], error) {
	w, err := args.Window(keyset.Order{Name: "level", ID: "l.id"})
	if err != nil {
		return nil, err
	}
	may := slices.DeleteFunc(slices.Clone(locations), func(id uuid.UUID) bool { return !s.allows(ctx, policy.LocationRead, id) })
	found, err := s.store.levelsAt(ctx, s.db, w, may)
	out := make(map[uuid.UUID]keyset.Page[*Level], len(locations))
	for _, id := range locations {
		out[id] = keyset.Cut(w, found[id], func(l *Level) (any, uuid.UUID) { return "", l.ID.UUID })
	}
	return out, err
}

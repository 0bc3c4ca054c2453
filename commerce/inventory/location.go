package inventory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/gosimple/slug"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/revision"
)

// The codes of problems with locations, stocked items and transfers: values of StaffErrorCode.
const (
	CodeBlank    = "BLANK"
	CodeInvalid  = "INVALID"
	CodeTooLong  = "TOO_LONG"
	CodeTooMany  = "TOO_MANY"
	CodeTaken    = "TAKEN"
	CodeNotFound = "NOT_FOUND"
	CodeConflict = "CONFLICT"
	CodeExceeds  = "EXCEEDS_REMAINING"
)

// MaxLocations is how many locations a shop may have.
const MaxLocations = 200

// Address is where a location is.
type Address struct {
	Address1     string `json:"address1,omitempty"`
	Address2     string `json:"address2,omitempty"`
	City         string `json:"city,omitempty"`
	CountryCode  string `json:"country,omitempty"` // ISO 3166-1, two letters
	ProvinceCode string `json:"province,omitempty"`
	Zip          string `json:"zip,omitempty"`
	Phone        string `json:"phone,omitempty"`
}

// LocationChanges is a new location, or changes to one: what is nil stays as it is.
type LocationChanges struct {
	IfRevision     *string // of a location that is changed: refuses where another revision is there
	Name           *string
	Address        *Address
	FulfillsOnline *bool
	Priority       *int
}

// FulfillmentPriority says which location is emptied first: the smallest number.
func (l *Location) FulfillmentPriority() int { return l.Priority }

// FulfillsOnlineOrders reports whether the online shop takes from it.
func (l *Location) FulfillsOnlineOrders() bool { return l.FulfillsOnline }

// IsActive reports whether it is open.
func (l *Location) IsActive() bool { return l.Active }

// Revision changes with every change of the location, not with what lies there.
func (l *Location) Revision() string { return revision.Of(l.UpdatedAt) }

// AddLocation makes an active location. Paths of problems begin with "input".
func (s *Service) AddLocation(ctx context.Context, in LocationChanges) (*Location, fault.Problems, error) {
	return run(ctx, s, func(tx database.Tx) (*Location, fault.Problems, error) {
		all, err := s.store.lockLocations(ctx, tx, "NO KEY UPDATE")
		if err != nil {
			return nil, nil, err
		}
		now := s.clock.Now()
		l := Location{ID: locationID(s.store.newID()), Active: true, FulfillsOnline: true, CreatedAt: now, UpdatedAt: now}
		ps := in.apply(&l, all)
		if in.Name == nil {
			ps.Add(CodeBlank, "A location has a name.", "input", "name")
		}
		if len(all) >= MaxLocations {
			ps.Add(CodeTooMany, fmt.Sprintf("A shop has at most %d locations.", MaxLocations), "input")
		}
		if len(ps) > 0 {
			return nil, ps, nil
		}
		l.Handle = handleOf(l.Name, all)
		if err := s.store.insertLocation(ctx, tx, l); err != nil {
			return nil, nil, err
		}
		return &l, nil, s.tell(ctx, tx, "location.added", l.ID.String(), map[string]any{"after": l.facts()})
	})
}

// EditLocation changes parts of a location. Paths of problems begin with "input", or are "id".
func (s *Service) EditLocation(ctx context.Context, id uuid.UUID, in LocationChanges) (*Location, fault.Problems, error) {
	return s.changeLocation(ctx, id, "id", "location.edited", func(_ database.Tx, l *Location, all []Location) (fault.Problems, error) {
		if stale := revision.Problems(in.IfRevision, l.UpdatedAt, "input", "ifRevision"); stale != nil {
			return stale, nil
		}
		others := slices.DeleteFunc(slices.Clone(all), func(o Location) bool { return o.ID == l.ID })
		return in.apply(l, others), nil
	})
}

// ActivateLocation opens a location that was closed; one that is open stays so.
func (s *Service) ActivateLocation(ctx context.Context, id uuid.UUID) (*Location, fault.Problems, error) {
	return s.changeLocation(ctx, id, "locationId", "location.activated", func(_ database.Tx, l *Location, _ []Location) (fault.Problems, error) {
		l.Active = true
		return nil, nil
	})
}

// changeLocation locks a location, lets change work on it and writes it where it differs.
func (s *Service) changeLocation(ctx context.Context, id uuid.UUID, field, action string, change func(tx database.Tx, l *Location, all []Location) (fault.Problems, error)) (*Location, fault.Problems, error) {
	return run(ctx, s, func(tx database.Tx) (*Location, fault.Problems, error) {
		all, err := s.store.lockLocations(ctx, tx, "NO KEY UPDATE")
		if err != nil {
			return nil, nil, err
		}
		at := slices.IndexFunc(all, func(l Location) bool { return l.ID.UUID == id })
		if at < 0 {
			return nil, fault.Problems{{Code: CodeNotFound, Message: "There is no such location.", Field: []string{field}}}, nil
		}
		before, l := all[at], all[at]
		ps, err := change(tx, &l, all)
		if err != nil || len(ps) > 0 || l == before {
			return &l, ps, err
		}
		l.UpdatedAt = revision.Next(s.clock.Now(), before.UpdatedAt)
		if err := s.store.updateLocation(ctx, tx, l); err != nil {
			return nil, nil, err
		}
		if err := s.onlineChanged(ctx, tx, before, l); err != nil {
			return nil, nil, err
		}
		return &l, nil, s.tell(ctx, tx, action, l.ID.String(), map[string]any{"before": before.facts(), "after": l.facts()})
	})
}

// apply takes over what is given, and finds what is wrong with it among the shop's other locations.
func (in LocationChanges) apply(l *Location, others []Location) (ps fault.Problems) {
	if in.Name != nil {
		l.Name = line(&ps, *in.Name, "name")
		if l.Name == "" && len(ps) == 0 {
			ps.Add(CodeBlank, "A location has a name.", "input", "name")
		}
		if slices.ContainsFunc(others, func(o Location) bool { return strings.EqualFold(o.Name, l.Name) }) {
			ps.Add(CodeTaken, "Another location has this name.", "input", "name")
		}
	}
	if a := in.Address; a != nil {
		for _, part := range []struct {
			name  string
			value *string
		}{
			{"address1", &a.Address1}, {"address2", &a.Address2}, {"city", &a.City}, {"countryCode", &a.CountryCode}, {"provinceCode", &a.ProvinceCode}, {"zip", &a.Zip}, {"phone", &a.Phone},
		} {
			*part.value = line(&ps, *part.value, "address", part.name)
		}
		l.Address = *a
	}
	if in.FulfillsOnline != nil {
		l.FulfillsOnline = *in.FulfillsOnline
	}
	if in.Priority != nil {
		if l.Priority = *in.Priority; l.Priority < 0 || l.Priority > 1_000_000 {
			ps.Add(CodeInvalid, "A priority is a number from 0 to 1,000,000.", "input", "fulfillmentPriority")
		}
	}
	return ps
}

// line checks one line of text and gives it without white space around it.
func line(ps *fault.Problems, s string, field ...string) string {
	return ps.Line(s, false, 200, append([]string{"input"}, field...)...)
}

// handleOf makes a handle of a name that no location has yet.
func handleOf(name string, all []Location) string {
	base := slug.Make(name)
	if len(base) > 80 {
		base = strings.Trim(base[:80], "-")
	}
	if base == "" {
		base = "location"
	}
	handle := base
	for i := 1; slices.ContainsFunc(all, func(l Location) bool { return l.Handle == handle }); i++ {
		handle = fmt.Sprintf("%s-%d", base, i)
	}
	return handle
}

// facts are what the record of who did what keeps of a location.
func (l Location) facts() map[string]any {
	return map[string]any{"name": l.Name, "active": l.Active, "fulfillsOnline": l.FulfillsOnline, "priority": l.Priority, "address": l.Address}
}

// tell leaves an entry in the audit trail.
func (s *Service) tell(ctx context.Context, tx database.Tx, action, resource string, data any) error {
	if s.audit == nil {
		return nil
	}
	return s.audit.Audit(ctx, tx, action, resource, data)
}

// run runs a staff verb in a transaction of its own, which is undone where there are problems. Where another one took a
// unique value at the same moment it runs again, and sees it.
func run[T any](ctx context.Context, s *Service, f func(tx database.Tx) (*T, fault.Problems, error)) (out *T, problems fault.Problems, err error) {
	for range 3 {
		err = s.db.InTx(ctx, func(tx database.Tx) (err error) {
			out, problems, err = f(tx)
			return refused(problems, err)
		})
		if !database.IsUnique(err) {
			break
		}
	}
	if errors.Is(err, errRefused) {
		return nil, problems, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return out, nil, nil
}

package delivery

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
	"github.com/rialtohq/rialto/platform/revision"
)

// ZoneType is the type of a zone in its global id.
const ZoneType = "ShippingZone"

// Zone is a zone as it is kept.
type Zone struct {
	shipping.Zone
	Position  int
	CreatedAt time.Time
	UpdatedAt time.Time
}

// NodeID is the zone's global id.
func (z *Zone) NodeID() gid.ID { return gid.New(ZoneType, z.ID) }

// Revision changes with every write of the zone or its rates.
func (z *Zone) Revision() *string {
	r := revision.Of(z.UpdatedAt)
	return &r
}

// ZoneInput is a new zone, or changes to one: what is nil stays as it is. Rates are all rates of the zone.
type ZoneInput struct {
	Name                 *string
	Countries, Provinces []string
	RestOfWorld          *bool
	Rates                []shipping.Rate
	IfRevision           *string
}

// ZonePage is a page of the shop's zones, in their order.
func (s *Service) ZonePage(ctx context.Context, args keyset.Args) (keyset.Page[*Zone], error) {
	all, err := s.store.keptZones(ctx, s.db)
	if err != nil {
		return keyset.Page[*Zone]{}, err
	}
	return keyset.Slice(args, all, func(z *Zone) uuid.UUID { return z.ID })
}

// ZonesByID finds zones, for who may read or change settings; for others there are none.
func (s *Service) ZonesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Zone, error) {
	if !sees(ctx) {
		return map[uuid.UUID]*Zone{}, nil
	}
	all, err := s.store.keptZones(ctx, s.db)
	return pick(all, ids, func(z *Zone) uuid.UUID { return z.ID }), err
}

// CreateZone adds a zone, after all others. Paths of problems begin with "input".
func (s *Service) CreateZone(ctx context.Context, in ZoneInput) (*Zone, fault.Problems, error) {
	return s.writeZone(ctx, "shipping_zone.created", func(all []*Zone) (before, after *Zone, problems fault.Problems) {
		c := &checker{}
		z := &Zone{Zone: shipping.Zone{ID: s.store.newID()}}
		for _, other := range all {
			z.Position = max(z.Position, other.Position+1)
		}
		if len(all) >= maxZones {
			c.add(CodeTooMany, "A shop has at most 250 zones.", "input")
		}
		c.zone(z, nil, all, in)
		return nil, z, c.problems
	})
}

// UpdateZone changes a zone. Problems are as with [Service.CreateZone]; of a zone that is not there, the path is "id".
func (s *Service) UpdateZone(ctx context.Context, id uuid.UUID, in ZoneInput) (*Zone, fault.Problems, error) {
	return s.writeZone(ctx, "shipping_zone.updated", func(all []*Zone) (before, after *Zone, problems fault.Problems) {
		before = pick(all, []uuid.UUID{id}, func(z *Zone) uuid.UUID { return z.ID })[id]
		if before == nil {
			return nil, nil, noZone()
		}
		if stale := revision.Problems(in.IfRevision, before.UpdatedAt, "input", "ifRevision"); stale != nil {
			return nil, nil, stale
		}
		c := &checker{}
		z := *before
		c.zone(&z, before, all, in)
		return before, &z, c.problems
	})
}

// DeleteZone deletes a zone with its rates. What only it reached is delivered to no longer.
func (s *Service) DeleteZone(ctx context.Context, id uuid.UUID) (fault.Problems, error) {
	_, problems, err := s.writeZone(ctx, "shipping_zone.deleted", func(all []*Zone) (before, after *Zone, problems fault.Problems) {
		before = pick(all, []uuid.UUID{id}, func(z *Zone) uuid.UUID { return z.ID })[id]
		if before == nil {
			return nil, nil, noZone()
		}
		return before, nil, nil
	})
	return problems, err
}

func noZone() fault.Problems {
	return fault.Problems{{Code: CodeNotFound, Message: "There is no such zone.", Field: []string{"id"}}}
}

func (s *Service) writeZone(ctx context.Context, action string, plan func(all []*Zone) (before, after *Zone, problems fault.Problems)) (*Zone, fault.Problems, error) {
	return change(ctx, s, action, s.store.keptZones, s.store.saveZone, plan)
}

func (z *Zone) times() (created, updated *time.Time) { return &z.CreatedAt, &z.UpdatedAt }

// record is a zone in the audit trail; nil where there is none.
func (z *Zone) record() any {
	if z == nil {
		return nil
	}
	return z.Zone
}

// note leaves an entry of a change in the audit trail.
func (s *Service) note(ctx context.Context, tx database.Tx, action string, on gid.ID, before, after any) error {
	if s.audit == nil {
		return nil
	}
	return s.audit.Audit(ctx, tx, action, on.String(), map[string]any{"before": before, "after": after})
}

// sees reports whether the viewer may read or change settings.
func sees(ctx context.Context) bool {
	a := access.From(ctx)
	return a.Can(access.ShopRead) || a.Can(access.ShopWrite)
}

// pick finds those of a list that ids name.
func pick[T any](all []T, ids []uuid.UUID, id func(T) uuid.UUID) map[uuid.UUID]T {
	wanted := make(map[uuid.UUID]bool, len(ids))
	for _, i := range ids {
		wanted[i] = true
	}
	out := map[uuid.UUID]T{}
	for _, item := range all {
		if wanted[id(item)] {
			out[id(item)] = item
		}
	}
	return out
}

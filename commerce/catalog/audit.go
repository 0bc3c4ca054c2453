package catalog

import (
	"context"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// Audit records what staff did, with the change itself; *staff.Service does.
type Audit interface {
	Audit(ctx context.Context, tx database.Tx, action, resource string, data any) error
}

// note leaves an entry in the audit trail, on the thing named, or else on what a verb gives.
func (s *Service) note(ctx context.Context, tx database.Tx, action string, on gid.ID, out any) error {
	if s.audit == nil {
		return nil
	}
	var data any
	switch out := out.(type) {
	case *Product:
		on, data = out.ID, map[string]string{"handle": out.Handle, "status": out.Status}
	case *Collection:
		on, data = out.ID, map[string]string{"handle": out.Handle}
	case *SavedVariants:
		on, data = out.Product.ID, map[string]int{"variants": len(out.Variants)}
	case *Definition:
		on, data = out.ID, out.change
	case *[]*Metafield:
		return s.noteMetafields(ctx, tx, action, *out)
	}
	return s.audit.Audit(ctx, tx, action, on.String(), data)
}

// noteMetafields leaves an entry for each metafield: they may belong to different things.
func (s *Service) noteMetafields(ctx context.Context, tx database.Tx, action string, fields []*Metafield) error {
	for _, f := range fields {
		if err := s.audit.Audit(ctx, tx, action, f.ID.String(), map[string]string{"owner": f.OwnerID.String(), "name": f.Namespace + "." + f.Key}); err != nil {
			return err
		}
	}
	return nil
}

// StockInput is units of a new variant at a location to begin with.
type StockInput struct {
	Location uuid.UUID
	Quantity int64
}

// Opening is the units that a variant begins with at a location.
type Opening struct {
	Variant, Location uuid.UUID
	Quantity          int64
}

// Stock puts units of new variants where they begin, and forgets those of variants that are deleted; *inventory.Service
// does. Paths of problems begin with the place of the opening in the list.
type Stock interface {
	OpenTx(ctx context.Context, tx database.Tx, list []Opening) (fault.Problems, error)
	GoneTx(ctx context.Context, tx database.Tx, variants []uuid.UUID) error
}

// open gives new variants, in the order of the input, the stock that they begin with.
func (s *Service) open(ctx context.Context, tx database.Tx, in []VariantChanges, made []*Variant) (fault.Problems, error) {
	var list []Opening
	var paths [][]string
	for i, v := range in {
		for j, at := range v.Stock {
			list = append(list, Opening{Variant: made[i].ID.UUID, Location: at.Location, Quantity: at.Quantity})
			paths = append(paths, []string{"variants", index(i), "inventoryQuantities", index(j)})
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	if s.stock == nil {
		return nil, fault.New(fault.Invalid, "Stock is not kept here.")
	}
	problems, err := s.stock.OpenTx(ctx, tx, list)
	for _, p := range problems {
		for i := range paths {
			if len(p.Field) > 0 && p.Field[0] == index(i) {
				p.Field = append(paths[i], p.Field[1:]...)
				break
			}
		}
	}
	return problems, err
}

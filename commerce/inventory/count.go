package inventory

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// MaxChanges is how many entries one [Count] or [Adjustment] may have.
const MaxChanges = 250

// The codes of the problems that [Service.Set] and [Service.Adjust] report: values of their payloads' error enums.
const (
	CodeStale           = "CHANGE_FROM_QUANTITY_STALE"
	CodeUnknownLocation = "INVALID_LOCATION"
	CodeUnknownVariant  = "INVALID_INVENTORY_ITEM"
	CodeUntracked       = "ITEM_NOT_TRACKED"
	CodeNegative        = "INVALID_QUANTITY_NEGATIVE"
	CodeTooHigh         = "INVALID_QUANTITY_TOO_HIGH"
	CodeTooLow          = "INVALID_QUANTITY_TOO_LOW"
	CodeReason          = "INVALID_REASON"
	CodeReference       = "INVALID_REFERENCE_DOCUMENT"
	CodeTwice           = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"
	CodeSetName         = "INVALID_NAME"
	CodeAdjustName      = "INVALID_QUANTITY_NAME"
	CodeTooManySets     = "TOO_MANY_QUANTITIES"
	CodeTooManyChanges  = "TOO_MANY_CHANGES"
)

// Name says which number of a level is meant.
type Name string

// The numbers of a level.
const (
	OnHand    Name = "on_hand"   // lies there
	Reserved  Name = "reserved"  // promised to a checkout
	Available Name = "available" // the rest
	Incoming  Name = "incoming"  // on its way there
)

// SetQuantity says how many units of a variant there are at a location.
type SetQuantity struct {
	VariantID, LocationID uuid.UUID
	Quantity              int64
	// CompareQuantity is what the caller believes is there now; another number refuses the change. Nil does not compare.
	CompareQuantity *int64
}

// Count sets quantities to what was counted.
type Count struct {
	// Name is [OnHand], the default, or [Available].
	Name       Name
	Quantities []SetQuantity
	Reason     Reason // defaults to [Correction]
	Ref        string // the address of what it was for
	Actor      string

	opening bool // it says what new variants begin with
}

// Delta adds units of a variant to a location, or takes them away.
type Delta struct {
	VariantID, LocationID uuid.UUID
	Delta                 int64
	CompareQuantity       *int64 // as in [SetQuantity]
}

// Adjustment changes quantities by differences, one after the other.
type Adjustment struct {
	// Name is [OnHand], the default, or [Available]: what CompareQuantity is compared with.
	Name    Name
	Changes []Delta
	Reason  Reason // defaults to [Correction]
	Ref     string
	Actor   string
}

// Change is what became of one level.
type Change struct {
	VariantID, LocationID uuid.UUID
	Name                  Name
	Delta                 int64
	QuantityAfterChange   int64 // of the number that Name names
}

// Group is changes that were written together.
type Group struct {
	ID        gid.ID // made of its first movement's
	CreatedAt time.Time
	Reason    Reason
	Ref       string
	Actor     string
	Changes   []Change // in the order of the ledger; none where every quantity was right already
}

// Set changes stock to what was counted: every quantity, or none and the problems say why. Their fields are paths from the
// mutation's root ("input", "quantities", "0", …). A quantity that was right already takes no movement. On hand is not set
// below what is promised at that moment: setting what is available never meets that.
func (s *Service) Set(ctx context.Context, c Count) (group Group, problems fault.Problems, err error) {
	err = s.db.InTx(ctx, func(tx database.Tx) (err error) {
		group, problems, err = s.SetTx(ctx, tx, c)
		if err := refused(problems, err); err != nil {
			return err
		}
		return s.note(ctx, tx, "inventory.set", group)
	})
	return done(group, problems, err)
}

// SetTx is [Service.Set] in the caller's transaction, which should not be committed when there are problems.
func (s *Service) SetTx(ctx context.Context, tx database.Tx, c Count) (Group, fault.Problems, error) {
	e := edit{list: "quantities", field: "quantity", name: c.Name, absolute: true, reason: c.Reason, ref: c.Ref, actor: c.Actor}
	if c.opening {
		e.action = policy.LocationOpen
	}
	for _, q := range c.Quantities {
		e.wishes = append(e.wishes, wish{place: place{q.VariantID, q.LocationID}, quantity: q.Quantity, compare: q.CompareQuantity})
	}
	return s.edit(ctx, tx, e)
}

// Adjust changes stock by differences: every one, or none and the problems say why, as with [Service.Set] ("input",
// "changes", "0", …). No level is taken below zero, nor below what is promised.
func (s *Service) Adjust(ctx context.Context, a Adjustment) (group Group, problems fault.Problems, err error) {
	err = s.db.InTx(ctx, func(tx database.Tx) (err error) {
		group, problems, err = s.AdjustTx(ctx, tx, a)
		if err := refused(problems, err); err != nil {
			return err
		}
		return s.note(ctx, tx, "inventory.adjusted", group)
	})
	return done(group, problems, err)
}

// AdjustTx is [Service.Adjust] in the caller's transaction, which should not be committed when there are problems.
func (s *Service) AdjustTx(ctx context.Context, tx database.Tx, a Adjustment) (Group, fault.Problems, error) {
	e := edit{list: "changes", field: "delta", name: a.Name, reason: a.Reason, ref: a.Ref, actor: a.Actor}
	for _, d := range a.Changes {
		e.wishes = append(e.wishes, wish{place: place{d.VariantID, d.LocationID}, quantity: d.Delta, compare: d.CompareQuantity})
	}
	return s.edit(ctx, tx, e)
}

// note leaves an entry of what was written in the audit trail; where nothing was, there is none.
func (s *Service) note(ctx context.Context, tx database.Tx, action string, g Group) error {
	if s.audit == nil || len(g.Changes) == 0 {
		return nil
	}
	return s.audit.Audit(ctx, tx, action, g.ID.String(), map[string]any{"reason": g.Reason, "ref": g.Ref, "changes": len(g.Changes)})
}

var errRefused = errors.New("inventory: refused")

func refused(problems fault.Problems, err error) error {
	if err == nil && len(problems) > 0 {
		return errRefused
	}
	return err
}

func done(group Group, problems fault.Problems, err error) (Group, fault.Problems, error) {
	if errors.Is(err, errRefused) {
		return Group{}, problems, nil
	}
	return group, nil, err
}

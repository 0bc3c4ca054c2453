package discount

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/revision"
)

// MaxBulk is how many discounts one call changes.
const MaxBulk = 250

// Revision changes with every edit; uses do not count as one.
func (d *Discount) Revision() *string {
	r := revision.Of(d.UpdatedAt)
	return &r
}

// Change says what a discount is to be like instead. It may be asked more than once, and fails with problems.
type Change func(promotion.Discount) (promotion.Discount, fault.Problems)

// Update changes a discount of a method and one of some kinds. Carts under way follow, orders keep what it gave them.
// Problems of change come back as they are, others as with [Service.Create], and with "id" of a discount that is not there
// and "ifRevision" where the one that was read is no longer current.
func (s *Service) Update(ctx context.Context, id uuid.UUID, method promotion.Method, kinds []promotion.Kind, ifRevision *string, change Change) (*Discount, fault.Problems, error) {
	return s.edit(ctx, "discount.updated", id, method, func(tx database.Tx, d *Discount) (fault.Problems, error) {
		if !slices.Contains(kinds, d.Kind) {
			return fault.Problems{{Code: "INVALID", Message: "This discount is of another kind.", Field: []string{"id"}}}, nil
		}
		if stale := revision.Problems(ifRevision, d.UpdatedAt, "ifRevision"); stale != nil {
			return stale, nil
		}
		changed, problems := change(d.Discount)
		if len(problems) > 0 {
			return problems, nil
		}
		changed.Code, changed.Title = strings.TrimSpace(changed.Code), strings.TrimSpace(changed.Title)
		if changed.Title == "" && method == promotion.Code {
			changed.Title = changed.Code
		}
		changed.ID, changed.Method = d.ID, d.Method
		changed.StartsAt, changed.EndsAt = changed.StartsAt.UTC().Truncate(time.Microsecond), changed.EndsAt.UTC().Truncate(time.Microsecond)
		d.Discount = changed
		if problems = check(&d.Discount); len(problems) > 0 {
			return problems, nil
		}
		return s.checkRecords(ctx, tx, &d.Discount)
	})
}

// Deactivate ends a discount of a method now and gives it as it is then. Orders and checkouts under way keep what it gave
// them. Ending one that has ended changes nothing. One that is not there is a problem of the field id.
func (s *Service) Deactivate(ctx context.Context, id uuid.UUID, method promotion.Method) (*Discount, fault.Problems, error) {
	return s.edit(ctx, "discount.deactivated", id, method, func(_ database.Tx, d *Discount) (fault.Problems, error) {
		d.end(s.clock.Now())
		return nil, nil
	})
}

// Activate lets a discount of a method begin now, and not end where its end has come. One that is active stays as it is.
func (s *Service) Activate(ctx context.Context, id uuid.UUID, method promotion.Method) (*Discount, fault.Problems, error) {
	return s.edit(ctx, "discount.activated", id, method, func(_ database.Tx, d *Discount) (fault.Problems, error) {
		d.begin(s.clock.Now())
		return nil, nil
	})
}

func (d *Discount) end(now time.Time) {
	if d.Disabled {
		return
	}
	d.Disabled = true
	if d.EndsAt.IsZero() || d.EndsAt.After(now) {
		d.EndsAt = now
	}
}

func (d *Discount) begin(now time.Time) {
	d.Disabled = false
	if d.StartsAt.After(now) {
		d.StartsAt = now
	}
	if !d.EndsAt.After(now) {
		d.EndsAt = time.Time{}
	}
}

// Delete deletes discounts of a method with the record of their uses, all or none; orders keep what they gave. Paths of
// problems are "ids", with a place.
func (s *Service) Delete(ctx context.Context, ids []uuid.UUID, method promotion.Method) (fault.Problems, error) {
	return s.bulk(ctx, "discount.deleted", ids, method, func(*Discount) {}, func(tx database.Tx, list []*Discount) error {
		return s.store.remove(ctx, tx, ids)
	})
}

// ActivateAll is [Service.Activate] for several discounts, all or none. Problems are as with [Service.Delete].
func (s *Service) ActivateAll(ctx context.Context, ids []uuid.UUID, method promotion.Method) (fault.Problems, error) {
	return s.bulk(ctx, "discount.activated", ids, method, func(d *Discount) { d.begin(s.clock.Now()) }, s.saveEach(ctx))
}

// DeactivateAll is [Service.Deactivate] for several discounts, all or none. Problems are as with [Service.Delete].
func (s *Service) DeactivateAll(ctx context.Context, ids []uuid.UUID, method promotion.Method) (fault.Problems, error) {
	return s.bulk(ctx, "discount.deactivated", ids, method, func(d *Discount) { d.end(s.clock.Now()) }, s.saveEach(ctx))
}

func (s *Service) saveEach(ctx context.Context) func(tx database.Tx, list []*Discount) error {
	return func(tx database.Tx, list []*Discount) error {
		for _, d := range list {
			d.UpdatedAt = revision.Next(s.clock.Now(), d.UpdatedAt)
			if err := s.store.update(ctx, tx, d); err != nil {
				return err
			}
		}
		return nil
	}
}

// errRefused undoes a transaction that came to problems.
var errRefused = errors.New("discount: refused")

// edit locks a discount, changes it and saves what differs.
func (s *Service) edit(ctx context.Context, action string, id uuid.UUID, method promotion.Method, change func(tx database.Tx, d *Discount) (fault.Problems, error)) (out *Discount, problems fault.Problems, err error) {
	err = s.change(ctx, func(tx database.Tx) error {
		problems = nil
		list, err := s.store.lockByIDs(ctx, tx, []uuid.UUID{id})
		if err != nil {
			return err
		}
		if len(list) == 0 || list[0].Method != method {
			problems.Add("INVALID", "There is no such discount.", "id")
			return errRefused
		}
		out = list[0]
		before := record(out)
		if problems, err = change(tx, out); err != nil {
			return err
		}
		if len(problems) > 0 {
			return errRefused
		}
		after := record(out)
		if same(before, after) {
			return nil
		}
		out.UpdatedAt = revision.Next(s.clock.Now(), out.UpdatedAt)
		if err := s.store.update(ctx, tx, out); err != nil {
			return err
		}
		return s.noteChange(ctx, tx, action, out, before, after)
	})
	switch {
	case errors.Is(err, errRefused):
		return nil, problems, nil
	case database.IsUnique(err):
		return nil, fault.Problems{{Code: "TAKEN", Message: "Another discount has this code.", Field: []string{"code"}}}, nil
	case err != nil:
		return nil, nil, err
	}
	return out, nil, nil
}

// bulk locks discounts, changes and writes them, with an entry in the audit trail for each that differs.
func (s *Service) bulk(ctx context.Context, action string, ids []uuid.UUID, method promotion.Method, change func(*Discount), write func(tx database.Tx, list []*Discount) error) (problems fault.Problems, err error) {
	if len(ids) > MaxBulk {
		return fault.Problems{{Code: "EXCEEDED_MAX", Message: "At most 250 discounts are changed in one call.", Field: []string{"ids"}}}, nil
	}
	err = s.change(ctx, func(tx database.Tx) error {
		list, err := s.store.lockByIDs(ctx, tx, ids)
		if err != nil {
			return err
		}
		if problems = missing(ids, list, method); len(problems) > 0 {
			return errRefused
		}
		var changed []*Discount
		for _, d := range list {
			before := record(d)
			if change(d); same(before, record(d)) && action != "discount.deleted" {
				continue
			}
			var after any
			if action != "discount.deleted" {
				after = record(d)
			}
			changed = append(changed, d)
			if err := s.noteChange(ctx, tx, action, d, before, after); err != nil {
				return err
			}
		}
		return write(tx, changed)
	})
	if errors.Is(err, errRefused) {
		return problems, nil
	}
	return nil, err
}

// missing names the ids that are no discounts of a method.
func missing(ids []uuid.UUID, list []*Discount, method promotion.Method) (problems fault.Problems) {
	for i, id := range ids {
		if !slices.ContainsFunc(list, func(d *Discount) bool { return d.ID == id && d.Method == method }) {
			problems.Add("INVALID", "There is no such discount.", "ids", strconv.Itoa(i))
		}
	}
	return problems
}

package order

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// CommitInput says how an edit becomes the order.
type CommitInput struct {
	EditID gid.ID
	Notify bool   // Notify asks for a mail to the buyer; the event carries it.
	Note   string // for staff, at most 255 characters
}

// CommitEdit makes an edit the order: its lines, totals and stock, in one transaction. No money moves: what is outstanding
// then is paid or given back by itself. It is refused where somebody else committed an edit of the order meanwhile, and where
// stock does not suffice. Fails with [fault.Forbidden] where the viewer may not put goods back where they would go.
func (s *Service) CommitEdit(ctx context.Context, in CommitInput) (*Order, fault.Problems, error) {
	var problems fault.Problems
	if utf8.RuneCountInString(in.Note) > maxStaffNote || !utf8.ValidString(in.Note) {
		problems.Add(CodeTooLong, "The note for staff is too long: at most 255 characters.", "staffNote")
		return nil, problems, nil
	}
	var all []*item
	var order gid.ID
	problems, err := s.changeEdit(ctx, in.EditID, func(tx database.Tx, r *record, items []*item, row *editRow) (p fault.Problems, err error) {
		order = gid.New(Type, r.id)
		switch {
		case row.base != r.books.Edits:
			p.Add(revision.CodeStale, "Somebody else has edited this order since this edit began. Begin again, and look at what changed.", "id")
		case r.canceledAt != nil:
			p.Add(CodeConflict, "The order was canceled.", "id")
		case len(row.doc.Set) == 0 && len(row.doc.Added) == 0:
			p.Add(CodeInvalid, "The edit changes nothing.", "id")
		}
		if len(p) > 0 {
			return p, nil
		}
		before := r.total
		_, lines, done, p, err := s.calculate(ctx, r, items, row)
		if err != nil || len(p) > 0 {
			return atTheEdit(p), err
		}
		if r.books.Edits == 0 {
			r.books.Original = before
		}
		r.books.Edits++
		all = lines
		return nil, s.commit(ctx, tx, r, all, done, row, in)
	})
	if short, ok := errors.AsType[inventory.OutOfStock](err); ok {
		return nil, shortOf(short, all), nil
	}
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return s.after(ctx, order)
}

// atTheEdit puts problems of single changes at the edit as a whole.
func atTheEdit(problems fault.Problems) fault.Problems {
	for _, p := range problems {
		p.Field = []string{"id"}
	}
	return problems
}

// commit writes an edit that was applied to a locked order: stock first, because it may fall short.
func (s *Service) commit(ctx context.Context, tx database.Tx, r *record, all []*item, done *edited, row *editRow, in CommitInput) error {
	if err := s.moveStock(ctx, tx, done, row); err != nil {
		return err
	}
	if err := s.store.insertItems(ctx, tx, r.id, done.fresh); err != nil {
		return err
	}
	if err := s.store.updateEdited(ctx, tx, done.changed); err != nil {
		return err
	}
	if err := s.store.updateTotals(ctx, tx, r); err != nil {
		return err
	}
	row.committed = true
	if err := s.store.updateEdit(ctx, tx, row, s.Clock.Now()); err != nil {
		return err
	}
	data := map[string]any{"edit": row.id, "note": in.Note, "changes": row.doc}
	message := strings.TrimSpace("The order was edited. " + in.Note)
	if err := s.save(ctx, tx, r, all, done.changed, "edited", message, data); err != nil {
		return err
	}
	if err := s.audit(ctx, tx, "order.edited", r.id, data); err != nil {
		return err
	}
	return s.announce(ctx, tx, SubjectEdited, Edited{OrderID: r.id, EditID: row.id, Notify: in.Notify})
}

// moveStock takes out of stock what an edit adds, and puts back what it takes off where that is asked for.
func (s *Service) moveStock(ctx context.Context, tx database.Tx, done *edited, row *editRow) error {
	ref, actor := gid.New(EditType, row.id).String(), access.From(ctx).Label()
	var back []inventory.Allocation
	for _, m := range done.less {
		if units := m.item.parcels.giveLast(m.units); m.restock {
			back = append(back, units...)
		}
	}
	if err := s.permitAt(ctx, policy.LocationRestock, back); err != nil {
		return err
	}
	if want := done.wanted(); len(want) > 0 {
		slices.SortFunc(want, func(a, b inventory.Line) int { return bytes.Compare(a.VariantID[:], b.VariantID[:]) })
		taken, err := s.Stock.CommitTx(ctx, tx, inventory.Commitment{Ref: inventory.Ref(ref), Lines: want, Order: ref, Actor: actor})
		if err != nil {
			return err
		}
		for _, m := range done.more {
			var part []inventory.Allocation
			part, taken = pickVariant(taken, m.item, m.units)
			m.item.parcels.Taken = join(m.item.parcels.Taken, part)
		}
	}
	if len(back) == 0 {
		return nil
	}
	return s.Stock.RestockTx(ctx, tx, inventory.Returned{Lines: back, Ref: ref, Actor: actor})
}

// pickVariant takes a line's units out of what was taken out of stock for all lines.
func pickVariant(taken []inventory.Allocation, i *item, n int64) (part, rest []inventory.Allocation) {
	for _, a := range taken {
		own := a
		own.Quantity = 0
		if a.VariantID == i.variant {
			own.Quantity = min(n, a.Quantity)
		}
		n -= own.Quantity
		a.Quantity -= own.Quantity
		part, rest = add(part, own), add(rest, a)
	}
	return part, rest
}

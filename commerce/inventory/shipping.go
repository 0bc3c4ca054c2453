package inventory

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/revision"
)

// never is when the promise of what a transfer has set aside runs out.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// journey is a locked transfer at work.
type journey struct {
	*Transfer
	lines    []*TransferLine
	problems fault.Problems
}

func (j *journey) refuse(code, message string, field ...string) {
	j.problems.Add(code, message, field...)
}

// Ready sets the units of a draft aside at the origin, so that nobody buys them. Paths of problems are "id", or "lineItems"
// with a place where fewer units are free.
func (s *Service) Ready(ctx context.Context, id uuid.UUID) (*Transfer, fault.Problems, error) {
	return s.travel(ctx, id, policy.LocationWrite, "inventory_transfer.ready", func(tx database.Tx, j *journey) error {
		if j.Status != TransferDraft {
			j.refuse(CodeConflict, "Only a draft can be made ready to ship.", "id")
			return nil
		}
		levels, err := s.levelsOf(ctx, tx, j)
		if err != nil {
			return err
		}
		var plan []Allocation
		for i, l := range j.lines {
			at := slices.IndexFunc(levels, func(o level) bool { return o.place == place{l.VariantID, j.OriginID} })
			if at < 0 || levels[at].free() < l.Quantity {
				free := int64(0)
				if at >= 0 {
					free = max(levels[at].free(), 0)
				}
				j.refuse(CodeExceeds, "Only "+strconv.FormatInt(free, 10)+" are free at the origin.", "lineItems", strconv.Itoa(i), "quantity")
			}
			plan = append(plan, Allocation{VariantID: l.VariantID, LocationID: j.OriginID, Quantity: l.Quantity})
		}
		if len(j.problems) > 0 {
			return nil
		}
		j.Status = TransferReady
		if err := s.write(ctx, tx, levels, reserve(plan, 1)); err != nil {
			return err
		}
		return s.store.addHolds(ctx, tx, []hold{{j.ref(), plan, never}}, s.clock.Now())
	})
}

// Ship sends a transfer that is ready on its way: its units leave the origin and are incoming at the destination.
func (s *Service) Ship(ctx context.Context, id uuid.UUID) (*Transfer, fault.Problems, error) {
	return s.travel(ctx, id, policy.LocationWrite, "inventory_transfer.shipped", func(tx database.Tx, j *journey) error {
		if j.Status != TransferReady {
			j.refuse(CodeConflict, "Only a transfer that is ready to ship can be shipped.", "id")
			return nil
		}
		promised, err := s.held(ctx, tx, j.ref())
		if err != nil {
			return err
		}
		levels, err := s.levelsOf(ctx, tx, j)
		if err != nil {
			return err
		}
		held := allocations(promised)
		deltas := reserve(held, -1)
		for i, d := range deltas {
			deltas[i].onHand = d.reserved
			deltas = append(deltas, delta{place: place{d.variant, j.DestinationID}, incoming: -d.reserved})
		}
		now := s.clock.Now()
		j.Status, j.ShippedAt = TransferInProgress, &now
		if err := s.store.dropHolds(ctx, tx, ids(promised)); err != nil {
			return err
		}
		if err := s.lose(ctx, tx, j, held); err != nil {
			return err
		}
		j.end(now)
		return s.book(ctx, tx, j, levels, deltas, Shipped)
	})
}

// lose writes off lines whose items were deleted since they were set aside: nothing of them travels.
func (s *Service) lose(ctx context.Context, tx database.Tx, j *journey, held []Allocation) error {
	var changed []*TransferLine
	for _, l := range j.lines {
		if !slices.ContainsFunc(held, func(a Allocation) bool { return a.VariantID == l.VariantID }) {
			l.Rejected = l.Quantity
			changed = append(changed, l)
		}
	}
	return s.store.saveLines(ctx, tx, changed)
}

// Receipt says what has arrived of a line.
type Receipt struct {
	Line               uuid.UUID
	Accepted, Rejected int64
}

// Receive books what has arrived of a transfer: accepted units are stocked at the destination, rejected ones are not
// expected any more. It ends once nothing is on its way. Paths of problems are "id" or "lineItems", with a place.
func (s *Service) Receive(ctx context.Context, id uuid.UUID, receipts []Receipt) (*Transfer, fault.Problems, error) {
	return s.travelTo(ctx, id, "inventory_transfer.received", func(tx database.Tx, j *journey) error {
		if j.Status != TransferInProgress {
			j.refuse(CodeConflict, "Only a transfer that is on its way can be received.", "id")
			return nil
		}
		changed := j.receive(receipts)
		if len(j.problems) > 0 {
			return nil
		}
		levels, err := s.levelsOf(ctx, tx, j)
		if err != nil {
			return err
		}
		var deltas []delta
		for l, r := range changed {
			if at := (place{l.VariantID, j.DestinationID}); slices.ContainsFunc(levels, func(o level) bool { return o.place == at }) {
				deltas = append(deltas, delta{place: at, onHand: r.Accepted, incoming: -r.Accepted - r.Rejected})
			}
		}
		slices.SortFunc(deltas, func(a, b delta) int { return a.compare(b.place) })
		j.end(s.clock.Now())
		lines := make([]*TransferLine, 0, len(changed))
		for l := range changed {
			lines = append(lines, l)
		}
		if err := s.store.saveLines(ctx, tx, lines); err != nil {
			return err
		}
		return s.book(ctx, tx, j, levels, deltas, Arrived)
	})
}

// end ends a transfer of which nothing is on its way any more.
func (j *journey) end(now time.Time) {
	if !slices.ContainsFunc(j.lines, func(l *TransferLine) bool { return l.Left() > 0 }) {
		j.Status, j.EndedAt = TransferDone, &now
	}
}

// receive checks receipts and books them on their lines.
func (j *journey) receive(receipts []Receipt) map[*TransferLine]Receipt {
	changed := map[*TransferLine]Receipt{}
	if len(receipts) == 0 {
		j.refuse(CodeBlank, "Say what has arrived.", "lineItems")
	}
	if len(receipts) > 2*MaxTransferLines {
		j.refuse(CodeTooMany, "There are more entries than a transfer has lines.", "lineItems")
		return nil
	}
	for i, r := range receipts {
		at := []string{"lineItems", strconv.Itoa(i)}
		n := slices.IndexFunc(j.lines, func(l *TransferLine) bool { return l.ID.UUID == r.Line })
		switch {
		case n < 0:
			j.refuse(CodeNotFound, "The transfer has no such line.", append(at, "transferLineItemId")...)
			continue
		case r.Accepted < 0 || r.Rejected < 0 || r.Accepted > MaxQuantity || r.Rejected > MaxQuantity || r.Accepted+r.Rejected == 0:
			j.refuse(CodeInvalid, "Say how many have arrived: 1 or more.", append(at, "quantity")...)
			continue
		case r.Accepted+r.Rejected > j.lines[n].Left():
			j.refuse(CodeExceeds, "Only "+strconv.FormatInt(j.lines[n].Left(), 10)+" are on their way.", append(at, "quantity")...)
			continue
		}
		l, sum := j.lines[n], changed[j.lines[n]]
		l.Accepted, l.Rejected = l.Accepted+r.Accepted, l.Rejected+r.Rejected
		changed[l] = Receipt{Line: r.Line, Accepted: sum.Accepted + r.Accepted, Rejected: sum.Rejected + r.Rejected}
	}
	return changed
}

// CancelTransfer ends a transfer. What it has set aside is free again, and what is on its way is back on hand at the origin.
func (s *Service) CancelTransfer(ctx context.Context, id uuid.UUID) (*Transfer, fault.Problems, error) {
	return s.travel(ctx, id, policy.LocationWrite, "inventory_transfer.canceled", func(tx database.Tx, j *journey) error {
		now, was := s.clock.Now(), j.Status
		if was == TransferDone || was == TransferCanceled {
			j.refuse(CodeConflict, "The transfer has ended already.", "id")
			return nil
		}
		j.Status, j.EndedAt = TransferCanceled, &now
		switch was {
		case TransferReady:
			return s.ReleaseTx(ctx, tx, j.ref())
		case TransferInProgress:
			levels, err := s.levelsOf(ctx, tx, j)
			if err != nil {
				return err
			}
			return s.book(ctx, tx, j, levels, j.back(levels), SentBack)
		}
		return nil
	})
}

// back is how what is left of a transfer returns to where it came from. Items that are gone have no level.
func (j *journey) back(levels []level) (deltas []delta) {
	for _, l := range j.lines {
		from, to := place{l.VariantID, j.OriginID}, place{l.VariantID, j.DestinationID}
		if l.Left() > 0 && slices.ContainsFunc(levels, func(o level) bool { return o.place == to }) {
			deltas = append(deltas, delta{place: from, onHand: l.Left()}, delta{place: to, incoming: -l.Left()})
		}
	}
	return deltas
}

// travel runs a verb on a transfer whose origin the viewer may work at.
func (s *Service) travel(ctx context.Context, id uuid.UUID, action policy.Action, event string, f func(tx database.Tx, j *journey) error) (*Transfer, fault.Problems, error) {
	return s.step(ctx, id, event, func(t *Transfer) bool { return s.allows(ctx, action, t.OriginID) }, f)
}

// travelTo runs a verb on a transfer whose destination the viewer may work at.
func (s *Service) travelTo(ctx context.Context, id uuid.UUID, event string, f func(tx database.Tx, j *journey) error) (*Transfer, fault.Problems, error) {
	return s.step(ctx, id, event, func(t *Transfer) bool { return s.allows(ctx, policy.LocationWrite, t.DestinationID) }, f)
}

// step locks a transfer and runs a verb on it, which changes its state or says why not.
func (s *Service) step(ctx context.Context, id uuid.UUID, event string, may func(*Transfer) bool, f func(tx database.Tx, j *journey) error) (*Transfer, fault.Problems, error) {
	return run(ctx, s, func(tx database.Tx) (*Transfer, fault.Problems, error) {
		t, err := s.store.lockTransfer(ctx, tx, id)
		if err != nil {
			return nil, nil, err
		}
		if t == nil || !may(t) {
			return nil, fault.Problems{{Code: CodeNotFound, Message: "There is no such transfer.", Field: []string{"id"}}}, nil
		}
		j := &journey{Transfer: t}
		if j.lines, err = s.store.transferLines(ctx, tx, []uuid.UUID{id}); err != nil {
			return nil, nil, err
		}
		before := t.facts()
		if err := f(tx, j); err != nil || len(j.problems) > 0 {
			return nil, j.problems, err
		}
		t.UpdatedAt = revision.Next(s.clock.Now(), t.UpdatedAt)
		if err := s.store.saveTransfer(ctx, tx, t); err != nil {
			return nil, nil, err
		}
		return t, nil, s.tell(ctx, tx, event, t.ID.String(), map[string]any{"before": before, "after": t.facts()})
	})
}

// levelsOf makes and locks the levels of a transfer's items at both ends, with all others of the items. Items that were
// deleted have none.
func (s *Service) levelsOf(ctx context.Context, tx database.Tx, j *journey) ([]level, error) {
	var all []Line
	for _, l := range j.lines {
		all = append(all, Line{VariantID: l.VariantID})
	}
	variants, err := s.store.facts(ctx, tx, variantsOf(all, nil))
	if err != nil {
		return nil, err
	}
	var places []place
	for v := range variants {
		places = append(places, place{v, j.OriginID}, place{v, j.DestinationID})
	}
	slices.SortFunc(places, place.compare)
	if err := s.store.ensureLevels(ctx, tx, places, s.clock.Now()); err != nil {
		return nil, err
	}
	return s.store.lockLevels(ctx, tx, variantsOf(all, nil))
}

// book changes levels and writes what changed on hand into the ledger.
func (s *Service) book(ctx context.Context, tx database.Tx, j *journey, levels []level, deltas []delta, reason Reason) error {
	if err := s.write(ctx, tx, levels, deltas); err != nil {
		return err
	}
	_, err := s.store.record(ctx, tx, levels, moves(deltas, reason, j.ID.String(), s.actor(ctx)), s.clock.Now())
	return err
}

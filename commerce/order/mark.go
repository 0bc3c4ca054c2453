package order

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// MarkPaid books what is outstanding as paid outside of every gateway: cash, or a bank transfer that came in.
func (s *Service) MarkPaid(ctx context.Context, id gid.ID) (*Order, fault.Problems, error) {
	problems, err := s.change(ctx, id, []string{"input", "id"}, func(tx database.Tx, r *record, items []*item) (p fault.Problems, err error) {
		due := r.outstanding()
		if r.canceledAt != nil || due <= 0 {
			p.Add(CodeConflict, "Nothing of the order is left to pay.", "input", "id")
			return p, nil
		}
		begin := payment.Begin{Kind: payment.Sale, Gateway: payment.Manual, Key: "manual:" + s.NewID().String(), Amount: money.New(due, r.currency), OrderID: r.id}
		if _, err := s.Payments.BeginTx(ctx, tx, begin); err != nil {
			return nil, err
		}
		t, err := s.Payments.SettleTx(ctx, tx, begin.Key, payment.Outcome{Status: payment.Success, GatewayRef: begin.Key})
		if err != nil {
			return nil, err
		}
		r.books.receive(&t)
		data := map[string]any{"transaction": t.ID.UUID, "amount": t.Amount}
		return nil, s.note(ctx, tx, r, items, "marked_as_paid", t.Amount.Decimal()+" "+string(r.currency)+" was marked as paid.", data)
	})
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return s.after(ctx, id)
}

// Close puts an order away as done, and Open takes it out again. Where it stands so already, nothing changes.
func (s *Service) Close(ctx context.Context, id gid.ID) (*Order, fault.Problems, error) {
	return s.putAway(ctx, id, true)
}

// Open takes an order out again that was put away.
func (s *Service) Open(ctx context.Context, id gid.ID) (*Order, fault.Problems, error) {
	return s.putAway(ctx, id, false)
}

func (s *Service) putAway(ctx context.Context, id gid.ID, away bool) (*Order, fault.Problems, error) {
	problems, err := s.change(ctx, id, []string{"input", "id"}, func(tx database.Tx, r *record, items []*item) (fault.Problems, error) {
		if away == (r.closedAt != nil) {
			return nil, nil
		}
		if !away {
			r.closedAt = nil
			return nil, s.note(ctx, tx, r, items, "reopened", "The order was opened again.", nil)
		}
		now := s.Clock.Now()
		r.closedAt = &now
		return nil, s.note(ctx, tx, r, items, "closed", "The order was put away as done.", nil)
	})
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return s.after(ctx, id)
}

// AddTags files an order under more words, and RemoveTags under fewer. Words that are there already, or are not, are passed
// over.
func (s *Service) AddTags(ctx context.Context, id gid.ID, tags []string) (*Order, fault.Problems, error) {
	return s.tag(ctx, id, func(r *record, p *fault.Problems) {
		r.tags = cleanTags(append(slices.Clone(r.tags), cleanTags(tags, p, "tags")...), p, "tags")
	})
}

// RemoveTags takes words off an order.
func (s *Service) RemoveTags(ctx context.Context, id gid.ID, tags []string) (*Order, fault.Problems, error) {
	return s.tag(ctx, id, func(r *record, _ *fault.Problems) {
		r.tags = slices.DeleteFunc(slices.Clone(r.tags), func(t string) bool {
			return slices.ContainsFunc(tags, func(gone string) bool { return strings.TrimSpace(gone) == t })
		})
	})
}

func (s *Service) tag(ctx context.Context, id gid.ID, edit func(*record, *fault.Problems)) (*Order, fault.Problems, error) {
	problems, err := s.change(ctx, id, []string{"id"}, func(tx database.Tx, r *record, items []*item) (p fault.Problems, err error) {
		before := slices.Clone(r.tags)
		if edit(r, &p); len(p) > 0 || slices.Equal(before, r.tags) {
			return p, nil
		}
		return nil, s.note(ctx, tx, r, items, "tags_changed", "The tags were changed.", map[string]any{"before": map[string]any{"tags": before}, "after": map[string]any{"tags": r.tags}})
	})
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return s.after(ctx, id)
}

// Comment writes a word for colleagues into an order's timeline.
func (s *Service) Comment(ctx context.Context, id gid.ID, message string) (*Event, *Order, fault.Problems, error) {
	var problems fault.Problems
	switch message = strings.TrimSpace(message); {
	case message == "":
		problems.Add(CodeBlank, "A comment needs some text.", "message")
	case utf8.RuneCountInString(message) > maxNote || !utf8.ValidString(message):
		problems.Add(CodeTooLong, "The comment is too long: at most 5,000 characters.", "message")
	}
	if len(problems) > 0 {
		return nil, nil, problems, nil
	}
	e := event{id: s.NewID(), action: "comment", message: message, actor: access.From(ctx).Label()}
	problems, err := s.change(ctx, id, []string{"orderId"}, func(tx database.Tx, r *record, items []*item) (fault.Problems, error) {
		if err := s.write(ctx, tx, r, items, nil); err != nil {
			return nil, err
		}
		e.order, e.at = r.id, r.updatedAt
		if err := s.store.insertEvents(ctx, tx, e); err != nil {
			return nil, err
		}
		if err := s.audit(ctx, tx, "order.commented", r.id, map[string]any{"event": e.id}); err != nil {
			return nil, err
		}
		return nil, s.announce(ctx, tx, SubjectUpdated, Updated{OrderID: r.id, Action: e.action})
	})
	if err != nil || len(problems) > 0 {
		return nil, nil, problems, err
	}
	found, err := s.EventsByID(ctx, []uuid.UUID{e.id})
	if err != nil {
		return nil, nil, nil, err
	}
	o, _, err := s.after(ctx, id)
	return found[e.id], o, nil, err
}

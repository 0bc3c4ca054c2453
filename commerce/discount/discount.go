// Package discount keeps a shop's offers, who used them how often, and its gift cards.
//
// It does not decide what a cart gets: that is promotion, which is given what this package reads. It knows no cart, no
// checkout and no order: a use is held under an opaque ref of the caller's, and so is every movement of a gift card.
//
// Invariants:
//   - A code names one discount of a shop, whatever its letter case.
//   - A discount is never used more often than its limit, and by a buyer never more than once where that is its rule,
//     whatever runs at the same time; a ref uses it at most once.
//   - A gift card's balance is the sum of its ledger and never below zero; a ref moves it at most once per reason.
//   - Codes of gift cards are kept as hashes only.
//
// Locks: discounts in the order of their ids, then uses of them; of gift cards one at a time.
package discount

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/platform/aside"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// Discount is an offer of a shop as it is kept. Its code reads as the shop wrote it.
type Discount struct {
	promotion.Discount
	Used      int64 // Used counts orders, and checkouts under way.
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Status is ACTIVE, SCHEDULED or EXPIRED at a moment. What was switched off is EXPIRED.
func (d *Discount) Status(now time.Time) string {
	switch {
	case d.Disabled, !d.EndsAt.IsZero() && !now.Before(d.EndsAt):
		return "EXPIRED"
	case now.Before(d.StartsAt):
		return "SCHEDULED"
	}
	return "ACTIVE"
}

// Audit records what staff did, with the change itself; *staff.Service does.
type Audit interface {
	Audit(ctx context.Context, tx database.Tx, action, resource string, data any) error
}

// Config is what the service needs. DB must be set; Audit may be left out, Clock defaults to the system's, NewID to
// UUIDv7, Random to the system's source of secrets.
type Config struct {
	DB     *database.DB
	Audit  Audit
	Clock  clock.Clock
	NewID  func() uuid.UUID
	Random io.Reader
	// KeepFor is how long the automatic discounts of a shop are believed that were changed in another process; 2 seconds. A
	// negative time keeps none.
	KeepFor time.Duration
}

// Service keeps discounts and gift cards. It is safe for concurrent use, in any number of processes on one database.
type Service struct {
	db     *database.DB
	audit  Audit
	clock  clock.Clock
	random io.Reader
	store  store
	// standing are the automatic discounts of shops that are on, or will be before they are read again.
	standing *aside.Cache[uuid.UUID, standing]
	keepFor  time.Duration
}

// New makes the service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.NewID == nil {
		c.NewID = func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	keepFor := cmp.Or(c.KeepFor, 2*time.Second)
	return &Service{db: c.DB, audit: c.Audit, clock: c.Clock, random: c.Random, store: store{newID: c.NewID}, standing: aside.New[uuid.UUID, standing](keepFor, 10_000), keepFor: max(keepFor, 0)}
}

// Create makes a discount from d, whose id is not read. Start is now where it has none; a discount with a code and no
// title is called by its code. What is wrong with it comes back as problems with codes of DiscountErrorCode and fields
// by their names here: code, title, value, items, customers, startsAt, endsAt, usageLimit, minimumRequirement.
func (s *Service) Create(ctx context.Context, d promotion.Discount) (*Discount, fault.Problems, error) {
	now := s.clock.Now()
	d.Code, d.Title = strings.TrimSpace(d.Code), strings.TrimSpace(d.Title)
	if d.Title == "" && d.Method == promotion.Code {
		d.Title = d.Code
	}
	if d.StartsAt.IsZero() {
		d.StartsAt = now
	}
	d.ID, d.StartsAt, d.EndsAt = s.store.newID(), d.StartsAt.UTC().Truncate(time.Microsecond), d.EndsAt.UTC().Truncate(time.Microsecond)
	problems := check(&d)
	if len(problems) > 0 {
		return nil, problems, nil
	}
	made := &Discount{Discount: d, CreatedAt: now, UpdatedAt: now}
	err := s.change(ctx, func(tx database.Tx) (err error) {
		if problems, err = s.checkRecords(ctx, tx, &d); err != nil || len(problems) > 0 {
			return err
		}
		if err := s.store.insert(ctx, tx, made); err != nil {
			return err
		}
		return s.note(ctx, tx, "discount.created", made)
	})
	if database.IsUnique(err) {
		problems = nil
		problems.Add("TAKEN", "Another discount has this code.", "code")
		return nil, problems, nil
	}
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return made, nil, nil
}

// note leaves an entry of a change in the audit trail.
func (s *Service) note(ctx context.Context, tx database.Tx, action string, d *Discount) error {
	if s.audit == nil {
		return nil
	}
	return s.audit.Audit(ctx, tx, action, d.NodeID().String(), map[string]any{"title": d.Title, "code": d.Code, "kind": d.Kind})
}

// nodeType is the type of a discount in global ids.
func nodeType(m promotion.Method) string {
	if m == promotion.Code {
		return "DiscountCodeNode"
	}
	return "DiscountAutomaticNode"
}

// NodeID is the discount's global id.
func (d *Discount) NodeID() gid.ID { return gid.New(nodeType(d.Method), d.ID) }

// Get finds a discount. Fails with [fault.NotFound].
func (s *Service) Get(ctx context.Context, id uuid.UUID) (*Discount, error) {
	return one(s.store.byIDs(ctx, s.db, []uuid.UUID{id}))
}

// ByIDs gives discounts of the shop by their ids, ended ones too. It is for staff.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) ([]*Discount, error) {
	return s.store.byIDs(ctx, s.db, ids)
}

// ByCode finds the discount of a code, in any letter case, ended or not. Fails with [fault.NotFound].
func (s *Service) ByCode(ctx context.Context, code string) (*Discount, error) {
	return one(s.store.byCode(ctx, s.db, fold(code)))
}

// Automatic gives the discounts without a code that apply now, at most [MaxAutomatic], by priority.
func (s *Service) Automatic(ctx context.Context) ([]*Discount, error) {
	now := s.clock.Now()
	return s.store.standing(ctx, s.db, now, now)
}

// Page reads a page of all discounts that fit a query, newest first. The query is terms that must all hold: title: and
// code: with the beginning of a word, status: with active, scheduled or expired, and bare words, each the beginning of
// either. Fails with [fault.Invalid] for a query or an argument that cannot be meant.
func (s *Service) Page(ctx context.Context, args keyset.Args, query string) (keyset.Page[*Discount], error) {
	w, err := args.Window(keyset.Order{Name: "NEWEST", ID: "id", Desc: true})
	if err != nil {
		return keyset.Page[*Discount]{}, err
	}
	where, values, err := conditions(query, s.clock.Now())
	if err != nil {
		return keyset.Page[*Discount]{}, err
	}
	rows, err := s.store.page(ctx, s.db, w, where, values)
	return keyset.Cut(w, rows, func(d *Discount) (any, uuid.UUID) { return "", d.ID }), err
}

// change makes a change of discounts that Offers sees at once in this process.
func (s *Service) change(ctx context.Context, f func(tx database.Tx) error) error {
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx database.Tx) error {
		tx.AfterCommit(func() { s.standing.Drop(shop) })
		return f(tx)
	})
}

// Offers gives what a cart may get: the automatic discounts that are on at a moment, those of the codes whether on or not, and
// how often each was used in all and by a buyer (see [Buyer]). Where there are no codes, and no automatic discount is for so
// many uses only, it is known for a moment and takes no statement; else one.
func (s *Service) Offers(ctx context.Context, codes, buyer []string, now time.Time) ([]promotion.Discount, map[uuid.UUID]promotion.Usage, error) {
	folded := make([]string, 0, len(codes))
	for _, c := range codes {
		if c = fold(c); c != "" {
			folded = append(folded, c)
		}
	}
	if len(folded) == 0 {
		if discounts, enough, err := s.unlimited(ctx, now); enough || err != nil {
			return discounts, map[uuid.UUID]promotion.Usage{}, err
		}
	}
	rows, err := s.store.offers(ctx, s.db, folded, buyer, now)
	if err != nil {
		return nil, nil, err
	}
	discounts := make([]promotion.Discount, 0, len(rows))
	used := make(map[uuid.UUID]promotion.Usage, len(rows))
	for _, r := range rows {
		discounts = append(discounts, r.Discount.Discount)
		used[r.ID] = promotion.Usage{Total: r.Used, ByBuyer: r.byBuyer}
	}
	return discounts, used, nil
}

// standing are all automatic discounts that are on at some moment of a time.
type standing struct {
	from, to    time.Time
	discounts   []*Discount
	collections []uuid.UUID // that they are for
}

// unlimited gives the automatic discounts that are on at a moment. It is not enough where one of them must not be used by everybody.
func (s *Service) unlimited(ctx context.Context, at time.Time) (on []promotion.Discount, enough bool, err error) {
	known, err := s.stands(ctx)
	if err != nil || at.Before(known.from) || at.After(known.to) || len(known.discounts) == MaxAutomatic {
		return nil, false, err
	}
	for _, d := range known.discounts {
		if d.Status(at) != "ACTIVE" {
			continue
		}
		if d.UsageLimit > 0 || d.OncePerCustomer {
			return nil, false, nil
		}
		on = append(on, d.Discount)
	}
	return on, true, nil
}

// stands gives the automatic discounts of a shop, which are known for a moment.
func (s *Service) stands(ctx context.Context) (standing, error) {
	shop, err := database.Shop(ctx)
	if err != nil {
		return standing{}, err
	}
	now := s.clock.Now()
	known, _, err := s.standing.Get(shop, now, func() (standing, bool, error) {
		from, to := now.Add(-time.Second), now.Add(s.keepFor) // carts are priced as of when they were asked for, a moment ago
		list, err := s.store.standing(ctx, s.db, from, to)
		out := standing{from: from, to: to, discounts: list}
		for _, d := range list {
			out.collections = d.Collections(out.collections)
		}
		return out, true, err
	})
	return known, err
}

// StandingCollections are those that automatic discounts are for, as they are known for a moment: what a cart is likely to be asked about.
func (s *Service) StandingCollections(ctx context.Context) ([]uuid.UUID, error) {
	known, err := s.stands(ctx)
	return known.collections, err
}

func one(list []*Discount, err error) (*Discount, error) {
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.New(fault.NotFound, "There is no such discount.")
	}
	return list[0], nil
}

// fold is a code as it is compared.
func fold(code string) string { return strings.ToLower(strings.TrimSpace(code)) }

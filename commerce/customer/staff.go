package customer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// What staff do with accounts. Its record names the personal fields that changed, but holds none of their values: the
// record is never deleted, and a person may ask that nothing is kept.

// The codes that only staff meet.
const (
	CodeConflict = "CONFLICT"
	CodeTooMany  = "TOO_MANY"
)

// The limits of what staff write about a customer.
const (
	MaxNote = 5_000 // characters of a note
	MaxTags = 250   // tags of a customer
)

// Input is what staff write about a customer. A nil part was left out.
type Input struct {
	// ID and IfRevision are for changes, Addresses for new accounts.
	ID                    *gid.ID
	IfRevision            *string
	Addresses             []AddressInput
	Email                 *string
	EmailMarketingConsent *ConsentInput
	FirstName             *string
	LastName              *string
	Locale                *string
	Note                  *string
	Phone                 *string
	Tags                  []string
	TaxExempt             *bool
}

// Open opens an account on the shop's behalf, without a password and without a mail: see [Service.SendInvite].
func (s *Service) Open(ctx context.Context, in Input) (*Customer, fault.Problems, error) {
	c := checker{field: []string{"input"}}
	a := account{id: s.newID(), state: Invited}
	if in.ID != nil {
		c.add(CodeInvalid, "A new customer has no id: use staffCustomerUpdate to change one.", "id")
	}
	if in.IfRevision != nil {
		c.add(CodeInvalid, "A new customer has no revision: use staffCustomerUpdate to change one.", "ifRevision")
	}
	if in.Email == nil {
		c.add(CodeBlank, "Email is missing.", "email")
	}
	s.apply(&c, &a, in)
	book := c.book(ctx, in.Addresses)
	if len(c.problems) > 0 {
		return nil, c.problems, nil
	}
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		now := s.clock.Now()
		if err := insertAccount(ctx, tx, a, now); err != nil {
			return err
		}
		a.written = now
		for i, p := range book {
			id := s.newID()
			if err := insertAddress(ctx, tx, id, a.id, p, now); err != nil {
				return err
			}
			if i == 0 {
				if err := s.makeDefault(ctx, tx, a, uuid.NullUUID{UUID: id, Valid: true}); err != nil {
					return err
				}
			}
		}
		return s.told(ctx, tx, SubjectOpened, "customer.created", a.id, map[string]any{"after": a.record()})
	})
	return s.outcome(ctx, a.id, c, err)
}

// Change changes an account on the shop's behalf. A new email ends the mailed secrets.
func (s *Service) Change(ctx context.Context, in Input) (*Customer, fault.Problems, error) {
	c := checker{field: []string{"input"}}
	if in.ID == nil {
		c.add(CodeBlank, "Say which customer to change.", "id")
	}
	if len(in.Addresses) > 0 {
		c.add(CodeInvalid, "Change addresses with staffCustomerAddressCreate, staffCustomerAddressUpdate and staffCustomerAddressDelete.", "addresses")
	}
	var trial account
	if s.apply(&c, &trial, in); len(c.problems) > 0 {
		return nil, c.problems, nil
	}
	id := customerOf(*in.ID)
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		old, err := lockLiving(ctx, tx, id, "input", "id")
		if err != nil {
			return err
		}
		if err := revision.Check(in.IfRevision, old.written, "input", "ifRevision"); err != nil {
			return err
		}
		a := old
		s.apply(&checker{}, &a, in)
		return s.change(ctx, tx, old, a)
	})
	return s.outcome(ctx, id, c, err)
}

// change writes an account that staff changed. Where nothing changed, nothing is written.
func (s *Service) change(ctx context.Context, tx database.Tx, old, a account) error {
	changed := differing(old, a)
	if len(changed) == 0 {
		return nil
	}
	if err := updateAccount(ctx, tx, a, s.clock.Now()); err != nil {
		return err
	}
	if a.email != old.email {
		if err := endSecrets(ctx, tx, a.id, s.clock.Now()); err != nil {
			return err
		}
	}
	return s.told(ctx, tx, SubjectUpdated, "customer.updated", a.id, map[string]any{"before": old.record(), "after": a.record(), "changed": changed})
}

// apply puts the parts that are given over an account, and notes what is wrong with them.
func (s *Service) apply(c *checker, a *account, in Input) {
	if in.Email != nil {
		a.email = c.email(*in.Email, "email")
	}
	s.details(c, a, nil, in.FirstName, in.LastName, in.Phone)
	if in.Locale != nil {
		a.locale = c.text(*in.Locale, "locale", "Locale", 35)
	}
	if in.Note != nil {
		if a.note = strings.TrimSpace(*in.Note); utf8.RuneCountInString(a.note) > MaxNote || !utf8.ValidString(a.note) || strings.ContainsRune(a.note, 0) {
			c.add(CodeTooLong, fmt.Sprintf("Note is text of at most %d characters.", MaxNote), "note")
		}
	}
	if in.TaxExempt != nil {
		a.exempt = *in.TaxExempt
	}
	if in.Tags != nil {
		a.tags = c.tags(in.Tags)
	}
	if in.EmailMarketingConsent != nil {
		a.take(c, *in.EmailMarketingConsent, s.clock.Now())
	}
}

// tags checks tags and gives them without those that are empty or there already; case does not count.
func (c *checker) tags(tags []string) []string {
	if len(tags) > MaxTags {
		c.add(CodeTooMany, fmt.Sprintf("A customer has at most %d tags.", MaxTags), "tags")
		return nil
	}
	out := make([]string, 0, len(tags))
	for i, t := range tags {
		t = c.text(t, "tags", fmt.Sprintf("Tag %d", i+1), maxLine)
		if t != "" && !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, t) }) {
			out = append(out, t)
		}
	}
	return out
}

// book checks the addresses of a new account.
func (c *checker) book(ctx context.Context, in []AddressInput) []Postal {
	if len(in) > MaxAddresses {
		c.add(CodeTooMany, fmt.Sprintf("An address book holds %d addresses.", MaxAddresses), "addresses")
		return nil
	}
	out := make([]Postal, len(in))
	for i, a := range in {
		var problems fault.Problems
		out[i], problems = a.Apply(Postal{}, rule(ctx), "input", "addresses", fmt.Sprint(i))
		c.problems = append(c.problems, problems...)
	}
	return out
}

// record is what the shop's record keeps of an account: nothing that tells who it is.
func (a account) record() map[string]any {
	return map[string]any{"state": a.state, "acceptsMarketing": a.marketing, "taxExempt": a.exempt}
}

// differing names the fields in which two accounts differ.
func differing(a, b account) (fields []string) {
	for _, f := range []struct {
		name   string
		differ bool
	}{
		{"email", a.email != b.email}, {"firstName", a.first != b.first}, {"lastName", a.last != b.last}, {"phone", a.phone != b.phone},
		{"note", a.note != b.note}, {"locale", a.locale != b.locale}, {"tags", !slices.Equal(a.tags, b.tags)}, {"taxExempt", a.exempt != b.exempt},
		{"emailMarketingConsent", a.marketing != b.marketing || a.level != b.level || a.asked != b.asked}, {"state", a.state != b.state},
	} {
		if f.differ {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// customerOf is the account of a global id; one that no account has where the id is another thing's.
func customerOf(id gid.ID) uuid.UUID {
	if id.Type != "Customer" {
		return uuid.Nil
	}
	return id.UUID
}

// missing turns that there is no such account into a refusal.
func missing(err error, field ...string) error {
	if fault.Is(err, fault.NotFound) {
		return refuse(CodeNotFound, "There is no such customer.", field...)
	}
	return err
}

// told tells the house of a change by staff, and records it.
func (s *Service) told(ctx context.Context, tx database.Tx, subject, action string, id uuid.UUID, data any) error {
	if err := s.events.AppendTx(ctx, tx, subject, Event{CustomerID: id}); err != nil || s.audit == nil {
		return err
	}
	return s.audit.Audit(ctx, tx, action, gid.New("Customer", id).String(), data)
}

// outcome gives the account that a change by staff led to, or the problems for which there was none.
func (s *Service) outcome(ctx context.Context, id uuid.UUID, c checker, err error) (*Customer, fault.Problems, error) {
	if database.IsUnique(err) {
		c.add(CodeTaken, "Another customer has this email.", "email")
		return nil, c.problems, nil
	}
	if problems, err := problemsOf(err); err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return s.one(ctx, id)
}

// problemsOf turns a refusal into the data that it is.
func problemsOf(err error) (fault.Problems, error) {
	if r, ok := errors.AsType[refusal](err); ok {
		return fault.Problems{r.problem}, nil
	}
	if stale, ok := errors.AsType[*revision.Stale](err); ok {
		return fault.Problems{stale.Problem()}, nil
	}
	return nil, err
}

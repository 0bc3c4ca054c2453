package privacy

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// Erase erases what is known about a person, now, and reports whether it did: not where there is no such account, where it
// was done before, or where one of the person's carts is being paid for.
func (s *Service) Erase(ctx context.Context, id uuid.UUID) (erased bool, err error) {
	err = s.DB.InTx(ctx, func(tx database.Tx) error {
		erased = false
		p, err := lockPerson(ctx, tx, id)
		if err != nil || p == nil || p.erased != nil {
			return err
		}
		paying, err := dropCarts(ctx, tx, p)
		if err != nil || paying {
			return err
		}
		if err := s.eraseTx(ctx, tx, p); err != nil {
			return err
		}
		erased = true
		if err := s.Events.AppendTx(ctx, tx, SubjectErased, Erased{CustomerID: id}); err != nil {
			return err
		}
		return s.Audit.Audit(ctx, tx, "customer.erased", gid.New("Customer", id).String(), nil)
	})
	return erased && err == nil, err
}

func (s *Service) eraseTx(ctx context.Context, tx database.Tx, p *person) error {
	orders, err := lockOrders(ctx, tx, p)
	if err != nil {
		return err
	}
	names := p.names(orders)
	for _, o := range orders {
		if err := blankOrder(ctx, tx, o); err != nil {
			return err
		}
	}
	ids := make([]uuid.UUID, len(orders))
	for i, o := range orders {
		ids[i] = o.id
	}
	if err := blankBehindOrders(ctx, tx, ids); err != nil {
		return err
	}
	if err := s.redact(ctx, tx, p, ids, names); err != nil {
		return err
	}
	if err := s.Sessions.RevokeAllTx(ctx, tx, p.id); err != nil {
		return err
	}
	return blankAccount(ctx, tx, p, s.Clock.Now())
}

// redact empties free texts about the person that name them. What does not name them stays: the record of who did what.
func (s *Service) redact(ctx context.Context, tx database.Tx, p *person, orders []uuid.UUID, names []string) error {
	resources := []string{gid.New("Customer", p.id).String()}
	for _, id := range orders {
		resources = append(resources, gid.New("Order", id).String())
	}
	texts, err := freeTexts(ctx, tx, p, orders, resources)
	if err != nil {
		return err
	}
	for _, t := range texts {
		if !named(t.text, names) {
			continue
		}
		if err := blankText(ctx, tx, t); err != nil {
			return err
		}
	}
	return dropCopies(ctx, tx, p)
}

// names are what a text about the person may call them by, in lower case: also the names that they ordered under.
func (p *person) names(orders []placed) []string {
	var out []string
	add := func(texts ...string) {
		for _, t := range texts {
			if t = strings.ToLower(strings.TrimSpace(t)); len(t) >= 3 { // "Al" stands in every other word
				out = append(out, t)
			}
		}
	}
	add(p.email, p.first, p.last, p.phone)
	for _, o := range orders {
		add(o.email, o.phone)
		for _, a := range []*customer.Postal{o.shipTo, o.billTo} {
			if a != nil {
				add(a.FirstName, a.LastName, a.Phone, a.Address1)
			}
		}
	}
	return out
}

func named(text string, names []string) bool {
	text = strings.ToLower(text)
	for _, n := range names {
		if strings.Contains(text, n) {
			return true
		}
	}
	return false
}

// country is what the books need of an address.
func country(a *customer.Postal) *customer.Postal {
	if a == nil {
		return nil
	}
	return &customer.Postal{CountryCode: a.CountryCode, ProvinceCode: a.ProvinceCode}
}

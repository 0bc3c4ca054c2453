package customer

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
	"github.com/rialtohq/rialto/platform/revision"
)

// AddressType is the type of an address in its global id.
const AddressType = "MailingAddress"

// MaxAddresses is how many addresses an account's book holds.
const MaxAddresses = 100

// rule is how a book's addresses are checked: complete, and by code only where staff is at work.
func rule(ctx context.Context) AddressRule {
	return AddressRule{Complete: true, Codes: access.From(ctx).Works()}
}

// CreateAddress adds an address to the book of a token's account. The first one becomes the default.
func (s *Service) CreateAddress(ctx context.Context, token string, in AddressInput) (*Address, fault.Problems, error) {
	id, problems, err := s.holder(ctx, token)
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	p, problems := in.Apply(Postal{}, rule(ctx), "address")
	if len(problems) > 0 {
		return nil, problems, nil
	}
	created := s.newID()
	return s.address(ctx, created, s.db.InTx(ctx, func(tx database.Tx) error {
		a, err := lockAccount(ctx, tx, id)
		if err != nil {
			return err
		}
		n, err := countAddresses(ctx, tx, id)
		if err != nil {
			return err
		}
		if n >= MaxAddresses {
			return refuse(CodeInvalid, fmt.Sprintf("The address book is full: it holds %d addresses.", MaxAddresses), "address")
		}
		if err := insertAddress(ctx, tx, created, id, p, s.clock.Now()); err != nil || a.defaultAddress.Valid {
			return err
		}
		return s.makeDefault(ctx, tx, a, uuid.NullUUID{UUID: created, Valid: true})
	}))
}

// UpdateAddress changes an address of the token's account.
func (s *Service) UpdateAddress(ctx context.Context, token string, id gid.ID, in AddressInput) (*Address, fault.Problems, error) {
	owner, problems, err := s.holder(ctx, token)
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		old, err := ownAddress(ctx, tx, owner, id, "id")
		if err != nil {
			return err
		}
		var p Postal
		if p, problems = in.Apply(old.postal, rule(ctx), "address"); len(problems) > 0 {
			return nil
		}
		return updateAddress(ctx, tx, id.UUID, p, s.clock.Now())
	})
	if len(problems) > 0 {
		return nil, problems, nil
	}
	return s.address(ctx, id.UUID, err)
}

// DeleteAddress takes an address out of the token's account. Where it was the default, the oldest one left takes over.
func (s *Service) DeleteAddress(ctx context.Context, token string, id gid.ID) (fault.Problems, error) {
	owner, problems, err := s.holder(ctx, token)
	if err != nil || len(problems) > 0 {
		return problems, err
	}
	return problemsOf(s.db.InTx(ctx, func(tx database.Tx) error {
		a, err := lockAccount(ctx, tx, owner)
		if err != nil {
			return err
		}
		if _, err := ownAddress(ctx, tx, owner, id, "id"); err != nil {
			return err
		}
		if err := deleteAddress(ctx, tx, id.UUID); err != nil || a.defaultAddress.UUID != id.UUID {
			return err
		}
		next, err := oldestAddress(ctx, tx, owner)
		if err != nil {
			return err
		}
		return s.makeDefault(ctx, tx, a, next)
	}))
}

// SetDefaultAddress makes an address of the token's account the one that checkout starts with.
func (s *Service) SetDefaultAddress(ctx context.Context, token string, id gid.ID) (*Customer, fault.Problems, error) {
	owner, problems, err := s.holder(ctx, token)
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	problems, err = problemsOf(s.db.InTx(ctx, func(tx database.Tx) error {
		a, err := lockAccount(ctx, tx, owner)
		if err != nil {
			return err
		}
		if _, err := ownAddress(ctx, tx, owner, id, "addressId"); err != nil {
			return err
		}
		return s.makeDefault(ctx, tx, a, uuid.NullUUID{UUID: id.UUID, Valid: true})
	}))
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return s.one(ctx, owner)
}

// makeDefault makes an address, or none, the default of an account that was locked.
func (s *Service) makeDefault(ctx context.Context, tx database.Tx, a account, address uuid.NullUUID) error {
	return setDefaultAddress(ctx, tx, a.id, address, revision.Next(s.clock.Now(), a.written))
}

// ownAddress reads and locks an address of an account; another account's is as good as absent.
func ownAddress(ctx context.Context, tx database.Tx, owner uuid.UUID, id gid.ID, field string) (*Address, error) {
	if id.Type == AddressType {
		found, err := lockAddress(ctx, tx, owner, id.UUID)
		if err != nil || len(found) > 0 {
			return first(found), err
		}
	}
	return nil, refuse(CodeNotFound, "The account has no such address.", field)
}

func first(found []*Address) *Address {
	if len(found) == 0 {
		return nil
	}
	return found[0]
}

// address gives an address as the outcome of the change that err came from.
func (s *Service) address(ctx context.Context, id uuid.UUID, err error) (*Address, fault.Problems, error) {
	problems, err := problemsOf(err)
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	found, err := s.AddressesByIDs(ctx, []uuid.UUID{id})
	if err == nil && found[id] == nil {
		err = fault.New(fault.NotFound, "The account has no such address.")
	}
	return found[id], nil, err
}

// AddressesByIDs gives addresses of books; those that the shop does not have are missing. The caller vouches that the
// viewer may see them, as for the default address of an account that the viewer was given.
func (s *Service) AddressesByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Address, error) {
	rows, err := addressesByID(ctx, s.db, ids)
	found := make(map[uuid.UUID]*Address, len(rows))
	for _, a := range rows {
		found[a.ID.UUID] = a
	}
	return found, err
}

// VisibleAddresses is [Service.AddressesByIDs] for ids that the viewer sent. Who sees an address, policies/address.cedar
// says; what is not visible is missing.
func (s *Service) VisibleAddresses(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Address, error) {
	if actor := access.From(ctx); actor.Kind == access.Anonymous || actor.Kind == access.Storefront {
		return map[uuid.UUID]*Address{}, nil // an address is never theirs: nothing is loaded to find that out
	}
	found, err := s.AddressesByIDs(ctx, ids)
	for id, a := range found {
		if !s.policies.Allows(ctx, policy.AddressView, policy.Address{ID: id, Customer: a.CustomerID}) {
			delete(found, id)
		}
	}
	return found, err
}

var addressOrder = keyset.Order{Name: "address-id", ID: "id"}

// AddressPages gives one page of each account's book, oldest first, in one statement. The caller vouches that the viewer
// may see the accounts.
func (s *Service) AddressPages(ctx context.Context, customers []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[*Address], error) {
	w, err := args.Window(addressOrder)
	if err != nil {
		return nil, err
	}
	rows, err := addressPages(ctx, s.db, customers, w)
	if err != nil {
		return nil, err
	}
	books := make(map[uuid.UUID][]*Address, len(customers))
	for _, a := range rows {
		books[a.CustomerID] = append(books[a.CustomerID], a)
	}
	pages := make(map[uuid.UUID]keyset.Page[*Address], len(customers))
	for _, id := range customers {
		pages[id] = keyset.Cut(w, books[id], func(a *Address) (any, uuid.UUID) { return "", a.ID.UUID })
	}
	return pages, nil
}

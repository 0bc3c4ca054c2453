package customer

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// AddAddress adds an address to a customer's book on the shop's behalf. The first one becomes the default in any case.
func (s *Service) AddAddress(ctx context.Context, customer gid.ID, in AddressInput, asDefault bool) (*Address, fault.Problems, error) {
	p, problems := in.Apply(Postal{}, rule(ctx), "address")
	if len(problems) > 0 {
		return nil, problems, nil
	}
	created := s.newID()
	return s.address(ctx, created, s.withBook(ctx, customer, func(tx database.Tx, a account) error {
		n, err := countAddresses(ctx, tx, a.id)
		if err != nil {
			return err
		}
		if n >= MaxAddresses {
			return refuse(CodeTooMany, fmt.Sprintf("The address book is full: it holds %d addresses.", MaxAddresses), "address")
		}
		if err := insertAddress(ctx, tx, created, a.id, p, s.clock.Now()); err != nil {
			return err
		}
		return s.booked(ctx, tx, a, created, asDefault || !a.defaultAddress.Valid, "customer.address_created")
	}))
}

// ChangeAddress changes an address of a customer's book on the shop's behalf.
func (s *Service) ChangeAddress(ctx context.Context, customer, id gid.ID, in AddressInput, asDefault bool) (*Address, fault.Problems, error) {
	var problems fault.Problems
	err := s.withBook(ctx, customer, func(tx database.Tx, a account) error {
		old, err := ownAddress(ctx, tx, a.id, id, "addressId")
		if err != nil {
			return err
		}
		var p Postal
		if p, problems = in.Apply(old.postal, rule(ctx), "address"); len(problems) > 0 {
			return nil
		}
		if err := updateAddress(ctx, tx, id.UUID, p, s.clock.Now()); err != nil {
			return err
		}
		return s.booked(ctx, tx, a, id.UUID, asDefault, "customer.address_updated")
	})
	if err == nil && len(problems) > 0 {
		return nil, problems, nil
	}
	return s.address(ctx, id.UUID, err)
}

// RemoveAddress takes an address out of a customer's book on the shop's behalf. Where it was the default, the oldest one
// left takes over.
func (s *Service) RemoveAddress(ctx context.Context, customer, id gid.ID) (fault.Problems, error) {
	return problemsOf(s.withBook(ctx, customer, func(tx database.Tx, a account) error {
		if _, err := ownAddress(ctx, tx, a.id, id, "addressId"); err != nil {
			return err
		}
		if err := deleteAddress(ctx, tx, id.UUID); err != nil {
			return err
		}
		if a.defaultAddress.UUID == id.UUID {
			next, err := oldestAddress(ctx, tx, a.id)
			if err != nil {
				return err
			}
			if err := s.makeDefault(ctx, tx, a, next); err != nil {
				return err
			}
		}
		return s.booked(ctx, tx, a, id.UUID, false, "customer.address_deleted")
	}))
}

// withBook runs f with a customer's account locked.
func (s *Service) withBook(ctx context.Context, customer gid.ID, f func(tx database.Tx, a account) error) error {
	return s.db.InTx(ctx, func(tx database.Tx) error {
		a, err := lockLiving(ctx, tx, customerOf(customer), "customerId")
		if err != nil {
			return err
		}
		return f(tx, a)
	})
}

// booked makes an address the default where that is wanted, tells of the change and records it, without the address.
func (s *Service) booked(ctx context.Context, tx database.Tx, a account, address uuid.UUID, asDefault bool, action string) error {
	if asDefault {
		if err := s.makeDefault(ctx, tx, a, uuid.NullUUID{UUID: address, Valid: true}); err != nil {
			return err
		}
	}
	return s.told(ctx, tx, SubjectUpdated, action, a.id, map[string]any{"address": gid.New(AddressType, address).String()})
}

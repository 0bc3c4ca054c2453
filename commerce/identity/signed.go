package identity

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
)

// A session can be opened without a handle: its holder then shows something else that names it, such as a signed token.
// It is a session like all others, so whatever ends the sessions of a person ends it too. In the place of a handle's hash
// it has that of its name, which is no handle: nothing opens it that is shown to [Service.Lookup].

func named(id uuid.UUID) digest { return digestOf("session:" + id.String()) }

// OpenTx opens a session without a handle in the context's shop, for a customer or a member of staff whose password was
// checked, and gives its id. It lasts until expires, unless [Service.ExtendTx] moves that.
func (s *Service) OpenTx(ctx context.Context, tx database.Tx, kind access.Kind, subject uuid.UUID, expires time.Time) (uuid.UUID, error) {
	id := s.newID()
	d := named(id)
	return id, insertSession(ctx, tx, sessionRow{id: id, kind: kind, subject: subject, hash: d[:], expires: expires, created: s.clock.Now()})
}

// Session tells who a session without a handle belongs to, in the context's shop, and what they may do there now. Its end
// stays where it is. Fails as [Service.Lookup] does.
func (s *Service) Session(ctx context.Context, kind access.Kind, id uuid.UUID) (access.Actor, error) {
	shop, err := database.Shop(ctx)
	if err != nil {
		return access.Actor{}, err
	}
	now := s.clock.Now()
	h := handle{kind: kind, shop: shop, digest: named(id)}
	found, ok, err := s.sessions.Get(h.digest, now, func() (*session, bool, error) { return findSession(ctx, s.db, h) })
	if err != nil {
		return access.Actor{}, err
	}
	if !ok || found.actor.Shop != shop || found.actor.Kind != kind || found.expires.Load() <= now.UnixMicro() {
		return access.Actor{}, refused()
	}
	return found.actor, nil
}

// ExtendTx moves the end of a session without a handle, and tells whose it is and what they may do now. Fails with
// [fault.Unauthenticated] where it has ended; it holds the session until the transaction ends.
func (s *Service) ExtendTx(ctx context.Context, tx database.Tx, kind access.Kind, id uuid.UUID, expires time.Time) (access.Actor, error) {
	shop, err := database.Shop(ctx)
	if err != nil {
		return access.Actor{}, err
	}
	now := s.clock.Now()
	moved, err := extendSession(ctx, tx, id, now, expires)
	if err != nil {
		return access.Actor{}, err
	}
	found, ok, err := findSession(ctx, tx, handle{kind: kind, shop: shop, digest: named(id)})
	if err != nil {
		return access.Actor{}, err
	}
	if !moved || !ok {
		return access.Actor{}, refused()
	}
	tx.AfterCommit(func() { s.sessions.Refresh(named(id)) })
	return found.actor, nil
}

// EndTx ends a session without a handle. One that has ended already stays ended.
func (s *Service) EndTx(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	_, err := endSession(ctx, tx, named(id), s.clock.Now())
	tx.AfterCommit(func() { s.sessions.Drop(named(id)) })
	return err
}

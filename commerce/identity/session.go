package identity

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// A session's end is written at most once in slideEvery, however often it is used; when that write failed it is tried
// again after slideRetry, and it is given up after slidePatience, because the reader waits for it.
const (
	slideEvery    = time.Minute
	slideRetry    = 10 * time.Second
	slidePatience = 250 * time.Millisecond
)

// keepEnded is how long the row of a session outlives its end.
const keepEnded = 24 * time.Hour

// AccessToken is a session as its owner gets to see it, once.
type AccessToken struct {
	// ID names the session without opening it.
	ID uuid.UUID
	// AccessToken is the opaque handle. It is shown here and kept nowhere.
	AccessToken string
	// ExpiresAt is when the session ends unless it is used before.
	ExpiresAt time.Time
}

// session is a looked-up session. It is shared between requests: what moves in it is atomic.
type session struct {
	actor     access.Actor
	expires   atomic.Int64 // Unix microseconds
	nextSlide atomic.Int64 // Unix microseconds
}

func lifetime(kind access.Kind) time.Duration {
	if kind == access.Staff {
		return StaffLifetime
	}
	return CustomerLifetime
}

// CreateTx opens a session in the context's shop for a customer or a member of staff whose password was checked.
func (s *Service) CreateTx(ctx context.Context, tx database.Tx, kind access.Kind, subject uuid.UUID) (AccessToken, error) {
	if kind != access.Customer && kind != access.Staff {
		return AccessToken{}, fault.New(fault.Internal, "a session cannot belong to an actor of kind %q", kind)
	}
	shop, err := database.Shop(ctx)
	if err != nil {
		return AccessToken{}, err
	}
	token, err := s.newHandle(kind, shop)
	if err != nil {
		return AccessToken{}, err
	}
	now := s.clock.Now()
	t := AccessToken{ID: s.newID(), AccessToken: token, ExpiresAt: now.Add(lifetime(kind))}
	return t, insertSession(ctx, tx, sessionRow{id: t.ID, kind: kind, subject: subject, hash: Digest(token), expires: t.ExpiresAt, created: now, app: database.Maybe(access.From(ctx).Program())})
}

// Lookup tells who holds a session's handle, in the shop that the handle names, and moves the session's end ahead. Fails with
// [fault.Unauthenticated] where the session is unknown, ended or revoked, the customer's account is closed, or the
// member of staff is inactive or has no role in the shop. It must not be called within a transaction.
func (s *Service) Lookup(ctx context.Context, token string) (access.Actor, error) {
	h, ok := parseHandle(token)
	if !ok {
		return access.Actor{}, refused()
	}
	return s.lookup(ctx, h)
}

// LookupIn is [Service.Lookup] for a handle that came as an argument: it must be of this kind and of the context's shop.
func (s *Service) LookupIn(ctx context.Context, kind access.Kind, token string) (access.Actor, error) {
	shop, err := database.Shop(ctx)
	if err != nil {
		return access.Actor{}, err
	}
	h, ok := parseHandle(token)
	if !ok || h.kind != kind || h.shop != shop {
		return access.Actor{}, refused()
	}
	return s.lookup(ctx, h)
}

func (s *Service) lookup(ctx context.Context, h handle) (access.Actor, error) {
	ctx = database.WithShop(ctx, h.shop)
	now := s.clock.Now()
	found, ok, err := s.sessions.Get(h.digest, now, func() (*session, bool, error) { return findSession(ctx, s.db, h) })
	if err != nil {
		return access.Actor{}, err
	}
	if !ok || found.expires.Load() <= now.UnixMicro() {
		return access.Actor{}, refused()
	}
	s.slide(ctx, found, now)
	return found.actor, nil
}

// slide moves a session's end ahead. Of all requests that find it due, one writes; a failure is logged and tried again
// later, and never refuses the request.
func (s *Service) slide(ctx context.Context, found *session, now time.Time) {
	due := found.nextSlide.Load()
	if now.UnixMicro() < due || !found.nextSlide.CompareAndSwap(due, now.Add(slideRetry).UnixMicro()) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), slidePatience)
	defer cancel()
	expires := now.Add(lifetime(found.actor.Kind))
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		return touchSession(ctx, tx, found.actor.Session, now, expires)
	})
	if err != nil {
		s.log.WarnContext(ctx, "the end of a session could not be moved", "session", found.actor.Session, "error", err)
		return
	}
	found.expires.Store(expires.UnixMicro())
	found.nextSlide.Store(now.Add(slideEvery).UnixMicro())
}

// Renew ends a session of this kind in the context's shop and opens another in its place. Fails as [Service.LookupIn]
// does; of several renewals of one handle at the same time, one succeeds.
func (s *Service) Renew(ctx context.Context, kind access.Kind, token string) (AccessToken, error) {
	actor, err := s.LookupIn(ctx, kind, token)
	if err != nil {
		return AccessToken{}, err
	}
	var renewed AccessToken
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		ended, err := endSession(ctx, tx, digestOf(token), s.clock.Now())
		if err != nil {
			return err
		}
		if !ended {
			return refused()
		}
		tx.AfterCommit(func() { s.sessions.Drop(digestOf(token)) })
		renewed, err = s.CreateTx(ctx, tx, kind, actor.ID)
		return err
	})
	return renewed, err
}

// Revoke ends one session of this kind in the context's shop and tells its id. Fails as [Service.LookupIn] does; of several
// revocations of one handle at the same time, one succeeds.
func (s *Service) Revoke(ctx context.Context, kind access.Kind, token string) (uuid.UUID, error) {
	actor, err := s.LookupIn(ctx, kind, token)
	if err != nil {
		return uuid.Nil, err
	}
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		ended, err := endSession(ctx, tx, digestOf(token), s.clock.Now())
		if err == nil && !ended {
			return refused()
		}
		tx.AfterCommit(func() { s.sessions.Drop(digestOf(token)) })
		return err
	})
	return actor.Session, err
}

// RevokeAllTx ends every session of a person in the context's shop, when the transaction commits.
func (s *Service) RevokeAllTx(ctx context.Context, tx database.Tx, subject uuid.UUID) error {
	hashes, err := endSessions(ctx, tx, subject, s.clock.Now())
	if err != nil {
		return err
	}
	tx.AfterCommit(func() { s.sessions.DropAll(hashes) })
	return nil
}

// RevokeAll is [Service.RevokeAllTx] in a transaction of its own: signing out everywhere.
func (s *Service) RevokeAll(ctx context.Context, subject uuid.UUID) error {
	return s.db.InTx(ctx, func(tx database.Tx) error { return s.RevokeAllTx(ctx, tx, subject) })
}

// Sweep deletes sessions of all shops that ran out a day ago, at most so many; one that was revoked stays until it would have.
// Until then a support person can see in the database when it was last used. A session in use is never among them, because its end
// moves ahead of every use.
func (s *Service) Sweep(ctx context.Context, most int) (int, error) {
	return database.DeleteBefore(ctx, s.db, "session", "expires_at", s.clock.Now().Add(-keepEnded), most)
}

// ForgetTx drops what this process remembers of all sessions when the transaction commits: call it where a change
// alters what open sessions may do, such as a member's roles.
func (s *Service) ForgetTx(tx database.Tx) { tx.AfterCommit(s.sessions.Flush) }

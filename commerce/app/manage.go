package app

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// Input describes an app. In a change, what is nil stays.
type Input struct {
	Title *string
	// Kind is [Confidential] or [Public]. It never changes.
	Kind         string
	RedirectURIs []string
	Scopes       []string
	// Locations are the only ones whose stock the app may touch; empty is all of them.
	Locations []uuid.UUID
	// Operations say which documents the app may send; empty is the deployment's setting.
	Operations *Operations
}

const (
	maxApps = 500 // in force, of a shop
	// MaxOverlap is the longest time for which what was rotated out stays good.
	MaxOverlap = 7 * 24 * time.Hour
)

// Create makes an app, with a client secret where it can keep one. The actor needs the scope to change apps and every scope
// that the app shall have: otherwise it fails with [fault.Forbidden].
func (s *Service) Create(ctx context.Context, in Input) (*App, string, fault.Problems, error) {
	now := s.clock.Now()
	a := &stored{App: App{ID: gid.New(Type, s.newID()), Kind: in.Kind, CreatedAt: now, UpdatedAt: now, RedirectURIs: []string{}, LocationIDs: []gid.ID{}}}
	if in.Title == nil {
		in.Title = new(string)
	}
	if in.Scopes == nil {
		in.Scopes = []string{}
	}
	known, err := s.known(ctx, in)
	if err != nil {
		return nil, "", nil, err
	}
	problems := fill(&a.App, in, known)
	if in.Kind != Confidential && in.Kind != Public {
		problems.Add(CodeInvalid, "An app is CONFIDENTIAL or PUBLIC.", "input", "kind")
	}
	if len(problems) > 0 {
		return nil, "", problems, nil
	}
	if err := mayWrite(ctx, a.AccessScopes); err != nil {
		return nil, "", nil, err
	}
	secret := ""
	if a.Kind == Confidential {
		if secret, err = s.newSecret(secretPrefix); err != nil {
			return nil, "", nil, err
		}
		a.secret = hash(secret)
	}
	err = s.db.InTx(ctx, func(tx database.Tx) error { return s.createTx(ctx, tx, a) })
	if problems, err := problemsOf(err); len(problems) > 0 || err != nil {
		return nil, "", problems, err
	}
	return &a.App, secret, nil, nil
}

func (s *Service) createTx(ctx context.Context, tx database.Tx, a *stored) error {
	n, err := countApps(ctx, tx)
	if err != nil {
		return err
	}
	if n >= maxApps {
		return refuse(CodeTooMany, "A shop has at most "+strconv.Itoa(maxApps)+" apps.", "input")
	}
	if err := insertApp(ctx, tx, a); err != nil {
		return err
	}
	return s.audit.Audit(ctx, tx, "app.created", a.ID.String(), map[string]any{"after": a.facts()})
}

// Update changes an app, and with it at once what its keys may do. The actor needs every scope that the app has, and every
// one that it shall have.
func (s *Service) Update(ctx context.Context, id uuid.UUID, in Input) (*App, fault.Problems, error) {
	known, err := s.known(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	a, err := s.change(ctx, id, func(tx database.Tx, a *stored) error {
		before := a.App
		if err := mayWrite(ctx, before.AccessScopes); err != nil {
			return err
		}
		if err := refuseAll(fill(&a.App, in, known)); err != nil {
			return err
		}
		if err := mayWrite(ctx, a.AccessScopes); err != nil {
			return err
		}
		a.UpdatedAt = s.clock.Now()
		if err := updateApp(ctx, tx, a); err != nil {
			return err
		}
		return s.audit.Audit(ctx, tx, "app.updated", a.ID.String(), map[string]any{"before": before.facts(), "after": a.facts()})
	})
	return given(a, err)
}

// RotateSecret gives an app a new client secret. The one before stays good for the overlap, and no other. The actor needs
// every scope that the app has, because the secret opens them.
func (s *Service) RotateSecret(ctx context.Context, id uuid.UUID, overlap time.Duration) (*App, string, fault.Problems, error) {
	if p := overlapProblems(overlap); len(p) > 0 {
		return nil, "", p, nil
	}
	secret, err := s.newSecret(secretPrefix)
	if err != nil {
		return nil, "", nil, err
	}
	a, err := s.change(ctx, id, func(tx database.Tx, a *stored) error {
		if err := mayWrite(ctx, a.AccessScopes); err != nil {
			return err
		}
		if a.Kind != Confidential {
			return refuse(CodeConflict, "A public app has no secret.", "appId")
		}
		a.UpdatedAt = s.clock.Now()
		until := a.UpdatedAt.Add(overlap)
		a.previous, a.secret, a.PreviousSecretEndsAt = a.secret, hash(secret), &until
		if overlap == 0 {
			a.previous, a.PreviousSecretEndsAt = nil, nil
		}
		if err := updateApp(ctx, tx, a); err != nil {
			return err
		}
		return s.audit.Audit(ctx, tx, "app.secret_rotated", a.ID.String(), map[string]any{"previousEndsAt": a.PreviousSecretEndsAt})
	})
	shown, problems, err := given(a, err)
	if shown == nil {
		secret = ""
	}
	return shown, secret, problems, err
}

// Revoke ends an app for good, and its keys with it.
func (s *Service) Revoke(ctx context.Context, id uuid.UUID) (*App, fault.Problems, error) {
	if err := mayEnd(ctx); err != nil {
		return nil, nil, err
	}
	a, err := s.change(ctx, id, func(tx database.Tx, a *stored) error {
		now := s.clock.Now()
		a.RevokedAt, a.UpdatedAt, a.Handle = &now, now, "" // the name is free again
		if err := updateApp(ctx, tx, a); err != nil {
			return err
		}
		if err := endKeysOf(ctx, tx, id, now); err != nil {
			return err
		}
		if s.storefronts != nil { // its tokens end with it
			s.storefronts.ForgetStorefrontsTx(tx)
		}
		return s.audit.Audit(ctx, tx, "app.revoked", a.ID.String(), map[string]any{"before": a.facts()})
	})
	return given(a, err)
}

// change finds an app that was not revoked, and holds it while it is changed.
func (s *Service) change(ctx context.Context, id uuid.UUID, change func(tx database.Tx, a *stored) error) (a *stored, err error) {
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		if a, err = lockApp(ctx, tx, id); err != nil {
			return err
		}
		if a == nil {
			return refuse(CodeNotFound, "There is no such app.", "appId")
		}
		if a.RevokedAt != nil {
			return refuse(CodeConflict, "The app was revoked.", "appId")
		}
		tx.AfterCommit(func() {
			s.keys.Flush()
			s.clients.Drop(id)
			s.modes.Drop(id)
		})
		return change(tx, a)
	})
	return a, err
}

func given(a *stored, err error) (*App, fault.Problems, error) {
	if problems, err := problemsOf(err); len(problems) > 0 || err != nil {
		return nil, problems, err
	}
	return &a.App, nil, nil
}

// fill takes over what an input says, and tells what is wrong with it.
func fill(a *App, in Input, known []uuid.UUID) (problems fault.Problems) {
	if in.Title != nil {
		a.Title = title(&problems, *in.Title)
	}
	if in.RedirectURIs != nil {
		a.RedirectURIs = redirects(&problems, in.RedirectURIs)
	}
	if in.Scopes != nil {
		a.AccessScopes = scopes(&problems, in.Scopes, access.AllScopes)
	}
	if in.Operations != nil {
		a.Mode = *in.Operations
		if !a.Mode.known() {
			problems.Add(CodeInvalid, "An app sends operations in the mode OPEN, LOG_UNKNOWN or REGISTERED_ONLY.", "input", "operations")
		}
	}
	if in.Locations != nil {
		a.LocationIDs = checkPlaces(&problems, in.Locations, known)
	}
	return problems
}

// known gives the locations of the shop, where the input names any. It is asked before a transaction, not within.
func (s *Service) known(ctx context.Context, in Input) ([]uuid.UUID, error) {
	if len(in.Locations) == 0 {
		return nil, nil
	}
	return s.locations.LocationIDs(ctx)
}

func overlapProblems(overlap time.Duration) (problems fault.Problems) {
	if overlap < 0 || overlap > MaxOverlap {
		problems.Add(CodeInvalid, "What is rotated out stays good for at most seven days.", "overlapMinutes")
	}
	return problems
}

var appOrder = keyset.Order{Name: "app-id", ID: "id"}

// List gives a page of the shop's apps, oldest first, revoked ones too: those whose titles have every word of the query.
func (s *Service) List(ctx context.Context, query string, args keyset.Args) (keyset.Page[*App], error) {
	w, err := args.Window(appOrder)
	if err != nil {
		return keyset.Page[*App]{}, err
	}
	where, values, err := words(query, "lower(title)", 2)
	if err != nil {
		return keyset.Page[*App]{}, err
	}
	rows, err := listApps(ctx, s.db, w, where, values)
	return keyset.Cut(w, rows, func(a *App) (any, uuid.UUID) { return "", a.ID.UUID }), err
}

// ByIDs gives apps by their ids, for who may read apps; others and those of other shops are missing.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*App, error) {
	out := make(map[uuid.UUID]*App, len(ids))
	if !mayRead(ctx) {
		return out, nil
	}
	rows, err := appsByID(ctx, s.db, ids)
	for _, a := range rows {
		out[a.ID.UUID] = a
	}
	return out, err
}

// RedirectsTo reports whether the app may have people sent back to an address.
func (a *App) RedirectsTo(uri string) bool { return slices.Contains(a.RedirectURIs, uri) }

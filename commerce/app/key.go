package app

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// Key is an API key, with which a program acts as its app.
type Key struct {
	ID    gid.ID
	AppID gid.ID
	Title string
	// Prefix is the key's first characters, to recognize it by.
	Prefix string
	// AccessScopes are what the key may do, of what its app may, in alphabetical order.
	AccessScopes []string
	CreatedAt    time.Time
	// ExpiresAt is nil for a key that does not end by itself.
	ExpiresAt *time.Time
	// LastUsedAt is known a minute or two late; nil for a key that was never used.
	LastUsedAt *time.Time
	RevokedAt  *time.Time
}

// KeyInput describes a key.
type KeyInput struct {
	Title  string
	Scopes []string
	// ExpiresAt ends it; nil never does.
	ExpiresAt *time.Time
}

const (
	prefixLength = len(keyPrefix) + 8 // 48 bits of 256: enough to find a key by, useless to guess it
	maxKeys      = 100                // in force, of an app
)

func (k *Key) facts() map[string]any {
	return map[string]any{"title": k.Title, "prefix": k.Prefix, "accessScopes": k.AccessScopes, "expiresAt": k.ExpiresAt, "appId": k.AppID}
}

// CreateKey makes a key of an app and gives it with the key itself, this once. The actor needs the scope to change apps and
// every scope that the key shall have.
func (s *Service) CreateKey(ctx context.Context, app uuid.UUID, in KeyInput) (*Key, string, fault.Problems, error) {
	now := s.clock.Now()
	token, err := s.newSecret(keyPrefix)
	if err != nil {
		return nil, "", nil, err
	}
	k := &Key{ID: gid.New(KeyType, s.newID()), AppID: gid.New(Type, app), Prefix: token[:prefixLength], CreatedAt: now, ExpiresAt: in.ExpiresAt}
	_, err = s.change(ctx, app, func(tx database.Tx, a *stored) error {
		var problems fault.Problems
		k.Title = title(&problems, in.Title)
		k.AccessScopes = scopes(&problems, in.Scopes, a.AccessScopes)
		if in.ExpiresAt != nil && !in.ExpiresAt.After(now) {
			problems.Add(CodeInvalid, "This moment has passed already.", "input", "expiresAt")
		}
		if err := refuseAll(problems); err != nil {
			return err
		}
		return s.addKey(ctx, tx, a, k, token, "api_key.created", map[string]any{"after": k.facts()})
	})
	if problems, err := problemsOf(err); len(problems) > 0 || err != nil {
		return nil, "", problems, err
	}
	return k, token, nil, nil
}

func (s *Service) addKey(ctx context.Context, tx database.Tx, a *stored, k *Key, token, action string, data any) error {
	if err := mayWrite(ctx, k.AccessScopes); err != nil {
		return err
	}
	if a.Kind != Confidential {
		return refuse(CodeConflict, "A public app cannot keep a key.", "appId")
	}
	n, err := countKeys(ctx, tx, a.ID.UUID, s.clock.Now())
	if err != nil {
		return err
	}
	if n >= maxKeys {
		return refuse(CodeTooMany, "An app has at most "+strconv.Itoa(maxKeys)+" keys.", "appId")
	}
	if err := insertKey(ctx, tx, k, hash(token)); err != nil {
		return err
	}
	return s.audit.Audit(ctx, tx, action, k.ID.String(), data)
}

// RotateKey makes a key in the place of another: of the same app, title and scopes, with as long a life. The one before ends
// after the overlap, or when it would have. The actor needs every scope that it has.
func (s *Service) RotateKey(ctx context.Context, id uuid.UUID, overlap time.Duration) (*Key, string, fault.Problems, error) {
	if p := overlapProblems(overlap); len(p) > 0 {
		return nil, "", p, nil
	}
	token, err := s.newSecret(keyPrefix)
	if err != nil {
		return nil, "", nil, err
	}
	now := s.clock.Now()
	fresh := &Key{ID: gid.New(KeyType, s.newID()), Prefix: token[:prefixLength], CreatedAt: now}
	err = s.changeKey(ctx, id, func(tx database.Tx, a *stored, old *Key) error {
		fresh.AppID, fresh.Title, fresh.AccessScopes = old.AppID, old.Title, old.AccessScopes
		until := now.Add(overlap)
		if old.ExpiresAt != nil {
			ends := now.Add(old.ExpiresAt.Sub(old.CreatedAt))
			fresh.ExpiresAt = &ends
			if old.ExpiresAt.Before(until) {
				until = *old.ExpiresAt
			}
		}
		data := map[string]any{"previous": old.ID, "previousEndsAt": until, "after": fresh.facts()}
		if err := s.addKey(ctx, tx, a, fresh, token, "api_key.rotated", data); err != nil {
			return err
		}
		return setKeyEnd(ctx, tx, id, until)
	})
	if problems, err := problemsOf(err); len(problems) > 0 || err != nil {
		return nil, "", problems, err
	}
	return fresh, token, nil, nil
}

// RevokeKey ends a key for good.
func (s *Service) RevokeKey(ctx context.Context, id uuid.UUID) (*Key, fault.Problems, error) {
	if err := mayEnd(ctx); err != nil {
		return nil, nil, err
	}
	var ended *Key
	err := s.changeKey(ctx, id, func(tx database.Tx, _ *stored, k *Key) error {
		now := s.clock.Now()
		k.RevokedAt, ended = &now, k
		if err := endKey(ctx, tx, id, now); err != nil {
			return err
		}
		return s.audit.Audit(ctx, tx, "api_key.revoked", k.ID.String(), map[string]any{"before": k.facts()})
	})
	if problems, err := problemsOf(err); len(problems) > 0 || err != nil {
		return nil, problems, err
	}
	return ended, nil, nil
}

// changeKey finds a key that is good, and holds its app and it while it is changed.
func (s *Service) changeKey(ctx context.Context, id uuid.UUID, change func(tx database.Tx, a *stored, k *Key) error) error {
	found, err := keysByID(ctx, s.db, []uuid.UUID{id})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return refuse(CodeNotFound, "There is no such key.", "apiKeyId")
	}
	return s.db.InTx(ctx, func(tx database.Tx) error {
		a, err := lockApp(ctx, tx, found[0].AppID.UUID)
		if err != nil {
			return err
		}
		// Read again under the lock: it may have ended meanwhile.
		held, err := keysByID(ctx, tx, []uuid.UUID{id})
		if err != nil {
			return err
		}
		if a == nil || len(held) == 0 {
			return refuse(CodeNotFound, "There is no such key.", "apiKeyId")
		}
		if k := held[0]; k.RevokedAt != nil || k.ExpiresAt != nil && !k.ExpiresAt.After(s.clock.Now()) {
			return refuse(CodeConflict, "The key has ended already.", "apiKeyId")
		}
		tx.AfterCommit(s.keys.Flush)
		return change(tx, a, held[0])
	})
}

var keyOrder = keyset.Order{Name: "api-key-id", ID: "id"}

// Keys gives a page of the shop's keys, oldest first, ended ones too; of one app where app is not nil. The query is the
// beginning of a key, or a whole one: what is found in a log or a leak is looked up by its first characters.
func (s *Service) Keys(ctx context.Context, app *uuid.UUID, query string, args keyset.Args) (keyset.Page[*Key], error) {
	w, err := args.Window(keyOrder)
	if err != nil {
		return keyset.Page[*Key]{}, err
	}
	where, values, err := beginnings(query, 2)
	if err != nil {
		return keyset.Page[*Key]{}, err
	}
	if app != nil {
		values = append(values, *app)
		where += " AND app_id = $" + strconv.Itoa(1+len(values))
	}
	rows, err := listKeys(ctx, s.db, w, where, values)
	return keyset.Cut(w, rows, func(k *Key) (any, uuid.UUID) { return "", k.ID.UUID }), err
}

// KeysByID gives keys by their ids, for who may read apps; others and those of other shops are missing.
func (s *Service) KeysByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Key, error) {
	out := make(map[uuid.UUID]*Key, len(ids))
	if !mayRead(ctx) {
		return out, nil
	}
	rows, err := keysByID(ctx, s.db, slices.Clone(ids))
	for _, k := range rows {
		out[k.ID.UUID] = k
	}
	return out, err
}

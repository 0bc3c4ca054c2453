package identity

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
)

type sessionRow struct {
	id, subject      uuid.UUID
	kind             access.Kind
	hash             []byte
	expires, created time.Time
	app              uuid.NullUUID
}

func insertSession(ctx context.Context, q database.Querier, r sessionRow) error {
	_, err := q.Exec(ctx, `INSERT INTO session (id, shop_id, kind, subject_id, token_hash, expires_at, last_used_at, created_at, app_id)
		VALUES ($2, $1, $3, $4, $5, $6, $7, $7, $8)`, r.id, string(r.kind), r.subject, r.hash, r.expires, r.created, r.app)
	return err
}

// findSession reads a session, the state of its owner, and the roles of a member of staff with what those that the shop
// made allow, in one statement: a member with several roles gives several rows.
func findSession(ctx context.Context, q database.Querier, h handle) (*session, bool, error) {
	type row struct {
		id, subject       uuid.UUID
		expires, lastUsed time.Time
		state, role       sql.NullString
		active            sql.NullBool
		made              database.JSON[[]string]
		app               uuid.NullUUID
	}
	rows, err := q.Query(ctx, `SELECT s.id, s.subject_id, s.expires_at, s.last_used_at, c.state, m.active, r.role, x.scopes, s.app_id
		FROM session s
		LEFT JOIN customer c ON s.kind = 'customer' AND c.shop_id = s.shop_id AND c.id = s.subject_id
		LEFT JOIN staff_member m ON s.kind = 'staff' AND m.id = s.subject_id
		LEFT JOIN role_assignment r ON s.kind = 'staff' AND r.shop_id = s.shop_id AND r.staff_id = s.subject_id
		LEFT JOIN role x ON x.shop_id = r.shop_id AND x.handle = r.role
		WHERE s.shop_id = $1 AND s.token_hash = $2 AND s.kind = $3 AND s.revoked_at IS NULL`, h.digest[:], string(h.kind))
	found, err := database.Scan(rows, err, func(scan func(...any) error) (r row, err error) {
		return r, scan(&r.id, &r.subject, &r.expires, &r.lastUsed, &r.state, &r.active, &r.role, &r.made, &r.app)
	})
	if err != nil || len(found) == 0 {
		return nil, false, err
	}
	first := found[0]
	var roles, scopes []string
	for _, r := range found {
		if r.role.Valid {
			roles = append(roles, r.role.String)
			scopes = append(scopes, r.made.V...)
		}
	}
	scopes = append(scopes, access.ScopesOf(roles...).List()...)
	if h.kind == access.Customer && first.state.String != "enabled" || h.kind == access.Staff && (!first.active.Bool || len(roles) == 0) {
		return nil, false, nil
	}
	s := &session{actor: access.Actor{Kind: h.kind, Shop: h.shop, ID: first.subject, Session: first.id, Client: first.app.UUID, Roles: roles, Scopes: access.NewScopes(scopes...)}}
	s.expires.Store(first.expires.UnixMicro())
	s.nextSlide.Store(first.lastUsed.Add(slideEvery).UnixMicro())
	return s, true, nil
}

// touchSession moves a session's end. A session that another process moved a moment ago, or that was ended meanwhile, is
// left as it is.
func touchSession(ctx context.Context, q database.Querier, id uuid.UUID, now, expires time.Time) error {
	_, err := q.Exec(ctx, `UPDATE session SET last_used_at = $3, expires_at = $4
		WHERE shop_id = $1 AND id = $2 AND revoked_at IS NULL AND expires_at > $3 AND last_used_at <= $5`, id, now, expires, now.Add(-slideEvery))
	return err
}

// extendSession moves the end of a session that has not come to it, and reports whether there was one.
func extendSession(ctx context.Context, q database.Querier, id uuid.UUID, now, expires time.Time) (bool, error) {
	n, err := q.Exec(ctx, `UPDATE session SET last_used_at = $3, expires_at = $4
		WHERE shop_id = $1 AND id = $2 AND revoked_at IS NULL AND expires_at > $3`, id, now, expires)
	return n == 1, err
}

func endSession(ctx context.Context, q database.Querier, d digest, now time.Time) (bool, error) {
	n, err := q.Exec(ctx, `UPDATE session SET revoked_at = $3
		WHERE shop_id = $1 AND token_hash = $2 AND revoked_at IS NULL AND expires_at > $3`, d[:], now)
	return n == 1, err
}

// endSessions ends all sessions of a person and gives their hashes.
func endSessions(ctx context.Context, q database.Querier, subject uuid.UUID, now time.Time) ([]digest, error) {
	rows, err := q.Query(ctx, `SELECT token_hash FROM session
		WHERE shop_id = $1 AND subject_id = $2 AND revoked_at IS NULL ORDER BY id FOR UPDATE`, subject)
	hashes, err := database.Scan(rows, err, func(scan func(...any) error) (d digest, err error) {
		var b []byte
		err = scan(&b)
		copy(d[:], b)
		return d, err
	})
	if err != nil || len(hashes) == 0 {
		return nil, err
	}
	_, err = q.Exec(ctx, `UPDATE session SET revoked_at = $3 WHERE shop_id = $1 AND subject_id = $2 AND revoked_at IS NULL`, subject, now)
	return hashes, err
}

func insertStorefront(ctx context.Context, q database.Querier, t StorefrontToken, hash []byte) error {
	_, err := q.Exec(ctx, `INSERT INTO storefront_token (id, shop_id, kind, token_hash, prefix, title, scopes, expires_at, created_at, app_id)
		VALUES ($2, $1, $3, $4, $5, $6, $7, $8, $9, $10)`, t.ID, t.Kind, hash, t.Prefix, t.Title, database.JSON[[]string]{V: t.Scopes}, t.ExpiresAt, t.CreatedAt, database.Maybe(t.App))
	return err
}

// findStorefront reads a token by its hash alone: the token is what names the shop.
func findStorefront(ctx context.Context, q database.Querier, d digest) (*storefront, bool, error) {
	rows, err := q.SysQuery(ctx, `SELECT t.id, t.shop_id, t.kind, t.scopes, t.expires_at, t.app_id FROM storefront_token t
		LEFT JOIN app a ON a.shop_id = t.shop_id AND a.id = t.app_id
		WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND a.revoked_at IS NULL`, d[:])
	found, err := database.Scan(rows, err, func(scan func(...any) error) (*storefront, error) {
		t := &storefront{actor: access.Actor{Kind: access.Storefront}}
		var scopes database.JSON[[]string]
		var expires sql.NullTime
		var app uuid.NullUUID
		err := scan(&t.actor.ID, &t.actor.Shop, &t.kind, &scopes, &expires, &app)
		t.actor.Client = app.UUID
		t.actor.Scopes = access.NewScopes(scopes.V...)
		t.actor.Private = t.kind == Private
		t.expires = expires.Time
		return t, err
	})
	if err != nil || len(found) == 0 {
		return nil, false, err
	}
	return found[0], true, nil
}

func endStorefront(ctx context.Context, q database.Querier, id uuid.UUID, now time.Time) (bool, error) {
	n, err := q.Exec(ctx, `UPDATE storefront_token SET revoked_at = $3 WHERE shop_id = $1 AND id = $2 AND revoked_at IS NULL`, id, now)
	return n == 1, err
}

// adoptStorefront gives tokens in force to an app, and their ids: those with a prefix, which should be of one only, or the one that
// the text is itself.
func adoptStorefront(ctx context.Context, q database.Querier, text string, app uuid.UUID) ([]uuid.UUID, error) {
	whole := digestOf(text)
	rows, err := q.Query(ctx, `UPDATE storefront_token SET app_id = $3 WHERE shop_id = $1 AND (prefix = $2 OR token_hash = $4) AND revoked_at IS NULL RETURNING id`, text, app, whole[:])
	return database.IDs(rows, err)
}

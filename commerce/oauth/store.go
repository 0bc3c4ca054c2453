package oauth

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// codeRow is a code that was granted.
type codeRow struct {
	id, app, subject, session, family    uuid.UUID
	redirectURI, state, nonce, challenge string
	scopes                               []string
	granted, expires                     time.Time
	redeemed                             bool
	hash                                 digest
}

func insertCode(ctx context.Context, q database.Querier, r codeRow) error {
	_, err := q.Exec(ctx, `INSERT INTO oauth_request (id, shop_id, app_id, redirect_uri, state, nonce, response_mode, scopes, code_challenge, subject_id, session_id, family_id, granted_at, code_hash, expires_at, created_at)
		VALUES ($2, $1, $3, $4, $5, $6, 'query', $7, $8, $9, $10, $11, $12, $13, $14, $12)`,
		r.id, r.app, r.redirectURI, r.state, r.nonce, database.JSON[[]string]{V: r.scopes}, r.challenge, r.subject, r.session, r.family, r.granted, r.hash.bytes(), r.expires)
	return err
}

// lockCode reads a code, and holds it until the transaction ends. Served by oauth_request (code_hash).
func lockCode(ctx context.Context, tx database.Tx, d digest) (codeRow, bool, error) {
	rows, err := tx.Query(ctx, `SELECT id, app_id, subject_id, session_id, family_id, redirect_uri, nonce, code_challenge, scopes, granted_at, expires_at, redeemed_at
		FROM oauth_request WHERE shop_id = $1 AND code_hash = $2 FOR UPDATE`, d.bytes())
	found, err := database.Scan(rows, err, func(scan func(...any) error) (r codeRow, err error) {
		var scopes database.JSON[[]string]
		var redeemed sql.NullTime
		err = scan(&r.id, &r.app, &r.subject, &r.session, &r.family, &r.redirectURI, &r.nonce, &r.challenge, &scopes, &r.granted, &r.expires, &redeemed)
		r.scopes, r.redeemed = scopes.V, redeemed.Valid
		return r, err
	})
	if err != nil || len(found) == 0 {
		return codeRow{}, false, err
	}
	return found[0], true, nil
}

func redeemCode(ctx context.Context, q database.Querier, id uuid.UUID, now time.Time) error {
	_, err := q.Exec(ctx, `UPDATE oauth_request SET redeemed_at = $3 WHERE shop_id = $1 AND id = $2`, id, now)
	return err
}

// tokenRow is a refresh token, or an access token that was ended by itself.
type tokenRow struct {
	id, app, family, subject, session uuid.UUID
	scopes                            []string
	hash                              digest
	authTime, expires, created, ended time.Time
	used, revoked                     bool
}

func insertToken(ctx context.Context, q database.Querier, r tokenRow) error {
	var session *uuid.UUID
	if r.session != uuid.Nil {
		session = &r.session
	}
	var ended *time.Time
	if !r.ended.IsZero() {
		ended = &r.ended
	}
	_, err := q.Exec(ctx, `INSERT INTO oauth_token (id, shop_id, app_id, family_id, subject_id, session_id, scopes, token_hash, auth_time, expires_at, revoked_at, created_at)
		VALUES ($2, $1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (token_hash) DO NOTHING`,
		r.id, r.app, r.family, r.subject, session, database.JSON[[]string]{V: r.scopes}, r.hash.bytes(), r.authTime, r.expires, ended, r.created)
	return err
}

const tokenColumns = `SELECT id, app_id, family_id, subject_id, session_id, scopes, auth_time, expires_at, created_at, used_at, revoked_at FROM oauth_token`

// findToken reads a token. Served by oauth_token (token_hash).
func findToken(ctx context.Context, q database.Querier, d digest) (tokenRow, bool, error) {
	return oneToken(ctx, q, ` WHERE shop_id = $1 AND token_hash = $2`, d)
}

// lockToken is findToken, and holds the token until the transaction ends.
func lockToken(ctx context.Context, tx database.Tx, d digest) (tokenRow, bool, error) {
	return oneToken(ctx, tx, ` WHERE shop_id = $1 AND token_hash = $2 FOR UPDATE`, d)
}

func oneToken(ctx context.Context, q database.Querier, where string, d digest) (tokenRow, bool, error) {
	rows, err := q.Query(ctx, tokenColumns+where, d.bytes())
	found, err := database.Scan(rows, err, func(scan func(...any) error) (r tokenRow, err error) {
		var scopes database.JSON[[]string]
		var used, revoked sql.NullTime
		var session uuid.NullUUID
		err = scan(&r.id, &r.app, &r.family, &r.subject, &session, &scopes, &r.authTime, &r.expires, &r.created, &used, &revoked)
		r.session, r.scopes, r.used, r.revoked = session.UUID, scopes.V, used.Valid, revoked.Valid
		return r, err
	})
	if err != nil || len(found) == 0 {
		return tokenRow{}, false, err
	}
	return found[0], true, nil
}

// hasEnded reports whether an access token was ended by itself. Served by oauth_token (token_hash).
func hasEnded(ctx context.Context, q database.Querier, d digest) (bool, error) {
	_, found, err := findToken(ctx, q, d)
	return found, err
}

func useToken(ctx context.Context, q database.Querier, id uuid.UUID, now time.Time) error {
	_, err := q.Exec(ctx, `UPDATE oauth_token SET used_at = $3 WHERE shop_id = $1 AND id = $2`, id, now)
	return err
}

// endFamily ends the refresh tokens of a family. Served by oauth_token (shop_id, family_id).
func endFamily(ctx context.Context, q database.Querier, family uuid.UUID, now time.Time) error {
	_, err := q.Exec(ctx, `UPDATE oauth_token SET revoked_at = $3 WHERE shop_id = $1 AND family_id = $2 AND revoked_at IS NULL`, family, now)
	return err
}

// endFamilyOf ends the refresh tokens that live by a session. They are found by whose it is: served by oauth_token
// (shop_id, subject_id).
func endFamilyOf(ctx context.Context, q database.Querier, session uuid.UUID, now time.Time) error {
	_, err := q.Exec(ctx, `UPDATE oauth_token SET revoked_at = $3 WHERE shop_id = $1 AND session_id = $2 AND revoked_at IS NULL
		AND subject_id IN (SELECT s.subject_id FROM session s WHERE s.shop_id = $1 AND s.id = $2)`, session, now)
	return err
}

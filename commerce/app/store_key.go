package app

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
	"github.com/rialtohq/rialto/platform/lastuse"
)

const keyColumns = `id, app_id, title, prefix, scopes, created_at, expires_at, last_used_at, revoked_at`

func scanKey(scan func(...any) error) (*Key, error) {
	k := &Key{}
	var id, app uuid.UUID
	var scopes database.JSON[[]string]
	var expires, used, revoked sql.NullTime
	err := scan(&id, &app, &k.Title, &k.Prefix, &scopes, &k.CreatedAt, &expires, &used, &revoked)
	k.ID, k.AppID, k.AccessScopes = gid.New(KeyType, id), gid.New(Type, app), list(scopes.V)
	k.ExpiresAt, k.LastUsedAt, k.RevokedAt = database.Moment(expires), database.Moment(used), database.Moment(revoked)
	return k, err
}

func insertKey(ctx context.Context, tx database.Tx, k *Key, hash []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO api_key (id, shop_id, app_id, title, prefix, key_hash, scopes, expires_at, created_at) VALUES ($2, $1, $3, $4, $5, $6, $7, $8, $9)`,
		k.ID.UUID, k.AppID.UUID, k.Title, k.Prefix, hash, database.JSON[[]string]{V: k.AccessScopes}, k.ExpiresAt, k.CreatedAt)
	return err
}

func keysByID(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]*Key, error) {
	rows, err := q.Query(ctx, `SELECT `+keyColumns+` FROM api_key WHERE shop_id = $1 AND id = ANY($2)`, ids)
	return database.Scan(rows, err, scanKey)
}

// listKeys reads a page of keys. Served by api_key (shop_id, app_id, id) for those of an app, and by (shop_id, prefix) for
// those that begin alike.
func listKeys(ctx context.Context, q database.Querier, w keyset.Window, where string, args []any) ([]*Key, error) {
	after, place := w.Where(2 + len(args))
	rows, err := q.Query(ctx, `SELECT `+keyColumns+` FROM api_key WHERE shop_id = $1`+where+after+w.OrderBy(), append(args, place...)...)
	return database.Scan(rows, err, scanKey)
}

func countKeys(ctx context.Context, tx database.Tx, app uuid.UUID, now time.Time) (n int, err error) {
	return n, tx.QueryRow(ctx, `SELECT count(*) FROM api_key WHERE shop_id = $1 AND app_id = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)`, app, now).Scan(&n)
}

func setKeyEnd(ctx context.Context, tx database.Tx, id uuid.UUID, expires time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE api_key SET expires_at = $3 WHERE shop_id = $1 AND id = $2`, id, expires)
	return err
}

func endKey(ctx context.Context, tx database.Tx, id uuid.UUID, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE api_key SET revoked_at = $3 WHERE shop_id = $1 AND id = $2`, id, now)
	return err
}

// endKeysOf ends what is left of an app's keys.
func endKeysOf(ctx context.Context, tx database.Tx, app uuid.UUID, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE api_key SET revoked_at = $3 WHERE shop_id = $1 AND app_id = $2 AND revoked_at IS NULL`, app, now)
	return err
}

// findBearer reads a key and its app by the key's hash alone: the key is what names the shop. Served by api_key (key_hash).
func findBearer(ctx context.Context, q database.Querier, d digest) (*bearer, bool, error) {
	rows, err := q.SysQuery(ctx, `SELECT k.id, k.shop_id, k.app_id, k.scopes, k.expires_at, a.scopes, a.location_ids
		FROM api_key k JOIN app a ON a.shop_id = k.shop_id AND a.id = k.app_id
		WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND a.revoked_at IS NULL`, d[:])
	found, err := database.Scan(rows, err, func(scan func(...any) error) (*bearer, error) {
		var key, shop, app uuid.UUID
		var ofKey, ofApp database.JSON[[]string]
		var locations database.JSON[[]uuid.UUID]
		var expires sql.NullTime
		err := scan(&key, &shop, &app, &ofKey, &expires, &ofApp, &locations)
		return &bearer{actor: actorOf(shop, app, key, ofKey.V, ofApp.V, locations.V), expires: expires.Time}, err
	})
	if err != nil || len(found) == 0 {
		return nil, false, err
	}
	return found[0], true, nil
}

// writeUses notes when keys were used last; what another process wrote later stays.
func writeUses(ctx context.Context, tx database.Tx, list []lastuse.Use[uuid.UUID]) error {
	for _, u := range list {
		if _, err := tx.Exec(ctx, `UPDATE api_key SET last_used_at = $3 WHERE shop_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at < $3)`, u.Of, u.At); err != nil {
			return err
		}
	}
	return nil
}

package app

import (
	"context"
	"database/sql"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

const appColumns = `id, title, kind, secret_hash, previous_hash, previous_until, redirect_uris, scopes, location_ids, created_at, updated_at, revoked_at, handle, operations`

func scanStored(scan func(...any) error, more ...any) (*stored, error) {
	a := &stored{}
	var id uuid.UUID
	var redirects, scopes database.JSON[[]string]
	var locations database.JSON[[]uuid.UUID]
	var until, revoked sql.NullTime
	var handle, operations sql.NullString
	err := scan(append([]any{&id, &a.Title, &a.Kind, &a.secret, &a.previous, &until, &redirects, &scopes, &locations, &a.CreatedAt, &a.UpdatedAt, &revoked, &handle, &operations}, more...)...)
	a.ID, a.RedirectURIs, a.AccessScopes, a.LocationIDs = gid.New(Type, id), list(redirects.V), list(scopes.V), make([]gid.ID, len(locations.V))
	for i, l := range locations.V {
		a.LocationIDs[i] = gid.New("Location", l)
	}
	a.Kind, a.Handle, a.Mode = strings.ToUpper(a.Kind), handle.String, Operations(strings.ToUpper(operations.String))
	a.PreviousSecretEndsAt, a.RevokedAt = database.Moment(until), database.Moment(revoked)
	return a, err
}

// list is a list that is shown as such even when it is empty.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

func insertApp(ctx context.Context, tx database.Tx, a *stored) error {
	_, err := tx.Exec(ctx, `INSERT INTO app (id, shop_id, created_at, updated_at, title, kind, secret_hash, redirect_uris, scopes, location_ids, handle, operations)
		VALUES ($2, $1, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, a.ID.UUID, a.CreatedAt, a.Title, strings.ToLower(a.Kind), a.secret,
		database.JSON[[]string]{V: a.RedirectURIs}, database.JSON[[]string]{V: a.AccessScopes}, places(a.LocationIDs), orNull(a.Handle), orNull(strings.ToLower(string(a.Mode))))
	return err
}

func updateApp(ctx context.Context, tx database.Tx, a *stored) error {
	_, err := tx.Exec(ctx, `UPDATE app SET updated_at = $3, title = $4, secret_hash = $5, previous_hash = $6, previous_until = $7, redirect_uris = $8, scopes = $9,
		location_ids = $10, revoked_at = $11, handle = $12, operations = $13 WHERE shop_id = $1 AND id = $2`, a.ID.UUID, a.UpdatedAt, a.Title, a.secret, a.previous, a.PreviousSecretEndsAt,
		database.JSON[[]string]{V: a.RedirectURIs}, database.JSON[[]string]{V: a.AccessScopes}, places(a.LocationIDs), a.RevokedAt,
		orNull(a.Handle), orNull(strings.ToLower(string(a.Mode))))
	return err
}

func orNull(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

// appByHandle reads the app that has this name; nil where there is none.
func appByHandle(ctx context.Context, q database.Querier, handle string) (*App, error) {
	rows, err := q.Query(ctx, `SELECT `+appColumns+` FROM app WHERE shop_id = $1 AND handle = $2`, handle)
	found, err := database.Scan(rows, err, scanApp)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

func places(ids []gid.ID) database.JSON[[]uuid.UUID] {
	plain := make([]uuid.UUID, len(ids))
	for i, id := range ids {
		plain[i] = id.UUID
	}
	return database.JSON[[]uuid.UUID]{V: plain}
}

// lockApp reads an app and holds it until the transaction ends; nil where there is none.
func lockApp(ctx context.Context, tx database.Tx, id uuid.UUID) (*stored, error) {
	rows, err := tx.Query(ctx, `SELECT `+appColumns+` FROM app WHERE shop_id = $1 AND id = $2 FOR UPDATE`, id)
	found, err := database.Scan(rows, err, func(scan func(...any) error) (*stored, error) { return scanStored(scan) })
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// findClient reads an app by its id alone, by its primary key: the client id is what names the shop. Nil where there is none.
func findClient(ctx context.Context, q database.Querier, id uuid.UUID) (*Client, error) {
	rows, err := q.SysQuery(ctx, `SELECT `+appColumns+`, shop_id FROM app WHERE id = $1`, id)
	found, err := database.Scan(rows, err, func(scan func(...any) error) (*Client, error) {
		c := &Client{}
		a, err := scanStored(scan, &c.Shop)
		c.App, c.secret, c.previous = &a.App, a.secret, a.previous
		return c, err
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

func countApps(ctx context.Context, tx database.Tx) (n int, err error) {
	return n, tx.QueryRow(ctx, `SELECT count(*) FROM app WHERE shop_id = $1 AND revoked_at IS NULL`).Scan(&n)
}

// listApps reads a page of the shop's apps. Served by app (shop_id, id).
func listApps(ctx context.Context, q database.Querier, w keyset.Window, where string, args []any) ([]*App, error) {
	after, place := w.Where(2 + len(args))
	rows, err := q.Query(ctx, `SELECT `+appColumns+` FROM app WHERE shop_id = $1`+where+after+w.OrderBy(), append(args, place...)...)
	return database.Scan(rows, err, scanApp)
}

func appsByID(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]*App, error) {
	rows, err := q.Query(ctx, `SELECT `+appColumns+` FROM app WHERE shop_id = $1 AND id = ANY($2)`, ids)
	return database.Scan(rows, err, scanApp)
}

func scanApp(scan func(...any) error) (*App, error) {
	a, err := scanStored(scan)
	return &a.App, err
}

package staff

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// scopesOfRole tells what a role allows, built in or the shop's own; known is false where there is none of this handle. A
// role of the shop is held against changes until the transaction ends. Served by role (shop_id, handle).
func scopesOfRole(ctx context.Context, q database.Querier, handle string) (scopes access.Scopes, known bool, err error) {
	if access.IsRole(handle) {
		return access.ScopesOf(handle), true, nil
	}
	rows, err := q.Query(ctx, `SELECT scopes FROM role WHERE shop_id = $1 AND handle = $2 FOR SHARE`, handle)
	found, err := database.Scan(rows, err, func(scan func(...any) error) (list database.JSON[[]string], err error) { return list, scan(&list) })
	if err != nil || len(found) == 0 {
		return access.Scopes{}, false, err
	}
	return access.NewScopes(found[0].V...), true, nil
}

const roleColumns = `id, handle, title, description, scopes, created_at, updated_at`

func scanRole(scan func(...any) error) (*Role, error) {
	var id uuid.UUID
	var scopes database.JSON[[]string]
	var created, updated time.Time
	r := &Role{}
	err := scan(&id, &r.Handle, &r.Title, &r.Description, &scopes, &created, &updated)
	r.ID, r.AccessScopes, r.CreatedAt, r.UpdatedAt = gid.New(RoleType, id), list(scopes.V), &created, &updated
	return r, err
}

// ownRoles reads the roles that the shop made, oldest first. Served by role (shop_id, handle); there are few.
func ownRoles(ctx context.Context, q database.Querier) ([]*Role, error) {
	rows, err := q.Query(ctx, `SELECT `+roleColumns+` FROM role WHERE shop_id = $1 ORDER BY id`)
	return database.Scan(rows, err, scanRole)
}

// lockOwnRole reads a role of the shop and holds it until the transaction ends; nil where there is none.
func lockOwnRole(ctx context.Context, tx database.Tx, id uuid.UUID) (*Role, error) {
	rows, err := tx.Query(ctx, `SELECT `+roleColumns+` FROM role WHERE shop_id = $1 AND id = $2 FOR UPDATE`, id)
	found, err := database.Scan(rows, err, scanRole)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

func countRoles(ctx context.Context, tx database.Tx) (n int, err error) {
	return n, tx.QueryRow(ctx, `SELECT count(*) FROM role WHERE shop_id = $1`).Scan(&n)
}

// insertOwnRole reports false where the shop has a role of this handle.
func insertOwnRole(ctx context.Context, tx database.Tx, r *Role) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO role (id, shop_id, created_at, updated_at, handle, title, description, scopes) VALUES ($2, $1, $3, $3, $4, $5, $6, $7)
		ON CONFLICT (shop_id, handle) DO NOTHING`, r.ID.UUID, *r.CreatedAt, r.Handle, r.Title, r.Description, database.JSON[[]string]{V: r.AccessScopes})
	return n == 1, err
}

func updateOwnRole(ctx context.Context, tx database.Tx, r *Role) error {
	_, err := tx.Exec(ctx, `UPDATE role SET updated_at = $3, title = $4, description = $5, scopes = $6 WHERE shop_id = $1 AND id = $2`,
		r.ID.UUID, *r.UpdatedAt, r.Title, r.Description, database.JSON[[]string]{V: r.AccessScopes})
	return err
}

func deleteOwnRole(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `DELETE FROM role WHERE shop_id = $1 AND id = $2`, id)
	return err
}

// countHolders counts who holds a role. It reads the shop's assignments, which are as many as it has staff.
func countHolders(ctx context.Context, tx database.Tx, handle string) (n int, err error) {
	return n, tx.QueryRow(ctx, `SELECT count(*) FROM role_assignment WHERE shop_id = $1 AND role = $2`, handle).Scan(&n)
}

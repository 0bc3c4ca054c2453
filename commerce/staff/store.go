package staff

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// memberOfShop reads the account of an email, if it holds a role in the shop.
func memberOfShop(ctx context.Context, q database.Querier, email string) ([]member, error) {
	rows, err := q.Query(ctx, `SELECT m.id, m.email, m.name, m.password_hash, m.active FROM staff_member m
		WHERE m.email = $2 AND EXISTS (SELECT 1 FROM role_assignment r WHERE r.shop_id = $1 AND r.staff_id = m.id)`, email)
	return database.Scan(rows, err, func(scan func(...any) error) (m member, err error) {
		return m, scan(&m.id, &m.email, &m.name, &m.hash, &m.active)
	})
}

// confirmPassword locks an account and reports whether it can still be used with the password of this hash.
func confirmPassword(ctx context.Context, tx database.Tx, id uuid.UUID, hash string) (bool, error) {
	rows, err := tx.SysQuery(database.AllShops(ctx), `SELECT id FROM staff_member WHERE id = $1 AND password_hash = $2 AND active FOR NO KEY UPDATE`, id, hash)
	found, err := database.IDs(rows, err)
	return len(found) == 1, err
}

func setPassword(ctx context.Context, tx database.Tx, id uuid.UUID, hash string, now time.Time) error {
	_, err := tx.SysExec(database.AllShops(ctx), `UPDATE staff_member SET password_hash = $2, updated_at = $3 WHERE id = $1`, id, hash, now)
	return err
}

// insertMember makes an account, unless its email has one.
func insertMember(ctx context.Context, tx database.Tx, m member, now time.Time) error {
	_, err := tx.SysExec(database.AllShops(ctx), `INSERT INTO staff_member (id, created_at, updated_at, email, name, password_hash, active)
		VALUES ($1, $2, $2, $3, $4, $5, $6) ON CONFLICT (email) DO NOTHING`, m.id, now, m.email, m.name, m.hash, m.active)
	return err
}

func memberID(ctx context.Context, q database.Querier, email string) (uuid.UUID, error) {
	rows, err := q.SysQuery(database.AllShops(ctx), `SELECT id FROM staff_member WHERE email = $1`, email)
	found, err := database.IDs(rows, err)
	if err != nil || len(found) == 0 {
		return uuid.Nil, err
	}
	return found[0], nil
}

// membersByID reads members with their roles in the shop, and what those that the shop made allow: one row a role.
func membersByID(ctx context.Context, q database.Querier, ids []uuid.UUID) (map[uuid.UUID]*StaffMember, error) {
	members := make(map[uuid.UUID]*StaffMember, len(ids))
	rows, err := q.Query(ctx, `SELECT m.id, m.email, m.name, m.active, m.created_at, m.password_hash = '', r.role, x.scopes FROM role_assignment r JOIN staff_member m ON m.id = r.staff_id
		LEFT JOIN role x ON x.shop_id = r.shop_id AND x.handle = r.role
		WHERE r.shop_id = $1 AND r.staff_id = ANY($2) ORDER BY m.id, r.role`, ids)
	_, err = database.Scan(rows, err, func(scan func(...any) error) (struct{}, error) {
		var id uuid.UUID
		var m StaffMember
		var name, role string
		var made database.JSON[[]string]
		err := scan(&id, &m.Email, &name, &m.Active, &m.CreatedAt, &m.Invited, &role, &made)
		if members[id] == nil {
			m.ID = gid.New("StaffMember", id)
			m.named(name)
			members[id] = &m
		}
		kept := members[id]
		kept.Roles = append(kept.Roles, role)
		kept.AccessScopes = append(kept.AccessScopes, append(access.ScopesOf(role).List(), made.V...)...)
		return struct{}{}, err
	})
	for _, m := range members {
		m.AccessScopes = access.NewScopes(m.AccessScopes...).List()
	}
	return members, err
}

// rolesOf reads a member's roles in the shop, and holds them until the transaction ends.
func rolesOf(ctx context.Context, tx database.Tx, id uuid.UUID) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT role FROM role_assignment WHERE shop_id = $1 AND staff_id = $2 ORDER BY role FOR UPDATE`, id)
	return database.Scan(rows, err, func(scan func(...any) error) (role string, err error) { return role, scan(&role) })
}

// lockOwners gives the shop's active owners, and holds their roles and accounts until the transaction ends: of two owners
// who are taken off or closed at the same time, the second finds itself the last.
func lockOwners(ctx context.Context, tx database.Tx) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, `SELECT r.staff_id FROM role_assignment r JOIN staff_member m ON m.id = r.staff_id
		WHERE r.shop_id = $1 AND r.role = 'owner' AND m.active ORDER BY r.id FOR NO KEY UPDATE OF r, m`)
	return database.IDs(rows, err)
}

func insertRole(ctx context.Context, tx database.Tx, id, staff uuid.UUID, role string, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO role_assignment (id, shop_id, staff_id, role, created_at) VALUES ($2, $1, $3, $4, $5)
		ON CONFLICT (shop_id, staff_id, role) DO NOTHING`, id, staff, role, now)
	return err
}

func deleteRole(ctx context.Context, tx database.Tx, staff uuid.UUID, role string) error {
	_, err := tx.Exec(ctx, `DELETE FROM role_assignment WHERE shop_id = $1 AND staff_id = $2 AND role = $3`, staff, role)
	return err
}

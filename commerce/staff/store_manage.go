package staff

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/keyset"
)

// listMembers reads a page of who holds a role in the shop. Served by role_assignment (shop_id, staff_id, role).
func listMembers(ctx context.Context, q database.Querier, w keyset.Window, c conditions) ([]uuid.UUID, error) {
	where, place := w.Where(2 + len(c.args))
	rows, err := q.Query(ctx, `SELECT r.staff_id FROM role_assignment r JOIN staff_member m ON m.id = r.staff_id
		WHERE r.shop_id = $1`+c.sql+where+` GROUP BY r.staff_id`+w.OrderBy(), append(c.args, place...)...)
	return database.IDs(rows, err)
}

// worksElsewhere locks an account and reports whether it holds a role in another shop than the context's. It asks about all
// shops: the second wall would hide the others. Giving a role locks the account too, so that none is given meanwhile.
func worksElsewhere(ctx context.Context, tx database.Tx, id uuid.UUID) (bool, error) {
	shop, err := database.Shop(ctx)
	if err != nil {
		return false, err
	}
	all := database.AllShops(ctx)
	rows, err := tx.SysQuery(all, `SELECT id FROM staff_member WHERE id = $1 FOR UPDATE`, id)
	if _, err := database.IDs(rows, err); err != nil {
		return false, err
	}
	rows, err = tx.SysQuery(all, `SELECT staff_id FROM role_assignment WHERE staff_id = $2 AND shop_id <> $1 LIMIT 1`, shop, id)
	found, err := database.IDs(rows, err)
	return len(found) > 0, err
}

func updateMember(ctx context.Context, tx database.Tx, id uuid.UUID, name string, active bool, now time.Time) error {
	_, err := tx.SysExec(database.AllShops(ctx), `UPDATE staff_member SET name = $2, active = $3, updated_at = $4 WHERE id = $1`, id, name, active, now)
	return err
}

// renewMember gives an account another name and password, and opens it.
func renewMember(ctx context.Context, tx database.Tx, m member, now time.Time) error {
	_, err := tx.SysExec(database.AllShops(ctx), `UPDATE staff_member SET name = $2, password_hash = $3, active = true, updated_at = $4 WHERE id = $1`, m.id, m.name, m.hash, now)
	return err
}

func deleteRoles(ctx context.Context, tx database.Tx, staff uuid.UUID) error {
	_, err := tx.Exec(ctx, `DELETE FROM role_assignment WHERE shop_id = $1 AND staff_id = $2`, staff)
	return err
}

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
	return database.Scan(rows, err, scanID)
}

// worksElsewhere reports whether an account holds a role in another shop.
func worksElsewhere(ctx context.Context, tx database.Tx, id uuid.UUID) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM role_assignment WHERE shop_id <> $1 AND staff_id = $2`, id).Scan(&n)
	return n > 0, err
}

func updateMember(ctx context.Context, tx database.Tx, id uuid.UUID, name string, active bool, now time.Time) error {
	_, err := tx.SysExec(database.AllShops(ctx), `UPDATE staff_member SET name = $2, active = $3, updated_at = $4 WHERE id = $1`, id, name, active, now)
	return err
}

func deleteRoles(ctx context.Context, tx database.Tx, staff uuid.UUID) error {
	_, err := tx.Exec(ctx, `DELETE FROM role_assignment WHERE shop_id = $1 AND staff_id = $2`, staff)
	return err
}

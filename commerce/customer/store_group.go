package customer

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
	"github.com/rialtohq/rialto/platform/revision"
)

const groupColumns = `id, name, handle, note, members, created_at, updated_at`

func scanGroup(scan func(...any) error) (*Group, error) { return scanGroupOf(scan) }

// scanGroupOf reads a group behind other columns.
func scanGroupOf(scan func(...any) error, before ...any) (*Group, error) {
	g := &Group{}
	var id uuid.UUID
	var note string
	err := scan(append(before, &id, &g.Name, &g.Handle, &note, &g.Members, &g.CreatedAt, &g.UpdatedAt)...)
	g.ID, g.Note, g.Revision = gid.New(GroupType, id), known(note), revision.Of(g.UpdatedAt)
	return g, err
}

func insertGroup(ctx context.Context, tx database.Tx, g *Group) error {
	_, err := tx.Exec(ctx, `INSERT INTO customer_group (shop_id, id, created_at, updated_at, name, handle, note, members) VALUES ($1, $2, $3, $3, $4, $5, $6, 0)`,
		g.ID.UUID, g.CreatedAt, g.Name, g.Handle, value(g.Note))
	return err
}

func updateGroup(ctx context.Context, tx database.Tx, g *Group) error {
	_, err := tx.Exec(ctx, `UPDATE customer_group SET updated_at = $3, name = $4, handle = $5, note = $6 WHERE shop_id = $1 AND id = $2`,
		g.ID.UUID, g.UpdatedAt, g.Name, g.Handle, value(g.Note))
	return err
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// lockGroup reads a group and holds it: who is in it changes under this lock.
func lockGroup(ctx context.Context, tx database.Tx, id uuid.UUID) ([]*Group, error) {
	rows, err := tx.Query(ctx, `SELECT `+groupColumns+` FROM customer_group WHERE shop_id = $1 AND id = $2 FOR UPDATE`, id)
	return database.Scan(rows, err, scanGroup)
}

// dropGroup deletes a group, then who is in it. Served by customer_group_member (shop_id, group_id, customer_id).
func dropGroup(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM customer_group WHERE shop_id = $1 AND id = $2`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM customer_group_member WHERE shop_id = $1 AND group_id = $2`, id)
	return err
}

func countMembers(ctx context.Context, tx database.Tx, id uuid.UUID, more int, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE customer_group SET members = members + $3, updated_at = $4 WHERE shop_id = $1 AND id = $2`, id, more, now)
	return err
}

// shareAccounts keeps accounts from being deleted until the transaction ends, and tells which there are.
func shareAccounts(ctx context.Context, tx database.Tx, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM customer WHERE shop_id = $1 AND id = ANY($2) ORDER BY id FOR KEY SHARE`, ids)
	found, err := database.IDs(rows, err)
	there := make(map[uuid.UUID]bool, len(found))
	for _, id := range found {
		there[id] = true
	}
	return there, err
}

// addMembers adds those who are not in a group yet, and counts them. The caller holds the group.
func addMembers(ctx context.Context, tx database.Tx, group uuid.UUID, customers []uuid.UUID, newID func() uuid.UUID, now time.Time) (int, error) {
	rows, err := tx.Query(ctx, `SELECT customer_id FROM customer_group_member WHERE shop_id = $1 AND group_id = $2 AND customer_id = ANY($3)`, group, customers)
	there, err := database.IDs(rows, err)
	if err != nil {
		return 0, err
	}
	shop, err := database.Shop(ctx)
	if err != nil {
		return 0, err
	}
	in := make(map[uuid.UUID]bool, len(there)+len(customers))
	for _, id := range there {
		in[id] = true
	}
	var fresh [][]any
	for _, id := range customers {
		if !in[id] {
			in[id] = true
			fresh = append(fresh, []any{newID(), shop, group, id, now})
		}
	}
	if len(fresh) == 0 {
		return 0, nil
	}
	return len(fresh), database.Insert(ctx, tx, "customer_group_member", []string{"id", "shop_id", "group_id", "customer_id", "created_at"}, fresh, "")
}

func removeMembers(ctx context.Context, tx database.Tx, group uuid.UUID, customers []uuid.UUID) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM customer_group_member WHERE shop_id = $1 AND group_id = $2 AND customer_id = ANY($3)`, group, customers)
	return int(n), err
}

func groupsByID(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]*Group, error) {
	rows, err := q.Query(ctx, `SELECT `+groupColumns+` FROM customer_group WHERE shop_id = $1 AND id = ANY($2)`, ids)
	return database.Scan(rows, err, scanGroup)
}

// listGroups reads a window of the groups. Served by customer_group (shop_id, id).
func listGroups(ctx context.Context, q database.Querier, w keyset.Window, words []string) ([]*Group, error) {
	var where strings.Builder
	var args []any
	for _, word := range words {
		args = append(args, prefix(word))
		fmt.Fprintf(&where, ` AND (lower(name) LIKE $%[1]d ESCAPE '!' OR handle LIKE $%[1]d ESCAPE '!')`, len(args)+1)
	}
	after, more := w.Where(2 + len(args))
	rows, err := q.Query(ctx, `SELECT `+groupColumns+` FROM customer_group WHERE shop_id = $1`+where.String()+after+w.OrderBy(), append(args, more...)...)
	return database.Scan(rows, err, scanGroup)
}

// groupPages reads the same window of the groups of several customers. Served by customer_group_member (shop_id,
// customer_id, group_id).
func groupPages(ctx context.Context, q database.Querier, customers []uuid.UUID, w keyset.Window) (map[uuid.UUID][]*Group, error) {
	rows, err := members(ctx, q, "customer_id", "group_id", "customer_group", groupColumns, customers, w)
	return grouped(rows, err, func(owner *uuid.UUID) func(scan func(...any) error) (*Group, error) {
		return func(scan func(...any) error) (*Group, error) { return scanGroupOf(scan, owner) }
	})
}

// memberPages reads the same window of the customers of several groups. Served by customer_group_member (shop_id,
// group_id, customer_id).
func memberPages(ctx context.Context, q database.Querier, groups []uuid.UUID, w keyset.Window) (map[uuid.UUID][]*Customer, error) {
	rows, err := members(ctx, q, "group_id", "customer_id", "customer", accountColumns, groups, w)
	return grouped(rows, err, func(owner *uuid.UUID) func(scan func(...any) error) (*Customer, error) { return scanCustomer(owner) })
}

// members reads the same window of what several owners have on the other side of memberships, owner by owner.
func members(ctx context.Context, q database.Querier, owner, other, table, columns string, owners []uuid.UUID, w keyset.Window) (database.Rows, error) {
	where, args := w.Where(3)
	return q.Query(ctx, fmt.Sprintf(`SELECT n.owner, o.%[1]s FROM (
		SELECT shop_id, owner, id, row_number() OVER (PARTITION BY owner ORDER BY id%[2]s) AS place
		FROM (SELECT shop_id, %[3]s AS owner, %[4]s AS id FROM customer_group_member WHERE shop_id = $1 AND %[3]s = ANY($2)) AS m
		WHERE shop_id = $1%[5]s) AS n
		JOIN %[6]s o ON o.shop_id = n.shop_id AND o.id = n.id WHERE n.shop_id = $1 AND n.place <= %[7]d ORDER BY n.owner, n.place`,
		strings.ReplaceAll(columns, ", ", ", o."), w.Direction(), owner, other, where, table, w.Limit+1), append([]any{owners}, args...)...)
}

// grouped gathers rows by whose they are, in their order.
func grouped[T any](rows database.Rows, err error, reader func(owner *uuid.UUID) func(scan func(...any) error) (*T, error)) (map[uuid.UUID][]*T, error) {
	out := map[uuid.UUID][]*T{}
	var owner uuid.UUID
	one := reader(&owner)
	_, err = database.Scan(rows, err, func(scan func(...any) error) (struct{}, error) {
		v, err := one(scan)
		out[owner] = append(out[owner], v)
		return struct{}{}, err
	})
	return out, err
}

package content

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// menuRow is a menu as it is stored, without its items.
type menuRow struct {
	id            uuid.UUID
	handle, title string
	written       time.Time // when it was last written; never for a new one
}

// takenHandles tells which handles rows other than one have. Served by page and menu (shop_id, handle).
func takenHandles(ctx context.Context, tx database.Tx, table string, handles []string, own uuid.UUID) (map[string]bool, error) {
	rows, err := tx.Query(ctx, "SELECT handle FROM "+table+" WHERE shop_id = $1 AND handle = ANY($2) AND id <> $3", handles, own)
	list, err := database.Scan(rows, err, func(scan func(...any) error) (h string, err error) { return h, scan(&h) })
	taken := make(map[string]bool, len(list))
	for _, h := range list {
		taken[h] = true
	}
	return taken, err
}

// lockPage locks and reads a page; nil where there is none.
func lockPage(ctx context.Context, tx database.Tx, id uuid.UUID) (*pageRow, error) {
	rows, err := tx.Query(ctx, "SELECT id, handle, title, body_html, summary, published_at, updated_at FROM page WHERE shop_id = $1 AND id = $2 FOR UPDATE", id)
	list, err := database.Scan(rows, err, func(scan func(...any) error) (*pageRow, error) {
		p := &pageRow{}
		var published sql.NullTime
		err := scan(&p.id, &p.handle, &p.title, &p.body, &p.summary, &published, &p.written)
		if published.Valid {
			at := published.Time.UTC()
			p.publishedAt = &at
		}
		return p, err
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

func insertPage(ctx context.Context, tx database.Tx, p pageRow, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO page (shop_id, id, handle, title, body_html, summary, seo_title, seo_description, published_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, '', '', $7, $8, $8)`, p.id, p.handle, p.title, p.body, p.summary, p.publishedAt, now)
	return err
}

func updatePage(ctx context.Context, tx database.Tx, p pageRow, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE page SET handle = $3, title = $4, body_html = $5, summary = $6, published_at = $7, updated_at = $8 WHERE shop_id = $1 AND id = $2`,
		p.id, p.handle, p.title, p.body, p.summary, p.publishedAt, now)
	return err
}

// deletePage deletes a page with its metafields, and the menu items that lead to it with those below them. It gives the
// menus that had such items.
func deletePage(ctx context.Context, tx database.Tx, id uuid.UUID) ([]MenuEvent, error) {
	rows, err := tx.Query(ctx, `SELECT m.id, m.handle FROM menu m WHERE m.shop_id = $1 AND EXISTS
		(SELECT 1 FROM menu_item i WHERE i.shop_id = m.shop_id AND i.menu_id = m.id AND i.type = 'PAGE' AND i.resource_id = $2)`, id)
	menus, err := database.Scan(rows, err, func(scan func(...any) error) (m MenuEvent, err error) { return m, scan(&m.MenuID, &m.Handle) })
	if err != nil {
		return nil, err
	}
	const leading = "SELECT id FROM menu_item WHERE shop_id = $1 AND type = 'PAGE' AND resource_id = $2"
	for _, statement := range []string{
		"DELETE FROM menu_item WHERE shop_id = $1 AND parent_id IN (SELECT id FROM menu_item WHERE shop_id = $1 AND parent_id IN (" + leading + "))",
		"DELETE FROM menu_item WHERE shop_id = $1 AND parent_id IN (" + leading + ")",
		"DELETE FROM menu_item WHERE shop_id = $1 AND type = 'PAGE' AND resource_id = $2",
		"DELETE FROM metafield WHERE shop_id = $1 AND owner_id = $2",
		"DELETE FROM page WHERE shop_id = $1 AND id = $2",
	} {
		if _, err := tx.Exec(ctx, statement, id); err != nil {
			return nil, err
		}
	}
	return menus, nil
}

// lockMenu locks and reads a menu without its items; nil where there is none.
func lockMenu(ctx context.Context, tx database.Tx, id uuid.UUID) (*menuRow, error) {
	rows, err := tx.Query(ctx, "SELECT id, handle, title, updated_at FROM menu WHERE shop_id = $1 AND id = $2 FOR UPDATE", id)
	list, err := database.Scan(rows, err, func(scan func(...any) error) (*menuRow, error) {
		m := &menuRow{}
		return m, scan(&m.id, &m.handle, &m.title, &m.written)
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// deleteMenu deletes a menu that was locked, with its items. Served by menu_item (shop_id, menu_id, position, id) and the
// primary key.
func deleteMenu(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM menu_item WHERE shop_id = $1 AND menu_id = $2", id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM menu WHERE shop_id = $1 AND id = $2", id)
	return err
}

// itemIDs are the ids of a menu's items. Served by menu_item (shop_id, menu_id, position, id).
func itemIDs(ctx context.Context, tx database.Tx, menu uuid.UUID) (map[uuid.UUID]bool, error) {
	rows, err := tx.Query(ctx, "SELECT id FROM menu_item WHERE shop_id = $1 AND menu_id = $2", menu)
	list, err := database.IDs(rows, err)
	out := make(map[uuid.UUID]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

// existing marks the records of a type that the shop has. Served by the tables' primary keys. Policies are no rows: their
// ids are made of the shop's, and one that is not there leads nowhere.
func existing(ctx context.Context, tx database.Tx, typ string, ids []uuid.UUID, there map[uuid.UUID]bool) error {
	table := map[string]string{"Product": "product", "Collection": "collection", "Page": "page"}[typ]
	if table == "" {
		for _, id := range ids {
			there[id] = true
		}
		return nil
	}
	rows, err := tx.Query(ctx, "SELECT id FROM "+table+" WHERE shop_id = $1 AND id = ANY($2)", ids)
	list, err := database.IDs(rows, err)
	for _, id := range list {
		there[id] = true
	}
	return err
}

// writeMenu writes a menu, and its items anew.
func writeMenu(ctx context.Context, tx database.Tx, m menuRow, fresh bool, items []*itemRow, now time.Time) error {
	statement := "UPDATE menu SET handle = $3, title = $4, updated_at = $5 WHERE shop_id = $1 AND id = $2"
	if fresh {
		statement = "INSERT INTO menu (shop_id, id, handle, title, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)"
	}
	if _, err := tx.Exec(ctx, statement, m.id, m.handle, m.title, now); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM menu_item WHERE shop_id = $1 AND menu_id = $2", m.id); err != nil {
		return err
	}
	shop, err := database.Shop(ctx)
	if err != nil || len(items) == 0 {
		return err
	}
	rows := make([][]any, len(items))
	for n, i := range items {
		rows[n] = []any{i.id, shop, m.id, i.parent, n, i.title, i.typ, i.resource, i.url, database.JSON[[]string]{V: i.tags}}
	}
	return database.Insert(ctx, tx, "menu_item", []string{"id", "shop_id", "menu_id", "parent_id", "position", "title", "type", "resource_id", "url", "tags"}, rows, "")
}

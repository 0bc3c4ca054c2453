package content

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

const pageColumns = "id, handle, title, body_html, summary, seo_title, seo_description, created_at, updated_at, published_at"

func scanPage(now time.Time) func(scan func(...any) error) (*Page, error) {
	return func(scan func(...any) error) (*Page, error) {
		p := &Page{}
		var id uuid.UUID
		var published sql.NullTime
		if err := scan(&id, &p.Handle, &p.Title, &p.Body, &p.BodySummary, &p.SEOTitle, &p.SEODescription, &p.CreatedAt, &p.UpdatedAt, &published); err != nil {
			return nil, err
		}
		p.ID, p.CreatedAt, p.UpdatedAt = gid.New("Page", id), p.CreatedAt.UTC(), p.UpdatedAt.UTC()
		p.Published = published.Valid && !published.Time.After(now)
		return p, nil
	}
}

func published(all bool) string {
	if all {
		return " AND created_at <= $2"
	}
	return " AND published_at <= $2"
}

// pagesBy reads pages. Served by the primary key or page (shop_id, handle).
func pagesBy(ctx context.Context, q database.Querier, all bool, now time.Time, condition string, arg any) ([]*Page, error) {
	rows, err := q.Query(ctx, "SELECT "+pageColumns+" FROM page WHERE shop_id = $1"+published(all)+" AND "+condition, now, arg)
	return database.Scan(rows, err, scanPage(now))
}

// pagePage reads a page of pages. Served by page (shop_id, id), (shop_id, title, id) and (shop_id, updated_at, id).
func pagePage(ctx context.Context, q database.Querier, all bool, now time.Time, w keyset.Window, words []string) ([]*Page, error) {
	where, args := w.Where(3)
	args = append([]any{now}, args...)
	for _, word := range words {
		args = append(args, "%"+strings.ToLower(word)+"%")
		where += " AND lower(title) LIKE $" + strconv.Itoa(len(args)+1)
	}
	rows, err := q.Query(ctx, "SELECT "+pageColumns+" FROM page WHERE shop_id = $1"+published(all)+where+w.OrderBy(), args...)
	return database.Scan(rows, err, scanPage(now))
}

// menuBy reads a menu with its items in order, in one statement. Served by menu (shop_id, handle) or its key, and
// menu_item (shop_id, menu_id, position, id). Nil where there is none.
func menuBy(ctx context.Context, q database.Querier, condition string, arg any) (*Menu, []*MenuItem, error) {
	rows, err := q.Query(ctx, `SELECT m.id, m.handle, m.title, m.updated_at, i.id, i.parent_id, i.title, i.type, i.resource_id, i.url, i.tags
 FROM menu m LEFT JOIN menu_item i ON i.shop_id = m.shop_id AND i.menu_id = m.id WHERE m.shop_id = $1 AND `+condition+` ORDER BY i.position, i.id`, arg)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = rows.Close() }()
	var menu *Menu
	var items []*MenuItem
	for rows.Next() {
		var id uuid.UUID
		var item, parent, resource uuid.NullUUID
		var handle, title string
		var updated time.Time
		var itemTitle, typ, url sql.NullString
		var tags database.JSON[[]string]
		if err := rows.Scan(&id, &handle, &title, &updated, &item, &parent, &itemTitle, &typ, &resource, &url, &tags); err != nil {
			return nil, nil, err
		}
		if menu == nil {
			menu = &Menu{ID: gid.New("Menu", id), Handle: handle, Title: title, updatedAt: updated.UTC()}
		}
		if item.Valid {
			items = append(items, menuItem(item.UUID, parent, resource, itemTitle.String, typ.String, url.String, tags.V))
		}
	}
	return menu, items, rows.Err()
}

func menuItem(id uuid.UUID, parent, resource uuid.NullUUID, title, typ, url string, tags []string) *MenuItem {
	i := &MenuItem{ID: gid.New("MenuItem", id), Title: title, Type: typ, Tags: tags, parent: parent.UUID}
	if i.Tags == nil {
		i.Tags = []string{}
	}
	if url != "" {
		i.URL = &url
	}
	if resource.Valid {
		r := gid.New(resourceTypes[typ], resource.UUID)
		i.ResourceID = &r
	}
	return i
}

var resourceTypes = map[string]string{"PRODUCT": "Product", "COLLECTION": "Collection", "PAGE": "Page", "SHOP_POLICY": "ShopPolicy"}

// menusOfItems reads in which menus entries stand. Served by their primary key.
func menusOfItems(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, "SELECT DISTINCT menu_id FROM menu_item WHERE shop_id = $1 AND id = ANY($2) ORDER BY menu_id", ids)
	return database.IDs(rows, err)
}

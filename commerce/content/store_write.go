package content

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/ent/generated/menu"
	"github.com/rialtohq/rialto/ent/generated/menuitem"
	"github.com/rialtohq/rialto/ent/generated/page"
	"github.com/rialtohq/rialto/platform/database"
)

// PutPage writes a page by its handle: made where it is new, replaced where it is not.
func (s *Service) PutPage(ctx context.Context, in Page) (id uuid.UUID, err error) {
	now := s.clock.Now()
	var published *time.Time
	if in.Published {
		published = &now
	}
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		shop, err := database.Shop(ctx)
		if err != nil {
			return err
		}
		found, err := tx.Ent().Page.Query().Where(page.ShopID(shop), page.Handle(in.Handle)).IDs(ctx)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			id = found[0]
			return tx.Ent().Page.Update().Where(page.ShopID(shop), page.ID(id)).SetTitle(in.Title).SetBodyHTML(in.Body).SetSummary(in.BodySummary).
				SetSeoTitle(in.SEOTitle).SetSeoDescription(in.SEODescription).SetNillablePublishedAt(published).SetUpdatedAt(now).Exec(ctx)
		}
		id = uuid.Must(uuid.NewV7())
		return tx.Ent().Page.Create().SetID(id).SetShopID(shop).SetHandle(in.Handle).SetTitle(in.Title).SetBodyHTML(in.Body).SetSummary(in.BodySummary).
			SetSeoTitle(in.SEOTitle).SetSeoDescription(in.SEODescription).SetNillablePublishedAt(published).SetCreatedAt(now).SetUpdatedAt(now).Exec(ctx)
	})
	return id, err
}

// PutMenu writes a menu by its handle, with all its items: what it had before is gone.
func (s *Service) PutMenu(ctx context.Context, handle, title string, items []*MenuItem) (id uuid.UUID, err error) {
	now := s.clock.Now()
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		shop, err := database.Shop(ctx)
		if err != nil {
			return err
		}
		found, err := tx.Ent().Menu.Query().Where(menu.ShopID(shop), menu.Handle(handle)).IDs(ctx)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			id = found[0]
			if _, err := tx.Ent().MenuItem.Delete().Where(menuitem.ShopID(shop), menuitem.MenuID(id)).Exec(ctx); err != nil {
				return err
			}
			if err := tx.Ent().Menu.Update().Where(menu.ShopID(shop), menu.ID(id)).SetTitle(title).SetUpdatedAt(now).Exec(ctx); err != nil {
				return err
			}
		} else {
			id = uuid.Must(uuid.NewV7())
			if err := tx.Ent().Menu.Create().SetID(id).SetShopID(shop).SetHandle(handle).SetTitle(title).SetCreatedAt(now).SetUpdatedAt(now).Exec(ctx); err != nil {
				return err
			}
		}
		var rows [][]any
		flatten(shop, id, nil, items, &rows)
		if len(rows) == 0 {
			return nil
		}
		return database.Insert(ctx, tx, "menu_item", []string{"id", "shop_id", "menu_id", "parent_id", "position", "title", "type", "resource_id", "url", "tags"}, rows, "")
	})
	return id, err
}

// flatten gives the rows of items and of those below them, positions counted over the whole menu.
func flatten(shop, menu uuid.UUID, parent *uuid.UUID, items []*MenuItem, rows *[][]any) {
	for _, i := range items {
		id := uuid.Must(uuid.NewV7())
		var resource *uuid.UUID
		if i.ResourceID != nil {
			resource = &i.ResourceID.UUID
		}
		url := ""
		if i.URL != nil {
			url = *i.URL
		}
		*rows = append(*rows, []any{id, shop, menu, parent, len(*rows), i.Title, i.Type, resource, url, database.JSON[[]string]{V: i.Tags}})
		flatten(shop, menu, &id, i.Items, rows)
	}
}

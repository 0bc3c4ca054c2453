package content

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// defaultMenus are those that storefronts ask for by these names.
var defaultMenus = []string{"main-menu", "footer"}

// plainTypes lead to a place that every shop has.
var plainTypes = []string{"CATALOG", "COLLECTIONS", "CUSTOMER_ACCOUNT_PAGE", "FRONTPAGE", "SEARCH"}

// itemRow is an item of a menu as it is stored.
type itemRow struct {
	id               uuid.UUID
	parent, resource *uuid.UUID
	title, typ, url  string
	tags             []string
	path             []string
	resourceType     string
	given            bool // the id came with the input
}

// CreateMenu makes a menu with all its items. Paths of problems begin with "handle", "title" or "items".
func (s *Service) CreateMenu(ctx context.Context, in MenuInput) (*Menu, fault.Problems, error) {
	return run(ctx, s, "menu", func(tx database.Tx) (*Menu, fault.Problems, error) {
		c := &checker{}
		if in.Handle == nil || strings.TrimSpace(*in.Handle) == "" {
			c.add(CodeBlank, "This is needed.", "handle")
		}
		return s.saveMenu(ctx, tx, c, menuRow{id: newID()}, true, in)
	})
}

// UpdateMenu replaces a menu's title and items; those that the input does not name are deleted. Problems are as with
// [Service.CreateMenu]; of a menu that is not there, the path is "id".
func (s *Service) UpdateMenu(ctx context.Context, id uuid.UUID, in MenuInput) (*Menu, fault.Problems, error) {
	return run(ctx, s, "menu", func(tx database.Tx) (*Menu, fault.Problems, error) {
		c := &checker{}
		row, err := lockMenu(ctx, tx, id)
		if err != nil {
			return nil, nil, err
		}
		if row == nil {
			c.add(CodeNoMenu, "There is no such menu.", "id")
			return nil, c.problems, nil
		}
		if stale := revision.Problems(in.IfRevision, row.written, "ifRevision"); stale != nil {
			return nil, stale, nil
		}
		if in.Handle != nil {
			h := c.name(*in.Handle, "handle")
			if c.ok() && slices.Contains(defaultMenus, row.handle) && handleOf(h, "menu") != row.handle {
				c.add(CodeInvalid, "A default menu keeps its handle.", "handle")
			}
		}
		return s.saveMenu(ctx, tx, c, *row, false, in)
	})
}

// DeleteMenu deletes a menu with its items. Default menus stay, since storefronts ask for them by name. Of a menu that is not
// there, the path of the problem is "id".
func (s *Service) DeleteMenu(ctx context.Context, id uuid.UUID) (fault.Problems, error) {
	_, problems, err := run(ctx, s, "menu", func(tx database.Tx) (*bool, fault.Problems, error) {
		c := &checker{}
		row, err := lockMenu(ctx, tx, id)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case row == nil:
			c.add(CodeNoMenu, "There is no such menu.", "id")
		case slices.Contains(defaultMenus, row.handle):
			c.add(CodeInvalid, "A default menu cannot be deleted.", "id")
		}
		if !c.ok() {
			return nil, c.problems, nil
		}
		if err := deleteMenu(ctx, tx, id); err != nil {
			return nil, nil, err
		}
		done := true
		return &done, nil, s.told(ctx, tx, EventMenuChanged, MenuEvent{id, row.handle}, "menu.deleted", gid.New("Menu", id), row.handle)
	})
	return problems, err
}

// saveMenu checks a menu and writes all of it.
func (s *Service) saveMenu(ctx context.Context, tx database.Tx, c *checker, row menuRow, fresh bool, in MenuInput) (*Menu, fault.Problems, error) {
	row.title = c.name(in.Title, "title")
	var items []*itemRow
	c.items(in.Items, nil, 1, []string{"items"}, &items)
	if !c.ok() {
		return nil, c.problems, nil
	}
	if in.Handle != nil {
		handle, err := c.handle(ctx, tx, "menu", in.Handle, row.title, row.id)
		if err != nil {
			return nil, nil, err
		}
		row.handle = handle
	}
	if err := checkItems(ctx, tx, c, row.id, items); err != nil || !c.ok() {
		return nil, c.problems, err
	}
	action := "menu.updated"
	if fresh {
		action = "menu.created"
	}
	if err := writeMenu(ctx, tx, row, fresh, items, revision.Next(s.clock.Now(), row.written)); err != nil {
		return nil, nil, err
	}
	if err := s.told(ctx, tx, EventMenuChanged, MenuEvent{row.id, row.handle}, action, gid.New("Menu", row.id), row.handle); err != nil {
		return nil, nil, err
	}
	m, err := s.menu(ctx, tx, "m.id = $2", row.id)
	return m, nil, err
}

// items checks the items of one level and of those below, and gives their rows in order.
func (c *checker) items(in []MenuItemInput, parent *uuid.UUID, level int, path []string, rows *[]*itemRow) {
	if level > MaxLevels && len(in) > 0 {
		c.add(CodeTooDeep, "A menu has at most three levels.", path...)
		return
	}
	for i, item := range in {
		if len(*rows) == MaxItems {
			c.add(CodeTooManyItem, "A menu has at most "+strconv.Itoa(MaxItems)+" entries.", "items")
			return
		}
		at := slices.Concat(path, []string{strconv.Itoa(i)})
		row := c.item(item, parent, at)
		*rows = append(*rows, row)
		c.items(item.Items, &row.id, level+1, slices.Concat(at, []string{"items"}), rows)
	}
}

func (c *checker) item(in MenuItemInput, parent *uuid.UUID, path []string) *itemRow {
	at := func(name string) []string { return append(slices.Clone(path), name) }
	row := &itemRow{id: newID(), parent: parent, title: c.name(in.Title, at("title")...), typ: in.Type, tags: []string{}, path: path}
	if in.ID != nil {
		row.id, row.given = in.ID.UUID, true
	}
	if len(in.Tags) > maxTags {
		c.add(CodeTooManyItem, "An entry has at most 250 tags.", at("tags")...)
		return row
	}
	for i, t := range in.Tags {
		row.tags = append(row.tags, c.name(t, append(at("tags"), strconv.Itoa(i))...))
	}
	want, leads := resourceTypes[in.Type]
	switch {
	case in.Type == "HTTP":
		row.url = c.link(in.URL, at("url")...)
	case slices.Contains(plainTypes, in.Type):
	case !leads:
		c.add(CodeResource, "This shop has nothing of this type to lead to.", at("type")...)
	case in.ResourceID == nil:
		c.add(CodeBlank, "Say which record the entry leads to.", at("resourceId")...)
	case in.ResourceID.Type != want:
		c.add(CodeResource, "An entry of this type leads to a "+want+".", at("resourceId")...)
	default:
		row.resource, row.resourceType = &in.ResourceID.UUID, want
	}
	return row
}

// checkItems checks items against what is stored: the records that they lead to, and those that are kept.
func checkItems(ctx context.Context, tx database.Tx, c *checker, menu uuid.UUID, items []*itemRow) error {
	wanted := map[string][]uuid.UUID{}
	for _, i := range items {
		if i.resource != nil {
			wanted[i.resourceType] = append(wanted[i.resourceType], *i.resource)
		}
	}
	there := map[uuid.UUID]bool{}
	for typ, ids := range wanted {
		if err := existing(ctx, tx, typ, ids, there); err != nil {
			return err
		}
	}
	kept, err := itemIDs(ctx, tx, menu)
	if err != nil {
		return err
	}
	for _, i := range items {
		if i.resource != nil && !there[*i.resource] {
			c.add(CodeResource, "There is no such record.", append(slices.Clone(i.path), "resourceId")...)
		}
		if i.given && !kept[i.id] {
			c.add(CodeInvalid, "The menu has no such entry, or it is named twice.", append(slices.Clone(i.path), "id")...)
		}
		delete(kept, i.id)
	}
	return nil
}

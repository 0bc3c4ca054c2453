// Package content knows a shop's words and ways: text pages, and the menus that lead through the storefront.
//
// It knows nothing of what menu items point at but their ids. Whether a shopper may see a page, it decides: pages that
// are not published are for staff.
//
// Invariants: a handle names one page and one menu of a shop; a menu is at most three levels deep.
package content

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
	"github.com/rialtohq/rialto/platform/revision"
)

// Page is a text page.
type Page struct {
	ID                 gid.ID
	Handle             string
	Title              string
	Body               string
	BodySummary        string
	CreatedAt          time.Time
	UpdatedAt          time.Time
	Published          bool // shoppers see it
	SEOTitle           string
	SEODescription     string
	OnlineStoreURL     *string
	TrackingParameters *string
}

// Menu is a tree of links.
type Menu struct {
	ID        gid.ID
	Handle    string
	Title     string
	Items     []*MenuItem
	count     int
	updatedAt time.Time
}

// Revision changes with every change of the menu or its items.
func (m *Menu) Revision() string { return revision.Of(m.updatedAt) }

// Revision changes with every change of the page.
func (p *Page) Revision() string { return revision.Of(p.UpdatedAt) }

// ItemsCount is how many links the menu has, on all levels.
func (m *Menu) ItemsCount() int { return m.count }

// MenuItem is one link.
type MenuItem struct {
	ID         gid.ID
	Title      string
	Type       string
	ResourceID *gid.ID
	URL        *string
	Tags       []string
	Items      []*MenuItem
	parent     uuid.UUID
}

// Events is where a write tells the rest of the house what it did, within its transaction.
type Events interface {
	AppendTx(ctx context.Context, tx database.Tx, subject string, payload any) error
}

// Audit records what staff did, with the change itself; *staff.Service does.
type Audit interface {
	Audit(ctx context.Context, tx database.Tx, action, resource string, data any) error
}

// Metafields keeps the metafields of pages. Paths of problems begin with "metafields".
type Metafields interface {
	PutTx(ctx context.Context, tx database.Tx, owner gid.ID, in []MetafieldInput) (fault.Problems, error)
}

// Config is what the service needs. All but DB may be nil; without Metafields, pages have none.
type Config struct {
	DB         *database.DB
	Events     Events
	Audit      Audit
	Metafields Metafields
	Clock      clock.Clock
}

// Service reads and writes pages and menus.
type Service struct {
	db         *database.DB
	events     Events
	audit      Audit
	metafields Metafields
	clock      clock.Clock
}

// New makes the service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	return &Service{db: c.DB, events: c.Events, audit: c.Audit, metafields: c.Metafields, clock: c.Clock}
}

func seesAll(ctx context.Context) bool {
	a := access.From(ctx)
	return a.Kind == access.System || a.Works() && a.Can(access.ContentRead)
}

// Pages reads pages by id; what the viewer may not see is absent.
func (s *Service) Pages(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Page, error) {
	list, err := pagesBy(ctx, s.db, seesAll(ctx), s.clock.Now(), "id = ANY($3)", ids)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]*Page, len(list))
	for _, p := range list {
		out[p.ID.UUID] = p
	}
	return out, nil
}

// PageByHandle finds a page. Fails with [fault.NotFound].
func (s *Service) PageByHandle(ctx context.Context, handle string) (*Page, error) {
	list, err := pagesBy(ctx, s.db, seesAll(ctx), s.clock.Now(), "handle = $3", handle)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.New(fault.NotFound, "There is no such page.")
	}
	return list[0], nil
}

// PageList reads a page of pages whose titles have every word of the query, sorted by a value of PageSortKeys.
func (s *Service) PageList(ctx context.Context, args keyset.Args, sortKey, query string) (keyset.Page[*Page], error) {
	o := keyset.Order{Name: "ID", ID: "id"}
	switch sortKey {
	case "TITLE":
		o.Name, o.Column = sortKey, "title"
	case "UPDATED_AT":
		o.Name, o.Column, o.Kind = sortKey, "updated_at", keyset.Time
	}
	w, err := args.Window(o)
	if err != nil {
		return keyset.Page[*Page]{}, err
	}
	if err := keyset.CheckQuery(query); err != nil {
		return keyset.Page[*Page]{}, err
	}
	words := strings.Fields(strings.ReplaceAll(query, "title:", ""))
	if len(words) > 10 {
		return keyset.Page[*Page]{}, fault.New(fault.Invalid, "A query for pages has at most 10 words.")
	}
	list, err := pagePage(ctx, s.db, seesAll(ctx), s.clock.Now(), w, words)
	return keyset.Cut(w, list, func(p *Page) (any, uuid.UUID) {
		switch o.Column {
		case "title":
			return p.Title, p.ID.UUID
		case "updated_at":
			return p.UpdatedAt, p.ID.UUID
		}
		return "", p.ID.UUID
	}), err
}

// Menu finds a menu with all its items. Fails with [fault.NotFound].
func (s *Service) Menu(ctx context.Context, handle string) (*Menu, error) {
	return s.menu(ctx, s.db, "m.handle = $2", handle)
}

// MenuByID finds a menu with all its items. Fails with [fault.NotFound].
func (s *Service) MenuByID(ctx context.Context, id uuid.UUID) (*Menu, error) {
	return s.menu(ctx, s.db, "m.id = $2", id)
}

// FoundItems are entries of menus by their ids, and the menus that they stand in.
type FoundItems struct {
	Items map[uuid.UUID]*MenuItem
	Menus []*Menu
}

// MenuItems finds entries of menus: two statements a menu, and one.
func (s *Service) MenuItems(ctx context.Context, ids []uuid.UUID) (FoundItems, error) {
	out := FoundItems{Items: map[uuid.UUID]*MenuItem{}}
	menus, err := menusOfItems(ctx, s.db, ids)
	if err != nil {
		return out, err
	}
	for _, id := range menus {
		m, err := s.MenuByID(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue // deleted a moment ago
		}
		if err != nil {
			return out, err
		}
		out.Menus = append(out.Menus, m)
		out.take(m.Items, ids)
	}
	return out, nil
}

func (f FoundItems) take(items []*MenuItem, ids []uuid.UUID) {
	for _, item := range items {
		if slices.Contains(ids, item.ID.UUID) {
			f.Items[item.ID.UUID] = item
		}
		f.take(item.Items, ids)
	}
}

func (s *Service) menu(ctx context.Context, q database.Querier, condition string, arg any) (*Menu, error) {
	m, items, err := menuBy(ctx, q, condition, arg)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, fault.New(fault.NotFound, "There is no such menu.")
	}
	m.count = len(items)
	m.Items = tree(items)
	return m, nil
}

// tree hangs items under their parents, keeping their order. An item with nothing under it has an empty list, not none.
func tree(items []*MenuItem) []*MenuItem {
	at := make(map[uuid.UUID]*MenuItem, len(items))
	for _, i := range items {
		at[i.ID.UUID], i.Items = i, []*MenuItem{}
	}
	roots := []*MenuItem{}
	for _, i := range items {
		if p := at[i.parent]; p != nil {
			p.Items = append(p.Items, i)
		} else {
			roots = append(roots, i)
		}
	}
	return roots
}

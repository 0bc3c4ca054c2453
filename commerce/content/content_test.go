package content_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// bundle is a shop's content, seen by staff, and what writes told.
type bundle struct {
	ctx     context.Context
	shopper context.Context
	db      *database.DB
	clock   *clock.Manual
	s       *content.Service
	told    []string
}

func setup(t *testing.T, db *database.DB) *bundle {
	t.Helper()
	ctx, shop := databasetest.Shop(t, db)
	b := &bundle{db: db, clock: clock.NewManual(start), shopper: ctx}
	b.ctx = access.With(ctx, access.Actor{Kind: access.Staff, Shop: shop, Scopes: access.ScopesOf(access.Owner)})
	b.s = content.New(content.Config{DB: db, Events: b, Audit: b, Metafields: b, Clock: b.clock})
	return b
}

func (b *bundle) AppendTx(_ context.Context, _ database.Tx, subject string, payload any) error {
	switch e := payload.(type) {
	case content.PageEvent:
		subject += " " + e.Handle
	case content.MenuEvent:
		subject += " " + e.Handle
	}
	b.told = append(b.told, subject)
	return nil
}

func (b *bundle) Audit(_ context.Context, _ database.Tx, action, _ string, _ any) error {
	b.told = append(b.told, action)
	return nil
}

func (b *bundle) PutTx(_ context.Context, _ database.Tx, _ gid.ID, in []content.MetafieldInput) (ps fault.Problems, err error) {
	if in[0].Value == "" {
		ps.Add("BLANK", "empty", "metafields", "0", "value")
	}
	return ps, nil
}

func (b *bundle) take() []string {
	told := b.told
	b.told = nil
	return told
}

func of[T any](v T) *T { return &v }

func codes(ps fault.Problems) (out []string) {
	for _, p := range ps {
		out = append(out, p.Code+" "+strings.Join(p.Field, "."))
	}
	return out
}

func (b *bundle) page(t *testing.T, in content.PageInput) *content.Page {
	t.Helper()
	p, ps, err := b.s.CreatePage(b.ctx, in)
	if err != nil || len(ps) > 0 {
		t.Fatalf("%v %v", codes(ps), err)
	}
	return p
}

func TestPages(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Run("ANewPageIsPublishedUnderAHandleOfItsTitle", func(t *testing.T) {
			b := setup(t, db)
			p := b.page(t, content.PageInput{Title: of("Über uns"), Body: of(`<p>Hello <script>x</script>you</p>`)})
			second := b.page(t, content.PageInput{Title: of("Über uns")})
			if p.Handle != "uber-uns" || second.Handle != "uber-uns-1" || p.Body != "<p>Hello you</p>" || p.BodySummary != "Hello you" || !p.Published {
				t.Fatalf("%+v, %s", p, second.Handle)
			}
			if diff := cmp.Diff([]string{"content.page_changed uber-uns", "page.created", "content.page_changed uber-uns-1", "page.created"}, b.take()); diff != "" {
				t.Fatal(diff)
			}
			if _, err := b.s.PageByHandle(b.shopper, "uber-uns"); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("APageOfTomorrowIsHiddenUntilThen", func(t *testing.T) {
			b := setup(t, db)
			p := b.page(t, content.PageInput{Title: of("Sale"), PublishAt: of(start.Add(time.Hour))})
			if _, err := b.s.PageByHandle(b.shopper, "sale"); !fault.Is(err, fault.NotFound) || p.Published {
				t.Fatalf("%v %+v", err, p)
			}
			b.clock.Advance(2 * time.Hour)
			if p, err := b.s.PageByHandle(b.shopper, "sale"); err != nil || !p.Published {
				t.Fatal(err)
			}
		})
		t.Run("AnUpdateChangesWhatIsGiven", func(t *testing.T) {
			b := setup(t, db)
			p := b.page(t, content.PageInput{Title: of("About"), Body: of("Long ago")})
			b.take()
			p, ps, err := b.s.UpdatePage(b.ctx, p.ID.UUID, content.PageInput{Handle: of("us"), Published: of(false)})
			if err != nil || len(ps) > 0 || p.Handle != "us" || p.Title != "About" || p.Body != "Long ago" || p.Published {
				t.Fatalf("%+v %v %v", p, codes(ps), err)
			}
			if diff := cmp.Diff([]string{"content.page_changed us", "page.updated"}, b.take()); diff != "" {
				t.Fatal(diff)
			}
		})
		t.Run("ADeletedPageLeavesItsMenus", func(t *testing.T) { leavesMenus(t, setup(t, db)) })
		t.Run("WhatIsWrongIsSaid", func(t *testing.T) { wrongPages(t, setup(t, db)) })
	})
}

func wrongPages(t *testing.T, b *bundle) {
	b.page(t, content.PageInput{Title: of("About")})
	b.take()
	for name, tc := range map[string]struct {
		in   content.PageInput
		want []string
	}{
		"no title":      {content.PageInput{Title: of(" ")}, []string{"BLANK page.title"}},
		"missing title": {content.PageInput{}, []string{"BLANK page.title"}},
		"long":          {content.PageInput{Title: of(strings.Repeat("a", 256))}, []string{"TOO_LONG page.title"}},
		"bad text":      {content.PageInput{Title: of("a\x00"), Body: of("\xff")}, []string{"INVALID page.title", "INVALID page.body"}},
		"taken":         {content.PageInput{Title: of("x"), Handle: of("About")}, []string{"TAKEN page.handle"}},
		"shown early":   {content.PageInput{Title: of("x"), Published: of(true), PublishAt: of(start.Add(1))}, []string{"INVALID_PUBLISH_DATE page.publishDate"}},
		"hidden late":   {content.PageInput{Title: of("x"), Published: of(false), PublishAt: of(start)}, []string{"INVALID_PUBLISH_DATE page.publishDate"}},
		"metafield":     {content.PageInput{Title: of("x"), Metafields: []content.MetafieldInput{{Key: "k"}}}, []string{"BLANK page.metafields.0.value"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, ps, err := b.s.CreatePage(b.ctx, tc.in)
			if diff := cmp.Diff(tc.want, codes(ps)); err != nil || p != nil || diff != "" {
				t.Fatal(err, diff)
			}
		})
	}
	if _, ps, err := b.s.UpdatePage(b.ctx, uuid.New(), content.PageInput{}); err != nil || cmp.Diff([]string{"NOT_FOUND id"}, codes(ps)) != "" {
		t.Fatal(codes(ps), err)
	}
	if ps, err := b.s.DeletePage(b.ctx, uuid.New()); err != nil || cmp.Diff([]string{"NOT_FOUND id"}, codes(ps)) != "" {
		t.Fatal(codes(ps), err)
	}
	if told := b.take(); told != nil {
		t.Fatal(told)
	}
}

func leavesMenus(t *testing.T, b *bundle) {
	p := b.page(t, content.PageInput{Title: of("About")})
	m, ps, err := b.s.CreateMenu(b.ctx, content.MenuInput{Handle: of("footer"), Title: "Footer", Items: []content.MenuItemInput{
		{Title: "About", Type: "PAGE", ResourceID: &p.ID, Items: []content.MenuItemInput{{Title: "Below", Type: "SEARCH", Items: []content.MenuItemInput{{Title: "Lowest", Type: "CATALOG"}}}}},
		{Title: "Home", Type: "FRONTPAGE"},
	}})
	if err != nil || len(ps) > 0 || m.ItemsCount() != 4 {
		t.Fatal(codes(ps), err)
	}
	b.take()
	if ps, err := b.s.DeletePage(b.ctx, p.ID.UUID); err != nil || len(ps) > 0 {
		t.Fatal(codes(ps), err)
	}
	if diff := cmp.Diff([]string{"content.menu_changed footer", "content.page_changed about", "page.deleted"}, b.take()); diff != "" {
		t.Fatal(diff)
	}
	m, err = b.s.Menu(b.shopper, "footer")
	if err != nil || m.ItemsCount() != 1 || m.Items[0].Title != "Home" {
		t.Fatalf("%+v %v", m, err)
	}
}

func TestMenus(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Run("AnUpdateKeepsTheItemsThatItNames", func(t *testing.T) {
			b := setup(t, db)
			m, ps, err := b.s.CreateMenu(b.ctx, content.MenuInput{Handle: of("Main Menu"), Title: "Main", Items: []content.MenuItemInput{
				{Title: "Home", Type: "FRONTPAGE"}, {Title: "Docs", Type: "HTTP", URL: "https://rialto.test/docs", Tags: []string{"new"}},
			}})
			if err != nil || len(ps) > 0 || m.Handle != "main-menu" {
				t.Fatal(codes(ps), err)
			}
			docs := m.Items[1]
			m, ps, err = b.s.UpdateMenu(b.ctx, m.ID.UUID, content.MenuInput{Title: "Main", Items: []content.MenuItemInput{
				{ID: &docs.ID, Title: "Manual", Type: "HTTP", URL: "/docs"}, {Title: "Search", Type: "SEARCH"},
			}})
			if err != nil || len(ps) > 0 || m.ItemsCount() != 2 || m.Items[0].ID != docs.ID || m.Items[0].Title != "Manual" || *m.Items[0].URL != "/docs" {
				t.Fatalf("%+v %v %v", m, codes(ps), err)
			}
			if diff := cmp.Diff([]string{"content.menu_changed main-menu", "menu.created", "content.menu_changed main-menu", "menu.updated"}, b.take()); diff != "" {
				t.Fatal(diff)
			}
		})
		t.Run("WhatIsWrongIsSaid", func(t *testing.T) { wrongMenus(t, setup(t, db)) })
	})
}

func wrongMenus(t *testing.T, b *bundle) {
	m, ps, err := b.s.CreateMenu(b.ctx, content.MenuInput{Handle: of("footer"), Title: "Footer"})
	if err != nil || len(ps) > 0 {
		t.Fatal(codes(ps), err)
	}
	b.take()
	deep := []content.MenuItemInput{{Title: "d", Type: "SEARCH"}}
	for range 3 {
		deep = []content.MenuItemInput{{Title: "d", Type: "SEARCH", Items: deep}}
	}
	many := make([]content.MenuItemInput, content.MaxItems+1)
	for i := range many {
		many[i] = content.MenuItemInput{Title: strconv.Itoa(i), Type: "SEARCH"}
	}
	one := func(i content.MenuItemInput) []content.MenuItemInput { return []content.MenuItemInput{i} }
	for name, tc := range map[string]struct {
		in   content.MenuInput
		want []string
	}{
		"blank":       {content.MenuInput{}, []string{"BLANK handle", "BLANK title"}},
		"taken":       {content.MenuInput{Handle: of("footer"), Title: "x"}, []string{"TAKEN handle"}},
		"deep":        {content.MenuInput{Handle: of("x"), Title: "x", Items: deep}, []string{"NESTING_TOO_DEEP items.0.items.0.items.0.items"}},
		"many":        {content.MenuInput{Handle: of("x"), Title: "x", Items: many}, []string{"TOO_MANY_ITEMS items"}},
		"no url":      {content.MenuInput{Handle: of("x"), Title: "x", Items: one(content.MenuItemInput{Title: "a", Type: "HTTP"})}, []string{"BLANK items.0.url"}},
		"script":      {content.MenuInput{Handle: of("x"), Title: "x", Items: one(content.MenuItemInput{Title: "a", Type: "HTTP", URL: "javascript:x()"})}, []string{"INVALID items.0.url"}},
		"no record":   {content.MenuInput{Handle: of("x"), Title: "x", Items: one(content.MenuItemInput{Title: "a", Type: "PAGE"})}, []string{"BLANK items.0.resourceId"}},
		"other type":  {content.MenuInput{Handle: of("x"), Title: "x", Items: one(content.MenuItemInput{Title: "a", Type: "PAGE", ResourceID: of(gid.New("Product", uuid.New()))})}, []string{"INVALID_RESOURCE items.0.resourceId"}},
		"gone record": {content.MenuInput{Handle: of("x"), Title: "x", Items: one(content.MenuItemInput{Title: "a", Type: "PAGE", ResourceID: of(gid.New("Page", uuid.New()))})}, []string{"INVALID_RESOURCE items.0.resourceId"}},
		"blog":        {content.MenuInput{Handle: of("x"), Title: "x", Items: one(content.MenuItemInput{Title: "a", Type: "BLOG"})}, []string{"INVALID_RESOURCE items.0.type"}},
		"foreign":     {content.MenuInput{Handle: of("x"), Title: "x", Items: one(content.MenuItemInput{ID: of(gid.New("MenuItem", uuid.New())), Title: "a", Type: "SEARCH"})}, []string{"INVALID items.0.id"}},
	} {
		t.Run(name, func(t *testing.T) {
			m, ps, err := b.s.CreateMenu(b.ctx, tc.in)
			if diff := cmp.Diff(tc.want, codes(ps)); err != nil || m != nil || diff != "" {
				t.Fatal(err, diff)
			}
		})
	}
	if _, ps, err := b.s.UpdateMenu(b.ctx, m.ID.UUID, content.MenuInput{Handle: of("bottom"), Title: "Footer"}); err != nil || cmp.Diff([]string{"INVALID handle"}, codes(ps)) != "" {
		t.Fatal(codes(ps), err)
	}
	if _, ps, err := b.s.UpdateMenu(b.ctx, uuid.New(), content.MenuInput{Title: "x"}); err != nil || cmp.Diff([]string{"MENU_DOES_NOT_EXIST id"}, codes(ps)) != "" {
		t.Fatal(codes(ps), err)
	}
	if told := b.take(); told != nil {
		t.Fatal(told)
	}
}

func TestDeleteMenu(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		for _, handle := range []string{"main-menu", "sale"} {
			m, problems, err := b.s.CreateMenu(b.ctx, content.MenuInput{Handle: &handle, Title: "Menu", Items: []content.MenuItemInput{{Title: "Home", Type: "FRONTPAGE"}}})
			if err != nil || len(problems) > 0 {
				t.Fatal(codes(problems), err)
			}
			other := setup(t, db)
			problems, err = other.s.DeleteMenu(other.ctx, m.ID.UUID)
			if d := cmp.Diff([]string{"MENU_DOES_NOT_EXIST id"}, codes(problems)); d != "" || err != nil {
				t.Error(d, err)
			}
			b.take()
			problems, err = b.s.DeleteMenu(b.ctx, m.ID.UUID)
			if handle == "main-menu" {
				if d := cmp.Diff([]string{"INVALID id"}, codes(problems)); d != "" || err != nil {
					t.Error(d, err)
				}
				continue
			}
			if d := cmp.Diff([]string{"content.menu_changed sale", "menu.deleted"}, b.take()); d != "" || err != nil || len(problems) > 0 {
				t.Error(d, codes(problems), err)
			}
			if _, err := b.s.Menu(b.ctx, handle); !fault.Is(err, fault.NotFound) {
				t.Errorf("%v", err)
			}
		}
	})
}

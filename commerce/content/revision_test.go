package content_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

// Two editors who have read the same revision write at once, while the clock stands still: one wins.
func TestOneOfTheEditorsWins(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		silent := content.New(content.Config{DB: db, Clock: b.clock})
		page, _, err := silent.CreatePage(b.ctx, content.PageInput{Title: of("About")})
		if err != nil {
			t.Fatal(err)
		}
		menu, _, err := silent.CreateMenu(b.ctx, content.MenuInput{Handle: of("top"), Title: "Top"})
		if err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			name, path, read string
			write            func(revision *string, title string) (string, fault.Problems, error)
		}{
			{"Page", "STALE page.ifRevision", page.Revision(), func(revision *string, title string) (string, fault.Problems, error) {
				p, ps, err := silent.UpdatePage(b.ctx, page.ID.UUID, content.PageInput{IfRevision: revision, Title: &title})
				if p == nil {
					return "", ps, err
				}
				return p.Revision(), ps, err
			}},
			{"Menu", "STALE ifRevision", menu.Revision(), func(revision *string, title string) (string, fault.Problems, error) {
				m, ps, err := silent.UpdateMenu(b.ctx, menu.ID.UUID, content.MenuInput{IfRevision: revision, Title: title})
				if m == nil {
					return "", ps, err
				}
				return m.Revision(), ps, err
			}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				told := map[string]int{}
				var mu sync.Mutex
				var wg sync.WaitGroup
				for range 4 {
					wg.Go(func() {
						now, ps, err := tc.write(&tc.read, uuid.NewString())
						if err != nil || now == tc.read {
							t.Error(now, err)
						}
						mu.Lock()
						defer mu.Unlock()
						told[strings.Join(codes(ps), " ")]++
					})
				}
				wg.Wait()
				if told[""] != 1 || told[tc.path] != 3 {
					t.Fatalf("%v", told)
				}
				if _, ps, err := tc.write(nil, "Unasked"); err != nil || len(ps) > 0 {
					t.Fatal(codes(ps), err)
				}
			})
		}
	})
}

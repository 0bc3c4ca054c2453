package content_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

func TestListed(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		title, hidden, no := []string{"One", "Two", "Three"}, "Hidden", false
		for i := range title {
			b.page(t, content.PageInput{Title: &title[i]})
		}
		b.page(t, content.PageInput{Title: &hidden, Published: &no})
		for from, want := range map[int64][]string{0: {"one", "two"}, 2: {"three"}, 3: nil} {
			list, err := b.s.Listed(b.ctx, from, 2)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range list {
				got = append(got, p.Handle)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("from %d on: %s", from, diff)
			}
		}
		if n, err := b.s.CountListed(b.ctx); err != nil || n != 3 {
			t.Errorf("%d pages are counted: %v", n, err)
		}
	})
}

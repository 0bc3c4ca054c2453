package catalog_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

// A sitemap is public: it has what shoppers see, whoever asks, in an order that does not move.
func TestListed(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b, other := setup(t, db), setup(t, db)
		named := func(handle, status string) catalog.ProductInput {
			in := shirt()
			in.Handle, in.Status = handle, status
			return in
		}
		other.put(t, named("foreign", "ACTIVE"))
		for i := range 5 {
			b.put(t, named(fmt.Sprintf("p%d", i), "ACTIVE"))
		}
		b.put(t, named("draft", "DRAFT"))
		handles := func(from, most int64) (out []string) {
			t.Helper()
			list, err := b.catalog.ProductsListed(b.ctx, from, most)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range list {
				out = append(out, l.Handle)
			}
			return out
		}
		for _, tc := range []struct {
			from, most int64
			want       []string
		}{
			{0, 10, []string{"p0", "p1", "p2", "p3", "p4"}}, {0, 2, []string{"p0", "p1"}}, {2, 2, []string{"p2", "p3"}}, {4, 2, []string{"p4"}}, {5, 2, nil}, {1 << 40, 250, nil},
		} {
			if diff := cmp.Diff(tc.want, handles(tc.from, tc.most)); diff != "" {
				t.Errorf("%d from %d on: %s", tc.most, tc.from, diff)
			}
		}
		if n, err := b.catalog.CountListed(b.ctx, false); err != nil || n != 5 {
			t.Errorf("%d products are counted: %v", n, err)
		}
		if n, err := b.catalog.CountListed(b.ctx, true); err != nil || n != 0 {
			t.Errorf("%d collections are counted: %v", n, err)
		}
	})
}

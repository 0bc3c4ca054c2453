package tests

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

// readsMuch are the statements that may read much, each with the reason.
var readsMuch = []exception{
	{"FROM customer WHERE shop_id = $1 AND state = $2", "staff's filter by state: accounts are read until a page is full"},
	{"FROM customer WHERE shop_id = $1 AND CAST(tags AS TEXT)", "staff's filter by tag: accounts are read until a page is full"},
	{"FROM gift_card WHERE shop_id = $1 AND customer_id = $2", "an export of a person's data: rare, and a shop has few gift cards"},
	{"FROM discount_usage WHERE shop_id = $1 AND buyer IN ($2, $3)", "an export of a person's data: rare"},
	{"a.id = customer.default_address_id AND a.country_code", "staff's filter by country: accounts are read until a page is full"},
	{"FROM orders o WHERE o.shop_id = $1 AND o.fulfillment_status = $2 ORDER BY o.processed_at, o.id", "staff's filter by state, the oldest first: orders are read until a page is full"},
	{"SELECT count(*) FROM product p WHERE p.shop_id = $1 AND p.status = 'active' AND nullif(p.published_at <= $2, false) IS NOT NULL", "the number of pages of a sitemap, which only counts: asked once for a crawl"},
	{"DELETE FROM reservation WHERE shop_id = $1 AND variant_id", "a variant is deleted while units of it are promised: rare, and a shop promises few at a time"},
}

// unread are the indexes that nothing below reads, each with the read that it is for.
var unread = map[string]string{
	"auditentry_shop_id_id": "the audit trail, newest first: for auditors, who ask the database",
	"media_shop_id_source":  "whether an uploaded picture is shown, for the hourly sweep",
}

// TestEveryStatementFindsItsRows runs what the services do on a large shop, and every case file, and fails for statements
// that read much to show little, and for indexes that nothing reads.
func TestEveryStatementFindsItsRows(t *testing.T) {
	sweep(t)
	if testing.Short() {
		t.Skip("a large shop takes a while")
	}
	url := databasetest.PostgreSQLURL(t)
	open := func() *database.DB {
		db, err := database.Open(t.Context(), database.Config{URL: url, MaxConns: 4})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	db := open()
	began := time.Now()
	h := newHouse(newLarge(t, db))
	t.Logf("filled in %v", time.Since(began).Round(time.Millisecond))
	p := newPlanner(t, db, readsMuch)
	for _, group := range []struct {
		name  string
		calls map[string]call
	}{
		{"catalog", h.catalogCalls()}, {"search", h.searchCalls()}, {"stock", h.stockCalls()}, {"people", h.peopleCalls()}, {"orders", h.orderCalls()}, {"carts", h.cartCalls()}, {"writes", h.writeCalls()},
	} {
		names := make([]string, 0, len(group.calls))
		for name := range group.calls {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			t.Run(group.name+"/"+name, func(t *testing.T) {
				ctx, record := database.RecordingArgs(h.ctx)
				if err := group.calls[name](ctx); err != nil {
					t.Fatal(err)
				}
				p.check(t, record.Calls())
			})
		}
	}
	t.Run("cases", func(t *testing.T) { explainCases(t, url, p) })
	for _, e := range readsMuch {
		if !p.used[e.text] {
			t.Errorf("no statement needs this exception any more: %s", e.text)
		}
	}
	// Connections tell what they read when they are closed.
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	p.pool = open().Pool()
	none := p.unused(t)
	for _, name := range none {
		if unread[name] == "" {
			t.Errorf("nothing reads the index %s: drop it, or say in unread what it is for", name)
		}
	}
	for name := range unread {
		if !slices.Contains(none, name) {
			t.Errorf("the index %s is read, or is not there: take it out of unread", name)
		}
	}
}

// explainCases asks what every case file asks, and what each begins with, of the large shop.
func explainCases(t *testing.T, url string, p *planner) {
	cases, err := readCases()
	if err != nil {
		t.Fatal(err)
	}
	a := apptest.Start(t, apptest.Options{Kind: apptest.Services, Config: func(c *app.Config) { c.DatabaseURL = url }})
	s := newStage(t, a)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			sc := s.set(t, c)
			got, err := s.ask(t.Context(), c.query, sc.variables, sc.headers)
			if err != nil {
				t.Fatal(err)
			}
			// What a shop answers depends on what it has; what it refuses does not.
			if diff := cmp.Diff(kinds(strings.Split(c.errors, "\n")), kinds(errorLines(got.Answer))); diff != "" || got.Status != c.status {
				t.Errorf("status %d, errors (-want +got):\n%s", got.Status, diff)
			}
			p.check(t, append(sc.earlier, got.calls...))
		})
	}
}

// kinds cuts the messages off the lines of errors.
func kinds(lines []string) (out []string) {
	for _, line := range lines {
		if kind, _, _ := strings.Cut(line, ": "); kind != "" {
			out = append(out, kind)
		}
	}
	return out
}

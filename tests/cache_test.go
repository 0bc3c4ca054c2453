package tests

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// namesByCache asks for the names of some products.
const namesByCache = `{ products(first: 3, sortKey: TITLE) { nodes { id title } } }`

// from is where an answer came from.
func from(a *apptest.Answer) string {
	where, _, _ := strings.Cut(a.Header.Get("Rialto-Cache"), ";")
	return where
}

// What is the same for everybody is made once, and made anew after each change of what it was made of, by whatever process.
func TestAnswersAreKept(t *testing.T) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		a := apptest.Start(t, apptest.Options{Kind: apptest.Embedded})
		answersAreKept(t, a, a, "hit-l1")
	})
	t.Run("services", func(t *testing.T) {
		t.Parallel()
		a := apptest.Start(t, apptest.Options{Kind: apptest.Services})
		answersAreKept(t, a, apptest.Start(t, apptest.Options{Beside: a}), "hit-l2")
	})
}

func answersAreKept(t *testing.T, one, two *apptest.App, second string) {
	owner := one.Owner(t)
	want := func(a *apptest.App, where, title string, headers apptest.Headers) *apptest.Answer {
		t.Helper()
		answer := a.Do(t, namesByCache, nil, headers)
		if from(answer) != where || len(answer.Errors) > 0 || title != "" && !strings.Contains(string(answer.Body), title) {
			t.Fatalf("%q, want %q with %q: %s", from(answer), where, title, answer.Body)
		}
		return answer
	}
	first := want(one, "miss", "", nil)
	again := want(one, "hit-l1", "", nil)
	if a, b := fmt.Sprint(first.Data), fmt.Sprint(again.Data); a != b {
		t.Errorf("the same answer has other data: %s\n%s", a, b)
	}
	if estimated, actual := again.Cost(); estimated == 0 || actual != 1 {
		t.Errorf("what is kept costs %v of %v points", actual, estimated)
	}
	want(two, second, "", nil)
	want(two, "hit-l1", "", nil)
	want(one, "", "", owner) // staff see it as it is

	id := apptest.String(first.Data, "products", "nodes", 0, "id")
	for i, a := range []*apptest.App{one, two, one} {
		title := fmt.Sprintf("Name %d", i)
		changed := a.Do(t, `mutation ($id: ID!, $title: String!) { productUpdate(product: {id: $id, title: $title}) { product { title } userErrors { message } } }`, map[string]any{"id": id, "title": title}, owner)
		moment := changed.Header.Get("Rialto-Changed")
		if len(changed.Errors) > 0 || moment == "" {
			t.Fatalf("moment %q: %s", moment, changed.Body)
		}
		if ended := changed.Header.Get("Cache-Group-Invalidation"); !strings.Contains(ended, `/product"`) || strings.Contains(ended, `/menu"`) {
			t.Errorf("caches on the way are told that %q is old", ended)
		}
		// Who made the change sees it at once, wherever they ask.
		for _, other := range []*apptest.App{one, two} {
			answer := other.Do(t, `query ($id: ID!) { product(id: $id) { title } }`, map[string]any{"id": id}, apptest.Headers{"Rialto-After": moment})
			if apptest.String(answer.Data, "product", "title") != title {
				t.Errorf("after change %d: %s (%s)", i, answer.Body, from(answer))
			}
		}
	}
}

// What every case file that only reads is answered does not depend on whether it is kept: asked twice, it is the same, and where
// it was kept it took no statement.
func TestCasesAreKept(t *testing.T) {
	t.Parallel()
	cases, err := readCases()
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t, apptest.Start(t, apptest.Options{Kind: apptest.Embedded}))
	hits := 0
	for _, c := range cases {
		if c.writes || strings.HasPrefix(strings.TrimSpace(c.query), "mutation") {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			sc := s.set(t, c)
			for range 2 {
				got, err := s.ask(t.Context(), c.query, sc.variables, sc.headers)
				if err != nil {
					t.Fatal(err)
				}
				errors, answer, err := sc.plain(got.Answer)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]string{c.errors, c.answer}, []string{errors, answer}); diff != "" || got.Status != c.status {
					t.Errorf("%s, status %d (-want +got):\n%s", from(got.Answer), got.Status, diff)
				}
				if from(got.Answer) == "hit-l1" {
					hits++
					if got.count > 0 {
						t.Errorf("what was kept took %d statements:\n%s", got.count, texts(got.calls))
					}
				}
			}
		})
	}
	if hits < 50 {
		t.Errorf("only %d answers were kept", hits)
	}
	t.Logf("%d answers were kept", hits)
}

// TestReadersAndWriters has people read a product in three processes while staff rename it in all of them. Nobody who tells which
// change they know of is shown anything older, wherever they ask; nobody at all is shown what was changed more than a second and a
// half before they asked: the second after which processes ask by themselves, and what a busy machine adds.
func TestReadersAndWriters(t *testing.T) {
	t.Parallel()
	one := apptest.Start(t, apptest.Options{Kind: apptest.Services})
	apps := []*apptest.App{one, apptest.Start(t, apptest.Options{Beside: one}), apptest.Start(t, apptest.Options{Beside: one})}
	owner := one.Owner(t)
	id := apptest.String(one.Do(t, namesByCache, nil, nil).Data, "products", "nodes", 0, "id")
	changes, deadline := 60, time.Now()
	if os.Getenv("RIALTO_TEST_LONG") != "" {
		deadline = deadline.Add(time.Minute)
	}
	type change struct {
		version int
		moment  string
		at      time.Time
	}
	var mu sync.Mutex
	done := []change{{0, "", time.Now().Add(-time.Hour)}}
	// known gives the last change, and the version that everybody is to see by now.
	known := func() (last change, everybody int) {
		mu.Lock()
		defer mu.Unlock()
		for _, c := range done {
			if time.Since(c.at) > 1500*time.Millisecond {
				everybody = c.version
			}
		}
		return done[len(done)-1], everybody
	}
	rename := func(version int) change {
		a := apps[version%len(apps)]
		answer, err := a.Serve(held(t.Context()), `mutation ($id: ID!, $title: String!) { productUpdate(product: {id: $id, title: $title}) { userErrors { message } } }`, map[string]any{"id": id, "title": fmt.Sprintf("Version %d", version)}, owner)
		if err != nil || len(answer.Errors) > 0 {
			t.Fatalf("it cannot be renamed: %v", err)
		}
		return change{version, answer.Header.Get("Rialto-Changed"), time.Now()}
	}
	var reads, kept atomic.Int64
	var readers sync.WaitGroup
	end, read := make(chan struct{}), make(chan struct{})
	for i := range 6 {
		readers.Go(func() {
			for n := i; ; n++ {
				select {
				case <-end:
					return
				default:
				}
				last, least := known()
				var headers apptest.Headers
				if n%2 == 0 && last.moment != "" {
					headers, least = apptest.Headers{"Rialto-After": last.moment}, last.version
				}
				answer, err := apps[n%len(apps)].Serve(held(t.Context()), `query ($id: ID!) { product(id: $id) { title } }`, map[string]any{"id": id}, headers)
				if err != nil || len(answer.Errors) > 0 {
					t.Errorf("it cannot be read: %v", err)
					continue
				}
				version := 0
				_, _ = fmt.Sscanf(apptest.String(answer.Data, "product", "title"), "Version %d", &version)
				if version < least {
					t.Errorf("version %d is shown (%s) to who is to see %d; told: %v", version, from(answer), least, headers != nil)
				}
				reads.Add(1)
				select {
				case read <- struct{}{}:
				default:
				}
				if strings.HasPrefix(from(answer), "hit") {
					kept.Add(1)
				}
			}
		})
	}
	version := 0
	for version < changes || time.Now().Before(deadline) {
		version++
		c := rename(version)
		mu.Lock()
		done = append(done, c)
		mu.Unlock()
		for range 30 {
			<-read
		}
	}
	close(end)
	readers.Wait()
	if kept.Load() == 0 {
		t.Error("nothing was kept, so that nothing was tried")
	}
	t.Logf("%d changes, %d reads, %d of what was kept", version, reads.Load(), kept.Load())
}

// held is a context whose statements are held up now and then, by some milliseconds: what is read before a change is then put away
// after it, and what two ask comes in another order.
func held(ctx context.Context) context.Context {
	return database.Faults(ctx, func(int64) error {
		if rand.N(4) == 0 {
			<-time.After(rand.N(15 * time.Millisecond))
		}
		return nil
	})
}

// Who changes rows past Rialto has answers made anew by hand.
func TestPurge(t *testing.T) {
	t.Parallel()
	a := apptest.Start(t, apptest.Options{Kind: apptest.Embedded})
	ask := func() string { return from(a.Do(t, namesByCache, nil, nil)) }
	shop := access.From(asRialto(t, a)).Shop
	got := []string{ask(), ask()}
	for _, tables := range [][]string{{"page"}, {"product"}, nil} {
		if err := a.PurgeCache(t.Context(), shop, tables...); err != nil {
			t.Fatal(err)
		}
		got = append(got, ask())
	}
	got = append(got, ask())
	purged := a.Do(t, `mutation { cachePurge { purgedAt userErrors { message } } }`, nil, a.Owner(t))
	if apptest.String(purged.Data, "cachePurge", "purgedAt") == "" || len(purged.Errors) > 0 {
		t.Errorf("%s", purged.Body)
	}
	got = append(got, ask(), ask())
	if d := cmp.Diff([]string{"miss", "hit-l1", "hit-l1", "miss", "miss", "hit-l1", "miss", "hit-l1"}, got); d != "" {
		t.Error(d)
	}
	if err := a.PurgeCache(t.Context(), shop, "orders"); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("answers made of orders are purged: %v", err)
	}
}

// A country, a language and a token have answers of their own.
func TestAnswersAreKeptApart(t *testing.T) {
	t.Parallel()
	a := apptest.Start(t, apptest.Options{Kind: apptest.Embedded})
	const price = `query ($country: CountryCode) @inContext(country: $country) { products(first: 1) { nodes { priceRange { minVariantPrice { amount currencyCode } } } } }`
	seen := map[string]string{}
	for _, country := range []string{"DE", "US", "DE", "US"} {
		answer := a.Do(t, price, map[string]any{"country": country}, nil)
		body := fmt.Sprint(answer.Data)
		if last, ok := seen[country]; ok != (from(answer) == "hit-l1") || ok && last != body {
			t.Errorf("%s: %s, %s; before %q", country, from(answer), body, last)
		}
		seen[country] = body
	}
	if seen["DE"] == seen["US"] {
		t.Errorf("both countries see %s", seen["DE"])
	}
}

// A thousand who ask for the same at once have it made once, over three processes.
func TestStampede(t *testing.T) {
	t.Parallel()
	one := apptest.Start(t, apptest.Options{Kind: apptest.Services})
	apps := []*apptest.App{one, apptest.Start(t, apptest.Options{Beside: one}), apptest.Start(t, apptest.Options{Beside: one})}
	var made, wrong atomic.Int64
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range 999 {
		wg.Go(func() {
			<-start
			answer, err := apps[i%len(apps)].Try(t.Context(), `{ products(first: 20) { nodes { title variants(first: 10) { nodes { title price { amount } } } } } }`, nil, nil)
			if err != nil || len(answer.Errors) > 0 || answer.Status != 200 {
				wrong.Add(1)
				return
			}
			if from(answer) == "miss" {
				made.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	// A machine that is so busy that Redis seems away makes it once in each process.
	if wrong.Load() > 0 || made.Load() < 1 || made.Load() > int64(len(apps)) {
		t.Errorf("%d of 999 went wrong, and the answer was made %d times", wrong.Load(), made.Load())
	}
}

package tests

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/graph/schema"
)

// TestWarmCachesCrossNobody has every way to an object asked for until its answer is kept, in several markets, and then by everybody
// else: each is answered as by a process that keeps nothing. So no verdict is another one for being kept, and no answer crosses a
// viewer, a market or a shop.
func TestWarmCachesCrossNobody(t *testing.T) {
	sweep(t)
	loaded, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		t.Fatal(err)
	}
	warm := apptest.Start(t, apptest.Options{Kind: apptest.Services})
	p := demoPremises(t, warm)
	p.furnishMore(t)
	m := newAtlas(t, p, loaded)
	asking := viewers(t, p, otherPremises(t, warm))
	anew := apptest.Start(t, apptest.Options{Beside: warm, Config: func(c *app.Config) { c.Cache, c.PublicURL = "off", warm.URL }}) // signed tokens name it

	// A key that was put in past Rialto is known within a second.
	for _, v := range asking {
		until(t, 10*time.Second, func() bool {
			const query = `{ shop { name } }`
			return warm.Do(t, query, nil, v.who).Status == anew.Do(t, query, nil, v.who).Status
		})
	}

	compared, kept, refused := 0, 0, 0
	for _, name := range slices.Sorted(maps.Keys(m.routes)) {
		r := m.routes[name]
		for _, market := range []string{"", " @inContext(country: DE, language: DE)", " @inContext(country: GB)"} {
			if r.kind != "query" {
				continue
			}
			query, variables := r.document(loaded, m.plain(r))
			head, rest, _ := strings.Cut(query, "{")
			query = strings.TrimSpace(head) + market + " {" + rest
			hit := false
			for range 3 { // the first makes it
				hit = strings.HasPrefix(from(warm.Do(t, query, variables, nil)), "hit")
			}
			if !hit {
				continue
			}
			kept++
			for _, v := range asking {
				got, want := warm.Do(t, query, variables, v.who), anew.Do(t, query, variables, v.who)
				compared++
				if got.Status != want.Status || !slices.Equal(got.Codes(), want.Codes()) || !cmp.Equal(got.Data, want.Data) {
					t.Errorf("%s%s, asked by %s: %d %.300s; without what is kept it is %d %.300s", name, market, v.name, got.Status, got.Body, want.Status, want.Body)
				}
				if got.Data == nil || len(got.Errors) > 0 {
					refused++
				}
			}
		}
	}
	if kept < 60 || refused == 0 {
		t.Errorf("only %d answers were kept, and %d refused to others", kept, refused)
	}
	t.Logf("%d answers were kept, and %d of others compared with what is made anew; %d were refused", kept, compared, refused)
}

// plain are fields of a route's end that ask for nothing: those whose answers tell shops and markets apart.
func (a *atlas) plain(r route) (fields []step) {
	for _, f := range r.end.Fields {
		if def := a.schema.Types[f.Type.Name()]; !strings.HasPrefix(f.Name, "__") && len(f.Arguments) == 0 && len(fields) < 2*atOnce {
			if !def.IsCompositeType() || slices.Contains([]string{"MoneyV2", "ProductPriceRange"}, def.Name) {
				fields = append(fields, step{on: r.end, field: f})
			}
		}
	}
	return fields
}

// A key is all that an answer depends on: see keyOf. This is the same from outside, for the fields that a shop's prices are in.
func TestPricesOfOneMarketAreNotGivenToAnother(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		seen := map[string]string{}
		for range 3 {
			for _, country := range []string{"US", "DE", "GB", "JP"} {
				query := fmt.Sprintf(`query @inContext(country: %s) { products(first: 3) { nodes { priceRange { minVariantPrice { amount currencyCode } } } } }`, country)
				b, err := json.Marshal(a.Query(t, query, nil))
				if err != nil {
					t.Fatal(err)
				}
				if before, ok := seen[country]; ok && before != string(b) {
					t.Errorf("%s is shown %s, and before %s", country, b, before)
				}
				seen[country] = string(b)
			}
		}
		if seen["US"] == seen["DE"] || seen["DE"] == seen["GB"] {
			t.Errorf("markets are told the same: %v", seen)
		}
	})
}

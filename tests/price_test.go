package tests

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/bench/seed"
	"github.com/rialtohq/rialto/graph/cost"
	"github.com/rialtohq/rialto/graph/generated"
	"github.com/rialtohq/rialto/graph/schema"
	"github.com/rialtohq/rialto/graph/statements"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

// crowded is a shop whose lists are longer than most that are asked for.
var crowded = seed.Size{Products: 400, Wide: 60, Collections: 40, PerCollection: 60, Customers: 100, Orders: 120, Carts: 60, FullCarts: 20}

// market is a crowded shop with somebody who writes queries for it.
func market(t *testing.T) (*premises, *composer) {
	t.Helper()
	url := databasetest.PostgreSQLURL(t)
	db, err := database.Open(t.Context(), database.Config{URL: url, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := seed.Fill(t.Context(), db, crowded); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	p := demoPremises(t, apptest.Start(t, apptest.Options{Kind: apptest.Services, Config: func(c *app.Config) { c.DatabaseURL, c.Cache = url, "off" }}))
	s := gqlparser.MustLoadSchema(schema.Sources()...)
	w := &walkIn{premises: p, schema: s}
	fill := filler{s, w.samplesOf(p), w.more()}
	fill.more["InventoryLevel.quantities.names"] = []any{"available"}
	fill.more["metafieldDefinitions.ownerType"] = "PRODUCT"
	identifier := map[string]any{"namespace": "custom", "key": "material"}
	fill.more["metafields.identifiers"], fill.more["metafield.key"], fill.more["metafield.namespace"] = []any{identifier}, "material", "custom"
	fill.more["search.query"], fill.more["predictiveSearch.query"] = "oak", "oak"
	return p, &composer{schema: s, fill: fill}
}

// TestEstimatesHold asks a crowded shop queries that were made up: none may come to more than was estimated. Where an answer holds
// all that was asked for, the estimate is near. RIALTO_TEST_LONG=1 asks 10,000.
func TestEstimatesHold(t *testing.T) {
	sweep(t)
	p, c := market(t)
	prices, err := statements.Prices(c.schema, generated.EngineTypes)
	if err != nil {
		t.Fatal(err)
	}
	most := 400
	if os.Getenv("RIALTO_TEST_LONG") != "" {
		most = 10_000
	}
	c.Rand = rand.New(rand.NewPCG(1, 2))
	var all, full, unsized []float64
	dear := 0
	for len(all) < most {
		who := p.front
		if c.open = c.chance(50); !c.open {
			who = p.back
		}
		q := c.compose()
		ctx, record := database.RecordingArgs(context.WithoutCancel(t.Context()))
		answer, err := p.Serve(ctx, q.text, q.variables, who)
		if err != nil {
			t.Fatal(err)
		}
		if answer.Status != http.StatusOK {
			if code := answer.Codes()[0]; code != "MAX_COST_EXCEEDED" && !strings.HasPrefix(code, "TOO_") {
				t.Fatalf("%d: %s\n%s %v", answer.Status, answer.Body, q.text, q.variables)
			}
			dear++
			continue
		}
		estimated, actual := answer.Cost()
		taken := 0
		for _, call := range record.Calls() {
			if !remembered.MatchString(call.Text) {
				taken++
			}
		}
		// What is charged is never more than what was estimated: so it is what the answer itself comes to that is looked at.
		e, points := measured(t, prices, c.schema, q, answer)
		if points += int64(taken) * cost.StatementPoints; float64(points) > estimated || taken > e.Statements || actual > estimated {
			t.Errorf("%s with %v was estimated at %v points and %d statements, and came to %d and %d; %v were charged", q.text, q.variables, estimated, e.Statements, points, taken, actual)
		}
		ratio := (estimated + 1) / (actual + 1)
		all = append(all, ratio)
		switch {
		case !q.full(answer.Data):
		case q.unsized:
			unsized = append(unsized, ratio)
		default:
			full = append(full, ratio)
			if ratio > 2 {
				t.Logf("%.1f times what it comes to: %s with %v", ratio, q.text, q.variables)
			}
		}
	}
	median, high := at(full, 50), at(full, 95)
	t.Logf("%d queries, %d more were too dear. Estimate/actual: %.2f at the median and %.2f at the 95th percentile of %d full pages; %.2f and %.2f of %d with lists besides that nobody can size; %.2f and %.2f of all",
		len(all), dear, median, high, len(full), at(unsized, 50), at(unsized, 95), len(unsized), at(all, 50), at(all, 95))
	if len(full) < most/20 || median > 1.3 || high > 2 {
		t.Errorf("of %d full pages, the estimate is %.2f times what they come to at the median (want at most 1.3), and %.2f times at the 95th percentile (want at most 2)", len(full), median, high)
	}
}

// measured is what a query is estimated at in any shop, and what the objects of its answer came to.
func measured(t *testing.T, prices *cost.Prices, s *ast.Schema, q composed, answer *apptest.Answer) (cost.Estimate, int64) {
	t.Helper()
	doc, invalid := gqlparser.LoadQueryWithRules(s, q.text, rules.NewDefaultRules())
	if invalid != nil {
		t.Fatal(invalid)
	}
	plan, err := prices.Compile(doc.Operations[0])
	if err != nil {
		t.Fatal(err)
	}
	var body struct{ Data json.RawMessage }
	if err := json.Unmarshal(answer.Body, &body); err != nil {
		t.Fatal(err)
	}
	variables, coerced := validator.VariableValues(s, doc.Operations[0], q.variables)
	if coerced != nil {
		t.Fatal(coerced)
	}
	return plan.Estimate(variables, nil), plan.Measure(body.Data)
}

// at is the value below which so many of a hundred are.
func at(list []float64, percent int) float64 {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[(len(list)-1)*percent/100]
}

package cost_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/rialtohq/rialto/graph/cost"
)

// Requests with one key have one price, whatever else their variables say, and what decides is all that it takes to reckon it.
func TestKeysTellPrices(t *testing.T) {
	t.Parallel()
	s, prices := load(t, sdl)
	const query = `query($a: Int, $b: Int, $text: String, $skip: Boolean!, $more: Boolean!, $ids: [ID!]!, $list: Boolean!) {
		items(first: $a, text: $text) { nodes { id parts(first: $b) { nodes { id } } price @skip(if: $skip) { amount } } }
		one: items(first: $b) @include(if: $more) { edges { cursor } }
		free: items(first: 3, text: "x") { total pageInfo { more } }
		nodes(ids: $ids) @include(if: $list) { id }
		tags @include(if: $more) { name }
	}`
	plan := compile(t, s, prices, query)
	without := compile(t, s, prices, `query($a: Int, $text: String, $skip: Boolean!) { items(first: $a, text: $text) { nodes { id price @skip(if: $skip) { amount } } } }`)
	random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // not a secret
	number := func() any {
		switch n := random.IntN(6); n {
		case 0:
			return nil
		case 1:
			return json.Number("2")
		case 2:
			return 2
		default:
			return int64(n)
		}
	}
	text := func() any { return []any{nil, "", "oak", "elm"}[random.IntN(4)] }
	for name, p := range map[string]*cost.Plan{"list": plan, "plain": without} {
		seen := map[string]cost.Estimate{}
		shared, unnamed := 0, 0
		for range 3000 {
			v := map[string]any{"a": number(), "b": number(), "text": text(), "skip": random.IntN(2) == 0, "more": random.IntN(2) == 0,
				"ids": []any{"1", "2", "3"}[:random.IntN(4)], "list": random.IntN(2) == 0}
			key, ok := p.Key(v)
			if !ok {
				unnamed++
				continue
			}
			is := p.Estimate(v, nil)
			if got := p.Estimate(p.Deciding(v), nil); got != is {
				t.Fatalf("%s: %v costs %+v, and by what decides %+v", name, v, is, got)
			}
			if was, known := seen[key]; known {
				shared++
				if was != is {
					t.Fatalf("%s: %q is the key of %+v and %+v: %v", name, key, was, is, v)
				}
			}
			seen[key] = is
		}
		if name == "plain" && (shared < 2000 || unnamed > 0) {
			t.Errorf("only %d of 3,000 had a key that was known, %d had none", shared, unnamed)
		}
		if name == "list" && unnamed != 3000 {
			t.Errorf("%d of 3,000 had no key, although a list decides", unnamed)
		}
	}
	if key, ok := compile(t, s, prices, `mutation($free: String) { rename(name: $free) { name } }`).Key(map[string]any{"free": "x"}); key != "" || !ok {
		t.Errorf("%q, %v: nothing decides here", key, ok)
	}
}

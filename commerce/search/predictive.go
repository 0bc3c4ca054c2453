package search

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/fault"
)

// The limits of predictive search: results, words that are looked at, and matches that are ranked.
const (
	MaxPredictive   = 10
	predictiveWords = 8
	predictiveHits  = 500
)

// Typing asks what a shopper who is still typing may be looking for.
type Typing struct {
	Query string
	// Limit is how many results to give, from 1 to [MaxPredictive]; 0 is the most.
	Limit int
	// Each says that the limit holds for each kind, and not for all together.
	Each bool
	// Types are the kinds to find; empty is all.
	Types []string
	// Fields are values of SearchableField; empty is titles, types, vendors and variants' titles. Vendor, type and tags are
	// looked at together, and so are variants' titles, skus and barcodes.
	Fields []string
	// Unavailable is [Last], also where empty, [Show] or [Hide].
	Unavailable string
}

// Predicted is what they may be looking for, the best first. Ids are in the order to show.
type Predicted struct {
	Products, Collections, Pages []uuid.UUID
	Queries                      []Suggestion
}

// Predictive finds things with all the words of a query, the last of which may be unfinished. Only where nothing has them,
// words are mended: to those of the shop that are one error away, or two in longer words. One statement, or three. Of very
// many matches only some are ranked. Fails with [fault.Invalid].
func (s *Service) Predictive(ctx context.Context, q Typing) (Predicted, error) {
	if q.Limit == 0 {
		q.Limit = MaxPredictive
	}
	if q.Limit < 1 || q.Limit > MaxPredictive {
		return Predicted{}, fault.New(fault.Invalid, "A predictive search gives 1 to %d results; %d were asked for.", MaxPredictive, q.Limit)
	}
	if len(q.Query) > MaxQuery {
		return Predicted{}, fault.New(fault.Invalid, "A query has at most %d bytes; this one has %d.", MaxQuery, len(q.Query))
	}
	v, err := s.view(ctx)
	if err != nil {
		return Predicted{}, err
	}
	words := Words(q.Query)
	words = words[:min(len(words), predictiveWords)]
	if len(words) == 0 {
		return Predicted{}, nil
	}
	typed := make([][]string, len(words))
	for i, w := range words {
		typed[i] = []string{w}
	}
	found, err := s.predict(ctx, v, q, typed)
	if err != nil || len(found) > 0 {
		return q.pick(found, typed), err
	}
	mended, err := s.mendAll(ctx, v, words)
	if err != nil || slices.EqualFunc(mended, typed, slices.Equal) {
		return Predicted{}, err
	}
	found, err = s.predict(ctx, v, q, mended)
	return q.pick(found, mended), err
}

// mendAll gives what each word may have been meant to be; at least the word itself.
func (s *Service) mendAll(ctx context.Context, v view, words []string) ([][]string, error) {
	known, err := s.lookAlikes(ctx, v, words)
	if err != nil {
		return nil, err
	}
	out := make([][]string, len(words))
	for i, w := range words {
		out[i] = mend(w, known, i == len(words)-1 && utf8.RuneCountInString(w) > 2)
		if len(out[i]) == 0 {
			out[i] = []string{w}
		}
	}
	return out, nil
}

func (q Typing) wants(kind string) bool { return len(q.Types) == 0 || slices.Contains(q.Types, kind) }

// guess is something that a predictive search found.
type guess struct {
	Hit
	title string
}

// pick shares the limit among the kinds: one of each in turn.
func (q Typing) pick(found []guess, typed [][]string) Predicted {
	var out Predicted
	var titles []string
	by := map[string][]uuid.UUID{}
	for _, g := range found {
		by[g.Kind] = append(by[g.Kind], g.ID)
		if g.Kind == Product {
			titles = append(titles, g.title)
		}
	}
	var queries []Suggestion
	if q.wants(Query) {
		queries = suggest(titles, typed, q.Limit)
	}
	lists := []struct {
		kind string
		to   *[]uuid.UUID
	}{{Product, &out.Products}, {Collection, &out.Collections}, {Page, &out.Pages}}
	left := q.Limit
	for round := range q.Limit {
		for _, l := range lists {
			if q.wants(l.kind) && round < len(by[l.kind]) && (q.Each || left > 0) {
				*l.to = append(*l.to, by[l.kind][round])
				left--
			}
		}
		if round < len(queries) && (q.Each || left > 0) {
			out.Queries = append(out.Queries, queries[round])
			left--
		}
	}
	return out
}

package cost

import (
	"cmp"
	"slices"
)

// Share is what one place of an operation costs, with nothing below it.
type Share struct {
	// Path are the response names that lead there, joined by dots.
	Path string `json:"path"`
	// Field is its coordinate, such as Product.variants.
	Field string `json:"field"`
	// Points are what it costs; Times is how many values of it are reckoned with, Statements how many it takes.
	Points     int64 `json:"points"`
	Times      int64 `json:"times"`
	Statements int   `json:"statements,omitempty"`
}

// maxShares is how many places a breakdown tells of.
const maxShares = 1_000

// Breakdown is what the places of an operation cost that cost anything, in the order of the document, as far as the first thousand. Of
// the kinds of object that a field can give it tells of the dearest.
func (p *Plan) Breakdown(variables map[string]any, bounds Bounds) []Share {
	b := breakdown{estimator: estimator{variables: variables, bounds: bounds, never: p.prices.reader.Never}}
	b.all(p.roots, nil, 1, "")
	if !p.reads() {
		return b.shares
	}
	b.places = make(map[[2]string]int, len(b.shares))
	for i, s := range b.shares {
		b.places[[2]string{s.Path, s.Field}] = i
	}
	s := p.reading(variables, bounds)
	places := 0
	s.told = func(path string, n *node, count int) {
		b.reads(path, n.at, count)
		if places++; places == maxShares {
			s.told = nil
		}
	}
	s.all(p.roots, nil, 1)
	return b.shares
}

// reads adds statements to the share of a place. Of a field that can give several kinds of object, each is told.
func (b *breakdown) reads(path, field string, count int) {
	if count == 0 {
		return
	}
	at := [2]string{path, field}
	i, known := b.places[at]
	if !known {
		i, b.places[at] = len(b.shares), len(b.shares)
		b.shares = append(b.shares, Share{Path: path, Field: field, Times: 1})
	}
	b.shares[i].Points += StatementPoints * int64(count)
	b.shares[i].Statements += count
}

// joined is the path of a field below another place.
func joined(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// Dearest are the places of a breakdown that cost most, the dearest first.
func Dearest(shares []Share, most int) []Share {
	out := slices.Clone(shares)
	slices.SortStableFunc(out, func(a, b Share) int { return cmp.Compare(b.Points, a.Points) })
	return out[:min(most, len(out))]
}

type breakdown struct {
	estimator
	shares []Share
	// places are the shares by path and field.
	places map[[2]string]int
}

func (b *breakdown) all(nodes []*node, of *node, times float64, path string) {
	for _, n := range nodes {
		if len(b.shares) >= maxShares {
			return
		}
		if !b.runs(n.when) {
			continue
		}
		at := joined(path, n.name)
		count := times * b.count(n, of)
		if points := times*b.fixed(n) + count*n.weight; points > 0 {
			b.shares = append(b.shares, Share{Path: at, Field: n.at, Points: whole(points), Times: whole(count)})
		}
		kind, _, _ := b.dearest(n)
		b.all(kind, n, count, at)
	}
}

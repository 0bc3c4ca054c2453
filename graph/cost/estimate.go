package cost

import (
	"math"
	"slices"
	"strings"
)

// Bounds are how long lists can be at most in a shop, by coordinate such as "Product.variants". A list without a bound is
// as long as is asked for; one for which no length can be asked is as long as its bound.
type Bounds map[string]int

// Estimate is what an operation costs at most.
type Estimate struct {
	// Points are its price, rounded up.
	Points int64
	// Objects is how many objects it can give.
	Objects int64
	// Statements is how many SQL statements it can take; 0 of a mutation, of which nothing is said.
	Statements int
}

// Estimate prices a plan with the values of variables, which were coerced, and the bounds of a shop, which may be nil.
func (p *Plan) Estimate(variables map[string]any, bounds Bounds) Estimate {
	e := estimator{variables: variables, bounds: bounds, never: p.prices.reader.Never}
	points, objects := e.all(p.roots, nil)
	out := Estimate{Points: whole(points), Objects: whole(objects)}
	if p.reads() {
		out.Statements = p.reading(variables, bounds).all(p.roots, nil, 1)
		out.Points = min(out.Points+StatementPoints*int64(out.Statements), 1<<53)
	}
	return out
}

// Actual is what an operation came to that was estimated: its answer's data, encoded, and how many SQL statements it took. A
// list that the schema says nothing of may turn out longer than was reckoned with, and a process that has just begun reads what
// others know: neither is charged for.
func (p *Plan) Actual(e Estimate, data []byte, statements int) int64 {
	read := StatementPoints * int64(min(statements, e.Statements))
	return min(p.Measure(data), e.Points-StatementPoints*int64(e.Statements)) + read
}

// whole rounds up, and stays in range whatever was asked for.
func whole(f float64) int64 {
	const most = 1 << 53
	return int64(math.Min(math.Ceil(f), most))
}

// estimator walks a plan once.
type estimator struct {
	variables map[string]any
	bounds    Bounds
	// never names types of which there are no objects.
	never map[string]bool
	// known is the dearest kind of fields that can give several: below one such field stand others, and each is asked for once for
	// every kind of the one above.
	known map[*node]dearest
}

type dearest struct {
	kind            []*node
	points, objects float64
}

// all prices nodes that stand beside each other, below a node.
func (e *estimator) all(nodes []*node, of *node) (points, objects float64) {
	for _, n := range nodes {
		p, o := e.one(n, of)
		points, objects = points+p, objects+o
	}
	return points, objects
}

func (e *estimator) one(n, of *node) (points, objects float64) {
	if !e.runs(n.when) {
		return 0, 0
	}
	_, below, inside := e.dearest(n)
	if len(n.kinds) > 0 {
		inside++
	}
	count := e.count(n, of)
	return e.fixed(n) + count*(n.weight+below), count * inside
}

// dearest is the kind of object that costs most, and what it costs below; objects are those of the kind that gives most.
func (e *estimator) dearest(n *node) (kind []*node, points, objects float64) {
	if d, ok := e.known[n]; ok {
		return d.kind, d.points, d.objects
	}
	for i, k := range n.kinds {
		if e.never[n.leads[i]] {
			continue
		}
		p, o := e.all(k, n)
		if kind == nil || p > points {
			kind, points = k, p
		}
		objects = max(objects, o)
	}
	if len(n.kinds) > 1 {
		if e.known == nil {
			e.known = map[*node]dearest{}
		}
		e.known[n] = dearest{kind, points, objects}
	}
	return kind, points, objects
}

// fixed is what a field costs once, however many values it gives.
func (e *estimator) fixed(n *node) float64 {
	sum := n.mutation
	for _, a := range n.arguments {
		if a.variable == "" || e.variables[a.variable] != nil {
			sum += a.weight
		}
	}
	return sum
}

// count is how many values a field gives: one, or as many as its list or the list that it belongs to is long.
func (e *estimator) count(n, of *node) float64 {
	switch {
	case of != nil && n.list && slices.Contains(of.sized, lastName(n.at)):
		return e.length(of)
	case n.list && len(n.sized) == 0:
		return e.length(n)
	}
	return 1
}

func lastName(coordinate string) string {
	return coordinate[strings.IndexByte(coordinate, '.')+1:]
}

// length is how long the list of a node gets.
func (e *estimator) length(n *node) float64 {
	most, stated := 0, false
	for _, given := range n.length.given {
		most, stated = max(most, given), true
	}
	for _, name := range n.length.variables {
		if given, ok := sizeOfValue(e.variables[name]); ok {
			most, stated = max(most, given), true
		}
	}
	if !stated {
		most = n.length.assumed
	}
	if bound, ok := e.bounds[n.at]; ok {
		if n.length.fixed {
			return float64(bound) // nobody can ask for less, so it is exactly what there is
		}
		most = min(most, bound)
	}
	return float64(most)
}

// sizeOfValue is the length that the value of a slicing argument says.
func sizeOfValue(value any) (int, bool) {
	switch v := value.(type) {
	case nil:
		return 0, false
	case []any:
		return len(v), true
	case int64:
		return clamp(v), true
	case int:
		return clamp(int64(v)), true
	case interface{ Int64() (int64, error) }:
		n, err := v.Int64()
		return clamp(n), err == nil
	}
	return 1, true
}

func clamp(n int64) int { return int(min(max(n, 0), math.MaxInt32)) }

func (e *estimator) runs(when [][]condition) bool {
	if when == nil {
		return true
	}
	return slices.ContainsFunc(when, func(all []condition) bool {
		return !slices.ContainsFunc(all, func(c condition) bool {
			value, _ := e.variables[c.variable].(bool)
			return value != c.include
		})
	})
}

package limits

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// merges follows every spread and counts how many selections end in one place of the answer. Validation compares each
// of them with each other, below as well: two thousand bytes of `a{b b b …} a{b b b …} …` come to millions of
// comparisons although no single set repeats a name often. The counts before have shown that this pass is short.
func (c *check) merges(definitions []*counted, doc *ast.QueryDocument) *Refusal {
	m := &merge{check: c}
	for _, op := range doc.Operations {
		if refusal := m.sets([]ast.SelectionSet{op.SelectionSet}); refusal != nil {
			return refusal
		}
	}
	for _, n := range definitions {
		if n.def == nil || n.used {
			continue
		}
		if refusal := m.sets([]ast.SelectionSet{n.def.SelectionSet}); refusal != nil {
			return refusal
		}
	}
	return nil
}

// merge is the state of that pass.
type merge struct{ *check }

// place is one place of the answer: the selections that end there.
type place struct {
	name   string
	weight int // Σ 1 + arguments: comparing two fields compares their arguments pair by pair
	fields []*ast.Field
}

// sets merges selection sets that stand on one object, then what lies below.
func (m *merge) sets(sets []ast.SelectionSet) *Refusal {
	g := gathering{check: m.check}
	for _, s := range sets {
		g.expect(len(s))
		g.set(s)
	}
	for i := range g.places {
		p := &g.places[i]
		if n := len(p.fields); n > m.Repeats {
			return exceeded(CodeRepeatedFields, n, m.Repeats, p.fields[m.Repeats].Position,
				"The field "+quoted(p.name)+" is selected %d times for one place of the answer; at most %d are allowed.")
		}
		if len(p.fields) > 1 {
			grow(&m.figures.Overlap, p.weight*p.weight/2)
		}
		if m.figures.Overlap > m.Overlap {
			return exceeded(CodeRepeatedFields, m.figures.Overlap, m.Overlap, p.fields[0].Position,
				"Merging repeated fields takes at least %d comparisons; at most %d are allowed.")
		}
	}
	for i := range g.places {
		if below := g.places[i].below(); below != nil {
			if refusal := m.sets(below); refusal != nil {
				return refusal
			}
		}
	}
	return nil
}

func (p *place) below() []ast.SelectionSet {
	var sets []ast.SelectionSet
	for _, f := range p.fields {
		if len(f.SelectionSet) > 0 {
			sets = append(sets, f.SelectionSet)
		}
	}
	return sets
}

// quoted prepares a field's name for a format string; names hold no character that needs escaping.
func quoted(name string) string { return `"` + shorten(name) + `"` }

// gathering collects the fields of one object by response name, as execution will: a named fragment counts once.
type gathering struct {
	*check
	places []place
	index  map[string]int // only where places are many
	seen   map[string]bool
	firsts []*ast.Field // room for the first field of each place, in one piece
}

// few is the number of places up to which looking through them beats a map.
const few = 12

// expect makes room for the fields of a set, since most places hold one: growing bit by bit takes several times as much.
func (g *gathering) expect(fields int) {
	if fields > cap(g.places)-len(g.places) {
		g.places = slices.Grow(g.places, fields)
	}
	g.firsts = make([]*ast.Field, 0, fields)
}

// add notes that a field ends in a place.
func (g *gathering) add(p *place, f *ast.Field) {
	if n := len(g.firsts); p.fields == nil && n < cap(g.firsts) {
		g.firsts = append(g.firsts, f)
		p.fields = g.firsts[n : n+1 : n+1]
		return
	}
	p.fields = append(p.fields, f)
}

func (g *gathering) set(set ast.SelectionSet) {
	for _, s := range set {
		g.figures.Visited++
		switch s := s.(type) {
		case *ast.Field:
			p := g.place(s.Alias)
			g.add(p, s)
			p.weight += 1 + len(s.Arguments)
		case *ast.InlineFragment:
			g.set(s.SelectionSet)
		case *ast.FragmentSpread:
			f := g.fragments[s.Name]
			if f == nil || g.seen[s.Name] {
				continue
			}
			if g.seen == nil {
				g.seen = map[string]bool{}
			}
			g.seen[s.Name] = true
			g.set(f.def.SelectionSet)
		}
	}
}

func (g *gathering) place(name string) *place {
	if i, ok := g.find(name); ok {
		return &g.places[i]
	}
	g.places = append(g.places, place{name: name})
	if len(g.places) == few {
		g.index = make(map[string]int, max(4*few, cap(g.places)))
		for i := range g.places {
			g.index[g.places[i].name] = i
		}
	} else if g.index != nil {
		g.index[name] = len(g.places) - 1
	}
	return &g.places[len(g.places)-1]
}

func (g *gathering) find(name string) (int, bool) {
	if g.index != nil {
		i, ok := g.index[name]
		return i, ok
	}
	for i := range g.places {
		if g.places[i].name == name {
			return i, true
		}
	}
	return 0, false
}

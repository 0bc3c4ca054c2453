package cost

import (
	"slices"
	"strconv"
)

// variable is one that a price depends on.
type variable struct {
	name string
	// length says that it asks for the length of a list, or is one of its items.
	length bool
}

// Key names the values that the price of a plan depends on: two sets of variables with the same key have the same [Estimate]. It
// is not there where a list of any values decides.
func (p *Plan) Key(variables map[string]any) (key string, ok bool) {
	p.depends.Do(func() { p.on = dependencies(p.roots, nil, map[*node]bool{}) })
	if len(p.on) == 0 {
		return "", true
	}
	b := make([]byte, 0, 4*len(p.on))
	for _, v := range p.on {
		value := variables[v.name]
		switch is := value.(type) {
		case nil:
			b = append(b, '-')
		case bool:
			b = strconv.AppendBool(b, is)
		default:
			if !v.length {
				b = append(b, '+')
				break
			}
			if _, list := value.([]any); list {
				return "", false
			}
			n, counts := sizeOfValue(value)
			if !counts {
				b = append(b, '?')
				break
			}
			if _, text := value.(string); text {
				return "", false
			}
			b = strconv.AppendInt(b, int64(n), 10)
		}
		b = append(b, ' ')
	}
	return string(b), true
}

// Deciding gives the values that [Plan.Key] names, and no others: what is kept for a key need not hold on to a request's variables.
// What only has to be there is true.
func (p *Plan) Deciding(variables map[string]any) map[string]any {
	out := make(map[string]any, len(p.on))
	for _, v := range p.on {
		value, given := variables[v.name]
		switch _, decides := value.(bool); {
		case !given || value == nil:
		case decides || v.length:
			out[v.name] = value
		default:
			out[v.name] = true
		}
	}
	return out
}

// dependencies adds the variables of nodes, each once.
func dependencies(nodes []*node, known []variable, seen map[*node]bool) []variable {
	add := func(v variable) {
		switch i := slices.IndexFunc(known, func(k variable) bool { return k.name == v.name }); {
		case i < 0:
			known = append(known, v)
		default:
			known[i].length = known[i].length || v.length
		}
	}
	for _, n := range nodes {
		if seen[n] {
			continue
		}
		seen[n] = true
		for _, a := range n.arguments {
			if a.variable != "" {
				add(variable{name: a.variable})
			}
		}
		for _, g := range n.given {
			if g.variable != "" {
				add(variable{name: g.variable})
			}
		}
		for _, all := range n.when {
			for _, c := range all {
				add(variable{name: c.variable})
			}
		}
		for _, name := range n.length.variables {
			add(variable{name: name, length: true})
		}
		for _, i := range n.length.items {
			if i.variable != "" {
				add(variable{name: i.variable, length: true})
			}
		}
		for _, kind := range n.kinds {
			known = dependencies(kind, known, seen)
		}
	}
	return known
}

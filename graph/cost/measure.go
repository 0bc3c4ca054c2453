package cost

import (
	"slices"
	"strconv"
	"strings"
)

// gauge is what a field of an answer costs, and those below it by response name. Where a field can give several kinds of
// object, and they differ, it is the cheapest of them: what is measured is never more than what was estimated.
type gauge struct {
	weight, mutation float64
	below            map[string]*gauge
}

// Measure is what an answer came to: the data of an operation's answer, encoded. Nulls cost nothing.
func (p *Plan) Measure(data []byte) int64 {
	m := meter{data: data}
	m.value(p.gauge())
	return whole(m.points)
}

// gauge makes the tree once.
func (p *Plan) gauge() *gauge {
	p.once.Do(func() {
		c := gaugesmith{kept: map[string]*gauge{}, numbers: map[*node]int{}}
		p.made = &gauge{below: c.below([][]*node{p.roots})}
	})
	return p.made
}

// gaugesmith makes gauges of nodes, the same for the same nodes.
type gaugesmith struct {
	kept    map[string]*gauge
	numbers map[*node]int
}

// below gathers the fields of several kinds by response name.
func (c *gaugesmith) below(kinds [][]*node) map[string]*gauge {
	named := map[string][]*node{}
	for _, kind := range kinds {
		for _, n := range kind {
			if !slices.Contains(named[n.name], n) {
				named[n.name] = append(named[n.name], n)
			}
		}
	}
	out := make(map[string]*gauge, len(named))
	for name, nodes := range named {
		out[name] = c.of(nodes)
	}
	return out
}

func (c *gaugesmith) of(nodes []*node) *gauge {
	key := c.key(nodes)
	if g, ok := c.kept[key]; ok {
		return g
	}
	g := &gauge{weight: nodes[0].weight, mutation: nodes[0].mutation}
	c.kept[key] = g
	var kinds [][]*node
	for _, n := range nodes {
		g.weight = min(g.weight, n.weight)
		kinds = append(kinds, n.kinds...)
	}
	for _, a := range nodes[0].arguments {
		if len(nodes) == 1 && a.variable == "" {
			g.mutation += a.weight
		}
	}
	if len(kinds) > 0 {
		g.below = c.below(kinds)
	}
	return g
}

func (c *gaugesmith) key(nodes []*node) string {
	var b strings.Builder
	for _, n := range nodes {
		number, known := c.numbers[n]
		if !known {
			number = len(c.numbers)
			c.numbers[n] = number
		}
		b.WriteString(strconv.Itoa(number) + " ")
	}
	return b.String()
}

// meter reads JSON that we wrote ourselves: it is well formed, and names of fields have no escapes.
type meter struct {
	data   []byte
	at     int
	points float64
}

// value reads one value, of which g is the gauge; nil counts nothing.
func (m *meter) value(g *gauge) {
	m.space()
	if m.at >= len(m.data) {
		return
	}
	switch m.data[m.at] {
	case '{':
		m.object(g)
	case '[':
		m.list(g)
	case '"':
		m.text()
		m.count(g)
	case 'n':
		m.at += len("null")
	default:
		for m.at < len(m.data) && !strings.ContainsRune(",]} \n", rune(m.data[m.at])) {
			m.at++
		}
		m.count(g)
	}
}

func (m *meter) count(g *gauge) {
	if g != nil {
		m.points += g.weight
	}
}

func (m *meter) object(g *gauge) {
	m.count(g)
	m.at++ // {
	for m.next('}') {
		name := m.text()
		m.at++ // :
		var below *gauge
		if g != nil {
			if below = g.below[string(name)]; below != nil {
				m.points += below.mutation
			}
		}
		m.value(below)
	}
}

func (m *meter) list(g *gauge) {
	m.at++ // [
	for m.next(']') {
		m.value(g)
	}
}

// next goes on to the next member, or past the end.
func (m *meter) next(end byte) bool {
	for m.at < len(m.data) {
		switch c := m.data[m.at]; c {
		case end:
			m.at++
			return false
		case ',', ' ', '\n', '\t', '\r':
			m.at++
		default:
			return true
		}
	}
	return false
}

func (m *meter) space() {
	for m.at < len(m.data) && (m.data[m.at] == ' ' || m.data[m.at] == '\n') {
		m.at++
	}
}

// text reads a string, and gives what is between its quotes.
func (m *meter) text() []byte {
	m.at++
	from := m.at
	for m.at < len(m.data) && m.data[m.at] != '"' {
		if m.data[m.at] == '\\' {
			m.at++
		}
		m.at++
	}
	out := m.data[from:min(m.at, len(m.data))]
	m.at++
	return out
}

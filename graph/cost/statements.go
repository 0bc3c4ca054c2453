package cost

import "slices"

// StatementPoints is what an SQL statement costs that an operation takes. It asks for one place of the operation, whatever the
// number of objects there, and takes about as long as 20 objects take to be read, made and written; tests hold it against both.
const StatementPoints = 20

// Longest is how long a list can be asked to be.
const Longest = 250

// Reads is what a field asks of the database for all objects that stand at one place. Numbers are of SQL statements.
type Reads struct {
	// Own are this field's alone, Many those that come to them where several objects can stand there.
	Own, Many int
	// Shared are questions that other fields of the same objects ask too; each is one statement.
	Shared []string
	// With is what comes to it where an argument is given; Instead says that it takes its place.
	With    map[string]Reads
	Instead bool
	// Apart says that each object is asked by itself: Own is what each of them takes. What stands below is asked for each as well.
	Apart bool
	// Items is what it takes besides for the items of the list that it is asked by; nil nothing. So many of them are alone: of what
	// stands below those kinds of object that Alone names, each is asked by itself.
	Items func(items []string) (sum, alone int)
	Alone map[string]bool
	// Each is what an item takes at most, where it is not known.
	Each int
}

// Reader says what the fields of operations read.
type Reader struct {
	// Of gives the reads of a field by its coordinate.
	Of func(coordinate string) Reads
	// Never names types of which there are no objects.
	Never map[string]bool
}

// Statements is how many SQL statements a query takes at most, however long its lists are and whatever the values of its
// variables; false of what is no query, as its own work is no matter of the document. Objects that stand at one place are read
// together, those of each kind by themselves.
func (p *Plan) Statements() (most int, said bool) {
	if !p.reads() {
		return 0, false
	}
	s := p.reading(nil, nil)
	s.worst = true
	return s.all(p.roots, nil, 1), true
}

func (p *Plan) reads() bool { return !p.mutates && p.prices.reader.Of != nil }

// readsWith reports whether an argument of a field changes what it reads.
func (p *Prices) readsWith(coordinate, argument string) bool {
	if p.reader.Of == nil {
		return false
	}
	_, changes := p.reader.Of(coordinate).With[argument]
	return changes
}

func (p *Plan) reading(variables map[string]any, bounds Bounds) *statements {
	return &statements{Reader: p.prices.reader, estimator: estimator{variables: variables, bounds: bounds}, kept: map[place]int{}}
}

// place is a field with how many objects can stand above it.
type place struct {
	of    *node
	times float64
	path  string // where it is told of
}

// mostStatements is as far as they are counted; what multiplies them, at most a million, does not overflow then.
const mostStatements = 1 << 32

type statements struct {
	Reader
	estimator
	kept map[place]int
	// worst reckons with the worst values of variables.
	worst bool
	// told is told what each place takes, where it is set.
	told func(path string, n *node, count int)
	path string
}

// all counts what nodes take that stand beside each other, below a node, where so many objects can stand.
func (s *statements) all(nodes []*node, of *node, times float64) (sum int) {
	shared := map[string]bool{}
	for _, n := range nodes {
		if !s.worst && !s.runs(n.when) {
			continue
		}
		reads, before, apart := s.Of(n.at), len(shared), 1
		own := s.own(reads, times, shared, &apart)
		for _, g := range n.given {
			if !s.worst && g.variable != "" && s.variables[g.variable] == nil {
				continue
			}
			with := reads.With[g.name]
			more := s.own(with, times, shared, &apart)
			switch {
			case !with.Instead:
				own += more
			case s.worst && g.variable != "": // it may have no value
				own = max(own, more)
			default:
				own = more
			}
		}
		alone := 1
		if reads.Items != nil {
			var of int
			of, alone = s.items(reads, n)
			own += of
		}
		above := s.path
		if s.told != nil {
			s.path = joined(above, n.name)
			s.told(s.path, n, own+len(shared)-before)
		}
		sum = min(sum+own+apart*s.below(n, times/float64(apart)*s.many(n, of), reads.Alone, alone), mostStatements)
		s.path = above
	}
	return sum + len(shared)
}

func (s *statements) own(r Reads, times float64, shared map[string]bool, apart *int) int {
	for _, question := range r.Shared {
		shared[question] = true
	}
	if r.Apart {
		*apart = int(min(max(times, 1), 1e6))
		return *apart * r.Own
	}
	// What is asked for several together is not more than what each of them would take alone.
	return r.Own + min(r.Many, int(min(max(times, 1)-1, 1e6))*max(r.Own, 1))
}

// items is what the items of the list take that a field is asked by, and how many of them are alone.
func (s *statements) items(r Reads, n *node) (sum, alone int) {
	if s.worst && len(n.length.variables) > 0 {
		return Longest * r.Each, Longest
	}
	var all []string
	unknown := 0
	for _, i := range n.length.items[:min(len(n.length.items), Longest)] {
		switch text, known := s.variables[i.variable].(string); {
		case i.variable == "":
			all = append(all, i.text)
		case known:
			all = append(all, text)
		case s.worst:
			unknown++
		}
	}
	for _, name := range n.length.variables {
		switch v := s.variables[name].(type) {
		case nil:
		case []any:
			for _, item := range v[:min(len(v), Longest)] { // more are refused before anything is read
				text, _ := item.(string)
				all = append(all, text)
			}
		default:
			return r.Each, 1
		}
	}
	sum, alone = r.Items(all)
	return sum + unknown*r.Each, alone + unknown
}

// many is how many values a field can give for each object; more than one where it is a list.
func (s *statements) many(n, of *node) float64 {
	if !n.list {
		return 1
	}
	sized := n
	if of != nil && slices.Contains(of.sized, lastName(n.at)) {
		sized = of
	}
	if s.worst && len(sized.length.variables) > 0 {
		return Longest
	}
	if s.worst {
		return max(2, s.count(n, of)) // however short it is this time
	}
	return s.count(n, of)
}

// below counts what stands below a node: of several kinds of object there may be some of each where there are many, and
// else one is the dearest.
func (s *statements) below(n *node, times float64, alone map[string]bool, parts int) int {
	at := place{n, times, s.path}
	sum, known := s.kept[at]
	if known {
		return sum
	}
	for i, kind := range n.kinds {
		if s.Never[n.leads[i]] {
			continue
		}
		of := s.all(kind, n, times)
		if alone[n.leads[i]] {
			of *= parts
		}
		if times > 1 {
			sum += of
		} else {
			sum = max(sum, of)
		}
	}
	s.kept[at] = sum
	return sum
}

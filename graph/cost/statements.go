package cost

// Reads is what a field asks of the database for all objects that stand at one place. Numbers are of SQL statements.
type Reads struct {
	// Own are this field's alone, Many those that come to them where several objects can stand there.
	Own, Many int
	// Shared are questions that other fields of the same objects ask too; each is one statement.
	Shared []string
	// With is what comes to it where an argument is given.
	With map[string]Reads
	// Apart says that each object is asked by itself: where several can stand there, the number is not the document's.
	Apart bool
	// Unsaid says that the number is a matter of variables.
	Unsaid bool
}

// Reader says what the fields of an operation read.
type Reader struct {
	// Of gives the reads of a field by its coordinate.
	Of func(coordinate string) Reads
	// Never names types of which there are no objects.
	Never map[string]bool
}

// Statements is how many SQL statements an operation takes at most, however long its lists are and whatever the values of its
// variables; false where these decide. Objects that stand at one place are read together, those of each kind by themselves.
func (p *Plan) Statements(r Reader) (most int, said bool) {
	s := &statements{Reader: r, kept: map[place]int{}}
	most = s.all(p.roots, false)
	return most, !s.unsaid
}

// place is a field with what stands above it: many is set where that can be several objects.
type place struct {
	of   *node
	many bool
}

type statements struct {
	Reader
	kept   map[place]int
	unsaid bool
}

// all counts what nodes take that stand beside each other.
func (s *statements) all(nodes []*node, many bool) (sum int) {
	shared := map[string]bool{}
	for _, n := range nodes {
		reads := s.Of(n.at)
		sum += s.own(reads, many, shared)
		for _, argument := range n.given {
			sum += s.own(reads.With[argument], many, shared)
		}
		sum += s.below(n, many || n.list)
	}
	return sum + len(shared)
}

func (s *statements) own(r Reads, many bool, shared map[string]bool) int {
	for _, question := range r.Shared {
		shared[question] = true
	}
	s.unsaid = s.unsaid || r.Unsaid || r.Apart && many
	if many {
		return r.Own + r.Many
	}
	return r.Own
}

// below counts what stands below a node: of several kinds of object there may be some of each where there are many, and
// else one is the dearest.
func (s *statements) below(n *node, many bool) int {
	at := place{n, many}
	sum, known := s.kept[at]
	if known {
		return sum
	}
	for i, kind := range n.kinds {
		switch {
		case s.Never[n.leads[i]]:
		case many:
			sum += s.all(kind, many)
		default:
			sum = max(sum, s.all(kind, many))
		}
	}
	s.kept[at] = sum
	return sum
}

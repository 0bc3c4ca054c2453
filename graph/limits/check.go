package limits

import "github.com/vektah/gqlparser/v2/ast"

// Figures are what a check counted: the largest operation's, with its fragments spread out.
type Figures struct {
	Depth, Aliases, RootFields, Directives int
	// Selections is the sum over all operations and unused fragments.
	Selections int
	// Overlap is the number of comparisons that merging repeated fields takes.
	Overlap int
	// Visited is the number of nodes that the check looked at: its own cost.
	Visited int
}

// Check counts a document against the limits. It needs no schema. Nil means that the document is cheap to validate.
func (l Limits) Check(doc *ast.QueryDocument) (Figures, *Refusal) {
	c := &check{Limits: l.orDefault(), fragments: make(map[string]*counted, len(doc.Fragments))}
	refusal := c.document(doc)
	return c.figures, refusal
}

// check is one document being checked.
type check struct {
	Limits
	fragments map[string]*counted
	figures   Figures
}

// counted is one definition, counted with everything that it reaches.
type counted struct {
	def    *ast.FragmentDefinition // nil for an operation
	state  state
	used   bool // some other definition spreads it
	sum    sum
	own    int        // selections in its own text
	spread []*counted // the fragments that its own text spreads
	mark   int        // the last walk that came by, see [check.walks]
}

type state uint8

const (
	unseen state = iota
	open         // being counted: to meet it again is a cycle
	done
)

// sum is what a definition holds with its fragments spread out. Each number stops at the ceiling, far above any limit,
// because a few hundred bytes of fragments can double it a thousand times.
type sum struct{ selections, aliases, directives, roots, depth int }

const ceiling = 1 << 30

func grow(n *int, by int) { *n = min(ceiling, *n+by) }

func (c *check) document(doc *ast.QueryDocument) *Refusal {
	if n := len(doc.Operations); n > c.Operations {
		return exceeded(CodeTooManyOperations, n, c.Operations, nil, "The document has %d operations; at most %d are allowed.")
	}
	if n := len(doc.Fragments); n > c.Fragments {
		return exceeded(CodeTooManyFragments, n, c.Fragments, nil, "The document has %d fragments; at most %d are allowed.")
	}
	for _, f := range doc.Fragments {
		if c.fragments[f.Name] == nil { // of two with one name validation takes the first, and refuses the second
			c.fragments[f.Name] = &counted{def: f}
		}
	}
	definitions, refusal := c.definitions(doc)
	if refusal != nil {
		return refusal
	}
	if refusal := c.walks(definitions); refusal != nil {
		return refusal
	}
	return c.merges(definitions, doc)
}

// definitions counts every definition, unused fragments included: validation walks those too.
func (c *check) definitions(doc *ast.QueryDocument) ([]*counted, *Refusal) {
	all := make([]*counted, 0, len(doc.Operations)+len(doc.Fragments))
	for _, op := range doc.Operations {
		n, refusal := c.operation(op)
		if refusal != nil {
			return nil, refusal
		}
		all = append(all, n)
	}
	for _, f := range doc.Fragments {
		n, refusal := c.fragment(f.Name)
		if refusal != nil {
			return nil, refusal
		}
		all = append(all, n)
	}
	for _, n := range all {
		if n.def == nil || n.used {
			continue
		}
		grow(&c.figures.Selections, n.sum.selections)
		if c.figures.Selections > c.Selections {
			return nil, c.tooManySelections(c.figures.Selections, n.def.Position)
		}
	}
	return all, nil
}

// operation counts one operation and holds the numbers against the limits.
func (c *check) operation(op *ast.OperationDefinition) (*counted, *Refusal) {
	n := &counted{}
	if refusal := c.directives(n, op.Directives); refusal != nil {
		return nil, refusal
	}
	for _, v := range op.VariableDefinitions {
		c.figures.Visited++
		if refusal := c.directives(n, v.Directives); refusal != nil {
			return nil, refusal
		}
		if refusal := c.value(v.DefaultValue, 1); refusal != nil {
			return nil, refusal
		}
	}
	if refusal := c.set(n, op.SelectionSet, 1, true); refusal != nil {
		return nil, refusal
	}
	f := &c.figures
	f.Depth, f.Aliases = max(f.Depth, n.sum.depth), max(f.Aliases, n.sum.aliases)
	f.Directives, f.RootFields = max(f.Directives, n.sum.directives), max(f.RootFields, n.sum.roots)
	grow(&f.Selections, n.sum.selections)
	return n, c.judge(n.sum, op.Position)
}

// judge holds an operation's numbers against the limits.
func (c *check) judge(s sum, at *ast.Position) *Refusal {
	switch {
	case s.depth > c.Depth:
		return exceeded(CodeTooDeep, s.depth, c.Depth, at, "The operation is %d levels deep; at most %d are allowed.")
	case c.figures.Selections > c.Selections:
		return c.tooManySelections(c.figures.Selections, at)
	case s.roots > c.RootFields:
		return exceeded(CodeTooManyRootFields, s.roots, c.RootFields, at, "The operation has %d root fields; at most %d are allowed.")
	case s.aliases > c.Aliases:
		return exceeded(CodeTooManyAliases, s.aliases, c.Aliases, at, "The operation has %d aliases; at most %d are allowed.")
	case s.directives > c.Directives:
		return exceeded(CodeTooManyDirectives, s.directives, c.Directives, at, "The operation has %d directives; at most %d are allowed.")
	}
	return nil
}

func (c *check) tooManySelections(n int, at *ast.Position) *Refusal {
	return exceeded(CodeTooManySelections, n, c.Selections, at,
		"The document comes to at least %d selections when its fragments are spread out; at most %d are allowed.")
}

// walks adds up what validation walks: for each definition, everything that it reaches, each fragment once. A chain of
// fragments over a large one would make that quadratic.
func (c *check) walks(definitions []*counted) *Refusal {
	total := 0
	var visit func(n *counted, walk int)
	visit = func(n *counted, walk int) {
		if n.mark == walk || total > c.Selections {
			return
		}
		n.mark = walk
		total += n.own
		c.figures.Visited++
		for _, f := range n.spread {
			visit(f, walk)
		}
	}
	for i, n := range definitions {
		visit(n, i+1)
	}
	if total > c.Selections {
		return c.tooManySelections(total, nil)
	}
	return nil
}

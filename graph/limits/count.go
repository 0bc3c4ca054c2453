package limits

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// fragment counts a fragment, once.
func (c *check) fragment(name string) (*counted, *Refusal) {
	n := c.fragments[name]
	switch {
	case n == nil:
		return &counted{}, nil // validation says that it is missing
	case n.state == done:
		return n, nil
	case n.state == open:
		return nil, &Refusal{Code: CodeFragmentCycle, Message: "The fragment " + shorten(name) + " spreads itself.", Position: n.def.Position}
	}
	n.state = open
	if refusal := c.directives(n, n.def.Directives); refusal != nil {
		return nil, refusal
	}
	if refusal := c.set(n, n.def.SelectionSet, 1, true); refusal != nil {
		return nil, refusal
	}
	n.state = done
	return n, nil
}

// set counts a selection set of n. Depth is how many sets of the same definition it stands in, itself included; root
// says that its fields are fields of the definition's own type.
func (c *check) set(n *counted, set ast.SelectionSet, depth int, root bool) *Refusal {
	if len(set) == 0 {
		return nil
	}
	if depth > c.Depth {
		return exceeded(CodeTooDeep, depth, c.Depth, set[0].GetPosition(), "The document is at least %d levels deep; at most %d are allowed.")
	}
	n.sum.depth = max(n.sum.depth, depth)
	n.own += len(set)
	grow(&n.sum.selections, len(set))
	for _, s := range set {
		c.figures.Visited++
		if refusal := c.selection(n, s, depth, root); refusal != nil {
			return refusal
		}
	}
	return nil
}

func (c *check) selection(n *counted, s ast.Selection, depth int, root bool) *Refusal {
	switch s := s.(type) {
	case *ast.Field:
		if s.Alias != s.Name {
			grow(&n.sum.aliases, 1)
		}
		if root {
			grow(&n.sum.roots, 1)
		}
		if refusal := c.arguments(s.Arguments); refusal != nil {
			return refusal
		}
		if refusal := c.directives(n, s.Directives); refusal != nil {
			return refusal
		}
		return c.set(n, s.SelectionSet, depth+1, false)
	case *ast.InlineFragment:
		if refusal := c.directives(n, s.Directives); refusal != nil {
			return refusal
		}
		return c.set(n, s.SelectionSet, depth+1, root)
	case *ast.FragmentSpread:
		if refusal := c.directives(n, s.Directives); refusal != nil {
			return refusal
		}
		return c.spread(n, s, depth, root)
	}
	return nil
}

// spread adds a fragment's numbers to those of the definition that spreads it.
func (c *check) spread(n *counted, s *ast.FragmentSpread, depth int, root bool) *Refusal {
	f, refusal := c.fragment(s.Name)
	if refusal != nil {
		return refusal
	}
	f.used = true
	n.spread = append(n.spread, f)
	n.sum.depth = max(n.sum.depth, depth-1+f.sum.depth)
	grow(&n.sum.selections, f.sum.selections)
	grow(&n.sum.aliases, f.sum.aliases)
	grow(&n.sum.directives, f.sum.directives)
	if root {
		grow(&n.sum.roots, f.sum.roots)
	}
	return nil
}

// directives counts those of one place, and looks into their arguments.
func (c *check) directives(n *counted, list ast.DirectiveList) *Refusal {
	if len(list) == 0 {
		return nil
	}
	if len(list) > c.Stacked {
		return exceeded(CodeTooManyDirectives, len(list), c.Stacked, list[0].Position, "There are %d directives in one place; at most %d are allowed.")
	}
	grow(&n.sum.directives, len(list))
	for _, d := range list {
		c.figures.Visited++
		if refusal := c.arguments(d.Arguments); refusal != nil {
			return refusal
		}
	}
	return nil
}

func (c *check) arguments(list ast.ArgumentList) *Refusal {
	for _, a := range list {
		if refusal := c.value(a.Value, 1); refusal != nil {
			return refusal
		}
	}
	return nil
}

// value looks through a literal: how deep it is, and for the character that no store can keep.
func (c *check) value(v *ast.Value, depth int) *Refusal {
	if v == nil {
		return nil
	}
	c.figures.Visited++
	if depth > c.Depth {
		return exceeded(CodeTooDeep, depth, c.Depth, v.Position, "The value is at least %d levels deep; at most %d are allowed.")
	}
	if (v.Kind == ast.StringValue || v.Kind == ast.BlockValue) && strings.IndexByte(v.Raw, 0) >= 0 {
		return &Refusal{Code: CodeInvalidCharacter, Message: "A text must not contain the character U+0000.", Position: v.Position}
	}
	for _, child := range v.Children {
		if refusal := c.value(child.Value, depth+1); refusal != nil {
			return refusal
		}
	}
	return nil
}

package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rialtohq/rialto/platform/fault"
)

// The limits of a query.
const (
	MaxQuery = 2048 // bytes
	MaxTerms = 32   // words, phrases and fields
	MaxDepth = 12   // parentheses and negations within each other
)

// op is what a node does with its children.
type op int

const (
	opAll   op = iota // every child holds; without children everything
	opAny             // one child holds; without children nothing
	opNot             // the only child does not hold
	opText            // words of the document, see text
	opField           // a field of the product, see field
)

// node is a part of a query.
type node struct {
	op    op
	kids  []*node
	text  text
	field field
}

// text is a word or phrase to find.
type text struct {
	words  []string // several are a phrase
	prefix bool     // the last word may be the beginning of a longer one
	title  bool     // only in titles
}

// field is a comparison.
type field struct {
	name   string // in small letters
	cmp    string // "=", "<", "<=", ">" or ">="
	value  string // as written
	prefix bool   // the value is the beginning; alone, the field has any value
}

// parser reads a query. The syntax:
//
//	words and "quoted phrases"        all must be found, in any field; AND may stand between them
//	a OR b, (a OR b) c, -a, NOT a     alternatives, groups, negation; OR binds less than AND
//	wor*                              words that begin so
//	field:value field:"a value"       a field, with :> :>= :< :<= for ranges and value* for beginnings; field:* has any
//	\: \( \" …                        a character without its meaning
//
// Typed queries come from shoppers: what cannot be meant as syntax is read as words. Others come from developers, who
// are told what is wrong: a field that does not exist, a quote or parenthesis that does not end.
type parser struct {
	in    []rune
	at    int
	typed bool
	staff bool
	terms int
	depth int
}

// manner is how a query is read.
type manner struct {
	typed bool // by a shopper
	last  bool // its last word may be the beginning of a longer one
	staff bool // fields that only staff know may be named
}

// parse reads a query. Fails with [fault.Invalid].
func parse(query string, m manner) (*node, error) {
	if len(query) > MaxQuery {
		return nil, fault.New(fault.Invalid, "A query has at most %d bytes; this one has %d.", MaxQuery, len(query))
	}
	query = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, query)
	p := &parser{in: []rune(query), typed: m.typed, staff: m.staff}
	root, err := p.any()
	if err != nil {
		return nil, err
	}
	for p.at < len(p.in) { // a closing parenthesis too many
		if !m.typed {
			return nil, fault.New(fault.Invalid, "The query has a closing parenthesis that opens nowhere.")
		}
		p.at++
		more, err := p.any()
		if err != nil {
			return nil, err
		}
		root = join(opAll, root, more)
	}
	if m.last {
		begin(root)
	}
	if p.terms > 0 && empty(root) {
		return &node{op: opAny}, nil // nothing but signs: it finds nothing, and not everything
	}
	return root, nil
}

// empty reports whether nothing is asked for.
func empty(n *node) bool { return n.op == opAll && len(n.kids) == 0 }

// begin makes the last word of a query a beginning.
func begin(n *node) bool {
	if n.op == opText {
		n.text.prefix = true
		return true
	}
	return len(n.kids) > 0 && n.op != opNot && begin(n.kids[len(n.kids)-1])
}

// join puts nodes under one operator, without needless levels.
func join(o op, kids ...*node) *node {
	out := &node{op: o}
	some := false
	for _, k := range kids {
		some = some || k != nil && !empty(k)
		switch {
		case k == nil || empty(k):
		case k.op == o && o != opNot:
			out.kids = append(out.kids, k.kids...)
		default:
			out.kids = append(out.kids, k)
		}
	}
	if len(out.kids) == 1 && o != opNot {
		return out.kids[0]
	}
	if len(out.kids) == 0 && !some {
		return &node{op: opAll}
	}
	return out
}

// any reads alternatives up to a closing parenthesis or the end.
func (p *parser) any() (*node, error) {
	if p.depth++; p.depth > MaxDepth {
		return nil, fault.New(fault.Invalid, "A query nests at most %d levels deep.", MaxDepth)
	}
	defer func() { p.depth-- }()
	var options []*node
	for {
		n, err := p.all()
		if err != nil {
			return nil, err
		}
		options = append(options, n)
		if !p.keyword("OR") {
			break
		}
		if !p.typed && (empty(n) || p.ends()) {
			return nil, fault.New(fault.Invalid, "OR needs something on both of its sides.")
		}
	}
	return join(opAny, options...), nil
}

// all reads what must hold together, up to OR, a closing parenthesis or the end.
func (p *parser) all() (*node, error) {
	var parts []*node
	for !p.ends() && !p.ahead("OR") {
		if p.keyword("AND") {
			if !p.typed && (len(parts) == 0 || p.ends()) {
				return nil, fault.New(fault.Invalid, "AND needs something on both of its sides.")
			}
			continue
		}
		n, err := p.one()
		if err != nil {
			return nil, err
		}
		parts = append(parts, n)
	}
	return join(opAll, parts...), nil
}

// one reads a negation, a group or a term.
func (p *parser) one() (*node, error) {
	p.spaces()
	negated := p.keyword("NOT")
	if !negated && p.in[p.at] == '-' {
		if negated = p.at+1 < len(p.in) && !unicode.IsSpace(p.in[p.at+1]); !negated {
			p.at++
			return nil, nil // a dash by itself
		}
		p.at++
	}
	if negated {
		if p.depth++; p.depth > MaxDepth {
			return nil, fault.New(fault.Invalid, "A query nests at most %d levels deep.", MaxDepth)
		}
		defer func() { p.depth-- }()
		if p.ends() {
			return nil, p.complain("NOT needs something behind it.")
		}
		n, err := p.one()
		if err != nil || n == nil || empty(n) {
			return nil, err
		}
		return &node{op: opNot, kids: []*node{n}}, nil
	}
	if p.in[p.at] == '(' {
		p.at++
		n, err := p.any()
		if err != nil {
			return nil, err
		}
		if p.at < len(p.in) {
			p.at++
		} else if !p.typed {
			return nil, fault.New(fault.Invalid, "The query has a parenthesis that does not end.")
		}
		return n, nil
	}
	return p.term()
}

// complain is an error for developers and nothing for shoppers.
func (p *parser) complain(message string) error {
	if p.typed {
		return nil
	}
	return fault.New(fault.Invalid, "%s", message)
}

func (p *parser) spaces() {
	for p.at < len(p.in) && unicode.IsSpace(p.in[p.at]) {
		p.at++
	}
}

// ends reports whether the query or its innermost group is over.
func (p *parser) ends() bool {
	p.spaces()
	return p.at == len(p.in) || p.in[p.at] == ')'
}

// ahead reports whether an operator stands here, written in capitals, as a word by itself.
func (p *parser) ahead(word string) bool {
	p.spaces()
	end := p.at + len(word)
	return end <= len(p.in) && string(p.in[p.at:end]) == word && (end == len(p.in) || unicode.IsSpace(p.in[end]) || p.in[end] == '(' || p.in[end] == ')')
}

func (p *parser) keyword(word string) bool {
	if !p.ahead(word) {
		return false
	}
	p.at += len(word)
	return true
}

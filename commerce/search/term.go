package search

import (
	"strings"
	"unicode"

	"github.com/rialtohq/rialto/platform/fault"
)

// term reads a word, a phrase or a field with its value. Where nothing is left of it but signs, it is nil.
func (p *parser) term() (*node, error) {
	if p.terms++; p.terms > MaxTerms {
		return nil, fault.New(fault.Invalid, "A query has at most %d terms.", MaxTerms)
	}
	if quoted, ok, err := p.quoted(); ok || err != nil {
		return words(quoted, false, false), err
	}
	from := p.at
	name := p.name()
	if name == "" {
		raw, prefix := p.bare()
		return loose(raw, prefix), nil
	}
	kind, known := kindOf(name, p.staff)
	if !known && !p.typed {
		return nil, fault.New(fault.Invalid, "There is no field %q to search by. To search for the word, write a backslash before its colon.", clip(name))
	}
	if known {
		f, err := p.value(name)
		if err == nil {
			err = kind.check(f)
		}
		if err == nil {
			return f.node(), nil
		}
		if !p.typed {
			return nil, err
		}
	}
	p.at = from
	raw, prefix := p.bare()
	return loose(raw, prefix), nil
}

// name reads a field's name and its colon; "" where none stands here.
func (p *parser) name() string {
	end := p.at
	for end < len(p.in) && (p.in[end] < 0x80 && (unicode.IsLetter(p.in[end]) || unicode.IsDigit(p.in[end])) || strings.ContainsRune("_.-", p.in[end])) {
		end++
	}
	if end == p.at || end+1 >= len(p.in) || p.in[end] != ':' || unicode.IsSpace(p.in[end+1]) || !unicode.IsLetter(p.in[p.at]) {
		return ""
	}
	name := strings.ToLower(string(p.in[p.at:end]))
	p.at = end + 1
	return name
}

// value reads a field's comparison and value.
func (p *parser) value(name string) (field, error) {
	f := field{name: name, cmp: "="}
	for _, c := range []string{">=", "<=", ">", "<", "="} {
		if end := p.at + len(c); end <= len(p.in) && string(p.in[p.at:end]) == c {
			f.cmp, p.at = c, end
			break
		}
	}
	quoted, ok, err := p.quoted()
	if err != nil {
		return f, err
	}
	if ok {
		f.value = quoted
	} else {
		f.value, f.prefix = p.bare()
	}
	if f.value == "" && !f.prefix && !ok {
		return f, fault.New(fault.Invalid, "The field %q has no value in the query.", name)
	}
	return f, nil
}

// quoted reads a text between quotes, if one begins here. A single quote begins one only where it ends too.
func (p *parser) quoted() (string, bool, error) {
	if p.at == len(p.in) || p.in[p.at] != '"' && p.in[p.at] != '\'' {
		return "", false, nil
	}
	quote := p.in[p.at]
	var b strings.Builder
	for i := p.at + 1; i < len(p.in); i++ {
		switch c := p.in[i]; {
		case c == '\\' && i+1 < len(p.in):
			i++
			b.WriteRune(p.in[i])
		case c == quote:
			p.at = i + 1
			return b.String(), true, nil
		default:
			b.WriteRune(c)
		}
	}
	if quote == '\'' {
		return "", false, nil
	}
	if !p.typed {
		return "", false, fault.New(fault.Invalid, "The query has a quote that does not end.")
	}
	p.at = len(p.in)
	return b.String(), true, nil
}

// bare reads up to a space or parenthesis. A star at the end stands for any ending.
func (p *parser) bare() (value string, prefix bool) {
	var b strings.Builder
	from := p.at
	for ; p.at < len(p.in); p.at++ {
		c := p.in[p.at]
		if unicode.IsSpace(c) || c == '(' || c == ')' {
			break
		}
		prefix = false
		switch {
		case c == '\\' && p.at+1 < len(p.in):
			p.at++
			b.WriteRune(p.in[p.at])
		case c == '*':
			prefix = true
		default:
			b.WriteRune(c)
		}
	}
	if p.at == from { // never stand still
		p.at++
	}
	return b.String(), prefix
}

// node makes a field a node; titles are found by their words.
func (f field) node() *node {
	switch f.name {
	case "title":
		if f.prefix && f.value == "" {
			return &node{op: opAll}
		}
		if n := words(f.value, f.prefix, true); n != nil {
			return n
		}
		return &node{op: opAny}
	case "tag_not":
		f.name = "tag"
		return &node{op: opNot, kids: []*node{{op: opField, field: f}}}
	}
	return &node{op: opField, field: f}
}

// words makes a phrase of a text; nil where it has no words.
func words(raw string, prefix, title bool) *node {
	w := Words(raw)
	if len(w) == 0 {
		return nil
	}
	return &node{op: opText, text: text{words: w, prefix: prefix, title: title}}
}

// loose makes a node of a bare word. One that falls into several, such as AB-123, is a phrase.
func loose(raw string, prefix bool) *node { return words(raw, prefix, false) }

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

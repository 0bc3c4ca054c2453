package search

import (
	"encoding/hex"
	"strings"

	"github.com/google/uuid"
)

// match writes words in the language of a database's text index: PostgreSQL's tsquery or SQLite's FTS5.
//
// Both are built from words that [Words] made, so they hold letters and digits only, and quoting is safe.
type match interface {
	word(t text) string
	all(parts []string) string
	any(parts []string) string
}

// tsquery is PostgreSQL's. Its index is of words alone, so every word begins with a mark of its shop: what other shops have
// is not read, and no list of all that a shop has is walked. Marks may collide, so statements name the shop all the same.
type tsquery struct{ mark, weights string }

// markOf is a shop's mark.
func markOf(shop uuid.UUID) string { return hex.EncodeToString(shop[12:]) }

func (m tsquery) word(t text) string {
	weights := m.weights
	if t.title {
		weights = "A"
	}
	lexeme := func(word string, prefix bool) string {
		s := "'" + m.mark + word + "'"
		if prefix || weights != "" {
			s += ":"
		}
		if prefix {
			s += "*"
		}
		return s + weights
	}
	last := len(t.words) - 1
	parts := make([]string, len(t.words))
	for i, w := range t.words {
		parts[i] = lexeme(w, t.prefix && i == last)
	}
	if one := singular(t.words[last]); one != "" && last == 0 {
		return "(" + parts[0] + " | " + lexeme(one, false) + ")"
	}
	return "(" + strings.Join(parts, " <-> ") + ")"
}

func (tsquery) all(parts []string) string { return "(" + strings.Join(parts, " & ") + ")" }
func (tsquery) any(parts []string) string { return "(" + strings.Join(parts, " | ") + ")" }

// fts5 is SQLite's.
type fts5 struct{ columns string }

func (m fts5) word(t text) string {
	var b strings.Builder
	switch {
	case t.title:
		b.WriteString("{title} : ")
	case m.columns != "":
		b.WriteString("{" + m.columns + "} : ")
	default:
		b.WriteString("- {scope} : ")
	}
	phrase := "\"" + strings.Join(t.words, " ") + "\""
	if t.prefix {
		phrase += " *"
	}
	if one := singular(t.words[len(t.words)-1]); one != "" && len(t.words) == 1 {
		phrase += " OR \"" + one + "\""
	}
	b.WriteString("(" + phrase + ")")
	return "(" + b.String() + ")"
}

func (fts5) all(parts []string) string { return "(" + strings.Join(parts, " AND ") + ")" }
func (fts5) any(parts []string) string { return "(" + strings.Join(parts, " OR ") + ")" }

// scope is what narrows a match to a shop's documents of one kind, or of all kinds.
func (fts5) scope(shop uuid.UUID, kind string) string {
	s := "{scope} : \"s" + strings.ReplaceAll(shop.String(), "-", "") + "\""
	if kind != "" {
		s += " AND {scope} : \"k" + strings.ToLower(kind) + "\""
	}
	return s
}

// write writes a tree of words; ok is false where the tree holds anything else.
func write(m match, n *node) (s string, ok bool) {
	switch n.op {
	case opText:
		return m.word(n.text), true
	case opAll, opAny:
		parts := make([]string, len(n.kids))
		for i, k := range n.kids {
			if parts[i], ok = write(m, k); !ok {
				return "", false
			}
		}
		if len(parts) == 0 {
			return "", false
		}
		if n.op == opAll {
			return m.all(parts), true
		}
		return m.any(parts), true
	}
	return "", false
}

// split parts a query into words that every result has and the rest, either of which may be nil.
func split(n *node) (wanted, rest *node) {
	if onlyText(n) {
		return n, nil
	}
	if n.op != opAll {
		return nil, n
	}
	var text, others []*node
	for _, k := range n.kids {
		if onlyText(k) {
			text = append(text, k)
		} else {
			others = append(others, k)
		}
	}
	if len(text) > 0 {
		wanted = join(opAll, text...)
	}
	if len(others) > 0 {
		rest = join(opAll, others...)
	}
	return wanted, rest
}

func onlyText(n *node) bool {
	for _, k := range n.kids {
		if !onlyText(k) {
			return false
		}
	}
	return n.op == opText || (n.op == opAll || n.op == opAny) && len(n.kids) > 0
}

// mentioned gives every text that is asked for and not refused.
func mentioned(n *node) (all []*node) {
	if n.op == opText {
		return []*node{n}
	}
	if n.op != opNot {
		for _, k := range n.kids {
			all = append(all, mentioned(k)...)
		}
	}
	return all
}

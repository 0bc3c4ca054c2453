package search

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/keyset"
)

// predict finds things of every kind with all words: one statement. Served by search_vector (words), or the index that
// SQLite keeps.
func (s *Service) predict(ctx context.Context, v view, q Typing, typed [][]string) ([]guess, error) {
	st := newStmt(v)
	st.narrow = true
	text := st.typing(q.Fields, typed)
	if text == "" {
		return nil, nil
	}
	var parts []string
	for i, kind := range []string{Product, Collection, Page} {
		limit := q.Limit
		if kind == Product && q.wants(Query) {
			limit = 3 * MaxPredictive // suggestions are made of their titles
		}
		if q.wants(kind) || kind == Product && q.wants(Query) {
			parts = append(parts, "SELECT * FROM ("+st.guesses(kind, text, q.Unavailable)+" ORDER BY key DESC, id LIMIT "+itoa(limit)+") t"+itoa(i))
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	rows, err := s.db.Query(ctx, strings.Join(parts, " UNION ALL ")+" ORDER BY kind, key DESC, id", st.args...)
	return database.Scan(rows, err, func(scan scan) (g guess, err error) {
		var key int64
		return g, scan(&g.ID, &g.Kind, &key, &g.title)
	})
}

// guesses finds things of one kind.
func (s *stmt) guesses(kind, text, unavailable string) string {
	hit := "(" + s.ranked(text, kind, predictiveHits) + ") hit"
	published := func(column string, all bool) string {
		if all {
			return ""
		}
		return " AND " + column + " <= " + s.arg(s.now)
	}
	switch kind {
	case Collection:
		return "SELECT c.id AS id, '" + kind + "' AS kind, hit.rank AS key, c.title AS title FROM " + hit + s.join("collection", "c", "c.id = hit.id") + " WHERE c.shop_id = $1" + published("c.published_at", s.products)
	case Page:
		return "SELECT g.id AS id, '" + kind + "' AS kind, hit.rank AS key, g.title AS title FROM " + hit + s.join("page", "g", "g.id = hit.id") + " WHERE g.shop_id = $1" + published("g.published_at", s.view.pages)
	}
	key, where := "hit.rank", "p.shop_id = $1"
	switch unavailable {
	case Show:
	case Hide:
		where += " AND " + s.forSale()
	default:
		key = s.apart(order{Order: keyset.Order{Column: "hit.rank", Desc: true}})
	}
	if !s.products {
		where += " AND " + s.visible()
	}
	return "SELECT p.id AS id, '" + kind + "' AS kind, " + key + " AS key, p.title AS title FROM " + hit + s.join("product", "p", "p.id = hit.id") + " WHERE " + where
}

// typing writes words that must all be found, the last of which may be unfinished, in some fields.
func (s *stmt) typing(in []string, typed [][]string) string {
	groups := groupsOf(in)
	if len(groups) == 0 {
		return ""
	}
	var m match = tsquery{mark: markOf(s.shop), weights: strings.Join(groups, "")}
	if s.dialect == database.SQLite {
		columns := map[string]string{"A": "title", "B": "vendor product_type tags", "C": "keywords", "D": "body"}
		names := make([]string, len(groups))
		for i, g := range groups {
			names[i] = columns[g]
		}
		m = fts5{columns: strings.Join(names, " ")}
	}
	all := make([]string, len(typed))
	for i, options := range typed {
		any := make([]string, len(options))
		for j, w := range options {
			any[j] = m.word(text{words: []string{w}, prefix: i == len(typed)-1})
		}
		all[i] = m.any(any)
	}
	return m.all(all)
}

// groupsOf gives the weights under which fields are kept, in order.
func groupsOf(fields []string) []string {
	if len(fields) == 0 {
		return []string{"A", "B", "C"}
	}
	groups := map[string]string{
		"TITLE": "A", "VENDOR": "B", "PRODUCT_TYPE": "B", "TAG": "B", "VARIANTS_TITLE": "C", "VARIANTS_SKU": "C", "VARIANTS_BARCODE": "C", "BODY": "D",
	}
	var out []string
	for _, f := range fields {
		if g := groups[f]; g != "" && !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	slices.Sort(out)
	return out
}

// lookAlikes gives words of the shop that some words may have been meant to be: those that share parts of three letters, and
// those with the same first letter and nearly the same length. Served by the trigrams of search_word (word), and by search_word
// (shop_id, word).
func (s *Service) lookAlikes(ctx context.Context, v view, words []string) ([]string, error) {
	const most = 2000
	st := newStmt(v)
	var parts []string
	add := func(query string) {
		parts = append(parts, "SELECT * FROM ("+query+") w"+itoa(len(parts)))
	}
	for _, w := range words {
		letters := utf8.RuneCountInString(w)
		if forgiven(letters) == 0 {
			add("SELECT k.word FROM search_word k WHERE k.shop_id = $1 AND k.word = " + st.arg(w))
			continue
		}
		if v.dialect == database.PostgreSQL {
			name := st.arg(w)
			add("SELECT k.word FROM search_word k WHERE k.shop_id = $1 AND k.word % " + name + " ORDER BY similarity(k.word, " + name + ") DESC, k.word LIMIT 100")
		} else if letters > 2 {
			add("SELECT k.word FROM search_trigram t JOIN search_word k ON k.id = t.rowid WHERE t.word MATCH " + st.arg(trigrams(w)) + " AND k.shop_id = $1 ORDER BY t.rank LIMIT 100")
		}
		first, _ := utf8.DecodeRuneInString(w)
		add("SELECT k.word FROM search_word k WHERE k.shop_id = $1 AND k.word >= " + st.arg(string(first)) + " AND k.word < " + st.arg(string(first+1)) +
			" AND length(k.word) >= " + itoa(letters-forgiven(letters)) + " LIMIT " + itoa(most))
	}
	rows, err := s.db.Query(ctx, strings.Join(parts, " UNION "), st.args...)
	return database.Scan(rows, err, func(scan scan) (w string, err error) { return w, scan(&w) })
}

// trigrams asks SQLite for words with any three letters in a row of a word.
func trigrams(word string) string {
	r := []rune(word)
	parts := make([]string, 0, len(r))
	for i := 0; i+3 <= len(r); i++ {
		parts = append(parts, "\""+string(r[i:i+3])+"\"")
	}
	return strings.Join(parts, " OR ")
}

package search

import (
	"cmp"
	"html"
	"slices"
	"strings"
)

// Suggestion is a longer search that finds something.
type Suggestion struct {
	Text string
	// StyledText is the text as HTML, with mark elements around what was typed.
	StyledText string
}

// connecting words do not end a suggestion.
var connecting = map[string]bool{
	"a": true, "an": true, "and": true, "by": true, "for": true, "from": true, "in": true, "of": true, "on": true, "or": true, "the": true, "to": true, "with": true,
	"de": true, "der": true, "die": true, "et": true, "für": true, "la": true, "le": true, "mit": true, "und": true, "y": true,
}

// suggest makes searches of titles, the best titles first: the typed words with the last one completed, and with the word
// that follows it. The more titles agree, the earlier a suggestion stands.
func suggest(titles []string, typed [][]string, limit int) []Suggestion {
	type phrase struct {
		words []string
		n     int
		at    int
	}
	found := map[string]*phrase{}
	add := func(words []string, at int) {
		if len(words) == 0 || connecting[words[len(words)-1]] {
			return
		}
		key := Fold(strings.Join(words, " "))
		if found[key] == nil {
			found[key] = &phrase{words: words, at: at}
		}
		found[key].n++
	}
	for at, title := range titles {
		words := strings.Fields(strings.ToLower(strings.Map(spaced, title)))
		for i := 0; i+len(typed) <= len(words); i++ {
			if !begins(words[i:], typed) {
				continue
			}
			end := i + len(typed)
			add(words[i:end], at)
			if end < len(words) && connecting[words[end]] && end+1 < len(words) {
				add(words[i:end+2], at)
			} else if end < len(words) {
				add(words[i:end+1], at)
			}
			break
		}
	}
	list := make([]*phrase, 0, len(found))
	for _, p := range found {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *phrase) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.at, b.at), cmp.Compare(len(a.words), len(b.words)), slices.Compare(a.words, b.words))
	})
	out := []Suggestion{}
	for _, p := range list[:min(limit, len(list))] {
		out = append(out, Suggestion{Text: strings.Join(p.words, " "), StyledText: styled(p.words, typed)})
	}
	return out
}

// spaced parts words as [Words] does, and keeps the letters as they are.
func spaced(r rune) rune {
	if r == '\'' || r == '’' || len(Words(string(r))) > 0 || r >= 0x300 && r <= 0x36f {
		return r
	}
	return ' '
}

// begins reports whether words begin with the typed ones, the last of which may be unfinished. A typed word may stand for
// several.
func begins(words []string, typed [][]string) bool {
	for i, options := range typed {
		word := strings.Join(Words(words[i]), "")
		last := i == len(typed)-1
		if !slices.ContainsFunc(options, func(o string) bool { return word == o || last && strings.HasPrefix(word, o) }) {
			return false
		}
	}
	return true
}

// styled sets off what was typed.
func styled(words []string, typed [][]string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		n := 0
		if i < len(typed) {
			for _, o := range typed[i] {
				n = max(n, common(w, o))
			}
		}
		if n > 0 {
			b.WriteString("<mark>" + html.EscapeString(w[:n]) + "</mark>")
		}
		b.WriteString(html.EscapeString(w[n:]))
	}
	return b.String()
}

// common is how many bytes of a word a folded beginning covers: all of it or nothing.
func common(word, beginning string) int {
	for i := range word {
		if i > 0 && Fold(word[:i]) == beginning {
			return i
		}
	}
	if Fold(word) == beginning {
		return len(word)
	}
	return 0
}

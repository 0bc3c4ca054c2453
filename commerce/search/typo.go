package search

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// maxMended is how many words one misspelled word may stand for.
const maxMended = 3

// forgiven is how many errors a word of some letters may have.
func forgiven(letters int) int {
	switch {
	case letters < 3:
		return 0
	case letters < 6:
		return 1
	}
	return 2
}

// distance is how many letters have to be added, taken away, replaced or swapped with their neighbor to make b of a (optimal
// string alignment). With prefix, what b has beyond its best beginning costs nothing. It stops counting above most.
func distance(a, b string, prefix bool, most int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > most || !prefix && len(y)-len(x) > most {
		return most + 1
	}
	if prefix && len(y) > len(x)+most {
		y = y[:len(x)+most]
	}
	before, row, next := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		next[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row, next = row, next, before
	}
	if prefix {
		return slices.Min(row)
	}
	return row[len(y)]
}

// mend gives the words that a word may have been meant to be, the likeliest first: the word itself where it is known. With
// prefix they may be longer.
func mend(word string, known []string, prefix bool) []string {
	type candidate struct {
		word  string
		far   int
		first bool
	}
	most := forgiven(utf8.RuneCountInString(word))
	var list []candidate
	for _, k := range known {
		if far := distance(word, k, prefix, most); far <= most {
			a, _ := utf8.DecodeRuneInString(word)
			b, _ := utf8.DecodeRuneInString(k)
			list = append(list, candidate{word: k, far: far, first: a == b})
		}
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(miss(a.first), miss(b.first)), cmp.Compare(len(a.word), len(b.word)), cmp.Compare(a.word, b.word))
	})
	var out []string
	for _, c := range list {
		if len(out) == maxMended || c.far > list[0].far {
			break
		}
		out = append(out, c.word)
	}
	return out
}

func miss(hit bool) int {
	if hit {
		return 0
	}
	return 1
}

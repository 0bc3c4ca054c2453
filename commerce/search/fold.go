package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxWord bounds a word in bytes: nobody types a longer one, and indexes have limits.
const maxWord = 64

// letters are spelled out where taking marks off does not help.
var letters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// Fold makes a text comparable: small letters without the marks of Latin, Greek, Cyrillic, Hebrew and Arabic. Marks that
// carry a vowel (Devanagari, Thai) stay.
func Fold(text string) string {
	if plain(text) {
		return strings.ToLower(text)
	}
	text = strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36f || r >= 0x591 && r <= 0x5c7 || r >= 0x64b && r <= 0x65f {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(strings.ToValidUTF8(text, " ")))
	return letters.Replace(text)
}

func plain(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// Words splits a text into folded words of letters and digits. Scripts that do not part words give each sign as a word.
// An apostrophe is left out of its word, everything else parts words.
func Words(text string) []string {
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	for _, r := range Fold(text) {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
			flush()
			words = append(words, string(r))
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			if word.Len()+4 <= maxWord {
				word.WriteRune(r)
			}
		case r == '\'' || r == '’':
		default:
			flush()
		}
	}
	flush()
	return words
}

// singular gives the singular that a word may be the plural of, or "" where it is none. It need not be a real word, as
// long as documents and queries agree.
func singular(word string) string {
	if len(word) < 4 || word[len(word)-1] != 's' {
		return ""
	}
	switch stem := word[:len(word)-1]; {
	case strings.HasSuffix(stem, "s"), strings.HasSuffix(stem, "u"), strings.HasSuffix(stem, "'"):
		return ""
	case strings.HasSuffix(stem, "ie"):
		return stem[:len(stem)-2] + "y"
	case strings.HasSuffix(stem, "sse"), strings.HasSuffix(stem, "xe"), strings.HasSuffix(stem, "che"), strings.HasSuffix(stem, "she"), strings.HasSuffix(stem, "zze"):
		return stem[:len(stem)-1]
	default:
		return stem
	}
}

// indexed gives the words of a text as documents keep them: in order, then the singulars of those that are plurals, so
// that phrases stay phrases.
func indexed(text string, most int) []string {
	words := Words(text)
	if len(words) > most {
		words = words[:most]
	}
	seen := make(map[string]bool, len(words))
	for _, w := range words {
		seen[w] = true
	}
	for _, w := range words[:len(words):len(words)] {
		if one := singular(w); one != "" && !seen[one] {
			seen[one] = true
			words = append(words, one)
		}
	}
	return words
}

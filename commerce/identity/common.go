package identity

import (
	_ "embed"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// commonWords are what people make passwords of, one a line. Guessing programs try them first, with digits behind and
// with letters written as digits.
//
//go:embed common_words.txt
var commonText string

var commonWords = func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(commonText) {
		words[word] = true
	}
	return words
}()

// rows are the keys of a keyboard and the order of letters and digits: who runs a finger along them is not the first.
var rows = []string{"abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "!@#$%^&*()"}

// tooCommon reports whether a password is among the first that anybody would guess (NIST SP 800-63B, section 3.1.1.2): a
// common word with little around it, something that repeats, keys in a row, a short number, or little more than a hint,
// which is what everybody knows of the account, such as its email.
func tooCommon(password string, hints ...string) bool {
	p := strings.ToLower(norm.NFKC.String(password))
	if repeats(p) || inRow(p) || isNumber(p) && len(p) < 12 {
		return true
	}
	for _, hint := range hints {
		local, _, _ := strings.Cut(strings.ToLower(hint), "@")
		for _, part := range append(strings.FieldsFunc(local, func(r rune) bool { return !unicode.IsLetter(r) }), local) {
			if len(part) >= 4 && strings.Contains(p, part) && len(p)-len(part) < 5 {
				return true
			}
		}
	}
	word := func(s string) bool { return commonWords[s] || commonWords[plain.Replace(s)] }
	bare := strings.TrimFunc(p, func(r rune) bool { return !unicode.IsLetter(r) })
	trimmed := strings.TrimRightFunc(p, func(r rune) bool { return !unicode.IsLetter(r) })
	return word(p) || word(bare) || word(trimmed) || isTwice(bare, word)
}

// plain writes letters for the digits and signs that stand for them.
var plain = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b", "@", "a", "$", "s", "!", "i")

// isTwice reports whether a text is two common words, one after the other.
func isTwice(s string, word func(string) bool) bool {
	for i := 3; i <= len(s)-3; i++ {
		if word(s[:i]) && word(s[i:]) {
			return true
		}
	}
	return false
}

// repeats reports whether a text is one to four characters again and again.
func repeats(p string) bool {
	for size := 1; size <= 4; size++ {
		if len(p) >= 2*size && strings.HasPrefix(strings.Repeat(p[:size], len(p)/size+1), p) {
			return true
		}
	}
	return false
}

// inRow reports whether a text is neighbors on a keyboard or in an alphabet, in either direction, up to two characters.
func inRow(p string) bool {
	for _, row := range rows {
		for _, line := range []string{row, reverse(row)} {
			for cut := 0; cut <= 2 && len(p)-cut >= 4; cut++ {
				if strings.Contains(line, p[:len(p)-cut]) || strings.Contains(line, p[cut:]) {
					return true
				}
			}
		}
	}
	return false
}

func isNumber(p string) bool {
	return strings.IndexFunc(p, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

func reverse(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

package identity

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// EmailFlaw is what is wrong with an email address.
type EmailFlaw int

// The flaws of email addresses.
const (
	EmailOK EmailFlaw = iota
	EmailBlank
	EmailMalformed
	EmailBadDomain
	EmailTooLong
)

// MaxEmail is the longest address in bytes that mail can carry (RFC 5321, path of 256 with its brackets).
const MaxEmail = 254

// NormalizeEmail brings an address into the form that it is kept and compared in: trimmed, in lower case, an
// international domain in its ASCII form. The part before the @ is the unquoted form of RFC 5321. Whether mail
// arrives there only a mail can tell.
func NormalizeEmail(s string) (string, EmailFlaw) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", EmailBlank
	}
	if len(s) > MaxEmail {
		return "", EmailTooLong
	}
	local, domain, ok := strings.Cut(s, "@")
	if !ok || len(local) > 64 || !dotAtom(local) || strings.Contains(domain, "@") {
		return "", EmailMalformed
	}
	domain, err := idna.Lookup.ToASCII(domain)
	if err != nil || !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") || strings.Contains(domain, "..") || len(domain) > 253 {
		return "", EmailBadDomain
	}
	last := domain[strings.LastIndexByte(domain, '.')+1:]
	if len(last) < 2 || strings.Trim(last, "0123456789") == "" {
		return "", EmailBadDomain
	}
	s = strings.ToLower(local) + "@" + strings.ToLower(domain)
	if len(s) > MaxEmail {
		return "", EmailTooLong
	}
	return s, EmailOK
}

// dotAtom reports whether s is words of ASCII atoms with single dots between them.
func dotAtom(s string) bool {
	for word := range strings.SplitSeq(s, ".") {
		if word == "" {
			return false
		}
		for _, c := range word {
			if c > unicode.MaxASCII || !(unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune("!#$%&'*+/=?^_`{|}~-", c)) {
				return false
			}
		}
	}
	return true
}

// NormalizePhone brings a telephone number into E.164 form: a plus, a country code and the number, 7 to 15 digits in
// all. Spaces, dots, hyphens and parentheses between digits are taken out, and 00 at the start is a plus.
func NormalizePhone(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, "00"); ok {
		s = "+" + rest
	}
	rest, ok := strings.CutPrefix(s, "+")
	if !ok {
		return "", false
	}
	digits := strings.Map(func(c rune) rune {
		if strings.ContainsRune(" \u00a0.-()/", c) {
			return -1
		}
		return c
	}, rest)
	if len(digits) < 7 || len(digits) > 15 || digits[0] == '0' || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	return "+" + digits, true
}

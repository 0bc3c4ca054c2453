package customer

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/fault"
)

// The reasons for refusing a change to an account: values of the API's CustomerErrorCode.
const (
	CodeAlreadyEnabled   = "ALREADY_ENABLED"
	CodeBadDomain        = "BAD_DOMAIN"
	CodeBlank            = "BLANK"
	CodeContainsHTML     = "CONTAINS_HTML_TAGS"
	CodeContainsURL      = "CONTAINS_URL"
	CodeDisabled         = "CUSTOMER_DISABLED"
	CodeInvalid          = "INVALID"
	CodeNotFound         = "NOT_FOUND"
	CodePasswordSpaces   = "PASSWORD_STARTS_OR_ENDS_WITH_WHITESPACE"
	CodeTaken            = "TAKEN"
	CodeTokenInvalid     = "TOKEN_INVALID"
	CodeTooLong          = "TOO_LONG"
	CodeTooShort         = "TOO_SHORT"
	CodeUnknownCustomer  = "UNIDENTIFIED_CUSTOMER"
	tokenArgument        = "customerAccessToken"
	tokenInvalidMessage  = "The token is wrong or has ended. Sign in again."
	secretInvalidMessage = "This link is wrong, has been used, or has ended. Ask for a new one."
)

var (
	htmlTag = regexp.MustCompile(`<[/!?a-zA-Z]`)
	webLink = regexp.MustCompile(`(?i)\b([a-z][a-z0-9+.\-]*://|www\.)`)
)

// checker collects what is wrong with an input. field is the path of the input.
type checker struct {
	field    []string
	problems fault.Problems
}

func (c *checker) add(code, message string, name ...string) {
	path := append(append([]string(nil), c.field...), name...)
	c.problems.Add(code, message, path...)
}

// text is what somebody typed in, trimmed, with what is wrong with it noted: no mark-up and no links (both have been used
// to send advertising through a shop's own mails), no pictures or control characters, and not too long.
func (c *checker) text(s, name, label string, most int) string {
	s = strings.TrimSpace(s)
	switch {
	case !utf8.ValidString(s) || strings.IndexFunc(s, unprintable) >= 0:
		c.add(CodeInvalid, label+" has characters that cannot be printed.", name)
		return ""
	case utf8.RuneCountInString(s) > most:
		c.add(CodeTooLong, fmt.Sprintf("%s is too long: at most %d characters.", label, most), name)
	case htmlTag.MatchString(s):
		c.add(CodeContainsHTML, label+" cannot contain HTML tags.", name)
	case webLink.MatchString(s):
		c.add(CodeContainsURL, label+" cannot contain a web address.", name)
	case strings.IndexFunc(s, pictorial) >= 0:
		c.add(CodeInvalid, label+" cannot contain emoji.", name)
	}
	return s
}

// unprintable is control characters, and the marks that turn the direction of text and can hide what stands there.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0xFEFF
}

// pictorial is emoji and the marks that make them; carriers' labels cannot print them.
func pictorial(r rune) bool {
	return r >= 0x1F000 && r <= 0x1FAFF || r >= 0x2600 && r <= 0x27BF || r == 0xFE0F || r == 0x20E3
}

func (c *checker) email(s, name string) string {
	email, flaw := identity.NormalizeEmail(s)
	switch flaw {
	case identity.EmailBlank:
		c.add(CodeBlank, "Email is missing.", name)
	case identity.EmailMalformed:
		c.add(CodeInvalid, "Email is not an email address.", name)
	case identity.EmailBadDomain:
		c.add(CodeBadDomain, "Email ends in a domain that cannot get mail.", name)
	case identity.EmailTooLong:
		c.add(CodeTooLong, fmt.Sprintf("Email is too long: at most %d bytes.", identity.MaxEmail), name)
	}
	return email
}

// phone is an account's telephone number; empty is none.
func (c *checker) phone(s, name string) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	phone, ok := identity.NormalizePhone(s)
	if !ok {
		c.add(CodeInvalid, "Phone is not a number with its country code, such as +15551234567.", name)
	}
	return phone
}

func (c *checker) password(flaw identity.Flaw, name ...string) {
	switch flaw {
	case identity.Blank:
		c.add(CodeBlank, "Password is missing.", name...)
	case identity.TooShort:
		c.add(CodeTooShort, fmt.Sprintf("Password is too short: at least %d characters.", identity.MinPassword), name...)
	case identity.TooLong:
		c.add(CodeTooLong, fmt.Sprintf("Password is too long: at most %d bytes.", identity.MaxPassword), name...)
	case identity.SpaceAtEnd:
		c.add(CodePasswordSpaces, "Password cannot begin or end with a space.", name...)
	case identity.NotText:
		c.add(CodeInvalid, "Password has characters that cannot be typed.", name...)
	case identity.Common:
		c.add(CodeInvalid, "Password is too easy to guess, or was found in a breach. Choose another one.", name...)
	}
}

// refusal carries a problem that is found within a transaction out of it, so that the transaction has no effect.
type refusal struct{ problem *fault.Problem }

// Error is for logs; a refusal never leaves the package as an error.
func (r refusal) Error() string { return r.problem.Message }

func refuse(code, message string, field ...string) error {
	return refusal{problem: &fault.Problem{Field: field, Code: code, Message: message}}
}

package app

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

const (
	maxTitle     = 255
	maxRedirects = 20
	maxRedirect  = 2048 // bytes
	maxLocations = 250
)

// title checks what an app or a key is called, and gives it without space around it.
func title(problems *fault.Problems, text string) string {
	text = strings.TrimSpace(text)
	switch field := []string{"input", "title"}; {
	case text == "":
		problems.Add(CodeBlank, "Title is missing.", field...)
	case !utf8.ValidString(text) || strings.IndexFunc(text, unicode.IsControl) >= 0:
		problems.Add(CodeInvalid, "Title has characters that cannot be printed.", field...)
	case utf8.RuneCountInString(text) > maxTitle:
		problems.Add(CodeTooLong, fmt.Sprintf("Title is too long: at most %d characters.", maxTitle), field...)
	}
	return text
}

// scopes checks that scopes exist and are among those that may be given, and gives them in order, each once.
func scopes(problems *fault.Problems, wanted, among []string) []string {
	for i, s := range wanted {
		switch field := []string{"input", "accessScopes", strconv.Itoa(i)}; {
		case !access.IsScope(s):
			problems.Add(CodeInvalid, "There is no such scope.", field...)
		case !slices.Contains(among, s):
			problems.Add(CodeInvalid, "The app itself may not do this.", field...)
		}
	}
	if len(wanted) == 0 {
		problems.Add(CodeBlank, "Name at least one scope.", "input", "accessScopes")
	}
	return access.NewScopes(wanted...).List()
}

// redirects checks where an app may have people sent back to (RFC 9700, section 4.1.3; RFC 8252, section 7.3).
func redirects(problems *fault.Problems, uris []string) []string {
	if len(uris) > maxRedirects {
		problems.Add(CodeTooMany, fmt.Sprintf("An app has at most %d redirect URIs.", maxRedirects), "input", "redirectUris")
		return uris
	}
	for i, uri := range uris {
		if flaw := redirectFlaw(uri); flaw != "" {
			problems.Add(CodeInvalid, flaw, "input", "redirectUris", strconv.Itoa(i))
		} else if slices.Contains(uris[:i], uri) {
			problems.Add(CodeInvalid, "This redirect URI is named twice.", "input", "redirectUris", strconv.Itoa(i))
		}
	}
	return append([]string{}, uris...)
}

// redirectFlaw says what is wrong with a redirect URI; empty where nothing is. Since it is compared letter by letter, nothing
// in it stands for anything else.
func redirectFlaw(uri string) string {
	u, err := url.Parse(uri)
	switch {
	case err != nil || !u.IsAbs() || u.Host == "" || u.Hostname() == "" || len(uri) > maxRedirect || strings.ContainsFunc(uri, hidden):
		return "A redirect URI is a whole address, such as https://example.com/callback."
	case strings.Contains(uri, "#"):
		return "A redirect URI has no fragment."
	case u.User != nil:
		return "A redirect URI has no user or password."
	case strings.Contains(u.Host, "*"):
		return "A redirect URI names one host."
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return "A redirect URI begins with https://, or with http:// on this machine's own address."
	}
	return ""
}

func hidden(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// checkPlaces checks that locations are among those of the shop.
func checkPlaces(problems *fault.Problems, ids, known []uuid.UUID) []gid.ID {
	out := make([]gid.ID, 0, len(ids))
	if len(ids) > maxLocations {
		problems.Add(CodeTooMany, fmt.Sprintf("An app is kept to at most %d locations.", maxLocations), "input", "locationIds")
		return out
	}
	for i, id := range ids {
		if !slices.Contains(known, id) {
			problems.Add(CodeNotFound, "There is no such location.", "input", "locationIds", strconv.Itoa(i))
		}
		if place := gid.New("Location", id); !slices.Contains(out, place) {
			out = append(out, place)
		}
	}
	return out
}

// refusal carries problems that are found within a transaction out of it, so that the transaction has no effect.
type refusal struct{ problems fault.Problems }

// Error is for logs; a refusal never leaves the package as an error.
func (r refusal) Error() string { return r.problems[0].Message }

func refuse(code, message string, field ...string) error {
	return refusal{fault.Problems{{Field: field, Code: code, Message: message}}}
}

func refuseAll(problems fault.Problems) error {
	if len(problems) == 0 {
		return nil
	}
	return refusal{problems}
}

// problemsOf takes the problems out of an error that carries some.
func problemsOf(err error) (fault.Problems, error) {
	if r, ok := errors.AsType[refusal](err); ok {
		return r.problems, nil
	}
	return nil, err
}

package oauth

import (
	"slices"
	"strings"

	"github.com/rialtohq/rialto/commerce/access"
)

// Scopes beside those of the API: what an app may know of who signed in (OpenID Connect Core, section 5.4), and whether it
// may work while they are away. Every app may ask for them.
const (
	ScopeOpenID  = "openid"
	ScopeProfile = "profile"
	ScopeEmail   = "email"
	ScopeOffline = "offline_access"
)

// personal are those scopes in words.
var personal = []access.Scope{
	{Handle: ScopeOpenID, Description: "Know that it is you who signed in."},
	{Handle: ScopeProfile, Description: "See your name."},
	{Handle: ScopeEmail, Description: "See your email address."},
	{Handle: ScopeOffline, Description: "Go on while you are away, for up to 30 days after it last did."},
}

func isPersonal(scope string) bool {
	return slices.ContainsFunc(personal, func(p access.Scope) bool { return p.Handle == scope })
}

// describe gives a scope in words.
func describe(scope string) string {
	for _, p := range personal {
		if p.Handle == scope {
			return p.Description
		}
	}
	return access.Describe(scope)
}

// SupportedScopes are all scopes that an app can be given.
func SupportedScopes() []string {
	out := make([]string, 0, len(personal)+len(access.AllScopes))
	for _, p := range personal {
		out = append(out, p.Handle)
	}
	return append(out, access.AllScopes...)
}

func has(scopes []string, scope string) bool { return slices.Contains(scopes, scope) }

// both gives the scopes of the API that are in both lists.
func both(a, b []string) []string {
	var out []string
	for _, scope := range a {
		if has(b, scope) && !has(out, scope) {
			out = append(out, scope)
		}
	}
	return out
}

// asked reads a scope parameter (RFC 6749, section 3.3) against the most that may be given; without one it is all of that.
func asked(text string, most []string) ([]string, *Error) {
	scopes := strings.Fields(text)
	if len(scopes) == 0 {
		return slices.Clone(most), nil
	}
	slices.Sort(scopes)
	scopes = slices.Compact(scopes)
	for _, scope := range scopes {
		if !has(most, scope) {
			return nil, refuse(InvalidScope, "A scope is unknown, or more than this app may have.")
		}
	}
	return scopes, nil
}

// within keeps the scopes that a member of staff may give away, and the personal ones.
func within(scopes []string, member access.Scopes) []string {
	var out []string
	for _, scope := range scopes {
		if isPersonal(scope) || member.Has(scope) {
			out = append(out, scope)
		}
	}
	return out
}

package policy

import (
	"strings"

	"github.com/rialtohq/rialto/commerce/access"
)

// Of lists the policies that an action is decided by, in the order of files and lines.
func (e *Engine) Of(action Action) []*Policy { return e.buckets[action] }

// Scopes lists the scopes that the policies of an action ask for, in the order of [access.AllScopes]: those that count
// when somebody wants to do it.
func (e *Engine) Scopes(action Action) (scopes []string) {
	for _, s := range access.AllScopes {
		for _, p := range e.buckets[action] {
			if strings.Contains(string(p.parsed.MarshalCedar()), `"`+s+`"`) {
				scopes = append(scopes, s)
				break
			}
		}
	}
	return scopes
}

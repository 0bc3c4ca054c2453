package access

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/fault"
)

// Policies are the named decisions that @policy refers to: rules that depend on more than the caller's scopes.
type Policies interface {
	// Has reports whether a policy of this name exists. It is asked once, at the start.
	Has(policy string) bool
	// Decide reports whether the policy agrees that the context's actor reads a field of object. Object is what the
	// parent field resolved to, and nil for a root field. It is called from several goroutines.
	Decide(ctx context.Context, policy string, object any) bool
}

// Rule is what a field asks of its caller. All its clauses must hold; without any it is open to everybody.
type Rule struct{ clauses []clause }

// clause is the content of one directive.
type clause struct {
	kind string
	// anyOf are alternatives, each a list of names that are needed together; nil for @authenticated.
	anyOf [][]string
}

const (
	public         = "public"
	authenticated  = "authenticated"
	requiresScopes = "requiresScopes"
	policy         = "policy"
)

// Open reports whether the rule lets everybody in.
func (r Rule) Open() bool { return len(r.clauses) == 0 }

// Check judges the rule for an actor as far as its kind and scopes tell. Code is empty where they suffice, and
// [fault.Unauthenticated] or [fault.Forbidden] where they do not. Pending says that policies are to decide besides.
func (r Rule) Check(by iam.Actor) (code fault.Code, pending bool) {
	for _, c := range r.clauses {
		switch {
		case c.kind == policy:
			pending = true
		case !signedIn(by):
			return fault.Unauthenticated, false
		case c.kind == requiresScopes && !c.met(by.Can):
			return fault.Forbidden, false
		}
	}
	return "", pending
}

// lacking are the alternatives of scopes that somebody who works for the shop does not meet, nil where none are lacking.
func (r Rule) lacking(by iam.Actor) [][]string {
	for _, c := range r.clauses {
		if c.kind == requiresScopes && by.Works() && !c.met(by.Can) {
			return c.anyOf
		}
	}
	return nil
}

// agreed asks the policies of the rule about an object.
func (r Rule) agreed(ctx context.Context, policies Policies, object any) bool {
	for _, c := range r.clauses {
		if c.kind == policy && !c.met(func(name string) bool { return policies.Decide(ctx, name, object) }) {
			return false
		}
	}
	return true
}

// met reports whether one alternative holds completely.
func (c clause) met(holds func(string) bool) bool {
	return slices.ContainsFunc(c.anyOf, func(all []string) bool {
		return !slices.ContainsFunc(all, func(name string) bool { return !holds(name) })
	})
}

// and joins two rules: both must be met.
func (r Rule) and(other Rule) Rule {
	return Rule{clauses: append(slices.Clip(r.clauses), other.clauses...)}
}

// readRule finds the rule among the directives of one element. Found is false where there is none.
func readRule(directives ast.DirectiveList, policies Policies) (rule Rule, found bool, err error) {
	for _, d := range directives {
		c := clause{kind: d.Name}
		switch d.Name {
		case public, authenticated:
		case requiresScopes:
			c.anyOf, err = readNames(d, "scopes")
		case policy:
			c.anyOf, err = readNames(d, "policies")
			err = errors.Join(err, known(c.anyOf, policies))
		default:
			continue
		}
		switch {
		case err != nil:
			return Rule{}, false, err
		case found:
			return Rule{}, false, errors.New("more than one access rule")
		}
		found = true
		if d.Name != public {
			rule.clauses = []clause{c}
		}
	}
	return rule, found, nil
}

// readNames reads the alternatives of a directive. An empty list is refused: outside it would shut everybody out, inside
// let everybody in, and neither is what anyone means by it.
func readNames(d *ast.Directive, argument string) ([][]string, error) {
	arg := d.Arguments.ForName(argument)
	if arg == nil || len(arg.Value.Children) == 0 {
		return nil, fmt.Errorf("@%s without %s", d.Name, argument)
	}
	var anyOf [][]string
	for _, alternative := range arg.Value.Children {
		var all []string
		for _, name := range alternative.Value.Children {
			all = append(all, name.Value.Raw)
		}
		if len(all) == 0 || slices.Contains(all, "") {
			return nil, fmt.Errorf("@%s with an empty alternative", d.Name)
		}
		anyOf = append(anyOf, all)
	}
	return anyOf, nil
}

func known(anyOf [][]string, policies Policies) error {
	for _, name := range slices.Concat(anyOf...) {
		if policies == nil || !policies.Has(name) {
			return fmt.Errorf("policy %q does not exist", name)
		}
	}
	return nil
}

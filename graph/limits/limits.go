// Package limits refuses documents that would cost more to understand than they are worth, before validation sees them.
//
// Validation compares repeated fields pair by pair and walks a fragment again for every definition that reaches it, so
// a small document can buy seconds of work. What passes here is cheap to validate. It is not the price of an
// operation: that depends on variables and types, and is counted later.
//
// Invariants: the work is linear in the document, fragments are counted once and remembered, and the one pass that
// follows every spread starts only when the counts have shown it to be short. A document is refused for one reason,
// the first found, and the reason names the number and the limit.
package limits

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Codes of refusal, as they stand in extensions.code.
const (
	CodeParseFailed       = "GRAPHQL_PARSE_FAILED"      // the text is not a GraphQL document
	CodeValidationFailed  = "GRAPHQL_VALIDATION_FAILED" // the document does not fit the schema
	CodeTooManyTokens     = "TOO_MANY_TOKENS"
	CodeTooDeep           = "TOO_DEEP"
	CodeTooManyAliases    = "TOO_MANY_ALIASES"
	CodeTooManyRootFields = "TOO_MANY_ROOT_FIELDS"
	CodeTooManyDirectives = "TOO_MANY_DIRECTIVES"
	CodeTooManySelections = "TOO_MANY_SELECTIONS"
	CodeTooManyFragments  = "TOO_MANY_FRAGMENTS"
	CodeTooManyOperations = "TOO_MANY_OPERATIONS"
	CodeRepeatedFields    = "REPEATED_FIELDS"
	CodeFragmentCycle     = "FRAGMENT_CYCLE"
	CodeInvalidCharacter  = "INVALID_CHARACTER"
	CodeTooManyErrors     = "TOO_MANY_ERRORS" // stands in place of the errors that were left out
)

// Limits are the most that a document may hold. A field that is zero means the default beside it. All counts are per
// operation with its fragments spread out, save where the comment says otherwise.
type Limits struct {
	Tokens     int // 8,000 tokens in the text
	Depth      int // 24 selection sets inside each other, inline fragments included; also of a literal value
	Aliases    int // 100 fields under another name
	RootFields int // 30 fields of the query or mutation itself
	Directives int // 100 directives
	Stacked    int // 8 directives on one place of the text
	Repeats    int // 100 selections that end in one place of the answer
	Overlap    int // 50,000 comparisons that merging the repeated fields takes, over the whole document
	Selections int // 20,000 fields, spreads and inline fragments, over the whole document
	Fragments  int // 150 fragment definitions in the text
	Operations int // 50 operations in the text
	Errors     int // 20 errors in an answer

	// Suggestions lets validation name what a misspelled name may have meant. For development: it gives the schema away.
	Suggestions bool
}

// orDefault fills in what was not set.
func (l Limits) orDefault() Limits {
	for _, f := range []struct {
		value *int
		def   int
	}{
		{&l.Tokens, 8_000}, {&l.Depth, 24}, {&l.Aliases, 100}, {&l.RootFields, 30}, {&l.Directives, 100}, {&l.Stacked, 8},
		{&l.Repeats, 100}, {&l.Overlap, 50_000}, {&l.Selections, 20_000}, {&l.Fragments, 150}, {&l.Operations, 50},
		{&l.Errors, 20},
	} {
		if *f.value == 0 {
			*f.value = f.def
		}
	}
	return l
}

// Refusal is why a document was not accepted. Its message is public.
type Refusal struct {
	Code    string
	Message string
	// Found is the number that was too high, Limit the highest allowed; both 0 where no number is meant. Counting stops
	// where the limit is passed, so Found can be less than the document holds.
	Found, Limit int
	// Position is where in the text, nil when it is the whole document.
	Position *ast.Position
}

// Error is the public message.
func (r *Refusal) Error() string { return r.Message }

// Syntax reports whether the text could not be read at all (HTTP 400), rather than being read and refused (422).
func (r *Refusal) Syntax() bool { return r.Code == CodeParseFailed }

// GraphQL is the refusal as an entry of an answer's errors.
func (r *Refusal) GraphQL() *gqlerror.Error {
	e := &gqlerror.Error{Message: r.Message, Extensions: map[string]any{"code": r.Code}}
	if r.Limit > 0 {
		e.Extensions["found"], e.Extensions["limit"] = r.Found, r.Limit
	}
	if r.Position != nil {
		e.Locations = []gqlerror.Location{{Line: r.Position.Line, Column: r.Position.Column}}
	}
	return e
}

// exceeded is the refusal for a number above its limit. The format takes the number, then the limit.
func exceeded(code string, found, limit int, at *ast.Position, format string) *Refusal {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, found, limit), Found: found, Limit: limit, Position: at}
}

// Cut leaves at most the allowed number of errors; the last of them then says how many more there were.
func (l Limits) Cut(errs gqlerror.List) gqlerror.List {
	most := l.orDefault().Errors
	if len(errs) <= most {
		return errs
	}
	kept := append(gqlerror.List(nil), errs[:most-1]...)
	return append(kept, tooManyErrors(fmt.Sprintf("%d more errors are not shown; an answer holds at most %d.", len(errs)-most+1, most)))
}

func tooManyErrors(message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": CodeTooManyErrors}}
}

package discount

import (
	"fmt"
	"strings"
	"time"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

const maxTerms = 10

// conditions turns a query into SQL over the parameters $2 and on.
func conditions(query string, now time.Time) (string, []any, error) {
	if err := keyset.CheckQuery(query); err != nil {
		return "", nil, err
	}
	terms := strings.Fields(query)
	if len(terms) > maxTerms {
		return "", nil, fault.New(fault.Invalid, "A query has at most %d terms.", maxTerms)
	}
	var sql strings.Builder
	var args []any
	add := func(format string, value any) {
		args = append(args, value)
		fmt.Fprintf(&sql, " AND "+format, len(args)+1)
	}
	const title, code = `(lower(title) LIKE $%[1]d ESCAPE '!' OR lower(title) LIKE '%% ' || $%[1]d ESCAPE '!')`, `code LIKE $%[1]d ESCAPE '!'`
	for _, term := range terms {
		name, value, named := strings.Cut(term, ":")
		value = beginning(strings.Trim(value, `"'*`))
		switch {
		case !named:
			add("("+title+" OR "+code+")", beginning(strings.TrimSuffix(term, "*")))
		case name == "title":
			add(title, value)
		case name == "code":
			add(code, value)
		case name == "status" && value == "active%":
			add(`enabled AND starts_at <= $%[1]d AND (ends_at IS NULL OR ends_at > $%[1]d)`, now)
		case name == "status" && value == "scheduled%":
			add(`enabled AND starts_at > $%[1]d`, now)
		case name == "status" && value == "expired%":
			add(`(NOT enabled OR ends_at <= $%[1]d)`, now)
		default:
			return "", nil, fault.New(fault.Invalid, "Discounts can be searched by title:, code:, status:active, status:scheduled, status:expired and words.")
		}
	}
	return sql.String(), args, nil
}

// beginning is a pattern for what begins with a word; columns are compared in lower case.
func beginning(word string) string {
	return database.Like(strings.ToLower(word)) + "%"
}

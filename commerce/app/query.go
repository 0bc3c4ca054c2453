package app

import (
	"fmt"
	"strings"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

const maxTerms = 10

// words is the condition that a column has every word of a query, with its arguments from the parameter next on.
func words(query, column string, next int) (sql string, args []any, err error) {
	if err := keyset.CheckQuery(query); err != nil {
		return "", nil, err
	}
	terms := strings.Fields(strings.ToLower(query))
	if len(terms) > maxTerms {
		return "", nil, fault.New(fault.Invalid, "A query has at most %d words.", maxTerms)
	}
	for _, word := range terms {
		sql += fmt.Sprintf(" AND %s LIKE $%d ESCAPE '!'", column, next+len(args))
		args = append(args, "%"+database.Like(strings.TrimPrefix(word, "title:"))+"%")
	}
	return sql, args, nil
}

// beginnings is the condition that a key begins with a query, of which no more than the prefix that is kept is looked at.
func beginnings(query string, next int) (sql string, args []any, err error) {
	if err := keyset.CheckQuery(query); err != nil {
		return "", nil, err
	}
	terms := strings.Fields(query)
	if len(terms) == 0 {
		return "", nil, nil
	}
	if len(terms) > 1 {
		return "", nil, fault.New(fault.Invalid, "Keys are searched by their first characters, such as prefix:rak_Ab12.")
	}
	begins := strings.Trim(strings.TrimPrefix(terms[0], "prefix:"), `"'*`)
	if len(begins) >= prefixLength {
		return fmt.Sprintf(" AND prefix = $%d", next), []any{strings.ToValidUTF8(begins[:prefixLength], "")}, nil
	}
	return fmt.Sprintf(" AND prefix LIKE $%d ESCAPE '!'", next), []any{database.Like(begins) + "%"}, nil
}

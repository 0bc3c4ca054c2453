package staff

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

// conditions are what a query asks for, as SQL that begins with " AND" or is empty.
type conditions struct {
	sql  string
	args []any
}

// field is something that a query can name. Value reads what stands behind the colon; the SQL has one place for it, and a
// verb %s before that where the value comes with a comparison.
type field struct {
	sql   string
	value func(text string) (any, error)
}

// comparison is a value together with how it is compared.
type comparison struct {
	operator string
	value    any
}

const maxTerms = 10

// parse turns a query into conditions over the parameters next and on. The field with the empty name is for bare words.
func parse(query string, next int, fields map[string]field) (c conditions, err error) {
	if err := keyset.CheckQuery(query); err != nil {
		return c, err
	}
	terms := strings.Fields(query)
	if len(terms) > maxTerms {
		return c, fault.New(fault.Invalid, "A query has at most %d terms.", maxTerms)
	}
	for _, term := range terms {
		name, text, named := strings.Cut(term, ":")
		if !named {
			name, text = "", term
		}
		f, known := fields[name]
		if !known {
			return c, fault.New(fault.Invalid, "This list can be searched by %s; %q is none of these.", names(fields), term)
		}
		value, err := f.value(strings.Trim(text, `"'`))
		if err != nil {
			return c, err
		}
		at := next + len(c.args)
		if compared, ok := value.(comparison); ok {
			c.sql += fmt.Sprintf(" AND "+f.sql, compared.operator, at)
			value = compared.value
		} else {
			c.sql += fmt.Sprintf(" AND "+f.sql, at)
		}
		c.args = append(c.args, value)
	}
	return c, nil
}

func names(fields map[string]field) string {
	var out []string
	for name := range fields {
		if name == "" {
			name = "words"
		} else {
			name += ":"
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func exact(text string) (any, error) { return text, nil }

// beginning is the pattern of what begins with a text, whatever the case.
func beginning(text string) (any, error) { return database.Like(strings.ToLower(text)) + "%", nil }

// open is a text that ends in "*" as the pattern of its beginnings, and any other as itself.
func open(text string) (any, error) {
	if rest, ok := strings.CutSuffix(text, "*"); ok {
		return database.Like(rest) + "%", nil
	}
	return database.Like(text), nil
}

// moment reads a comparison with a time, such as >=2026-01-31. Days are of UTC.
func moment(text string) (any, error) {
	rest := strings.TrimLeft(text, "<>=")
	operator := text[:len(text)-len(rest)]
	if operator == "" {
		operator = ">="
	}
	if !slices.Contains([]string{"<", "<=", ">", ">="}, operator) {
		return nil, fault.New(fault.Invalid, "A time is compared with <, <=, > or >=.")
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, rest); err == nil {
			return comparison{operator, at.UTC()}, nil
		}
	}
	return nil, fault.New(fault.Invalid, "A time is a day or a moment, such as >=2026-01-31.")
}

package customer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

var listOrder = keyset.Order{Name: "customer-id", ID: "id"}

// List gives a page of the shop's accounts for staff, by a value of CustomerSortKeys: ID, CREATED_AT and RELEVANCE are the
// order in which they were opened, others are refused. The query is terms that must all hold, see [terms]: a field with a
// value, which stands in quotes where it has spaces, or a bare word, the beginning of the email, the given or the family
// name. Fails with [fault.Invalid] for a query or an argument that cannot be meant.
func (s *Service) List(ctx context.Context, query string, args keyset.Args, sortKey string) (keyset.Page[*Customer], error) {
	if !slices.Contains([]string{"", "ID", "CREATED_AT", "RELEVANCE"}, sortKey) {
		return keyset.Page[*Customer]{}, fault.New(fault.Invalid, "Customers are sorted by ID, CREATED_AT or RELEVANCE; %s is not kept in order.", sortKey)
	}
	w, err := args.Window(listOrder)
	if err != nil {
		return keyset.Page[*Customer]{}, err
	}
	where, values, err := conditions(query)
	if err != nil {
		return keyset.Page[*Customer]{}, err
	}
	rows, err := listAccounts(ctx, s.db, w, where, values)
	if err != nil {
		return keyset.Page[*Customer]{}, err
	}
	return keyset.Cut(w, rows, func(c *Customer) (any, uuid.UUID) { return "", c.ID.UUID }), nil
}

const maxTerms = 10

// condition is one term as SQL, with one place for its value.
type condition struct {
	sql   string
	value any
}

// terms are the fields that a query can name, with how each reads its value; an error says what it takes.
var terms = map[string]func(value string) (condition, error){
	"email": func(v string) (condition, error) {
		if beginning, ok := strings.CutSuffix(v, "*"); ok {
			return condition{`lower(email) LIKE $%d ESCAPE '!'`, prefix(beginning)}, nil
		}
		email, _ := identity.NormalizeEmail(v)
		return condition{`email = $%d`, email}, nil
	},
	"phone": func(v string) (condition, error) {
		phone, _ := identity.NormalizePhone(v)
		return condition{`phone <> '' AND phone = $%d`, phone}, nil
	},
	"first_name": func(v string) (condition, error) {
		return condition{`lower(first_name) LIKE $%d ESCAPE '!'`, prefix(strings.TrimSuffix(v, "*"))}, nil
	},
	"last_name": func(v string) (condition, error) {
		return condition{`lower(last_name) LIKE $%d ESCAPE '!'`, prefix(strings.TrimSuffix(v, "*"))}, nil
	},
	"state": func(v string) (condition, error) { return condition{`state = $%d`, strings.ToLower(v)}, nil },
	// Tags are kept as a JSON list of words; a word's JSON, quotes included, is found whole or not at all.
	"tag": func(v string) (condition, error) {
		return condition{`CAST(tags AS TEXT) LIKE $%d ESCAPE '!'`, "%" + database.Like(fmt.Sprintf("%q", v)) + "%"}, nil
	},
	"group": func(v string) (condition, error) {
		const in = `EXISTS (SELECT 1 FROM customer_group_member m WHERE m.shop_id = customer.shop_id AND m.customer_id = customer.id AND m.group_id = `
		if id, err := gid.Parse(v); err == nil && id.Type == GroupType {
			return condition{in + `$%d)`, id.UUID}, nil
		}
		return condition{in + `(SELECT g.id FROM customer_group g WHERE g.shop_id = customer.shop_id AND g.handle = $%d))`, strings.ToLower(v)}, nil
	},
	"country": func(v string) (condition, error) {
		return condition{`EXISTS (SELECT 1 FROM address a WHERE a.shop_id = customer.shop_id AND a.id = customer.default_address_id AND a.country_code = $%d)`, strings.ToUpper(v)}, nil
	},
	"orders_count": func(v string) (condition, error) {
		operator, rest := comparison(v)
		n, err := strconv.ParseInt(rest, 10, 64)
		if err != nil {
			return condition{}, fault.New(fault.Invalid, "orders_count: takes a number, such as 3 or >=3.")
		}
		return condition{"orders_count " + operator + " $%d", n}, nil
	},
	"accepts_marketing": yesOrNo("accepts_marketing"),
	"tax_exempt":        yesOrNo("tax_exempt"),
	"created_at":        momentOf("created_at"),
	"updated_at":        momentOf("updated_at"),
}

func yesOrNo(column string) func(string) (condition, error) {
	return func(v string) (condition, error) {
		yes, err := strconv.ParseBool(strings.ToLower(v))
		if err != nil {
			return condition{}, fault.New(fault.Invalid, "%s: is true or false.", column)
		}
		return condition{column + " = $%d", yes}, nil
	}
}

func momentOf(column string) func(string) (condition, error) {
	return func(v string) (condition, error) {
		operator, at, ok := compared(v)
		if !ok {
			return condition{}, fault.New(fault.Invalid, "%s: takes a date such as >=2026-01-31.", column)
		}
		return condition{column + " " + operator + " $%d", at}, nil
	}
}

// conditions turns a query into SQL over the parameters $2 and on.
func conditions(query string) (string, []any, error) {
	if err := keyset.CheckQuery(query); err != nil {
		return "", nil, err
	}
	words := split(query)
	if len(words) > maxTerms {
		return "", nil, fault.New(fault.Invalid, "A query has at most %d terms.", maxTerms)
	}
	var sql strings.Builder
	var args []any
	for _, word := range words {
		c := condition{`(lower(email) LIKE $%[1]d ESCAPE '!' OR lower(first_name) LIKE $%[1]d ESCAPE '!' OR lower(last_name) LIKE $%[1]d ESCAPE '!')`, prefix(word)}
		if name, value, named := strings.Cut(word, ":"); named {
			read, known := terms[name]
			if !known {
				return "", nil, fault.New(fault.Invalid, "Customers can be searched by %s and words; %q is none of these.", strings.Join(slices.Sorted(maps.Keys(terms)), ":, ")+":", name+":")
			}
			var err error
			if c, err = read(value); err != nil {
				return "", nil, err
			}
		}
		args = append(args, c.value)
		fmt.Fprintf(&sql, " AND "+c.sql, len(args)+1)
	}
	return sql.String(), args, nil
}

// split parts a query at spaces outside quotes, and takes the quotes away.
func split(query string) (words []string) {
	var word strings.Builder
	var quote rune
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
		}
		word.Reset()
	}
	for _, r := range query {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\'' && (word.Len() == 0 || strings.HasSuffix(word.String(), ":"))):
			quote = r
		case quote == 0 && unicode.IsSpace(r):
			end()
		default:
			word.WriteRune(r)
		}
	}
	end()
	return words
}

// comparison parts a value into how it is compared, which is "=" unless said, and with what.
func comparison(value string) (operator, rest string) {
	rest = strings.TrimLeft(value, "<>=")
	if operator = value[:len(value)-len(rest)]; !slices.Contains([]string{"<", "<=", ">", ">="}, operator) {
		operator = "="
	}
	return operator, rest
}

// compared reads a comparison with a time, such as >=2026-01-31. Days are of UTC.
func compared(value string) (operator string, at time.Time, ok bool) {
	operator = value[:len(value)-len(strings.TrimLeft(value, "<>="))]
	if operator != "<" && operator != "<=" && operator != ">" {
		operator = ">="
	}
	value = strings.Trim(strings.TrimLeft(value, "<>="), `"'`)
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, value); err == nil {
			return operator, at.UTC(), true
		}
	}
	return "", time.Time{}, false
}

func prefix(word string) string { return database.Like(strings.ToLower(word)) + "%" }

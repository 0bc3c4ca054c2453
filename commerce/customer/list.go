package customer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

var listOrder = keyset.Order{Name: "customer-id", ID: "id"}

// List gives a page of the shop's accounts for staff, by a value of CustomerSortKeys: ID, CREATED_AT and RELEVANCE are the
// order in which they were opened, others are refused. The query is terms that must all hold: email:, phone:, state:,
// tag: and country: (of the default address) with a value, created_at: with a date or a moment and <, <=, > or >= before
// it, and bare words, each the beginning of the email, the given or the family name. Fails with [fault.Invalid] for a
// query or an argument that cannot be meant.
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

// conditions turns a query into SQL over the parameters $2 and on.
func conditions(query string) (string, []any, error) {
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
	for _, term := range terms {
		name, value, named := strings.Cut(term, ":")
		value = strings.Trim(value, `"'`)
		switch {
		case !named:
			add(`(lower(email) LIKE $%[1]d ESCAPE '!' OR lower(first_name) LIKE $%[1]d ESCAPE '!' OR lower(last_name) LIKE $%[1]d ESCAPE '!')`, prefix(term))
		case name == "email" && strings.HasSuffix(value, "*"):
			add(`lower(email) LIKE $%d ESCAPE '!'`, prefix(strings.TrimSuffix(value, "*")))
		case name == "email":
			email, _ := identity.NormalizeEmail(value)
			add(`email = $%d`, email)
		case name == "phone":
			phone, _ := identity.NormalizePhone(value)
			add(`phone <> '' AND phone = $%d`, phone)
		case name == "state":
			add(`state = $%d`, strings.ToLower(value))
		case name == "tag":
			// Tags are kept as a JSON list of words; a word's JSON, quotes included, is found whole or not at all.
			add(`CAST(tags AS TEXT) LIKE $%d ESCAPE '!'`, "%"+escape(fmt.Sprintf("%q", value))+"%")
		case name == "country":
			add(`EXISTS (SELECT 1 FROM address a WHERE a.shop_id = customer.shop_id AND a.id = customer.default_address_id AND a.country_code = $%d)`, strings.ToUpper(value))
		case name == "created_at":
			operator, at, ok := moment(value)
			if !ok {
				return "", nil, fault.New(fault.Invalid, "created_at: takes a date such as >=2026-01-31.")
			}
			add("created_at "+operator+" $%d", at)
		default:
			return "", nil, fault.New(fault.Invalid, "Customers can be searched by email:, phone:, state:, tag:, country:, created_at: and words; %q is none of these.", name+":")
		}
	}
	return sql.String(), args, nil
}

// moment reads a comparison with a time, such as >=2026-01-31. Days are of UTC.
func moment(value string) (operator string, at time.Time, ok bool) {
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

func prefix(word string) string { return escape(strings.ToLower(word)) + "%" }

func escape(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

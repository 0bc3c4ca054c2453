package customer

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

var listOrder = keyset.Order{Name: "customer-id", ID: "id"}

// List gives a page of the shop's accounts, in the order in which they were opened, for staff. The query is terms that
// must all hold: email:, phone:, state: and tag: with a value, and bare words, each the beginning of the email, the
// given or the family name. Fails with [fault.Invalid] for a query or an argument that cannot be meant.
func (s *Service) List(ctx context.Context, query string, args keyset.Args) (keyset.Page[*Customer], error) {
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
			add(`email LIKE $%d ESCAPE '!'`, prefix(strings.TrimSuffix(value, "*")))
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
		default:
			return "", nil, fault.New(fault.Invalid, "Customers can be searched by email:, phone:, state:, tag: and words; %q is none of these.", name+":")
		}
	}
	return sql.String(), args, nil
}

func prefix(word string) string { return escape(strings.ToLower(word)) + "%" }

func escape(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

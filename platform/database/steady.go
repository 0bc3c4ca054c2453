package database

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// PostgreSQL plans a prepared statement anew each time for as long as it thinks that knowing the values pays: it compares the
// plan for these values with one for any values, and takes the latter only where it looks no dearer (plancache.c,
// choose_custom_plan). Its guess for any list is ten entries and for "at most" a third of all rows, so that one id, or a moment
// that all rows are before, looks like a bargain every time; and planning takes longer than the statement. Where values
// change nothing about the right plan, they are therefore hidden or the guess is helped.

var idLists = reflect.TypeFor[[]uuid.UUID]()

var steadied texts // as PostgreSQL gets them

// steady hides from the planner how many ids a list has: they are keys, which are found by the index on them however many
// there are. A statement has lists of the same type in the same places each time.
func steady(query string, args []any) string {
	if !strings.Contains(query, "= ANY($") {
		return query
	}
	if t, ok := steadied.get(query); ok {
		return t
	}
	t := anyList.ReplaceAllStringFunc(query, func(list string) string {
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(list, "= ANY($"), ")"))
		if err != nil || n > len(args) || reflect.TypeOf(args[n-1]) != idLists {
			return list
		}
		return "= ANY((SELECT $" + strconv.Itoa(n) + "::uuid[])::uuid[])"
	})
	steadied.put(query, t)
	return t
}

// Mostly is a condition that nearly all rows meet, said so that PostgreSQL knows it: of a comparison with a parameter it
// would guess a third. No index serves it.
func Mostly(condition string) string { return "nullif(" + condition + ", false) IS NOT NULL" }

package keyset

import "github.com/rialtohq/rialto/platform/fault"

// MaxQuery is the most bytes of text that a list is narrowed by. Databases refuse patterns that are much longer.
const MaxQuery = 2048

// CheckQuery refuses a text that is too long to narrow a list by. Fails with [fault.Invalid].
func CheckQuery(query string) error {
	if len(query) > MaxQuery {
		return fault.New(fault.Invalid, "A query has at most %d bytes; this one has %d.", MaxQuery, len(query))
	}
	return nil
}

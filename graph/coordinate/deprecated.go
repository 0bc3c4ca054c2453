package coordinate

import (
	"maps"
	"slices"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// Deprecation is why a place of the schema is not to be used any more.
type Deprecation struct {
	Coordinate string
	// Reason is what the schema says, for people: what to use instead.
	Reason string
	// RemovedAfter is the day after which it may be gone, in UTC; zero where the reason names none.
	RemovedAfter time.Time
}

func (s *Schema) deprecate(at string, directives ast.DirectiveList) {
	d := directives.ForName("deprecated")
	if d == nil {
		return
	}
	out := Deprecation{Coordinate: at}
	if a := d.Arguments.ForName("reason"); a != nil {
		out.Reason = a.Value.Raw
	}
	if r, err := ReadReason(out.Reason); err == nil { // else the gate of the schema refuses it
		out.RemovedAfter = r.RemovedAfter
	}
	s.deprecated[at] = out
}

// Deprecation tells whether a place is deprecated, and why.
func (s *Schema) Deprecation(coordinate string) (Deprecation, bool) {
	d, ok := s.deprecated[coordinate]
	return d, ok
}

// Deprecations are the coordinates of all places that are deprecated, sorted.
func (s *Schema) Deprecations() []string { return slices.Sorted(maps.Keys(s.deprecated)) }

package coordinate

import (
	"maps"
	"regexp"
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

// removedAfter is how a reason names the day.
var removedAfter = regexp.MustCompile(`Removed after (\d{4}-\d{2}-\d{2})\b`)

func (s *Schema) deprecate(at string, directives ast.DirectiveList) {
	d := directives.ForName("deprecated")
	if d == nil {
		return
	}
	out := Deprecation{Coordinate: at}
	if a := d.Arguments.ForName("reason"); a != nil {
		out.Reason = a.Value.Raw
	}
	if m := removedAfter.FindStringSubmatch(out.Reason); m != nil {
		out.RemovedAfter, _ = time.Parse(time.DateOnly, m[1]) // what is no day is none: the gate of the schema refuses it
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

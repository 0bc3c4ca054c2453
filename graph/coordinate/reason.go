package coordinate

import (
	"errors"
	"regexp"
	"strings"
	"time"
)

// Reason is what the reason of @deprecated says, in one of two fixed forms:
//
//	Use `price` instead. Removed after 2028-01-01.
//	Use `price` instead. Kept for compatibility.
//
// The second stands on names that storefronts written for a compatible API still send: they are discouraged, and never go.
type Reason struct {
	// Instead are the replacements: names beside the element, or schema coordinates.
	Instead []string
	// RemovedAfter is the last day, in UTC, on which the element is surely there; zero where it is kept.
	RemovedAfter time.Time
}

// Kept reports whether the element stays for good.
func (r Reason) Kept() bool { return r.RemovedAfter.IsZero() }

var reasonForm = regexp.MustCompile("^Use (`[^`]+`(?:, `[^`]+`)*(?: (?:or|and) `[^`]+`)?) instead\\. (?:Removed after (\\d{4}-\\d{2}-\\d{2})|Kept for compatibility)\\.$")

// ReadReason reads the reason of @deprecated. The error says which forms there are.
func ReadReason(reason string) (Reason, error) {
	m := reasonForm.FindStringSubmatch(reason)
	if m == nil {
		return Reason{}, errors.New("a reason is written: Use `x` instead. Removed after YYYY-MM-DD. (or, for what never goes: Kept for compatibility.)")
	}
	var r Reason
	for i, part := range strings.Split(m[1], "`") {
		if i%2 == 1 {
			r.Instead = append(r.Instead, part)
		}
	}
	if m[2] == "" {
		return r, nil
	}
	day, err := time.Parse(time.DateOnly, m[2])
	if err != nil {
		return Reason{}, errors.New("there is no day " + m[2])
	}
	r.RemovedAfter = day
	return r, nil
}

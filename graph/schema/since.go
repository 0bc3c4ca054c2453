package schema

import (
	_ "embed"
	"strings"
	"sync"
	"time"
)

//go:embed deprecated.txt
var deprecated string

// DeprecatedSince is the day, in UTC, from which on a place of the schema is deprecated, by its coordinate; false where it is not.
// It is kept in deprecated.txt, because a schema says that something is deprecated and not since when.
func DeprecatedSince(coordinate string) (time.Time, bool) {
	at, known := since()[coordinate]
	return at, known
}

// since reads the file once. It panics at a line that it cannot read, which a tested program cannot meet.
var since = sync.OnceValue(func() map[string]time.Time {
	out := map[string]time.Time{}
	for line := range strings.Lines(deprecated) {
		coordinate, day, _ := strings.Cut(strings.TrimSpace(line), " ")
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			panic("schema: deprecated.txt: " + line)
		}
		out[coordinate] = at
	}
	return out
})

package telemetry

import (
	"maps"
	"sync/atomic"
	"unicode/utf8"
)

const (
	// MaxOperations is how many operations may be counted by themselves.
	MaxOperations = 100
	// Other is the label of what is not counted by itself.
	Other = "other"
	// longest label in bytes; what is longer was not meant as one.
	longest = 100
)

// fixed is a closed set of labels, for what clients choose.
type fixed map[string]struct{}

func newFixed(labels ...string) fixed {
	f := make(fixed, len(labels))
	for _, l := range labels {
		if usable(l) {
			f[l] = struct{}{}
		}
	}
	return f
}

func (f fixed) label(s string) string {
	if _, ok := f[s]; ok {
		return s
	}
	return Other
}

// bounded is a set of labels that takes the first so many that come, for what only our own code names: it keeps a
// mistake in one place from filling the memory.
type bounded struct {
	most  int
	known atomic.Pointer[fixed]
}

func newBounded(most int) *bounded {
	b := &bounded{most: most}
	b.known.Store(&fixed{})
	return b
}

func (b *bounded) label(s string) string {
	for {
		known := b.known.Load()
		if _, ok := (*known)[s]; ok {
			return s
		}
		if len(*known) >= b.most || !usable(s) {
			return Other
		}
		next := maps.Clone(*known)
		next[s] = struct{}{}
		b.known.CompareAndSwap(known, &next)
	}
}

// usable reports whether a text can be a label: the client library panics on others.
func usable(s string) bool { return s != "" && len(s) <= longest && utf8.ValidString(s) }

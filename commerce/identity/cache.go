package identity

import (
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// aside remembers for a few seconds what the database said about tokens, good and unknown ones apart, so that a flood
// of invented tokens cannot push the good ones out.
type aside[V any] struct {
	ttl     time.Duration
	known   *otter.Cache[digest, item[V]]
	unknown *otter.Cache[digest, item[V]]
	changes atomic.Uint64
}

type item[V any] struct {
	value V
	at    time.Time
}

func newAside[V any](ttl time.Duration, size int) *aside[V] {
	options := func() *otter.Options[digest, item[V]] {
		return &otter.Options[digest, item[V]]{MaximumSize: size, ExpiryCalculator: otter.ExpiryWriting[digest, item[V]](max(ttl, time.Second))}
	}
	return &aside[V]{ttl: ttl, known: otter.Must(options()), unknown: otter.Must(options())}
}

// get gives what is known of a token, from memory or by load; found is false for a token that load does not find.
func (a *aside[V]) get(key digest, now time.Time, load func() (V, bool, error)) (value V, found bool, err error) {
	if it, ok := a.known.GetIfPresent(key); ok && a.fresh(it, now) {
		return it.value, true, nil
	}
	if it, ok := a.unknown.GetIfPresent(key); ok && a.fresh(it, now) {
		return value, false, nil
	}
	before := a.changes.Load()
	value, found, err = load()
	if err != nil || a.ttl < 0 {
		return value, found, err
	}
	into := a.known
	if !found {
		into = a.unknown
	}
	into.Set(key, item[V]{value: value, at: now})
	// What was read before a change must not outlive it: whoever changes counts first and drops then, so either we
	// see the count here, or they drop what we just set.
	if a.changes.Load() != before {
		into.Invalidate(key)
	}
	return value, found, nil
}

// fresh also refuses entries from the future: they were made before somebody set the clock back.
func (a *aside[V]) fresh(it item[V], now time.Time) bool {
	age := now.Sub(it.at)
	return age >= 0 && age < a.ttl
}

// drop forgets one token.
func (a *aside[V]) drop(key digest) {
	a.changes.Add(1)
	a.known.Invalidate(key)
	a.unknown.Invalidate(key)
}

// flush forgets all tokens.
func (a *aside[V]) flush() {
	a.changes.Add(1)
	a.known.InvalidateAll()
	a.unknown.InvalidateAll()
}

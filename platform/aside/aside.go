// Package aside remembers for a moment what a slower place said: a cache beside a lookup, which whoever changes the looked-up
// thing tells of it.
//
// It is not a store: what it forgets is asked for again. It knows nothing of what it keeps.
//
// Invariant: what was read before a change is not given after it, in the process that made the change; in others, where the
// cache is shared, as soon as they hear of it, and in any case not for longer than it is believed.
package aside

import (
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// Cache keeps what is known of keys, found and unknown ones apart, so that a flood of invented keys cannot push the good
// ones out. It is safe for concurrent use.
type Cache[K comparable, V any] struct {
	ttl     time.Duration
	known   *otter.Cache[K, item[V]]
	unknown *otter.Cache[K, item[V]]
	changes atomic.Uint64
	// tell and write are set where the cache is shared.
	tell  func(message []byte)
	write func(K) []byte
}

type item[V any] struct {
	value V
	at    time.Time
}

// New makes a cache of at most so many keys of either sort, each believed for so long; for a negative time it keeps
// nothing.
func New[K comparable, V any](ttl time.Duration, size int) *Cache[K, V] {
	options := func() *otter.Options[K, item[V]] {
		return &otter.Options[K, item[V]]{MaximumSize: size, ExpiryCalculator: otter.ExpiryWriting[K, item[V]](max(ttl, time.Second))}
	}
	return &Cache[K, V]{ttl: ttl, known: otter.Must(options()), unknown: otter.Must(options())}
}

// Get gives what is known of a key, from memory or by load; found is false for a key that load does not find.
func (a *Cache[K, V]) Get(key K, now time.Time, load func() (V, bool, error)) (value V, found bool, err error) {
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
func (a *Cache[K, V]) fresh(it item[V], now time.Time) bool {
	age := now.Sub(it.at)
	return age >= 0 && age < a.ttl
}

// Drop forgets one key, here and wherever the cache is shared.
func (a *Cache[K, V]) Drop(key K) {
	a.drop(key)
	if a.tell != nil {
		a.tell(a.write(key))
	}
}

// Flush forgets all keys, here and wherever the cache is shared.
func (a *Cache[K, V]) Flush() {
	a.flush()
	if a.tell != nil {
		a.tell(nil)
	}
}

func (a *Cache[K, V]) drop(key K) {
	a.changes.Add(1)
	a.known.Invalidate(key)
	a.unknown.Invalidate(key)
}

func (a *Cache[K, V]) flush() {
	a.changes.Add(1)
	a.known.InvalidateAll()
	a.unknown.InvalidateAll()
}

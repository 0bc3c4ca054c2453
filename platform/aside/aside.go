// Package aside remembers for a moment what a slower place said: a cache beside a lookup, which whoever changes the looked-up
// thing tells of it.
//
// It is not a store: what it forgets is asked for again. It knows nothing of what it keeps.
//
// Invariant: what was read before a change is not given after it, in the process that made the change; in others, where the
// cache is shared, as soon as they hear of it, and in any case not for longer than it is believed; in all of them at once where
// they keep it in one [Store].
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
	keep    time.Duration
	known   *otter.Cache[K, item[V]]
	unknown *otter.Cache[K, item[V]]
	changes atomic.Uint64
	// tell and write are set where the cache is shared.
	tell  func(message []byte)
	write func(K) []byte
	// shelf and form are set where all processes keep what is known in one place.
	shelf *shelf
	form  Form[K, V]
}

type item[V any] struct {
	value V
	at    time.Time
	// entry and generation are what the value was read from, where it is kept in a store.
	entry, generation string
}

// New makes a cache of at most so many keys of either sort, each believed for so long; for a negative time it keeps
// nothing.
func New[K comparable, V any](ttl time.Duration, size int) *Cache[K, V] {
	return Lasting[K, V](ttl, ttl, size)
}

// Lasting makes a cache as [New] does, which gives what it knew of a key for so long after it was read where it cannot be
// asked for again: while the slower place is down, what it said last stays in force.
func Lasting[K comparable, V any](ttl, keep time.Duration, size int) *Cache[K, V] {
	options := func() *otter.Options[K, item[V]] {
		return &otter.Options[K, item[V]]{MaximumSize: size, ExpiryCalculator: otter.ExpiryWriting[K, item[V]](max(ttl, keep, time.Second))}
	}
	return &Cache[K, V]{ttl: ttl, keep: keep, known: otter.Must(options()), unknown: otter.Must(options())}
}

// Get gives what is known of a key, from memory or by load; found is false for a key that load does not find.
func (a *Cache[K, V]) Get(key K, now time.Time, load func() (V, bool, error)) (value V, found bool, err error) {
	if a.shelf != nil {
		return a.through(key, now, load)
	}
	last, knew := a.known.GetIfPresent(key)
	if knew && within(last.at, now, a.ttl) {
		return last.value, true, nil
	}
	if it, ok := a.unknown.GetIfPresent(key); ok && within(it.at, now, a.ttl) {
		return value, false, nil
	}
	before := a.changes.Load()
	value, found, err = load()
	if err != nil && a.keep > a.ttl && knew && within(last.at, now, a.keep) {
		return last.value, true, nil
	}
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

// within also refuses what is from the future: it was read before somebody set the clock back.
func within(at, now time.Time, most time.Duration) bool {
	age := now.Sub(at)
	return age >= 0 && age < most
}

// Drop forgets one key, here and wherever the cache is shared.
func (a *Cache[K, V]) Drop(key K) { a.DropAll([]K{key}) }

// Flush forgets all keys, here and wherever the cache is shared.
func (a *Cache[K, V]) Flush() {
	a.flush()
	if a.shelf != nil {
		a.settled(a.shelf.end())
	}
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

package aside

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Form is how keys and values of a cache are written where all processes keep them. A key must hold nothing secret: the hash
// of a token, not the token.
type Form[K comparable, V any] struct {
	Key   func(K) string
	Write func(V) any
	Read  func([]byte) (V, error)
}

// Hashed writes a key that is a hash, as [Form] wants it.
func Hashed[D ~[sha256.Size]byte](d D) string { return base64.RawURLEncoding.EncodeToString(d[:]) }

// Keep has the cache keep what is known in a store that all processes share, in place of its own memory: what one of them
// drops is unknown to all of them when [Cache.Drop] returns. While the store does not answer, load is called each time, and
// what was dropped meanwhile is not believed when it answers again. A nil store changes nothing. It must be called before
// the cache is used, and after [Cache.Share], over which processes tell each other of what they could not drop.
func (a *Cache[K, V]) Keep(in *Store, name string, form Form[K, V]) {
	if in == nil || a.ttl < 0 {
		return
	}
	a.shelf, a.form = &shelf{store: in, name: name}, form
}

// couldNot is what a process tells that could not write an end to the store: who hears it ends everything for it.
var couldNot = []byte{0}

// through is [Cache.Get] by the store. What is not found is remembered in the process only, so that a flood of invented keys
// fills nobody else's memory.
func (a *Cache[K, V]) through(key K, now time.Time, load func() (V, bool, error)) (value V, found bool, err error) {
	if it, ok := a.unknown.GetIfPresent(key); ok && within(it.at, now, a.ttl) {
		return value, false, nil
	}
	id := a.form.Key(key)
	entry, generation, asked := a.shelf.get(id)
	if asked && entry != "" && entry != ended {
		if value, ok := a.believe(key, id, entry, generation, now); ok {
			return value, true, nil
		}
	}
	before := a.changes.Load()
	value, found, err = load()
	if err != nil {
		return value, found, err
	}
	if !found {
		a.unknown.Set(key, item[V]{at: now})
		if a.changes.Load() != before {
			a.unknown.Invalidate(key)
		}
		return value, false, nil
	}
	if asked && entry != ended {
		a.remember(key, id, entry, generation, value, now)
	}
	return value, true, nil
}

// An entry is its moment in Unix microseconds, its generation, and the value, sealed where there is a secret.
const parts = 3

// believe reads an entry of the generation in force. The same text gives the same value, which is read only once.
func (a *Cache[K, V]) believe(key K, id, entry, generation string, now time.Time) (value V, ok bool) {
	last, knew := a.known.GetIfPresent(key)
	if knew && last.entry == entry && last.generation == generation {
		return last.value, within(last.at, now, keepFor)
	}
	part := strings.SplitN(entry, " ", parts)
	if len(part) != parts || part[1] != generation {
		return value, false
	}
	micros, err := strconv.ParseInt(part[0], 10, 64)
	at := time.UnixMicro(micros)
	if err != nil || !within(at, now, keepFor) {
		return value, false
	}
	s := a.shelf.store.sealer
	text, err := s.Open(bound(a.shelf.name, id, part[0], generation), []byte(part[2]), s.Seals())
	if err == nil {
		value, err = a.form.Read(text)
	}
	if err != nil {
		return value, false
	}
	a.known.Set(key, item[V]{value: value, at: at, entry: entry, generation: generation})
	return value, true
}

// remember keeps a value in the store, in the place of what was read there before.
func (a *Cache[K, V]) remember(key K, id, before, generation string, value V, now time.Time) {
	text, err := json.Marshal(a.form.Write(value))
	if err != nil {
		return
	}
	moment := strconv.FormatInt(now.UnixMicro(), 10)
	text, _, err = a.shelf.store.sealer.Seal(bound(a.shelf.name, id, moment, generation), text)
	if err != nil {
		return
	}
	entry := strings.Join([]string{moment, generation, string(text)}, " ")
	a.shelf.put(id, before, entry)
	a.known.Set(key, item[V]{value: value, at: time.UnixMicro(now.UnixMicro()), entry: entry, generation: generation})
}

// bound is what a sealed entry belongs to: it cannot be kept for later, nor for another key.
func bound(name, id, moment, generation string) string {
	return strings.Join([]string{name, id, moment, generation}, " ")
}

// DropAll is [Cache.Drop] for many keys, in one round trip.
func (a *Cache[K, V]) DropAll(keys []K) {
	if len(keys) == 0 {
		return
	}
	for _, key := range keys {
		a.drop(key)
	}
	if a.shelf != nil {
		ids := make([]string, len(keys))
		for i, key := range keys {
			ids[i] = a.form.Key(key)
		}
		a.settled(a.shelf.mark(ids...))
	}
	if a.tell != nil {
		for _, key := range keys {
			a.tell(a.write(key))
		}
	}
}

// Refresh has one key read anew, whose value is as good as before but says less than is known now.
func (a *Cache[K, V]) Refresh(key K) {
	a.drop(key)
	if a.shelf != nil {
		a.shelf.forget(a.form.Key(key))
	}
	if a.tell != nil {
		a.tell(a.write(key))
	}
}

// settled tells the others where an end is owed to the store.
func (a *Cache[K, V]) settled(done bool) {
	if !done && a.tell != nil {
		a.tell(couldNot)
	}
}

// Package loader reads for many resolvers at once: within one request, the same question about many objects is one
// statement.
//
// Objects that were read together are asked the same questions: when the first of them is, the loader asks for all of
// them and goes at once, waiting for no timer. Such a set is a cohort; lists and batches of objects are announced with
// [Together]. An object that was not announced is a cohort of its own.
//
// Invariants: a set of loaders serves one request, so one viewer of one shop; a question is answered once per object and
// request; errors are not remembered.
package loader

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/graph-gophers/dataloader/v7"
)

// safetyNet is how long a batch waits that nobody sent off. Cohorts send theirs off themselves.
const safetyNet = time.Millisecond

// Set is the loaders of one request.
type Set struct {
	ctx     context.Context
	mu      sync.Mutex
	loaders map[string]any
	cohorts map[uuid.UUID]*cohort
}

type setKey struct{}

// With gives a context with loaders.
func With(ctx context.Context) context.Context {
	s := &Set{loaders: map[string]any{}, cohorts: map[uuid.UUID]*cohort{}}
	s.ctx = context.WithValue(ctx, setKey{}, s)
	return s.ctx
}

func from(ctx context.Context) *Set {
	s, _ := ctx.Value(setKey{}).(*Set)
	return s
}

// cohort is a set of objects that were read together.
type cohort struct {
	mu      sync.Mutex
	members []any
	asked   map[string]bool
}

// Together announces objects that were read together. An object that is announced again joins its new cohort.
func Together[T any](ctx context.Context, objects []T, id func(T) uuid.UUID) []T {
	s := from(ctx)
	if s == nil || len(objects) == 0 {
		return objects
	}
	c := &cohort{members: make([]any, len(objects)), asked: map[string]bool{}}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, o := range objects {
		c.members[i] = o
		s.cohorts[id(o)] = c
	}
	return objects
}

// Ask answers a question about one object. name tells questions apart, arguments included; owner is the object's id;
// key is what is looked up for it, and keyOf the same for its cohort's other members (false where a member has none).
// fetch reads many keys at once; a key that it gives no value for has the zero value.
func Ask[O any, K comparable, V any](ctx context.Context, name string, owner uuid.UUID, key K, keyOf func(O) (K, bool), fetch func(context.Context, []K) (map[K]V, error)) (V, error) {
	s := from(ctx)
	if s == nil {
		found, err := fetch(ctx, []K{key})
		return found[key], err
	}
	l, c := get(s, name, owner, fetch)
	if c == nil {
		thunk := l.Load(s.ctx, key)
		l.Flush()
		return thunk()
	}
	c.mu.Lock()
	if !c.asked[name] {
		c.asked[name] = true
		for _, m := range c.members {
			if o, ok := m.(O); ok {
				if k, ok := keyOf(o); ok {
					l.Load(s.ctx, k)
				}
			}
		}
		l.Load(s.ctx, key)
		l.Flush()
	}
	c.mu.Unlock()
	return l.Load(s.ctx, key)()
}

func get[K comparable, V any](s *Set, name string, owner uuid.UUID, fetch func(context.Context, []K) (map[K]V, error)) (*dataloader.Loader[K, V], *cohort) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.cohorts[owner]
	if l, ok := s.loaders[name].(*dataloader.Loader[K, V]); ok {
		return l, c
	}
	l := dataloader.NewBatchedLoader(batch(s, fetch), dataloader.WithWait[K, V](safetyNet), dataloader.WithBatchCapacity[K, V](2000), dataloader.WithInputCapacity[K, V](2000))
	s.loaders[name] = l
	return l, c
}

// batch runs with the request's context, not with that of whoever asked first: one caller's end is not the others'.
func batch[K comparable, V any](s *Set, fetch func(context.Context, []K) (map[K]V, error)) dataloader.BatchFunc[K, V] {
	return func(_ context.Context, keys []K) []*dataloader.Result[V] {
		found, err := fetch(s.ctx, keys)
		if err != nil {
			err = dataloader.NewSkipCacheError(err)
		}
		results := make([]*dataloader.Result[V], len(keys))
		all := make([]dataloader.Result[V], len(keys))
		for i, k := range keys {
			all[i] = dataloader.Result[V]{Data: found[k], Error: err}
			results[i] = &all[i]
		}
		return results
	}
}

// Same is the keyOf of a question that is looked up by the object's own id.
func Same[O any](id func(O) uuid.UUID) func(O) (uuid.UUID, bool) {
	return func(o O) (uuid.UUID, bool) { return id(o), true }
}

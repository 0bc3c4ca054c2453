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
	"iter"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/graph-gophers/dataloader/v7"
)

// safetyNet is how long a batch would wait that nobody sent off. Whoever begins one sends it off, so it never runs out: one
// that did amid a batch would make two of it.
const safetyNet = time.Second

// Set is the loaders of one request.
type Set struct {
	ctx       context.Context
	mu        sync.Mutex
	questions map[string]any
	cohorts   map[uuid.UUID]cohorts
	announced []announced // not in cohorts yet: what is never asked anything needs no index
}

// announced are objects that were announced together.
type announced struct {
	of    reflect.Type
	index func()
}

type setKey struct{}

// With gives a context with loaders.
func With(ctx context.Context) context.Context {
	s := &Set{questions: map[string]any{}, cohorts: map[uuid.UUID]cohorts{}}
	s.ctx = context.WithValue(ctx, setKey{}, s)
	return s.ctx
}

func from(ctx context.Context) *Set {
	s, _ := ctx.Value(setKey{}).(*Set)
	return s
}

// cohorts are the sets of objects that one was read together with: hardly ever more than one.
type cohorts struct {
	first []any
	more  [][]any
}

// Together announces objects that were read together. An object that is announced again is of both cohorts: whichever of
// them is asked first, the question is put for all that may be asked it.
func Together[T any](ctx context.Context, objects []T, id func(T) uuid.UUID) []T {
	s := from(ctx)
	if s == nil || len(objects) == 0 {
		return objects
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.announced = append(s.announced, announced{of: reflect.TypeFor[T](), index: func() {
		members := make([]any, len(objects))
		for i, o := range objects {
			members[i] = o
			c := s.cohorts[id(o)]
			if c.first == nil {
				c.first = members
			} else {
				c.more = append(c.more, members)
			}
			s.cohorts[id(o)] = c
		}
	}})
	return objects
}

// index looks up what was announced of a type that is asked something. Interfaces hold objects of any type.
func (s *Set) index(of reflect.Type) {
	s.announced = slices.DeleteFunc(s.announced, func(a announced) bool {
		asked := a.of == of || a.of.Kind() == reflect.Interface || of.Kind() == reflect.Interface
		if asked {
			a.index()
		}
		return asked
	})
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
	q, c := get(s, reflect.TypeFor[O](), name, owner, fetch)
	return q.ask(s.ctx, key, func(yield func(K) bool) {
		others(c.first, keyOf, yield)
		for _, members := range c.more {
			others(members, keyOf, yield)
		}
	})()
}

// others gives the keys of members that a question can be put for.
func others[O any, K comparable](members []any, keyOf func(O) (K, bool), yield func(K) bool) {
	for _, m := range members {
		if o, ok := m.(O); ok {
			if k, ok := keyOf(o); ok {
				yield(k)
			}
		}
	}
}

// question is one question of a request.
type question[K comparable, V any] struct {
	mu      sync.Mutex // held while a batch is put together, so that nobody sends off half of it
	answers *dataloader.InMemoryCache[K, V]
	loader  *dataloader.Loader[K, V]
}

// ask gives the answer for a key, found or under way. Where there is none, a batch is sent off for it and all others.
func (q *question[K, V]) ask(ctx context.Context, key K, others iter.Seq[K]) dataloader.Thunk[V] {
	q.mu.Lock()
	defer q.mu.Unlock()
	if answer, ok := q.answers.Get(ctx, key); ok {
		return answer
	}
	for k := range others {
		q.loader.Load(ctx, k)
	}
	answer := q.loader.Load(ctx, key)
	q.loader.Flush()
	return answer
}

func get[K comparable, V any](s *Set, of reflect.Type, name string, owner uuid.UUID, fetch func(context.Context, []K) (map[K]V, error)) (*question[K, V], cohorts) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.index(of)
	c := s.cohorts[owner]
	if q, ok := s.questions[name].(*question[K, V]); ok {
		return q, c
	}
	q := &question[K, V]{answers: dataloader.NewCache[K, V]()}
	// A batch that is larger than its channel only waits a little for the goroutine that gathers it.
	q.loader = dataloader.NewBatchedLoader(batch(s, fetch), dataloader.WithCache[K, V](q.answers), dataloader.WithWait[K, V](safetyNet),
		dataloader.WithBatchCapacity[K, V](2000), dataloader.WithInputCapacity[K, V](min(len(c.first)+1, 2000)))
	s.questions[name] = q
	return q, c
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

package cached

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/generation"
)

// Lookups remember what was found under a name: small things that most pages ask for, a menu and the row of a collection. What is
// remembered is given while nothing that it was read from has changed since, and not for longer than [lookupAge], because things also
// become visible as time passes. Who reads for the cache of answers depends on the same tables either way.
type Lookups struct {
	generations *generation.Generations
	clock       clock.Clock
	memory      *otter.Cache[lookupKey, *found]
}

const (
	lookupAge = 10 * time.Second
	lookups   = 4096
)

type lookupKey struct {
	shop       uuid.UUID
	what, name string
}

// found is what was found, when, and what was read for it.
type found struct {
	value  any
	at     time.Time
	moment generation.Moment
	tags   []string
	reads  *database.Reads
}

// NewLookups makes a memory of what does not change by these generations.
func NewLookups(g *generation.Generations, c clock.Clock) *Lookups {
	return &Lookups{generations: g, clock: c, memory: otter.Must(&otter.Options[lookupKey, *found]{
		MaximumSize: lookups, ExpiryCalculator: otter.ExpiryWriting[lookupKey, *found](lookupAge),
	})}
}

type afreshKey struct{}

// Afresh gives a context in which nothing is given that is remembered.
func Afresh(ctx context.Context) context.Context { return context.WithValue(ctx, afreshKey{}, true) }

// Remember gives what find finds of a sort under a name, as shoppers see it; it is asked again where it failed, and each time by staff and
// apps, who may see more. What it gives is everybody's: it must not be changed. A nil l remembers nothing.
func Remember[V any](ctx context.Context, l *Lookups, what, name string, find func(ctx context.Context, name string) (V, error)) (V, error) {
	a := access.From(ctx)
	if l == nil || a.Works() || a.Kind == access.System || ctx.Value(afreshKey{}) != nil {
		return find(ctx, name)
	}
	key := lookupKey{a.Shop, what, name}
	now := l.clock.Now()
	if f, ok := l.memory.GetIfPresent(key); ok {
		age := now.Sub(f.at)
		// However young it is, it may become part of an answer that is believed for a while: so only where changes can be known.
		if age >= 0 && age < lookupAge && l.generations.Holds(a.Shop, f.moment, f.tags, lookupAge) {
			f.reads.NoteIn(ctx)
			return f.value.(V), nil //nolint:forcetypeassert // of one sort all are alike
		}
	}
	moment := l.generations.Now(a.Shop)
	within, reads := database.Reading(ctx)
	value, err := find(within, name)
	reads.NoteIn(ctx)
	if tables := reads.Tables(); err == nil && permitted(tables) {
		l.memory.Set(key, &found{value: value, at: now, moment: moment, tags: readTags(tables, reads.Rows()), reads: reads})
	}
	return value, err
}

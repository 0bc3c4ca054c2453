package aside

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/rialtohq/rialto/platform/breaker"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/seal"
)

// How a [Store] keeps things. What was ended stays marked for longer than any request takes, so that nobody who read it
// before can put it back.
const (
	keepFor = time.Minute
	markFor = 30 * time.Second
	genFor  = 2 * keepFor
	ended   = "-"
)

// StoreConfig is what a [Store] is made of. Client is required; a zero value of the others means the default beside it.
type StoreConfig struct {
	Client redis.UniversalClient
	// Prefix begins every key: it tells deployments on one Redis apart.
	Prefix string
	// Secret seals what is kept, so that nobody who can write there can make a session up; empty leaves it as it is.
	Secret string
	Clock  clock.Clock
	Log    *slog.Logger
	// Patience is how long an answer is waited for: 25 ms. Rest is how long Redis is left alone after a failure: 1 s.
	Patience, Rest time.Duration
}

// Store is a Redis in which all processes of a deployment keep the same things: what one of them ends is ended for all of
// them before it answers. It never keeps anybody waiting: while it does not answer, the slower place is asked each time.
type Store struct {
	client  redis.UniversalClient
	prefix  string
	sealer  seal.Sealer
	patient *breaker.Patient
}

// NewStore makes one.
func NewStore(c StoreConfig) *Store {
	return &Store{client: c.Client, prefix: c.Prefix, sealer: seal.New(c.Secret, "cache"), patient: breaker.NewPatient(breaker.PatientConfig{
		Patience: c.Patience, Rest: c.Rest, Clock: c.Clock, Log: c.Log,
		Away: "the common cache does not answer: the database is asked each time", Back: "the common cache answers again",
	})}
}

// shelf is the part of a store that one cache has. Entries are written under its generation; a new one ends them all.
type shelf struct {
	store *Store
	name  string
	// owed is whether an end could not be written, here or elsewhere: nothing is believed before the generation has changed.
	owed atomic.Bool
}

func (s *shelf) key(id string) string { return s.store.prefix + s.name + ":" + id }
func (s *shelf) generation() string   { return s.store.prefix + s.name + ".generation" }

// ask runs a question of Redis, and reports whether it was answered.
func (s *Store) ask(question func(ctx context.Context) error) bool {
	return s.patient.Ask(context.Background(), question)
}

// get reads an entry and the generation in force in one round trip; ok is false where Redis cannot be asked.
func (s *shelf) get(id string) (entry, generation string, ok bool) {
	if s.owed.Load() && !s.end() {
		return "", "", false
	}
	ok = s.store.ask(func(ctx context.Context) error {
		pipe := s.store.client.Pipeline()
		one, gen := pipe.Get(ctx, s.key(id)), pipe.Get(ctx, s.generation())
		if _, err := pipe.Exec(ctx); err != nil && !absent(one.Err(), gen.Err()) {
			return err
		}
		entry, generation = one.Val(), gen.Val()
		return nil
	})
	return entry, generation, ok
}

// absent reports whether nothing else is wrong than that keys are not there.
func absent(errs ...error) bool {
	for _, err := range errs {
		if err != nil && err != redis.Nil { //nolint:errorlint // the client gives it as it is
			return false
		}
	}
	return true
}

// putScript keeps an entry in the place of the one that was read, which may be none: what was ended meanwhile stays ended.
var putScript = redis.NewScript(`
if (redis.call('GET', KEYS[1]) or '') == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return 0`)

func (s *shelf) put(id, before, entry string) {
	s.store.ask(func(ctx context.Context) error {
		return putScript.Run(ctx, s.store.client, []string{s.key(id)}, before, entry, keepFor.Milliseconds()).Err()
	})
}

// mark ends entries; false where that is now owed.
func (s *shelf) mark(ids ...string) bool {
	done := s.store.ask(func(ctx context.Context) error {
		_, err := s.store.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			for _, id := range ids {
				pipe.Set(ctx, s.key(id), ended, markFor)
			}
			return nil
		})
		return err
	})
	if !done {
		s.owed.Store(true)
	}
	return done
}

// forgetScript has an entry read anew, unless it was ended.
var forgetScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 0`)

func (s *shelf) forget(id string) {
	s.store.ask(func(ctx context.Context) error {
		return forgetScript.Run(ctx, s.store.client, []string{s.key(id)}, ended).Err()
	})
}

// end ends all entries: nothing of the generation before is believed. It reports false where that is still owed.
func (s *shelf) end() bool {
	done := s.store.ask(func(ctx context.Context) error {
		return s.store.client.Set(ctx, s.generation(), uuid.NewString(), genFor).Err()
	})
	s.owed.Store(!done)
	return done
}

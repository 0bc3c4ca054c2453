// Package idempotency remembers the answers of requests under keys that clients chose for them: who sends a request
// again under its key gets the same answer, and the request does not run a second time. Twins that arrive together run
// once, in one process or in several.
//
// It knows nothing of what runs: bytes identify a request, bytes are its answer.
//
// A key belongs to a shop and an actor. Guests of one storefront token are one actor, so among them only the key and
// the request tell one from another: keys are expected to be random, of 128 bits or more, as UUIDs are. A guest who
// uses another guest's key for another request is refused; for the very same request, secrets of the cart included, he
// gets the other's answer.
//
// Invariants: a key names one request, and another request under it is refused; of all who hold a key at one moment one
// runs; what is kept is given back byte for byte, for 30 days.
//
// # What it does not promise
//
// The effect of a request and the record of its answer are not in one transaction: an effect may span many, and calls
// to others between them. A process that dies after the effect and before the record leaves a running record; when its
// lease has ended, the next twin runs the request again. The same holds where an answer says that we failed, is too
// large to keep, or could not be written down. So a key makes a second effect rare, not impossible. What must never
// happen twice is safe by itself: the checkout takes money under a name of its own, whatever the key says.
//
// Leases are compared with the clocks of several processes, which are expected to agree within seconds.
package idempotency

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/runner"
)

const (
	// MaxKey is the longest key, in characters.
	MaxKey = 255
	// MaxBody is the largest answer that is kept, in bytes. Where an answer is larger, the key keeps twins from
	// running together, and those that wait in the same process get the answer, but a later one runs again.
	MaxBody = 1 << 20
	// Keep is how long an answer is remembered.
	Keep = 30 * 24 * time.Hour
)

// Config says where answers lie, and how long things may take.
type Config struct {
	DB *database.DB
	// Clock dates records and leases; nil is the system's.
	Clock clock.Clock
	// Lease is how long a record stays its owner's without an answer; 0 is 30 s. A request is ended before that, so
	// it must be longer than any request may take.
	Lease time.Duration
	// Wait is how long a twin waits for the answer of the one that runs; 0 is 8 s. Its context may end before.
	Wait time.Duration
	// Log takes failures that no client hears of; nil is the default logger.
	Log *slog.Logger
}

// Service remembers answers. As a part it forgets old ones, hourly. It is safe for concurrent use.
type Service struct {
	*runner.Loop
	config  Config
	flights flights
	newID   func() uuid.UUID
}

var _ runner.Part = (*Service)(nil)

// New makes a service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Lease <= 0 {
		c.Lease = 30 * time.Second
	}
	if c.Wait <= 0 {
		c.Wait = 8 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &Service{config: c, newID: func() uuid.UUID { return uuid.Must(uuid.NewV7()) }}
	s.Loop = runner.NewLoop("idempotency sweep", time.Hour, s.sweep)
	s.Log = c.Log
	return s
}

// Once runs do and keeps its body under an actor's key in the shop of the context, or gives the body that is kept
// there: replayed says which. While a twin runs, it waits for the twin's answer. The body is shared, and not to be
// changed.
//
// do says whether its body may be given again; where it says no, fails or panics, the key is free again. What do
// returns is returned even where it could not be kept. do's context ends before the lease does.
//
// It fails with [fault.Invalid] where the key names another request or is no key, and with [fault.Conflict] where a twin
// was still running when the wait or the context ended.
func (s *Service) Once(ctx context.Context, actor, key string, request []byte, do func(ctx context.Context) (body []byte, keep bool, err error)) (body []byte, replayed bool, err error) {
	if err := checkKey(key); err != nil {
		return nil, false, err
	}
	shop, err := database.Shop(ctx)
	if err != nil {
		return nil, false, err
	}
	n := name{shop: shop, actor: actor, key: key, hash: sha256.Sum256(request)}
	wait, stop := context.WithTimeout(ctx, s.config.Wait)
	defer stop()
	for {
		f, first := s.flights.join(n)
		if first {
			return s.lead(ctx, wait, n, f, do)
		}
		select {
		case <-f.landed:
			if f.ok {
				return f.body, true, nil
			}
		case <-wait.Done():
			return nil, false, stillRunning()
		}
	}
}

// lead acts for all twins of this process: it finds the answer in the table, or runs the request.
func (s *Service) lead(ctx, wait context.Context, n name, f *flight, do func(context.Context) ([]byte, bool, error)) ([]byte, bool, error) {
	defer s.flights.land(n, f)
	token, body, err := s.claim(wait, n)
	if err != nil {
		return nil, false, err
	}
	if token == uuid.Nil {
		f.body, f.ok = body, true
		return body, true, nil
	}
	body, f.ok, err = s.run(ctx, token, do)
	f.body = body
	return body, false, err
}

// run runs a request under its record, and then fills the record or removes it, also when the client has gone.
func (s *Service) run(ctx context.Context, token uuid.UUID, do func(context.Context) ([]byte, bool, error)) (body []byte, ok bool, err error) {
	kept := false
	defer func() {
		if !kept {
			s.release(ctx, token)
		}
	}()
	// Ended before the lease, it cannot run beside the one who takes the record over.
	bounded, stop := context.WithTimeout(ctx, s.config.Lease-s.config.Lease/6)
	defer stop()
	body, ok, err = do(bounded)
	if err != nil || !ok {
		return body, false, err
	}
	if len(body) > MaxBody {
		return body, true, nil
	}
	kept = true // from here on a removal would be worse than a record that stays until its lease ends
	s.fill(ctx, token, body)
	return body, true, nil
}

// checkKey refuses what is no key: the table keeps text, and headers may hold any bytes.
func checkKey(key string) error {
	if key == "" || len(key) > MaxKey {
		return fault.New(fault.Invalid, "An Idempotency-Key has 1 to %d characters.", MaxKey)
	}
	for _, c := range []byte(key) {
		if c < ' ' || c > '~' {
			return fault.New(fault.Invalid, "An Idempotency-Key has printable ASCII characters only.")
		}
	}
	return nil
}

func stillRunning() error {
	return fault.New(fault.Conflict, "A twin of this request is still running; send it again in a moment.")
}

func otherRequest() error {
	return fault.New(fault.Invalid, "This Idempotency-Key was used for another request: choose a new one.")
}

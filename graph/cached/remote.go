package cached

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/klauspost/compress/s2"
	"github.com/redis/go-redis/v9"

	"github.com/rialtohq/rialto/platform/breaker"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/generation"
	"github.com/rialtohq/rialto/platform/seal"
)

// RemoteConfig is what a [Remote] is made of. A zero value means what is said beside it; Client is required.
type RemoteConfig struct {
	Client redis.UniversalClient
	// Prefix begins every key.
	Prefix string
	// Secret seals what is kept, so that nobody who can write there can make an answer up; empty leaves it as it is.
	Secret string
	Clock  clock.Clock
	Log    *slog.Logger
	// Patience is how long an answer is waited for: 25 ms. Rest is how long Redis is left alone after a failure: 1 s.
	Patience, Rest time.Duration
}

// Remote is a Redis in which all processes keep answers. It keeps nobody waiting: while it does not answer, it holds nothing.
type Remote struct {
	client redis.UniversalClient
	prefix string
	sealer seal.Sealer
	redis  *breaker.Patient
}

const (
	// packed is from how many bytes on an answer is compressed.
	packed = 4 << 10
	// leaseFor is how long a process that makes an answer is waited for after it was last heard of; it is heard of several
	// times in that time.
	leaseFor = 300 * time.Millisecond
	// leaseBeat is how often it is.
	leaseBeat = leaseFor / 4
	// firstLook and lastLook are how often who waits looks for the answer, at first and at last.
	firstLook = time.Millisecond
	lastLook  = 16 * time.Millisecond
)

// NewRemote makes one.
func NewRemote(c RemoteConfig) *Remote {
	return &Remote{client: c.Client, prefix: c.Prefix, sealer: seal.New(c.Secret, "answers"), redis: breaker.NewPatient(breaker.PatientConfig{
		Patience: c.Patience, Rest: c.Rest, Clock: c.Clock, Log: c.Log,
		Away: "the common cache of answers does not answer", Back: "the common cache of answers answers again",
	})}
}

func (r *Remote) name(key Key) string {
	return r.prefix + "answer:" + key.Shop.String() + ":" + base64.RawURLEncoding.EncodeToString(key.Hash[:])
}

// head is what an entry says of its data. It stands before it, on a line.
type head struct {
	At     int64             `json:"at"`  // microseconds of Unix time
	MaxAge int64             `json:"max"` // milliseconds
	Tags   []string          `json:"tags"`
	Moment generation.Moment `json:"moment"`
	Packed bool              `json:"packed,omitempty"`
}

func (r *Remote) encode(key Key, k *Kept) ([]byte, error) {
	h := head{At: k.At.UnixMicro(), MaxAge: k.MaxAge.Milliseconds(), Tags: k.Tags, Moment: k.Moment}
	data := []byte(k.Data)
	if len(data) >= packed {
		data, h.Packed = s2.Encode(nil, data), true
	}
	line, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	out, _, err := r.sealer.Seal(r.name(key), bytes.Join([][]byte{line, data}, []byte{'\n'}))
	return out, err
}

func (r *Remote) decode(key Key, text []byte) (*Kept, error) {
	text, err := r.sealer.Open(r.name(key), text, r.sealer.Seals())
	if err != nil {
		return nil, err
	}
	line, data, ok := bytes.Cut(text, []byte{'\n'})
	var h head
	if err := json.Unmarshal(line, &h); err != nil || !ok {
		return nil, errors.New("an entry without a head")
	}
	if h.Packed {
		if data, err = s2.Decode(nil, data); err != nil {
			return nil, err
		}
	}
	return &Kept{Data: data, At: time.UnixMicro(h.At), MaxAge: time.Duration(h.MaxAge) * time.Millisecond, Tags: h.Tags, Tables: generation.Sorts(h.Tags), Moment: h.Moment}, nil
}

// get reads an entry; nil where there is none that can be read.
func (r *Remote) get(ctx context.Context, key Key) *Kept {
	var text []byte
	if !r.redis.Ask(ctx, func(ctx context.Context) (err error) {
		if text, err = r.client.Get(ctx, r.name(key)).Bytes(); errors.Is(err, redis.Nil) {
			return nil
		}
		return err
	}) || len(text) == 0 {
		return nil
	}
	k, err := r.decode(key, text)
	if err != nil {
		return nil
	}
	return k
}

func (r *Remote) put(ctx context.Context, key Key, k *Kept) {
	text, err := r.encode(key, k)
	if err != nil {
		return
	}
	r.redis.Ask(ctx, func(ctx context.Context) error { return r.client.Set(ctx, r.name(key), text, k.MaxAge+grace).Err() })
}

// releaseScript gives a lease back that is still ours.
var releaseScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 0`)

// renewScript keeps a lease that is still ours.
var renewScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0`)

// lease makes this process the one that makes an answer, or waits until the one that is has made it, and gives that. It gives
// none where it is to be made here: the lease is ours, or Redis does not answer.
func (r *Remote) lease(ctx context.Context, key Key, good func(*Kept) bool) (release func(), kept *Kept) {
	name, ours := r.name(key)+":lease", uuid.NewString()
	look := firstLook
	for {
		got := false
		if !r.redis.Ask(ctx, func(ctx context.Context) (err error) {
			got, err = r.client.SetNX(ctx, name, ours, leaseFor).Result()
			return err
		}) {
			return func() {}, nil
		}
		if got {
			// Another may have made it between our look and our lease.
			if k := r.get(ctx, key); k != nil && good(k) {
				r.release(ctx, name, ours)
				return func() {}, k
			}
			return r.hold(ctx, name, ours), nil
		}
		timer := time.NewTimer(look)
		select {
		case <-ctx.Done():
			timer.Stop()
			return func() {}, nil
		case <-timer.C:
		}
		look = min(2*look, lastLook)
		if k := r.get(ctx, key); k != nil && good(k) {
			return func() {}, k
		}
	}
}

// hold renews a lease until it is released.
func (r *Remote) hold(ctx context.Context, name, ours string) (release func()) {
	ctx = context.WithoutCancel(ctx)
	done := make(chan struct{})
	go func() {
		beat := time.NewTicker(leaseBeat)
		defer beat.Stop()
		for {
			select {
			case <-done:
				return
			case <-beat.C:
				r.redis.Ask(ctx, func(ctx context.Context) error {
					return renewScript.Run(ctx, r.client, []string{name}, ours, leaseFor.Milliseconds()).Err()
				})
			}
		}
	}()
	return func() {
		close(done)
		r.release(ctx, name, ours)
	}
}

func (r *Remote) release(ctx context.Context, name, ours string) {
	r.redis.Ask(ctx, func(ctx context.Context) error { return releaseScript.Run(ctx, r.client, []string{name}, ours).Err() })
}

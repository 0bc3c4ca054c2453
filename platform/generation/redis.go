package generation

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

// A shop's numbers are one hash: the name of the count, the count, and the moment of each tag.
const (
	epochField = "epoch"
	clockField = "clock"
	tagPrefix  = "t:"
)

// key is that of a shop's numbers. What one script uses lies in one slot of a Redis Cluster.
func (g *Generations) key(id uuid.UUID) string { return g.prefix + "{" + id.String() + "}:generations" }

// readScript gives a shop's numbers, and begins a count where there is none: ARGV are a name for it and how long to keep it.
var readScript = redis.NewScript(`
if redis.call('HSETNX', KEYS[1], 'epoch', ARGV[1]) == 1 then
  redis.call('HSET', KEYS[1], 'clock', 0)
  redis.call('EXPIRE', KEYS[1], ARGV[2])
end
return redis.call('HGETALL', KEYS[1])`)

// bumpScript counts a change, unless it was counted before, and gives the count's name and the moment; ARGV are a name for a
// new count, how long to keep it, how long to remember the change, and the tags.
var bumpScript = redis.NewScript(`
if redis.call('HSETNX', KEYS[1], 'epoch', ARGV[1]) == 1 then
  redis.call('HSET', KEYS[1], 'clock', 0)
end
if KEYS[2] and not redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[3]) then
  return {redis.call('HGET', KEYS[1], 'epoch'), redis.call('HGET', KEYS[1], 'clock')}
end
local n = redis.call('HINCRBY', KEYS[1], 'clock', 1)
for i = 4, #ARGV do
  redis.call('HSET', KEYS[1], 't:' .. ARGV[i], n)
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return {redis.call('HGET', KEYS[1], 'epoch'), tostring(n)}`)

// ask gets a shop's numbers from Redis and joins them with those known, which it gives: a change may have been counted since, and
// told to who asks. Where Redis does not answer, they are what they were.
func (g *Generations) ask(id uuid.UUID) *numbers {
	g.fetch(id)
	return g.of(id).known.Load()
}

// fetch gets a shop's numbers from Redis, once for all who ask at the same time, and joins them with those known. It gives what
// Redis told; nil where it does not answer.
func (g *Generations) fetch(id uuid.UUID) *numbers {
	s := g.of(id)
	got, _, _ := g.flights.Do(string(id[:]), func() (any, error) {
		var n *numbers
		if s.owed.Load() && !g.begin(id, s) {
			return n, nil
		}
		asked := g.clock.Now()
		if !g.redis.Ask(context.Background(), func(ctx context.Context) (err error) {
			n, err = g.read(ctx, id)
			return err
		}) {
			return (*numbers)(nil), nil
		}
		n.asked = asked
		s.take(n)
		return n, nil
	})
	return got.(*numbers) //nolint:forcetypeassert // nothing else is given
}

// begin begins a new count in Redis: nothing that was kept under the one before is believed.
func (g *Generations) begin(id uuid.UUID, s *shop) bool {
	epoch := uuid.NewString()
	s.owed.Store(false) // first, so that what is lost from here on is owed again
	if g.redis.Ask(context.Background(), func(ctx context.Context) error {
		_, err := g.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Del(ctx, g.key(id))
			p.HSet(ctx, g.key(id), epochField, epoch, clockField, 0)
			p.Expire(ctx, g.key(id), keep)
			return nil
		})
		return err
	}) {
		return true
	}
	s.owed.Store(true)
	return false
}

func (g *Generations) read(ctx context.Context, id uuid.UUID) (*numbers, error) {
	list, err := readScript.Run(ctx, g.client, []string{g.key(id)}, uuid.NewString(), int(keep/time.Second)).StringSlice()
	if err != nil {
		return nil, err
	}
	n := &numbers{tags: make(map[string]int64, len(list)/2)}
	for i := 0; i+1 < len(list); i += 2 {
		name, value := list[i], list[i+1]
		if name == epochField {
			n.epoch = value
			continue
		}
		at, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("the numbers of a shop's changes cannot be read: %w", err)
		}
		if name == clockField {
			n.at = at
		} else if len(name) > len(tagPrefix) {
			n.tags[name[len(tagPrefix):]] = at
		}
	}
	return n, nil
}

func (g *Generations) bump(ctx context.Context, id uuid.UUID, change string, tags []string) (*numbers, error) {
	keys, args := []string{g.key(id)}, []any{uuid.NewString(), int(keep / time.Second), int(repeats / time.Second)}
	if change != "" {
		keys = append(keys, g.prefix+"{"+id.String()+"}:change:"+change)
	}
	for _, tag := range tags {
		args = append(args, tag)
	}
	got, err := bumpScript.Run(ctx, g.client, keys, args...).StringSlice()
	if err != nil {
		return nil, err
	}
	if len(got) != 2 {
		return nil, fmt.Errorf("a change was answered with %d values", len(got))
	}
	at, err := strconv.ParseInt(got[1], 10, 64)
	if err != nil {
		return nil, err
	}
	return &numbers{epoch: got[0], at: at, tags: changed(nil, tags, at)}, nil
}

// message is what processes tell each other of a change.
type message struct {
	Shop  uuid.UUID `json:"shop"`
	Epoch string    `json:"epoch,omitempty"`
	At    int64     `json:"at,omitempty"`
	Tags  []string  `json:"tags,omitempty"`
	// Lost says that the change could not be written.
	Lost bool `json:"lost,omitempty"`
}

func (m message) encode() []byte {
	b, err := json.Marshal(m)
	if err != nil { // strings and numbers always encode
		panic(err)
	}
	return b
}

// hear takes in what another process tells, or this one.
func (g *Generations) hear(text []byte) {
	var m message
	if json.Unmarshal(text, &m) != nil || m.Shop == uuid.Nil {
		return
	}
	s := g.of(m.Shop)
	switch {
	case g.client == nil:
		s.advance(m.Tags)
	case m.Lost:
		s.lost()
	default:
		s.take(&numbers{epoch: m.Epoch, at: m.At, tags: changed(nil, m.Tags, m.At)})
	}
}

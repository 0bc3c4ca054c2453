package generation

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

// A shop's numbers are one sorted set: before all the name of the count, then each tag by its moment, and the count. Redis throws it
// away as a whole or not at all.
const (
	epochMember = "e:"
	clockMember = "clock"
	tagPrefix   = "t:"
)

// all is the moment before every change.
const all = -1

// key is that of a shop's numbers. What one script uses lies in one slot of a Redis Cluster.
func (g *Generations) key(id uuid.UUID) string { return g.prefix + "{" + id.String() + "}:changes" }

// epochScript leaves the name of the count in e, and begins one where there is none, or where the one that who asks knows has gone back behind
// what it is known to have reached: a Redis that took over for another may have missed its last changes. ARGV[1] is a name for a new count,
// ARGV[2] how long to keep it, ARGV[3] and ARGV[4] are the count that is known and what it has reached.
const epochScript = `
local e = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
if e == 'e:' .. ARGV[3] and tonumber(redis.call('ZSCORE', KEYS[1], 'clock') or '-1') < tonumber(ARGV[4]) then
  redis.call('DEL', KEYS[1])
  e = nil
end
if not e then
  e = 'e:' .. ARGV[1]
  redis.call('ZADD', KEYS[1], -1, e, 0, 'clock')
  redis.call('EXPIRE', KEYS[1], ARGV[2])
end
`

// readScript gives the name of a shop's count, after which moment it tells of changes, and these, the count among them: those after ARGV[5]
// where the count is the one that is known, else all.
var readScript = redis.NewScript(epochScript + `
local since = '-1'
if e == 'e:' .. ARGV[3] then since = ARGV[5] end
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. since, '+inf', 'WITHSCORES')
table.insert(found, 1, since)
table.insert(found, 1, e)
return found`)

// bumpScript counts a change, unless it was counted before, and gives the count's name and the moment; ARGV[5] is how long to remember the
// change, and then come the tags.
var bumpScript = redis.NewScript(epochScript + `
if KEYS[2] and not redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[5]) then
  return {e, redis.call('ZSCORE', KEYS[1], 'clock')}
end
local n = redis.call('ZINCRBY', KEYS[1], 1, 'clock')
for i = 6, #ARGV do
  redis.call('ZADD', KEYS[1], n, 't:' .. ARGV[i])
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return {e, n}`)

// asking are the first parameters of the scripts.
func asking(known *numbers) []any {
	return []any{uuid.NewString(), int(keep / time.Second), known.epoch, known.at}
}

// ask gets a shop's numbers from Redis and joins them with those known, which it gives: a change may have been counted since, and
// told to who asks. Where Redis does not answer, they are what they were.
func (g *Generations) ask(id uuid.UUID) *numbers {
	g.fetch(id)
	return g.of(id).known.Load()
}

// fetch gets a shop's numbers from Redis, once for all who ask at the same time, and joins them with those known. It gives what
// Redis told; nil where it does not answer.
func (g *Generations) fetch(id uuid.UUID) *news {
	s := g.of(id)
	got, _, _ := g.flights.Do(string(id[:]), func() (any, error) {
		var n *news
		if s.owed.Load() && !g.begin(id, s) {
			return n, nil
		}
		asked := g.clock.Now()
		if !g.redis.Ask(context.Background(), func(ctx context.Context) (err error) {
			n, err = g.read(ctx, id, s.known.Load())
			return err
		}) {
			return (*news)(nil), nil
		}
		n.asked = asked
		s.take(n)
		return n, nil
	})
	return got.(*news) //nolint:forcetypeassert // nothing else is given
}

// begin begins a new count in Redis: nothing that was kept under the one before is believed.
func (g *Generations) begin(id uuid.UUID, s *shop) bool {
	epoch := uuid.NewString()
	s.owed.Store(false) // first, so that what is lost from here on is owed again
	if g.redis.Ask(context.Background(), func(ctx context.Context) error {
		_, err := g.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Del(ctx, g.key(id))
			p.ZAdd(ctx, g.key(id), redis.Z{Score: all, Member: epochMember + epoch}, redis.Z{Member: clockMember})
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

// read gets what is new of a shop's numbers.
func (g *Generations) read(ctx context.Context, id uuid.UUID, known *numbers) (*news, error) {
	list, err := readScript.Run(ctx, g.client, []string{g.key(id)}, append(asking(known), known.whole)...).StringSlice()
	if err != nil {
		return nil, err
	}
	if len(list) < 2 {
		return nil, fmt.Errorf("a shop's changes were told with %d values", len(list))
	}
	n := &news{epoch: strings.TrimPrefix(list[0], epochMember), tags: make(map[string]int64, len(list)/2)}
	if n.since, err = strconv.ParseInt(list[1], 10, 64); err != nil {
		return nil, err
	}
	n.at = max(0, n.since)
	for i := 2; i+1 < len(list); i += 2 {
		at, err := strconv.ParseInt(list[i+1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("the numbers of a shop's changes cannot be read: %w", err)
		}
		if list[i] == clockMember {
			n.at = at
		} else if tag, ok := strings.CutPrefix(list[i], tagPrefix); ok {
			n.tags[tag] = at
		}
	}
	return n, nil
}

func (g *Generations) bump(ctx context.Context, id uuid.UUID, change string, tags []string) (*news, error) {
	keys, args := []string{g.key(id)}, append(asking(g.of(id).known.Load()), int(repeats/time.Second))
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
	return &news{epoch: strings.TrimPrefix(got[0], epochMember), at: at, since: at - 1, tags: changed(tags, at)}, nil
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
		s.take(&news{epoch: m.Epoch, at: m.At, since: m.At - 1, tags: changed(m.Tags, m.At)})
	}
}

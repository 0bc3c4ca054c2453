package ratelimit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// Redis keeps buckets in a Redis or a Redis Cluster, for all processes. Its clock decides.
//
// Requests that come while others are on their way wait for these to come back, and then go together in one trip: a busy process
// asks no oftener than Redis answers. Who comes alone does not wait. What requests have in common, such as the bucket of their
// shop, is read and written once for all of them; each is decided by itself, in the order in which they came.
type Redis struct {
	client redis.UniversalClient
	prefix string
	trips  trips
}

var _ Limiter = (*Redis)(nil)

// NewRedis makes a limiter whose keys begin with a prefix.
func NewRedis(client redis.UniversalClient, prefix string) *Redis {
	r := &Redis{client: client, prefix: prefix}
	r.trips.ask = r.ask
	return r
}

// A bucket is the moment at which it is full again, in microseconds of the server's clock. ARGV has for each request how many
// buckets it has, and for each of these four numbers: which of the keys it is, and, as time, what is owed to it, what the request
// takes of it, and what it holds. The script answers for each bucket of each request how long it would have been until it was full
// without the request.
const takeText = `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local fulls, changed, out, at = {}, {}, {}, 1
for k, full in ipairs(redis.call('MGET', unpack(KEYS))) do
  fulls[k] = math.max(0, (full and tonumber(full) or 0) - now)
end
while at <= #ARGV do
  local last, allowed = at + 4 * ARGV[at], true
  for i = at + 1, last, 4 do
    local k, owed = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
    if owed ~= 0 then
      fulls[k], changed[k] = math.max(0, fulls[k] + owed), true
    end
    out[#out + 1] = fulls[k]
    allowed = allowed and fulls[k] + ARGV[i + 2] <= tonumber(ARGV[i + 3])
  end
  for i = at + 1, allowed and last or 0, 4 do
    local k = tonumber(ARGV[i])
    fulls[k], changed[k] = fulls[k] + ARGV[i + 2], true
  end
  at = last + 1
end
for k, key in ipairs(KEYS) do
  if changed[k] then
    local full = fulls[k]
    if full > 0 then
      redis.call('SET', key, string.format('%.0f', now + full), 'PX', math.ceil(full / 1000) + 1)
    else
      redis.call('DEL', key)
    end
  end
end
return out`

var takeHash = redis.NewScript(takeText).Hash()

// Take charges points to every bucket, or to none.
func (r *Redis) Take(ctx context.Context, points int64, buckets []Bucket) (Outcome, error) {
	if len(buckets) == 0 {
		return decide(points, nil, nil), nil
	}
	return r.trips.join(ctx, points, buckets)
}

// Return gives points back.
func (r *Redis) Return(ctx context.Context, points int64, buckets []Bucket) error {
	_, err := r.Take(ctx, 0, owing(-points, buckets))
	return err
}

// ask asks for several requests: in one script those whose keys lie in one place of a cluster, and the scripts in one pipeline.
func (r *Redis) ask(ctx context.Context, all []*taker) {
	if tag := tagOf(all[0]); sameTag(all, tag) {
		r.askIn(ctx, [][]*taker{all})
		return
	}
	places := map[string]int{}
	var groups [][]*taker
	for _, w := range all {
		tag := tagOf(w)
		i, known := places[tag]
		if !known {
			i = len(groups)
			places[tag], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], w)
	}
	r.askIn(ctx, groups)
}

func (r *Redis) askIn(ctx context.Context, groups [][]*taker) {
	cmds := make([]*redis.IntSliceCmd, len(groups))
	for i, g := range groups {
		cmds[i] = r.command(ctx, "evalsha", takeHash, g)
	}
	r.send(ctx, cmds)
	var again []*redis.IntSliceCmd // Redis has not seen the script yet, or has been started anew
	for i, g := range groups {
		if redis.HasErrorPrefix(cmds[i].Err(), "NOSCRIPT") {
			cmds[i] = r.command(ctx, "eval", takeText, g)
			again = append(again, cmds[i])
		}
	}
	r.send(ctx, again)
	for i, g := range groups {
		answer(g, cmds[i])
	}
}

// send sends commands in one trip. What came of each, it knows itself.
func (r *Redis) send(ctx context.Context, cmds []*redis.IntSliceCmd) {
	ctx, cancel := context.WithTimeout(ctx, tripLasts)
	defer cancel()
	if len(cmds) == 1 {
		_ = r.client.Process(ctx, cmds[0])
		return
	}
	if len(cmds) == 0 {
		return
	}
	pipe := r.client.Pipeline()
	for _, cmd := range cmds {
		_ = pipe.Process(ctx, cmd)
	}
	_, _ = pipe.Exec(ctx)
}

// command is the script for some requests: their keys, each once, and what they want of them.
func (r *Redis) command(ctx context.Context, name, script string, all []*taker) *redis.IntSliceCmd {
	var room [16]string
	keys, buckets := room[:0], 0
	for _, w := range all {
		for i := range w.buckets {
			if key := w.buckets[i].Key; !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
		buckets += len(w.buckets)
	}
	args := make([]any, 0, 3+len(keys)+len(all)+4*buckets)
	args = append(args, name, script, strconv.Itoa(len(keys)))
	for _, key := range keys {
		args = append(args, r.prefix+key)
	}
	for _, w := range all {
		args = append(args, len(w.buckets))
		for _, b := range w.buckets {
			args = append(args, slices.Index(keys, b.Key)+1, b.owes(), b.takes(w.points), b.Limit.whole())
		}
	}
	return redis.NewIntSliceCmd(ctx, args...)
}

// answer tells requests what came of the script.
func answer(all []*taker, cmd *redis.IntSliceCmd) {
	fulls, err := cmd.Result()
	for _, w := range all {
		if n := len(w.buckets); err == nil && len(fulls) >= n {
			w.out, fulls = decide(w.points, w.buckets, fulls[:n]), fulls[n:]
			continue
		}
		w.err = fmt.Errorf("take from buckets: %w", cmp.Or(err, errShort))
	}
}

var errShort = errors.New("the script answered for too few of them")

// tagOf is where the buckets of a request lie.
func tagOf(w *taker) string { return placeOf(w.buckets[0].Key) }

func sameTag(all []*taker, tag string) bool {
	return !slices.ContainsFunc(all[1:], func(w *taker) bool { return tagOf(w) != tag })
}

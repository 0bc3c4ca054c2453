package persisted

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/rialtohq/rialto/platform/breaker"
)

// Redis keeps texts in Redis for all processes, in front of it those that this process has met in its own memory. A Redis that
// is away or slow costs nobody more than its patience, and then is left alone for a moment.
type Redis struct {
	*Memory
	client  redis.Scripter
	prefix  string
	breaker *breaker.Breaker
}

var _ Automatic = (*Redis)(nil)

const (
	redisPatience = 25 * time.Millisecond
	redisRest     = time.Second
	redisTexts    = 1_000 // texts of an owner
	redisKeep     = 7 * 24 * time.Hour
)

// NewRedis makes one whose keys begin with a prefix.
func NewRedis(client redis.Scripter, prefix string) *Redis {
	return &Redis{Memory: NewMemory(), client: client, prefix: prefix, breaker: breaker.New(redisRest, nil)}
}

// The texts of an owner are the members of one hash; the sorted set beside it holds when each was shown, so that the oldest
// makes room. Both keys are in one slot of a cluster.
var putScript = redis.NewScript(`
local t = redis.call('TIME')
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], t[1] * 1000000 + t[2], ARGV[1])
local over = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[3])
if over > 0 then
  local gone = redis.call('ZPOPMIN', KEYS[2], over)
  for i = 1, #gone, 2 do redis.call('HDEL', KEYS[1], gone[i]) end
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return over`)

var getScript = redis.NewScript(`return redis.call('HGET', KEYS[1], ARGV[1])`)

func (r *Redis) keys(of Owner) []string {
	tag := r.prefix + "{" + of.Shop.String() + ":" + of.App.String() + "}"
	return []string{tag + ":texts", tag + ":shown"}
}

// Get gives the text of a hash, from memory or from Redis.
func (r *Redis) Get(ctx context.Context, of Owner, hash string) (string, bool) {
	if text, ok := r.Memory.Get(ctx, of, hash); ok {
		return text, true
	}
	var text string
	err := r.ask(ctx, func(ctx context.Context) (err error) {
		text, err = getScript.Run(ctx, r.client, r.keys(of)[:1], hash).Text()
		return err
	})
	if err != nil {
		return "", false
	}
	r.Memory.Put(ctx, of, hash, text)
	return text, true
}

// Put keeps a text, unless it is very long.
func (r *Redis) Put(ctx context.Context, of Owner, hash, text string) {
	if len(text) > maxText {
		return
	}
	r.Memory.Put(ctx, of, hash, text)
	_ = r.ask(ctx, func(ctx context.Context) error {
		return putScript.Run(ctx, r.client, r.keys(of), hash, text, redisTexts, redisKeep.Milliseconds()).Err()
	})
}

// ask runs something in Redis, unless that rests. An aborted request does not end it: that would look like a Redis that is away.
func (r *Redis) ask(ctx context.Context, f func(context.Context) error) error {
	if !r.breaker.Ready() {
		return errResting
	}
	patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), redisPatience)
	defer cancel()
	err := f(patient)
	if err != nil && !errors.Is(err, redis.Nil) {
		r.breaker.Failed()
	} else {
		r.breaker.Answered()
	}
	return err
}

var errResting = errors.New("persisted: Redis did not answer a moment ago")

package persisted

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis keeps texts in Redis for all processes, in front of it those that this process has met in its own memory. A Redis that
// is away or slow costs nobody more than its patience, and then is left alone for a moment.
type Redis struct {
	*Memory
	client redis.Scripter
	prefix string
	// until is when Redis is asked again, in microseconds of Unix time.
	until atomic.Int64
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
	return &Redis{Memory: NewMemory(), client: client, prefix: prefix}
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
	if !r.rested() {
		return "", false
	}
	patient, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	text, err := getScript.Run(patient, r.client, r.keys(of)[:1], hash).Text()
	if err != nil {
		r.failed(err)
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
	if !r.rested() {
		return
	}
	patient, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	r.failed(putScript.Run(patient, r.client, r.keys(of), hash, text, redisTexts, redisKeep.Milliseconds()).Err())
}

func (r *Redis) rested() bool { return time.Now().UnixMicro() >= r.until.Load() }

func (r *Redis) failed(err error) {
	if err != nil && err != redis.Nil { //nolint:errorlint // the client gives redis.Nil itself
		r.until.Store(time.Now().Add(redisRest).UnixMicro())
	}
}

package ratelimit

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Redis keeps buckets in a Redis or a Redis Cluster, for all processes. Each call is one script and one round trip; the
// server's clock decides.
type Redis struct {
	client redis.Scripter
	prefix string
}

var _ Limiter = (*Redis)(nil)

// NewRedis makes a limiter whose keys begin with a prefix.
func NewRedis(client redis.Scripter, prefix string) *Redis {
	return &Redis{client: client, prefix: prefix}
}

// A bucket is the moment at which it is full again, in microseconds of the server's clock. ARGV has two numbers for each
// key: what the request takes of it, and what it holds, both as time. The script answers for each bucket how long it would
// have been until it was full without the request.
var takeScript = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local fulls, allowed = {}, true
for i, key in ipairs(KEYS) do
  local full = tonumber(redis.call('GET', key) or '0') - now
  if full < 0 then full = 0 end
  fulls[i] = full
  if full + tonumber(ARGV[2 * i - 1]) > tonumber(ARGV[2 * i]) then allowed = false end
end
if allowed then
  for i, key in ipairs(KEYS) do
    local full = fulls[i] + tonumber(ARGV[2 * i - 1])
    if full > 0 then
      redis.call('SET', key, string.format('%.0f', now + full), 'PX', math.ceil(full / 1000) + 1)
    end
  end
end
return fulls`)

var returnScript = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
for i, key in ipairs(KEYS) do
  local full = tonumber(redis.call('GET', key) or '0') - now - tonumber(ARGV[i])
  if full > 0 then
    redis.call('SET', key, string.format('%.0f', now + full), 'PX', math.ceil(full / 1000) + 1)
  else
    redis.call('DEL', key)
  end
end
return 0`)

// Take charges points to every bucket, or to none, in one round trip.
func (r *Redis) Take(ctx context.Context, points int64, buckets []Bucket) (Outcome, error) {
	args := make([]any, 0, 2*len(buckets))
	for _, b := range buckets {
		args = append(args, b.takes(points), b.Limit.whole())
	}
	fulls, err := takeScript.Run(ctx, r.client, r.keys(buckets), args...).Int64Slice()
	if err != nil {
		return Outcome{}, fmt.Errorf("take from buckets: %w", err)
	}
	return decide(points, buckets, fulls), nil
}

// Return gives points back, in one round trip.
func (r *Redis) Return(ctx context.Context, points int64, buckets []Bucket) error {
	if buckets = returnable(buckets); len(buckets) == 0 {
		return nil
	}
	args := make([]any, 0, len(buckets))
	for _, b := range buckets {
		args = append(args, b.Limit.span(points))
	}
	if err := returnScript.Run(ctx, r.client, r.keys(buckets), args...).Err(); err != nil {
		return fmt.Errorf("return to buckets: %w", err)
	}
	return nil
}

func (r *Redis) keys(buckets []Bucket) []string {
	keys := make([]string, len(buckets))
	for i, b := range buckets {
		keys[i] = r.prefix + b.Key
	}
	return keys
}

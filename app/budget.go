package app

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/rialtohq/rialto/graph"
	"github.com/rialtohq/rialto/platform/ratelimit"
)

// openRedis makes the client of the Redis that the settings name; none where it is embedded. Nothing is asked yet: a Redis
// that is away does not keep a process from starting.
func (a *App) openRedis() error {
	if a.config.RedisURL == "" {
		return nil
	}
	o, err := redis.ParseURL(a.config.RedisURL)
	if err != nil {
		return fmt.Errorf("RIALTO_REDIS_URL: %w", err)
	}
	// What is kept there is a convenience: who waits long for it has none.
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = 500*time.Millisecond, 200*time.Millisecond, 200*time.Millisecond, 100*time.Millisecond
	o.MaxRetries, o.ContextTimeoutEnabled, o.MinIdleConns = 1, true, 2
	a.redis = redis.NewClient(o)
	return nil
}

// budget is what operations may cost, and where it is counted: in Redis for all processes, or in this one.
func (a *App) budget() graph.Budget {
	b := graph.Budget{
		ShopBounds: a.config.CostBounds == "shop", ReportOnly: a.config.RateLimits == "report",
		OnSettled: a.tel.Metrics.Cost,
		OnBreach:  func(_ context.Context, layer string) { a.tel.Metrics.RateLimited(layer) },
	}
	switch {
	case a.config.RateLimits == "off":
	case a.redis == nil:
		b.Limiter = ratelimit.NewMemory(a.Clock)
	default:
		replicas, _ := strconv.Atoi(a.config.Replicas) // checked with the settings
		later := ratelimit.NewLater(ratelimit.NewGuarded(ratelimit.GuardedConfig{
			Common: ratelimit.NewRedis(a.redis, "rialto:"+a.config.BusName+":limit:"), Clock: a.Clock, Log: a.Log, Replicas: replicas, Away: a.tel.Metrics.RateLimitsAway,
		}))
		a.quiet.Add("points given back", later)
		b.Limiter = later
	}
	return b
}

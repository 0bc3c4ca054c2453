package app

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/attempt"
	"github.com/rialtohq/rialto/graph"
	"github.com/rialtohq/rialto/graph/wire"
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

// openLimiter makes what counts how much is asked for, in Redis for all processes or in this one; none where nothing is counted.
func (a *App) openLimiter() {
	switch {
	case a.config.RateLimits == "off":
	case a.redis == nil:
		a.limiter = ratelimit.NewMemory(a.Clock)
	default:
		replicas, _ := strconv.Atoi(a.config.Replicas) // checked with the settings
		tab := ratelimit.NewTab(ratelimit.NewGuarded(ratelimit.GuardedConfig{
			Common: ratelimit.NewRedis(a.redis, "rialto:"+a.config.BusName+":limit:"), Clock: a.Clock, Log: a.Log, Replicas: replicas, Away: a.tel.Metrics.RateLimitsAway,
		}), a.Clock)
		a.quiet.Add("points on tabs", tab)
		a.limiter = tab
	}
	told := newBreaches(a.Clock, a.Log, a.bus.Publish)
	a.quiet.Add("rate limits reached", told.loop)
	a.breach = func(_ context.Context, of graph.Breach) {
		a.tel.Metrics.RateLimited(of.Layer)
		told.note(of)
	}
}

// budget is what operations may cost.
func (a *App) budget() graph.Budget {
	return graph.Budget{
		Limiter: a.limiter, ShopBounds: a.config.CostBounds == "shop", ReportOnly: a.config.RateLimits == "report",
		OnSettled: a.tel.Metrics.Cost, OnBreach: a.breach, Quotas: a.Quotas.Of,
	}
}

// wait is how long somebody has to wait before they may try something in the context's shop; zero where they need not.
func (a *App) wait(ctx context.Context, try attempt.Try) time.Duration {
	by := access.From(ctx)
	try.Who.Address = attempt.Subscriber(wire.CallFrom(ctx).Client)
	return a.take(ctx, by, attempt.Buckets(by.Shop, try))
}

// waitAt is how long requests to a sort of pages from an address have to wait.
func (a *App) waitAt(ctx context.Context, pages string, limit ratelimit.Limit) time.Duration {
	address := attempt.Subscriber(wire.CallFrom(ctx).Client)
	if address == "" {
		return 0
	}
	return a.take(ctx, access.Actor{}, []ratelimit.Bucket{{Layer: pages + "_address", Key: "{" + address + "}:" + pages, Limit: limit, Fixed: 1}})
}

// take takes one try out of buckets, and gives how long to wait where that is one too many.
func (a *App) take(ctx context.Context, by access.Actor, buckets []ratelimit.Bucket) time.Duration {
	if a.limiter == nil || len(buckets) == 0 {
		return 0
	}
	out, held := a.budget().Take(ctx, a.Log, by, 1, buckets)
	if !held {
		return 0
	}
	return out.RetryAfter
}

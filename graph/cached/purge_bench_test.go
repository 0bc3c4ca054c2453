package cached_test

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/rialtohq/rialto/platform/generation"
	"github.com/rialtohq/rialto/platform/ratelimit/ratelimittest"
)

// How long Redis works to end the answers that were made of a table, where it holds none and where it holds a million beside: the
// metric redis-µs is its own time for one change, all commands together, and one for Rialto is what a change waits for.
//
//	go test ./graph/cached -run xxx -bench Purge -benchtime 200x
func BenchmarkPurge(b *testing.B) {
	client := ratelimittest.Redis(b)
	for _, entries := range []int{0, 1_000_000} {
		b.Run(strconv.Itoa(entries), func(b *testing.B) {
			prefix := "bench-" + uuid.NewString() + ":"
			shop := uuid.New()
			fill(b, client, prefix+"answer:"+shop.String()+":", entries)
			g := generation.New(generation.Config{Client: client, Prefix: prefix, Patience: time.Second})
			g.Changed(shop, uuid.NewString(), "product") // the scripts are there from now on
			before := worked(b, client)
			for b.Loop() {
				g.Changed(shop, uuid.NewString(), "product", "variant")
			}
			b.ReportMetric((worked(b, client)-before)/float64(b.N), "redis-µs/op")
		})
	}
}

// fill puts many small entries into a Redis, and has them gone after the benchmark.
func fill(b *testing.B, client redis.UniversalClient, prefix string, n int) {
	b.Helper()
	const together = 5000
	each := func(ctx context.Context, do func(pipe redis.Pipeliner, key string)) {
		for from := 0; from < n; from += together {
			if _, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
				for i := from; i < min(n, from+together); i++ {
					do(pipe, prefix+strconv.Itoa(i))
				}
				return nil
			}); err != nil {
				b.Fatal(err)
			}
		}
	}
	each(b.Context(), func(pipe redis.Pipeliner, key string) { pipe.Set(b.Context(), key, "an answer", 10*time.Minute) })
	b.Cleanup(func() {
		each(context.Background(), func(pipe redis.Pipeliner, key string) { pipe.Unlink(context.Background(), key) })
	})
}

var scripts = regexp.MustCompile(`cmdstat_eval(?:sha)?:calls=\d+,usec=(\d+)`)

// worked is how long a Redis has run scripts, in microseconds: what they call is counted within.
func worked(b *testing.B, client redis.UniversalClient) (sum float64) {
	b.Helper()
	stats, err := client.Info(b.Context(), "commandstats").Result()
	if err != nil {
		b.Fatal(err)
	}
	found := scripts.FindAllStringSubmatch(stats, -1)
	if len(found) == 0 {
		b.Fatal(fmt.Errorf("Redis does not tell what scripts took: %.300s", stats))
	}
	for _, one := range found {
		n, _ := strconv.ParseFloat(one[1], 64)
		sum += n
	}
	return sum
}

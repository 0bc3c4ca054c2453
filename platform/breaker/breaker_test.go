package breaker_test

import (
	"testing"
	"time"

	"github.com/rialtohq/rialto/platform/breaker"
	"github.com/rialtohq/rialto/platform/clock"
)

func TestBreaker(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC))
	b := breaker.New(time.Second, now)
	check := func(what string, got, want bool) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	check("ready at first", b.Ready(), true)
	check("answers again", b.Answered(), false)
	check("first failure", b.Failed(), true)
	check("ready after it", b.Ready(), false)
	now.Advance(time.Second)
	check("ready after its rest", b.Ready(), true)
	check("first failure, the second time", b.Failed(), false)
	check("ready after that", b.Ready(), false)
	now.Advance(time.Second)
	check("answers again", b.Answered(), true)
	check("and again", b.Answered(), false)
	check("ready", b.Ready(), true)
}

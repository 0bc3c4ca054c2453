package revision_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/revision"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 10, 0, 0, 123000, time.UTC)
	same, other := revision.Of(at), revision.Of(at.Add(time.Microsecond))
	for _, given := range []*string{nil, &same} {
		if err := revision.Check(given, at, "input", "ifRevision"); err != nil || revision.Problems(given, at) != nil {
			t.Errorf("%v refused: %v", given, err)
		}
	}
	err := revision.Check(&other, at, "input", "ifRevision")
	stale, ok := errors.AsType[*revision.Stale](err)
	if !ok {
		t.Fatalf("another revision: %v", err)
	}
	want := &fault.Problem{Field: []string{"input", "ifRevision"}, Code: "STALE", Message: stale.Problem().Message}
	if diff := cmp.Diff(want, stale.Problem()); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(fault.Problems{want}, revision.Problems(&other, at, "input", "ifRevision")); diff != "" {
		t.Fatal(diff)
	}
}

func TestOfIgnoresTheZone(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	if got := revision.Of(at.In(time.FixedZone("", 3600))); got != revision.Of(at) {
		t.Fatalf("%q", got)
	}
}

// Whatever the clock says, each write leaves another revision, and never one that was there before.
func TestNextRises(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		last := start
		for range rapid.IntRange(1, 20).Draw(t, "writes") {
			now := start.Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "clock")) * time.Microsecond)
			next := revision.Next(now, last)
			if !next.After(last) || next.Before(now) || revision.Of(next) == revision.Of(last) {
				t.Fatalf("now %v, last %v, next %v", now, last, next)
			}
			last = next
		}
	})
}

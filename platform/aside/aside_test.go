package aside_test

import (
	"testing"
	"time"

	"github.com/rialtohq/rialto/platform/aside"
)

func TestCache(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	asked := 0
	value := "one"
	load := func() (string, bool, error) { asked++; return value, value != "", nil }
	check := func(t *testing.T, c *aside.Cache[string, string], at time.Time, want string, loads int) {
		t.Helper()
		got, found, err := c.Get("key", at, load)
		if err != nil || got != want || found != (want != "") || asked != loads {
			t.Fatalf("got %q (found: %v) after %d questions: %v; want %q after %d", got, found, asked, err, want, loads)
		}
	}
	c := aside.New[string, string](5*time.Second, 10)
	check(t, c, start, "one", 1)
	check(t, c, start.Add(4*time.Second), "one", 1)
	value = "two"
	check(t, c, start.Add(6*time.Second), "two", 2)
	value = ""
	c.Drop("key")
	check(t, c, start.Add(6*time.Second), "", 3)
	check(t, c, start.Add(7*time.Second), "", 3) // unknown is remembered too
	value = "three"
	c.Flush()
	check(t, c, start.Add(7*time.Second), "three", 4)
	check(t, c, start, "three", 5) // an answer from the future is no answer
}

func TestCacheChangedWhileRead(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c := aside.New[string, string](5*time.Second, 10)
	_, _, _ = c.Get("key", now, func() (string, bool, error) { c.Drop("key"); return "before", true, nil })
	got, _, _ := c.Get("key", now, func() (string, bool, error) { return "after", true, nil })
	if got != "after" {
		t.Fatalf("got %q, which was read before the change", got)
	}
}

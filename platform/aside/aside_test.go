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

func TestSharedCachesForgetTogether(t *testing.T) {
	t.Parallel()
	var ears []func([]byte)
	channel := func(name string, hear func([]byte)) func([]byte) {
		if name != "words" {
			t.Errorf("joined %q", name)
		}
		ears = append(ears, hear)
		return func(message []byte) {
			for _, ear := range ears {
				ear(message)
			}
		}
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var caches []*aside.Cache[string, int]
	for range 2 {
		c := aside.New[string, int](time.Hour, 10)
		c.Share(channel, "words", func(k string) []byte { return []byte(k) }, func(b []byte) (string, bool) { return string(b), len(b) > 0 })
		caches = append(caches, c)
	}
	version := 1
	check := func(key string, want int) {
		t.Helper()
		for i, c := range caches {
			if got, _, _ := c.Get(key, now, func() (int, bool, error) { return version, true, nil }); got != want {
				t.Errorf("cache %d has %d for %q, want %d", i, got, key, want)
			}
		}
	}
	check("a", 1)
	check("b", 1)
	version = 2
	caches[0].Drop("a")
	check("a", 2)
	check("b", 1)
	caches[1].Flush()
	check("b", 2)
}

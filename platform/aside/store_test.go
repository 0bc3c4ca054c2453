package aside_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/rialtohq/rialto/platform/aside"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/ratelimit/ratelimittest"
)

// process is one of several that keep the same things in one Redis.
type process struct {
	*testing.T
	cache *aside.Cache[string, string]
	clock *clock.Manual
	away  ratelimittest.Outage
	loads int
}

// processes start two that hear each other, over one Redis. The machine may be busy, so that they are patient.
func processes(t *testing.T, secrets ...string) (one, two *process, client *redis.Client, prefix string) {
	t.Helper()
	client, prefix = ratelimittest.Redis(t), "test-"+uuid.NewString()+":"
	var ears []func([]byte)
	channel := func(_ string, hear func([]byte)) func([]byte) {
		ears = append(ears, hear)
		return func(message []byte) {
			for _, ear := range ears {
				ear(message)
			}
		}
	}
	now := clock.NewManual(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	make1 := func(secret string) *process {
		p := &process{T: t, cache: aside.New[string, string](5*time.Second, 10), clock: now}
		own := ratelimittest.Redis(t)
		own.AddHook(&p.away)
		p.cache.Share(channel, "words", func(k string) []byte { return []byte(k) }, func(b []byte) (string, bool) { return string(b), len(b) > 0 })
		p.cache.Keep(aside.NewStore(aside.StoreConfig{Client: own, Prefix: prefix, Secret: secret, Clock: now, Patience: 5 * time.Second}), "words", aside.Form[string, string]{
			Key: func(k string) string { return k }, Write: func(v string) any { return v },
			Read: func(b []byte) (v string, err error) { return v, json.Unmarshal(b, &v) },
		})
		return p
	}
	secrets = append(secrets, "", "")
	return make1(secrets[0]), make1(secrets[1]), client, prefix
}

// see checks what a key is, and how often the slower place was asked by now; what it says is told beside.
func (p *process) see(said, want string, loads int) {
	p.Helper()
	got, found, err := p.cache.Get("key", p.clock.Now(), func() (string, bool, error) { p.loads++; return said, said != "", nil })
	if err != nil || got != want || found != (want != "") || p.loads != loads {
		p.Fatalf("got %q (found: %v) after %d questions: %v; want %q after %d", got, found, p.loads, err, want, loads)
	}
}

func TestWhatOneKnowsAllKnow(t *testing.T) {
	t.Parallel()
	one, two, client, prefix := processes(t)
	one.see("good", "good", 1)
	two.see("never asked", "good", 0)
	two.see("never asked", "good", 0)
	if left := client.PTTL(t.Context(), prefix+"words:key").Val(); left <= 0 || left > time.Minute {
		t.Errorf("it is kept for %v", left)
	}
	one.clock.Advance(time.Minute) // by our own clock it has been believed for long enough
	two.see("better", "better", 1)
}

func TestWhatOneEndsIsEndedForAll(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		end  func(p *process)
	}{
		{"OneKey", func(p *process) { p.cache.Drop("key") }},
		{"Everything", func(p *process) { p.cache.Flush() }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			one, two, _, _ := processes(t)
			one.see("good", "good", 1)
			two.see("never asked", "good", 0)
			tc.end(one)
			two.see("", "", 1)
			one.see("", "", 2)
		})
		t.Run(tc.name+"WhileRead", func(t *testing.T) {
			t.Parallel()
			one, two, _, _ := processes(t)
			_, _, err := two.cache.Get("key", two.clock.Now(), func() (string, bool, error) { tc.end(one); return "read before", true, nil })
			if err != nil {
				t.Fatal(err)
			}
			one.see("", "", 1)
			two.see("", "", 1)
		})
		t.Run(tc.name+"WhileRedisIsAwayFromWhoEndsIt", func(t *testing.T) {
			t.Parallel()
			one, two, _, _ := processes(t)
			one.see("good", "good", 1)
			two.see("never asked", "good", 0)
			one.away.Store(true)
			tc.end(one)
			two.see("", "", 1) // it was told, and ended it for the other
			one.see("", "", 2)
		})
		t.Run(tc.name+"WhileRedisIsAwayFromAll", func(t *testing.T) {
			t.Parallel()
			one, two, _, _ := processes(t)
			one.see("good", "good", 1)
			two.see("never asked", "good", 0)
			one.away.Store(true)
			two.away.Store(true)
			tc.end(one)
			two.see("after", "after", 1)
			two.see("after that", "after that", 2) // nothing is believed in between
			one.away.Store(false)
			two.away.Store(false)
			one.clock.Advance(2 * time.Second)
			two.see("new", "new", 3) // not the one from before the end
			one.see("new", "new", 1+1)
		})
	}
}

func TestRefreshReadsAnewWhatHasNotEnded(t *testing.T) {
	t.Parallel()
	one, two, _, _ := processes(t)
	one.see("good", "good", 1)
	two.cache.Refresh("key")
	one.see("better", "better", 2)
	two.see("never asked", "better", 0)
	one.cache.Drop("key")
	two.cache.Refresh("key")
	_, _, _ = two.cache.Get("key", two.clock.Now(), func() (string, bool, error) { return "read before", true, nil })
	one.see("", "", 3)
}

func TestNobodyMakesEntriesUpWithoutTheSecret(t *testing.T) {
	t.Parallel()
	one, two, client, prefix := processes(t, "a long secret of the deployment", "a long secret of the deployment")
	one.see("good", "good", 1)
	two.see("never asked", "good", 0)
	entry := client.Get(t.Context(), prefix+"words:key").Val()
	if strings.Contains(entry, "good") {
		t.Errorf("it can be read: %q", entry)
	}
	moment, _, _ := strings.Cut(entry, " ")
	for _, forged := range []string{moment + "  \"evil\"", "", "x", moment + " x", strings.Replace(entry, moment, "1"+moment[1:], 1)[:len(entry)-1]} {
		client.Set(t.Context(), prefix+"words:key", forged, time.Minute)
		one.see("good", "good", one.loads+1)
	}
}

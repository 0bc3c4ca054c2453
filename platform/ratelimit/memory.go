package ratelimit

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"github.com/rialtohq/rialto/platform/clock"
)

const (
	shards = 64
	// sweepEvery is after how many new keys of a shard those of full buckets are dropped.
	sweepEvery = 1024
)

// Memory keeps buckets in this process.
type Memory struct {
	clock  clock.Clock
	seed   maphash.Seed
	shards [shards]shard
}

type shard struct {
	mu sync.Mutex
	// full are the moments at which buckets are full again, in microseconds of Unix time.
	full  map[string]int64
	fresh int
}

var _ Limiter = (*Memory)(nil)

// NewMemory makes an empty limiter.
func NewMemory(c clock.Clock) *Memory {
	m := &Memory{clock: c, seed: maphash.MakeSeed()}
	for i := range m.shards {
		m.shards[i].full = map[string]int64{}
	}
	return m
}

// Take charges points to every bucket, or to none. It never fails.
func (m *Memory) Take(_ context.Context, points int64, buckets []Bucket) (Outcome, error) {
	now := micros(m.clock.Now())
	defer m.unlock(m.lock(buckets))
	fulls := make([]int64, len(buckets))
	for i, b := range buckets {
		fulls[i] = max(0, m.shard(b.Key).full[b.Key]-now)
		if b.Owed != 0 {
			fulls[i] = max(0, fulls[i]+b.owes())
			m.shard(b.Key).set(b.Key, now+fulls[i], now)
		}
	}
	out := decide(points, buckets, fulls)
	if !out.Allowed {
		return out, nil
	}
	for i, b := range buckets {
		m.shard(b.Key).set(b.Key, now+fulls[i]+b.takes(points), now)
	}
	return out, nil
}

// Return gives points back. It never fails.
func (m *Memory) Return(ctx context.Context, points int64, buckets []Bucket) error {
	_, err := m.Take(ctx, 0, owing(-points, buckets))
	return err
}

// Len is how many buckets are kept.
func (m *Memory) Len() (n int) {
	for i := range m.shards {
		m.shards[i].mu.Lock()
		n += len(m.shards[i].full)
		m.shards[i].mu.Unlock()
	}
	return n
}

func micros(t time.Time) int64 { return t.UnixMicro() }

func (m *Memory) place(key string) int { return int(maphash.String(m.seed, key) % shards) }

func (m *Memory) shard(key string) *shard { return &m.shards[m.place(key)] }

// places are shards, each once and in order.
type places struct {
	room [8]int
	more []int // beyond the room
	n    int
}

func (p *places) all() []int {
	if p.more != nil {
		return p.more
	}
	return p.room[:p.n]
}

// lock locks the shards of some buckets, always in the same order, and says which these are.
func (m *Memory) lock(buckets []Bucket) (locked places) {
	all := locked.room[:0]
	for _, b := range buckets {
		if p := m.place(b.Key); !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	slices.Sort(all)
	for _, p := range all {
		m.shards[p].mu.Lock()
	}
	if locked.n = len(all); locked.n > len(locked.room) {
		locked.more = all
	}
	return locked
}

func (m *Memory) unlock(locked places) {
	for _, p := range locked.all() {
		m.shards[p].mu.Unlock()
	}
}

// set notes when a bucket is full, and now and then drops those that are.
func (s *shard) set(key string, full, now int64) {
	if _, known := s.full[key]; !known {
		if s.fresh++; s.fresh >= sweepEvery {
			s.fresh = 0
			for k, at := range s.full {
				if at <= now {
					delete(s.full, k)
				}
			}
		}
	}
	s.full[key] = full
}

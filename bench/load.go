package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// target is a server and the requests that it is sent, in any order.
type target struct {
	addr     string
	requests [][]byte
	status   int // of the answers; 200 where it is zero
	// once has each request sent once, in order; the load ends with them.
	once bool
	// keep is told every answer, with the number of its request; nil where nobody reads them.
	keep func(i int, body []byte) error
}

// pick gives a connection the numbers of the requests that it is to send.
func (t target) pick(sent *atomic.Int64, seed uint64) func() (i int, more bool) {
	if t.once {
		return func() (int, bool) {
			i := int(sent.Add(1) - 1)
			return i, i < len(t.requests)
		}
	}
	chance := rand.New(rand.NewPCG(7, seed)) //nolint:gosec // every run asks for the same things in the same order
	return func() (int, bool) { return chance.IntN(len(t.requests)), true }
}

// run is what a load brought to light.
type run struct {
	took      time.Duration
	latencies []time.Duration // sorted
	bytes     int64
	late      int // open loop: requests that had to wait for a connection, which their latency tells
}

func (r *run) rate() float64 { return float64(len(r.latencies)) / r.took.Seconds() }

// quantile of the latencies, in milliseconds.
func (r *run) quantile(q float64) float64 {
	if len(r.latencies) == 0 {
		return 0
	}
	return float64(r.latencies[min(int(q*float64(len(r.latencies))), len(r.latencies)-1)].Microseconds()) / 1000
}

// loop sends requests over many connections for a while. next tells a connection when its next request is due, as a time
// after the start; a connection that is late does not wait, and its delay counts.
func loop(ctx context.Context, t target, conns int, next func() (due time.Duration, more bool)) (*run, error) {
	list := make([]*conn, conns)
	defer func() {
		for _, c := range list {
			if c != nil {
				c.close()
			}
		}
	}()
	for i := range list {
		var err error
		if list[i], err = dial(ctx, t.addr); err != nil {
			return nil, err
		}
	}
	parts, errs := make([]run, conns), make([]error, conns)
	var all sync.WaitGroup
	var sent atomic.Int64
	began := time.Now()
	for i, c := range list {
		all.Go(func() { errs[i] = parts[i].work(ctx, c, t, began, t.pick(&sent, uint64(i)), next) })
	}
	all.Wait()
	out := &run{took: time.Since(began)}
	for _, p := range parts {
		out.latencies = append(out.latencies, p.latencies...)
		out.bytes += p.bytes
		out.late += p.late
	}
	slices.Sort(out.latencies)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if len(out.latencies) == 0 {
		return nil, errors.New("no request was answered in time")
	}
	return out, nil
}

func (r *run) work(ctx context.Context, c *conn, t target, began time.Time, pick func() (int, bool), next func() (time.Duration, bool)) error {
	body := io.Discard
	var kept bytes.Buffer
	if t.keep != nil {
		body = &kept
	}
	for ctx.Err() == nil {
		due, more := next()
		if !more {
			return nil
		}
		i, more := pick()
		if !more {
			return nil
		}
		start := time.Now()
		if wait := time.Until(began.Add(due)); due >= 0 {
			if start = began.Add(due); wait > 0 {
				rest(ctx, wait)
			} else if wait < -time.Millisecond {
				r.late++
			}
		}
		kept.Reset()
		status, size, err := c.do(t.requests[i], body)
		if err != nil {
			return err
		}
		if status != cmp.Or(t.status, 200) {
			return fmt.Errorf("status %d under load", status)
		}
		r.latencies = append(r.latencies, time.Since(start))
		r.bytes += size
		if t.keep != nil {
			if err := t.keep(i, kept.Bytes()); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// closed sends as fast as the server answers: what it can bear. Its latencies are those of a server under more than it can
// bear, which no server should be.
func closed(ctx context.Context, t target, conns int, last time.Duration) (*run, error) {
	began := sync.OnceValue(time.Now) // once it is connected: a short load on a busy machine would be over before
	return loop(ctx, t, conns, func() (time.Duration, bool) { return -1, time.Since(began()) < last })
}

// open sends at a fixed rate, as shoppers do, whether or not the answers before are there. A latency counts from the moment a
// request was due, so that one slow answer is told of by all that had to wait behind it.
func open(ctx context.Context, t target, conns int, rate float64, last time.Duration) (*run, error) {
	var sent atomic.Int64
	gap := time.Duration(float64(time.Second) / rate)
	return loop(ctx, t, conns, func() (time.Duration, bool) {
		due := time.Duration(sent.Add(1)-1) * gap
		return due, due < last
	})
}

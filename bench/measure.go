package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// bench is everything that a run needs.
type bench struct {
	rialto, raw *process
	// memory and redis are Rialtos that keep answers; nil where they are not measured.
	memory, redis *process
	admin         *pgx.Conn // to another database, so that it is no backend of the one measured
	database      string    // name
	staff         string    // token
	plan          plan
	log           io.Writer
}

// plan says how long to measure.
type plan struct {
	Conns   int           `json:"conns"`
	Rounds  int           `json:"rounds"`
	Last    time.Duration `json:"last"`    // of one load
	Warm    time.Duration `json:"warm"`    // before the first
	Checked int           `json:"checked"` // how many answers are compared
	Open    bool          `json:"open"`    // also at half of the throughput
	Kept    bool          `json:"kept"`    // also answers that are kept
}

// figure is what one load cost, by request.
type figure struct {
	Rate      float64 `json:"rate"` // requests a second
	P50       float64 `json:"p50Ms"`
	P99       float64 `json:"p99Ms"`
	CPU       float64 `json:"serverCpuUs"`
	Postgres  float64 `json:"postgresCpuUs"` // less than 0 where it cannot be known
	Allocs    float64 `json:"allocs"`
	AllocSize float64 `json:"allocBytes"`
}

// result is a page on a server.
type result struct {
	Page       string   `json:"page"`
	Title      string   `json:"title"`
	Server     string   `json:"server"`
	Median     figure   `json:"median"`
	Rounds     []figure `json:"rounds"`
	OpenRate   float64  `json:"openRate,omitempty"`
	OpenP50    float64  `json:"openP50Ms,omitempty"`
	OpenP99    float64  `json:"openP99Ms,omitempty"`
	Statements float64  `json:"statements,omitempty"` // by request; Rialto only, which tells it
	Bytes      float64  `json:"bytes"`
	Subjects   int      `json:"subjects"`
	Same       int      `json:"same,omitempty"` // answers that were compared and hold the same data
	OfRaw      float64  `json:"ofRaw"`          // throughput, as a part of the hand-written handler's
	OfFloor    float64  `json:"ofFloor"`
	// OfRedisFloor is throughput as a part of that of the floor which asks a Redis; zero where none is measured.
	OfRedisFloor float64 `json:"ofRedisFloor,omitempty"`
	// Work is what a request costs in time of processors, server and database together, as a multiple of the hand-written
	// handler's. It suffers least from others on the machine.
	Work float64 `json:"work"`
	// Of writes: throughput as a part of that of pgbench with the same statements, and on one hot variant as a part of that on
	// many; and how many seconds Rialto was busy with what the writes had set going when the last was answered.
	OfPgbench float64 `json:"ofPgbench,omitempty"`
	OfMany    float64 `json:"ofMany,omitempty"`
	Left      float64 `json:"leftS,omitempty"`
}

// rival is a server with the requests of a page.
type rival struct {
	name   string
	of     *process
	target target
}

// measure compares a page's answers, then sends load to the servers in turn.
func (b *bench) measure(ctx context.Context, p *page) ([]*result, error) {
	rivals, same, err := b.prepare(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Title, err)
	}
	results := make([]*result, len(rivals))
	for i, r := range rivals {
		results[i] = &result{Page: p.Name, Title: p.Title, Server: r.name, Subjects: len(r.target.requests)}
		if _, err := closed(ctx, r.target, b.plan.Conns, b.plan.Warm); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", p.Title, r.name, err)
		}
	}
	for range b.plan.Rounds {
		for i, r := range rivals {
			var from int64
			if r.name == "rialto" {
				if _, from, err = r.of.logged(0, p.operation); err != nil {
					return nil, err
				}
			}
			f, size, err := b.load(ctx, r)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", p.Title, r.name, err)
			}
			results[i].Rounds = append(results[i].Rounds, f)
			results[i].Bytes = size
			if r.name == "rialto" {
				counts, _, err := r.of.logged(from, p.operation)
				if err != nil {
					return nil, err
				}
				results[i].Statements, results[i].Same = mean(counts), same
			}
		}
	}
	for i, r := range rivals {
		results[i].Median = median(results[i].Rounds)
		if !b.plan.Open {
			continue
		}
		results[i].OpenRate = results[i].Median.Rate / 2
		o, err := open(ctx, r.target, 4*b.plan.Conns, results[i].OpenRate, b.plan.Last)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: at a fixed rate: %w", p.Title, r.name, err)
		}
		results[i].OpenP50, results[i].OpenP99 = o.quantile(.5), o.quantile(.99)
	}
	relate(results)
	return results, nil
}

// redisFloor is the floor that asks a Redis.
const redisFloor = "floor+redis"

// relate fills in what results are of each other.
func relate(results []*result) {
	of, work := map[string]float64{}, map[string]float64{}
	for _, r := range results {
		of[r.Server] = r.Median.Rate
		work[r.Server] = r.Median.CPU + max(r.Median.Postgres, 0)
	}
	for _, r := range results {
		if of["raw"] > 0 {
			r.OfRaw = r.Median.Rate / of["raw"]
			r.Work = work[r.Server] / work["raw"]
		}
		if of["floor"] > 0 {
			r.OfFloor = r.Median.Rate / of["floor"]
		}
		if of[redisFloor] > 0 && r.Server == "redis" {
			r.OfRedisFloor = r.Median.Rate / of[redisFloor]
		}
	}
}

// prepare asks every server for everything once, compares the answers, and gives the floor what Rialto said.
func (b *bench) prepare(ctx context.Context, p *page) (rivals []rival, same int, err error) {
	if err := p.walk(ctx, b.rialto, b.staff); err != nil {
		return nil, 0, err
	}
	rialto, raw, floor, asking := target{addr: b.rialto.addr}, target{addr: b.raw.addr}, target{addr: b.raw.addr}, target{addr: b.raw.addr}
	for i, variables := range p.variables {
		body := p.body(variables)
		r := request("POST", "/graphql", body, p.header(b.staff))
		w := request("POST", "/raw/"+p.Name, body, p.header(b.staff))
		rialto.requests, raw.requests = append(rialto.requests, r), append(raw.requests, w)
		// What is compared is spread over all.
		if i%max(1, len(p.variables)/max(1, b.plan.Checked)) != 0 {
			continue
		}
		answer, err := once(ctx, b.rialto.addr, r)
		if err != nil {
			return nil, 0, err
		}
		byHand, err := once(ctx, b.raw.addr, w)
		if err != nil {
			return nil, 0, err
		}
		where, err := differs(answer, byHand)
		if err != nil {
			return nil, 0, err
		}
		if where != "" {
			return nil, 0, fmt.Errorf("the answers are not the same, for %v: %s", variables, where)
		}
		same++
		name := fmt.Sprintf("%s-%d", p.Name, i)
		if _, err := once(ctx, b.raw.addr, request("PUT", "/floor/"+name, answer)); err != nil {
			return nil, 0, err
		}
		floor.requests = append(floor.requests, request("POST", "/floor/"+name, body, p.header(b.staff)))
		if b.redis == nil {
			continue
		}
		if _, err := once(ctx, b.raw.addr, request("PUT", "/redis/"+name, answer)); err != nil {
			return nil, 0, err
		}
		asking.requests = append(asking.requests, request("POST", "/redis/"+name, body, p.header(b.staff)))
	}
	rivals = []rival{{"raw", b.raw, raw}, {"rialto", b.rialto, rialto}, {"floor", b.raw, floor}}
	kept, err := b.kept(ctx, p, rialto.requests)
	if len(asking.requests) > 0 && len(kept) > 0 {
		rivals = append(rivals, rival{redisFloor, b.raw, asking})
	}
	return append(rivals, kept...), same, err
}

// mean is that of counts; nothing where there are none.
func mean(counts []int) (mean float64) {
	for _, n := range counts {
		mean += float64(n) / float64(len(counts))
	}
	return mean
}

// load sends one load and takes what it cost.
func (b *bench) load(ctx context.Context, r rival) (f figure, size float64, err error) {
	return b.cost(ctx, r.of, func() (*run, error) { return closed(ctx, r.target, b.plan.Conns, b.plan.Last) }, func() error { return nil })
}

// cost takes what a load cost a server and the database, and what they did afterwards until after returns.
func (b *bench) cost(ctx context.Context, of *process, send func() (*run, error), after func() error) (f figure, size float64, err error) {
	objects, bytes, err := of.allocated(ctx)
	if err != nil {
		return f, 0, err
	}
	before, err := backends(ctx, b.admin, b.database)
	if err != nil {
		return f, 0, err
	}
	cpu := cpuOf(of.cmd.Process.Pid, "")
	done, err := send()
	if err != nil {
		return f, 0, err
	}
	if err := after(); err != nil {
		return f, 0, err
	}
	cpu = cpuOf(of.cmd.Process.Pid, "") - cpu
	now, err := backends(ctx, b.admin, b.database)
	if err != nil {
		return f, 0, err
	}
	objectsNow, bytesNow, err := of.allocated(ctx)
	if err != nil {
		return f, 0, err
	}
	n := float64(len(done.latencies))
	var postgres time.Duration
	for pid, d := range now {
		postgres += d - before[pid]
	}
	f = figure{
		Rate: done.rate(), P50: done.quantile(.5), P99: done.quantile(.99), CPU: float64(cpu.Microseconds()) / n, Postgres: float64(postgres.Microseconds()) / n,
		Allocs: (objectsNow - objects) / n, AllocSize: (bytesNow - bytes) / n,
	}
	if len(now) == 0 {
		f.Postgres = -1
	}
	return f, float64(done.bytes) / n, nil
}

// median is that of each figure by itself.
func median(rounds []figure) figure {
	of := func(pick func(figure) float64) float64 {
		list := make([]float64, len(rounds))
		for i, r := range rounds {
			list[i] = pick(r)
		}
		slices.Sort(list)
		return (list[(len(list)-1)/2] + list[len(list)/2]) / 2
	}
	return figure{
		Rate: of(func(f figure) float64 { return f.Rate }), P50: of(func(f figure) float64 { return f.P50 }), P99: of(func(f figure) float64 { return f.P99 }),
		CPU: of(func(f figure) float64 { return f.CPU }), Postgres: of(func(f figure) float64 { return f.Postgres }),
		Allocs: of(func(f figure) float64 { return f.Allocs }), AllocSize: of(func(f figure) float64 { return f.AllocSize }),
	}
}

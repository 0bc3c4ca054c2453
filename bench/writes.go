package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/bench/script"
	"github.com/rialtohq/rialto/platform/gid"
)

// write is something that shoppers change: one operation, sent once for each cart.
type write struct {
	Name, Title string
	page        *page // its operation
	of          func(basket) map[string]any
	hot         bool // whether all carts hold the same article
	buys        bool
}

var (
	checkout = &page{Name: "checkout", operation: "Checkout"}
	cartAdd  = &page{Name: "cart-add", operation: "CartAdd"}
)

func buying(c basket) map[string]any { return map[string]any{"cart": c.public()} }

func adding(c basket) map[string]any {
	return map[string]any{"cart": c.public(), "variant": gid.New("ProductVariant", c.alternative.variant).String()}
}

// writes are what is measured beside the pages.
var writes = []*write{
	{Name: "checkout-many", Title: "checkout, many variants", page: checkout, of: buying, buys: true},
	{Name: "checkout-hot", Title: "checkout, one hot variant", page: checkout, of: buying, buys: true, hot: true},
	{Name: "cart-add", Title: "add to a cart", page: cartAdd, of: adding},
}

// orderOf reads which order a checkout's answer tells of.
func orderOf(answer []byte) (uuid.UUID, error) {
	var in struct {
		Data struct {
			Complete struct {
				Order *struct{ ID string }
			} `json:"checkoutComplete"`
		}
	}
	if err := json.Unmarshal(answer, &in); err != nil {
		return uuid.Nil, err
	}
	if in.Data.Complete.Order == nil {
		return uuid.Nil, fmt.Errorf("no order: %.400s", answer)
	}
	id, err := gid.Parse(in.Data.Complete.Order.ID)
	return id.UUID, err
}

// entrant is a server on a write.
type entrant struct {
	*result
	write *write
	// load sends n writes as fast as they are answered, or at a rate.
	load func(ctx context.Context, n int, rate float64) (*sent, error)
	rate float64 // of the last load
}

// sent is what came of a load.
type sent struct {
	figure
	bytes, statements, left float64
}

// counter is what a run of writes works with.
type counter struct {
	*bench
	goods   *goods
	pgbench *pgbench // nil where there is none
	scripts map[string]*script.Script
	read    int64 // how far Rialto's log was read
}

// measureWrites has the servers take turns on each write, on a copy of the database.
func (b *bench) measureWrites(ctx context.Context, o options, at string, s *subjects) (results []*result, err error) {
	c := &counter{bench: b, scripts: map[string]*script.Script{}}
	if c.goods, err = stockUp(ctx, at, s); err != nil {
		return nil, err
	}
	defer c.goods.close()
	entrants, err := c.enter(ctx, o, at)
	if err != nil {
		return nil, err
	}
	for _, e := range entrants {
		for _, n := range []int{10 * b.plan.Conns, 0} {
			if _, err := c.turn(ctx, e, n, b.plan.Warm, 0); err != nil {
				return nil, err
			}
		}
	}
	for range b.plan.Rounds {
		for _, e := range entrants {
			got, err := c.turn(ctx, e, 0, b.plan.Last, 0)
			if err != nil {
				return nil, err
			}
			e.Rounds = append(e.Rounds, got.figure)
			e.Bytes, e.Statements, e.Left = got.bytes, got.statements, max(e.Left, got.left)
		}
	}
	for _, e := range entrants {
		e.Median = median(e.Rounds)
		if b.plan.Open {
			e.OpenRate = e.Median.Rate / 2
			got, err := c.turn(ctx, e, 0, b.plan.Last, e.OpenRate)
			if err != nil {
				return nil, err
			}
			e.OpenP50, e.OpenP99 = got.P50, got.P99
		}
		results = append(results, e.result)
	}
	relateWrites(results)
	return results, nil
}

// enter gives the servers of each write that was asked for.
func (c *counter) enter(ctx context.Context, o options, at string) (list []*entrant, err error) {
	path, found := findPgbench()
	if found {
		if c.pgbench, err = newPgbench(path, at, o.folder); err != nil {
			return nil, err
		}
	}
	add := func(w *write, server string, load func(ctx context.Context, n int, rate float64) (*sent, error)) {
		list = append(list, &entrant{result: &result{Page: w.Name, Title: w.Title, Server: server}, write: w, load: load})
	}
	for _, w := range writes {
		if !slices.Contains(named(o.writes), w.Name) {
			continue
		}
		same := 0
		switch {
		case !w.buys:
			if same, err = c.compareAdded(ctx); err != nil {
				return nil, fmt.Errorf("%s: %w", w.Title, err)
			}
			fmt.Fprintf(c.log, "%s: %d answers compared, all the same\n", w.Title, same)
			add(w, "raw", c.over(w, c.raw, "/raw/"+w.Name))
		case found:
			if err := c.prepareScript(ctx, w, at); err != nil {
				return nil, fmt.Errorf("%s: %w", w.Title, err)
			}
			add(w, "pgbench", c.overPgbench(w))
		default:
			fmt.Fprintf(c.log, "%s: pgbench is not installed, so nothing is measured beside it\n", w.Title)
		}
		add(w, "rialto", c.over(w, c.rialto, "/graphql"))
		list[len(list)-1].Same = same
	}
	return list, nil
}

// turn sends a load of n writes, or of as many as will last a while.
func (c *counter) turn(ctx context.Context, e *entrant, n int, last time.Duration, rate float64) (*sent, error) {
	if n == 0 {
		pace := e.rate
		if rate > 0 {
			pace = rate
		}
		n = int(math.Ceil(pace * last.Seconds()))
	}
	got, err := e.load(ctx, max(n, 2*c.plan.Conns), rate)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", e.Title, e.Server, err)
	}
	if rate == 0 {
		e.rate = got.Rate
	}
	return got, nil
}

// relateWrites fills in what results are of each other.
func relateWrites(results []*result) {
	at := map[string]*result{}
	for _, r := range results {
		at[r.Page+" "+r.Server] = r
	}
	for _, r := range results {
		if by := at[r.Page+" pgbench"]; by != nil {
			r.OfPgbench = r.Median.Rate / by.Median.Rate
			r.Work = (r.Median.CPU + r.Median.Postgres) / (by.Median.CPU + by.Median.Postgres)
		}
		if by := at[r.Page+" raw"]; by != nil {
			r.OfRaw = r.Median.Rate / by.Median.Rate
			r.Work = (r.Median.CPU + r.Median.Postgres) / (by.Median.CPU + by.Median.Postgres)
		}
		if many := at["checkout-many "+r.Server]; many != nil && r.Page == "checkout-hot" {
			r.OfMany = r.Median.Rate / many.Median.Rate
		}
	}
}

// Package main is the benchmark: it measures Rialto beside handlers that were written by hand for the same pages, in the same
// run, on the same large shop. docs/benchmarks.md says how to read it.
//
// It is no test of limits and sets no record: figures of one machine mean nothing on another. What it is for are ratios, the
// number of statements and of allocations, and what changes between two commits on one machine.
//
// Invariants: nothing is measured before the answers of both were compared; servers, and the load, are processes of their
// own; the servers take turns, so that noise of the machine falls on all of them; the database is its own, and no other on the
// server is touched.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/rialtohq/rialto/bench/raw"
	"github.com/rialtohq/rialto/bench/seed"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if config := os.Getenv(childVariable); config != "" {
		err = beRaw(ctx, config)
	} else {
		err = do(ctx, os.Args[1:], os.Stdout, os.Stderr)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to be stopped
	}
}

// options are the command line's.
type options struct {
	server, database, redis, binary, folder, only, writes string
	products                                              int
	anew, drop                                            bool
	plan                                                  plan
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	server := cmp.Or(os.Getenv("RIALTO_BENCH_DATABASE_URL"), os.Getenv("RIALTO_TEST_DATABASE_URL"), "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable")
	flags.StringVar(&o.server, "server", server, "URL of a PostgreSQL server on which a database may be made; RIALTO_BENCH_DATABASE_URL")
	flags.StringVar(&o.redis, "redis", cmp.Or(os.Getenv("RIALTO_BENCH_REDIS_URL"), os.Getenv("RIALTO_TEST_REDIS_URL")), "URL of a Redis for answers that are kept there, with keys of its own that end by themselves; none is measured without; RIALTO_BENCH_REDIS_URL")
	flags.StringVar(&o.database, "database", "", "name of the database, which is made and kept; rialto_bench_ and the size without it")
	flags.StringVar(&o.binary, "binary", "bin/rialto", "the Rialto to measure")
	flags.StringVar(&o.folder, "results", "bench/results", "folder of results and logs")
	flags.StringVar(&o.only, "pages", "list,product,collection,search,cart,orders", "pages to measure, comma separated; empty for none")
	flags.StringVar(&o.writes, "writes", "checkout-many,checkout-hot,cart-add", "writes to measure, comma separated; empty for none")
	flags.IntVar(&o.products, "products", 100_000, "size of the shop")
	flags.IntVar(&o.plan.Conns, "conns", 16, "connections")
	flags.IntVar(&o.plan.Rounds, "rounds", 3, "loads of each server on each page")
	flags.DurationVar(&o.plan.Last, "last", 8*time.Second, "how long a load lasts")
	flags.DurationVar(&o.plan.Warm, "warm", 2*time.Second, "load before the first that counts")
	flags.IntVar(&o.plan.Checked, "checked", 50, "answers of each page that are compared")
	flags.BoolVar(&o.plan.Open, "open", true, "measure latency at half of the throughput too")
	flags.BoolVar(&o.plan.Kept, "kept", true, "measure kept answers too: from memory, from Redis, and as not modified")
	flags.BoolVar(&o.anew, "anew", false, "fill the database anew")
	flags.BoolVar(&o.drop, "drop", false, "drop the database in the end")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	for _, name := range named(o.only) {
		if !slices.ContainsFunc(pages(&subjects{}), func(p *page) bool { return p.Name == name }) {
			return o, fmt.Errorf("there is no page %q", name)
		}
	}
	for _, name := range named(o.writes) {
		if !slices.ContainsFunc(writes, func(w *write) bool { return w.Name == name }) {
			return o, fmt.Errorf("there is no write %q", name)
		}
	}
	if o.only+o.writes == "" {
		return o, errors.New("neither pages nor writes are to be measured")
	}
	return o, nil
}

// named are the names of a list with commas.
func named(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// do is a whole run.
func do(ctx context.Context, args []string, out, log io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.folder, 0o755); err != nil {
		return err
	}
	size := seed.Sized(o.products)
	name := cmp.Or(o.database, fmt.Sprintf("rialto_bench_%d", o.products))
	at, subjects, err := ready(ctx, o.server, name, size, o.anew, log)
	if err != nil {
		return err
	}
	if o.drop {
		defer func() { _ = drop(context.WithoutCancel(ctx), o.server, name) }()
	}
	b := &bench{database: name, plan: o.plan, log: log}
	if b.admin, err = pgx.Connect(ctx, o.server); err != nil {
		return err
	}
	defer func() { _ = b.admin.Close(context.Background()) }()
	m := b.machine(ctx, size)
	read, err := b.read(ctx, o, at, subjects)
	if err != nil {
		return err
	}
	written, err := b.written(ctx, o, subjects)
	if err != nil {
		return err
	}
	m.describe(out)
	if err := table(out, read); err != nil {
		return err
	}
	if len(read) > 0 {
		fmt.Fprintln(out)
	}
	if err := tableOfWrites(out, written); err != nil {
		return err
	}
	file, err := save(o.folder, m, append(read, written...))
	if err == nil {
		fmt.Fprintf(out, "\n%s\n", file)
	}
	return err
}

// read measures the pages.
func (b *bench) read(ctx context.Context, o options, at string, s *subjects) (all []*result, err error) {
	if o.only == "" {
		return nil, nil
	}
	if err := b.start(ctx, o, at); err != nil {
		return nil, err
	}
	defer b.stop()
	for _, p := range pages(s) {
		if !slices.Contains(named(o.only), p.Name) {
			continue
		}
		results, err := b.measure(ctx, p)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(b.log, "%s: %d of %d answers compared, all the same\n", p.Title, results[1].Same, results[1].Subjects)
		all = append(all, results...)
	}
	return all, nil
}

// written measures the writes, on a copy of the database: the pages of the next run are to show what they showed in this one.
func (b *bench) written(ctx context.Context, o options, s *subjects) ([]*result, error) {
	if o.writes == "" {
		return nil, nil
	}
	name := b.database + "_writes"
	at, err := copied(ctx, o.server, b.database, name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = drop(context.WithoutCancel(ctx), o.server, name) }()
	o.plan.Kept = false // nobody else is to take over what orders set going
	w := &bench{admin: b.admin, database: name, plan: o.plan, log: b.log}
	if err := w.start(ctx, o, at); err != nil {
		return nil, err
	}
	defer w.stop()
	return w.measureWrites(ctx, o, at, s)
}

// start runs the servers.
func (b *bench) start(ctx context.Context, o options, at string) (err error) {
	defer func() {
		if err != nil {
			b.stop()
		}
	}()
	run := func(name string, settings ...string) *process {
		if err != nil {
			return nil
		}
		var p *process
		p, err = startRialto(ctx, name, o.binary, at, o.folder, settings...)
		return p
	}
	b.rialto = run("rialto", "RIALTO_CACHE=off")
	if o.plan.Kept {
		b.memory = run("memory")
		if o.redis != "" {
			b.redis = run("redis", "RIALTO_REDIS_URL="+o.redis, "RIALTO_CACHE_MB=0", fmt.Sprintf("RIALTO_BUS_NAME=bench-%d", os.Getpid()))
		}
	}
	if err != nil {
		return err
	}
	if b.raw, err = startRaw(ctx, at, o.redis, o.folder, max(10, 4*runtime.GOMAXPROCS(0))); err != nil {
		return err
	}
	b.staff, err = signIn(ctx, b.rialto)
	return err
}

func (b *bench) stop() {
	for _, p := range []*process{b.rialto, b.memory, b.redis, b.raw} {
		if p != nil {
			p.stop()
		}
	}
}

// beRaw is the server with the hand-written handlers.
func beRaw(ctx context.Context, config string) error {
	var c child
	if err := json.Unmarshal([]byte(config), &c); err != nil {
		return err
	}
	s, err := raw.New(ctx, c.Raw)
	if err != nil {
		return err
	}
	defer s.Close()
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Address, []byte(l.Addr().String()), 0o600); err != nil {
		return err
	}
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

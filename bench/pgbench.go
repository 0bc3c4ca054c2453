package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rialtohq/rialto/bench/script"
)

// pgbench is PostgreSQL's own program to measure it, with the database that it is let at.
type pgbench struct {
	path, database string
	env            []string
	folder         string
}

// findPgbench looks for the program in the path, and where Debian puts it.
func findPgbench() (string, bool) {
	if path, err := exec.LookPath("pgbench"); err == nil {
		return path, true
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	slices.Sort(found)
	if len(found) == 0 {
		return "", false
	}
	return found[len(found)-1], true
}

// newPgbench has the program connect as Rialto does, so that plans are the same.
func newPgbench(path, at, folder string) (*pgbench, error) {
	c, err := pgconn.ParseConfig(at)
	if err != nil {
		return nil, err
	}
	env := append(os.Environ(), "PGHOST="+c.Host, fmt.Sprintf("PGPORT=%d", c.Port), "PGUSER="+c.User, "PGDATABASE="+c.Database,
		"PGOPTIONS=-c random_page_cost=1.1 -c timezone=UTC", "PGAPPNAME=rialto-bench-pgbench")
	if c.Password != "" {
		env = append(env, "PGPASSWORD="+c.Password)
	}
	if c.TLSConfig == nil {
		env = append(env, "PGSSLMODE=disable")
	}
	return &pgbench{path: path, database: c.Database, env: env, folder: folder}, nil
}

// purchases runs a script so many times on each of some connections, as fast as it goes or at a rate. It gives how long each
// transaction took, and how long the database worked for one. The first of each connection, which also prepares the statements,
// does not count: Rialto's connections have done so long before.
func (p *pgbench) purchases(ctx context.Context, admin *pgx.Conn, s *script.Script, conns, each int, rate float64) (*run, time.Duration, error) {
	folder, err := os.MkdirTemp(p.folder, "pgbench")
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	file := filepath.Join(folder, "script.sql")
	if err := os.WriteFile(file, []byte(s.Text), 0o600); err != nil {
		return nil, 0, err
	}
	args := []string{"-n", "-M", "prepared", "-c", strconv.Itoa(conns), "-j", "2", "-t", strconv.Itoa(each), "-f", file, "--log", "--log-prefix=" + filepath.Join(folder, "log")}
	if rate > 0 {
		args = append(args, "-R", strconv.FormatFloat(rate, 'f', 3, 64))
	}
	for _, define := range s.Defines {
		args = append(args, "-D", define)
	}
	cmd := exec.CommandContext(ctx, p.path, args...) //nolint:gosec // found in the path, with arguments of our own making
	cmd.Env = p.env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	stop := make(chan struct{})
	var watching sync.WaitGroup
	var samples []sample
	var watched error
	watching.Go(func() { samples, watched = p.watch(ctx, admin, stop) })
	err = cmd.Run()
	close(stop)
	watching.Wait()
	if err != nil {
		return nil, 0, fmt.Errorf("pgbench: %w: %s", err, worst(out.String()))
	}
	all, err := timings(folder)
	if err == nil && len(all) != conns*each {
		err = fmt.Errorf("pgbench made %d of %d purchases: %s", len(all), conns*each, worst(out.String()))
	}
	if err = errors.Join(err, watched); err != nil {
		return nil, 0, err
	}
	warm := warmed(all)
	if rate > 0 { // what was due while the statements were prepared is late, and it takes a while to make up for that
		warm = warm.Add(latest(all).Sub(warm) / 4)
	}
	return counted(all, warm), workOf(all, samples, warm), nil
}

// sample is how long the processes of a database had computed at a moment.
type sample struct {
	at     time.Time
	worked time.Duration
}

// watch reads again and again how long the processes of the database have computed, because pgbench's end with it.
func (p *pgbench) watch(ctx context.Context, admin *pgx.Conn, stop <-chan struct{}) (samples []sample, err error) {
	before, err := backends(ctx, admin, p.database)
	if err != nil {
		return nil, err
	}
	last := map[int]time.Duration{}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return samples, nil
		case <-tick.C:
		}
		now, err := backends(ctx, admin, p.database)
		if err != nil {
			return nil, err
		}
		for pid, d := range now {
			last[pid] = d - before[pid]
		}
		s := sample{at: time.Now()}
		for _, d := range last {
			s.worked += d
		}
		samples = append(samples, s)
	}
}

// worst is the lines in which pgbench complains, or the end of what it says.
func worst(out string) string {
	var lines []string
	for line := range strings.Lines(out) {
		if strings.Contains(line, "error") || strings.Contains(line, "fatal") || strings.Contains(line, "ERROR") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	if len(lines) > 0 {
		return fmt.Sprintf("%.1500s", strings.Join(lines[:min(3, len(lines))], "; "))
	}
	return out[max(0, len(out)-600):]
}

// transaction is one that pgbench made.
type transaction struct {
	client, number int // of the client, in order
	took           time.Duration
	ended          time.Time
}

// timings reads the logs of a run, a line for each transaction.
func timings(folder string) (all []transaction, err error) {
	files, err := filepath.Glob(filepath.Join(folder, "log*"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(text)) {
			var t transaction
			var micros, seconds, rest int64
			var of int // which script
			if _, err := fmt.Sscan(line, &t.client, &t.number, &micros, &of, &seconds, &rest); err != nil {
				return nil, fmt.Errorf("a line of pgbench's log: %q: %w", line, err)
			}
			t.took, t.ended = time.Duration(micros)*time.Microsecond, time.Unix(seconds, rest*1000)
			all = append(all, t)
		}
	}
	return all, nil
}

// warmed is when each client has made its first transaction. Where that was all, it is before the first of them.
func warmed(all []transaction) (warm time.Time) {
	first := map[int]transaction{}
	var began time.Time
	for _, t := range all {
		if f, ok := first[t.client]; !ok || t.number < f.number {
			first[t.client] = t
		}
		if b := t.ended.Add(-t.took); began.IsZero() || b.Before(began) {
			began = b
		}
	}
	for _, t := range first {
		if t.ended.After(warm) {
			warm = t.ended
		}
	}
	if !warm.Before(latest(all)) {
		return began
	}
	return warm
}

// latest is when the last transaction ended.
func latest(all []transaction) (end time.Time) {
	for _, t := range all {
		if t.ended.After(end) {
			end = t.ended
		}
	}
	return end
}

// counted is the run of those that ended after a moment.
func counted(all []transaction, from time.Time) *run {
	r := &run{took: latest(all).Sub(from)}
	for _, t := range all {
		if t.ended.After(from) {
			r.latencies = append(r.latencies, t.took)
		}
	}
	slices.Sort(r.latencies)
	return r
}

// workOf is how long the database worked for one transaction: between the first sample after a moment and the last one; over
// the whole run, where that was over too soon.
func workOf(all []transaction, samples []sample, from time.Time) time.Duration {
	if len(samples) == 0 || len(all) == 0 {
		return 0
	}
	last := samples[len(samples)-1]
	at := slices.IndexFunc(samples, func(s sample) bool { return !s.at.Before(from) })
	if at >= 0 {
		n := 0
		for _, t := range all {
			if t.ended.After(samples[at].at) && !t.ended.After(last.at) {
				n++
			}
		}
		if n > 0 {
			return (last.worked - samples[at].worked) / time.Duration(n)
		}
	}
	return last.worked / time.Duration(len(all))
}

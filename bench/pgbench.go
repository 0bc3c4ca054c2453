package main

import (
	"bufio"
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

// purchases runs a script so many times on each of some connections, as fast as it goes or at a rate, and gives how long each
// transaction took and what the database worked.
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
	var worked time.Duration
	var watched error
	watching.Go(func() { worked, watched = p.watch(ctx, admin, stop) })
	err = cmd.Run()
	close(stop)
	watching.Wait()
	if err != nil {
		return nil, 0, fmt.Errorf("pgbench: %w: %s", err, worst(out.String()))
	}
	r, err := timings(folder)
	if err == nil && len(r.latencies) != conns*each {
		err = fmt.Errorf("pgbench made %d of %d purchases: %s", len(r.latencies), conns*each, worst(out.String()))
	}
	return r, worked, errors.Join(err, watched)
}

// watch reads again and again how long the processes of the database have computed, because pgbench's end with it.
func (p *pgbench) watch(ctx context.Context, admin *pgx.Conn, stop <-chan struct{}) (time.Duration, error) {
	before, err := backends(ctx, admin, p.database)
	if err != nil {
		return 0, err
	}
	last := map[int]time.Duration{}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			var sum time.Duration
			for pid, d := range last {
				sum += d - before[pid]
			}
			return sum, nil
		case <-tick.C:
		}
		now, err := backends(ctx, admin, p.database)
		if err != nil {
			return 0, err
		}
		for pid, d := range now {
			last[pid] = d
		}
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

// timings reads the logs of a run: a line for each transaction, with how long it took and when it ended.
func timings(folder string) (*run, error) {
	files, err := filepath.Glob(filepath.Join(folder, "log*"))
	if err != nil {
		return nil, err
	}
	r := &run{}
	var first, end time.Time
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		for in := bufio.NewScanner(f); in.Scan(); {
			// client, transaction, microseconds, script, and its end as seconds and microseconds
			fields := strings.Fields(in.Text())
			if len(fields) < 6 {
				continue
			}
			var n [3]int64
			for i, at := range []int{2, 4, 5} {
				if n[i], err = strconv.ParseInt(fields[at], 10, 64); err != nil {
					return nil, errors.Join(fmt.Errorf("a line of pgbench's log: %q: %w", in.Text(), err), f.Close())
				}
			}
			took, at := time.Duration(n[0])*time.Microsecond, time.Unix(n[1], n[2]*1000)
			r.latencies = append(r.latencies, took)
			if began := at.Add(-took); first.IsZero() || began.Before(first) {
				first = began
			}
			if at.After(end) {
				end = at
			}
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
	slices.Sort(r.latencies)
	r.took = end.Sub(first)
	return r, nil
}

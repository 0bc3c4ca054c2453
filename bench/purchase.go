package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/bench/script"
	"github.com/rialtohq/rialto/bench/tap"
)

// recorded is how many purchases are compared to make a script of them; one more goes before, which fills what Rialto keeps
// in memory.
const recorded = 3

// listen buys carts in a Rialto of this process, and makes a script of the statements that one purchase sends.
func (g *goods) listen(ctx context.Context, at, table string, hot bool) (s *script.Script, err error) {
	t, err := tap.Listen(ctx, at)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	// It is not started: nothing works in it but what it is asked for.
	a, err := app.New(ctx, app.Config{DatabaseURL: t.URL(), DataDir: folder, Addr: "127.0.0.1:0", AdminAddr: "127.0.0.1:0", PublicURL: site, RateLimits: "off", Cache: "off"},
		app.WithLog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()

	carts, err := g.carts(ctx, 1+recorded, hot)
	if err != nil {
		return nil, err
	}
	before, err := g.books(ctx, carts)
	if err != nil {
		return nil, err
	}
	var recordings []script.Recording
	for _, c := range carts {
		if _, err := t.Take(); err != nil {
			return nil, err
		}
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(checkout.body(buying(c))))
		r.Header.Set("Content-Type", "application/json")
		name, token, _ := strings.Cut(checkout.header(""), ": ")
		r.Header.Set(name, token)
		w := httptest.NewRecorder()
		a.GraphQL().ServeHTTP(w, r)
		if _, err := orderOf(w.Body.Bytes()); err != nil {
			return nil, err
		}
		heard, err := t.Take()
		if err != nil {
			return nil, err
		}
		recordings = append(recordings, script.Recording{Statements: slices.DeleteFunc(heard, wakes), Facts: c.facts()})
	}
	if err := g.bought(ctx, before, carts, nil); err != nil {
		return nil, err
	}
	types, err := g.types(ctx)
	if err != nil {
		return nil, err
	}
	return script.Make(table, recordings[1:], types)
}

// wakes tells a statement that only a process sends that does not hand out events itself, as the one that is listened to.
// It would have pgbench commit one transaction after the other.
func wakes(s tap.Statement) bool { return strings.Contains(s.SQL, "pg_notify") }

// types are the names of PostgreSQL's types.
func (g *goods) types(ctx context.Context) (map[uint32]string, error) {
	rows, err := g.conn.Query(ctx, "SELECT oid, format_type(oid, NULL) FROM pg_type")
	if err != nil {
		return nil, err
	}
	names := map[uint32]string{}
	var oid uint32
	var name string
	_, err = pgx.ForEachRow(rows, []any{&oid, &name}, func() error {
		names[oid] = name
		return nil
	})
	return names, err
}

// table makes the table of the rows that a script reads.
func (g *goods) table(ctx context.Context, table string, s *script.Script) error {
	var columns strings.Builder
	for i := range s.Columns {
		fmt.Fprintf(&columns, ", c%d text NOT NULL", i+1)
	}
	_, err := g.conn.Exec(ctx, fmt.Sprintf("CREATE SCHEMA IF NOT EXISTS bench; DROP TABLE IF EXISTS %[1]s; DROP SEQUENCE IF EXISTS %[1]s_n; CREATE SEQUENCE %[1]s_n; CREATE TABLE %[1]s (n bigint PRIMARY KEY%[2]s)", table, columns.String()))
	return err
}

// rows writes a row for each cart, and has the script begin with the first of them.
func (g *goods) rows(ctx context.Context, table string, s *script.Script, carts []basket) error {
	if _, err := g.conn.Exec(ctx, fmt.Sprintf("TRUNCATE %[1]s; ALTER SEQUENCE %[1]s_n RESTART", table)); err != nil {
		return err
	}
	names := []string{"n"}
	for i := range s.Columns {
		names = append(names, fmt.Sprintf("c%d", i+1))
	}
	schema, name, _ := strings.Cut(table, ".")
	_, err := g.conn.CopyFrom(ctx, pgx.Identifier{schema, name}, names, pgx.CopyFromSlice(len(carts), func(i int) ([]any, error) {
		row := []any{int64(i + 1)}
		for _, v := range s.Row(carts[i].facts(), func() string { return uuid.Must(uuid.NewV7()).String() }) {
			row = append(row, v)
		}
		return row, nil
	}))
	if err == nil {
		_, err = g.conn.Exec(ctx, "ANALYZE "+table)
	}
	return err
}

// describe tells what a script is made of.
func describe(out io.Writer, name string, s *script.Script) {
	fmt.Fprintf(out, "%s: pgbench runs the %d statements of one purchase, BEGIN and COMMIT among them; %d values stay the same, %d are each purchase's own\n", name, s.Statements, len(s.Defines), s.Columns)
	for _, f := range s.Frozen {
		fmt.Fprintf(out, "  stays as recorded: %s\n", f)
	}
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/rialtohq/rialto/bench/seed"
	"github.com/rialtohq/rialto/migrations"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// subjects are what the pages are asked for: many of each, so that no page is one hot row.
type subjects struct {
	Collections []string  `json:"collections"` // handles
	Products    []string  `json:"products"`    // handles of products with 50 variants
	Terms       []string  `json:"terms"`       // two words, as people search
	Carts       []string  `json:"carts"`       // ids with keys, of carts with ten lines
	Variants    []stocked `json:"variants"`    // of products with three, in stock
	Size        seed.Size `json:"size"`
	Made        made      `json:"made"`
	took        time.Duration
}

// stocked is a variant, and how many of it lie in stock.
type stocked struct {
	ID     string `json:"id"`
	OnHand int64  `json:"onHand"`
}

// made says what a kept database was made by.
type made struct {
	Seed   int   `json:"seed"`
	Schema int64 `json:"schema"`
}

// ready gives the URL of a filled database on a server, and what is in it. The database is kept for the next run of the same
// size, and made anew where it does not fit this program or where anew asks for it.
func ready(ctx context.Context, server, name string, size seed.Size, anew bool, log io.Writer) (string, *subjects, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", nil, fmt.Errorf("the URL of the database server: %w", err)
	}
	at := *u
	at.Path = "/" + name
	if !anew {
		if kept, err := kept(ctx, at.String()); err == nil && kept.Size == size && kept.Made == today() {
			fmt.Fprintf(log, "database %s is kept from a run before\n", name)
			return at.String(), kept, nil
		}
	}
	if err := drop(ctx, server, name); err != nil {
		return "", nil, err
	}
	if err := admin(ctx, server, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return "", nil, err
	}
	fmt.Fprintf(log, "filling database %s: %d products and what belongs to them\n", name, size.Products)
	made, err := fill(ctx, at.String(), size)
	if err != nil {
		return "", nil, err
	}
	fmt.Fprintf(log, "filled in %v\n", made.took.Round(time.Second))
	return at.String(), made, nil
}

func today() made { return made{Seed: seed.Version, Schema: migrations.Latest()} }

func fill(ctx context.Context, at string, size seed.Size) (*subjects, error) {
	began := time.Now()
	db, err := database.Open(ctx, database.Config{URL: at, MaxConns: 4})
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(ctx, ""); err != nil {
		return nil, err
	}
	shop, err := seed.Fill(ctx, db, size)
	if err != nil {
		return nil, err
	}
	s := choose(shop, size)
	s.took = time.Since(began)
	return s, keep(ctx, at, s)
}

// choose picks what to ask for.
func choose(shop *seed.Shop, size seed.Size) *subjects {
	s := &subjects{Size: size, Made: today()}
	for _, c := range shop.Collections {
		s.Collections = append(s.Collections, c.Handle)
	}
	seen := map[string]bool{}
	for _, p := range shop.Products {
		if !p.Active {
			continue
		}
		if len(p.Variants) == 50 {
			s.Products = append(s.Products, p.Handle)
		}
		if words := strings.Fields(strings.ToLower(p.Title)); len(s.Terms) < 400 && len(words) >= 3 {
			if term := words[1] + " " + words[len(words)-1]; !seen[term] {
				seen[term] = true
				s.Terms = append(s.Terms, term)
			}
		}
		if v := p.Variants[0]; len(p.Variants) == 3 && v.OnHand[0] > 0 && len(s.Variants) < 20_000 {
			s.Variants = append(s.Variants, stocked{gid.New("ProductVariant", v.ID).String(), v.OnHand[0]})
		}
	}
	for _, c := range shop.Carts {
		if c.Lines == 10 {
			s.Carts = append(s.Carts, gid.ID{Type: "Cart", UUID: c.ID, Key: c.Key}.String())
		}
	}
	return s
}

// keep and kept write and read what a database holds, in a schema of their own beside the shop's.
func keep(ctx context.Context, at string, s *subjects) error {
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE SCHEMA bench; CREATE TABLE bench.subjects (all_of_them jsonb NOT NULL)")
	if err == nil {
		_, err = conn.Exec(ctx, "INSERT INTO bench.subjects VALUES ($1)", string(b))
	}
	return err
}

func kept(ctx context.Context, at string) (*subjects, error) {
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	var text string
	if err := conn.QueryRow(ctx, "SELECT all_of_them FROM bench.subjects").Scan(&text); err != nil {
		return nil, err
	}
	s := &subjects{}
	return s, json.Unmarshal([]byte(text), s)
}

// copied makes a database that is the copy of another one, to which nobody may be connected, and gives its URL.
func copied(ctx context.Context, server, from, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", err
	}
	if err := drop(ctx, server, name); err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), admin(ctx, server, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()+" TEMPLATE "+pgx.Identifier{from}.Sanitize())
}

func drop(ctx context.Context, server, name string) error {
	return admin(ctx, server, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
}

func admin(ctx context.Context, server, statement string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return fmt.Errorf("no PostgreSQL answers: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statement)
	return err
}

// backends is how long the processes of a database have computed, by process.
func backends(ctx context.Context, admin *pgx.Conn, database string) (map[int]time.Duration, error) {
	rows, err := admin.Query(ctx, "SELECT pid FROM pg_stat_activity WHERE datname = $1", database)
	if err != nil {
		return nil, err
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	out := map[int]time.Duration{}
	for _, pid := range pids {
		if d := cpuOf(pid, "postgres"); d >= 0 {
			out[pid] = d
		}
	}
	return out, err
}

// version of PostgreSQL.
func version(ctx context.Context, admin *pgx.Conn) (v string) {
	if err := admin.QueryRow(ctx, "SHOW server_version").Scan(&v); err != nil {
		return "unknown"
	}
	return v
}

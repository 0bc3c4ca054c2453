// Command diff writes the next migration: what changes the schema that migrations/ leads to into the one that
// ent/schema describes. It needs an empty PostgreSQL database of its own to replay the earlier files in.
package main

import (
	"context"
	"fmt"
	"os"

	atlas "ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/rialtohq/rialto/ent/generated/migrate"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "migration:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	url := os.Getenv("RIALTO_TEST_DATABASE_URL")
	if len(os.Args) != 2 || url == "" {
		return fmt.Errorf("usage: RIALTO_TEST_DATABASE_URL=postgres://… go run ./migrations/diff NAME")
	}
	cfg, drop, err := scratch(ctx, url)
	if err != nil {
		return err
	}
	defer drop()
	db := stdlib.OpenDB(*cfg)
	defer func() { _ = db.Close() }()
	dir, err := sqltool.NewGooseDir("migrations")
	if err != nil {
		return err
	}
	m, err := schema.NewMigrate(entsql.OpenDB(dialect.Postgres, db), schema.WithDir(dir), schema.WithMigrationMode(schema.ModeReplay),
		schema.WithDialect(dialect.Postgres), schema.WithFormatter(sqltool.GooseFormatter), schema.WithDropColumn(true), schema.WithDropIndex(true))
	if err != nil {
		return err
	}
	// The checksum file follows from the files; it is made anew for hand-written ones.
	sum, err := dir.Checksum()
	if err != nil {
		return err
	}
	if err := atlas.WriteSumFile(dir, sum); err != nil {
		return err
	}
	return m.NamedDiff(ctx, os.Args[1], migrate.Tables...)
}

// scratch makes an empty database beside the named one, and gives what drops it.
func scratch(ctx context.Context, url string) (*pgx.ConnConfig, func(), error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, nil, err
	}
	conn, err := pgx.ConnectConfig(ctx, cfg.Copy())
	if err != nil {
		return nil, nil, err
	}
	name := fmt.Sprintf("rialto_diff_%d", os.Getpid())
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return nil, nil, err
	}
	cfg.Database = name
	return cfg, func() {
		_, _ = conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		_ = conn.Close(ctx)
	}, nil
}

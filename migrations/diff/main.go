// Command diff writes the next migration: what changes the schema that migrations/ leads to into the one that
// ent/schema describes, and schema.sql, which tells what all files lead to. With -schema it writes the latter only. It makes
// itself an empty PostgreSQL database to replay the files in.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	atlas "ariga.io/atlas/sql/migrate"
	atlasschema "ariga.io/atlas/sql/schema"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/rialtohq/rialto/ent/generated/migrate"
)

func main() {
	url := os.Getenv("RIALTO_TEST_DATABASE_URL")
	if len(os.Args) != 2 || url == "" {
		fmt.Fprintln(os.Stderr, "usage: RIALTO_TEST_DATABASE_URL=postgres://… go run ./migrations/diff NAME | -schema")
		os.Exit(2)
	}
	ctx := context.Background()
	var err error
	if name := os.Args[1]; name != "-schema" {
		err = run(ctx, url, "migrations", name)
	}
	if err == nil {
		err = describe(ctx, url, "migrations")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "migration:", err)
		os.Exit(1)
	}
}

// run writes the next migration into a folder of migrations; none where nothing differs.
func run(ctx context.Context, url, folder, name string) error {
	cfg, drop, err := scratch(ctx, url)
	if err != nil {
		return err
	}
	defer drop()
	db := stdlib.OpenDB(*cfg)
	defer func() { _ = db.Close() }()
	work, err := os.MkdirTemp("", "rialto-migrations-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	if err := copyFiles(folder, work, nil); err != nil {
		return err
	}
	dir, err := sqltool.NewGooseDir(work)
	if err != nil {
		return err
	}
	m, err := schema.NewMigrate(entsql.OpenDB(dialect.Postgres, db), schema.WithDir(dir), schema.WithMigrationMode(schema.ModeReplay),
		schema.WithDialect(dialect.Postgres), schema.WithFormatter(sqltool.GooseFormatter), schema.WithDropColumn(true), schema.WithDropIndex(true), schema.WithDiffHook(byHand))
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
	if err := m.NamedDiff(ctx, name, migrate.Tables...); err != nil {
		return err
	}
	there, err := versions(folder)
	if err != nil {
		return err
	}
	return copyFiles(work, folder, there)
}

// handmade begin the names of indexes that ent/schema cannot describe, on expressions or of other kinds than btree. They
// are made and dropped in migrations that are written by hand.
var handmade = []string{"search_", "list_"}

// byHand keeps handmade indexes from being dropped.
func byHand(next schema.Differ) schema.Differ {
	return schema.DiffFunc(func(current, desired *atlasschema.Schema) ([]atlasschema.Change, error) {
		changes, err := next.Diff(current, desired)
		if err != nil {
			return nil, err
		}
		kept := changes[:0]
		for _, change := range changes {
			table, ok := change.(*atlasschema.ModifyTable)
			if ok {
				table.Changes = slices.DeleteFunc(table.Changes, func(c atlasschema.Change) bool {
					drop, ok := c.(*atlasschema.DropIndex)
					return ok && slices.ContainsFunc(handmade, func(prefix string) bool { return strings.HasPrefix(drop.I.Name, prefix) })
				})
			}
			if !ok || len(table.Changes) > 0 {
				kept = append(kept, change)
			}
		}
		return kept, nil
	})
}

// versions are the names of a folder's versioned files.
func versions(folder string) (map[string]bool, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "2*.sql"))
	names := make(map[string]bool, len(paths))
	for _, path := range paths {
		names[filepath.Base(path)] = true
	}
	return names, err
}

// copyFiles copies versioned files, and nothing else that lies beside them, but for those that are known.
func copyFiles(from, to string, known map[string]bool) error {
	names, err := versions(from)
	if err != nil {
		return err
	}
	for name := range names {
		if known[name] {
			continue
		}
		b, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, name), b, 0o600); err != nil {
			return err
		}
	}
	return nil
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

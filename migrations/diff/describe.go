package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// describe writes schema.sql into a folder of migrations: what its files lead to, for reading.
func describe(ctx context.Context, url, folder string) error {
	text, err := schemaOf(ctx, url, folder)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "schema.sql"), []byte(text), 0o644) //nolint:gosec // as readable as the files beside it
}

// schemaOf applies a folder's migrations to an empty database and tells what tables and indexes that makes.
func schemaOf(ctx context.Context, url, folder string) (string, error) {
	cfg, drop, err := scratch(ctx, url)
	if err != nil {
		return "", err
	}
	defer drop()
	db := stdlib.OpenDB(*cfg)
	defer func() { _ = db.Close() }()
	work, err := os.MkdirTemp("", "rialto-migrations-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(work) }()
	if err := copyFiles(folder, work, nil); err != nil {
		return "", err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, os.DirFS(work), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return "", err
	}
	if _, err := p.Up(ctx); err != nil {
		return "", err
	}
	conn, err := pgx.ConnectConfig(ctx, cfg.Copy())
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	return tell(ctx, conn)
}

const head = `-- What the migrations lead to, for reading: it is not run. Made by make migration and make schema; never edited.
`

// tell writes a database's extensions, tables, constraints, indexes, triggers and policies as statements, in an order that
// follows from their names only.
func tell(ctx context.Context, conn *pgx.Conn) (string, error) {
	var b strings.Builder
	b.WriteString(head)
	extensions, err := list(ctx, conn, "SELECT 'CREATE EXTENSION ' || extname || ';' FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY extname")
	if err != nil {
		return "", err
	}
	b.WriteString("\n" + strings.Join(extensions, "\n") + "\n")
	functions, err := list(ctx, conn, `SELECT pg_get_functiondef(p.oid) || ';' FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY p.proname`)
	if err != nil {
		return "", err
	}
	b.WriteString("\n" + strings.Join(functions, "\n") + "\n")
	tables, err := list(ctx, conn, "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'goose%' ORDER BY relname")
	if err != nil {
		return "", err
	}
	for _, table := range tables {
		if err := tellTable(ctx, conn, &b, table); err != nil {
			return "", fmt.Errorf("%s: %w", table, err)
		}
	}
	return b.String(), nil
}

func tellTable(ctx context.Context, conn *pgx.Conn, b *strings.Builder, table string) error {
	inside, err := list(ctx, conn, `SELECT line FROM (
 SELECT 0 AS part, a.attnum AS place, a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
  || CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE "' || co.collname || '"' ELSE '' END
  || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') AS line
 FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_collation co ON co.oid = a.attcollation
 LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
 UNION ALL SELECT 1, row_number() OVER (ORDER BY contype, conname), 'CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::regclass
 ) AS lines ORDER BY part, place`, "public."+pgx.Identifier{table}.Sanitize())
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "\nCREATE TABLE %s (\n  %s\n);\n", pgx.Identifier{table}.Sanitize(), strings.Join(inside, ",\n  "))
	after, err := list(ctx, conn, `SELECT line FROM (
 SELECT 0 AS part, ci.relname::text AS name, pg_get_indexdef(i.indexrelid) || ';' AS line FROM pg_index i JOIN pg_class ci ON ci.oid = i.indexrelid
  WHERE i.indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
 UNION ALL SELECT 1, tgname::text, pg_get_triggerdef(oid) || ';' FROM pg_trigger WHERE tgrelid = $1::regclass AND NOT tgisinternal
 UNION ALL SELECT 2, '', 'ALTER TABLE ' || relname || ' ENABLE ROW LEVEL SECURITY;' FROM pg_class WHERE oid = $1::regclass AND relrowsecurity
 UNION ALL SELECT 3, '', 'ALTER TABLE ' || relname || ' FORCE ROW LEVEL SECURITY;' FROM pg_class WHERE oid = $1::regclass AND relforcerowsecurity
 UNION ALL SELECT 4, polname::text, 'CREATE POLICY ' || polname || ' ON ' || polrelid::regclass || ' USING (' || coalesce(pg_get_expr(polqual, polrelid), 'true') || ')'
  || coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', '') || ';' FROM pg_policy WHERE polrelid = $1::regclass
 ) AS lines ORDER BY part, name`, "public."+pgx.Identifier{table}.Sanitize())
	if err != nil {
		return err
	}
	for _, line := range after {
		b.WriteString(line + "\n")
	}
	return nil
}

func list(ctx context.Context, conn *pgx.Conn, query string, args ...any) ([]string, error) {
	rows, err := conn.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

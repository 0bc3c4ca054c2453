package database

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/rialtohq/rialto/ent/generated"
	"github.com/rialtohq/rialto/migrations"
	"github.com/rialtohq/rialto/platform/fault"
)

// Migrate brings the schema to the version of this binary, and does nothing where it is there already. On PostgreSQL
// replicas take turns under a lock; on SQLite the caller owns the data folder. Fails with [fault.Conflict] where the
// schema is newer than the binary.
func (db *DB) Migrate(ctx context.Context, file string) error {
	have, err := db.Version(ctx)
	if err != nil {
		return err
	}
	if have > migrations.Latest() {
		return fault.New(fault.Conflict, "the database is at schema version %d, and this binary knows only %d: start a newer one", have, migrations.Latest())
	}
	if have == migrations.Latest() {
		return nil
	}
	if db.dialect == PostgreSQL {
		return db.migratePostgres(ctx)
	}
	if have > 0 {
		if err := backup(ctx, db, file, have); err != nil {
			return err
		}
	}
	return db.migrateSQLite(ctx)
}

// Version is the schema's version; 0 where there is none yet.
func (db *DB) Version(ctx context.Context) (int64, error) {
	query := "SELECT coalesce(max(version), 0) FROM rialto_schema"
	if db.dialect == PostgreSQL {
		query = "SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied"
	}
	var v int64
	err := db.reads.QueryRowContext(ctx, query).Scan(&v)
	if err != nil && (strings.Contains(err.Error(), "no such table") || strings.Contains(err.Error(), "42P01")) {
		return 0, nil
	}
	return v, err
}

// Ready fails with [fault.Conflict] unless the schema is the one this binary was built for, or a later one.
func (db *DB) Ready(ctx context.Context) error {
	have, err := db.Version(ctx)
	if err != nil {
		return err
	}
	if have < migrations.Latest() {
		return fault.New(fault.Conflict, "the database is at schema version %d and this binary needs %d: run `rialto migrate up` first", have, migrations.Latest())
	}
	return db.checkWall(ctx)
}

func (db *DB) migratePostgres(ctx context.Context) error {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
	if err != nil {
		return err
	}
	std := stdlib.OpenDB(*db.pool.Config().ConnConfig.Copy())
	defer func() { _ = std.Close() }()
	p, err := goose.NewProvider(goose.DialectPostgres, std, migrations.Files, goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	if _, err = p.Up(ctx); err != nil {
		return explain(err)
	}
	return nil
}

// explain turns a refusal that an operator can mend into words that say how.
func explain(err error) error {
	if strings.Contains(err.Error(), "42501") && strings.Contains(err.Error(), "extension") {
		return fault.Wrap(err, fault.Forbidden, "PostgreSQL does not let this role create the extension pg_trgm: have an administrator run CREATE EXTENSION pg_trgm in this database, then migrate again")
	}
	return fmt.Errorf("migrate: %w", err)
}

// migrating lets one migration of SQLite run at a time in a process: ent keeps its tables in variables that it writes to.
var migrating sync.Mutex

func (db *DB) migrateSQLite(ctx context.Context) error {
	migrating.Lock()
	defer migrating.Unlock()
	db.gate <- struct{}{}
	defer func() { <-db.gate }()
	drv := entsql.NewDriver(dialect.SQLite, entsql.Conn{ExecQuerier: db.writes})
	if err := generated.NewClient(generated.Driver(onlyConn{drv})).Schema.Create(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if _, err := db.writes.ExecContext(ctx, migrations.SQLite); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	_, err := db.writes.ExecContext(ctx, "INSERT OR IGNORE INTO rialto_schema (version, applied_at) VALUES ($1, $2)", migrations.Latest(), time.Now().UTC().Format(time.RFC3339))
	return err
}

// onlyConn runs ent's migration on the single writing connection, without a transaction around it: SQLite's schema
// changes are each whole, and the file was copied before.
type onlyConn struct{ *entsql.Driver }

// Tx gives a transaction that only closes what its caller's has.
func (d onlyConn) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(d.Driver), nil }

// backup copies a SQLite file before its schema changes, beside it, with the version it had.
func backup(ctx context.Context, db *DB, file string, version int64) error {
	if _, err := db.writes.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return err
	}
	src, err := os.Open(filepath.Clean(file))
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }()
	dst, err := os.OpenFile(fmt.Sprintf("%s.%d.bak", file, version), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(dst, src); err != nil {
		_ = dst.Close()
		return err
	}
	if err := dst.Sync(); err != nil {
		_ = dst.Close()
		return err
	}
	return dst.Close()
}

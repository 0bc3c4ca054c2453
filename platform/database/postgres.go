package database

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

func openPostgres(ctx context.Context, c Config) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		return nil, fmt.Errorf("database: the URL of PostgreSQL cannot be read: %w", err)
	}
	cfg.MaxConns = int32(max(10, 4*runtime.GOMAXPROCS(0)))
	if c.MaxConns > 0 {
		cfg.MaxConns = int32(c.MaxConns)
	}
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "rialto"
	}
	// What a shop reads lies in memory or on flash, where rows here and there cost hardly more than rows in a row.
	if cfg.ConnConfig.RuntimeParams["random_page_cost"] == "" {
		cfg.ConnConfig.RuntimeParams["random_page_cost"] = "1.1"
	}
	// A transaction whose process stopped answering must not hold its locks for long.
	cfg.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "15000"
	cfg.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		// Moments come in UTC, wherever the process runs.
		conn.TypeMap().RegisterType(&pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}})
		registerUUIDs(conn.TypeMap())
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("database: PostgreSQL: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("database: PostgreSQL does not answer at %s: %w", Describe(c), err)
	}
	std := stdlib.OpenDBFromPool(pool)
	return &DB{dialect: PostgreSQL, reads: std, writes: std, pool: pool, walls: c.RowSecurity}, nil
}

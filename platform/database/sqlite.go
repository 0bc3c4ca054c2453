package database

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	// The driver registers itself as "sqlite".
	_ "modernc.org/sqlite"
)

// options of every SQLite connection: writers begin as writers, readers never wait for them (WAL), times are UTC
// microseconds as in PostgreSQL. NORMAL may lose the last commits when the machine (not the process) stops.
var options = []string{
	"_pragma=busy_timeout(5000)", "_pragma=journal_mode(WAL)", "_pragma=synchronous(NORMAL)", "_pragma=foreign_keys(1)",
	"_pragma=cache_size(-32768)", "_pragma=temp_store(MEMORY)", "_time_integer_format=unix_micro", "_inttotime=1", "_timezone=UTC",
}

func openSQLite(ctx context.Context, file string) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	base := "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + strings.Join(options, "&")
	writes, err := sql.Open("sqlite", base+"&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	writes.SetMaxOpenConns(1)
	if err := writes.PingContext(ctx); err != nil {
		return nil, fmt.Errorf("database: the file %s cannot be opened: %w", file, err)
	}
	reads, err := sql.Open("sqlite", base+"&_pragma=query_only(1)")
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	readers := max(4, 2*runtime.GOMAXPROCS(0))
	reads.SetMaxOpenConns(readers)
	reads.SetMaxIdleConns(readers)
	return &DB{dialect: SQLite, reads: reads, writes: writes, gate: make(chan struct{}, 1)}, nil
}

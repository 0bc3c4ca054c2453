// Package databasetest gives tests real databases: a SQLite file always, and PostgreSQL where RIALTO_TEST_DATABASE_URL
// names a server on which databases may be made. Each test has its own, migrated, and it is gone when the test ends.
package databasetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/rialtohq/rialto/migrations"
	"github.com/rialtohq/rialto/platform/database"
)

// URLVariable names PostgreSQL for tests.
const URLVariable = "RIALTO_TEST_DATABASE_URL"

// Each runs a test on a fresh SQLite file, and on a fresh PostgreSQL database where there is a server.
func Each(t *testing.T, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, PostgreSQL(t)) })
}

// Shop makes a shop's row and gives a context bound to it.
func Shop(t testing.TB, db *database.DB) (context.Context, uuid.UUID) {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	err := db.InTx(t.Context(), func(tx database.Tx) error {
		now := time.Now().UTC()
		_, err := tx.SysExec(database.AllShops(t.Context()), "INSERT INTO shop (id, created_at, updated_at, handle, name, description, email, currency, country, language, money_format, domain) VALUES ($1, $2, $2, $3, 'Test', '', '', 'USD', 'US', 'EN', '${{amount}}', '')", id, now, "shop-"+id.String())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return database.WithShop(t.Context(), id), id
}

// Rows counts the rows that the context's shop has in each table, but for tables without any: what was there before and
// after must be the same where something is said to leave nothing behind. What was used is written beside it, and left out.
func Rows(t testing.TB, ctx context.Context, db *database.DB) map[string]int {
	t.Helper()
	query := "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'shop_id'"
	if db.Dialect() == database.SQLite {
		query = "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'shop_id'"
	}
	rows, err := db.SysQuery(database.AllShops(ctx), query)
	tables, err := database.Scan(rows, err, func(scan func(...any) error) (name string, err error) { return name, scan(&name) })
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, table := range tables {
		if table == "field_usage" {
			continue
		}
		var n int
		if err := db.QueryRow(ctx, "SELECT count(*) FROM "+table+" WHERE shop_id = $1").Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			out[table] = n
		}
	}
	return out
}

var lite struct {
	once sync.Once
	data []byte
	err  error
}

// SQLite opens a fresh, migrated file.
func SQLite(t testing.TB) *database.DB {
	t.Helper()
	lite.once.Do(func() { lite.data, lite.err = migratedFile() })
	if lite.err != nil {
		t.Fatal(lite.err)
	}
	file := filepath.Join(t.TempDir(), "rialto.db")
	if err := os.WriteFile(file, lite.data, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, database.Config{File: file})
}

func migratedFile() ([]byte, error) {
	dir, err := os.MkdirTemp("", "rialto-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "rialto.db")
	ctx := context.Background()
	db, err := database.Open(ctx, database.Config{File: file})
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, file); err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}

// PostgreSQL opens a fresh, migrated database, or skips the test where no server is named. CI requires one.
func PostgreSQL(t testing.TB) *database.DB {
	t.Helper()
	return open(t, database.Config{URL: PostgreSQLURL(t), MaxConns: 12})
}

// PostgreSQLURL makes a fresh, migrated database and gives its URL, or skips the test where no server is named.
func PostgreSQLURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(URLVariable)
	if server == "" {
		if os.Getenv("RIALTO_TEST_REQUIRED") != "" {
			t.Fatal(URLVariable + " is required here and not set")
		}
		t.Skip(URLVariable + " is not set: not tested on PostgreSQL")
	}
	ctx := context.Background()
	template, err := templateOf(ctx, server)
	if err != nil {
		t.Fatalf("PostgreSQL at %s: %v", URLVariable, err)
	}
	name := "rialto_test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if err := admin(ctx, server, "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin(ctx, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return named(server, name)
}

func open(t testing.TB, c database.Config) *database.DB {
	t.Helper()
	db, err := database.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

var pg struct {
	once sync.Once
	name string
	err  error
}

// templateOf gives the name of a migrated database to copy. It is named by the migrations' content and shared by all
// test processes; whoever comes first makes it.
func templateOf(ctx context.Context, server string) (string, error) {
	pg.once.Do(func() { pg.name, pg.err = makeTemplate(ctx, server) })
	return pg.name, pg.err
}

func makeTemplate(ctx context.Context, server string) (string, error) {
	name := "rialto_template_" + fingerprint()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(727274)"); err != nil {
		return "", err
	}
	var ready bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)", name).Scan(&ready); err != nil || ready {
		return name, err
	}
	for _, q := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "CREATE DATABASE " + name} {
		if _, err := conn.Exec(ctx, q); err != nil {
			return "", err
		}
	}
	db, err := database.Open(ctx, database.Config{URL: named(server, name)})
	if err != nil {
		return "", err
	}
	if err := db.Migrate(ctx, ""); err != nil {
		return "", err
	}
	if err := db.Close(); err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+name+" IS_TEMPLATE true")
	return name, err
}

func fingerprint() string {
	h := sha256.New()
	names, _ := fs.Glob(migrations.Files, "*.sql")
	for _, name := range names {
		b, _ := migrations.Files.ReadFile(name)
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// Sweep drops the templates that earlier test runs left, for scripts that clean up after themselves.
func Sweep(ctx context.Context, server string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, "SELECT datname FROM pg_database WHERE datname LIKE 'rialto\\_template\\_%' OR datname LIKE 'rialto\\_test\\_%'")
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasPrefix(name, "rialto_template_") {
			if _, err := conn.Exec(ctx, "ALTER DATABASE "+name+" IS_TEMPLATE false"); err != nil {
				return err
			}
		}
		if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			return err
		}
	}
	return nil
}

func admin(ctx context.Context, server, statement string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for try := 0; ; try++ {
		_, err = conn.Exec(ctx, statement)
		// A template that another test copies at this moment is busy for an instant.
		if err == nil || try == 50 || !strings.Contains(err.Error(), "being accessed by other users") {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

func named(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + name
	return u.String()
}

// Guest makes a role that owns nothing and may use everything in a database, as one does for production, and gives the
// database's URL for it. The role is gone when the test ends.
func Guest(t testing.TB, at string) string {
	t.Helper()
	ctx := context.Background()
	name := "rialto_test_" + strings.ReplaceAll(uuid.NewString()[:13], "-", "")
	for _, q := range []string{
		"CREATE ROLE " + name + " LOGIN PASSWORD 'guest'", "GRANT USAGE ON SCHEMA public TO " + name,
		"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + name, "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO " + name,
	} {
		if err := admin(ctx, at, q); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := admin(ctx, at, "DROP OWNED BY "+name); err != nil {
			t.Error(err)
		}
		if err := admin(ctx, at, "DROP ROLE "+name); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(name, "guest")
	return u.String()
}

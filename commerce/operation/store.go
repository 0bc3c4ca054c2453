package operation

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/lastuse"
)

// find reads the documents that an id may mean, the newest first. Each of the two ways has an index; asked for together by OR, SQLite
// takes neither, and reads the shop's documents from the newest on.
func find(ctx context.Context, q database.Querier, id string) ([]found, error) {
	rows, err := q.Query(ctx, `SELECT id, app_id, hash, body FROM persisted_operation WHERE shop_id = $1 AND alias = $2 AND retired_at IS NULL AND NOT pending
		UNION ALL SELECT id, app_id, hash, body FROM persisted_operation WHERE shop_id = $1 AND hash = $2 AND alias <> $2 AND retired_at IS NULL AND NOT pending
		ORDER BY 1 DESC LIMIT 200`, id)
	all, err := database.Scan(rows, err, func(scan func(...any) error) (f found, err error) {
		var row uuid.UUID
		return f, scan(&row, &f.app, &f.hash, &f.body)
	})
	// Of each app, the newest is meant: one text is held once.
	var out []found
	seen := map[uuid.UUID]bool{}
	for _, f := range all {
		if !seen[f.app] {
			seen[f.app] = true
			out = append(out, f)
		}
	}
	return out, err
}

// known is a document of a release that was registered before.
type known struct {
	hash             string
	retired, pending bool
}

func hashesOf(ctx context.Context, tx database.Tx, app uuid.UUID, release string) (map[string]known, error) {
	out := map[string]known{}
	rows, err := tx.Query(ctx, `SELECT alias, hash, retired_at IS NOT NULL, pending FROM persisted_operation WHERE shop_id = $1 AND app_id = $2 AND release = $3`, app, release)
	_, err = database.Scan(rows, err, func(scan func(...any) error) (alias string, err error) {
		var k known
		err = scan(&alias, &k.hash, &k.retired, &k.pending)
		out[alias] = k
		return alias, err
	})
	return out, err
}

var columns = []string{"id", "shop_id", "app_id", "release", "alias", "hash", "name", "kind", "body", "points", "statements", "pending", "created_at"}

func insert(ctx context.Context, tx database.Tx, rows [][]any) error {
	return database.Insert(ctx, tx, "persisted_operation", columns, rows, "")
}

// revive puts documents of a release in force, or has them wait for that again.
func revive(ctx context.Context, tx database.Tx, app uuid.UUID, release string, aliases []string, pending bool) error {
	if len(aliases) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE persisted_operation SET retired_at = NULL, pending = $5 WHERE shop_id = $1 AND app_id = $2 AND release = $3 AND alias = ANY($4)`, app, release, aliases, pending)
	return err
}

// activate puts those of some documents in force that wait for it, and counts them.
func activate(ctx context.Context, tx database.Tx, app uuid.UUID, release string, aliases []string) (int, error) {
	n, err := tx.Exec(ctx, `UPDATE persisted_operation SET pending = FALSE WHERE shop_id = $1 AND app_id = $2 AND release = $3 AND alias = ANY($4) AND retired_at IS NULL AND pending`, app, release, aliases)
	return int(n), err
}

// reprice writes what documents cost now.
func reprice(ctx context.Context, tx database.Tx, app uuid.UUID, release string, docs []*Document) error {
	for _, d := range docs {
		_, err := tx.Exec(ctx, `UPDATE persisted_operation SET points = $5, statements = $6 WHERE shop_id = $1 AND app_id = $2 AND release = $3 AND alias = $4`, app, release, d.Alias, d.Points, d.Statements)
		if err != nil {
			return err
		}
	}
	return nil
}

func retire(ctx context.Context, tx database.Tx, app uuid.UUID, release string, now time.Time) (int, error) {
	n, err := tx.Exec(ctx, `UPDATE persisted_operation SET retired_at = $4 WHERE shop_id = $1 AND app_id = $2 AND release = $3 AND retired_at IS NULL`, app, release, now)
	return int(n), err
}

// stillUsed counts the documents of a release that were used since, and that no other release of the app has in force; and
// names one of them.
func stillUsed(ctx context.Context, tx database.Tx, app uuid.UUID, release string, since time.Time) (name string, count int, err error) {
	var some sql.NullString
	err = tx.QueryRow(ctx, `SELECT min(o.name), count(*) FROM persisted_operation o
		WHERE o.shop_id = $1 AND o.app_id = $2 AND o.release = $3 AND o.retired_at IS NULL AND NOT o.pending AND o.last_used_at > $4
		AND NOT EXISTS (SELECT 1 FROM persisted_operation p WHERE p.shop_id = $1 AND p.hash = o.hash AND p.app_id = o.app_id AND p.release <> o.release AND p.alias = o.alias AND p.retired_at IS NULL AND NOT p.pending)`,
		app, release, since).Scan(&some, &count)
	return some.String, count, err
}

func writeUses(ctx context.Context, tx database.Tx, uses []lastuse.Use[use]) error {
	for _, u := range uses {
		_, err := tx.Exec(ctx, `UPDATE persisted_operation SET last_used_at = $4 WHERE shop_id = $1 AND hash = $2 AND app_id = $3 AND retired_at IS NULL AND NOT pending
			AND (last_used_at IS NULL OR last_used_at < $4)`, u.Of.hash, u.Of.app, u.At)
		if err != nil {
			return err
		}
	}
	return nil
}

// releases sums up here and not in SQL: SQLite does not say that the greatest of moments is a moment.
func releases(ctx context.Context, q database.Querier, app uuid.UUID) ([]Release, error) {
	type document struct {
		Release
		kind          string
		pending       bool
		used, retired sql.NullTime
	}
	rows, err := q.Query(ctx, `SELECT app_id, release, kind, points, statements, created_at, pending, last_used_at, retired_at FROM persisted_operation
		WHERE shop_id = $1 AND ($2 OR app_id = $3) ORDER BY id DESC`, app == uuid.Nil, app)
	documents, err := database.Scan(rows, err, func(scan func(...any) error) (d document, err error) {
		return d, scan(&d.App, &d.Name, &d.kind, &d.Points, &d.Statements, &d.CreatedAt, &d.pending, &d.used, &d.retired)
	})
	var out []Release
	at := map[[2]any]int{}
	for _, d := range documents {
		i, there := at[[2]any{d.App, d.Name}]
		if !there {
			i = len(out)
			at[[2]any{d.App, d.Name}] = i
			out = append(out, Release{App: d.App, Name: d.Name, RetiredAt: database.Moment(d.retired)})
		}
		r := &out[i]
		r.Operations++
		r.Points = max(r.Points, d.Points)
		r.Statements = max(r.Statements, d.Statements)
		r.Queries = r.Queries || d.kind == "query"
		r.CreatedAt = d.CreatedAt // of the first, which comes last
		if d.used.Valid && (r.LastUsedAt == nil || d.used.Time.After(*r.LastUsedAt)) {
			r.LastUsedAt = database.Moment(d.used)
		}
		if !d.retired.Valid {
			r.RetiredAt = nil
			if d.pending {
				r.Pending++
			} else {
				r.Active++
			}
		}
	}
	return out, err
}

func inForce(ctx context.Context, q database.Querier, app uuid.UUID) ([]Registered, error) {
	return documents(ctx, q, `SELECT app_id, release, alias, hash, name, kind, body, points, statements, created_at, last_used_at FROM persisted_operation
		WHERE shop_id = $1 AND ($2 OR app_id = $3) AND retired_at IS NULL AND NOT pending ORDER BY app_id, release, alias`, app == uuid.Nil, app)
}

func pending(ctx context.Context, q database.Querier, app uuid.UUID, release string) ([]Registered, error) {
	return documents(ctx, q, `SELECT app_id, release, alias, hash, name, kind, body, points, statements, created_at, last_used_at FROM persisted_operation
		WHERE shop_id = $1 AND app_id = $2 AND release = $3 AND retired_at IS NULL AND pending ORDER BY alias`, app, release)
}

func documents(ctx context.Context, q database.Querier, query string, args ...any) ([]Registered, error) {
	rows, err := q.Query(ctx, query, args...)
	return database.Scan(rows, err, func(scan func(...any) error) (r Registered, err error) {
		var used sql.NullTime
		err = scan(&r.App, &r.Release, &r.Alias, &r.Hash, &r.Name, &r.Kind, &r.Body, &r.Points, &r.Statements, &r.CreatedAt, &used)
		r.LastUsedAt = database.Moment(used)
		return r, err
	})
}

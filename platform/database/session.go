package database

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// session is a transaction of PostgreSQL on a connection of its own. What need not be waited for is held back and goes with
// the next statement, or with the commit, in one round trip: the BEGIN, the name of the shop, and what [Tx.Later] was given.
// A transaction holds its locks for as long as it talks, and whoever wants the same rows waits for each of its trips.
//
// Statements go straight to pgx, without database/sql in between; ent's go through database/sql.
type session struct {
	std   *sql.Conn
	wire  *pgx.Conn // of std, for as long as that is held
	walls bool
	named scope // with walls: whose rows PostgreSQL shows by now

	begun   bool // whether PostgreSQL knows of the transaction
	done    bool
	failed  error // what a statement that was held back failed with, or its check, of which PostgreSQL knows nothing: it cannot be committed
	waiting []later
}

// later is a statement that has not been sent yet.
type later struct {
	ctx   context.Context //nolint:containedctx // whose record and trace it belongs to
	query string
	args  []any
	own   bool                      // of the transaction itself: no record counts it
	check func(changed int64) error // may be nil
}

// commitPatience is how long a commit is waited for before its connection is thrown away, and nobody knows what became of it.
const commitPatience = 10 * time.Second

// rollbackPatience is how long a connection is given to roll back before it is thrown away.
const rollbackPatience = 2 * time.Second

// openSession takes a connection and begins, with walls as the context's shop.
func openSession(ctx context.Context, db *sql.DB, walls bool) (*session, error) {
	std, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{std: std, walls: walls}
	err = std.Raw(func(driver any) error {
		s.wire = driver.(*stdlib.Conn).Conn()
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, std.Close())
	}
	s.hold("BEGIN")
	if walls {
		s.named, _ = ctx.Value(scopeKey{}).(scope) // without one, the statements name theirs
		s.hold(wallStatement, s.named.wall()...)
	}
	return s, nil
}

func (s *session) hold(query string, args ...any) {
	s.waiting = append(s.waiting, later{query: query, args: args, own: true})
}

// name names another shop than the one before: a few transactions work on the tables of all shops in between.
func (s *session) name(ctx context.Context) error {
	if !s.walls {
		return nil
	}
	now, err := scopeOf(ctx)
	if err == nil && now != s.named {
		s.hold(wallStatement, now.wall()...)
		s.named = now
	}
	return err
}

// send sends what waits, and a statement behind it where there is one, and reads the answers of what waited. The answer to
// the statement is left to the caller, who closes what it is given.
func (s *session) send(ctx context.Context, query string, args []any) (pgx.BatchResults, error) {
	waiting := s.waiting
	s.waiting, s.begun = nil, true
	batch := &pgx.Batch{}
	for _, l := range waiting {
		batch.Queue(l.query, l.args...)
	}
	if query != "" {
		batch.Queue(query, args...)
	}
	ends := make([]func(error), len(waiting))
	for i, l := range waiting {
		if ends[i] = func(error) {}; !l.own {
			_, ends[i] = observe(l.ctx, l.query, l.args)
		}
	}
	results := s.wire.SendBatch(ctx, batch)
	var failed error
	for i, l := range waiting {
		if failed != nil {
			ends[i](failed)
			continue
		}
		tag, err := results.Exec()
		if err == nil && l.check != nil {
			err = l.check(tag.RowsAffected())
		}
		failed = err
		ends[i](err)
	}
	if failed != nil {
		s.failed = failed
		_ = results.Close() // it says the same again
		return nil, failed
	}
	return results, nil
}

// flush sends what waits.
func (s *session) flush(ctx context.Context) error {
	if len(s.waiting) == 0 {
		return nil
	}
	results, err := s.send(ctx, "", nil)
	if err != nil {
		return err
	}
	return results.Close()
}

// query runs a statement that was admitted, for the shop of its own context.
func (s *session) query(ctx context.Context, query string, args []any) (Rows, error) {
	if err := s.ready(ctx, args); err != nil {
		return nil, err
	}
	if len(s.waiting) == 0 {
		rows, err := s.wire.Query(ctx, query, args...)
		if err != nil {
			return nil, err
		}
		return &pgxRows{Rows: rows}, nil
	}
	results, err := s.send(ctx, query, args)
	if err != nil {
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		return nil, errors.Join(err, results.Close())
	}
	return &pgxRows{Rows: rows, release: results.Close}, nil
}

// exec is query for a statement without rows.
func (s *session) exec(ctx context.Context, query string, args []any) (int64, error) {
	if err := s.ready(ctx, args); err != nil {
		return 0, err
	}
	if len(s.waiting) == 0 {
		tag, err := s.wire.Exec(ctx, query, args...)
		return tag.RowsAffected(), err
	}
	results, err := s.send(ctx, query, args)
	if err != nil {
		return 0, err
	}
	tag, err := results.Exec()
	return tag.RowsAffected(), errors.Join(err, results.Close())
}

// ready prepares for a statement. A text without parameters may hold several statements, and goes alone.
func (s *session) ready(ctx context.Context, args []any) error {
	if err := s.over(); err != nil {
		return err
	}
	err := s.name(ctx)
	if err == nil && len(args) == 0 {
		err = s.flush(ctx)
	}
	return err
}

// over is why nothing more can be done in the transaction; nil where it can.
func (s *session) over() error {
	if s.done {
		return sql.ErrTxDone
	}
	return s.failed
}

// later holds a statement back.
func (s *session) later(ctx context.Context, query string, args []any, check func(changed int64) error) error {
	if err := s.over(); err != nil {
		return err
	}
	if err := s.name(ctx); err != nil {
		return err
	}
	s.waiting = append(s.waiting, later{ctx: ctx, query: query, args: args, check: check})
	return nil
}

// ExecContext is exec for ent.
func (s *session) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := s.ready(ctx, nil); err != nil {
		return nil, err
	}
	return s.std.ExecContext(ctx, query, args...)
}

// QueryContext is query for ent.
func (s *session) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := s.ready(ctx, nil); err != nil {
		return nil, err
	}
	return s.std.QueryContext(ctx, query, args...)
}

// Commit ends the transaction, in one round trip with what still waits; an answer that somebody wants to look at comes before
// it. A transaction that has failed is rolled back by PostgreSQL, and that is an error here. So is a context that has ended.
func (s *session) Commit(ctx context.Context) error {
	if err := s.over(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for _, l := range s.waiting {
		if l.check == nil {
			continue
		}
		if err := s.flush(ctx); err != nil {
			return err
		}
		break
	}
	s.done = true
	if !s.begun && !s.asked() {
		return s.std.Close() // PostgreSQL never heard of it
	}
	// Once it is said, it is waited for: who gives up does not know what became of it. A host that is gone says nothing at all, ever.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitPatience)
	defer cancel()
	did, err := s.end(ctx)
	if err == nil && did == "ROLLBACK" {
		err = pgx.ErrTxCommitRollback
	}
	if err != nil && s.begun {
		s.rollBack()
	}
	return errors.Join(err, s.std.Close())
}

// asked reports whether anything waits that is not the transaction's own.
func (s *session) asked() bool {
	for _, l := range s.waiting {
		if !l.own {
			return true
		}
	}
	return false
}

func (s *session) end(ctx context.Context) (did string, err error) {
	if len(s.waiting) == 0 {
		tag, err := s.wire.Exec(ctx, "COMMIT")
		return tag.String(), err
	}
	results, err := s.send(ctx, "COMMIT", nil)
	if err != nil {
		return "", err
	}
	tag, err := results.Exec()
	return tag.String(), errors.Join(err, results.Close())
}

// Rollback ends the transaction without effect; after [session.Commit] it does nothing.
func (s *session) Rollback() error {
	if s.done {
		return sql.ErrTxDone
	}
	s.done = true
	if s.begun {
		s.rollBack()
	}
	return s.std.Close()
}

// rollBack says ROLLBACK. Where that is not heard the connection is closed, and PostgreSQL rolls back when it sees that: the
// pool takes no connection back that is within a transaction.
func (s *session) rollBack() {
	ctx, cancel := context.WithTimeout(context.Background(), rollbackPatience)
	defer cancel()
	if _, err := s.wire.Exec(ctx, "ROLLBACK"); err != nil {
		_ = s.wire.Close(ctx)
	}
}

// Later runs a statement whose answer nobody needs now: it goes with the next one, or with the commit. What it fails with is
// the error of that one. check, which may be nil, looks at how many rows it changed, and what it fails with counts as well.
// Parameters as with [Querier.Exec]. On SQLite, where nothing is gained by it, it runs at once.
func (tx Tx) Later(ctx context.Context, check func(changed int64) error, query string, args ...any) error {
	shop, err := Shop(ctx)
	if err != nil {
		return err
	}
	return tx.SysLater(ctx, check, query, append([]any{shop}, args...)...)
}

// SysLater is [Tx.Later] for tables that belong to no shop: args are $1, $2 and so on.
func (tx Tx) SysLater(ctx context.Context, check func(changed int64) error, query string, args ...any) error {
	if tx.session != nil {
		if err := admit(ctx, query); err != nil {
			return err
		}
		tx.conn.note(ctx, query)
		return tx.session.later(ctx, steady(query, args), args, check)
	}
	n, err := tx.SysExec(ctx, query, args...)
	if err == nil && check != nil {
		err = check(n)
	}
	return err
}

// SomeChanged is a check for [Tx.Later]: it fails where no row was changed.
func SomeChanged(none error) func(changed int64) error {
	return func(changed int64) error {
		if changed == 0 {
			return none
		}
		return nil
	}
}

// InsertLater is [Insert] by [Tx.Later].
func InsertLater(ctx context.Context, tx Tx, table string, columns []string, rows [][]any, suffix string) error {
	return Insert(ctx, patient{tx}, table, columns, rows, suffix)
}

// patient is a transaction whose insertions need no answer.
type patient struct{ Tx }

func (p patient) execAdmitted(ctx context.Context, query string, args []any) error {
	if p.session == nil {
		return p.Tx.execAdmitted(ctx, query, args)
	}
	p.conn.note(ctx, query)
	return p.session.later(ctx, query, args, nil)
}

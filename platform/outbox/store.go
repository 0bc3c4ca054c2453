package outbox

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// row is a row of outbox_event.
type row struct {
	id, shop uuid.UUID
	subject  string
	payload  []byte
	headers  map[string]string
	due      time.Time
	created  time.Time
}

func oldestFirst(a, b row) int {
	return cmp.Or(a.due.Compare(b.due), bytes.Compare(a.id[:], b.id[:]))
}

// channel is where PostgreSQL's notifications go.
const channel = "rialto_outbox"

func insertEvents(ctx context.Context, tx database.Tx, rows []row) error {
	values := make([][]any, len(rows))
	for i, r := range rows {
		values[i] = []any{r.id, r.shop, r.subject, r.payload, database.JSON[map[string]string]{V: r.headers}, r.due, r.created}
	}
	return database.InsertLater(ctx, tx, "outbox_event", []string{"id", "shop_id", "subject", "payload", "headers", "due_at", "created_at"}, values, "")
}

func notify(ctx context.Context, tx database.Tx) error {
	_, err := tx.SysExec(database.AllShops(ctx), "SELECT pg_notify($1, '')", channel)
	return err
}

// takeDue deletes the oldest due rows that no other relay holds, and gives them. The list of ids is made once, by the
// index (due_at, id); as a joined subquery it could be made anew for each row and take more than the limit.
func takeDue(ctx context.Context, tx database.Tx, now time.Time, limit int) ([]row, error) {
	rows, err := tx.SysQuery(ctx, `DELETE FROM outbox_event WHERE id = ANY(ARRAY(
		SELECT id FROM outbox_event WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED))
		RETURNING id, shop_id, subject, payload, headers, due_at, created_at`, now, limit)
	return database.Scan(rows, err, scanRow)
}

// readDue reads the oldest due rows. Served by outbox_event (due_at, id).
func readDue(ctx context.Context, q database.Querier, now time.Time, limit int) ([]row, error) {
	rows, err := q.SysQuery(ctx, `SELECT id, shop_id, subject, payload, headers, due_at, created_at
		FROM outbox_event WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2`, now, limit)
	return database.Scan(rows, err, scanRow)
}

func scanRow(scan func(...any) error) (row, error) {
	var r row
	var shop uuid.NullUUID
	var headers database.JSON[map[string]string]
	err := scan(&r.id, &shop, &r.subject, &r.payload, &headers, &r.due, &r.created)
	r.shop, r.headers = shop.UUID, headers.V
	return r, err
}

// deleteEvents deletes rows by their primary key.
func deleteEvents(ctx context.Context, tx database.Tx, ids []uuid.UUID) error {
	_, err := tx.SysExec(ctx, "DELETE FROM outbox_event WHERE id = ANY($1)", ids)
	return err
}

// backlog counts due rows and gives the moment of the oldest. Served by outbox_event (due_at, id).
func backlog(ctx context.Context, q database.Querier, now time.Time) (int, time.Time, error) {
	ctx = database.AllShops(ctx)
	rows, err := q.SysQuery(ctx, "SELECT count(*) FROM (SELECT 1 FROM outbox_event WHERE due_at <= $1 LIMIT 100000) AS due", now)
	counts, err := database.Scan(rows, err, func(scan func(...any) error) (n int, err error) { return n, scan(&n) })
	if err != nil || counts[0] == 0 {
		return 0, time.Time{}, err
	}
	rows, err = q.SysQuery(ctx, "SELECT due_at FROM outbox_event WHERE due_at <= $1 ORDER BY due_at, id LIMIT 1", now)
	oldest, err := database.Scan(rows, err, func(scan func(...any) error) (at time.Time, err error) { return at, scan(&at) })
	if err != nil || len(oldest) == 0 {
		return 0, time.Time{}, err
	}
	return counts[0], oldest[0], nil
}

// insertInbox notes that a consumer has had an event, and reports whether it was the first to say so. A transaction
// that says it at the same time waits for the other's end. Served by the unique inbox_record (consumer, event_id).
func insertInbox(ctx context.Context, tx database.Tx, id uuid.UUID, consumer string, event uuid.UUID, now time.Time) (bool, error) {
	n, err := tx.SysExec(database.AllShops(ctx), `INSERT INTO inbox_record (id, consumer, event_id, created_at)
		VALUES ($1, $2, $3, $4) ON CONFLICT (consumer, event_id) DO NOTHING`, id, consumer, event, now)
	return n == 1, err
}

// insertInboxes notes that a consumer has had events, and gives those for which it was the first to say so. Events come in
// order, so that two batches that share some do not wait for each other in turn. Served as insertInbox is.
func (i *Inbox) insertInboxes(ctx context.Context, tx database.Tx, consumer string, events []uuid.UUID) ([]uuid.UUID, error) {
	now := i.config.Clock.Now()
	if tx.Dialect() == database.PostgreSQL {
		ids := make([]uuid.UUID, len(events))
		for n := range ids {
			ids[n] = i.newID()
		}
		rows, err := tx.SysQuery(database.AllShops(ctx), `INSERT INTO inbox_record (id, consumer, event_id, created_at)
			SELECT n.id, $3, n.event, $4 FROM unnest($1::uuid[], $2::uuid[]) AS n (id, event) ON CONFLICT (consumer, event_id) DO NOTHING RETURNING event_id`,
			ids, events, consumer, now)
		return database.IDs(rows, err)
	}
	var first []uuid.UUID
	for _, event := range events { // SQLite is in this process: it saves nothing to say it in one statement
		fresh, err := insertInbox(ctx, tx, i.newID(), consumer, event, now)
		if err != nil {
			return nil, err
		}
		if fresh {
			first = append(first, event)
		}
	}
	return first, nil
}

// hadInboxes gives the events that a consumer has had. Served by inbox_record (consumer, event_id).
func hadInboxes(ctx context.Context, q database.Querier, consumer string, events []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.SysQuery(database.AllShops(ctx), "SELECT event_id FROM inbox_record WHERE consumer = $1 AND event_id = ANY($2)", consumer, events)
	return database.IDs(rows, err)
}

// hasInbox reports whether a consumer has had an event. Served by inbox_record (consumer, event_id).
func hasInbox(ctx context.Context, q database.Querier, consumer string, event uuid.UUID) (bool, error) {
	rows, err := q.SysQuery(database.AllShops(ctx), "SELECT 1 FROM inbox_record WHERE consumer = $1 AND event_id = $2", consumer, event)
	found, err := database.Scan(rows, err, func(scan func(...any) error) (n sql.NullInt64, err error) { return n, scan(&n) })
	return len(found) > 0, err
}

// deleteInbox deletes records older than a moment, at most limit of them. Served by inbox_record (created_at).
func deleteInbox(ctx context.Context, tx database.Tx, before time.Time, limit int) (int64, error) {
	return tx.SysExec(database.AllShops(ctx), `DELETE FROM inbox_record WHERE id IN (
		SELECT id FROM inbox_record WHERE created_at < $1 ORDER BY created_at LIMIT $2)`, before, limit)
}

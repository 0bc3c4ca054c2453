package idempotency

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// The states of a record.
const (
	running = "running"
	done    = "done"
)

// record is what the table knows of a key. Its id is the token of its present owner.
type record struct {
	id             uuid.UUID
	hash, response []byte
	state          string
	lease, expires time.Time
}

func insert(ctx context.Context, q database.Querier, n name, token uuid.UUID, now, lease, expires time.Time) (bool, error) {
	rows, err := q.Exec(ctx, `INSERT INTO idempotency_record (id, shop_id, actor, key, request_hash, state, lease_until, expires_at, created_at)
		VALUES ($2, $1, $3, $4, $5, 'running', $6, $7, $8) ON CONFLICT (shop_id, actor, key) DO NOTHING`,
		token, n.actor, n.key, n.hash[:], lease, expires, now)
	return rows == 1, err
}

// look reads the record of a key, whatever request it belongs to.
func look(ctx context.Context, q database.Querier, n name) (r record, there bool, err error) {
	err = q.QueryRow(ctx, `SELECT id, request_hash, state, response, lease_until, expires_at FROM idempotency_record
		WHERE shop_id = $1 AND actor = $2 AND key = $3`, n.actor, n.key).
		Scan(&r.id, &r.hash, &r.state, &r.response, &r.lease, &r.expires)
	if database.NoRows(err) {
		return record{}, false, nil
	}
	return r, err == nil, err
}

// takeOver gives a record that was seen a new owner and a new request. Nobody else did so where its token and state are
// as they were.
func takeOver(ctx context.Context, q database.Querier, n name, old record, token uuid.UUID, lease, expires time.Time) (bool, error) {
	rows, err := q.Exec(ctx, `UPDATE idempotency_record SET id = $2, request_hash = $3, state = 'running', response = NULL, lease_until = $4, expires_at = $5
		WHERE shop_id = $1 AND id = $6 AND state = $7`, token, n.hash[:], lease, expires, old.id, old.state)
	return rows == 1, err
}

func fill(ctx context.Context, q database.Querier, token uuid.UUID, body []byte, expires time.Time) (int64, error) {
	return q.Exec(ctx, `UPDATE idempotency_record SET state = 'done', response = $3, expires_at = $4
		WHERE shop_id = $1 AND id = $2 AND state = 'running'`, token, body, expires)
}

func remove(ctx context.Context, q database.Querier, token uuid.UUID) error {
	_, err := q.Exec(ctx, `DELETE FROM idempotency_record WHERE shop_id = $1 AND id = $2 AND state = 'running'`, token)
	return err
}

// forget goes by way of the shops, because the index of what ran out begins with them.
func forget(ctx context.Context, q database.Querier, now time.Time, limit int) (int64, error) {
	return q.SysExec(ctx, `DELETE FROM idempotency_record WHERE id IN (
		SELECT r.id FROM shop s JOIN idempotency_record r ON r.shop_id = s.id WHERE r.expires_at <= $1
		LIMIT $2 FOR UPDATE OF r SKIP LOCKED)`, now, limit)
}

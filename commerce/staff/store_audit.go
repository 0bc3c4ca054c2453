package staff

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

type auditRow struct {
	id, via                                   uuid.UUID
	actor, action, resource, request, network string
	data                                      any
	at                                        time.Time
}

func insertAudit(ctx context.Context, tx database.Tx, e auditRow) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit_entry (id, shop_id, actor, action, resource, data, request_id, address, created_at, app_id) VALUES ($2, $1, $3, $4, $5, $6, $7, $8, $9, $10)`,
		e.id, e.actor, e.action, e.resource, database.JSON[any]{V: e.data}, e.request, e.network, e.at, uuid.NullUUID{UUID: e.via, Valid: e.via != uuid.Nil})
	return err
}

const auditColumns = `id, actor, action, resource, data, request_id, address, created_at, app_id`

func scanAudit(scan func(...any) error) (*AuditEntry, error) {
	e := &AuditEntry{}
	var id uuid.UUID
	var data database.JSON[any]
	var request, network string
	var via uuid.NullUUID
	err := scan(&id, &e.Actor, &e.Action, &e.Resource, &data, &request, &network, &e.CreatedAt, &via)
	e.ID = gid.New(AuditType, id)
	if request != "" {
		e.RequestID = &request
	}
	if network != "" {
		e.Network = &network
	}
	e.AppID = via.UUID
	e.take(data.V)
	return e, err
}

// listAudit reads a page of the record. Served by audit_entry (shop_id, id), or (shop_id, resource, id) for one thing's.
func listAudit(ctx context.Context, q database.Querier, w keyset.Window, c conditions) ([]*AuditEntry, error) {
	where, place := w.Where(2 + len(c.args))
	rows, err := q.Query(ctx, `SELECT `+auditColumns+` FROM audit_entry WHERE shop_id = $1`+c.sql+where+w.OrderBy(), append(c.args, place...)...)
	return database.Scan(rows, err, scanAudit)
}

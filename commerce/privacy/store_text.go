package privacy

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// text is a free text about the person: a column of a row, and what empties it.
type text struct {
	id    uuid.UUID
	text  string
	blank string
}

// freeTexts reads what others wrote about the person: events of orders, and the shop's record. Served by order_event
// (shop_id, order_id, id) and audit_entry (shop_id, resource, id).
func freeTexts(ctx context.Context, tx database.Tx, p *person, orders []uuid.UUID, resources []string) ([]text, error) {
	var all []text
	for _, of := range []struct {
		read, blank string
		arg         any
	}{
		{`SELECT id, message FROM order_event WHERE shop_id = $1 AND order_id = ANY($2)`, `UPDATE order_event SET message = 'Erased.' WHERE shop_id = $1 AND id = $2`, orders},
		{`SELECT id, coalesce(CAST(data AS TEXT), '') FROM order_event WHERE shop_id = $1 AND order_id = ANY($2)`, `UPDATE order_event SET data = NULL WHERE shop_id = $1 AND id = $2`, orders},
		{`SELECT id, coalesce(CAST(data AS TEXT), '') FROM audit_entry WHERE shop_id = $1 AND resource = ANY($2)`, `UPDATE audit_entry SET data = NULL WHERE shop_id = $1 AND id = $2`, resources},
		{`SELECT id, coalesce(CAST(data AS TEXT), '') FROM audit_entry WHERE shop_id = $1 AND actor = $2`, `UPDATE audit_entry SET data = NULL WHERE shop_id = $1 AND id = $2`, "customer:" + p.id.String()},
	} {
		rows, err := tx.Query(ctx, of.read, of.arg)
		list, err := database.Scan(rows, err, func(scan func(...any) error) (text, error) {
			t := text{blank: of.blank}
			return t, scan(&t.id, &t.text)
		})
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

func blankText(ctx context.Context, tx database.Tx, t text) error {
	_, err := tx.Exec(ctx, t.blank, t.id)
	return err
}

// dropCopies deletes what was kept for a while: answers under idempotency keys and events under way that name the person,
// and by whom discounts were used. These tables are short-lived or small, and are read from end to end.
func dropCopies(ctx context.Context, tx database.Tx, p *person) error {
	if _, err := tx.Exec(ctx, `DELETE FROM idempotency_record WHERE shop_id = $1 AND actor = $2`, "customer:"+p.id.String()); err != nil {
		return err
	}
	holds := "position($2 IN %)"
	if tx.Dialect() == database.SQLite {
		holds = "instr(%, $2)"
	}
	for table, column := range map[string]string{"idempotency_record": "response", "outbox_event": "payload"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE shop_id = $1 AND `+column+` IS NOT NULL AND `+strings.ReplaceAll(holds, "%", column)+` > 0`, []byte(p.email)); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE discount_usage SET buyer = $3 WHERE shop_id = $1 AND buyer = $2`, "email:"+p.proven, "customer:"+p.id.String())
	return err
}

package discount

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/rialtohq/rialto/platform/database"
)

// record is a discount in the audit trail. Customers are counted and not named: entries are never deleted.
func record(d *Discount) map[string]any {
	config := d.Config
	config.Customers = nil
	var ends *time.Time
	if !d.EndsAt.IsZero() {
		ends = &d.EndsAt
	}
	return map[string]any{
		"title": d.Title, "code": d.Code, "kind": d.Kind, "enabled": !d.Disabled, "startsAt": d.StartsAt, "endsAt": ends, "usageLimit": d.UsageLimit,
		"oncePerCustomer": d.OncePerCustomer, "customers": len(d.Config.Customers), "config": config, "named": d.Config.Customers,
	}
}

// same reports whether two records are of one and the same discount.
func same(a, b map[string]any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return bytes.Equal(x, y)
}

// noteChange leaves an entry of a change in the audit trail, with the discount as it was and as it is.
func (s *Service) noteChange(ctx context.Context, tx database.Tx, action string, d *Discount, before, after any) error {
	if s.audit == nil {
		return nil
	}
	for _, r := range []any{before, after} {
		if m, ok := r.(map[string]any); ok {
			delete(m, "named")
		}
	}
	return s.audit.Audit(ctx, tx, action, d.NodeID().String(), map[string]any{"before": before, "after": after})
}

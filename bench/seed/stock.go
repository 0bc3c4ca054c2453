package seed

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// level is the stock of a variant at a location.
type level struct {
	at
	location int
}

// fillStock writes levels and the ledger that they are the sum of: what came in, and what orders took from the first
// location.
func (f *filling) fillStock(ctx context.Context) error {
	var levels []level
	for n := range f.Locations[:min(2, len(f.Locations))] {
		for _, v := range f.everyVariant() {
			if n == 0 || v.OnHand[n] > 0 {
				levels = append(levels, level{v, n})
			}
		}
	}
	promised := f.promised()
	all := ids(len(levels), func(i int) time.Time { return levels[i].product.created }, chance("levels"))
	err := f.w.put(ctx, "inventory_level", "variant_id location_id on_hand reserved updated_at", len(levels), from(all), func(i int) []any {
		l := levels[i]
		var reserved int64
		if l.location == 0 {
			reserved = promised[l.ID]
		}
		return []any{l.ID, f.Locations[l.location], l.OnHand[l.location], reserved, l.product.created}
	})
	if err != nil {
		return err
	}
	f.Levels = all[:len(f.everyVariant())]
	err = f.w.add(ctx, "stock_movement", "variant_id location_id delta reason actor created_at", len(levels), func(i int) time.Time { return levels[i].product.created }, func(i int) []any {
		l := levels[i]
		delta := l.OnHand[l.location]
		if l.location == 0 {
			delta += l.sold
		}
		return []any{l.ID, f.Locations[l.location], delta, "import", "system", l.product.created}
	})
	if err != nil {
		return err
	}
	return f.putSales(ctx)
}

func (f *filling) putSales(ctx context.Context) error {
	lines, of, _ := f.everyLine()
	r := chance("sales")
	return f.w.put(ctx, "stock_movement", "variant_id location_id delta reason ref created_at", len(lines), func(i int) uuid.UUID { return idAt(f.sales[of[i]].at, r) }, func(i int) []any {
		return []any{lines[i].ID, f.Locations[0], -lines[i].quantity, "sale", f.Orders[of[i]].ID.String(), f.sales[of[i]].at}
	})
}

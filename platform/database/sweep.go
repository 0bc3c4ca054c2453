package database

import (
	"context"
	"time"
)

// DeleteBefore deletes rows of all shops whose time in a column lies before a moment, the oldest first and at most so many,
// and tells how many. Rows that others hold at this moment are left for the next turn, so that any number of processes may
// sweep at once. Table and column are names in the code, never input; the table needs a key "id" and an index on the column.
func DeleteBefore(ctx context.Context, db *DB, table, column string, before time.Time, most int) (n int, err error) {
	err = db.InTx(ctx, func(tx Tx) error {
		done, err := tx.SysExec(AllShops(ctx), `DELETE FROM `+table+` WHERE id IN
			(SELECT id FROM `+table+` WHERE `+column+` < $1 ORDER BY `+column+` LIMIT $2 FOR UPDATE SKIP LOCKED)`, before, most)
		n = int(done)
		return err
	})
	return n, err
}

package seed

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/rialtohq/rialto/platform/database"
)

// writer writes rows of tables over a connection of its own. Chance is a stream for each table, so that more rows in one
// do not change another.
type writer struct {
	conn *pgx.Conn
	shop uuid.UUID
	rows int64
}

func newWriter(ctx context.Context, db *database.DB, shop uuid.UUID) (*writer, error) {
	conn, err := pgx.ConnectConfig(ctx, db.Pool().Config().ConnConfig.Copy())
	if err != nil {
		return nil, err
	}
	w := &writer{conn: conn, shop: shop}
	// A crash while filling costs a new filling, not data.
	if _, err := conn.Exec(ctx, "SET synchronous_commit = off"); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *writer) close() { _ = w.conn.Close(context.Background()) }

// chance is the stream of random numbers of a name: the same on every filling.
func chance(name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return rand.New(rand.NewPCG(Version, h.Sum64())) //nolint:gosec // what is drawn must be drawn again by the next filling
}

// idAt is a UUIDv7 of a moment.
func idAt(at time.Time, r *rand.Rand) (id uuid.UUID) {
	ms := uint64(at.UnixMilli())
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	high, low := r.Uint32(), r.Uint64()
	id[6], id[7] = 0x70|byte(high>>8)&0x0f, byte(high)
	for i := range 8 {
		id[8+i] = byte(low >> (56 - 8*i))
	}
	id[8] = 0x80 | id[8]&0x3f
	return id
}

// put writes n rows of a table. Each is given as its values after id and shop_id; the ids are those that id gives.
func (w *writer) put(ctx context.Context, table, columns string, n int, id func(i int) uuid.UUID, row func(i int) []any) error {
	source := pgx.CopyFromSlice(n, func(i int) ([]any, error) {
		return append([]any{id(i), w.shop}, row(i)...), nil
	})
	names := append([]string{"id", "shop_id"}, strings.Fields(columns)...)
	done, err := w.conn.CopyFrom(ctx, pgx.Identifier{table}, names, source)
	if err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	w.rows += done
	return nil
}

// add is put for rows whose ids nobody asks for; they are of the moments that at gives.
func (w *writer) add(ctx context.Context, table, columns string, n int, at func(i int) time.Time, row func(i int) []any) error {
	r := chance("ids of " + table)
	return w.put(ctx, table, columns, n, func(i int) uuid.UUID { return idAt(at(i), r) }, row)
}

// analyze has PostgreSQL count what it holds, and mark pages as seen by all, as it would have done by itself in time.
func (w *writer) analyze(ctx context.Context) error {
	_, err := w.conn.Exec(ctx, "VACUUM ANALYZE")
	return err
}

// text is a value as JSON, for columns of documents.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // only plain values of this package come here
	}
	return string(b)
}

// locations are those of the demo shop, the first to ship first. A shop has few.
func (f *filling) locations(ctx context.Context) ([]uuid.UUID, error) {
	rows, err := f.db.Query(ctx, "SELECT l.id FROM location l WHERE l.shop_id = $1 ORDER BY l.priority, l.id")
	return database.IDs(rows, err)
}

// markDemo says that the demo shop stands, so that a process in demo mode does not fill it again.
func (f *filling) markDemo(ctx context.Context) error {
	now := func(int) time.Time { return f.Now }
	return f.w.add(ctx, "shop_counter", "series value", 2, now, func(i int) []any {
		return [][]any{{"demo", int64(1)}, {"order", int64(firstNumber + len(f.Orders) - 1)}}[i]
	})
}

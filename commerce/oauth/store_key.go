package oauth

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"time"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/seal"
)

// lockKeys makes those who add keys take turns, also where there is no key yet and no row to lock. SQLite has one writer
// and needs none of it.
func lockKeys(ctx context.Context, tx database.Tx) error {
	if tx.Dialect() != database.PostgreSQL {
		return nil
	}
	_, err := tx.SysExec(database.AllShops(ctx), `SELECT pg_advisory_xact_lock(hashtextextended('signing_key', 13))`)
	return err
}

// readKeys reads all keys, oldest first: they are few. Of one that is sealed with another secret the private part is
// missing.
func readKeys(ctx context.Context, q database.Querier, sealer seal.Sealer) ([]Key, error) {
	rows, err := q.SysQuery(database.AllShops(ctx), `SELECT id, kid, public, private, sealed, active_at, retired_at, created_at FROM signing_key ORDER BY active_at, kid`)
	keys, err := database.Scan(rows, err, func(scan func(...any) error) (k Key, err error) {
		var public, kept []byte
		var retired sql.NullTime
		if err := scan(&k.ID, &k.KID, &public, &kept, &k.Sealed, &k.ActiveAt, &retired, &k.CreatedAt); err != nil {
			return k, err
		}
		k.Public, k.RetiredAt = ed25519.PublicKey(public), retired.Time
		seed, err := sealer.Open(k.KID, kept, k.Sealed)
		if errors.Is(err, seal.ErrSealed) {
			return k, nil
		}
		if err == nil && len(seed) != ed25519.SeedSize {
			err = errors.New("a signing key is damaged")
		}
		if err == nil {
			k.private = ed25519.NewKeyFromSeed(seed)
		}
		return k, err
	})
	if keys == nil {
		keys = []Key{}
	}
	return keys, err
}

func insertKey(ctx context.Context, q database.Querier, k sealedKey) error {
	_, err := q.SysExec(database.AllShops(ctx), `INSERT INTO signing_key (id, kid, algorithm, public, private, sealed, active_at, created_at)
		VALUES ($1, $2, 'EdDSA', $3, $4, $5, $6, $7)`, k.ID, k.KID, []byte(k.Public), k.kept, k.Sealed, k.ActiveAt, k.CreatedAt)
	return err
}

// retireKeys settles when the keys before a new one are believed no more. One for which that is settled keeps its end, unless the new one
// comes before it: at once, which is now.
func retireKeys(ctx context.Context, q database.Querier, at, now time.Time) error {
	_, err := q.SysExec(database.AllShops(ctx), `UPDATE signing_key SET retired_at = $1 WHERE retired_at IS NULL OR ($2 AND retired_at > $1)`, at, at.Equal(now))
	return err
}

func deleteKeys(ctx context.Context, q database.Querier, retiredBefore time.Time) (int64, error) {
	return q.SysExec(database.AllShops(ctx), `DELETE FROM signing_key WHERE retired_at < $1`, retiredBefore)
}

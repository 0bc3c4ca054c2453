package order

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// statusKey opens an order for whoever has the link to its status, in a mail for one. It is made from what the order keeps,
// so that it can be told at any time, and does not open the cart.
func statusKey(id uuid.UUID, keyHash []byte) string {
	mac := hmac.New(sha256.New, keyHash)
	_, _ = mac.Write(append([]byte("order status "), id[:]...))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:24])
}

// opens reports whether a key is that of the order's cart, or of its status.
func (r *record) opens(key string) bool { return opens(r.id, r.keyHash, key) }

func opens(id uuid.UUID, keyHash []byte, key string) bool {
	if key == "" || len(keyHash) == 0 {
		return false
	}
	h := sha256.Sum256([]byte(key))
	return subtle.ConstantTimeCompare(h[:], keyHash)|subtle.ConstantTimeCompare([]byte(key), []byte(statusKey(id, keyHash))) == 1
}

// ShopOf finds the shop of an order by the order's id and a key that opens it, for pages that stand at one address for all
// shops. The context needs no shop. Fails with [fault.NotFound].
func (s *Service) ShopOf(ctx context.Context, id gid.ID) (uuid.UUID, error) {
	if id.Type != Type {
		return uuid.Nil, errAbsent
	}
	found, err := s.store.doors(ctx, s.DB, id.UUID)
	if err != nil {
		return uuid.Nil, err
	}
	for _, d := range found {
		if opens(d.order, d.keyHash, id.Key) {
			return d.shop, nil
		}
	}
	return uuid.Nil, errAbsent
}

type door struct {
	shop, order uuid.UUID
	keyHash     []byte
}

// doors reads what tells whether a key opens an order, whatever its shop. Served by the primary key.
func (store) doors(ctx context.Context, q database.Querier, id uuid.UUID) ([]door, error) {
	rows, err := q.SysQuery(database.AllShops(ctx), "SELECT shop_id, id, key_hash FROM orders WHERE id = $1", id)
	return database.Scan(rows, err, func(scan func(...any) error) (d door, err error) { return d, scan(&d.shop, &d.order, &d.keyHash) })
}

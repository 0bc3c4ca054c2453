package cart

import (
	"context"
	"crypto/subtle"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// ShopOf finds the shop of a cart by the cart's id and key, for pages that stand at one address for all shops. The context
// needs no shop. Fails with [fault.NotFound] as [Service.Load] does.
func (s *Service) ShopOf(ctx context.Context, id gid.ID) (uuid.UUID, error) {
	if id.Type != "Cart" || id.Key == "" {
		return uuid.Nil, absent()
	}
	found, err := s.store.door(ctx, s.db, id.UUID)
	if err != nil {
		return uuid.Nil, err
	}
	if len(found) == 0 || subtle.ConstantTimeCompare(hashKey(id.Key), found[0].keyHash) != 1 || !found[0].expires.After(s.clock.Now()) {
		return uuid.Nil, absent()
	}
	return found[0].shop, nil
}

type door struct {
	shop    uuid.UUID
	keyHash []byte
	expires time.Time
}

// door reads what tells whether a key opens a cart, whatever its shop. Served by the primary key.
func (store) door(ctx context.Context, q database.Querier, id uuid.UUID) ([]door, error) {
	rows, err := q.SysQuery(database.AllShops(ctx), "SELECT shop_id, key_hash, expires_at FROM cart WHERE id = $1", id)
	return database.Scan(rows, err, func(scan scan) (d door, err error) { return d, scan(&d.shop, &d.keyHash, &d.expires) })
}

// Page opens a cart and prices it now, with the names and pictures that a page shows beside the prices: [Service.Get] and
// [Service.Snapshot] in one. The snapshot's lines are those of the cart's quote.
func (s *Service) Page(ctx context.Context, id gid.ID) (*Cart, *Snapshot, error) {
	stored, err := s.Load(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	priced, snap, err := s.Snapshot(ctx, stored, s.clock.Now())
	if err != nil {
		return nil, nil, err
	}
	return s.show(id, priced), snap, nil
}

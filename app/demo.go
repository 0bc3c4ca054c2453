package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// WithPictures draws the demo shop's pictures in the background, before anybody asks for them. Without it each is drawn
// when it is first asked for.
func WithPictures() Option { return func(a *App) { a.drawAhead = true } }

// demo prepares the process for the demo shop: fills it in demo mode, where that was not done to its end before, and lets
// its public tokens and its owner in. In any other mode they are locked out, should the database have them.
func (a *App) demo(ctx context.Context) error {
	known, err := a.Shops.ByHandle(ctx, demo.Handle)
	if fault.Is(err, fault.NotFound) && !a.config.Demo {
		return a.lockDemo(ctx)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	a.gallery.Enable(a.config.Demo && a.drawAhead)
	if !a.config.Demo {
		return a.lockDemo(ctx)
	}
	if known != nil {
		filled, err := a.demoFilled(ctx, known.ID.UUID)
		if err != nil {
			return err
		}
		if filled {
			return a.unlockDemo(ctx)
		}
	}
	if err := a.fillDemo(ctx); err != nil {
		return err
	}
	return a.unlockDemo(ctx)
}

func (a *App) fillDemo(ctx context.Context) error {
	begun := a.Clock.Now()
	filled, err := demo.Fill(ctx, demo.Target{
		DB: a.DB, Shops: a.Shops, Catalog: a.Catalog, Content: a.Content, Inventory: a.Inventory, Identity: a.Identity, Staff: a.Staff,
		Discounts: a.Discounts, Delivery: a.Delivery,
	})
	if err != nil {
		return err
	}
	// What the events will say is searched for at once: nobody should meet a shop that finds nothing.
	if err := a.Search.Rebuild(database.WithShop(ctx, filled.ID.UUID)); err != nil {
		return err
	}
	a.Log.InfoContext(ctx, "the demo shop is filled", "took", a.Clock.Now().Sub(begun).Round(time.Millisecond).String())
	return a.markDemoFilled(database.WithShop(ctx, filled.ID.UUID))
}

// demoSeries is the running number that says that the demo shop was filled to its end.
const demoSeries = "demo"

func (a *App) demoFilled(ctx context.Context, shop uuid.UUID) (bool, error) {
	rows, err := a.DB.Query(database.WithShop(ctx, shop), "SELECT value FROM shop_counter WHERE shop_id = $1 AND series = $2", demoSeries)
	values, err := database.Scan(rows, err, func(scan func(...any) error) (n int64, err error) { return n, scan(&n) })
	return len(values) > 0, err
}

func (a *App) markDemoFilled(ctx context.Context) error {
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	return a.DB.InTx(ctx, func(tx database.Tx) error {
		return tx.Ent().ShopCounter.Create().SetShopID(shop).SetSeries(demoSeries).SetValue(1).Exec(ctx)
	})
}

// lockDemo ends what everybody knows: the demo's tokens, and its owner while the password is the known one.
func (a *App) lockDemo(ctx context.Context) error {
	owner, err := a.demoOwner(ctx, true)
	if err != nil {
		return err
	}
	now := a.Clock.Now()
	changed := int64(0)
	err = a.DB.InTx(ctx, func(tx database.Tx) error {
		changed = 0
		for _, token := range []string{demo.Token, demo.PrivateToken} {
			n, err := tx.SysExec(database.AllShops(ctx), "UPDATE storefront_token SET revoked_at = $2 WHERE token_hash = $1 AND revoked_at IS NULL", identity.Digest(token), now)
			if err != nil {
				return err
			}
			changed += n
		}
		return a.setDemoOwner(ctx, tx, owner, false)
	})
	if err == nil && changed > 0 {
		a.Log.WarnContext(ctx, "the demo shop's tokens and owner are locked: they work under `rialto dev` only")
	}
	return err
}

// unlockDemo undoes lockDemo.
func (a *App) unlockDemo(ctx context.Context) error {
	owner, err := a.demoOwner(ctx, false)
	if err != nil {
		return err
	}
	return a.DB.InTx(ctx, func(tx database.Tx) error {
		for _, token := range []string{demo.Token, demo.PrivateToken} {
			_, err := tx.SysExec(database.AllShops(ctx), "UPDATE storefront_token SET revoked_at = NULL WHERE token_hash = $1 AND revoked_at IS NOT NULL", identity.Digest(token))
			if err != nil {
				return err
			}
		}
		return a.setDemoOwner(ctx, tx, owner, true)
	})
}

// demoOwner finds the account of the demo's owner in a state, and only while it has the known password: an account of
// somebody who chose that address and another password is theirs.
func (a *App) demoOwner(ctx context.Context, active bool) ([]uuid.UUID, error) {
	type account struct {
		id   uuid.UUID
		hash string
	}
	rows, err := a.DB.SysQuery(database.AllShops(ctx), "SELECT id, password_hash FROM staff_member WHERE email = $1 AND active = $2", demo.OwnerEmail, active)
	found, err := database.Scan(rows, err, func(scan func(...any) error) (o account, err error) { return o, scan(&o.id, &o.hash) })
	if err != nil || len(found) == 0 {
		return nil, err
	}
	known, _, err := a.Identity.Passwords().Verify(ctx, found[0].hash, demo.OwnerPassword)
	if err != nil || !known {
		return nil, err
	}
	return []uuid.UUID{found[0].id}, nil
}

func (a *App) setDemoOwner(ctx context.Context, tx database.Tx, owner []uuid.UUID, active bool) error {
	for _, id := range owner {
		if _, err := tx.SysExec(database.AllShops(ctx), "UPDATE staff_member SET active = $2, updated_at = $3 WHERE id = $1", id, active, a.Clock.Now()); err != nil {
			return err
		}
		a.Identity.ForgetTx(tx)
	}
	return nil
}

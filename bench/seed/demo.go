package seed

import (
	"context"

	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/commerce/delivery"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/search"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/database"
)

// open makes the demo shop through the services. They have nobody to tell: what events would bring about, search documents,
// is made in the end.
func (f *filling) open(ctx context.Context) error {
	t := f.services()
	made, err := demo.Fill(ctx, t)
	if err != nil {
		return err
	}
	f.ID = made.ID.UUID
	ctx = database.WithShop(ctx, f.ID)
	if f.Locations, err = f.locations(ctx); err != nil {
		return err
	}
	f.rates = []rate{{made.Currency, "1"}}
	markets, err := t.Shops.Markets(ctx)
	if err != nil {
		return err
	}
	for _, m := range markets {
		if !f.has(m) {
			f.rates = append(f.rates, rate{m.Currency, m.Rate})
		}
	}
	return nil
}

func (f *filling) has(m *shop.Market) bool {
	for _, r := range f.rates {
		if r.currency == m.Currency {
			return true
		}
	}
	return false
}

func (f *filling) services() demo.Target {
	shops := shop.New(shop.Config{DB: f.db})
	keys := identity.New(identity.Config{DB: f.db})
	stock := inventory.New(inventory.Config{DB: f.db})
	return demo.Target{
		DB: f.db, Shops: shops, Identity: keys, Inventory: stock, Staff: staff.New(staff.Config{DB: f.db, Identity: keys}),
		Catalog: catalog.New(catalog.Config{DB: f.db, Shops: shops, Stock: stock}), Content: content.New(content.Config{DB: f.db}),
		Discounts: discount.New(discount.Config{DB: f.db}), Delivery: delivery.New(delivery.Config{DB: f.db}),
	}
}

// fillAccess makes what opens the shop, and marks the demo shop as filled.
func (f *filling) fillAccess(ctx context.Context) error {
	ctx = access.With(ctx, access.Actor{Kind: access.System, Shop: f.ID})
	t := f.services()
	if _, err := t.Identity.CreateStorefront(ctx, identity.StorefrontInput{Kind: identity.Public, Title: "Bench", Token: Token}); err != nil {
		return err
	}
	if _, err := t.Staff.EnsureOwner(ctx, OwnerEmail, "Bench Owner", OwnerPassword); err != nil {
		return err
	}
	return f.markDemo(ctx)
}

// fillWords has search write what it keeps of everything.
func (f *filling) fillWords(ctx context.Context) error {
	return search.New(search.Config{DB: f.db}).Rebuild(ctx)
}

package demo

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/commerce/delivery"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// Handle of the demo shop: by it a deployment is known to have one.
const Handle = "rialto-demo"

// What opens the demo shop. All of it is public knowledge and works only while Rialto runs as a demo.
const (
	Token         = "rialto-demo-storefront" //nolint:gosec // of the storefront; public on purpose
	PrivateToken  = "rialto-demo-private"    //nolint:gosec // of a server; public on purpose
	OwnerEmail    = "owner@rialto.test"
	OwnerPassword = "rialto-demo-owner" //nolint:gosec // public on purpose
)

// Target is where the demo shop is to stand: the services of a deployment.
type Target struct {
	DB        *database.DB
	Shops     *shop.Service
	Catalog   *catalog.Service
	Content   *content.Service
	Inventory *inventory.Service
	Identity  *identity.Service
	Staff     *staff.Service
	Discounts *discount.Service
	Delivery  *delivery.Service
}

// filling is one go at filling a shop.
type filling struct {
	Target
	*All
	shop        *shop.Shop
	locations   []uuid.UUID // as Shop.Locations
	products    map[string]uuid.UUID
	collections map[string]uuid.UUID
	pages       map[string]uuid.UUID
}

// Fill makes the demo shop. Every step leaves alone what is there already, so that a filling that was broken off is
// completed by the next one. Events are appended for everything that is made; nobody need listen yet.
func Fill(ctx context.Context, t Target) (*shop.Shop, error) {
	all, err := Load()
	if err != nil {
		return nil, err
	}
	f := &filling{Target: t, All: all, products: map[string]uuid.UUID{}, collections: map[string]uuid.UUID{}, pages: map[string]uuid.UUID{}}
	ctx = access.With(ctx, access.Actor{Kind: access.System})
	if err := f.putShop(ctx); err != nil {
		return nil, fmt.Errorf("demo shop: %w", err)
	}
	ctx = database.WithShop(ctx, f.shop.ID.UUID)
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"locations", f.putLocations}, {"delivery", f.putDelivery}, {"collections by rules", f.putRuled},
		{"products", f.putProducts}, {"collections", f.putManual}, {"pages", f.putPages}, {"menus", f.putMenus},
		{"discounts", f.putDiscounts}, {"gift cards", f.putGiftCards}, {"access", f.putAccess},
	} {
		if err := step.run(ctx); err != nil {
			return nil, fmt.Errorf("demo shop: %s: %w", step.name, err)
		}
	}
	return f.shop, nil
}

// putShop makes the shop with its markets, unless it is there.
func (f *filling) putShop(ctx context.Context) error {
	s := &f.Shop
	known, err := f.Shops.ByHandle(ctx, s.Handle)
	if !fault.Is(err, fault.NotFound) {
		f.shop = known
		return err
	}
	in := shop.Shop{
		Handle: s.Handle, Name: s.Name, Description: &s.Description, Email: s.Email, Currency: money.Currency(s.Currency),
		Country: s.Country, Language: s.Language, MoneyFormat: "${{amount}}", Domain: s.Domain,
		BrandData: shop.BrandData{
			Slogan: s.Brand.Slogan, ShortDescription: s.Brand.ShortDescription,
			Primary:   []shop.ColorGroup{{Background: &s.Brand.PrimaryColor, Foreground: &s.Brand.PrimaryForeground}},
			Secondary: []shop.ColorGroup{{Background: &s.Brand.SecondaryColor, Foreground: &s.Brand.SecondaryForeground}},
		},
	}
	for _, p := range s.Policies {
		in.Policies = append(in.Policies, shop.Policy{Kind: p.Kind, Handle: policyHandle(p.Kind), Title: p.Title, Body: p.BodyHTML})
	}
	var markets []shop.Market
	for _, m := range s.Markets {
		markets = append(markets, shop.Market{
			Handle: m.Handle, Name: m.Name, Countries: m.Countries, Languages: m.Languages, Currency: money.Currency(m.Currency),
			TaxIncluded: m.TaxIncluded, Rate: m.ConversionRate,
		})
	}
	f.shop, err = f.Shops.Create(ctx, in, markets)
	return err
}

// policyHandle is the last part of a policy's address.
func policyHandle(kind string) string {
	if kind == "terms" {
		return "terms-of-service"
	}
	return kind + "-policy"
}

func (f *filling) putLocations(ctx context.Context) error {
	for _, l := range f.Shop.Locations {
		saved, err := f.Inventory.SaveLocation(ctx, inventory.Location{Handle: l.Handle, Name: l.Name, Priority: l.Priority, Active: true, FulfillsOnline: true})
		if err != nil {
			return err
		}
		f.locations = append(f.locations, saved.ID.UUID)
	}
	return nil
}

// putAccess makes what opens the shop.
func (f *filling) putAccess(ctx context.Context) error {
	for _, t := range []identity.StorefrontInput{
		{Kind: identity.Public, Title: "Demo storefront", Token: Token},
		{Kind: identity.Private, Title: "Demo server", Token: PrivateToken},
	} {
		if _, err := f.Identity.CreateStorefront(ctx, t); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	_, err := f.Staff.EnsureOwner(ctx, OwnerEmail, "Demo Owner", OwnerPassword)
	return err
}

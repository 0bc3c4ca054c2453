package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
)

type shopCmd struct {
	Create shopCreateCmd `cmd:"" help:"Open a shop: one market, one location, an owner and a storefront token."`
}

type shopCreateCmd struct {
	Handle   string `arg:"" help:"Short name in small letters, such as my-shop."`
	Name     string `required:"" help:"Name that shoppers see."`
	Currency string `default:"USD" help:"ISO 4217 code."`
	Country  string `default:"US" help:"ISO 3166-1 code of the shop and its first market."`
	Owner    string `required:"" help:"E-mail of the owner."`
}

// Run opens the shop in the process that owns the data folder, or in this one.
func (c *shopCreateCmd) Run(r *run) error {
	args, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return app.Do(r, r.config, verbs, "shop create", []string{string(args)}, nil, r.out)
}

// createShop is the verb behind `rialto shop create`. The secrets that it prints are shown this once.
func createShop(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	var c shopCreateCmd
	if len(args) != 1 || json.Unmarshal([]byte(args[0]), &c) != nil {
		return errors.New("shop create: arguments cannot be read")
	}
	currency, err := money.ParseCurrency(strings.ToUpper(c.Currency))
	if err != nil {
		return fmt.Errorf("%q is no currency: give an ISO 4217 code such as EUR", c.Currency)
	}
	country := strings.ToUpper(c.Country)
	s, err := a.Shops.Create(ctx, shop.Shop{
		Handle: c.Handle, Name: c.Name, Email: c.Owner, Currency: currency, Country: country, Language: "EN", MoneyFormat: "{{amount}} " + string(currency),
	}, []shop.Market{{Handle: strings.ToLower(country), Name: country, Countries: []string{country}, Languages: []string{"EN"}, Currency: currency, Rate: "1"}})
	if database.IsUnique(err) {
		return fmt.Errorf("there is a shop %q already", c.Handle)
	}
	if err != nil {
		return err
	}
	ctx = access.With(database.WithShop(ctx, s.ID.UUID), access.Actor{Kind: access.System, Shop: s.ID.UUID})
	if _, err := a.Inventory.SaveLocation(ctx, inventory.Location{Handle: "main", Name: "Main", Active: true, FulfillsOnline: true}); err != nil {
		return err
	}
	password := rand.Text()
	if _, err := a.Staff.EnsureOwner(ctx, c.Owner, "Owner", password); err != nil {
		return err
	}
	public, err := a.Identity.CreateStorefront(ctx, identity.StorefrontInput{Kind: identity.Public, Title: "storefront"})
	if err != nil {
		return err
	}
	private, err := a.Identity.CreateStorefront(ctx, identity.StorefrontInput{Kind: identity.Private, Title: "storefront server"})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "shop           %s\npublic token   %s\nprivate token  %s\nowner          %s\npassword       %s\n", s.ID, public.Token, private.Token, c.Owner, password)
	return err
}

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
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

type shopCmd struct {
	Create shopCreateCmd `cmd:"" help:"Open a shop: one market, one location, one way to deliver, an owner and storefront tokens."`
	Admit  shopAdmitCmd  `cmd:"" help:"Give somebody who has an account through another shop a role in this one."`
}

type shopAdmitCmd struct {
	Handle string `arg:"" help:"Handle of the shop."`
	Email  string `arg:"" help:"E-mail of an account that is there already, through another shop."`
	Role   string `default:"read_only" help:"Role that the account gets in the shop."`
}

// Run gives the role in the process that owns the data folder, or in this one.
func (c *shopAdmitCmd) Run(r *run) error {
	return app.Do(r, r.config, verbs, "shop admit", []string{c.Handle, c.Email, c.Role}, nil, r.out)
}

// admitStaff is the verb behind `rialto shop admit`.
func admitStaff(ctx context.Context, a *app.App, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 3 {
		return errors.New("shop admit: arguments cannot be read")
	}
	s, err := a.Shops.ByHandle(ctx, args[0])
	if err != nil {
		return err
	}
	m, err := a.Staff.Admit(database.WithShop(ctx, s.ID.UUID), args[1], args[2])
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s is of the staff of %s: %s\n", m.Email, s.Handle, strings.Join(m.Roles, ", "))
	return err
}

type shopCreateCmd struct {
	Handle   string `arg:"" help:"Short name in small letters, such as my-shop."`
	Name     string `required:"" help:"Name that shoppers see."`
	Currency string `default:"USD" help:"ISO 4217 code."`
	Country  string `default:"US" help:"ISO 3166-1 code of the shop and its first market."`
	Owner    string `required:"" help:"E-mail of the owner."`
	Existing bool   `name:"existing-owner" help:"The owner has an account already, which keeps its password."`
	Delivery string `default:"0" help:"What delivery within the country costs, in the shop's currency, such as 4.90."`
}

// check reads the arguments, so that nothing is made of a shop that cannot be made whole.
func (c *shopCreateCmd) check() (in shop.Shop, delivery money.Money, err error) {
	currency, err := money.ParseCurrency(strings.ToUpper(c.Currency))
	if err != nil {
		return in, delivery, fmt.Errorf("%q is no currency: give an ISO 4217 code such as EUR", c.Currency)
	}
	country := strings.ToUpper(c.Country)
	email, flaw := identity.NormalizeEmail(c.Owner)
	switch {
	case !fault.IsHandle(c.Handle, 63):
		err = fmt.Errorf("%q is no handle: it has small letters, digits and dashes between them, at most 63", c.Handle)
	case strings.TrimSpace(c.Name) == "" || len(c.Name) > 255:
		err = errors.New("the name has 1 to 255 characters")
	case customer.CountryName(country) == "":
		err = fmt.Errorf("%q is no country: give an ISO 3166-1 code such as DE", c.Country)
	case flaw != identity.EmailOK:
		err = fmt.Errorf("%q is no e-mail address", c.Owner)
	}
	if err != nil {
		return in, delivery, err
	}
	if delivery, err = money.Parse(c.Delivery, currency); err != nil || delivery.Amount < 0 {
		return in, delivery, fmt.Errorf("%q is no price of delivery: give an amount in %s such as 4.90", c.Delivery, currency)
	}
	return shop.Shop{
		Handle: c.Handle, Name: strings.TrimSpace(c.Name), Email: email, Currency: currency, Country: country, Language: "EN",
		MoneyFormat: "{{amount}} " + string(currency),
	}, delivery, nil
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
	in, price, err := c.check()
	if err != nil {
		return err
	}
	known, err := a.Staff.Known(ctx, in.Email)
	if err != nil {
		return err
	}
	if known != c.Existing {
		if known {
			return fmt.Errorf("%s has an account already, with a password of its own: make sure whose it is, and add --existing-owner", in.Email)
		}
		return fmt.Errorf("%s has no account: leave --existing-owner out", in.Email)
	}
	country := in.Country
	s, err := a.Shops.Create(ctx, in, []shop.Market{{
		Handle: strings.ToLower(country), Name: customer.CountryName(country), Countries: []string{country}, Languages: []string{"EN"}, Currency: in.Currency, Rate: "1",
	}})
	if database.IsUnique(err) {
		return fmt.Errorf("there is a shop %q already", c.Handle)
	}
	if err != nil {
		return err
	}
	ctx = asRialto(ctx, s.ID)
	if _, err := a.Inventory.SaveLocation(ctx, inventory.Location{Handle: "main", Name: "Main", Active: true, FulfillsOnline: true}); err != nil {
		return err
	}
	zone := shipping.Zone{Name: customer.CountryName(country), Countries: []string{country}, Rates: []shipping.Rate{{Handle: "standard", Title: "Standard", Price: price}}}
	if err := a.Delivery.PutZones(ctx, []shipping.Zone{zone}); err != nil {
		return err
	}
	password := rand.Text()
	if _, err := a.Staff.EnsureOwner(ctx, in.Email, "Owner", password); err != nil {
		return err
	}
	if known {
		password = "(as before)"
	}
	public, err := a.Identity.CreateStorefront(ctx, identity.StorefrontInput{Kind: identity.Public, Title: "storefront"})
	if err != nil {
		return err
	}
	private, err := a.Identity.CreateStorefront(ctx, identity.StorefrontInput{Kind: identity.Private, Title: "storefront server"})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "shop           %s\npublic token   %s\nprivate token  %s\nowner          %s\npassword       %s\n", s.ID, public.Token, private.Token, in.Email, password)
	return err
}

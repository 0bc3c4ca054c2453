package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// actorOf finds who is named on the command line, as the door would let them in now.
func actorOf(ctx context.Context, a *app.App, shop uuid.UUID, who string) (access.Actor, error) {
	kind, name, _ := strings.Cut(who, ":")
	actor := access.Actor{Kind: access.Kind(kind), Shop: shop, ID: shop}
	switch kind {
	case "nobody":
		return access.Actor{Shop: shop}, nil
	case "storefront":
		return actor, nil
	case "staff":
		return staffNamed(ctx, a, actor, name)
	case "role":
		actor.Kind, actor.Roles, actor.Scopes = access.Staff, []string{name}, access.ScopesOf(name)
		return roleNamed(ctx, a, actor, name)
	case "customer":
		page, err := a.Customers.List(ctx, "email:"+name, keyset.Args{}, "")
		if err != nil {
			return actor, err
		}
		for _, c := range page.Items {
			if c.Email != nil && strings.EqualFold(*c.Email, name) {
				actor.ID = c.ID.UUID
				return actor, nil
			}
		}
	case "app":
		return appNamed(ctx, a, actor, name)
	default:
		return actor, fmt.Errorf("%q is no actor: write staff:EMAIL, customer:EMAIL, app:ID, role:HANDLE, storefront or nobody", who)
	}
	return actor, fmt.Errorf("the shop has no %s %q", kind, name)
}

func staffNamed(ctx context.Context, a *app.App, actor access.Actor, email string) (access.Actor, error) {
	page, err := a.Staff.List(ctx, email, keyset.Args{})
	if err != nil {
		return actor, err
	}
	for _, m := range page.Items {
		if strings.EqualFold(m.Email, email) && m.Active {
			actor.ID, actor.Roles, actor.Scopes = m.ID.UUID, m.Roles, access.NewScopes(m.AccessScopes...)
			return actor, nil
		}
	}
	return actor, fmt.Errorf("nobody with the email %q works for the shop", email)
}

func roleNamed(ctx context.Context, a *app.App, actor access.Actor, handle string) (access.Actor, error) {
	page, err := a.Staff.Roles(ctx, keyset.Args{First: new(250)})
	if err != nil {
		return actor, err
	}
	for _, r := range page.Items {
		if r.Handle == handle {
			actor.Scopes = access.NewScopes(r.AccessScopes...)
			return actor, nil
		}
	}
	return actor, fmt.Errorf("the shop has no role %q", handle)
}

func appNamed(ctx context.Context, a *app.App, actor access.Actor, id string) (access.Actor, error) {
	plain, err := uuid.Parse(strings.TrimPrefix(id, "gid://rialto/App/"))
	if err != nil {
		return actor, fmt.Errorf("%q is no id of an app", id)
	}
	found, err := a.Apps.ByIDs(ctx, []uuid.UUID{plain})
	if err != nil {
		return actor, err
	}
	if found[plain] == nil || found[plain].RevokedAt != nil {
		return actor, fmt.Errorf("the shop has no app %q", id)
	}
	actor.ID, actor.Scopes = plain, access.NewScopes(found[plain].AccessScopes...)
	for _, l := range found[plain].LocationIDs {
		actor.Locations = append(actor.Locations, l.UUID)
	}
	return actor, nil
}

// resourceOf reads what an action is about, with the facts that policies know of it.
func resourceOf(ctx context.Context, a *app.App, c accessExplainCmd, action policy.Action) (policy.Resource, error) {
	id, err := gid.Parse(c.Resource)
	if err != nil {
		return nil, err
	}
	needs := map[string]string{"order": order.Type, "address": "MailingAddress", "location": "Location", "product": "Product"}
	about, _, _ := strings.Cut(string(action), ":")
	if needs[about] != id.Type {
		return nil, fmt.Errorf("%s is about gid://rialto/%s/…, not about gid://rialto/%s/…", action, needs[about], id.Type)
	}
	absent := fmt.Errorf("the shop has no %s", c.Resource)
	switch id.Type {
	case order.Type:
		found, err := a.Orders.Known(ctx, []uuid.UUID{id.UUID})
		if err != nil || found[id.UUID] == nil {
			return nil, orElse(err, absent)
		}
		return orderFacts(found[id.UUID], c, action)
	case "MailingAddress":
		found, err := a.Customers.AddressesByIDs(ctx, []uuid.UUID{id.UUID})
		if err != nil || found[id.UUID] == nil {
			return nil, orElse(err, absent)
		}
		return policy.Address{ID: id.UUID, Customer: found[id.UUID].CustomerID}, nil
	case "Location":
		all, err := a.Inventory.Locations(ctx)
		if err != nil || !slices.ContainsFunc(all, func(l inventory.Location) bool { return l.ID.UUID == id.UUID }) {
			return nil, orElse(err, absent)
		}
		return policy.Location{ID: id.UUID}, nil
	default:
		found, err := a.Catalog.Products(ctx, []uuid.UUID{id.UUID})
		if err != nil || found[id.UUID] == nil {
			return nil, orElse(err, absent)
		}
		return productFacts(ctx, a, found[id.UUID])
	}
}

func orElse(err, absent error) error {
	if err != nil {
		return err
	}
	return absent
}

func orderFacts(o *order.Order, c accessExplainCmd, action policy.Action) (policy.Resource, error) {
	if action != policy.OrderRefund {
		return policy.Order{ID: o.ID.UUID, Customer: o.CustomerID, Key: c.Key}, nil
	}
	r := policy.Refund{OrderID: o.ID.UUID, Customer: o.CustomerID, Currency: string(o.CurrencyCode), Refunded: o.TotalRefunded.Amount}
	r.Amount = o.TotalReceived.Amount - o.TotalRefunded.Amount
	if c.Amount != "" {
		m, err := money.Parse(c.Amount, o.CurrencyCode)
		if err != nil {
			return nil, err
		}
		r.Amount = m.Amount
	}
	return r, nil
}

// productFacts asks as a storefront whether the product's day has come: a product that is active shows it by being there.
// One that is not active is hidden whatever the day, and counts as not published.
func productFacts(ctx context.Context, a *app.App, p *catalog.Product) (policy.Resource, error) {
	shopper := access.Actor{Kind: access.Storefront, Shop: access.From(ctx).Shop}
	seen, err := a.Catalog.Products(access.With(ctx, shopper), []uuid.UUID{p.ID.UUID})
	return policy.Product{ID: p.ID.UUID, Status: strings.ToLower(p.Status), Published: seen[p.ID.UUID] != nil}, err
}

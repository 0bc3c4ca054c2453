package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// enter gives a context in which Rialto itself acts in the shop with a handle, or in the only one where no handle is given.
func enter(ctx context.Context, a *app.App, handle string) (context.Context, *shop.Shop, error) {
	s, err := shopOf(ctx, a, handle)
	if err != nil {
		return nil, nil, err
	}
	return asRialto(ctx, s.ID), s, nil
}

// asRialto gives a context in which Rialto itself acts in a shop.
func asRialto(ctx context.Context, shop gid.ID) context.Context {
	return access.With(database.WithShop(ctx, shop.UUID), access.Actor{Kind: access.System, Shop: shop.UUID})
}

func shopOf(ctx context.Context, a *app.App, handle string) (*shop.Shop, error) {
	if handle != "" {
		return a.Shops.ByHandle(ctx, handle)
	}
	ids, err := a.Shops.List(ctx)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, errors.New("there is no shop: `rialto dev` makes a demo shop")
	}
	var last *shop.Shop
	var handles []string
	for _, id := range ids[:min(len(ids), 20)] {
		if last, err = a.Shops.Current(database.WithShop(ctx, id)); err != nil {
			return nil, err
		}
		handles = append(handles, last.Handle)
	}
	if len(ids) > 1 {
		return nil, fmt.Errorf("there are %d shops: choose one by --shop=HANDLE (%s)", len(ids), strings.Join(handles, ", "))
	}
	return last, nil
}

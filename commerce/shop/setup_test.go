package shop_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// bundle is a shop with three markets, seen by its owner, and what writes told.
type bundle struct {
	ctx   context.Context
	s     *shop.Service
	clock *clock.Manual
	told  []string
}

func setup(t *testing.T, db *database.DB) *bundle {
	t.Helper()
	b := &bundle{clock: clock.NewManual(start)}
	b.s = shop.New(shop.Config{DB: db, Events: b, Audit: b, Clock: b.clock})
	b.ctx = b.open(t)
	return b
}

// open makes a shop and gives its owner's context.
func (b *bundle) open(t *testing.T) context.Context {
	t.Helper()
	made, err := b.s.Create(t.Context(), shop.Shop{Handle: "s-" + uuid.NewString(), Name: "Test", Email: "o@shop.test", Currency: "USD", Country: "US", Language: "EN"}, []shop.Market{
		{Handle: "us", Name: "United States", Countries: []string{"US"}, Languages: []string{"EN"}, Currency: "USD", Rate: "1"},
		{Handle: "eu", Name: "Europe", Countries: []string{"DE", "FR"}, Languages: []string{"EN", "DE"}, Currency: "EUR", Rate: "0.9", TaxIncluded: true},
		{Handle: "jp", Name: "Japan", Countries: []string{"JP"}, Languages: []string{"JA"}, Currency: "JPY", Rate: "150"},
	})
	if err != nil {
		t.Fatal(err)
	}
	id := made.ID.UUID
	return access.With(database.WithShop(t.Context(), id), access.Actor{Kind: access.Staff, Shop: id, ID: uuid.New(), Scopes: access.ScopesOf(access.Owner)})
}

func (b *bundle) AppendTx(_ context.Context, _ database.Tx, subject string, _ any) error {
	b.told = append(b.told, subject)
	return nil
}

func (b *bundle) Audit(_ context.Context, _ database.Tx, action, _ string, _ any) error {
	b.told = append(b.told, action)
	return nil
}

func (b *bundle) take() string {
	told := strings.Join(b.told, " ")
	b.told = nil
	return told
}

func (b *bundle) market(t *testing.T, handle string) *shop.Market {
	t.Helper()
	all, err := b.s.AllMarkets(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Handle == handle {
			return m
		}
	}
	t.Fatalf("no market %q", handle)
	return nil
}

func of[T any](v T) *T { return &v }

// refused checks that a verb came to these problems, each a code and a path.
func refused(t *testing.T, problems fault.Problems, err error, want ...string) {
	t.Helper()
	var got []string
	for _, p := range problems {
		got = append(got, p.Code+" "+strings.Join(p.Field, "."))
	}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v %v, want %v", got, err, want)
	}
}

package app_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

// running runs an app on a configuration for as long as the function does.
func running(t *testing.T, c app.Config, f func(ctx context.Context, a *app.App)) {
	t.Helper()
	a, err := app.New(t.Context(), c, app.WithLog(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 15*time.Second)
		defer cancel()
		if err := errors.Join(a.Stop(stop), a.Close()); err != nil {
			t.Error(err)
		}
	}()
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := a.Shops.ByHandle(t.Context(), demo.Handle)
	if err != nil {
		t.Fatal(err)
	}
	f(access.With(database.WithShop(t.Context(), s.ID.UUID), access.Actor{Kind: access.System}), a)
}

// eachStorage runs a test on SQLite and on PostgreSQL. It gives the configuration in demo mode and out of it.
func eachStorage(t *testing.T, test func(t *testing.T, demo, plain app.Config)) {
	t.Helper()
	for name, url := range map[string]func(t *testing.T) string{
		"sqlite":   func(*testing.T) string { return "" },
		"postgres": func(t *testing.T) string { return databasetest.PostgreSQLURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plain := app.Config{Addr: "127.0.0.1:0", AdminAddr: "127.0.0.1:0", DataDir: filepath.Join(t.TempDir(), "data"), DatabaseURL: url(t)}
			filled := plain
			filled.Demo = true
			test(t, filled, plain)
		})
	}
}

// open tells what of the demo's public secrets works.
type open struct{ Public, Private, Owner, Session bool }

func opened(t *testing.T, ctx context.Context, a *app.App, session string) (o open) {
	t.Helper()
	works := func(_ access.Actor, err error) bool {
		if err != nil && !fault.Is(err, fault.Unauthenticated) {
			t.Fatal(err)
		}
		return err == nil
	}
	o.Public = works(a.Identity.LookupStorefront(ctx, demo.Token))
	o.Private = works(a.Identity.LookupStorefront(ctx, demo.PrivateToken))
	o.Session = works(a.Identity.Lookup(ctx, session))
	token, problems, err := a.Staff.SignIn(ctx, demo.OwnerEmail, demo.OwnerPassword)
	if err != nil {
		t.Fatal(err)
	}
	if o.Owner = token != nil; !o.Owner && problems[0].Code != staff.CodeDisabled {
		t.Errorf("the owner is refused by %s", problems[0].Code)
	}
	return o
}

func TestWhatOpensTheDemoWorksInDemoModeOnly(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, filled, plain app.Config) {
		session := ""
		running(t, filled, func(ctx context.Context, a *app.App) {
			token, _, err := a.Staff.SignIn(ctx, demo.OwnerEmail, demo.OwnerPassword)
			if err != nil || token == nil {
				t.Fatalf("%v", err)
			}
			session = token.AccessToken
			if got, want := opened(t, ctx, a, session), (open{true, true, true, true}); got != want {
				t.Errorf("in demo mode: %+v", got)
			}
		})
		running(t, plain, func(ctx context.Context, a *app.App) {
			if got, want := opened(t, ctx, a, session), (open{}); got != want {
				t.Errorf("out of demo mode: %+v", got)
			}
		})
		running(t, filled, func(ctx context.Context, a *app.App) {
			if got := opened(t, ctx, a, session); !got.Public || !got.Private || !got.Owner {
				t.Errorf("in demo mode again: %+v", got)
			}
		})
	})
}

func TestAnOwnerWithAnotherPasswordIsLeftAlone(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, filled, plain app.Config) {
		const own = "not what everybody knows"
		running(t, filled, func(ctx context.Context, a *app.App) {
			hash, err := a.Identity.Passwords().Hash(ctx, own)
			if err != nil {
				t.Fatal(err)
			}
			err = a.DB.InTx(ctx, func(tx database.Tx) error {
				_, err := tx.SysExec(database.AllShops(ctx), "UPDATE staff_member SET password_hash = $2 WHERE email = $1", demo.OwnerEmail, hash)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
		running(t, plain, func(ctx context.Context, a *app.App) {
			token, problems, err := a.Staff.SignIn(ctx, demo.OwnerEmail, own)
			if err != nil || token == nil {
				t.Errorf("locked out: %v, %v", problems, err)
			}
		})
	})
}

func TestAFilledShopIsNotFilledAgain(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, filled, _ app.Config) {
		var gone uuid.UUID
		running(t, filled, func(ctx context.Context, a *app.App) {
			p, err := a.Catalog.ProductByHandle(ctx, catalog.Whole, "three-leg-stool")
			if err != nil {
				t.Fatal(err)
			}
			gone = p.ID.UUID
			if problems, err := a.Catalog.DeleteProduct(ctx, gone); err != nil || len(problems) > 0 {
				t.Fatal(problems, err)
			}
		})
		running(t, filled, func(ctx context.Context, a *app.App) {
			if _, err := a.Catalog.ProductByHandle(ctx, catalog.Whole, "three-leg-stool"); !fault.Is(err, fault.NotFound) {
				t.Errorf("what the shopkeeper deleted is back: %v", err)
			}
		})
	})
}

package app

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/app/hosted"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/runner"
	"github.com/rialtohq/rialto/server"
	"github.com/rialtohq/rialto/web/checkout"
	"github.com/rialtohq/rialto/web/explorer"
	"github.com/rialtohq/rialto/web/files"
	"github.com/rialtohq/rialto/web/oauth"
	"github.com/rialtohq/rialto/web/signin"
	"github.com/rialtohq/rialto/web/upload"
)

// pages makes what people see in a browser: the playground, the pictures of shops, and the hosted checkout.
func (a *App) pages(address string) (server.Handlers, error) {
	var err error
	// Pictures made smaller can always be made again: they stand apart from the files of shops.
	a.pictures, err = files.New(files.Config{Originals: a.gallery, CacheDir: filepath.Join(a.config.DataDir, "cache", "pictures"), Clock: a.Clock, Log: a.Log})
	if err != nil {
		return server.Handlers{}, err
	}
	sweep := runner.NewLoop("made pictures", time.Hour, a.pictures.Sweep)
	sweep.Log = a.Log
	a.quiet.Add("made pictures", sweep)
	playground := explorer.Config{Endpoint: "/graphql", Public: !a.config.Demo}
	if a.config.Demo {
		playground.Token = demo.Token
	}
	return server.Handlers{
		Playground: explorer.New(playground),
		Files:      a.pictures,
		Uploads:    upload.New(upload.Config{Uploads: a.Uploads, Log: a.Log}),
		Checkout: checkout.New(checkout.Config{
			Shop: hosted.New(hosted.Config{
				Shops: a.Shops, Carts: a.Carts, Checkout: a.Checkout, Orders: a.Orders, Stock: a.Inventory, Delivery: a.Delivery, FilesURL: address + "/files", Wait: a.wait,
			}),
			Log: a.Log,
		}),
		OAuth:  oauth.New(oauth.Config{Provider: a.OAuth, ShopName: a.shopName, Log: a.Log}),
		SignIn: signin.New(signin.Config{Providers: a.SignIn, Secure: strings.HasPrefix(address, "https://"), Log: a.Log}),
		Home:   http.HandlerFunc(a.home),
	}, nil
}

// shopName is the name of a shop that people see.
func (a *App) shopName(ctx context.Context, id uuid.UUID) (string, error) {
	s, err := a.Shops.Current(database.WithShop(ctx, id))
	if err != nil {
		return "", err
	}
	return s.Name, nil
}

// home sends people who open the address in a browser to the playground.
func (a *App) home(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/playground", http.StatusFound)
}

// closeFiles lets go of the files of shops and of the pictures made of them.
func (a *App) closeFiles() error {
	var errs []error
	if a.pictures != nil {
		errs = append(errs, a.pictures.Close())
	}
	if a.files != nil {
		errs = append(errs, a.files.Close())
	}
	return errors.Join(errs...)
}

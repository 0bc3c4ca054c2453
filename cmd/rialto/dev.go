package main

import (
	"errors"
	"fmt"
	"net"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/app/demo"
)

type devCmd struct{}

// Run serves the demo shop on loopback until the process is told to end, and says where to look.
func (c *devCmd) Run(r *run) error {
	host, _, err := net.SplitHostPort(r.config.Addr)
	if err != nil {
		return fmt.Errorf("RIALTO_ADDR: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("the demo shop has a public token and a known password, so it listens on this machine only: set RIALTO_ADDR to 127.0.0.1:PORT, or use `rialto serve`")
	}
	r.config.Demo = true
	a, err := app.New(r, r.config, app.AsProcess(r.version), app.WithVerbs(verbs), app.WithPictures())
	if errors.Is(err, app.ErrOwned) {
		return fmt.Errorf("%w: it runs already, or set RIALTO_DATA_DIR to another folder", err)
	}
	if err != nil {
		return err
	}
	if err := a.Start(r); err != nil {
		return closing(a, err)
	}
	fmt.Fprintf(r.out, welcome, a.URL(), a.URL(), a.AdminURL(), demo.Token, demo.OwnerEmail, demo.OwnerPassword, a.URL(), demo.Token)
	return closing(a, a.Wait(r))
}

const welcome = `
  Rialto is running with a demo shop.

  API          %s/graphql
  Playground   %s/playground
  Metrics      %s/metrics
  Token        %s   (header X-Shopify-Storefront-Access-Token)
  Owner        %s, password %s

  Try:
  curl -s %s/graphql -H 'X-Shopify-Storefront-Access-Token: %s' -H 'Content-Type: application/json' \
    -d '{"query":"{ products(first: 3) { nodes { title priceRange { minVariantPrice { amount currencyCode } } } } }"}'

`

// closing gives back what an app holds, whatever came before.
func closing(a *app.App, err error) error { return errors.Join(err, a.Close()) }

package app

import (
	"context"
	"net/http"

	"github.com/rialtohq/rialto/graph"
	"github.com/rialtohq/rialto/graph/persisted"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/admit"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/server"
	"github.com/rialtohq/rialto/web/explorer"
)

// doors makes what answers requests: GraphQL, and the HTTP server around everything.
func (a *App) doors(address string) error {
	gate := admit.New(admit.Config{Places: a.config.concurrent(), OnShed: func(p admit.Priority) { a.tel.Metrics.Shed(p.String()) }})
	handler, err := graph.New(graph.Config{
		Services: a.Services(address),
		Identity: a.Identity, Log: a.Log, Answers: a.answers, Budget: a.budget(), Gate: gate, Reference: a.config.Executor == "gqlgen", Operations: a.persisted(), Usage: a.Usage, Cache: a.cache,
	})
	if err != nil {
		return err
	}
	a.Registrar = handler.Registrar()
	handlers, err := a.pages(address)
	if err != nil {
		return err
	}
	a.graphql = wire.New(wire.Config{Executor: handler})
	handlers.GraphQL = a.graphql
	proxies, err := a.config.proxies()
	if err != nil {
		return err
	}
	a.server = server.New(server.Config{
		Addr: a.config.Addr, AdminAddr: a.config.AdminAddr, Log: a.Log, TrustedProxies: proxies,
		Metrics: a.tel.Handler(), Meter: a.tel.Metrics, Traces: a.tel.Traces, Unrecorded: !a.tel.Records,
		Handlers: handlers, Gate: gate, Wait: a.waitAt,
		Health: server.NewHealth(a.Clock, server.Check{Name: "database", Probe: a.DB.Ping}, server.Check{Name: "events", Probe: a.bus.Ready}),
	})
	a.parts.Add("server", a.server)
	if a.verbs != nil {
		a.parts.Add("control", &control{app: a, verbs: a.verbs})
	}
	return nil
}

// persisted finds the documents that requests mean, automatic ones in Redis for all processes, or in this one.
func (a *App) persisted() *persisted.Door {
	c := persisted.Config{Registry: a.Operations, Apps: a.Apps, Default: a.config.operations(), Log: a.Log, Observe: a.tel.Metrics.Document, Always: []string{explorer.StaffSignIn()}}
	if a.redis != nil {
		c.Automatic = persisted.NewRedis(a.redis, "rialto:"+a.config.BusName+":automatic:")
	}
	return persisted.New(c)
}

// GraphQL is the GraphQL door without the server around it, for tests that look at what one request does in its context.
func (a *App) GraphQL() http.Handler { return a.graphql }

// Services are what resolvers call, for a shop at an address.
func (a *App) Services(address string) graph.Services {
	return graph.Services{
		Shops: a.Shops, Catalog: a.Catalog, Content: a.Content, Inventory: a.Inventory,
		Carts: a.Carts, Discounts: a.Discounts, Delivery: a.Delivery, Customers: a.Customers, Privacy: a.Privacy, Uploads: a.Uploads, Staff: a.Staff, Apps: a.Apps, SignIn: a.SignIn, Usage: a.Usage,
		SearchIndex: a.Search, Orders: a.Orders, Checkout: a.Checkout, Payments: a.Payments, Clock: a.Clock, PublicURL: address, Lookups: a.lookups,
		PurgeCache: func(ctx context.Context) error {
			shop, err := database.Shop(ctx)
			if err != nil {
				return err
			}
			return a.PurgeCache(ctx, shop)
		},
	}
}

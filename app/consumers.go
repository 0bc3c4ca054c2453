package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/notice"
	"github.com/rialtohq/rialto/commerce/search"
	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/runner"
)

// consumers is the one list of what reacts to events. Replicas share the work of each. What follows from every purchase is
// done for many purchases at a time.
func (a *App) consumers() {
	for _, c := range []struct {
		config   bus.ConsumerConfig
		handle   bus.Handler
		together bus.BatchHandler
	}{
		// Mails. A mail server may be away for hours, so they are tried for as long.
		{
			config:   bus.ConsumerConfig{Name: notice.ConsumerName, Subjects: notice.Subjects, MaxDeliver: 100, Batch: 16, Pace: 100 * time.Millisecond},
			together: a.inbox.HandleOutsideTogether(notice.ConsumerName, 8, a.notices.Prepare),
		},
		// The words that products, pages and collections are found by.
		{
			config:   bus.ConsumerConfig{Name: search.ConsumerName, Subjects: search.Subjects, Batch: 50, Pace: 20 * time.Millisecond},
			together: a.inbox.HandleTogether(search.ConsumerName, a.Search.Consume),
		},
		// Prices in the currencies of the shop's markets.
		{
			config: bus.ConsumerConfig{Name: catalog.PricesConsumer, Subjects: catalog.PricesSubjects},
			handle: a.inbox.Handle(catalog.PricesConsumer, a.Catalog.FollowMarkets),
		},
		// How often products were sold, which BEST_SELLING sorts by.
		{
			config:   bus.ConsumerConfig{Name: catalog.SalesConsumer, Subjects: catalog.SalesSubjects, Batch: 100, Pace: 250 * time.Millisecond},
			together: a.inbox.HandleTogether(catalog.SalesConsumer, a.Catalog.CountSales),
		},
	} {
		consumer := a.bus.Consumer(c.config, c.handle)
		if c.together != nil {
			consumer = a.bus.BatchConsumer(c.config, c.together)
		}
		a.quiet.Add("consumer "+c.config.Name, consumer)
		a.watchConsumer(c.config.Name, consumer)
	}
}

// sweeps is the one list of what is looked after although nobody asks. Every replica runs each of them: rows are claimed by
// statements, so that two never do the same work. A turn takes at most so many things; where it took them all, it goes on.
func (a *App) sweeps() {
	for _, s := range []struct {
		name  string
		every time.Duration
		most  int
		work  func(ctx context.Context, most int) (done int, err error)
	}{
		{"stock promises", 10 * time.Second, 500, a.Inventory.Sweep},
		{"ended sessions", time.Hour, 1000, a.Identity.Sweep},
		{"failed sign-ins", time.Hour, 1000, a.Identity.ForgetFailures},
		{"mailed secrets of customers", time.Hour, 1000, a.Customers.SweepSecrets},
		{"mailed secrets of staff", time.Hour, 1000, a.Staff.SweepSecrets},
		{"open checkouts", 2 * time.Second, 50, a.everyShop(a.Checkout.Sweep)},
		{"open refunds", 30 * time.Second, 50, a.Orders.ResumeRefunds},
		{"OAuth codes and tokens", time.Hour, 1000, a.OAuth.Sweep},
		{"sign-ins at providers", 10 * time.Minute, 1000, a.SignIn.Sweep},
		{"persons to erase", time.Minute, 20, a.everyShop(a.Privacy.Sweep)},
		{"staged uploads", time.Hour, 200, a.everyShop(a.Uploads.Sweep)},
		{"old usage of the schema", time.Hour, 1000, a.everyShop(a.Usage.Sweep)},
		{"old carts", time.Hour, 1000, a.everyShop(func(ctx context.Context, most int) (int, error) {
			n, err := a.Carts.Expire(ctx, most)
			return int(n), err
		})},
	} {
		loop := runner.NewLoop(s.name, s.every, func(ctx context.Context) error {
			ctx = access.With(database.AllShops(ctx), access.Actor{Kind: access.System})
			for {
				if done, err := s.work(ctx, s.most); err != nil || done < s.most {
					return err
				}
			}
		})
		loop.Log = a.Log
		a.quiet.Add(s.name, loop)
	}
}

// everyShop makes a sweep of all shops of one that knows its context's shop. A shop that fails does not keep the others
// from their turn.
func (a *App) everyShop(work func(ctx context.Context, most int) (int, error)) func(ctx context.Context, most int) (int, error) {
	return func(ctx context.Context, most int) (int, error) {
		shops, err := a.Shops.List(ctx)
		if err != nil {
			return 0, err
		}
		var errs []error
		fullest := 0
		for _, shop := range shops {
			done, err := work(system(ctx, shop), most)
			if err != nil {
				errs = append(errs, fmt.Errorf("shop %s: %w", shop, err))
				continue
			}
			fullest = max(fullest, done)
		}
		return fullest, errors.Join(errs...)
	}
}

// system is a context in which Rialto itself acts in a shop.
func system(ctx context.Context, shop uuid.UUID) context.Context {
	return access.With(database.WithShop(ctx, shop), access.Actor{Kind: access.System, Shop: shop})
}

// Package quota keeps how much a shop, and each of its apps, may ask for in a time where that is not what is usual: the plans
// of rate limits.
//
// It neither counts (platform/ratelimit) nor prices (graph/cost) nor says what is usual (graph). Who runs the deployment sets
// quotas, not the shops themselves.
//
// Invariants: a change is in force at once in the process that made it, in every other as soon as it hears of it, and within
// [Config.CacheFor] in any case; while the database is away, what was known last stays in force.
package quota

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/aside"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/ratelimit"
)

// Layers are what is counted together, as they are called where quotas are set: all requests from one address, of one
// storefront token, of one customer, one member of staff, one app, and to a shop.
var Layers = []string{"address", "storefront", "customer", "staff", "app", "shop"}

// appLayers are the layers in which an app can have a quota of its own: its own requests, and those of storefronts and their
// shoppers that show its tokens.
var appLayers = []string{"app", "storefront", "customer"}

// Most is the largest capacity, and the largest rate a second, in points.
const Most = 1_000_000_000

// Quota is what may be asked for in a layer.
type Quota struct {
	// App is the only app that it is for; nil for all of the shop.
	App   uuid.UUID
	Layer string
	// Capacity is how many points may be spent at once, PerSecond how many come back each second.
	Capacity, PerSecond int64
	UpdatedAt           time.Time
}

// Config is what a [Service] is made of. A zero value means the default beside it.
type Config struct {
	DB    *database.DB
	Clock clock.Clock
	// CacheFor is how long quotas are believed without being asked for again: 5 s.
	CacheFor time.Duration
	// Share joins the caches of all processes; nil leaves each to itself.
	Share aside.Channel
}

// Service keeps quotas. It is safe for concurrent use.
type Service struct {
	db    *database.DB
	clock clock.Clock
	newID func() uuid.UUID
	known *aside.Cache[uuid.UUID, Plan]
}

// New makes a service.
func New(c Config) *Service {
	s := &Service{
		db: c.DB, clock: c.Clock, newID: func() uuid.UUID { return uuid.Must(uuid.NewV7()) },
		known: aside.Lasting[uuid.UUID, Plan](cmp.Or(c.CacheFor, 5*time.Second), 24*time.Hour, 10_000),
	}
	s.known.Share(c.Share, "quotas", func(id uuid.UUID) []byte { return id[:] }, func(b []byte) (uuid.UUID, bool) { id, err := uuid.FromBytes(b); return id, err == nil })
	return s
}

// Plan is what a shop's quotas come to. The zero value has none.
type Plan struct{ of map[place]ratelimit.Limit }

type place struct {
	app   uuid.UUID
	layer string
}

// Limit is the limit of a layer for who acts through an app, which may be nil: that of the app, or of the shop; found is false
// where what is usual holds.
func (p Plan) Limit(app uuid.UUID, layer string) (l ratelimit.Limit, found bool) {
	if l, found = p.of[place{app, layer}]; !found && app != uuid.Nil {
		l, found = p.of[place{uuid.Nil, layer}]
	}
	return l, found
}

// Of gives the plan of a shop, from memory where it was asked for a moment ago.
func (s *Service) Of(ctx context.Context, shop uuid.UUID) (Plan, error) {
	plan, _, err := s.known.Get(shop, s.clock.Now(), func() (Plan, bool, error) {
		all, err := list(database.WithShop(ctx, shop), s.db)
		plan := Plan{}
		if len(all) > 0 {
			plan.of = make(map[place]ratelimit.Limit, len(all))
		}
		for _, q := range all {
			plan.of[place{q.App, q.Layer}] = ratelimit.Limit{Capacity: q.Capacity, PerSecond: float64(q.PerSecond)}
		}
		return plan, true, err
	})
	return plan, err
}

// List gives the quotas of the context's shop, those of the whole shop first.
func (s *Service) List(ctx context.Context) ([]Quota, error) { return list(ctx, s.db) }

// Set gives a layer of the context's shop a quota, instead of the one that it has. Only Rialto itself may: it is for the
// command line. Fails with [fault.Invalid] where it cannot be one.
func (s *Service) Set(ctx context.Context, q Quota) error {
	if err := s.check(ctx, q.App, q.Layer); err != nil {
		return err
	}
	if q.Capacity < 1 || q.Capacity > Most || q.PerSecond < 1 || q.PerSecond > Most {
		return fault.New(fault.Invalid, "A quota is from 1 to %d points at once, and from 1 to %d a second.", Most, Most)
	}
	q.UpdatedAt = s.clock.Now()
	err := s.db.InTx(ctx, func(tx database.Tx) error { return put(ctx, tx, s.newID(), q) })
	s.known.Drop(access.From(ctx).Shop)
	return err
}

// Unset has what is usual hold again for a layer of the context's shop. Only Rialto itself may. Fails with [fault.NotFound]
// where there is no quota.
func (s *Service) Unset(ctx context.Context, app uuid.UUID, layer string) error {
	if err := s.check(ctx, app, layer); err != nil {
		return err
	}
	var n int64
	err := s.db.InTx(ctx, func(tx database.Tx) (err error) { n, err = remove(ctx, tx, app, layer); return err })
	s.known.Drop(access.From(ctx).Shop)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "There is no quota of the layer %q here: what is usual holds already.", layer)
	}
	return err
}

func (s *Service) check(ctx context.Context, app uuid.UUID, layer string) error {
	if access.From(ctx).Kind != access.System {
		return fault.New(fault.Forbidden, "Only the command line sets quotas.")
	}
	layers := Layers
	if app != uuid.Nil {
		layers = appLayers
	}
	if !slices.Contains(layers, layer) {
		return fault.New(fault.Invalid, "%q is no layer that can have a quota here: choose one of %s.", fault.Shorten(layer, 40), strings.Join(layers, ", "))
	}
	return nil
}

// Package delivery keeps where a shop delivers, at what price, and what tax is due there: the tables behind the pure
// packages shipping and tax.
//
// It chooses no option and computes no tax. Zones and rates are small and change seldom: a shop's are kept in memory for
// two seconds, so that carts read them without a statement. A change made in this process is seen at once, one made in
// another after that time at the latest; an order keeps the price it was made with.
//
// Invariants: a zone has each handle once per currency; a tax has each name once per place; prices are not negative; of what
// staff write, no two zones reach a place equally closely.
//
// Locks: one a shop, for its zones and taxes together.
package delivery

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
)

// Rates are a shop's zones, in order, and its taxes. They are shared by all readers: nobody may change them.
type Rates struct {
	Zones []shipping.Zone
	Taxes []tax.Rate
}

// Audit records what staff did, with the change itself; *staff.Service does.
type Audit interface {
	Audit(ctx context.Context, tx database.Tx, action, resource string, data any) error
}

// Config is what the service needs. DB must be set; Audit may be left out, Clock defaults to the system's, NewID to UUIDv7.
type Config struct {
	DB    *database.DB
	Audit Audit
	Clock clock.Clock
	NewID func() uuid.UUID
	// KeepFor is how long rates may be remembered; 0 is two seconds.
	KeepFor time.Duration
}

// Service reads and writes zones and taxes.
type Service struct {
	db    *database.DB
	audit Audit
	clock clock.Clock
	store store
	known *otter.Cache[uuid.UUID, Rates]
}

// New makes the service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.NewID == nil {
		c.NewID = func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	}
	if c.KeepFor == 0 {
		c.KeepFor = 2 * time.Second
	}
	known := otter.Must(&otter.Options[uuid.UUID, Rates]{
		MaximumSize:      10_000,
		ExpiryCalculator: otter.ExpiryWriting[uuid.UUID, Rates](c.KeepFor),
	})
	return &Service{db: c.DB, audit: c.Audit, clock: c.Clock, store: store{newID: c.NewID}, known: known}
}

// Rates gives the zones and taxes of the context's shop, as they were a moment ago.
func (s *Service) Rates(ctx context.Context) (Rates, error) {
	shop, err := database.Shop(ctx)
	if err != nil {
		return Rates{}, err
	}
	return s.known.Get(ctx, shop, otter.LoaderFunc[uuid.UUID, Rates](func(ctx context.Context, shop uuid.UUID) (r Rates, err error) {
		// Others wait for the same answer: it must not end with the request that happened to ask first.
		ctx = database.WithShop(context.WithoutCancel(ctx), shop)
		if r.Zones, err = s.store.zones(ctx, s.db); err != nil {
			return r, err
		}
		r.Taxes, err = s.store.taxes(ctx, s.db)
		return r, err
	}))
}

// PutZones replaces the shop's zones and their rates; the order given is the order kept. Ids of zones are not read.
// Fails with [fault.Invalid] on a zone that could not be used.
func (s *Service) PutZones(ctx context.Context, zones []shipping.Zone) error {
	if err := checkZones(zones); err != nil {
		return err
	}
	return s.write(ctx, func(tx database.Tx) error { return s.store.replaceZones(ctx, tx, zones, s.clock.Now()) })
}

// PutTaxes replaces the shop's taxes; the order given is the order kept. Fails with [fault.Invalid] on a tax that could
// not be used.
func (s *Service) PutTaxes(ctx context.Context, rates []tax.Rate) error {
	if err := checkTaxes(rates); err != nil {
		return err
	}
	return s.write(ctx, func(tx database.Tx) error { return s.store.replaceTaxes(ctx, tx, rates, s.clock.Now()) })
}

func (s *Service) write(ctx context.Context, f func(tx database.Tx) error) error {
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx database.Tx) error {
		tx.AfterCommit(func() { s.known.Invalidate(shop) })
		return f(tx)
	})
}

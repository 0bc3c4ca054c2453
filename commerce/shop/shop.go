// Package shop knows the merchant: name, policies and brand, the markets it sells in, and for which of them a request
// is answered.
//
// It knows nothing of products. Markets are few and change seldom: they are kept in memory for a moment. A change made in
// this process is seen at once, one made in another after that moment at the latest.
//
// Invariants: every shop has at least one market, its first and primary one, which is switched on; a country is in at most
// one market that is switched on; a currency has one rate; a buyer always has a market, a currency and a language.
//
// Locks: all markets of the shop, in the order of their handles.
package shop

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// Shop is a merchant.
type Shop struct {
	ID          gid.ID
	Handle      string
	Name        string
	Description *string
	Email       string
	Currency    money.Currency
	Country     string
	Language    string
	MoneyFormat string
	Domain      string
	Policies    []Policy
	BrandData   BrandData
}

// Policy is one of a shop's legal texts. Kind is privacy, refund, shipping, terms, subscription, contact, legal or sale.
type Policy struct {
	Kind   string `json:"kind"`
	Handle string `json:"handle"`
	Title  string `json:"title"`
	Body   string `json:"body"`
}

// BrandData is how a shop wants to look.
type BrandData struct {
	Slogan           string       `json:"slogan,omitempty"`
	ShortDescription string       `json:"short_description,omitempty"`
	Primary          []ColorGroup `json:"primary,omitempty"`
	Secondary        []ColorGroup `json:"secondary,omitempty"`
}

// ColorGroup is a background and the text color that stands on it, as CSS hex colors.
type ColorGroup struct {
	Background *string `json:"background,omitempty"`
	Foreground *string `json:"foreground,omitempty"`
}

// Market is where a shop sells.
type Market struct {
	ID        uuid.UUID
	Handle    string
	Name      string
	Countries []string
	Languages []string
	Currency  money.Currency
	// TaxIncluded says that prices in this market include tax.
	TaxIncluded bool
	// Rate is how many units of the market's currency one unit of the shop's is worth, as a decimal.
	Rate     string
	Position int
	Enabled  bool
	// Primary is the market for everybody whose country is in none.
	Primary   bool
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Events is where a write tells the rest of the house what it did, within its transaction.
type Events interface {
	AppendTx(ctx context.Context, tx database.Tx, subject string, payload any) error
}

// Audit records what staff did, with the change itself; *staff.Service does.
type Audit interface {
	Audit(ctx context.Context, tx database.Tx, action, resource string, data any) error
}

// Config is what the service needs. All but DB may be nil.
type Config struct {
	DB     *database.DB
	Events Events
	Audit  Audit
	Clock  clock.Clock
	// KeepFor is how long a shop and its markets may be remembered; 0 is two seconds.
	KeepFor time.Duration
}

// Service reads and writes shops and markets.
type Service struct {
	db     *database.DB
	events Events
	audit  Audit
	clock  clock.Clock
	known  *otter.Cache[uuid.UUID, *snapshot]
}

// snapshot is a shop with its markets, as they were a moment ago.
type snapshot struct {
	shop    *Shop
	markets []*Market // all of them
	open    []*Market // those that are switched on
}

// New makes the service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.KeepFor == 0 {
		c.KeepFor = 2 * time.Second
	}
	known := otter.Must(&otter.Options[uuid.UUID, *snapshot]{
		MaximumSize:      10_000,
		ExpiryCalculator: otter.ExpiryWriting[uuid.UUID, *snapshot](c.KeepFor),
	})
	return &Service{db: c.DB, events: c.Events, audit: c.Audit, clock: c.Clock, known: known}
}

// Current is the shop that the context is bound to.
func (s *Service) Current(ctx context.Context) (*Shop, error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return snap.shop, nil
}

// Markets are the enabled markets of the context's shop, in order; the first is the one for everybody else.
func (s *Service) Markets(ctx context.Context) ([]*Market, error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return snap.open, nil
}

// KnownMarkets are [Service.Markets] and those that are switched off, which have prices too, so that they can be made ready.
func (s *Service) KnownMarkets(ctx context.Context) ([]*Market, error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return snap.markets, nil
}

func (s *Service) snapshot(ctx context.Context) (*snapshot, error) {
	id, err := database.Shop(ctx)
	if err != nil {
		return nil, err
	}
	return s.known.Get(ctx, id, otter.LoaderFunc[uuid.UUID, *snapshot](func(ctx context.Context, id uuid.UUID) (*snapshot, error) {
		return s.load(database.WithShop(context.WithoutCancel(ctx), id), id)
	}))
}

// Forget has what is remembered of a shop's settings read anew: another process changed them.
func (s *Service) Forget(shop uuid.UUID) { s.forget(shop) }

func (s *Service) forget(shop uuid.UUID) { s.known.Invalidate(shop) }

// Package order keeps what was bought: frozen as it was sold, with all that happens to it afterwards. Shipping it, giving
// money back and calling it off are here too, since they share the quantities and amounts that are left.
//
// It does not decide what an order costs or whether it was paid (pricing and checkout do, and hand in a [Draft]), and it
// sends no mail: it appends events, in the transaction of what happened.
//
// Invariants:
//   - A cart becomes at most one order; numbers of a shop's orders have no gaps.
//   - What an order was made of never changes by itself: names, prices and taxes stay when the catalog does not. Staff may
//     edit its lines: what is added costs what it costs then, and what is taken off gives back what was paid for it.
//   - Never more is given back than was received, whoever asks at once, and the parts of several refunds of a line sum to
//     what was paid for it, taxes included, to the last minor unit.
//   - No unit is shipped twice, shipped after it was given back, or put back into stock twice.
//   - An order is seen by its customer, by staff, and by whoever has the key of its cart or the link to its status. To all
//     others it is absent.
//
// An order's row is locked before anything of it changes; stock and gift cards are locked after it.
package order

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/commerce/policy"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/revision"
)

// The types in global ids.
const (
	Type            = "Order"
	LineType        = "OrderLineItem"
	FulfillmentType = "Fulfillment"
	RefundType      = "Refund"

	FulfillmentLineType = "FulfillmentLineItem"

	EventType      = "BasicEvent"
	ReturnType     = "Return"
	ReturnLineType = "ReturnLineItem"
	EditType       = "CalculatedOrder"
	EditLineType   = "CalculatedLineItem"
)

// Order is a purchase. Its id carries the cart's key where it was opened with it.
type Order struct {
	ID                          gid.ID
	BillingAddress              *customer.Address
	CancelReason                *string
	CanceledAt                  *time.Time
	ClosedAt                    *time.Time
	CreatedAt                   time.Time
	CurrencyCode                money.Currency
	CurrentSubtotalPrice        money.Money
	CurrentTotalDuties          *money.Money // CurrentTotalDuties is nil: duties are not collected.
	CurrentTotalPrice           money.Money
	CurrentTotalShippingPrice   money.Money
	CurrentTotalTax             money.Money
	CustomAttributes            []*cart.Attribute
	CustomerLocale              *string
	CustomerURL                 *string
	DisplayFinancialStatus      string
	DisplayFulfillmentStatus    string
	Edited                      bool // Edited says that lines were changed after the sale.
	Email                       *string
	FinancialStatus             string
	Fulfillable                 bool
	FulfillmentStatus           string
	Name                        string
	Note                        *string
	OrderNumber                 int64
	OriginalTotalDuties         *money.Money // OriginalTotalDuties is nil.
	OriginalTotalPrice          money.Money
	PaymentGatewayNames         []string
	Phone                       *string
	ProcessedAt                 time.Time
	Refundable                  bool
	ReturnStatus                string // a value of OrderReturnStatus
	ShippingAddress             *customer.Address
	ShippingDiscountAllocations []*DiscountAllocation
	StatusURL                   string // StatusURL opens the order for whoever has it.
	SubtotalPrice               money.Money
	Tags                        []string
	Test                        bool
	TotalPrice                  money.Money
	TotalReceived               money.Money
	TotalRefunded               money.Money
	TotalShippingPrice          money.Money // TotalShippingPrice is after discounts, so that the parts sum to TotalPrice.
	TotalTax                    money.Money
	TotalOutstanding            money.Money // TotalOutstanding is below zero where the shop has more than it is owed.
	UpdatedAt                   time.Time

	// CustomerID is the buyer's account; zero for a guest.
	CustomerID uuid.UUID
	// CartID is the cart it was made from.
	CartID uuid.UUID
	// Country is the two letters that prices were made for.
	Country string
	// TaxesIncluded says whether prices contain their taxes.
	TaxesIncluded bool
	// TaxLines sum each tax over lines and delivery.
	TaxLines []tax.Line
	// Shipping is the delivery with its price, discounts and taxes.
	Shipping pricing.ShippingQuote
	// GiftCards are what gift cards paid.
	GiftCards []CardUse

	discounts []any
	keyHash   []byte
	sort      string // what the list's own column held, where no field does
	sortCount int64
}

// Revision changes with every change of the order.
func (o *Order) Revision() string { return revision.Of(o.UpdatedAt) }

// CancelledAt is CanceledAt under the name that staff tools use.
func (o *Order) CancelledAt() *time.Time { return o.CanceledAt }

// SubtotalPriceV2 is SubtotalPrice under its older name.
func (o *Order) SubtotalPriceV2() money.Money { return o.SubtotalPrice }

// TotalPriceV2 is TotalPrice under its older name.
func (o *Order) TotalPriceV2() money.Money { return o.TotalPrice }

// TotalRefundedV2 is TotalRefunded under its older name.
func (o *Order) TotalRefundedV2() money.Money { return o.TotalRefunded }

// TotalShippingPriceV2 is TotalShippingPrice under its older name.
func (o *Order) TotalShippingPriceV2() money.Money { return o.TotalShippingPrice }

// TotalTaxV2 is TotalTax under its older name.
func (o *Order) TotalTaxV2() money.Money { return o.TotalTax }

// CardUse is what one gift card paid of an order.
type CardUse struct {
	ID             uuid.UUID   `json:"id"`
	LastCharacters string      `json:"last_characters,omitempty"`
	Amount         money.Money `json:"amount"`
	Returned       int64       `json:"returned,omitempty"` // Returned went back to the card, in minor units.
}

// Events takes events in the transaction that causes them.
type Events interface {
	AppendTx(ctx context.Context, tx database.Tx, subject string, payload any) error
}

// Audit records what staff did, with the change itself; *staff.Service does.
type Audit interface {
	Audit(ctx context.Context, tx database.Tx, action, resource string, data any) error
}

// Stock takes units out and puts them back; *inventory.Service does.
type Stock interface {
	RestockTx(ctx context.Context, tx database.Tx, r inventory.Returned) error
	CommitTx(ctx context.Context, tx database.Tx, c inventory.Commitment) ([]inventory.Allocation, error)
	Locations(ctx context.Context) ([]inventory.Location, error)
}

// Payments records and makes the movements of money; *payment.Service does.
type Payments interface {
	BeginTx(ctx context.Context, tx database.Tx, b payment.Begin) (payment.Transaction, error)
	SettleTx(ctx context.Context, tx database.Tx, key string, o payment.Outcome) (payment.Transaction, error)
	AttachTx(ctx context.Context, tx database.Tx, key string, orderID uuid.UUID) error
	AttachNewTx(ctx context.Context, tx database.Tx, key string, orderID uuid.UUID) error
	TransactionsOf(ctx context.Context, orderIDs []uuid.UUID) (map[uuid.UUID][]payment.Transaction, error)
	Refund(ctx context.Context, gateway string, r payment.RefundRequest) (payment.Refunded, error)
}

// Cards gives money back to gift cards; *discount.Service does.
type Cards interface {
	CreditTx(ctx context.Context, tx database.Tx, card uuid.UUID, amount money.Money, reason, ref string, order *uuid.UUID) error
}

// Customers counts the orders of accounts; *customer.Service does.
type Customers interface {
	OrderPlacedTx(ctx context.Context, tx database.Tx, id uuid.UUID) error
}

// Config is what the service needs. DB, Stock, Payments and Cards must be set; Events, Audit and Customers may be left out,
// Clock defaults to the system's, NewID to UUIDv7, Policies to Rialto's own.
type Config struct {
	DB        *database.DB
	Stock     Stock
	Payments  Payments
	Cards     Cards
	Events    Events
	Audit     Audit
	Customers Customers
	// Metafields may be left out: orders have none then.
	Metafields Metafields
	// Catalog, Shops and Rates are what edits need. They may be left out: orders are not edited then.
	Catalog  Catalog
	Shops    Shops
	Rates    Rates
	Policies *policy.Engine
	Clock    clock.Clock
	NewID    func() uuid.UUID
	// PublicURL is where shoppers find the shop, without a slash at its end: https://shop.example.
	PublicURL string
}

// Service keeps the orders of shops. It is safe for concurrent use, in any number of processes on one database.
type Service struct {
	Config
	store store
}

// New makes the service.
func New(c Config) *Service {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.NewID == nil {
		c.NewID = func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	}
	c.Policies = c.Policies.Or()
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	return &Service{Config: c}
}

func (s *Service) announce(ctx context.Context, tx database.Tx, subject string, payload any) error {
	if s.Events == nil {
		return nil
	}
	return s.Events.AppendTx(ctx, tx, subject, payload)
}

func (s *Service) audit(ctx context.Context, tx database.Tx, action string, id uuid.UUID, data any) error {
	if s.Audit == nil {
		return nil
	}
	return s.Audit.Audit(ctx, tx, action, gid.New(Type, id).String(), data)
}

// Package promotion decides which discounts a cart gets, and which line or delivery each unit of them falls on.
//
// It is a function of values: the lines, the discounts, the codes that were entered, and facts about past use. It
// stores nothing, reads no clock, and does not enforce usage limits under concurrency; it is told how often a
// discount was used and says what follows.
//
// Invariants:
//   - No line and no delivery goes below zero, and every allocation is above zero.
//   - The allocations of an application sum to its total.
//   - The same input gives the same result, whatever order the discounts come in.
//   - Minimums are judged on prices before any discount, so no discount can disqualify another.
//
// How discounts combine. Product discounts come first, then order discounts on what is left, then shipping; within
// a class by rank: higher priority, entered codes before automatic ones, earlier code, smaller id. Two discounts
// stand together when each allows the other's class. Of all sets that stand together and can not be enlarged, the
// one that saves the buyer most wins; between equals, the one that holds the best-ranked discount the other lacks.
// At most [MaxCandidates] applicable discounts are considered, the best-ranked.
package promotion

import (
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
)

// MaxCandidates bounds how many applicable discounts are tried against each other on one cart.
const MaxCandidates = 16

// Method is how a discount comes to a cart.
type Method string

// The two methods.
const (
	Code      Method = "code"      // Code needs the buyer to enter it.
	Automatic Method = "automatic" // Automatic needs nothing.
)

// Kind is what a discount does.
type Kind string

// The four kinds.
const (
	Percentage   Kind = "percentage"    // Percentage takes a rate off entitled lines.
	Fixed        Kind = "fixed"         // Fixed takes an amount off; Config.Each says how often.
	FreeShipping Kind = "free_shipping" // FreeShipping takes the price of the delivery off.
	BuyXGetY     Kind = "bxgy"          // BuyXGetY takes a rate off some units when others are bought.
)

// Class is what a discount lowers, by which discounts combine.
type Class string

// The three classes.
const (
	OrderClass    Class = "order"
	ProductClass  Class = "product"
	ShippingClass Class = "shipping"
)

// Each is how often a fixed amount is taken. The zero value is EachOrder.
type Each string

// How often a fixed amount is taken.
const (
	EachOrder Each = "order" // EachOrder takes it once, spread over the entitled lines by what is left of them.
	EachLine  Each = "line"  // EachLine takes it once from each entitled line.
	EachItem  Each = "item"  // EachItem takes it from each unit of each entitled line.
)

// Discount is an offer of a shop. Its Config is kept as one document.
type Discount struct {
	ID     uuid.UUID `json:"id"`
	Title  string    `json:"title"`
	Method Method    `json:"method"`
	Code   string    `json:"code,omitempty"` // Code is compared without regard to case and outer spaces.
	Kind   Kind      `json:"kind"`

	Disabled        bool      `json:"disabled,omitempty"`
	StartsAt        time.Time `json:"starts_at"`             // StartsAt is the first instant of validity.
	EndsAt          time.Time `json:"ends_at,omitzero"`      // EndsAt is the first instant after it; zero is never.
	UsageLimit      int64     `json:"usage_limit,omitempty"` // UsageLimit counts orders; 0 is unlimited.
	OncePerCustomer bool      `json:"once_per_customer,omitempty"`
	Priority        int       `json:"priority,omitempty"` // Priority ranks discounts, higher first.

	Config Config `json:"config"`
}

// Config is what differs between the kinds. Amounts are minor units by currency; a discount that has amounts but
// none in the cart's currency does not apply there.
type Config struct {
	PPM         int64                    `json:"ppm,omitempty"`          // PPM is the rate of a percentage: 100,000 are 10 percent.
	Amounts     map[money.Currency]int64 `json:"amounts,omitempty"`      // Amounts are what Fixed takes.
	Each        Each                     `json:"each,omitempty"`         // Each says how often Fixed takes it.
	Target      Target                   `json:"target"`                 // Target is what the discount lowers; of BuyXGetY, what must be bought.
	Get         Get                      `json:"get,omitzero"`           // Get is the other half of BuyXGetY.
	MinSubtotal map[money.Currency]int64 `json:"min_subtotal,omitempty"` // MinSubtotal is what the targeted lines must cost, before discounts.
	MinQuantity int64                    `json:"min_quantity,omitempty"` // MinQuantity is how many units the targeted lines must hold.
	Customers   []uuid.UUID              `json:"customers,omitempty"`    // Customers are the only ones entitled; empty is everybody.
	Combines    Combines                 `json:"combines"`
}

// Get is what BuyXGetY gives for every Buy units bought from Config.Target. A unit counts as bought or as given,
// never as both; the cheapest units are given first.
type Get struct {
	Buy      int64  `json:"buy,omitempty"`
	Quantity int64  `json:"quantity,omitempty"` // Quantity is given per use; the last use may give fewer.
	PPM      int64  `json:"ppm,omitempty"`      // PPM is the rate taken off: 1,000,000 makes the unit free.
	Target   Target `json:"target"`             // Target is what can be given.
	MaxUses  int64  `json:"max_uses,omitempty"` // MaxUses bounds the uses in one order; 0 is unlimited.
}

// Collections adds the collections to some that a line must stand in for the discount, or be got for it.
func (d Discount) Collections(to []uuid.UUID) []uuid.UUID {
	return append(append(to, d.Config.Target.Collections...), d.Config.Get.Target.Collections...)
}

// Target is a set of lines: those whose variant, product or one of whose collections is listed. Empty is all lines.
type Target struct {
	Products    []uuid.UUID `json:"products,omitempty"`
	Variants    []uuid.UUID `json:"variants,omitempty"`
	Collections []uuid.UUID `json:"collections,omitempty"`
}

// Combines names the classes that a discount tolerates beside it.
type Combines struct {
	Order    bool `json:"order,omitempty"`
	Product  bool `json:"product,omitempty"`
	Shipping bool `json:"shipping,omitempty"`
}

// Class returns what d lowers. A percentage or a fixed amount taken once is an order discount when it targets all
// lines, and a product discount when it targets some.
func (d *Discount) Class() Class {
	switch {
	case d.Kind == FreeShipping:
		return ShippingClass
	case d.Kind == BuyXGetY, !d.Config.Target.all(), d.Kind == Fixed && d.Config.Each != EachOrder && d.Config.Each != "":
		return ProductClass
	}
	return OrderClass
}

func (c Combines) with(class Class) bool {
	switch class {
	case OrderClass:
		return c.Order
	case ProductClass:
		return c.Product
	}
	return c.Shipping
}

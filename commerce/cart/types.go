package cart

import (
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/gid"
)

// Cart is a cart as a shopper sees it, with all that it costs now. Its id carries the key.
type Cart struct {
	ID                  gid.ID
	CheckoutURL         string
	Note                *string
	TotalQuantity       int
	Attributes          []*Attribute
	BuyerIdentity       *BuyerIdentity
	Cost                *Cost
	Delivery            *Delivery
	Groups              []*DeliveryGroup // Groups are none or one.
	Lines               []*Line          // Lines are oldest first.
	DiscountCodes       []*DiscountCode
	DiscountAllocations []any // DiscountAllocations are *CodeAllocation and *AutomaticAllocation, of the whole cart and of shipping.
	AppliedGiftCards    []*AppliedGiftCard
	Metafields          []*catalog.Metafield
	CreatedAt           time.Time
	UpdatedAt           time.Time

	// Stored and Priced are what the cart was made from.
	Stored *Stored
	Priced *Priced
}

// Attribute is one custom attribute by its key; nil where there is none.
func (c *Cart) Attribute(key string) *Attribute { return attribute(c.Attributes, key) }

// Metafield is one metafield by its key; an empty namespace is "custom". Nil where there is none.
func (c *Cart) Metafield(key string, namespace *string) *catalog.Metafield {
	space := defaultNamespace
	if namespace != nil && *namespace != "" {
		space = *namespace
	}
	for _, f := range c.Metafields {
		if f.Key == key && f.Namespace == space {
			return f
		}
	}
	return nil
}

// Attribute is a custom attribute of a cart or a line.
type Attribute struct {
	Key   string  `json:"key"`
	Value *string `json:"value,omitempty"` // Value is nil where it is empty.
}

func attribute(list []*Attribute, key string) *Attribute {
	for _, a := range list {
		if a.Key == key {
			return a
		}
	}
	return nil
}

// BuyerIdentity says who buys.
type BuyerIdentity struct {
	CountryCode *string
	Email       *string
	Phone       *string
	CustomerID  *uuid.UUID // CustomerID is the account that the cart belongs to.
	Preferences *Preferences
}

// Preferences are what a buyer wants to find preselected; they are handed back as they came.
type Preferences struct {
	Delivery *DeliveryPreference `json:"delivery,omitempty"`
	Wallet   []string            `json:"wallet,omitempty"`
}

// DeliveryPreference is how a buyer prefers to get the goods.
type DeliveryPreference struct {
	Coordinates    *Coordinates `json:"coordinates,omitempty"`
	DeliveryMethod []string     `json:"delivery_method,omitempty"`
	PickupHandle   []string     `json:"pickup_handle,omitempty"`
}

// Coordinates are a point on the map.
type Coordinates struct {
	CountryCode string  `json:"country_code"`
	Latitude    float64 `json:"latitude"`
	Longitude   float64 `json:"longitude"`
}

// Cost is what a cart costs. Total is what its lines, delivery and added taxes sum to, less discounts.
type Cost struct {
	CheckoutChargeAmount     money.Money
	SubtotalAmount           money.Money
	SubtotalAmountEstimated  bool
	TotalAmount              money.Money
	TotalAmountEstimated     bool
	TotalTaxAmount           *money.Money
	TotalTaxAmountEstimated  bool
	TotalDutyAmount          *money.Money // TotalDutyAmount is always nil.
	TotalDutyAmountEstimated bool
}

// Line is one variant in a cart.
type Line struct {
	ID                  gid.ID
	Quantity            int
	Variant             *catalog.Variant // Variant is the line's merchandise, priced for the cart's buyer.
	Attributes          []*Attribute
	Cost                *LineCost
	DiscountAllocations []any // DiscountAllocations are *CodeAllocation and *AutomaticAllocation of this line.
	Instructions        *LineInstructions
}

// Attribute is one custom attribute by its key; nil where there is none.
func (l *Line) Attribute(key string) *Attribute { return attribute(l.Attributes, key) }

// LineCost is what a line costs. Total is Subtotal less the line's own discounts; those of the whole cart come off later.
type LineCost struct {
	AmountPerQuantity          money.Money
	CompareAtAmountPerQuantity *money.Money
	SubtotalAmount             money.Money
	TotalAmount                money.Money
}

// LineInstructions are what may be done with a line.
type LineInstructions struct {
	CanRemove         bool
	CanUpdateQuantity bool
}

// DiscountCode is a code that was entered.
type DiscountCode struct {
	Applicable bool
	Code       string
}

// DiscountApplication is how a discount works. Value is a money.Money or a *PercentageValue.
type DiscountApplication struct {
	AllocationMethod string
	TargetSelection  string
	TargetType       string
	Value            any
}

// PercentageValue is a discount in percent.
type PercentageValue struct{ Percentage float64 }

// CodeAllocation is the part of a discount with a code.
type CodeAllocation struct {
	Code                string
	DiscountApplication *DiscountApplication
	DiscountedAmount    money.Money
	TargetType          string
}

// AutomaticAllocation is the part of a discount that came by itself.
type AutomaticAllocation struct {
	Title               string
	DiscountApplication *DiscountApplication
	DiscountedAmount    money.Money
	TargetType          string
}

// AppliedGiftCard is a gift card that pays a part of a cart.
type AppliedGiftCard struct {
	ID                    gid.ID
	AmountUsed            money.Money
	Balance               money.Money
	LastCharacters        string
	PresentmentAmountUsed money.Money
}

// AmountUsedV2 is AmountUsed under its older name.
func (g *AppliedGiftCard) AmountUsedV2() money.Money { return g.AmountUsed }

// BalanceV2 is Balance under its older name.
func (g *AppliedGiftCard) BalanceV2() money.Money { return g.Balance }

// Delivery is where a cart may go.
type Delivery struct{ addresses []*SelectableAddress }

// Addresses are the cart's delivery addresses, or only the one in use.
func (d *Delivery) Addresses(selected *bool) []*SelectableAddress {
	if selected == nil || !*selected {
		return d.addresses
	}
	for _, a := range d.addresses {
		if a.Selected {
			return []*SelectableAddress{a}
		}
	}
	return []*SelectableAddress{}
}

// SelectableAddress is one delivery address of a cart.
type SelectableAddress struct {
	ID         gid.ID
	Address    *customer.Address
	OneTimeUse bool
	Selected   bool
}

// DeliveryGroup is what is shipped together.
type DeliveryGroup struct {
	ID                     gid.ID
	Lines                  []*Line
	DeliveryAddress        *customer.Address // DeliveryAddress has no more than a country while no address is selected.
	DeliveryOptions        []*DeliveryOption
	SelectedDeliveryOption *DeliveryOption
	GroupType              string
}

// DeliveryOption is a way to ship a group.
type DeliveryOption struct {
	Code               *string
	DeliveryMethodType string
	Description        *string
	EstimatedCost      money.Money
	Handle             string
	Title              *string
}

// Warning says that something was done differently than asked.
type Warning struct {
	Code    string
	Message string
	Target  gid.ID
}

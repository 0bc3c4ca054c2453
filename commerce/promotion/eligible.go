package promotion

import (
	"slices"

	"github.com/google/uuid"
)

// Reason tells why an entered code does not apply. Its values are cart warning codes of the storefront API.
type Reason string

// Why a code does not apply.
const (
	NotFound            Reason = "DISCOUNT_NOT_FOUND"
	Inactive            Reason = "DISCOUNT_CURRENTLY_INACTIVE" // Inactive is disabled, too early or too late.
	UsageLimitReached   Reason = "DISCOUNT_USAGE_LIMIT_REACHED"
	CustomerMissing     Reason = "DISCOUNT_ELIGIBLE_CUSTOMER_MISSING" // CustomerMissing is for some customers only, and nobody signed in.
	CustomerNotEligible Reason = "DISCOUNT_CUSTOMER_NOT_ELIGIBLE"
	CustomerLimit       Reason = "DISCOUNT_CUSTOMER_USAGE_LIMIT_REACHED"
	NoEntitledLines     Reason = "DISCOUNT_NO_ENTITLED_LINE_ITEMS"
	NoEntitledShipping  Reason = "DISCOUNT_NO_ENTITLED_SHIPPING_LINES" // NoEntitledShipping is when nothing is shipped.
	PurchaseNotInRange  Reason = "DISCOUNT_PURCHASE_NOT_IN_RANGE"
	QuantityNotInRange  Reason = "DISCOUNT_QUANTITY_NOT_IN_RANGE"
	NotHonoured         Reason = "DISCOUNT_CODE_NOT_HONOURED" // NotHonoured lost to a better combination, or has no amount in the currency.
)

// admit makes d a candidate, or tells the first reason why it is none.
func (e *engine) admit(d *Discount, place int) Reason {
	if reason := e.offered(d); reason != "" {
		return reason
	}
	entitled, reason := e.entitled(d)
	if reason != "" {
		return reason
	}
	e.candidates = append(e.candidates, candidate{Discount: d, class: d.Class(), entered: place, entitled: entitled})
	return ""
}

// offered judges what does not depend on the lines: time, use, buyer, currency.
func (e *engine) offered(d *Discount) Reason {
	used := e.in.Facts.Used[d.ID]
	customer := e.in.Facts.CustomerID
	switch now := e.in.Now; {
	case d.Disabled, now.Before(d.StartsAt), !d.EndsAt.IsZero() && !now.Before(d.EndsAt):
		return Inactive
	case d.UsageLimit > 0 && used.Total >= d.UsageLimit:
		return UsageLimitReached
	case len(d.Config.Customers) > 0 && customer == uuid.Nil:
		return CustomerMissing
	case len(d.Config.Customers) > 0 && !slices.Contains(d.Config.Customers, customer):
		return CustomerNotEligible
	case d.OncePerCustomer && used.ByBuyer > 0:
		return CustomerLimit
	}
	if _, ok := d.Config.Amounts[e.in.Currency]; d.Kind == Fixed && !ok {
		return NotHonoured
	}
	return ""
}

// entitled judges what depends on the lines, and returns the lines that d lowers.
func (e *engine) entitled(d *Discount) ([]bool, Reason) {
	var subtotal, quantity int64
	found, shipped := false, false
	entitled := make([]bool, len(e.in.Lines))
	for i := range e.in.Lines {
		l := &e.in.Lines[i]
		if l.Quantity <= 0 || !d.Config.Target.holds(l) {
			continue
		}
		entitled[i], found = true, true
		shipped = shipped || l.RequiresShipping
		subtotal += e.gross[i]
		quantity += l.Quantity
	}
	switch {
	case d.Kind == FreeShipping && !shipped:
		return nil, NoEntitledShipping
	case !found:
		return nil, NoEntitledLines
	}
	if least, ok := d.Config.MinSubtotal[e.in.Currency]; len(d.Config.MinSubtotal) > 0 && (!ok || subtotal < least) {
		return nil, PurchaseNotInRange
	}
	if quantity < d.Config.MinQuantity {
		return nil, QuantityNotInRange
	}
	if d.Kind == BuyXGetY && e.give(d, entitled, nil) == 0 {
		if e.anyHeld(&d.Config.Get.Target) { // more of the same would do
			return nil, QuantityNotInRange
		}
		return nil, NoEntitledLines
	}
	return entitled, ""
}

func (e *engine) anyHeld(t *Target) bool {
	for i := range e.in.Lines {
		if l := &e.in.Lines[i]; l.Quantity > 0 && t.holds(l) {
			return true
		}
	}
	return false
}

func (t *Target) all() bool {
	return len(t.Products) == 0 && len(t.Variants) == 0 && len(t.Collections) == 0
}

// holds reports whether l is in the set.
func (t *Target) holds(l *Line) bool {
	if t.all() || slices.Contains(t.Products, l.ProductID) || slices.Contains(t.Variants, l.VariantID) {
		return true
	}
	for _, id := range l.CollectionIDs {
		if slices.Contains(t.Collections, id) {
			return true
		}
	}
	return false
}

package discount

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

const (
	maxText = 255
	maxList = 1000 // products, variants, collections or customers of one discount
)

// check lists what keeps a discount from being of use.
func check(d *promotion.Discount) (p fault.Problems) {
	checkNames(&p, d)
	if !d.EndsAt.IsZero() && !d.EndsAt.After(d.StartsAt) {
		p.Add("INVALID", "A discount ends after it begins.", "endsAt")
	}
	if d.UsageLimit < 0 {
		p.Add("GREATER_THAN", "The limit of uses is 1 or more.", "usageLimit")
	}
	checkValue(&p, d)
	c := &d.Config
	if c.MinQuantity < 0 || !amounts(c.MinSubtotal, 0) {
		p.Add("VALUE_OUTSIDE_RANGE", "The minimum is out of range.", "minimumRequirement")
	}
	if c.MinQuantity > 0 && len(c.MinSubtotal) > 0 {
		p.Add("MINIMUM_SUBTOTAL_AND_QUANTITY_RANGE_BOTH_PRESENT", "Ask for a number of pieces or for a worth, not for both.", "minimumRequirement")
	}
	for _, t := range []promotion.Target{c.Target, c.Get.Target} {
		if len(t.Products) > maxList || len(t.Variants) > maxList || len(t.Collections) > maxList || len(c.Customers) > maxList {
			p.Add("EXCEEDED_MAX", "A discount names at most 1,000 things of a kind.", "value")
		}
	}
	return p
}

// checkRecords reports things and customers that a discount names and the shop does not have.
func (s *Service) checkRecords(ctx context.Context, tx database.Tx, d *promotion.Discount) (p fault.Problems, err error) {
	c := &d.Config
	for _, named := range []struct {
		table, field string
		ids          []uuid.UUID
	}{
		{"product", "items", slices.Concat(c.Target.Products, c.Get.Target.Products)},
		{"variant", "items", slices.Concat(c.Target.Variants, c.Get.Target.Variants)},
		{"collection", "items", slices.Concat(c.Target.Collections, c.Get.Target.Collections)},
		{"customer", "customers", c.Customers},
	} {
		if len(named.ids) == 0 {
			continue
		}
		there, err := s.store.existing(ctx, tx, named.table, named.ids)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(named.ids, func(id uuid.UUID) bool { return !there[id] }) {
			p.Add("INVALID", "There is no such "+named.table+".", named.field)
		}
	}
	return p, nil
}

func checkNames(p *fault.Problems, d *promotion.Discount) {
	switch d.Method {
	case promotion.Code:
		if d.Code == "" {
			p.Add("BLANK", "A code is needed.", "code")
		}
	case promotion.Automatic:
		if d.Code != "" {
			p.Add("PRESENT", "A discount that comes by itself has no code.", "code")
		}
	default:
		p.Add("INCLUSION", "A discount comes by code or by itself.", "method")
	}
	if d.Title == "" && d.Method != promotion.Code {
		p.Add("BLANK", "A title is needed.", "title")
	}
	for field, text := range map[string]string{"code": d.Code, "title": d.Title} {
		if utf8.RuneCountInString(text) > maxText {
			p.Add("TOO_LONG", "At most 255 characters.", field)
		} else if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			p.Add("INVALID", "Only letters, digits, punctuation and spaces.", field)
		}
	}
}

// share says what a percentage is.
const share = "A percentage is a number above 0 and not above 1, such as 0.15 for 15 %."

func checkValue(p *fault.Problems, d *promotion.Discount) {
	c := &d.Config
	ok, what := true, "What the discount takes off is missing or out of range."
	switch d.Kind {
	case promotion.Percentage:
		ok, what = c.PPM > 0 && c.PPM <= money.PPM, share
	case promotion.Fixed:
		ok = len(c.Amounts) > 0 && amounts(c.Amounts, 1)
	case promotion.BuyXGetY:
		g := c.Get
		ok = g.Buy > 0 && g.Quantity > 0 && g.MaxUses >= 0 && g.PPM > 0 && g.PPM <= money.PPM
		if g.PPM <= 0 || g.PPM > money.PPM {
			what = share
		}
	case promotion.FreeShipping:
	default:
		p.Add("INCLUSION", "A discount is a percentage, an amount, free shipping, or some for buying others.", "kind")
	}
	if !ok {
		p.Add("VALUE_OUTSIDE_RANGE", what, "value")
	}
}

func amounts(by map[money.Currency]int64, least int64) bool {
	for c, n := range by {
		if !c.Valid() || n < least || n > pricing.MaxAmount {
			return false
		}
	}
	return true
}

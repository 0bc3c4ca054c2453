package discount

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/promotion"
)

// Summary says in a line for staff what the discount does.
func (d *Discount) Summary() string {
	c := &d.Config
	var what string
	switch d.Kind {
	case promotion.Percentage:
		what = percent(c.PPM) + " off " + things(c.Target, "the whole order")
	case promotion.Fixed:
		what = amountsOf(c.Amounts) + " off "
		switch c.Each {
		case promotion.EachItem:
			what += "each piece of "
		case promotion.EachLine:
			what += "each line of "
		}
		what += things(c.Target, "the whole order")
	case promotion.FreeShipping:
		what = "Free shipping"
	case promotion.BuyXGetY:
		what = fmt.Sprintf("Buy %d of %s, get %d of %s at %s off", c.Get.Buy, things(c.Target, "anything"), c.Get.Quantity, things(c.Get.Target, "anything"), percent(c.Get.PPM))
	}
	switch {
	case c.MinQuantity > 0:
		what += fmt.Sprintf(" • from %d pieces", c.MinQuantity)
	case len(c.MinSubtotal) > 0:
		what += " • from " + amountsOf(c.MinSubtotal)
	}
	if n := len(c.Customers); n > 0 {
		what += fmt.Sprintf(" • for %d customers", n)
	}
	if d.OncePerCustomer {
		what += " • once for each customer"
	}
	return what
}

func percent(ppm int64) string {
	return strconv.FormatFloat(float64(ppm)/(money.PPM/100), 'f', -1, 64) + "%"
}

func amountsOf(by map[money.Currency]int64) string {
	var list []string
	for _, c := range slices.Sorted(maps.Keys(by)) {
		list = append(list, money.New(by[c], c).String())
	}
	return strings.Join(list, " or ")
}

func things(t promotion.Target, all string) string {
	var list []string
	for _, kind := range []struct {
		n    int
		name string
	}{{len(t.Products), "products"}, {len(t.Variants), "variants"}, {len(t.Collections), "collections"}} {
		if kind.n > 0 {
			list = append(list, fmt.Sprintf("%d %s", kind.n, kind.name))
		}
	}
	if len(list) == 0 {
		return all
	}
	return strings.Join(list, " and ")
}

package search

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// kind is how the values of a field are read.
type kind int

const (
	asText kind = iota
	asID
	asBool
	asTime
	asNumber
	asPrice
)

// fields are what a query can compare. Those of staff do not exist for others.
var fields = map[string]struct {
	kind  kind
	staff bool
}{
	"available_for_sale": {kind: asBool}, "barcode": {kind: asText}, "created_at": {kind: asTime}, "gift_card": {kind: asBool},
	"handle": {kind: asText}, "id": {kind: asID}, "inventory_total": {kind: asNumber, staff: true}, "price": {kind: asPrice},
	"product_type": {kind: asText}, "published_at": {kind: asTime}, "sku": {kind: asText}, "status": {kind: asText, staff: true},
	"tag": {kind: asText}, "tag_not": {kind: asText}, "title": {kind: asText}, "updated_at": {kind: asTime}, "variants.price": {kind: asPrice},
	"variants.sku": {kind: asText}, "variants.barcode": {kind: asText}, "variants.title": {kind: asText}, "vendor": {kind: asText},
}

// kindOf finds a field; those of staff are none to others. Metafields are fields of their own: metafields.namespace.key.
func kindOf(name string, staff bool) (kind, bool) {
	if ns, key := metafieldOf(name); ns != "" && key != "" {
		return asText, true
	}
	f, ok := fields[name]
	return f.kind, ok && (staff || !f.staff)
}

func metafieldOf(name string) (namespace, key string) {
	rest, ok := strings.CutPrefix(name, "metafields.")
	if !ok {
		return "", ""
	}
	namespace, key, _ = strings.Cut(rest, ".")
	return namespace, key
}

// check fails with [fault.Invalid] where a value cannot be compared with the field's.
func (k kind) check(f field) error {
	if f.prefix && f.value != "" && k != asText {
		return fault.New(fault.Invalid, "The field %q takes no star in the query.", f.name)
	}
	if f.prefix && f.value == "" {
		return nil
	}
	if f.cmp != "=" && (k == asText || k == asID || k == asBool) {
		return fault.New(fault.Invalid, "The field %q has no order to compare by in the query.", f.name)
	}
	var err error
	switch k {
	case asID:
		_, err = parseID(f.value)
	case asBool:
		_, err = strconv.ParseBool(strings.ToLower(f.value))
	case asTime:
		_, _, err = span(f.value)
	case asNumber:
		_, err = strconv.ParseInt(f.value, 10, 64)
	case asPrice:
		_, _, err = minor(f.value, "USD")
	}
	if err != nil {
		return fault.New(fault.Invalid, "%q is no value for the field %q in the query.", clip(f.value), f.name)
	}
	return nil
}

// parseID reads a product's id, with or without what global ids begin with.
func parseID(value string) (uuid.UUID, error) {
	if id, err := gid.Parse(value); err == nil {
		return id.UUID, nil
	}
	return uuid.Parse(value)
}

// span is the time from which and up to which a value of time stands for: a whole day, or one moment.
func span(value string) (from, to time.Time, err error) {
	if from, err = time.Parse(time.DateOnly, value); err == nil {
		return from, from.AddDate(0, 0, 1), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if from, err = time.Parse(layout, value); err == nil {
			from = from.UTC().Truncate(time.Microsecond)
			return from, from.Add(time.Microsecond), nil
		}
	}
	return from, to, err
}

// minor reads a decimal as minor units of a currency, rounded down, and tells whether that is exact. Amounts that no price
// reaches are cut to what a database can hold.
func minor(decimal string, c money.Currency) (amount int64, exact bool, err error) {
	const most = int64(1) << 62
	number := strings.TrimPrefix(decimal, "-")
	whole, fraction, _ := strings.Cut(number, ".")
	digits := c.Digits()
	kept := fraction
	if len(kept) > digits {
		kept = kept[:digits]
	}
	kept += strings.Repeat("0", digits-len(kept))
	if len(decimal) > 64 || whole == "" || strings.Trim(whole+fraction, "0123456789") != "" || strings.HasSuffix(number, ".") {
		return 0, false, money.ErrSyntax
	}
	exact = len(fraction) <= digits || strings.Trim(fraction[digits:], "0") == ""
	amount, err = strconv.ParseInt(whole+kept, 10, 64)
	if err != nil || amount > most {
		amount = most
	}
	if number == decimal {
		return amount, exact, nil
	}
	if !exact {
		return -amount - 1, false, nil
	}
	return -amount, true, nil
}

// bounds are the least and the most minor units, both included, that a comparison lets pass.
func bounds(cmp, decimal string, c money.Currency) (least, most int64, err error) {
	const end = int64(1) << 62
	floor, exact, err := minor(decimal, c)
	if err != nil {
		return 0, 0, err
	}
	ceil := floor
	if !exact {
		ceil++
	}
	switch cmp {
	case ">":
		return floor + 1, end, nil
	case ">=":
		return ceil, end, nil
	case "<":
		return -end, ceil - 1, nil
	case "<=":
		return -end, floor, nil
	}
	return ceil, floor, nil
}

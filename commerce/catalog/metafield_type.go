package catalog

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rialtohq/rialto/platform/gid"
)

var (
	decimalNumber = regexp.MustCompile(`^-?\d{1,19}(\.\d{1,9})?$`)
	hexColor      = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
)

// metafieldTypes are the types that a metafield can have, and what tells whether a value is of it.
var metafieldTypes = map[string]func(value string) bool{
	"single_line_text_field": func(v string) bool { return !strings.ContainsAny(v, "\r\n") },
	"multi_line_text_field":  func(string) bool { return true },
	"id":                     func(v string) bool { return !strings.ContainsAny(v, "\r\n") },
	"number_integer": func(v string) bool {
		_, err := strconv.ParseInt(v, 10, 64)
		return err == nil
	},
	"number_decimal":       decimalNumber.MatchString,
	"boolean":              func(v string) bool { return v == "true" || v == "false" },
	"date":                 func(v string) bool { return isTime(v, time.DateOnly) },
	"date_time":            func(v string) bool { return isTime(v, time.RFC3339, "2006-01-02T15:04:05") },
	"color":                hexColor.MatchString,
	"url":                  isAddress,
	"json":                 isJSON,
	"rich_text_field":      isJSON,
	"link":                 isJSON,
	"rating":               hasFields("value", "scale_min", "scale_max"),
	"money":                hasFields("amount", "currency_code"),
	"weight":               hasFields("value", "unit"),
	"volume":               hasFields("value", "unit"),
	"dimension":            hasFields("value", "unit"),
	"product_reference":    refersTo("Product"),
	"variant_reference":    refersTo("ProductVariant"),
	"collection_reference": refersTo("Collection"),
	"page_reference":       refersTo("Page"),
	"file_reference":       refersTo("MediaImage", "GenericFile", "Video"),
	"metaobject_reference": refersTo("Metaobject"),
	"customer_reference":   refersTo("Customer"),
	"article_reference":    refersTo("Article"),
	"mixed_reference":      refersTo(),
}

// fitsType reports whether there is such a type, and whether a value is of it.
func fitsType(kind, value string) (known, fits bool) {
	item, list := strings.CutPrefix(kind, "list.")
	check, known := metafieldTypes[item]
	if !known {
		return false, false
	}
	if !list {
		return true, check(value)
	}
	var values []json.RawMessage
	if json.Unmarshal([]byte(value), &values) != nil {
		return true, false
	}
	for _, v := range values {
		text := string(v)
		var s string
		if json.Unmarshal(v, &s) == nil {
			text = s
		}
		if !check(text) {
			return true, false
		}
	}
	return true, true
}

func isJSON(v string) bool { return json.Valid([]byte(v)) }

func isTime(v string, layouts ...string) bool {
	return slices.ContainsFunc(layouts, func(layout string) bool {
		_, err := time.Parse(layout, v)
		return err == nil
	})
}

func isAddress(v string) bool {
	u, err := url.Parse(v)
	return err == nil && slices.Contains([]string{"http", "https", "mailto", "sms", "tel"}, strings.ToLower(u.Scheme))
}

func hasFields(names ...string) func(string) bool {
	return func(v string) bool {
		var fields map[string]json.RawMessage
		if json.Unmarshal([]byte(v), &fields) != nil {
			return false
		}
		return !slices.ContainsFunc(names, func(n string) bool { return fields[n] == nil })
	}
}

func refersTo(types ...string) func(string) bool {
	return func(v string) bool {
		id, err := gid.Parse(v)
		return err == nil && (len(types) == 0 || slices.Contains(types, id.Type))
	}
}

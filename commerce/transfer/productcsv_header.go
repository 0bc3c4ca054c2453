package transfer

import (
	"fmt"
	"regexp"
	"strings"
)

// column is one of the columns that have a fixed name.
type column int

const (
	colHandle column = iota
	colTitle
	colBody
	colVendor
	colCategory
	colType
	colTags
	colPublished
	colStatus
	colSEOTitle
	colSEODescription
	colOption1Name
	colOption1Value
	colOption2Name
	colOption2Value
	colOption3Name
	colOption3Value
	colSKU
	colBarcode
	colGrams
	colWeightUnit
	colTracker
	colQuantity
	colPolicy
	colPrice
	colCompareAt
	colCost
	colRequiresShipping
	colTaxable
	colVariantImage
	colTotalMeasure
	colTotalUnit
	colBaseMeasure
	colBaseUnit
	colImageSrc
	colImagePosition
	colImageAlt
	columns // how many there are
)

// columnNames maps the names of the long-standing export and of the newer one, in lower case.
var columnNames = map[string]column{
	"handle": colHandle, "url handle": colHandle,
	"title":       colTitle,
	"body (html)": colBody, "body html": colBody, "description": colBody,
	"vendor":           colVendor,
	"product category": colCategory,
	"type":             colType,
	"tags":             colTags,
	"published":        colPublished, "published on online store": colPublished,
	"status":          colStatus,
	"seo title":       colSEOTitle,
	"seo description": colSEODescription,
	"option1 name":    colOption1Name, "option1 value": colOption1Value,
	"option2 name": colOption2Name, "option2 value": colOption2Value,
	"option3 name": colOption3Name, "option3 value": colOption3Value,
	"variant sku": colSKU, "sku": colSKU,
	"variant barcode": colBarcode, "barcode": colBarcode,
	"variant grams": colGrams, "weight value (grams)": colGrams,
	"variant weight unit": colWeightUnit, "weight unit for display": colWeightUnit,
	"variant inventory tracker": colTracker, "inventory tracker": colTracker,
	"variant inventory qty": colQuantity, "inventory quantity": colQuantity,
	"variant inventory policy": colPolicy, "continue selling when out of stock": colPolicy,
	"variant price": colPrice, "price": colPrice,
	"variant compare at price": colCompareAt, "compare-at price": colCompareAt, "compare at price": colCompareAt,
	"cost per item":             colCost,
	"variant requires shipping": colRequiresShipping, "requires shipping": colRequiresShipping,
	"variant taxable": colTaxable, "charge tax": colTaxable,
	"variant image": colVariantImage, "variant image url": colVariantImage,
	"unit price total measure": colTotalMeasure, "unit price total measure unit": colTotalUnit,
	"unit price base measure": colBaseMeasure, "unit price base measure unit": colBaseUnit,
	"image src": colImageSrc, "product image url": colImageSrc,
	"image position": colImagePosition,
	"image alt text": colImageAlt,
}

// ignoredNames are columns of the export that mean nothing here, so that they raise no warning.
var ignoredNames = map[string]bool{
	"option1 linked to": true, "option2 linked to": true, "option3 linked to": true,
	"variant fulfillment service": true, "fulfillment service": true,
	"variant tax code": true, "tax code": true,
	"gift card":             true,
	"standard product type": true, "custom product type": true, "standardized product type": true,
	"collection": true,
}

var (
	metafieldColumn    = regexp.MustCompile(`(?i)^.*\(product\.metafields\.([a-z0-9_-]{2,255})\.([a-z0-9_-]{2,64})\)$`)
	oldMetafieldColumn = regexp.MustCompile(`(?i)^metafield:\s*([a-z0-9_-]{2,255})\.([a-z0-9_-]{2,64})\s*(?:\[([a-z0-9_.]+)\])?$`)
)

// header says where in a row each thing stands.
type header struct {
	names      []string // as written
	at         [columns]int
	metafields []metafieldAt
	markets    []marketAt
}

type metafieldAt struct {
	index                int
	namespace, key, kind string
}

// marketAt holds the columns of one market, -1 for one that is not there.
type marketAt struct {
	name                       string
	price, compareAt, included int
}

// parseHeader understands a header row. It fails with a [FileError] when it is none, and returns the columns
// that it does not know as warnings.
func parseHeader(fields []string, row, line int) (*header, []RowError, *FileError) {
	h := &header{names: make([]string, len(fields))}
	for i := range h.at {
		h.at[i] = -1
	}
	var warnings []RowError
	for i, field := range fields {
		name := strings.TrimSpace(field)
		h.names[i] = name
		known, err := h.place(i, name)
		if err != nil {
			err.Row, err.Line = row, line
			return nil, nil, err
		}
		if !known && name != "" {
			warnings = append(warnings, RowError{Row: row, Line: line, Column: name, Code: CodeUnknownColumn,
				Message: "this column is not known and is left out"})
		}
	}
	if err := h.complete(fields); err != nil {
		err.Row, err.Line = row, line
		return nil, nil, err
	}
	return h, warnings, nil
}

// place notes one column and tells whether it is known.
func (h *header) place(i int, name string) (bool, *FileError) {
	lower := strings.ToLower(name)
	if c, ok := columnNames[lower]; ok {
		if h.at[c] >= 0 {
			return true, &FileError{RowError: RowError{Column: name, Code: CodeDuplicateColumn,
				Message: fmt.Sprintf("columns %d and %d mean the same thing", h.at[c]+1, i+1)}}
		}
		h.at[c] = i
		return true, nil
	}
	if ignoredNames[lower] || strings.HasPrefix(lower, "google shopping /") {
		return true, nil
	}
	if m := metafieldColumn.FindStringSubmatch(name); m != nil {
		h.metafields = append(h.metafields, metafieldAt{index: i, namespace: m[1], key: m[2]})
		return true, nil
	}
	if m := oldMetafieldColumn.FindStringSubmatch(name); m != nil {
		h.metafields = append(h.metafields, metafieldAt{index: i, namespace: m[1], key: m[2], kind: m[3]})
		return true, nil
	}
	return h.placeMarket(i, name), nil
}

// placeMarket notes a column of the form "Price / Canada".
func (h *header) placeMarket(i int, name string) bool {
	what, market, ok := strings.Cut(name, "/")
	market = strings.TrimSpace(market)
	if !ok || market == "" {
		return false
	}
	var slot func(*marketAt) *int
	switch strings.ToLower(strings.TrimSpace(what)) {
	case "price":
		slot = func(m *marketAt) *int { return &m.price }
	case "compare at price", "compare-at price":
		slot = func(m *marketAt) *int { return &m.compareAt }
	case "included":
		slot = func(m *marketAt) *int { return &m.included }
	default:
		return false
	}
	for k := range h.markets {
		if strings.EqualFold(h.markets[k].name, market) {
			*slot(&h.markets[k]) = i
			return true
		}
	}
	m := marketAt{name: market, price: -1, compareAt: -1, included: -1}
	*slot(&m) = i
	h.markets = append(h.markets, m)
	return true
}

// complete refuses a first row without the two columns that every product CSV has.
func (h *header) complete(fields []string) *FileError {
	if h.at[colHandle] >= 0 && h.at[colTitle] >= 0 {
		return nil
	}
	message := "the first row must name the columns, Handle and Title among them"
	switch {
	case h.at[colHandle] >= 0:
		message = "the column Title is missing"
	case h.at[colTitle] >= 0:
		message = "the column Handle is missing"
	case len(fields) == 1 && strings.Count(fields[0], ";") > 2:
		message = "columns seem to be separated by semicolons; save the file with commas"
	case len(fields) == 1 && strings.Count(fields[0], "\t") > 2:
		message = "columns seem to be separated by tabs; save the file with commas"
	}
	return &FileError{RowError: RowError{Code: CodeMissingHeader, Message: message}}
}

// column is the written name of a column, for messages.
func (h *header) column(c column) string {
	if i := h.at[c]; i >= 0 {
		return h.names[i]
	}
	return ""
}

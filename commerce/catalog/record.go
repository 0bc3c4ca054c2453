package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
)

// record is a product as it is stored, with all that is written with it. Verbs read records, change copies and save the
// difference, so that a change which changes nothing costs no write and tells nobody.
type record struct {
	row      productRow
	written  time.Time // when it was last written; never for a new one
	options  []*optionRow
	variants []*variantRecord
	media    []mediaRow
}

type productRow struct {
	id                                                    uuid.UUID
	handle, title, text, html, vendor, kind, status, tags string // tags is JSON
	seoTitle, seoDescription                              string
	published, giftCard                                   bool
	variants                                              int
}

type optionRow struct {
	id       uuid.UUID
	name     string
	position int
	values   []valueRow
}

type valueRow struct {
	id       uuid.UUID
	name     string
	position int
	color    string
	media    uuid.NullUUID
}

type variantRecord struct {
	row    variantRow
	values []string // one for each option
	prices map[money.Currency]price
}

type variantRow struct {
	id                                 uuid.UUID
	title, sku, barcode                string
	position, grams                    int
	unit                               string
	ships, taxable, tracked, oversells bool
	media                              uuid.NullUUID
	key, selected, unitPrice           string // the last two are JSON
	cost                               amount
}

// amount is a number of minor units, or nothing.
type amount struct {
	n     int64
	given bool
}

func (a amount) json() any {
	if !a.given {
		return nil
	}
	return a.n
}

type price struct {
	amount  int64
	compare amount
	derived bool
}

type mediaRow struct {
	id            uuid.UUID
	position      int
	alt, source   string
	contentType   string
	width, height int
	thumbhash     string
}

// choice is a row of variant_option without its id.
type choice struct {
	variant, option, value uuid.UUID
	position               int
	name, text             string
}

// What a product without choices has, so that every variant has an option value.
const (
	defaultOption = "Title"
	defaultValue  = "Default Title"
)

// OptionKey is how a variant is found by its values, one for each option, in order. Case does not count.
func OptionKey(values []string) string {
	key := strings.ToLower(strings.Join(values, "\x1f"))
	if len(key) > 512 {
		// PostgreSQL's index entries are limited.
		sum := sha256.Sum256([]byte(key))
		return hex.EncodeToString(sum[:])
	}
	return key
}

// clone is a copy that can be changed.
func (r *record) clone() *record {
	c := &record{row: r.row, written: r.written, media: slices.Clone(r.media)}
	for _, o := range r.options {
		copied := *o
		copied.values = slices.Clone(o.values)
		c.options = append(c.options, &copied)
	}
	for _, v := range r.variants {
		c.variants = append(c.variants, v.clone())
	}
	return c
}

func (v *variantRecord) clone() *variantRecord {
	return &variantRecord{row: v.row, values: slices.Clone(v.values), prices: maps.Clone(v.prices)}
}

// standalone reports whether the product has only the variant that it was created with, without a value of its own.
func (r *record) standalone() bool {
	return len(r.options) == 1 && r.options[0].name == defaultOption && len(r.variants) == 1 && r.variants[0].values[0] == defaultValue
}

func (r *record) variant(id uuid.UUID) *variantRecord {
	for _, v := range r.variants {
		if v.row.id == id {
			return v
		}
	}
	return nil
}

// value finds a value of an option, case aside.
func (o *optionRow) value(name string) *valueRow {
	for i := range o.values {
		if strings.EqualFold(o.values[i].name, name) {
			return &o.values[i]
		}
	}
	return nil
}

// settle fills in all that follows from the rest: ids, positions, titles, keys and prices. Fails with
// [money.ErrOverflow] where a price has no room in another currency.
func (r *record) settle(prices priceList) error {
	if len(r.options) == 0 {
		r.options = []*optionRow{{name: defaultOption}}
	}
	for i, o := range r.options {
		o.position = i + 1
		if o.id == uuid.Nil {
			o.id = newID()
		}
	}
	for i, v := range r.variants {
		if v.row.id == uuid.Nil {
			v.row.id = newID()
		}
		v.row.position = i + 1
		r.name(v)
		if err := prices.complete(v.prices); err != nil {
			return err
		}
	}
	for _, o := range r.options {
		if len(o.values) == 0 {
			o.values = []valueRow{{name: defaultValue}}
		}
		for i := range o.values {
			o.values[i].position = i + 1
			if o.values[i].id == uuid.Nil {
				o.values[i].id = newID()
			}
		}
	}
	for i := range r.media {
		r.media[i].position = i + 1
		if r.media[i].id == uuid.Nil {
			r.media[i].id = newID()
		}
	}
	r.row.variants = len(r.variants)
	return nil
}

// name gives a variant its title, key and selected options, and adds values that its options do not have yet.
func (r *record) name(v *variantRecord) {
	selected := make([]SelectedOption, len(r.options))
	for i, o := range r.options {
		known := o.value(v.values[i])
		if known == nil {
			o.values = append(o.values, valueRow{name: v.values[i]})
		} else {
			v.values[i] = known.name
		}
		selected[i] = SelectedOption{Name: o.name, Value: v.values[i]}
	}
	v.row.title = strings.Join(v.values, " / ")
	v.row.key = OptionKey(v.values)
	v.row.selected = encode(selected)
}

// choices are the variant's values, spelled out.
func (r *record) choices(v *variantRecord) []choice {
	list := make([]choice, 0, len(r.options))
	for i, o := range r.options {
		if i >= len(v.values) {
			break
		}
		c := choice{variant: v.row.id, option: o.id, position: i + 1, name: o.name, text: v.values[i]}
		if w := o.value(v.values[i]); w != nil {
			c.value = w.id
		}
		list = append(list, c)
	}
	return list
}

// span is a row of product_price.
type span struct{ low, high, lowCompare, highCompare int64 }

// spans are the ranges of the variants' prices in each currency. Nought stands for no former price.
func (r *record) spans() map[money.Currency]span {
	out := map[money.Currency]span{}
	for _, v := range r.variants {
		for c, p := range v.prices {
			s, seen := out[c]
			if !seen {
				s.low, s.high = p.amount, p.amount
			}
			s.low, s.high = min(s.low, p.amount), max(s.high, p.amount)
			if p.compare.given {
				if s.lowCompare == 0 {
					s.lowCompare = p.compare.n
				}
				s.lowCompare, s.highCompare = min(s.lowCompare, p.compare.n), max(s.highCompare, p.compare.n)
			}
			out[c] = s
		}
	}
	return out
}

func sameOptions(a, b []*optionRow) bool {
	return slices.EqualFunc(a, b, func(x, y *optionRow) bool {
		return x.id == y.id && x.name == y.name && x.position == y.position && slices.Equal(x.values, y.values)
	})
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("catalog: " + err.Error()) // only values of our own plain types are encoded
	}
	return string(b)
}

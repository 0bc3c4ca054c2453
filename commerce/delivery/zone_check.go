package delivery

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gosimple/slug"

	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/platform/fault"
)

// The codes of problems: values of ShippingZoneUserErrorCode and TaxRateUserErrorCode.
const (
	CodeBlank     = "BLANK"
	CodeDuplicate = "DUPLICATE"
	CodeInvalid   = "INVALID"
	CodeNotFound  = "NOT_FOUND"
	CodeOverlap   = "OVERLAP"
	CodeRange     = "VALUE_OUTSIDE_RANGE"
	CodeTooLong   = "TOO_LONG"
	CodeTooMany   = "TOO_MANY"
)

const (
	maxGrams = math.MaxInt32
	maxDays  = 3650
)

// provinceCode is an ISO 3166-2 code.
var provinceCode = regexp.MustCompile(`^[A-Z]{2}-[A-Z0-9]{1,3}$`)

// checker collects what is wrong with an input.
type checker struct{ problems fault.Problems }

func (c *checker) add(code, message string, field ...string) { c.problems.Add(code, message, field...) }

// text checks a line of text and gives it without white space around it.
func (c *checker) text(s string, needed bool, field ...string) string {
	trimmed := strings.TrimSpace(s)
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(trimmed, unicode.IsControl):
		c.add(CodeInvalid, "The text has characters that cannot be shown.", field...)
	case trimmed == "" && needed:
		c.add(CodeBlank, "This is needed.", field...)
	case len(trimmed) > maxText:
		c.add(CodeTooLong, "The text is longer than 255 bytes.", field...)
	}
	return trimmed
}

// zone changes z as the input says. before is nil of a new zone.
func (c *checker) zone(z, before *Zone, all []*Zone, in ZoneInput) {
	if in.Name != nil || before == nil {
		name := ""
		if in.Name != nil {
			name = *in.Name
		}
		z.Name = c.text(name, true, "input", "name")
	}
	if in.Countries != nil {
		z.Countries = sorted(in.Countries)
	}
	if in.Provinces != nil {
		z.Provinces = sorted(in.Provinces)
	}
	if in.RestOfWorld != nil {
		z.RestOfWorld = *in.RestOfWorld
	}
	if len(z.Countries) == 0 && !z.RestOfWorld {
		c.add(CodeBlank, "A zone has at least one country, or is for the rest of the world.", "input", "countries")
	}
	for _, p := range z.Provinces {
		if !provinceCode.MatchString(p) {
			c.add(CodeInvalid, "A province is named by its country and code, such as US-CA.", "input", "provinces")
		} else if !slices.Contains(z.Countries, p[:2]) {
			c.add(CodeInvalid, p+" is a province of no country of the zone.", "input", "provinces")
		}
	}
	c.overlaps(&z.Zone, all)
	if in.Rates != nil {
		z.Rates = c.rates(in.Rates)
	}
}

// overlaps refuses a zone that reaches what another one reaches as closely, so that it could not be told which speaks.
func (c *checker) overlaps(z *shipping.Zone, all []*Zone) {
	for _, other := range all {
		if other.ID == z.ID {
			continue
		}
		if z.RestOfWorld && other.RestOfWorld {
			c.add(CodeOverlap, "The zone "+quoted(other)+" is for the rest of the world already.", "input", "restOfWorld")
		}
		for _, country := range z.Countries {
			if whole(z, country) && whole(&other.Zone, country) {
				c.add(CodeOverlap, country+" is in the zone "+quoted(other)+" already.", "input", "countries")
			}
		}
		for _, p := range z.Provinces {
			if slices.Contains(other.Provinces, p) {
				c.add(CodeOverlap, p+" is in the zone "+quoted(other)+" already.", "input", "provinces")
			}
		}
	}
}

// whole reports whether a zone reaches all of a country.
func whole(z *shipping.Zone, country string) bool {
	return slices.Contains(z.Countries, country) && !slices.ContainsFunc(z.Provinces, func(p string) bool { return strings.HasPrefix(p, country+"-") })
}

func quoted(z *Zone) string { return strconv.Quote(fault.Shorten(z.Name, 60)) }

// rates checks all rates of a zone. A rate without a handle gets one made of its title.
func (c *checker) rates(in []shipping.Rate) []shipping.Rate {
	if len(in) > maxRates {
		c.add(CodeTooMany, "A zone has at most 1,000 rates.", "input", "rates")
		return nil
	}
	out := slices.Clone(in)
	seen := map[string]bool{}
	for i := range out {
		r := &out[i]
		at := func(field string) []string { return []string{"input", "rates", strconv.Itoa(i), field} }
		r.Title = c.text(r.Title, true, at("title")...)
		r.Description = c.text(r.Description, false, at("description")...)
		if r.Handle = c.text(r.Handle, false, at("handle")...); r.Handle == "" {
			r.Handle = cmp.Or(slug.Make(strings.ToValidUTF8(r.Title, "")), "rate")
		}
		key := r.Handle + " " + string(r.Price.Currency)
		if seen[key] {
			c.add(CodeDuplicate, "Another rate of the zone has this handle in this currency.", at("handle")...)
		}
		seen[key] = true
		if !r.Price.Currency.Valid() || r.Price.Amount < 0 || r.Price.Amount > pricing.MaxAmount/2 {
			c.add(CodeRange, "The price is out of range.", at("price")...)
		}
		c.bounds(r.MinSubtotal, r.MaxSubtotal, pricing.MaxAmount, at("minimumSubtotal"))
		c.bounds(r.MinGrams, r.MaxGrams, maxGrams, at("minimumGrams"))
		least, most := int64(r.MinDays), int64(r.MaxDays)
		c.bounds(&least, &most, maxDays, at("minimumDays"))
	}
	return out
}

// bounds refuses bounds that nothing is within.
func (c *checker) bounds(least, most *int64, highest int64, field []string) {
	for _, n := range []*int64{least, most} {
		if n != nil && (*n < 0 || *n > highest) {
			c.add(CodeRange, "The bound is out of range.", field...)
			return
		}
	}
	if least != nil && most != nil && *least > *most {
		c.add(CodeRange, "The lower bound is above the upper one.", field...)
	}
}

// sorted are texts in order, each once.
func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}

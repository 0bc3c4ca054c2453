package shop

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/gosimple/slug"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/fault"
)

// The codes of problems: values of MarketUserErrorCode.
const (
	CodeBlank    = "BLANK"
	CodeInvalid  = "INVALID"
	CodeTaken    = "TAKEN"
	CodeTooLong  = "TOO_LONG"
	CodeTooMany  = "TOO_MANY"
	CodeNotFound = "MARKET_NOT_FOUND"
	CodePrimary  = "PRIMARY_MARKET"
	CodeRate     = "RATE_NEEDED"
	CodeRegion   = "REGION_IN_OTHER_MARKET"
)

const (
	maxMarkets   = 250
	maxCountries = 250
	maxName      = 255
)

// checker collects what is wrong with a change of markets.
type checker struct {
	own      *Shop
	all      []*Market
	problems fault.Problems
}

func (c *checker) add(code, message string, field ...string) { c.problems.Add(code, message, field...) }

// find gives a market of the shop; without one that is a problem.
func (c *checker) find(id uuid.UUID) *Market {
	for _, m := range c.all {
		if m.ID == id {
			return m
		}
	}
	c.add(CodeNotFound, "There is no such market.", "id")
	return nil
}

// take changes m as the input says. before is nil of a new market.
func (c *checker) take(m, before *Market, in MarketInput) {
	if in.Name != nil || before == nil {
		m.Name = c.problems.Line(text(in.Name), true, maxName, "input", "name")
	}
	if in.Handle != nil || before == nil {
		c.handle(m, text(in.Handle))
	}
	if in.Enabled != nil {
		m.Enabled = *in.Enabled
	}
	if m.Primary && !m.Enabled {
		c.add(CodePrimary, "The primary market cannot be switched off.", "input", "enabled")
	}
	if in.TaxIncluded != nil {
		m.TaxIncluded = *in.TaxIncluded
	}
	c.countries(m, before, in)
	if in.Languages != nil {
		m.Languages = distinct(in.Languages)
		if len(m.Languages) == 0 {
			c.add(CodeBlank, "A market speaks at least one language.", "input", "languages")
		}
	}
	c.currency(m, before, in)
}

// handle gives m the handle that was chosen, which must be free, or a free one made of its name.
func (c *checker) handle(m *Market, chosen string) {
	taken := func(h string) bool {
		return slices.ContainsFunc(c.all, func(other *Market) bool { return other.ID != m.ID && other.Handle == h })
	}
	if strings.TrimSpace(chosen) != "" {
		before := len(c.problems)
		h := c.problems.Line(chosen, true, maxName, "input", "handle")
		if len(c.problems) > before {
			return
		}
		if m.Handle = slug.Make(h); m.Handle == "" {
			c.add(CodeInvalid, "A handle has letters or digits.", "input", "handle")
		}
		if taken(m.Handle) {
			c.add(CodeTaken, "Another market has this handle.", "input", "handle")
		}
		return
	}
	base := slug.Make(strings.ToValidUTF8(m.Name, ""))
	if len(base) > 200 {
		base = strings.Trim(base[:200], "-")
	}
	if base == "" {
		base = "market"
	}
	m.Handle = base
	for i := 1; taken(m.Handle); i++ {
		m.Handle = base + "-" + strconv.Itoa(i)
	}
}

// countries gives m its countries. None is in two markets that are switched on.
func (c *checker) countries(m, before *Market, in MarketInput) {
	if in.Countries != nil || before == nil {
		m.Countries = distinct(in.Countries)
		slices.Sort(m.Countries)
		if len(m.Countries) == 0 {
			c.add(CodeBlank, "A market has at least one country.", "input", "regions")
		}
		if len(m.Countries) > maxCountries {
			c.add(CodeTooMany, "A market has at most 250 countries.", "input", "regions")
		}
	}
	if !m.Enabled {
		return
	}
	for _, other := range c.all {
		if other.ID == m.ID || !other.Enabled {
			continue
		}
		for _, country := range m.Countries {
			if slices.Contains(other.Countries, country) {
				c.add(CodeRegion, country+" is in the market "+strconv.Quote(fault.Shorten(other.Name, 60))+" already. Take it out there first, or keep this market switched off.", c.region(in, country)...)
			}
		}
	}
}

// region is the path to a country of the input; to the switch where it was there before.
func (c *checker) region(in MarketInput, country string) []string {
	if i := slices.Index(in.Countries, country); i >= 0 {
		return []string{"input", "regions", strconv.Itoa(i), "countryCode"}
	}
	return []string{"input", "enabled"}
}

// currency gives m its currency and the rate of it.
func (c *checker) currency(m, before *Market, in MarketInput) {
	if in.Currency != nil {
		m.Currency = *in.Currency
	}
	if !m.Currency.Valid() {
		c.add(CodeInvalid, "There is no such currency.", "input", "currencySettings", "baseCurrency")
		return
	}
	at := []string{"input", "currencySettings", "baseCurrencyManualRate"}
	if m.Currency == c.own.Currency {
		if in.Rate != nil && !sameNumber(*in.Rate) {
			c.add(CodeInvalid, "The shop's own currency has no rate.", at...)
		}
		m.Rate = "1"
		return
	}
	switch {
	case in.Rate != nil:
		if _, err := money.Convert(money.New(1_00, c.own.Currency), m.Currency, *in.Rate); err != nil || len(*in.Rate) > 40 {
			c.add(CodeInvalid, "A rate is a positive decimal such as \"0.92\".", at...)
		}
		m.Rate = *in.Rate
	case before == nil || before.Currency != m.Currency:
		// The rate of a currency that the shop has already, or else nobody can know it.
		i := slices.IndexFunc(c.all, func(other *Market) bool { return other.ID != m.ID && other.Currency == m.Currency })
		if i < 0 {
			c.add(CodeRate, "Say how many units of this currency one unit of the shop's is worth.", at...)
			return
		}
		m.Rate = c.all[i].Rate
	}
}

// sameNumber reports whether a rate says one for one.
func sameNumber(rate string) bool {
	m, err := money.Convert(money.New(1_000_000, "USD"), "USD", rate)
	return err == nil && m.Amount == 1_000_000
}

func distinct(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

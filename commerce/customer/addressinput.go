package customer

import (
	"regexp"
	"strings"

	"golang.org/x/text/width"

	"github.com/rialtohq/rialto/platform/fault"
)

// AddressInput is what somebody typed in as an address. A nil part was left out; an empty one clears what is kept.
type AddressInput struct {
	Address1  *string
	Address2  *string
	City      *string
	Company   *string
	Country   *string
	FirstName *string
	LastName  *string
	Phone     *string
	Province  *string
	Zip       *string
	// CountryCode and ProvinceCode are for staff and win over Country and Province; see [AddressRule.Codes].
	CountryCode  *string
	ProvinceCode *string
}

// AddressRule says how strictly an address is checked.
type AddressRule struct {
	// Complete asks for all that a parcel needs: street, city and country, and region and postal code where the country
	// has them. Without it, what is there must be right, and the rest may be missing: a cart that only asks for rates.
	Complete bool
	// Codes lets countryCode and provinceCode be used.
	Codes bool
}

// Longest texts of an address, in characters.
const (
	maxLine = 255
	maxZip  = 20
)

// zips are the shapes of postal codes, by country; there the code is required. Letters are upper case by then.
var zips = map[string]*regexp.Regexp{
	"US": regexp.MustCompile(`^\d{5}(-?\d{4})?$`), "CA": regexp.MustCompile(`^[A-Z]\d[A-Z][ -]?\d[A-Z]\d$`),
	"GB": regexp.MustCompile(`^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$`), "JP": regexp.MustCompile(`^\d{3}-?\d{4}$`),
	"DE": fiveDigits, "FR": fiveDigits, "IT": fiveDigits, "ES": fiveDigits, "MX": fiveDigits,
	"AU": fourDigits, "AT": fourDigits, "CH": fourDigits, "BE": fourDigits, "DK": fourDigits, "NO": fourDigits, "NZ": fourDigits,
	"NL": regexp.MustCompile(`^\d{4} ?[A-Z]{2}$`), "SE": regexp.MustCompile(`^\d{3} ?\d{2}$`), "PL": regexp.MustCompile(`^\d{2}-?\d{3}$`),
	"PT": regexp.MustCompile(`^\d{4}-?\d{3}$`), "BR": regexp.MustCompile(`^\d{5}-?\d{3}$`), "IN": regexp.MustCompile(`^\d{3} ?\d{3}$`),
}

var (
	fiveDigits = regexp.MustCompile(`^\d{5}$`)
	fourDigits = regexp.MustCompile(`^\d{4}$`)
)

// Apply puts what was typed in over an address (the zero one for a new address) and checks the whole. Problems carry
// CustomerErrorCode values and paths that begin with field; with any, the address is not to be kept.
func (in AddressInput) Apply(over Postal, rule AddressRule, field ...string) (Postal, fault.Problems) {
	c := checker{field: field}
	p := over
	for _, part := range []struct {
		name, label string
		in          *string
		to          *string
		max         int
	}{
		{"firstName", "First name", in.FirstName, &p.FirstName, maxLine}, {"lastName", "Last name", in.LastName, &p.LastName, maxLine},
		{"company", "Company", in.Company, &p.Company, maxLine}, {"address1", "Address", in.Address1, &p.Address1, maxLine},
		{"address2", "Apartment", in.Address2, &p.Address2, maxLine}, {"city", "City", in.City, &p.City, maxLine},
		{"zip", "Postal code", in.Zip, &p.Zip, maxZip}, {"phone", "Phone", in.Phone, &p.Phone, 40},
	} {
		if part.in != nil {
			*part.to = c.text(*part.in, part.name, part.label, part.max)
		}
	}
	in.applyCountry(&c, &p, rule)
	in.applyProvince(&c, &p, rule)
	applyZip(&c, &p)
	if p.Phone != "" && !phoneLike.MatchString(p.Phone) {
		c.add(CodeInvalid, "Phone is not a telephone number.", "phone")
	}
	if rule.Complete && len(c.problems) == 0 {
		complete(&c, p)
	}
	return p, c.problems
}

var phoneLike = regexp.MustCompile(`^[+(]?[0-9][0-9 ().\-/]{3,30}([ ]?(x|ext\.?) ?[0-9]{1,6})?$`)

func (in AddressInput) applyCountry(c *checker, p *Postal, rule AddressRule) {
	typed, name := in.Country, "country"
	if in.CountryCode != nil {
		typed, name = in.CountryCode, "countryCode"
		if !rule.Codes {
			c.add(CodeInvalid, "Send country instead of countryCode.", name)
			return
		}
	}
	if typed == nil {
		return
	}
	text := c.text(*typed, name, "Country", maxLine)
	code, ok := CountryCode(text)
	if !ok && text != "" {
		c.add(CodeInvalid, "Country is not one that we know. Send its English name or its two-letter code.", name)
	}
	p.CountryCode = code
}

func (in AddressInput) applyProvince(c *checker, p *Postal, rule AddressRule) {
	typed, name := in.Province, "province"
	if in.ProvinceCode != nil {
		typed, name = in.ProvinceCode, "provinceCode"
		if !rule.Codes {
			c.add(CodeInvalid, "Send province instead of provinceCode.", name)
			return
		}
	}
	text := p.ProvinceCode
	if typed != nil {
		text = c.text(*typed, name, "Province", maxLine)
	}
	// Also where only the country was changed: the old country's region is none of the new one's.
	code, ok := provinceCode(p.CountryCode, text)
	if !ok {
		c.add(CodeInvalid, "Province is not one of "+CountryName(p.CountryCode)+".", name)
	}
	p.ProvinceCode = code
}

func applyZip(c *checker, p *Postal) {
	shape := zips[p.CountryCode]
	if p.Zip == "" || shape == nil {
		return
	}
	p.Zip = strings.ToUpper(width.Narrow.String(p.Zip))
	if !shape.MatchString(p.Zip) {
		c.add(CodeInvalid, "Postal code is not one of "+CountryName(p.CountryCode)+".", "zip")
	}
}

// complete asks for what a parcel needs.
func complete(c *checker, p Postal) {
	for _, part := range []struct{ name, label, value string }{{"address1", "Address", p.Address1}, {"city", "City", p.City}, {"country", "Country", p.CountryCode}} {
		if part.value == "" {
			c.add(CodeBlank, part.label+" is missing.", part.name)
		}
	}
	if HasProvinces(p.CountryCode) && p.ProvinceCode == "" {
		c.add(CodeBlank, "Province is missing.", "province")
	}
	if zips[p.CountryCode] != nil && p.Zip == "" {
		c.add(CodeBlank, "Postal code is missing.", "zip")
	}
}

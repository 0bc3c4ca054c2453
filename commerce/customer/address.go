package customer

import (
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/gid"
)

// Postal is a postal address as it is kept: checked by [AddressInput.Apply], all fields empty where unknown. Carts and
// orders keep their own copies as JSON, so that a changed address book changes no order.
type Postal struct {
	FirstName string `json:"firstName,omitempty"`
	LastName  string `json:"lastName,omitempty"`
	Company   string `json:"company,omitempty"`
	Address1  string `json:"address1,omitempty"`
	Address2  string `json:"address2,omitempty"`
	City      string `json:"city,omitempty"`
	// ProvinceCode is a code of the country's list, or free text where the country has none.
	ProvinceCode string `json:"provinceCode,omitempty"`
	// CountryCode is two letters of ISO 3166-1.
	CountryCode string `json:"countryCode,omitempty"`
	Zip         string `json:"zip,omitempty"`
	Phone       string `json:"phone,omitempty"`
}

// IsZero reports whether nothing of the address is known.
func (p Postal) IsZero() bool { return p == Postal{} }

// Name is the receiver's full name; empty where it is unknown.
func (p Postal) Name() string { return joined(" ", p.FirstName, p.LastName) }

// Address is how the API shows the address, under an id.
func (p Postal) Address(id gid.ID) *Address {
	a := &Address{ID: id, postal: p, country: CountryName(p.CountryCode), province: ProvinceName(p.CountryCode, p.ProvinceCode), name: p.Name(), area: p.area()}
	// Texts are shown where they stand: an address is one allocation, not one for each line of it.
	q := &a.postal
	a.FirstName, a.LastName, a.Company, a.Address1, a.Address2 = shown(&q.FirstName), shown(&q.LastName), shown(&q.Company), shown(&q.Address1), shown(&q.Address2)
	a.City, a.Zip, a.Phone, a.CountryCode, a.CountryCodeV2 = shown(&q.City), shown(&q.Zip), shown(&q.Phone), shown(&q.CountryCode), shown(&q.CountryCode)
	a.Country, a.Name, a.FormattedArea, a.Province = shown(&a.country), shown(&a.name), shown(&a.area), shown(&a.province)
	if HasProvinces(p.CountryCode) {
		a.ProvinceCode = shown(&q.ProvinceCode)
	}
	return a
}

// Address is a postal address as the API shows it; fields are nil where nothing is known.
type Address struct {
	ID            gid.ID
	Address1      *string
	Address2      *string
	City          *string
	Company       *string
	Country       *string
	CountryCode   *string
	CountryCodeV2 *string
	FirstName     *string
	FormattedArea *string
	LastName      *string
	// Latitude and Longitude are nil: places are not looked up.
	Latitude     *float64
	Longitude    *float64
	Name         *string
	Phone        *string
	Province     *string
	ProvinceCode *string
	Zip          *string

	// CustomerID is whose book the address stands in; zero for a cart's or an order's.
	CustomerID uuid.UUID
	postal     Postal

	country, province, name, area string
}

// Postal gives the address as it is kept.
func (a *Address) Postal() Postal { return a.postal }

// Formatted writes the address as lines, in the order that its country is used to; with the company unless withCompany is
// false, and with the receiver only if withName is true.
func (a *Address) Formatted(withCompany, withName *bool) []string {
	return a.postal.Lines(withCompany == nil || *withCompany, withName != nil && *withName)
}

// Lines writes the address as lines of text, in the order that its country is used to. Lines without text are left out.
func (p Postal) Lines(withCompany, withName bool) []string {
	var who []string
	if withName {
		who = append(who, p.Name())
	}
	if withCompany {
		who = append(who, p.Company)
	}
	street := []string{p.Address1, p.Address2}
	province := ProvinceName(p.CountryCode, p.ProvinceCode)
	var lines []string
	switch p.CountryCode {
	case "JP":
		zip := p.Zip
		if zip != "" {
			zip = "〒" + zip
		}
		lines = append([]string{zip, joined(" ", province, p.City)}, street...)
		lines = append(lines, who...)
	case "US", "CA", "AU":
		lines = append(append(who, street...), joined(" ", p.City, p.ProvinceCode, p.Zip))
	case "GB", "IE":
		lines = append(append(who, street...), p.City, province, p.Zip)
	case "BR", "IN", "ID", "TH", "KR", "NZ", "ZA", "SG", "TW":
		lines = append(append(who, street...), joined(" ", p.City, p.Zip), province)
	default:
		lines = append(append(who, street...), joined(" ", p.Zip, p.City), province)
	}
	lines = append(lines, CountryName(p.CountryCode))
	full := lines[:0]
	for _, line := range lines {
		if line != "" {
			full = append(full, line)
		}
	}
	return full
}

// area is city, region and country on one line.
func (p Postal) area() string {
	return joined(", ", p.City, ProvinceName(p.CountryCode, p.ProvinceCode), CountryName(p.CountryCode))
}

// joined is the parts that are not empty, with sep between them.
func joined(sep string, parts ...string) string {
	var b strings.Builder
	for _, part := range parts {
		if part == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(sep)
		}
		b.WriteString(part)
	}
	return b.String()
}

// shown is a text where it stands; nil for an empty one.
func shown(s *string) *string {
	if *s == "" {
		return nil
	}
	return s
}

// known is nil for a text that is empty.
func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

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
	a := &Address{
		ID: id, FirstName: known(p.FirstName), LastName: known(p.LastName), Company: known(p.Company), Address1: known(p.Address1), Address2: known(p.Address2),
		City: known(p.City), Zip: known(p.Zip), Phone: known(p.Phone), CountryCode: known(p.CountryCode), CountryCodeV2: known(p.CountryCode),
		Country: known(CountryName(p.CountryCode)), Name: known(p.Name()), FormattedArea: known(p.area()), postal: p,
	}
	a.Province = known(ProvinceName(p.CountryCode, p.ProvinceCode))
	if HasProvinces(p.CountryCode) {
		a.ProvinceCode = known(p.ProvinceCode)
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

// known is nil for a text that is empty.
func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

package customer_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

func ptr[T any](v T) *T { return &v }

// typed makes an input from names and values.
func typed(parts map[string]string) (in customer.AddressInput) {
	for name, to := range map[string]**string{
		"firstName": &in.FirstName, "lastName": &in.LastName, "company": &in.Company, "address1": &in.Address1, "address2": &in.Address2, "city": &in.City,
		"province": &in.Province, "country": &in.Country, "zip": &in.Zip, "phone": &in.Phone, "countryCode": &in.CountryCode, "provinceCode": &in.ProvinceCode,
	} {
		if v, ok := parts[name]; ok {
			*to = &v
		}
	}
	return in
}

func codes(problems fault.Problems) (out []string) {
	for _, p := range problems {
		out = append(out, strings.Join(p.Field, ".")+" "+p.Code)
	}
	return out
}

func ottawa() map[string]string {
	return map[string]string{"firstName": "Ada", "lastName": "Lovelace", "address1": "150 Elgin St", "city": "Ottawa", "province": "Ontario", "country": "Canada", "zip": "k2p 1l4"}
}

func with(parts map[string]string, name, value string) map[string]string {
	parts[name] = value
	return parts
}

func without(parts map[string]string, name string) map[string]string {
	delete(parts, name)
	return parts
}

func TestAddressesAreChecked(t *testing.T) {
	complete, staff := customer.AddressRule{Complete: true}, customer.AddressRule{Complete: true, Codes: true}
	for _, tc := range []struct {
		name string
		in   map[string]string
		rule customer.AddressRule
		want []string
	}{
		{"OK", ottawa(), complete, nil},
		{"CountryByCode", with(ottawa(), "country", "ca"), complete, nil},
		{"ProvinceByCode", with(ottawa(), "province", "on"), complete, nil},
		{"ProvinceWithCountry", with(ottawa(), "province", "CA-ON"), complete, nil},
		{"UnknownCountry", with(ottawa(), "country", "Atlantis"), complete, []string{"address.country INVALID"}},
		{"NoCountry", without(ottawa(), "country"), complete, []string{"address.country BLANK"}},
		{"OtherCountrysProvince", with(ottawa(), "province", "Bavaria"), complete, []string{"address.province INVALID"}},
		{"NoProvince", without(ottawa(), "province"), complete, []string{"address.province BLANK"}},
		{"OtherCountrysZip", with(ottawa(), "zip", "10115"), complete, []string{"address.zip INVALID"}},
		{"NoZip", with(ottawa(), "zip", " "), complete, []string{"address.zip BLANK"}},
		{"NoStreetNoCity", without(without(ottawa(), "address1"), "city"), complete, []string{"address.address1 BLANK", "address.city BLANK"}},
		{"Tags", with(ottawa(), "lastName", "<b>L</b>"), complete, []string{"address.lastName CONTAINS_HTML_TAGS"}},
		{"Link", with(ottawa(), "company", "Win at www.example.com"), complete, []string{"address.company CONTAINS_URL"}},
		{"LinkWithScheme", with(ottawa(), "firstName", "see HTTPS://example.com"), complete, []string{"address.firstName CONTAINS_URL"}},
		{"LessThanIsNoTag", with(ottawa(), "company", "A < B & Co"), complete, nil},
		{"Emoji", with(ottawa(), "city", "Ottawa 🚀"), complete, []string{"address.city INVALID"}},
		{"Newline", with(ottawa(), "address1", "1 A St\n2 B St"), complete, []string{"address.address1 INVALID"}},
		{"InvalidUTF8", with(ottawa(), "address2", "\xff"), complete, []string{"address.address2 INVALID"}},
		{"TurnedText", with(ottawa(), "firstName", "\u202eadA"), complete, []string{"address.firstName INVALID"}},
		{"TooLong", with(ottawa(), "address1", strings.Repeat("é", 256)), complete, []string{"address.address1 TOO_LONG"}},
		{"Longest", with(ottawa(), "address1", strings.Repeat("é", 255)), complete, nil},
		{"NoPhone", with(ottawa(), "phone", "call me"), complete, []string{"address.phone INVALID"}},
		{"LocalPhone", with(ottawa(), "phone", "(613) 555-0100 ext. 12"), complete, nil},
		{"CodeByShopper", with(ottawa(), "countryCode", "CA"), complete, []string{"address.countryCode INVALID"}},
		{"CodeByStaff", with(with(ottawa(), "countryCode", "CA"), "provinceCode", "QC"), staff, nil},
		{"CountryAloneForRates", map[string]string{"country": "US"}, customer.AddressRule{}, nil},
		{"WrongZipForRates", map[string]string{"country": "US", "zip": "ABC"}, customer.AddressRule{}, []string{"address.zip INVALID"}},
		{"RegionIsFreeWhereThereIsNoList", map[string]string{"address1": "1 High St", "city": "Leeds", "country": "United Kingdom", "province": "West Yorkshire", "zip": "ls1 4dy"}, complete, nil},
		{"NoZipWhereThereAreNone", map[string]string{"address1": "1 Nathan Rd", "city": "Kowloon", "country": "HK"}, complete, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, problems := typed(tc.in).Apply(customer.Postal{}, tc.rule, "address")
			if diff := cmp.Diff(tc.want, codes(problems)); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

func TestPartsLeftOutStay(t *testing.T) {
	old, problems := typed(ottawa()).Apply(customer.Postal{}, customer.AddressRule{Complete: true})
	if len(problems) > 0 {
		t.Fatal(codes(problems))
	}
	want := customer.Postal{FirstName: "Ada", LastName: "Lovelace", Address1: "150 Elgin St", City: "Ottawa", ProvinceCode: "ON", CountryCode: "CA", Zip: "K2P 1L4"}
	if diff := cmp.Diff(want, old); diff != "" {
		t.Fatal(diff)
	}
	changed, problems := customer.AddressInput{FirstName: ptr(""), Address2: ptr("Floor 2")}.Apply(old, customer.AddressRule{Complete: true})
	want.FirstName, want.Address2 = "", "Floor 2"
	if diff := cmp.Diff(want, changed); diff != "" || len(problems) > 0 {
		t.Fatal(diff, codes(problems))
	}
	if _, problems := (customer.AddressInput{Country: ptr("US")}).Apply(old, customer.AddressRule{}, "address"); len(problems) == 0 {
		t.Fatal("Ontario moved to the United States")
	}
}

func TestWhatWasAppliedAppliesAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.OneOf(rapid.SampledFrom([]string{"", "US", "Japan", "DE", "California", "JP-13", "10115", "94103", "100-0001", "１００ー０００１"}), rapid.String())
		in := customer.AddressInput{FirstName: ptr(part.Draw(t, "first")), City: ptr(part.Draw(t, "city")), Country: ptr(part.Draw(t, "country")),
			Province: ptr(part.Draw(t, "province")), Zip: ptr(part.Draw(t, "zip")), Phone: ptr(part.Draw(t, "phone"))}
		once, problems := in.Apply(customer.Postal{}, customer.AddressRule{})
		if len(problems) > 0 {
			return
		}
		in = customer.AddressInput{FirstName: &once.FirstName, City: &once.City, Country: &once.CountryCode, Province: &once.ProvinceCode, Zip: &once.Zip, Phone: &once.Phone}
		twice, problems := in.Apply(customer.Postal{}, customer.AddressRule{})
		if len(problems) > 0 || twice != once {
			t.Fatalf("%+v becomes %+v, %v", once, twice, codes(problems))
		}
	})
}

func TestAddressesAreFormattedByCountry(t *testing.T) {
	base := customer.Postal{FirstName: "Ada", LastName: "Lovelace", Company: "Engines", Address1: "1 First", Address2: "Floor 2"}
	at := func(country, province, city, zip string) customer.Postal {
		p := base
		p.CountryCode, p.ProvinceCode, p.City, p.Zip = country, province, city, zip
		return p
	}
	for _, tc := range []struct {
		name string
		in   customer.Postal
		want []string
		area string
	}{
		{"US", at("US", "CA", "San Francisco", "94103"), []string{"Ada Lovelace", "Engines", "1 First", "Floor 2", "San Francisco CA 94103", "United States"}, "San Francisco, California, United States"},
		{"GB", at("GB", "", "London", "SW1A 1AA"), []string{"Ada Lovelace", "Engines", "1 First", "Floor 2", "London", "SW1A 1AA", "United Kingdom"}, "London, United Kingdom"},
		{"DE", at("DE", "", "Berlin", "10115"), []string{"Ada Lovelace", "Engines", "1 First", "Floor 2", "10115 Berlin", "Germany"}, "Berlin, Germany"},
		{"JP", at("JP", "JP-13", "Chiyoda", "100-0001"), []string{"〒100-0001", "Tokyo Chiyoda", "1 First", "Floor 2", "Ada Lovelace", "Engines", "Japan"}, "Chiyoda, Tokyo, Japan"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := tc.in.Address(gid.ID{})
			if diff := cmp.Diff(tc.want, a.Formatted(nil, ptr(true))); diff != "" {
				t.Fatal(diff)
			}
			if *a.FormattedArea != tc.area {
				t.Fatalf("area %q, want %q", *a.FormattedArea, tc.area)
			}
			for _, line := range a.Formatted(ptr(false), nil) {
				if line == "Engines" || line == "Ada Lovelace" {
					t.Fatalf("%q is in it", line)
				}
			}
		})
	}
	empty := customer.Postal{}.Address(gid.ID{})
	if lines := empty.Formatted(nil, nil); len(lines) != 0 || empty.FormattedArea != nil || empty.Name != nil || empty.Country != nil {
		t.Fatalf("an empty address has text: %v", lines)
	}
}

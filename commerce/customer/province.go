package customer

import (
	"slices"
	"strings"
)

// provinces are the states, provinces and prefectures of the countries whose addresses need one, by code. In all other
// countries the region is free text, and may be left out.
var provinces = map[string][][2]string{
	"US": {
		{"AL", "Alabama"}, {"AK", "Alaska"}, {"AS", "American Samoa"}, {"AZ", "Arizona"}, {"AR", "Arkansas"}, {"CA", "California"}, {"CO", "Colorado"},
		{"CT", "Connecticut"}, {"DE", "Delaware"}, {"DC", "District of Columbia"}, {"FM", "Micronesia"}, {"FL", "Florida"}, {"GA", "Georgia"}, {"GU", "Guam"},
		{"HI", "Hawaii"}, {"ID", "Idaho"}, {"IL", "Illinois"}, {"IN", "Indiana"}, {"IA", "Iowa"}, {"KS", "Kansas"}, {"KY", "Kentucky"}, {"LA", "Louisiana"},
		{"ME", "Maine"}, {"MH", "Marshall Islands"}, {"MD", "Maryland"}, {"MA", "Massachusetts"}, {"MI", "Michigan"}, {"MN", "Minnesota"}, {"MS", "Mississippi"},
		{"MO", "Missouri"}, {"MT", "Montana"}, {"NE", "Nebraska"}, {"NV", "Nevada"}, {"NH", "New Hampshire"}, {"NJ", "New Jersey"}, {"NM", "New Mexico"},
		{"NY", "New York"}, {"NC", "North Carolina"}, {"ND", "North Dakota"}, {"MP", "Northern Mariana Islands"}, {"OH", "Ohio"}, {"OK", "Oklahoma"},
		{"OR", "Oregon"}, {"PW", "Palau"}, {"PA", "Pennsylvania"}, {"PR", "Puerto Rico"}, {"RI", "Rhode Island"}, {"SC", "South Carolina"},
		{"SD", "South Dakota"}, {"TN", "Tennessee"}, {"TX", "Texas"}, {"UT", "Utah"}, {"VT", "Vermont"}, {"VI", "U.S. Virgin Islands"}, {"VA", "Virginia"},
		{"WA", "Washington"}, {"WV", "West Virginia"}, {"WI", "Wisconsin"}, {"WY", "Wyoming"},
		{"AA", "Armed Forces Americas"}, {"AE", "Armed Forces Europe"}, {"AP", "Armed Forces Pacific"},
	},
	"CA": {
		{"AB", "Alberta"}, {"BC", "British Columbia"}, {"MB", "Manitoba"}, {"NB", "New Brunswick"}, {"NL", "Newfoundland and Labrador"},
		{"NT", "Northwest Territories"}, {"NS", "Nova Scotia"}, {"NU", "Nunavut"}, {"ON", "Ontario"}, {"PE", "Prince Edward Island"}, {"QC", "Quebec"},
		{"SK", "Saskatchewan"}, {"YT", "Yukon"},
	},
	"AU": {
		{"ACT", "Australian Capital Territory"}, {"NSW", "New South Wales"}, {"NT", "Northern Territory"}, {"QLD", "Queensland"}, {"SA", "South Australia"},
		{"TAS", "Tasmania"}, {"VIC", "Victoria"}, {"WA", "Western Australia"},
	},
	"JP": {
		{"JP-01", "Hokkaido"}, {"JP-02", "Aomori"}, {"JP-03", "Iwate"}, {"JP-04", "Miyagi"}, {"JP-05", "Akita"}, {"JP-06", "Yamagata"}, {"JP-07", "Fukushima"},
		{"JP-08", "Ibaraki"}, {"JP-09", "Tochigi"}, {"JP-10", "Gunma"}, {"JP-11", "Saitama"}, {"JP-12", "Chiba"}, {"JP-13", "Tokyo"}, {"JP-14", "Kanagawa"},
		{"JP-15", "Niigata"}, {"JP-16", "Toyama"}, {"JP-17", "Ishikawa"}, {"JP-18", "Fukui"}, {"JP-19", "Yamanashi"}, {"JP-20", "Nagano"}, {"JP-21", "Gifu"},
		{"JP-22", "Shizuoka"}, {"JP-23", "Aichi"}, {"JP-24", "Mie"}, {"JP-25", "Shiga"}, {"JP-26", "Kyoto"}, {"JP-27", "Osaka"}, {"JP-28", "Hyogo"},
		{"JP-29", "Nara"}, {"JP-30", "Wakayama"}, {"JP-31", "Tottori"}, {"JP-32", "Shimane"}, {"JP-33", "Okayama"}, {"JP-34", "Hiroshima"}, {"JP-35", "Yamaguchi"},
		{"JP-36", "Tokushima"}, {"JP-37", "Kagawa"}, {"JP-38", "Ehime"}, {"JP-39", "Kochi"}, {"JP-40", "Fukuoka"}, {"JP-41", "Saga"}, {"JP-42", "Nagasaki"},
		{"JP-43", "Kumamoto"}, {"JP-44", "Oita"}, {"JP-45", "Miyazaki"}, {"JP-46", "Kagoshima"}, {"JP-47", "Okinawa"},
	},
}

// HasProvinces reports whether an address in a country needs one of its states, provinces or prefectures.
func HasProvinces(country string) bool { return len(provinces[country]) > 0 }

// Provinces are the codes and names of a country's states, provinces or prefectures, in the order of people; empty where
// addresses need none.
func Provinces(country string) [][2]string { return slices.Clone(provinces[country]) }

// ProvinceName is the name of a country's state, province or prefecture by its code. In a country without a list the text
// stands for itself.
func ProvinceName(country, code string) string {
	for _, p := range provinces[country] {
		if p[0] == code {
			return p[1]
		}
	}
	return code
}

// provinceCode finds a country's state, province or prefecture by code or name, in any case; country and province codes
// may be joined as ISO 3166-2 does ("US-CA"). Where the country has no list, the text is kept as it is.
func provinceCode(country, s string) (string, bool) {
	if !HasProvinces(country) || s == "" {
		return s, true
	}
	short := s
	if n := len(country) + 1; len(s) > n && strings.EqualFold(s[:n], country+"-") {
		short = s[n:]
	}
	for _, p := range provinces[country] {
		if strings.EqualFold(p[0], s) || strings.EqualFold(p[0], short) || strings.EqualFold(p[1], s) {
			return p[0], true
		}
	}
	return "", false
}

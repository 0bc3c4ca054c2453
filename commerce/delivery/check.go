package delivery

import (
	"strings"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/tax"
	"github.com/rialtohq/rialto/platform/fault"
)

const (
	maxZones = 250
	maxRates = 1000 // of one zone
	maxText  = 255
)

func checkZones(zones []shipping.Zone) error {
	if len(zones) > maxZones {
		return fault.New(fault.Invalid, "A shop has at most %d zones.", maxZones)
	}
	for i := range zones {
		if err := checkZone(&zones[i]); err != nil {
			return err
		}
	}
	return nil
}

func checkZone(z *shipping.Zone) error {
	if z.Name == "" || len(z.Name) > maxText {
		return fault.New(fault.Invalid, "A zone has a name of at most %d bytes.", maxText)
	}
	if len(z.Countries) == 0 && !z.RestOfWorld {
		return fault.New(fault.Invalid, "Zone %q reaches no country.", z.Name)
	}
	for _, c := range z.Countries {
		if !country(c) {
			return fault.New(fault.Invalid, "Zone %q: %q is no country code.", z.Name, c)
		}
	}
	for _, p := range z.Provinces {
		if c, code, ok := strings.Cut(p, "-"); !ok || !country(c) || code == "" {
			return fault.New(fault.Invalid, "Zone %q: %q is no province code such as US-CA.", z.Name, p)
		}
	}
	if len(z.Rates) > maxRates {
		return fault.New(fault.Invalid, "A zone has at most %d rates.", maxRates)
	}
	seen := map[string]bool{}
	for i := range z.Rates {
		r := &z.Rates[i]
		key := r.Handle + " " + string(r.Price.Currency)
		if r.Handle == "" || len(r.Handle) > maxText || r.Title == "" || len(r.Title) > maxText || seen[key] {
			return fault.New(fault.Invalid, "Zone %q: each rate has a title, and a handle that no other has in the same currency.", z.Name)
		}
		seen[key] = true
		if !r.Price.Currency.Valid() || r.Price.Amount < 0 || r.Price.Amount > pricing.MaxAmount/2 {
			return fault.New(fault.Invalid, "Zone %q: the price of %q is out of range or in no known currency.", z.Name, r.Handle)
		}
	}
	return nil
}

func checkTaxes(rates []tax.Rate) error {
	if len(rates) > pricing.MaxTaxRates {
		return fault.New(fault.Invalid, "A shop has at most %d tax rates.", pricing.MaxTaxRates)
	}
	seen := map[string]bool{}
	for _, r := range rates {
		key := r.Country + " " + r.Province + " " + r.Name
		if !country(r.Country) || r.Name == "" || len(r.Name) > maxText || len(r.Province) > 16 || seen[key] {
			return fault.New(fault.Invalid, "Each tax has a country code, and a name that no other has at the same place.")
		}
		if r.PPM < 0 || r.PPM > money.PPM {
			return fault.New(fault.Invalid, "The rate of %q is not between 0 and 100 percent.", r.Name)
		}
		seen[key] = true
	}
	return nil
}

// country reports whether c looks like an ISO 3166-1 alpha-2 code.
func country(c string) bool {
	return len(c) == 2 && c[0] >= 'A' && c[0] <= 'Z' && c[1] >= 'A' && c[1] <= 'Z'
}

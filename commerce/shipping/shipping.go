// Package shipping tells how a parcel can be delivered to an address, and at what price.
//
// It is a function of a shop's zones and a parcel. It knows nothing of carts, discounts or warehouses, and calls no
// carrier.
//
// Invariants: every option is in the parcel's currency and costs at least nothing; a handle stands once in an
// answer; options come cheapest first, then by handle, so that the first is a fair default.
package shipping

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
)

// Zone is a part of the world that the same rates reach. A zone lists countries; where it also lists provinces of
// one of them, it reaches only those provinces of that country. RestOfWorld reaches what no other zone lists.
type Zone struct {
	ID          uuid.UUID `json:"id"`
	Name        string    `json:"name"`
	Countries   []string  `json:"countries,omitempty"` // Countries are ISO 3166-1 alpha-2 codes.
	Provinces   []string  `json:"provinces,omitempty"` // Provinces are ISO 3166-2 codes with their country: "US-CA".
	RestOfWorld bool      `json:"rest_of_world,omitempty"`
	Rates       []Rate    `json:"rates,omitempty"`
}

// Rate is one way to deliver, priced in one currency; the same handle in another currency is another Rate. Bounds
// are inclusive, and nil is no bound.
type Rate struct {
	Handle      string      `json:"handle"`
	Title       string      `json:"title"`
	Description string      `json:"description,omitempty"`
	Price       money.Money `json:"price"`                  // Price below zero counts as zero.
	MinSubtotal *int64      `json:"min_subtotal,omitempty"` // MinSubtotal is in minor units of the price's currency.
	MaxSubtotal *int64      `json:"max_subtotal,omitempty"`
	MinGrams    *int64      `json:"min_grams,omitempty"`
	MaxGrams    *int64      `json:"max_grams,omitempty"`
	MinDays     int         `json:"min_days,omitempty"` // MinDays is the earliest delivery, in days; 0 is not promised.
	MaxDays     int         `json:"max_days,omitempty"`
}

// Address is where a parcel goes. Codes are compared without regard to case.
type Address struct {
	Country  string `json:"country"`            // Country is an ISO 3166-1 alpha-2 code.
	Province string `json:"province,omitempty"` // Province is the part after the dash of an ISO 3166-2 code, or all of it.
}

// Parcel is what is to be delivered.
type Parcel struct {
	Subtotal money.Money // Subtotal is the price of the goods before discounts, in the buyer's currency.
	Grams    int64
	Pieces   int64 // Pieces counts units that need delivery.
}

// Option is a way to deliver that a buyer can choose.
type Option struct {
	Handle      string      `json:"handle"`
	Title       string      `json:"title"`
	Description string      `json:"description,omitempty"`
	Price       money.Money `json:"price"`
	MinDays     int         `json:"min_days,omitempty"`
	MaxDays     int         `json:"max_days,omitempty"`
}

// Options lists how parcel can reach address. Only the zones that name the address most closely speak: by province,
// else by country, else the rest of the world. A handle that several of them offer is offered at its best price.
// Empty when nothing reaches the address; nil when no piece needs delivery, so that no choice is to be made.
func Options(zones []Zone, address Address, parcel Parcel) []Option {
	if parcel.Pieces <= 0 {
		return nil
	}
	closest := nowhere
	for i := range zones {
		closest = max(closest, zones[i].reach(address))
	}
	options := []Option{}
	if closest == nowhere {
		return options
	}
	for i := range zones {
		if zones[i].reach(address) != closest {
			continue
		}
		for j := range zones[i].Rates {
			if r := &zones[i].Rates[j]; r.takes(parcel) {
				options = append(options, r.option())
			}
		}
	}
	slices.SortStableFunc(options, func(a, b Option) int {
		return cmp.Or(cmp.Compare(a.Price.Amount, b.Price.Amount), cmp.Compare(a.Handle, b.Handle))
	})
	return dedupe(options)
}

// Find returns the option with a handle.
func Find(options []Option, handle string) (Option, bool) {
	for _, o := range options {
		if o.Handle == handle {
			return o, true
		}
	}
	return Option{}, false
}

// How closely a zone names an address, from not at all to its province.
const (
	nowhere = iota
	byWorld
	byCountry
	byProvince
)

func (z *Zone) reach(a Address) int {
	if a.Country == "" {
		return nowhere
	}
	for _, country := range z.Countries {
		if !strings.EqualFold(country, a.Country) {
			continue
		}
		listed, named := z.province(a)
		switch {
		case named:
			return byProvince
		case !listed:
			return byCountry
		}
	}
	if z.RestOfWorld {
		return byWorld
	}
	return nowhere
}

// province tells whether z lists provinces of the address's country, and whether that of the address is among them.
func (z *Zone) province(a Address) (listed, named bool) {
	short := a.Province
	if country, rest, ok := strings.Cut(short, "-"); ok && strings.EqualFold(country, a.Country) {
		short = rest
	}
	for _, p := range z.Provinces {
		country, code, _ := strings.Cut(p, "-")
		if !strings.EqualFold(country, a.Country) {
			continue
		}
		listed = true
		if short != "" && strings.EqualFold(code, short) {
			return true, true
		}
	}
	return listed, false
}

func (r *Rate) takes(p Parcel) bool {
	return r.Price.Currency == p.Subtotal.Currency &&
		within(p.Subtotal.Amount, r.MinSubtotal, r.MaxSubtotal) && within(p.Grams, r.MinGrams, r.MaxGrams)
}

func within(n int64, least, most *int64) bool {
	return (least == nil || n >= *least) && (most == nil || n <= *most)
}

func (r *Rate) option() Option {
	price := r.Price
	price.Amount = max(price.Amount, 0)
	return Option{Handle: r.Handle, Title: r.Title, Description: r.Description, Price: price, MinDays: r.MinDays, MaxDays: r.MaxDays}
}

// dedupe keeps the first option of each handle. There are few, so looking back beats a map.
func dedupe(options []Option) []Option {
	kept := options[:0]
	for _, o := range options {
		if _, twice := Find(kept, o.Handle); !twice {
			kept = append(kept, o)
		}
	}
	return kept
}

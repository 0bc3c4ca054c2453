// Package tax computes what a country and a province take of a sale.
//
// It is a function of rates, an address and amounts after discounts. It decides nothing about who must collect tax:
// where a shop lists no rate, it collects none.
//
// Invariants:
//   - Each amount is taxed and rounded by itself, half up; every total is the sum of its parts.
//   - A tax that prices include never exceeds the price, and is found again exactly: net + tax = price.
//   - Rates that meet at an address add up; none is charged on another.
package tax

import (
	"strings"

	"github.com/rialtohq/rialto/commerce/money"
)

// Rate is one tax of a country, or of one of its provinces. All rates that match an address apply: a country's 5
// percent and a province's 9.975 percent are two lines. PPM counts as between 0 and 100 percent.
type Rate struct {
	Country         string `json:"country"`            // Country is an ISO 3166-1 alpha-2 code.
	Province        string `json:"province,omitempty"` // Province is as in Address; empty is the whole country.
	Name            string `json:"name"`               // Name is what the buyer reads: "VAT", "QST".
	PPM             int64  `json:"ppm"`                // PPM is the rate in parts per million: 190,000 are 19 percent.
	ShippingTaxable bool   `json:"shipping_taxable,omitempty"`
}

// Address is where the goods go. Codes are compared without regard to case.
type Address struct {
	Country  string `json:"country"`            // Country is an ISO 3166-1 alpha-2 code.
	Province string `json:"province,omitempty"` // Province is the part after the dash of an ISO 3166-2 code, or all of it.
}

// Line is one tax on one amount, or on all of them.
type Line struct {
	Name   string      `json:"name"`
	PPM    int64       `json:"ppm"`
	Amount money.Money `json:"amount"`
}

// Input is everything a computation depends on. Amounts are minor units after discounts; below zero counts as zero.
type Input struct {
	Rates    []Rate
	Address  Address
	Included bool // Included is whether the amounts contain the tax.
	Currency money.Currency
	Lines    []int64 // Lines are the amounts of goods; zero for what is not taxable.
	Shipping int64
}

// Result is what is owed. Where prices include tax, it is contained in them; otherwise it is to be added.
type Result struct {
	Lines    []Taxed // Lines are as Input.Lines.
	Shipping Taxed
	ByRate   []Line // ByRate sums each rate over lines and shipping, in the order of Input.Rates; rates that took nothing are left out.
	Total    money.Money
}

// Taxed is the tax on one amount.
type Taxed struct {
	Taxes []Line      `json:"taxes,omitempty"` // Taxes are empty for an amount of zero.
	Total money.Money `json:"total"`
}

// Compute taxes lines and shipping.
func Compute(in Input) Result {
	zero := money.Zero(in.Currency)
	r := Result{Total: zero, Shipping: Taxed{Total: zero}, Lines: make([]Taxed, len(in.Lines))}
	for i := range r.Lines {
		r.Lines[i].Total = zero
	}
	goods, freight := match(in.Rates, in.Address)
	if len(goods) == 0 {
		return r
	}
	// One array holds every line of tax; amounts take their windows of it.
	room := make([]Line, 0, len(goods)*(len(in.Lines)+2))
	for i, amount := range in.Lines {
		room = r.Lines[i].fill(room, goods, amount, in)
	}
	room = r.Shipping.fill(room, freight, in.Shipping, in)
	start := len(room)
	for _, rate := range goods {
		sum := r.sum(rate)
		if sum > 0 {
			room = append(room, Line{Name: rate.Name, PPM: rate.ppm(), Amount: money.New(sum, in.Currency)})
			r.Total.Amount += sum
		}
	}
	if len(room) > start {
		r.ByRate = room[start:len(room):len(room)]
	}
	return r
}

// match returns the rates that apply at an address, and those of them that tax shipping. Rates of one name and
// height are one tax, listed twice by mistake or by parts of a country, and count once.
func match(rates []Rate, a Address) (goods, freight []Rate) {
	for i := range rates {
		if r := &rates[i]; r.at(a) && r.ppm() > 0 && !listed(goods, r) {
			goods = append(goods, *r)
			if r.ShippingTaxable {
				freight = append(freight, *r)
			}
		}
	}
	return goods, freight
}

func listed(rates []Rate, r *Rate) bool {
	for i := range rates {
		if rates[i].Name == r.Name && rates[i].ppm() == r.ppm() {
			return true
		}
	}
	return false
}

func (r *Rate) at(a Address) bool {
	if a.Country == "" || !strings.EqualFold(r.Country, a.Country) {
		return false
	}
	return r.Province == "" || strings.EqualFold(short(r.Province, r.Country), short(a.Province, a.Country))
}

// short drops the country from an ISO 3166-2 code.
func short(province, country string) string {
	if c, rest, ok := strings.Cut(province, "-"); ok && strings.EqualFold(c, country) {
		return rest
	}
	return province
}

func (r *Rate) ppm() int64 { return min(max(r.PPM, 0), money.PPM) }

// fill taxes one amount, appending its lines to room.
func (t *Taxed) fill(room []Line, rates []Rate, amount int64, in Input) []Line {
	if amount <= 0 || len(rates) == 0 {
		return room
	}
	start := len(room)
	var parts [8]int64
	for i, part := range taxes(parts[:0], rates, amount, in.Included) {
		room = append(room, Line{Name: rates[i].Name, PPM: rates[i].ppm(), Amount: money.New(part, in.Currency)})
		t.Total.Amount += part
	}
	t.Taxes = room[start:len(room):len(room)]
	return room
}

// taxes appends the tax of each rate on amount. Added taxes are rounded one by one. An included tax is extracted
// once for all rates together, then divided among them, since each alone would depend on the others.
func taxes(parts []int64, rates []Rate, amount int64, included bool) []int64 {
	var sum int64
	var room [8]int64
	weights := room[:0]
	for i := range rates {
		sum += rates[i].ppm()
		weights = append(weights, rates[i].ppm())
	}
	if included {
		return money.Spread(parts, ratio(amount, sum, money.PPM+sum), weights)
	}
	for _, ppm := range weights {
		parts = append(parts, ratio(amount, ppm, money.PPM))
	}
	return parts
}

// ratio is a part of amount, half up. num is at most den, so it always fits.
func ratio(amount, num, den int64) int64 {
	m, err := money.New(amount, "").MulRatio(num, den, money.HalfUp)
	if err != nil {
		return 0
	}
	return m.Amount
}

// sum adds what a rate took of everything.
func (r *Result) sum(rate Rate) (sum int64) {
	of := func(t *Taxed) {
		for i := range t.Taxes {
			if t.Taxes[i].Name == rate.Name && t.Taxes[i].PPM == rate.ppm() {
				sum += t.Taxes[i].Amount.Amount
			}
		}
	}
	for i := range r.Lines {
		of(&r.Lines[i])
	}
	of(&r.Shipping)
	return sum
}

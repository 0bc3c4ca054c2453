package promotion_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/promotion"
)

var (
	now   = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	all   = promotion.Combines{Order: true, Product: true, Shipping: true}
	chair = uuid.UUID{15: 1}
	table = uuid.UUID{15: 2}
	lamp  = uuid.UUID{15: 3}
	sale  = uuid.UUID{15: 9} // a collection that holds chair and lamp
)

// line is a line of one of the three products, with the product's id for its variant too.
func line(product uuid.UUID, quantity, price int64) promotion.Line {
	l := promotion.Line{ProductID: product, VariantID: product, Quantity: quantity, UnitPrice: price, RequiresShipping: true}
	if product != table {
		l.CollectionIDs = []uuid.UUID{sale}
	}
	return l
}

func only(products ...uuid.UUID) promotion.Target { return promotion.Target{Products: products} }

func usd(amount int64) map[money.Currency]int64 { return map[money.Currency]int64{"USD": amount} }

// offer is an automatic discount with an id made of n; a name makes it one by code.
func offer(n byte, code string, kind promotion.Kind, config promotion.Config) promotion.Discount {
	d := promotion.Discount{ID: uuid.UUID{0: n}, Title: string(kind), Method: promotion.Automatic, Kind: kind, Config: config}
	if code != "" {
		d.Method, d.Code = promotion.Code, code
	}
	return d
}

// off sums what each line loses, and what the delivery does.
func off(in promotion.Input, r promotion.Result) (lines []int64, shipping int64) {
	lines = make([]int64, len(in.Lines))
	for _, a := range r.Allocations {
		lines[a.Line] += a.Amount.Amount
	}
	for _, a := range r.Shipping {
		shipping += a.Amount.Amount
	}
	return lines, shipping
}

func TestApplyAmounts(t *testing.T) {
	t.Parallel()
	percent := func(ppm int64, target promotion.Target) promotion.Config {
		return promotion.Config{PPM: ppm, Target: target, Combines: all}
	}
	fixed := func(amount int64, each promotion.Each, target promotion.Target) promotion.Config {
		return promotion.Config{Amounts: usd(amount), Each: each, Target: target, Combines: all}
	}
	xy := func(target promotion.Target, get promotion.Get) promotion.Config {
		return promotion.Config{Target: target, Get: get, Combines: all}
	}
	for name, c := range map[string]struct {
		lines     []promotion.Line
		discounts []promotion.Discount
		want      []int64
		shipping  int64
	}{
		"PercentOfTheOrderIsRoundedOnce": { // 10 % of 10.05 is 1.005, so 1.01; 3.35 each, shares 33.67
			[]promotion.Line{line(chair, 1, 335), line(table, 1, 335), line(lamp, 1, 335)},
			[]promotion.Discount{offer(1, "", promotion.Percentage, percent(100_000, only()))}, []int64{34, 34, 33}, 0},
		"PercentOfProducts": {
			[]promotion.Line{line(chair, 3, 335), line(table, 1, 335)},
			[]promotion.Discount{offer(1, "", promotion.Percentage, percent(100_000, only(chair)))}, []int64{101, 0}, 0},
		"PercentOfCollection": {
			[]promotion.Line{line(chair, 1, 1000), line(table, 1, 1000), line(lamp, 1, 1000)},
			[]promotion.Discount{offer(1, "", promotion.Percentage, percent(500_000, promotion.Target{Collections: []uuid.UUID{sale}}))}, []int64{500, 0, 500}, 0},
		"PercentOfVariant": {
			[]promotion.Line{line(chair, 1, 1000), line(table, 1, 1000)},
			[]promotion.Discount{offer(1, "", promotion.Percentage, percent(1_000_000, promotion.Target{Variants: []uuid.UUID{table}}))}, []int64{0, 1000}, 0},
		"FixedOverTheOrder": { // 10.00 over 20.00 and 10.00
			[]promotion.Line{line(chair, 2, 1000), line(table, 1, 1000)},
			[]promotion.Discount{offer(1, "", promotion.Fixed, fixed(1000, promotion.EachOrder, only()))}, []int64{667, 333}, 0},
		"FixedNeverBelowZero": {
			[]promotion.Line{line(chair, 1, 300), line(table, 1, 100)},
			[]promotion.Discount{offer(1, "", promotion.Fixed, fixed(1000, "", only()))}, []int64{300, 100}, 0},
		"FixedEachLine": {
			[]promotion.Line{line(chair, 5, 1000), line(lamp, 1, 200), line(table, 1, 1000)},
			[]promotion.Discount{offer(1, "", promotion.Fixed, fixed(250, promotion.EachLine, only(chair, lamp)))}, []int64{250, 200, 0}, 0},
		"FixedEachItem": {
			[]promotion.Line{line(chair, 5, 1000), line(table, 1, 1000)},
			[]promotion.Discount{offer(1, "", promotion.Fixed, fixed(250, promotion.EachItem, only(chair)))}, []int64{1250, 0}, 0},
		"FreeShipping": {
			[]promotion.Line{line(chair, 1, 1000)},
			[]promotion.Discount{offer(1, "", promotion.FreeShipping, promotion.Config{})}, []int64{0}, 700},
		"ProductThenOrderThenShipping": { // half of the chair, then 10 % of 15.00
			[]promotion.Line{line(chair, 1, 1000), line(table, 1, 1000)},
			[]promotion.Discount{
				offer(1, "", promotion.Percentage, percent(100_000, only())),
				offer(2, "", promotion.Percentage, percent(500_000, only(chair))),
				offer(3, "", promotion.FreeShipping, percent(0, only()))}, []int64{550, 100}, 700},
		"BuyTwoGetTheCheapestFree": { // 3 + 1 units are one use; the lamp is cheapest
			[]promotion.Line{line(chair, 3, 1000), line(lamp, 1, 400)},
			[]promotion.Discount{offer(1, "", promotion.BuyXGetY, xy(only(), promotion.Get{Buy: 2, Quantity: 1, PPM: 1_000_000}))}, []int64{0, 400}, 0},
		"BuyTwoGetOneTwice": { // six units are two uses
			[]promotion.Line{line(chair, 5, 1000), line(lamp, 1, 400)},
			[]promotion.Discount{offer(1, "", promotion.BuyXGetY, xy(only(), promotion.Get{Buy: 2, Quantity: 1, PPM: 1_000_000}))}, []int64{1000, 400}, 0},
		"BuyXGetOtherAtHalf": {
			[]promotion.Line{line(table, 2, 9000), line(chair, 3, 1001)},
			[]promotion.Discount{offer(1, "", promotion.BuyXGetY, xy(only(table), promotion.Get{Buy: 1, Quantity: 1, PPM: 500_000, Target: only(chair)}))}, []int64{0, 1001}, 0},
		"UsesAreLimited": {
			[]promotion.Line{line(table, 4, 9000), line(chair, 4, 1000)},
			[]promotion.Discount{offer(1, "", promotion.BuyXGetY, xy(only(table), promotion.Get{Buy: 1, Quantity: 1, PPM: 1_000_000, Target: only(chair), MaxUses: 2}))}, []int64{0, 2000}, 0},
		"LastUseMayGiveFewer": { // two uses: two and one chair
			[]promotion.Line{line(table, 2, 9000), line(chair, 3, 1000)},
			[]promotion.Discount{offer(1, "", promotion.BuyXGetY, xy(only(table), promotion.Get{Buy: 1, Quantity: 2, PPM: 1_000_000, Target: only(chair)}))}, []int64{0, 3000}, 0},
		"OverlapIsCountedOnce": { // buy 2 of chair or lamp, get 1 lamp: lamps 3, chairs 1; one use needs one lamp bought
			[]promotion.Line{line(chair, 1, 1000), line(lamp, 3, 400)},
			[]promotion.Discount{offer(1, "", promotion.BuyXGetY, xy(only(chair, lamp), promotion.Get{Buy: 2, Quantity: 1, PPM: 1_000_000, Target: only(lamp)}))}, []int64{0, 400}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := promotion.Input{Now: now, Currency: "USD", Lines: c.lines, Discounts: c.discounts, Shipping: 700}
			got, shipping := off(in, promotion.Apply(in))
			if diff := cmp.Diff(c.want, got); diff != "" || shipping != c.shipping {
				t.Errorf("shipping %d, want %d; lines %s", shipping, c.shipping, diff)
			}
		})
	}
}

func TestCombinations(t *testing.T) {
	t.Parallel()
	order := func(n byte, code string, ppm int64, with promotion.Combines) promotion.Discount {
		return offer(n, code, promotion.Percentage, promotion.Config{PPM: ppm, Combines: with})
	}
	lines := []promotion.Line{line(chair, 1, 10_000)}
	low := order(3, "LOW", 100_000, promotion.Combines{})
	low.Priority = 5
	for name, c := range map[string]struct {
		discounts []promotion.Discount
		codes     []string
		want      []byte // first bytes of the ids that applied
		total     int64
	}{
		"TheBetterOneWins": {[]promotion.Discount{order(1, "A", 100_000, promotion.Combines{}), order(2, "B", 200_000, promotion.Combines{})},
			[]string{"A", "B"}, []byte{2}, 2000},
		"BothMustAgree": {[]promotion.Discount{order(1, "A", 100_000, all), order(2, "B", 200_000, promotion.Combines{})},
			[]string{"A", "B"}, []byte{2}, 2000},
		"AgreeingOnesStand": {[]promotion.Discount{order(1, "A", 100_000, all), order(2, "B", 200_000, all)},
			[]string{"A", "B"}, []byte{1, 2}, 2800},
		"ThePairBeatsTheLonerThatIsBest": {[]promotion.Discount{order(1, "", 150_000, all), order(2, "", 150_000, all), order(3, "", 250_000, promotion.Combines{})},
			nil, []byte{1, 2}, 2775},
		"PrioritySettlesATie":    {[]promotion.Discount{order(1, "A", 100_000, promotion.Combines{}), low}, []string{"A", "LOW"}, []byte{3}, 1000},
		"TheEnteredSettlesATie":  {[]promotion.Discount{order(1, "", 100_000, promotion.Combines{}), order(2, "B", 100_000, promotion.Combines{})}, []string{"B"}, []byte{2}, 1000},
		"EarlierCodeSettlesATie": {[]promotion.Discount{order(1, "A", 100_000, promotion.Combines{}), order(2, "B", 100_000, promotion.Combines{})}, []string{"B", "A"}, []byte{2}, 1000},
		"ShippingBesideOrder": {[]promotion.Discount{order(1, "A", 100_000, promotion.Combines{Shipping: true}),
			offer(2, "SHIP", promotion.FreeShipping, promotion.Config{Combines: promotion.Combines{Order: true}})}, []string{"SHIP", "A"}, []byte{1, 2}, 1700},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := promotion.Apply(promotion.Input{Now: now, Currency: "USD", Lines: lines, Discounts: c.discounts, Codes: c.codes, Shipping: 700})
			var got []byte
			var total int64
			for _, a := range r.Applications {
				got = append(got, a.DiscountID[0])
				total += a.Total.Amount
			}
			if diff := cmp.Diff(c.want, got); diff != "" || total != c.total {
				t.Errorf("saved %d, want %d: %s", total, c.total, diff)
			}
			for _, code := range r.Codes {
				if code.Applicable == (code.Reason != "") || !code.Applicable && code.Reason != promotion.NotHonoured {
					t.Errorf("code %+v", code)
				}
			}
		})
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	me, other := uuid.UUID{1}, uuid.UUID{2}
	id := uuid.UUID{0: 7}
	for name, c := range map[string]struct {
		change func(d *promotion.Discount, in *promotion.Input)
		want   promotion.Reason
	}{
		"Applies":           {func(*promotion.Discount, *promotion.Input) {}, ""},
		"AnyCaseAndSpace":   {func(_ *promotion.Discount, in *promotion.Input) { in.Codes[0] = " ten " }, ""},
		"NotFound":          {func(_ *promotion.Discount, in *promotion.Input) { in.Codes[0] = "ELEVEN" }, promotion.NotFound},
		"Blank":             {func(d *promotion.Discount, in *promotion.Input) { in.Codes[0], d.Code = " ", " " }, promotion.NotFound},
		"AutomaticIsNoCode": {func(d *promotion.Discount, _ *promotion.Input) { d.Method = promotion.Automatic }, promotion.NotFound},
		"Disabled":          {func(d *promotion.Discount, _ *promotion.Input) { d.Disabled = true }, promotion.Inactive},
		"TooEarly":          {func(d *promotion.Discount, _ *promotion.Input) { d.StartsAt = now.Add(1) }, promotion.Inactive},
		"FirstInstant":      {func(d *promotion.Discount, _ *promotion.Input) { d.StartsAt = now }, ""},
		"TooLate":           {func(d *promotion.Discount, _ *promotion.Input) { d.EndsAt = now }, promotion.Inactive},
		"LastInstant":       {func(d *promotion.Discount, _ *promotion.Input) { d.EndsAt = now.Add(1) }, ""},
		"UsedUp":            {func(d *promotion.Discount, in *promotion.Input) { d.UsageLimit = 3; in.Facts.Used = used(id, 3, 0) }, promotion.UsageLimitReached},
		"OneUseLeft":        {func(d *promotion.Discount, in *promotion.Input) { d.UsageLimit = 3; in.Facts.Used = used(id, 2, 2) }, ""},
		"NobodySignedIn":    {func(d *promotion.Discount, _ *promotion.Input) { d.Config.Customers = []uuid.UUID{other} }, promotion.CustomerMissing},
		"SomebodyElse": {func(d *promotion.Discount, in *promotion.Input) {
			d.Config.Customers = []uuid.UUID{other}
			in.Facts.CustomerID = me
		}, promotion.CustomerNotEligible},
		"TheRightCustomer": {func(d *promotion.Discount, in *promotion.Input) {
			d.Config.Customers = []uuid.UUID{other, me}
			in.Facts.CustomerID = me
		}, ""},
		"SecondTime": {func(d *promotion.Discount, in *promotion.Input) {
			d.OncePerCustomer = true
			in.Facts.Used = used(id, 9, 1)
		}, promotion.CustomerLimit},
		"FirstTime": {func(d *promotion.Discount, in *promotion.Input) {
			d.OncePerCustomer = true
			in.Facts.Used = used(id, 9, 0)
		}, ""},
		"OtherProducts": {func(d *promotion.Discount, _ *promotion.Input) { d.Config.Target = only(lamp) }, promotion.NoEntitledLines},
		"EmptyCart":     {func(_ *promotion.Discount, in *promotion.Input) { in.Lines = nil }, promotion.NoEntitledLines},
		"NothingShipped": {func(d *promotion.Discount, in *promotion.Input) {
			d.Kind = promotion.FreeShipping
			in.Lines[0].RequiresShipping = false
		}, promotion.NoEntitledShipping},
		"FreeShippingAhead": {func(d *promotion.Discount, _ *promotion.Input) { d.Kind = promotion.FreeShipping }, ""},
		"SpentTooLittle":    {func(d *promotion.Discount, _ *promotion.Input) { d.Config.MinSubtotal = usd(2001) }, promotion.PurchaseNotInRange},
		"SpentEnough":       {func(d *promotion.Discount, _ *promotion.Input) { d.Config.MinSubtotal = usd(2000) }, ""},
		"NoMinimumInDollars": {func(d *promotion.Discount, _ *promotion.Input) {
			d.Config.MinSubtotal = map[money.Currency]int64{"EUR": 1}
		}, promotion.PurchaseNotInRange},
		"TooFew": {func(d *promotion.Discount, _ *promotion.Input) { d.Config.MinQuantity = 3 }, promotion.QuantityNotInRange},
		"Enough": {func(d *promotion.Discount, _ *promotion.Input) { d.Config.MinQuantity = 2 }, ""},
		"NoAmountInDollars": {func(d *promotion.Discount, _ *promotion.Input) {
			d.Kind = promotion.Fixed
			d.Config.Amounts = map[money.Currency]int64{"EUR": 1}
		}, promotion.NotHonoured},
		"BoughtTooFew": {func(d *promotion.Discount, _ *promotion.Input) {
			d.Kind = promotion.BuyXGetY
			d.Config.Get = promotion.Get{Buy: 2, Quantity: 1, PPM: 1}
		}, promotion.QuantityNotInRange},
		"NothingToGive": {func(d *promotion.Discount, _ *promotion.Input) {
			d.Kind = promotion.BuyXGetY
			d.Config.Get = promotion.Get{Buy: 1, Quantity: 1, PPM: 1, Target: only(lamp)}
		}, promotion.NoEntitledLines},
		"BoughtEnough": {func(d *promotion.Discount, _ *promotion.Input) {
			d.Kind = promotion.BuyXGetY
			d.Config.Get = promotion.Get{Buy: 1, Quantity: 1, PPM: 1}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := offer(7, "TEN", promotion.Percentage, promotion.Config{PPM: 100_000})
			in := promotion.Input{Now: now, Currency: "USD", Lines: []promotion.Line{line(chair, 2, 1000)}, Codes: []string{"TEN"}}
			c.change(&d, &in)
			in.Discounts = []promotion.Discount{d}
			want := []promotion.CodeResult{{Code: in.Codes[0], Applicable: c.want == "", Reason: c.want}}
			if diff := cmp.Diff(want, promotion.Apply(in).Codes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func used(id uuid.UUID, total, byBuyer int64) map[uuid.UUID]promotion.Usage {
	return map[uuid.UUID]promotion.Usage{id: {Total: total, ByBuyer: byBuyer}}
}

func TestACodeEnteredTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	r := promotion.Apply(promotion.Input{Now: now, Currency: "USD", Lines: []promotion.Line{line(chair, 1, 1000)},
		Discounts: []promotion.Discount{offer(1, "TEN", promotion.Percentage, promotion.Config{PPM: 100_000, Combines: all})}, Codes: []string{"TEN", "ten"}})
	if len(r.Applications) != 1 || r.Applications[0].Total.Amount != 100 || !r.Codes[0].Applicable || !r.Codes[1].Applicable {
		t.Errorf("%+v", r)
	}
}

func TestBeyondTheBoundTheBestRankedAreTried(t *testing.T) {
	t.Parallel()
	var discounts []promotion.Discount
	for n := range byte(promotion.MaxCandidates + 4) {
		discounts = append(discounts, offer(n+1, "", promotion.Percentage, promotion.Config{PPM: 10_000, Combines: all}))
	}
	last := offer(200, "LAST", promotion.Percentage, promotion.Config{PPM: 10_000, Combines: all})
	last.Priority = -1
	r := promotion.Apply(promotion.Input{Now: now, Currency: "USD", Lines: []promotion.Line{line(chair, 1, 100_000)},
		Discounts: append(discounts, last), Codes: []string{"LAST"}})
	if len(r.Applications) != promotion.MaxCandidates || r.Codes[0].Reason != promotion.NotHonoured {
		t.Errorf("%d applications, %+v", len(r.Applications), r.Codes)
	}
}

func TestSnapshotsKeepTheirShape(t *testing.T) {
	t.Parallel()
	r := promotion.Apply(promotion.Input{Now: now, Currency: "USD", Lines: []promotion.Line{line(chair, 1, 1000)}, Codes: []string{"FIVE", "X"},
		Discounts: []promotion.Discount{offer(1, "FIVE", promotion.Fixed, promotion.Config{Amounts: usd(500)})}})
	for want, v := range map[string]any{
		`{"discount_id":"01000000-0000-0000-0000-000000000000","title":"fixed","code":"FIVE","method":"code","kind":"fixed","class":"order","amount":{"amount":500,"currency":"USD"},"total":{"amount":500,"currency":"USD"}}`: r.Applications[0],
		`{"application":0,"title":"fixed","code":"FIVE","kind":"fixed","class":"order","amount":{"amount":500,"currency":"USD"}}`:                                                                                              r.Line(0)[0],
		`[{"code":"FIVE","applicable":true},{"code":"X","applicable":false,"reason":"DISCOUNT_NOT_FOUND"}]`:                                                                                                                    r.Codes,
		`{"ppm":1,"target":{},"combines":{}}`: promotion.Config{PPM: 1},
	} {
		got, err := json.Marshal(v)
		if diff := cmp.Diff(want, string(got)); err != nil || diff != "" {
			t.Error(err, diff)
		}
	}
}

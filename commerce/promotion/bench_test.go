package promotion_test

import (
	"testing"

	"github.com/rialtohq/rialto/commerce/promotion"
)

// BenchmarkApplyWorst has as many discounts as are tried, in all classes, half of which stand alone.
func BenchmarkApplyWorst(b *testing.B) {
	in := promotion.Input{Now: now, Currency: "USD", Shipping: 700}
	for range 50 {
		in.Lines = append(in.Lines, line(chair, 3, 999), line(table, 1, 12_000))
	}
	for n := range byte(promotion.MaxCandidates) {
		config := promotion.Config{PPM: int64(n+1) * 10_000, Combines: promotion.Combines{Order: n%2 == 0, Product: n%3 == 0, Shipping: true}}
		if n%2 == 1 {
			config.Target = only(chair)
		}
		in.Discounts = append(in.Discounts, offer(n+1, "", promotion.Percentage, config))
	}
	b.ReportAllocs()
	for b.Loop() {
		promotion.Apply(in)
	}
}

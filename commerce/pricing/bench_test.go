package pricing_test

import (
	"testing"

	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/promotion"
)

func BenchmarkCalculate(b *testing.B) {
	full := cart()
	full.Codes = []string{"TEN"}
	ten := automatic(1, promotion.Percentage, promotion.Config{PPM: 100_000})
	ten.Method, ten.Code = promotion.Code, "TEN"
	full.Discounts = []promotion.Discount{ten, automatic(2, promotion.FreeShipping, promotion.Config{})}
	for name, in := range map[string]pricing.Input{"Plain": cart(), "TwoDiscounts": full} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := pricing.Calculate(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

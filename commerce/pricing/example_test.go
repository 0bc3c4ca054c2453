package pricing_test

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/tax"
)

func ExampleCalculate() {
	quote, err := pricing.Calculate(pricing.Input{
		Now:           time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
		Currency:      "EUR",
		TaxesIncluded: true,
		Lines: []pricing.Line{
			{Quantity: 2, UnitPrice: money.New(5950, "EUR"), Taxable: true, RequiresShipping: true},
		},
		Discounts: []promotion.Discount{{
			ID: uuid.UUID{1}, Title: "Ten percent", Method: promotion.Code, Code: "TEN", Kind: promotion.Percentage,
			Config: promotion.Config{PPM: 100_000},
		}},
		Codes:     []string{"TEN"},
		Address:   &pricing.Address{Country: "DE"},
		Shipping:  &shipping.Option{Handle: "standard", Title: "Standard", Price: money.New(490, "EUR")},
		TaxRates:  []tax.Rate{{Country: "DE", Name: "VAT", PPM: 190_000, ShippingTaxable: true}},
		GiftCards: []pricing.GiftCard{{ID: uuid.UUID{2}, Balance: money.New(2000, "EUR")}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	t := quote.Totals
	fmt.Println("subtotal ", t.Subtotal)
	fmt.Println("discount ", t.Discount)
	fmt.Println("shipping ", t.Shipping)
	fmt.Println("total    ", t.Total, "with tax of", t.Tax)
	fmt.Println("gift card", t.GiftCards)
	fmt.Println("charge   ", t.Charge)
	// Output:
	// subtotal  119.00 EUR
	// discount  11.90 EUR
	// shipping  4.90 EUR
	// total     112.00 EUR with tax of 17.88 EUR
	// gift card 20.00 EUR
	// charge    92.00 EUR
}

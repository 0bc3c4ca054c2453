package promotion_test

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/promotion"
)

func ExampleApply() {
	result := promotion.Apply(promotion.Input{
		Now:      time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
		Currency: "USD",
		Lines: []promotion.Line{
			{Quantity: 2, UnitPrice: 1000},
			{Quantity: 1, UnitPrice: 1000},
		},
		Discounts: []promotion.Discount{{
			ID: uuid.UUID{1}, Title: "Ten off", Method: promotion.Code, Code: "TENOFF", Kind: promotion.Fixed,
			Config: promotion.Config{Amounts: map[money.Currency]int64{"USD": 1000}},
		}},
		Codes: []string{"tenoff", "SUMMER"},
	})
	for _, a := range result.Allocations {
		fmt.Println("line", a.Line, a.Title, a.Amount)
	}
	for _, c := range result.Codes {
		fmt.Printf("%s %t %q\n", c.Code, c.Applicable, c.Reason)
	}
	// Output:
	// line 0 Ten off 6.67 USD
	// line 1 Ten off 3.33 USD
	// tenoff true ""
	// SUMMER false "DISCOUNT_NOT_FOUND"
}

package money_test

import (
	"fmt"

	"github.com/rialtohq/rialto/commerce/money"
)

func ExampleMoney_Decimal() {
	fmt.Println(money.New(1000, "USD").Decimal())
	fmt.Println(money.New(1299, "USD").Decimal())
	fmt.Println(money.New(1200, "JPY").Decimal())
	fmt.Println(money.New(5, "KWD").Decimal())
	// Output:
	// 10.0
	// 12.99
	// 1200.0
	// 0.005
}

func ExampleMoney_Allocate() {
	for _, part := range money.New(1000, "EUR").Allocate([]int64{1, 1, 1}) {
		fmt.Println(part)
	}
	// Output:
	// 3.34 EUR
	// 3.33 EUR
	// 3.33 EUR
}

func ExampleParse() {
	price, err := money.Parse("12.9", "USD")
	fmt.Println(price, err)
	_, err = money.Parse("12.999", "USD")
	fmt.Println(err)
	// Output:
	// 12.90 USD <nil>
	// money: more fraction digits than the currency has
}

func ExampleConvert() {
	yen, err := money.Convert(money.New(1299, "USD"), "JPY", "151.25")
	fmt.Println(yen, err)
	// Output: 1965 JPY <nil>
}

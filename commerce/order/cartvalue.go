package order

import "github.com/rialtohq/rialto/commerce/cart"

// Attribute is a custom attribute of an order or a line, as its cart had it.
type Attribute = cart.Attribute

// PercentageValue is what a discount in percent takes off.
type PercentageValue = cart.PercentageValue

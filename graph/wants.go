package graph

import (
	"context"
	"strings"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/order"
)

// wants are the parts of things that an operation shows, wherever it shows such a thing. Lists read no others: texts and
// documents of which nothing is shown would cost more than all the rest.
type wants struct {
	products catalog.Parts
	orders   order.Parts
}

var everything = wants{products: catalog.Whole, orders: order.Whole}

// The parts that fields of a type need; a field that is not named here needs all. That nothing is forgotten,
// TestFieldsAloneAsTogether shows for every field of these types.
var (
	productParts = parts(map[catalog.Parts]string{
		0: `adjacentVariants availableForSale collections createdAt encodedVariantAvailability encodedVariantExistence featuredImage handle id images isGiftCard media
			metafield metafieldList metafields onlineStoreUrl options productType publishedAt revision selectedOrFirstAvailableVariant seo status tags title totalInventory
			trackingParameters updatedAt variantBySelectedOptions variants variantsCount vendor`,
		catalog.Texts:  "description descriptionHtml",
		catalog.Prices: "compareAtPriceRange priceRange",
	})
	orderParts = parts(map[order.Parts]string{
		0: `createdAt currencyCode currentTotalDuties customer displayFinancialStatus displayFulfillmentStatus email events financialStatus fulfillmentStatus fulfillments
			id lineItems metafield metafieldList metafields name orderNumber originalTotalDuties processedAt refunds returns revision successfulFulfillments totalPrice
			totalPriceV2 transactions updatedAt`,
		order.Sums:                             "currentTotalShippingPrice subtotalPrice subtotalPriceV2 totalRefunded totalRefundedV2 totalShippingPrice totalShippingPriceV2 totalTax totalTaxV2",
		order.Story:                            "cancelReason canceledAt cancelledAt closedAt customerLocale note phone",
		order.Addresses:                        "billingAddress shippingAddress",
		order.Attributes:                       "customAttributes",
		order.Books | order.Sums | order.Story: "currentSubtotalPrice currentTotalPrice currentTotalTax edited fulfillable originalTotalPrice paymentGatewayNames refundable returnStatus test totalOutstanding totalReceived",
		order.Delivery | order.Discounts:       "shippingDiscountAllocations",
		order.Discounts:                        "discountApplications",
		order.Links:                            "customerUrl statusUrl",
		order.Tags:                             "tags",
	})
	lineParts = parts(map[order.Parts]string{
		0:                             "id originalTotalPrice quantity title variantTitle",
		order.Figures:                 "currentQuantity discountedTotalPrice refundableQuantity sku variant",
		order.Figures | order.Details: "customAttributes discountAllocations unfulfilledQuantity",
	})
)

// parts turns lists of fields by what they need around.
func parts[P ~uint16](lists map[P]string) map[string]P {
	out := map[string]P{}
	for part, list := range lists {
		for _, field := range strings.Fields(list) {
			out[field] = part
		}
	}
	return out
}

// wanted finds what the places that an operation touches need. They are named for each type of object that a selection can meet.
func wanted(coordinates []string) (w wants) {
	for _, c := range coordinates {
		of, field, isField := strings.Cut(c, ".")
		if !isField || strings.HasSuffix(field, ")") {
			continue
		}
		switch of {
		case "Product":
			w.products |= needed(productParts, field, catalog.Whole)
		case "Order":
			w.orders |= needed(orderParts, field, order.Whole)
		case "OrderLineItem":
			w.orders |= needed(lineParts, field, order.Whole)
		}
	}
	return w
}

func needed[P ~uint16](fields map[string]P, field string, whole P) P {
	if p, known := fields[field]; known {
		return p
	}
	return whole
}

type wantsKey struct{}

// wantsOf is what the operation of a context shows; everything where that is not known.
func wantsOf(ctx context.Context) wants {
	if w, ok := ctx.Value(wantsKey{}).(*wants); ok {
		return *w
	}
	return everything
}

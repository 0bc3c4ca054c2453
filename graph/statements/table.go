package statements

import (
	"maps"
	"slices"
	"strings"

	"github.com/rialtohq/rialto/graph/cost"
	"github.com/rialtohq/rialto/platform/gid"
)

// nothing are fields whose resolvers read no database, by type: they hold the answer already, reckon it, or take it from what a
// process keeps in memory.
var nothing = map[string]string{
	"AutomaticDiscountApplication": "value",
	"Cart":                         "deliveryGroups discountAllocations lines",
	"CartBuyerIdentity":            "deliveryAddressPreferences",
	"CartDeliveryGroup":            "cartLines",
	"CartDiscountApplication":      "value",
	"CartLine":                     "discountAllocations merchandise parentRelationship sellingPlanAllocation",
	"CartSelectableAddress":        "address",
	"Customer":                     "amountSpent state tags",
	"DiscountAllocation":           "discountApplication",
	"DiscountCodeApplication":      "value",
	"Fulfillment":                  "fulfillmentLineItems",
	"InventoryLevel":               "quantities",
	"InventoryMovement":            "reason",
	"Location":                     "address",
	"Market":                       "currencySettings regions",
	"MarketRegionCountry":          "name",
	"MediaImage":                   "presentation",
	"MetafieldDefinition":          "access type",
	"Order":                        "discountApplications",
	"Page":                         "isPublished seo",
	"ProductOptionValue":           "swatch",
	"ProductVariant":               "compareAtPriceV2 inventoryItem inventoryPolicy priceV2 unitPriceMeasurement",
	"Query":                        "accessScopes article blog blogs localization market markets metaobject metaobjects paymentSettings publicApiVersions shop sitemap",
	"Refund":                       "refundLineItems",
	"Return":                       "returnLineItems",
	"ShippingRate":                 "maximumDays maximumGrams maximumSubtotal minimumDays minimumGrams minimumSubtotal",
	"Shop": "brand contactInformation customerAccountUrl legalNotice paymentSettings primaryDomain privacyPolicy refundPolicy shippingPolicy shipsToCountries " +
		"subscriptionPolicy termsOfSale termsOfService",
}

// shared are questions that several fields of one type ask, each one statement for all of them.
var shared = map[string]map[string]string{
	"InventoryTransfer": {"lines": "lineItems receivedQuantity totalQuantity"},
	"Order": {
		"fulfillments": "fulfillments successfulFulfillments", "lines of fulfillments": "fulfillments successfulFulfillments",
	},
	"Product": {
		"stock":                 "availableForSale totalInventory",
		"variants":              "adjacentVariants encodedVariantAvailability encodedVariantExistence selectedOrFirstAvailableVariant variantBySelectedOptions",
		"stock of all variants": "adjacentVariants encodedVariantAvailability selectedOrFirstAvailableVariant",
		"options":               "encodedVariantAvailability encodedVariantExistence options",
	},
	"ProductVariant": {
		"stock":   "availableForSale currentlyNotInStock inventoryQuantity quantityAvailable",
		"product": "image product",
	},
}

// stated is what other fields read that do not read just once. Where a field has an entry in shared too, it asks both.
var stated = map[string]cost.Reads{
	// The cart, its variants, discounts, the collections that these are for, gift cards, whether its customer pays taxes.
	"Query.cart": {Own: 6},
	// The attempt, its cart and its order.
	"Query.cartCompletionAttempt": {Own: 3},
	// With a query: how many rows its parts find, the hits, their products; without one, the page.
	"Query.products": {Own: 1, With: map[string]cost.Reads{"query": {Own: 2}}},
	// How many rows the parts of the query find, the hits, their products, their pages.
	"Query.search": {Own: 4},
	// Counts are read with the list, where they are asked for: how many rows the parts of the query find, and the counts.
	"SearchResultItemConnection.totalCount":     {Own: 2},
	"OrderConnection.totalCount":                {Own: 1},
	"SearchResultItemConnection.productFilters": {Own: 2},
	"ProductConnection.filters":                 {Own: 2, Apart: true},
	// Of several, those that are sorted alike are read together, and there are eight ways. With filters, the hits and their products,
	// of each collection by itself, in the place of the page of all.
	"Collection.products": {Own: 1, Many: 7, With: map[string]cost.Reads{"filters": {Own: 2, Apart: true, Instead: true}}},
	// What the words find, words that look alike, what those find; then products, collections and pages.
	"Query.predictiveSearch": {Own: 6},
	// The product, its traits, the best of the others, these.
	"Query.productRecommendations": {Own: 4},
	// The ids of the page, and the members.
	"Query.staffMembers": {Own: 2},
	// Returns and refunds are read with their lines.
	"Query.return":   {Own: 2},
	"Order.returns":  {Own: 2},
	"Order.refunds":  {Own: 2},
	"Refund.return":  {Own: 2},
	"Return.refunds": {Own: 2},
	// A picture of their own, or else the first of the first product; where there are several, some have one and some not, and those
	// that are sorted alike have their first products read together.
	"Collection.image":     {Own: 2, Many: 8},
	"ProductVariant.image": {Own: 1, Many: 1},
	// All variants of the products, and what of them is for sale.
	"ProductOptionValue.firstSelectableVariant": {Own: 2},
	// Products, collections and pages.
	"MenuItem.resource": {Own: 1, Many: 2},
	// Products, variants, collections, pages and pictures; a list of references may mix them.
	"Metafield.reference":  {Own: 1, Many: 4},
	"Metafield.references": {Own: 5},
	// Any type of node, a cart being the one that takes most; of a list of ids, each cart and menu is read by itself.
	"Query.node":  {Own: 6},
	"Query.nodes": {Items: ofNodes, Each: 6, Alone: map[string]bool{"Cart": true, "Menu": true, "MenuItem": true}},
}

// ofNodes is what it takes to find things by their ids: those of one type together, but for carts and menus, which are alone.
func ofNodes(ids []string) (sum, alone int) {
	together := map[string]bool{}
	for _, text := range ids {
		id, err := gid.Parse(text)
		switch {
		case err != nil: // it is refused before anything is read
		case id.Type == "Cart":
			sum, alone = sum+6, alone+1
		case id.Type == "Menu", id.Type == "MenuItem":
			sum, alone = sum+3, alone+1
		case !together[id.Type]:
			together[id.Type] = true
			sum += 3 // options are found by their products
		}
	}
	return sum, alone
}

// never are types of which there are no objects.
var never = map[string]bool{
	"Article": true, "Blog": true, "ComponentizableCartLine": true, "ExternalVideo": true, "Metaobject": true, "Model3d": true, "Video": true,
}

// state puts what the tables state in the place of what is taken for granted.
func (b *Bounds) state() {
	for typ, fields := range nothing {
		for _, f := range strings.Fields(fields) {
			delete(b.reads, typ+"."+f)
		}
	}
	for typ, questions := range shared {
		for _, question := range slices.Sorted(maps.Keys(questions)) {
			for _, f := range strings.Fields(questions[question]) {
				at := typ + "." + f
				b.reads[at] = cost.Reads{Shared: append(b.reads[at].Shared, question)}
			}
		}
	}
	for at, reads := range stated {
		reads.Shared = b.reads[at].Shared
		b.reads[at] = reads
	}
}

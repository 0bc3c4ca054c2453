package tests

import (
	"strings"
	"testing"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
)

// premises is one shop of a running app, with one thing of every kind in it.
type premises struct {
	*apptest.App
	shop shop.Shop
	// front is what its storefront sends, back what its owner sends.
	front, back apptest.Headers
	// things are ids by type; secrets are tokens by the argument that takes them.
	things, secrets map[string]string
	card            string
}

// demoPremises is the demo shop.
func demoPremises(t *testing.T, a *apptest.App) *premises {
	t.Helper()
	s, err := a.Shops.ByHandle(t.Context(), demo.Handle)
	if err != nil {
		t.Fatal(err)
	}
	p := &premises{App: a, shop: *s, front: apptest.Headers{}, back: a.Owner(t), card: "BADINPUTCARD0001"}
	p.furnish(t)
	return p
}

// otherPremises opens a second shop in the same app.
func otherPremises(t *testing.T, a *apptest.App) *premises {
	t.Helper()
	s, err := a.Shops.Create(t.Context(), shop.Shop{Handle: "other", Name: "Other", Email: "owner@other.test", Currency: "USD", Country: "US", Language: "EN", MoneyFormat: "{{amount}}"},
		[]shop.Market{{Handle: "us", Name: "US", Countries: []string{"US"}, Languages: []string{"EN"}, Currency: "USD", Rate: "1"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx := access.With(database.WithShop(t.Context(), s.ID.UUID), access.Actor{Kind: access.System, Shop: s.ID.UUID})
	const email, password = "owner@other.test", "another-long-password"
	if _, err := a.Inventory.SaveLocation(ctx, inventory.Location{Handle: "main", Name: "Main", Active: true, FulfillsOnline: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Staff.EnsureOwner(ctx, email, "Owner", password); err != nil {
		t.Fatal(err)
	}
	token, err := a.Identity.CreateStorefront(ctx, identity.StorefrontInput{Kind: identity.Public, Title: "storefront"})
	if err != nil {
		t.Fatal(err)
	}
	rate := shipping.Rate{Handle: "standard", Title: "Standard", Price: money.Money{Amount: 500, Currency: "USD"}}
	if err := a.Delivery.PutZones(ctx, []shipping.Zone{{Name: "US", Countries: []string{"US"}, Rates: []shipping.Rate{rate}}}); err != nil {
		t.Fatal(err)
	}
	p := &premises{App: a, shop: *s, front: apptest.Headers{storefrontHeader: token.Token}, card: "OTHERSHOPCARD001"}
	signedIn := p.ask(t, p.front, `mutation($e: String!, $p: String!) { staffAccessTokenCreate(input: {email: $e, password: $p}) { staffAccessToken { accessToken } } }`, vars{"e": email, "p": password})
	p.back = apptest.Headers{storefrontHeader: token.Token, "Authorization": "Bearer " + apptest.String(signedIn, "staffAccessTokenCreate", "staffAccessToken", "accessToken")}
	p.furnish(t)
	return p
}

const storefrontHeader = "X-Shopify-Storefront-Access-Token"

// ask runs an operation that must succeed, without problems of any field.
func (p *premises) ask(t *testing.T, who apptest.Headers, query string, v vars) map[string]any {
	t.Helper()
	data := p.Query(t, query, v, who)
	for field, payload := range data {
		for _, list := range []string{"userErrors", "customerUserErrors"} {
			if problems, _ := apptest.At(payload, list).([]any); len(problems) > 0 {
				t.Fatalf("%s: %v", field, problems)
			}
		}
	}
	return data
}

// furnish makes one thing of every kind and notes its id.
func (p *premises) furnish(t *testing.T) {
	t.Helper()
	p.things, p.secrets = map[string]string{"Shop": p.shop.ID.String()}, map[string]string{}
	p.furnishStaff(t)
	p.furnishSettings(t)
	p.furnishCatalog(t)
	p.furnishContent(t)
	p.furnishCustomer(t)
	p.furnishOrder(t)
	p.furnishCart(t)
	for typ, id := range p.things {
		if !strings.HasPrefix(id, "gid://rialto/") {
			t.Fatalf("there is no %s: %q", typ, id)
		}
	}
}

// furnishSettings makes a market, a zone and a tax in places where nobody else of this shop buys.
func (p *premises) furnishSettings(t *testing.T) {
	t.Helper()
	made := p.ask(t, p.back, `mutation {
		marketCreate(input: {name: "Alps", regions: [{countryCode: CH}], currencySettings: {baseCurrency: EUR, baseCurrencyManualRate: "0.92"}, enabled: false}) { market { id } userErrors { message } }
		shippingZoneCreate(input: {name: "Alps", countries: [CH]}) { shippingZone { id } userErrors { message } }
		taxRateSet(input: {countryCode: CH, name: "MWST", ratePercentage: "8.1"}) { taxRate { id } userErrors { message } }
	}`, nil)
	p.keep(made, "Market", "marketCreate", "market", "id")
	p.keep(made, "ShippingZone", "shippingZoneCreate", "shippingZone", "id")
	p.keep(made, "TaxRate", "taxRateSet", "taxRate", "id")
}

// keep notes what stands at a path of data as the id of a type.
func (p *premises) keep(data any, typ string, path ...any) {
	p.things[typ] = apptest.String(data, path...)
}

func (p *premises) furnishStaff(t *testing.T) {
	t.Helper()
	p.keep(p.ask(t, p.back, `{ currentStaffMember { id } }`, nil), "StaffMember", "currentStaffMember", "id")
	p.keep(p.ask(t, p.back, `mutation { roleCreate(input: {title: "Plain", accessScopes: ["orders:read"]}) { role { id } userErrors { code field message } } }`, nil), "Role", "roleCreate", "role", "id")
	p.keep(p.ask(t, p.back, `mutation { appCreate(input: {title: "Plain", accessScopes: ["orders:read"]}) { app { id } userErrors { code field message } } }`, nil), "App", "appCreate", "app", "id")
	p.keep(p.ask(t, p.back, `mutation($app: ID!) { apiKeyCreate(appId: $app, input: {title: "Plain", accessScopes: ["orders:read"]}) { apiKey { id } userErrors { code field message } } }`, vars{"app": p.things["App"]}), "ApiKey", "apiKeyCreate", "apiKey", "id")
	p.keep(p.ask(t, p.back, `mutation { identityProviderCreate(input: {audience: STAFF, clientId: "plain", clientSecret: "a-long-client-secret", handle: "plain", issuer: "https://login.rialto.test", title: "Plain", enabled: false}) { identityProvider { id } userErrors { code field message } } }`, nil),
		"IdentityProvider", "identityProviderCreate", "identityProvider", "id")
	p.keep(p.ask(t, p.back, `mutation { storefrontAccessTokenCreate(input: {title: "Plain"}) { storefrontAccessToken { id } userErrors { code field message } } }`, nil),
		"StorefrontAccessToken", "storefrontAccessTokenCreate", "storefrontAccessToken", "id")
}

func (p *premises) furnishCatalog(t *testing.T) {
	t.Helper()
	p.keep(p.ask(t, p.back, `{ staffLocations(first: 1) { nodes { id } } }`, nil), "Location", "staffLocations", "nodes", 0, "id")
	made := p.ask(t, p.back, `mutation { productCreate(product: {title: "Plain Bench", status: ACTIVE, productOptions: [{name: "Size", values: [{name: "Small"}]}],
		metafields: [{key: "wood", type: "single_line_text_field", value: "ash"}]},
		media: [{mediaContentType: IMAGE, originalSource: "https://pictures.rialto.test/bench.jpg", alt: "bench"}]) {
		product { id handle media(first: 1) { nodes { id } } options { id optionValues { id } } metafield(key: "wood") { id } variants(first: 1) { nodes { id } } } userErrors { code field message } } }`, nil)
	at := func(path ...any) []any { return append([]any{"productCreate", "product"}, path...) }
	p.keep(made, "Product", at("id")...)
	p.keep(made, "ProductVariant", at("variants", "nodes", 0, "id")...)
	p.keep(made, "MediaImage", at("media", "nodes", 0, "id")...)
	p.keep(made, "ProductOption", at("options", 0, "id")...)
	p.keep(made, "ProductOptionValue", at("options", 0, "optionValues", 0, "id")...)
	p.keep(made, "Metafield", at("metafield", "id")...)
	p.things["InventoryItem"] = strings.Replace(p.things["ProductVariant"], "ProductVariant", "InventoryItem", 1)
	p.ask(t, p.back, `mutation($p: ID!, $v: ID!) { productVariantsBulkUpdate(productId: $p, variants: [{id: $v, price: {amount: "20", currencyCode: USD}, inventoryItem: {tracked: true}}]) { userErrors { code field message } } }`,
		vars{"p": p.things["Product"], "v": p.things["ProductVariant"]})
	p.ask(t, p.back, `mutation($i: ID!, $l: ID!) { inventorySetQuantities(input: {name: "available", reason: "correction", quantities: [{inventoryItemId: $i, locationId: $l, quantity: 100, changeFromQuantity: null}]}) { userErrors { code field message } } }`,
		vars{"i": p.things["InventoryItem"], "l": p.things["Location"]})
	p.furnishStock(t)
	p.keep(p.ask(t, p.back, `mutation { metafieldDefinitionCreate(definition: {ownerType: PRODUCT, key: "finish", name: "Finish", type: "single_line_text_field"}) { createdDefinition { id } userErrors { code field message } } }`, nil),
		"MetafieldDefinition", "metafieldDefinitionCreate", "createdDefinition", "id")
	p.keep(p.ask(t, p.back, `mutation($p: ID!) { collectionCreate(input: {title: "Plain Benches", products: [$p]}) { collection { id } userErrors { code field message } } }`, vars{"p": p.things["Product"]}),
		"Collection", "collectionCreate", "collection", "id")
}

// furnishStock sends something on its way to a second location.
func (p *premises) furnishStock(t *testing.T) {
	t.Helper()
	there := apptest.String(p.ask(t, p.back, `mutation { locationAdd(input: {name: "Plain Shed", address: {countryCode: US}}) { location { id } userErrors { code field message } } }`, nil), "locationAdd", "location", "id")
	p.keep(p.ask(t, p.back, `query($l: ID!) { location(id: $l) { inventoryLevels(first: 1) { nodes { id } } } }`, vars{"l": p.things["Location"]}), "InventoryLevel", "location", "inventoryLevels", "nodes", 0, "id")
	made := p.ask(t, p.back, `mutation($from: ID!, $to: ID!, $i: ID!) { inventoryTransferCreate(input: {originLocationId: $from, destinationLocationId: $to, lineItems: [{inventoryItemId: $i, quantity: 5}]}) {
		inventoryTransfer { id lineItems(first: 1) { nodes { id } } } userErrors { code field message } } }`, vars{"from": p.things["Location"], "to": there, "i": p.things["InventoryItem"]})
	p.keep(made, "InventoryTransfer", "inventoryTransferCreate", "inventoryTransfer", "id")
	p.keep(made, "InventoryTransferLineItem", "inventoryTransferCreate", "inventoryTransfer", "lineItems", "nodes", 0, "id")
	for _, verb := range []string{"MarkAsReadyToShip", "Ship"} {
		p.ask(t, p.back, `mutation($t: ID!) { inventoryTransfer`+verb+`(id: $t) { userErrors { code field message } } }`, vars{"t": p.things["InventoryTransfer"]})
	}
}

func (p *premises) furnishContent(t *testing.T) {
	t.Helper()
	p.keep(p.ask(t, p.back, `mutation { pageCreate(page: {title: "Plain Words", body: "<p>Words</p>"}) { page { id } userErrors { code field message } } }`, nil), "Page", "pageCreate", "page", "id")
	menu := p.ask(t, p.back, `mutation($page: ID!) { menuCreate(handle: "plain-menu", title: "Plain", items: [{title: "Words", type: PAGE, resourceId: $page}]) { menu { id items { id } } userErrors { code field message } } }`, vars{"page": p.things["Page"]})
	p.keep(menu, "Menu", "menuCreate", "menu", "id")
	p.keep(p.ask(t, p.back, `mutation { urlRedirectCreate(urlRedirect: {path: "/plain-old", target: "/plain-new"}) { urlRedirect { id } userErrors { code field message } } }`, nil),
		"UrlRedirect", "urlRedirectCreate", "urlRedirect", "id")
	p.keep(menu, "MenuItem", "menuCreate", "menu", "items", 0, "id")
	p.keep(p.ask(t, p.back, `mutation { discountCodeFreeShippingCreate(freeShippingCodeDiscount: {code: "PLAINPOST"}) { codeDiscountNode { id } userErrors { code field message } } }`, nil),
		"FreeShipping", "discountCodeFreeShippingCreate", "codeDiscountNode", "id")
	p.keep(p.ask(t, p.back, `mutation { discountCodeBxgyCreate(bxgyCodeDiscount: {code: "PLAINTWO", customerBuys: {items: {all: true}, value: {quantity: "1"}}, customerGets: {items: {all: true}, value: {discountOnQuantity: {quantity: "1", effect: {percentage: 0.5}}}}}) { codeDiscountNode { id } userErrors { code field message } } }`, nil),
		"Bxgy", "discountCodeBxgyCreate", "codeDiscountNode", "id")
	p.keep(p.ask(t, p.back, `mutation { discountCodeBasicCreate(basicCodeDiscount: {code: "PLAIN10", customerGets: {value: {percentage: 0.1}, items: {all: true}}}) { codeDiscountNode { id } userErrors { code field message } } }`, nil),
		"DiscountCodeNode", "discountCodeBasicCreate", "codeDiscountNode", "id")
	p.keep(p.ask(t, p.back, `mutation { discountAutomaticBasicCreate(automaticBasicDiscount: {title: "Plain", startsAt: "2090-01-01T00:00:00Z", customerGets: {value: {percentage: 0.1}, items: {all: true}}}) { automaticDiscountNode { id } userErrors { code field message } } }`, nil),
		"DiscountAutomaticNode", "discountAutomaticBasicCreate", "automaticDiscountNode", "id")
	ctx := access.With(database.WithShop(t.Context(), p.shop.ID.UUID), access.Actor{Kind: access.System, Shop: p.shop.ID.UUID})
	if _, _, err := p.Discounts.IssueCard(ctx, discount.Issue{Code: p.card, Amount: money.Money{Amount: 2_00, Currency: "USD"}, Note: "test"}); err != nil {
		t.Fatal(err)
	}
}

func (p *premises) furnishCustomer(t *testing.T) {
	t.Helper()
	const email, password = "pat@badinput.test", "a-long-password"
	p.keep(p.ask(t, p.front, `mutation($e: String!, $p: String!) { customerCreate(input: {email: $e, password: $p}) { customer { id } customerUserErrors { code field message } } }`, vars{"e": email, "p": password}),
		"Customer", "customerCreate", "customer", "id")
	data := p.ask(t, p.front, `mutation($e: String!, $p: String!) { customerAccessTokenCreate(input: {email: $e, password: $p}) { customerAccessToken { accessToken } customerUserErrors { code field message } } }`, vars{"e": email, "p": password})
	p.secrets["customerAccessToken"] = apptest.String(data, "customerAccessTokenCreate", "customerAccessToken", "accessToken")
	p.keep(p.ask(t, p.front, `mutation($t: String!) { customerAddressCreate(customerAccessToken: $t, address: {firstName: "Pat", lastName: "Lee", address1: "1 Main St", city: "Portland", province: "Oregon", country: "United States", zip: "97201"}) { customerAddress { id } customerUserErrors { code field message } } }`,
		vars{"t": p.secrets["customerAccessToken"]}), "MailingAddress", "customerAddressCreate", "customerAddress", "id")
	p.keep(p.ask(t, p.back, `mutation { customerGroupCreate(group: {name: "Regulars"}) { customerGroup { id } userErrors { code field message } } }`, nil), "CustomerGroup", "customerGroupCreate", "customerGroup", "id")
}

// cart fills a cart that lacks nothing but its payment.
func (p *premises) cart(t *testing.T) string {
	t.Helper()
	in := buyable(p.things["ProductVariant"], 2)
	in["input"].(map[string]any)["buyerIdentity"].(map[string]any)["customerAccessToken"] = p.secrets["customerAccessToken"]
	return apptest.String(p.ask(t, p.front, newCart, in), "cartCreate", "cart", "id")
}

func (p *premises) furnishOrder(t *testing.T) {
	t.Helper()
	done := p.ask(t, p.front, complete, vars{"cart": p.cart(t), "token": "tok_ok"})
	p.keep(done, "Order", "checkoutComplete", "order", "id")
	order := p.ask(t, p.back, `query($id: ID!) { order(id: $id) { lineItems(first: 1) { nodes { id } } transactions { id } } }`, vars{"id": p.things["Order"]})
	p.keep(order, "OrderLineItem", "order", "lineItems", "nodes", 0, "id")
	p.keep(order, "OrderTransaction", "order", "transactions", 0, "id")
	p.furnishReturn(t)
}

// furnishReturn makes an order of which one piece was shipped and is to come back, and another shipment and edit of it.
func (p *premises) furnishReturn(t *testing.T) {
	t.Helper()
	done := p.ask(t, p.front, complete, vars{"cart": p.cart(t), "token": "tok_ok"})
	p.keep(done, "ShippedOrder", "checkoutComplete", "order", "id")
	order := p.ask(t, p.back, `query($id: ID!) { order(id: $id) { lineItems(first: 1) { nodes { id } } } }`, vars{"id": p.things["ShippedOrder"]})
	v := vars{"id": p.things["ShippedOrder"], "line": apptest.String(order, "order", "lineItems", "nodes", 0, "id")}
	const ship = `mutation($id: ID!, $line: ID!) { fulfillmentCreate(fulfillment: {orderId: $id, lineItems: [{lineItemId: $line, quantity: 1}]}) { fulfillment { id fulfillmentLineItems(first: 1) { nodes { id } } } userErrors { code field message } } }`
	first, second := p.ask(t, p.back, ship, v), p.ask(t, p.back, ship, v)
	p.keep(first, "Fulfillment", "fulfillmentCreate", "fulfillment", "id")
	p.keep(first, "FulfillmentLineItem", "fulfillmentCreate", "fulfillment", "fulfillmentLineItems", "nodes", 0, "id")
	v = vars{"id": v["id"], "sent": apptest.String(second, "fulfillmentCreate", "fulfillment", "fulfillmentLineItems", "nodes", 0, "id")}
	back := p.ask(t, p.back, `mutation($id: ID!, $sent: ID!) { returnCreate(returnInput: {orderId: $id, returnLineItems: [{fulfillmentLineItemId: $sent, quantity: 1, returnReason: STYLE}]}) { return { id returnLineItems(first: 1) { nodes { id } } } userErrors { code field message } } }`, v)
	p.keep(back, "Return", "returnCreate", "return", "id")
	p.keep(back, "ReturnLineItem", "returnCreate", "return", "returnLineItems", "nodes", 0, "id")
	p.keep(p.ask(t, p.back, `mutation($id: ID!) { orderEditBegin(id: $id) { calculatedOrder { id } userErrors { code field message } } }`, vars{"id": p.things["Order"]}), "CalculatedOrder", "orderEditBegin", "calculatedOrder", "id")
}

func (p *premises) furnishCart(t *testing.T) {
	t.Helper()
	p.things["Cart"] = p.cart(t)
	p.ask(t, p.front, `mutation($c: ID!, $g: [String!]!) { cartGiftCardCodesUpdate(cartId: $c, giftCardCodes: $g) { userErrors { code field message } } }`, vars{"c": p.things["Cart"], "g": []string{p.card}})
	data := p.ask(t, p.front, `query($c: ID!) { cart(id: $c) { cost { totalAmount { amount } } lines(first: 1) { nodes { id } } appliedGiftCards { id } delivery { addresses { id } } deliveryGroups(first: 1) { nodes { id } } } }`, vars{"c": p.things["Cart"]})
	p.secrets["total"] = apptest.String(data, "cart", "cost", "totalAmount", "amount")
	p.keep(data, "CartLine", "cart", "lines", "nodes", 0, "id")
	p.keep(data, "AppliedGiftCard", "cart", "appliedGiftCards", 0, "id")
	p.keep(data, "CartSelectableAddress", "cart", "delivery", "addresses", 0, "id")
	p.keep(data, "CartDeliveryGroup", "cart", "deliveryGroups", "nodes", 0, "id")
}

package tests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/database"
)

// What staff do to a shop through the API, and what shoppers see of it then.
func TestStaffRunTheCatalog(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		w := &shift{App: a, who: a.Owner(t)}
		t.Run("AProductIsMadePricedStockedAndSeen", w.product)
		t.Run("ABadEntryAmongGoodOnes", w.partly)
		t.Run("ACollectionIsArrangedByHand", w.collection)
		t.Run("ACollectionIsChosenByRules", w.rules)
		t.Run("MetafieldsAreSetAllOrNone", w.metafields)
		t.Run("StockIsSetAndAdjusted", w.stock)
		t.Run("ADiscountAppliesToACart", w.discounts)
		t.Run("APageAndAMenuAreMade", w.content)
		t.Run("CustomersAreListed", w.customers)
		t.Run("LimitsHold", w.limits)
		t.Run("AWrongRoleIsRefused", w.refused)
		t.Run("EveryWriteIsInTheAuditTrail", w.audited)
	})
}

// shift is a member of staff at work in a running app.
type shift struct {
	*apptest.App
	who apptest.Headers
}

type vars = map[string]any

// do runs a mutation, which must be refused nothing, and gives its payload.
func (w *shift) do(t *testing.T, name, query string, v vars) map[string]any {
	t.Helper()
	payload, _ := apptest.At(w.Query(t, query, v, w.who), name).(map[string]any)
	if list, _ := payload["userErrors"].([]any); len(list) > 0 {
		t.Fatalf("%s: %v", name, list)
	}
	return payload
}

// codes runs a mutation that is refused, and gives its problems as "CODE path".
func (w *shift) codes(t *testing.T, name, query string, v vars) (out []string) {
	t.Helper()
	list, _ := apptest.At(w.Query(t, query, v, w.who), name, "userErrors").([]any)
	for _, p := range list {
		var path []string
		fields, _ := apptest.At(p, "field").([]any)
		for _, f := range fields {
			path = append(path, fmt.Sprint(f))
		}
		out = append(out, apptest.String(p, "code")+" "+strings.Join(path, "."))
	}
	return out
}

func same(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}

const (
	productCreate = `mutation($p: ProductCreateInput!, $m: [CreateMediaInput!]) { productCreate(product: $p, media: $m) { product { id handle status variants(first: 5) { nodes { id } } } userErrors { code field message } } }`
	productUpdate = `mutation($p: ProductUpdateInput!) { productUpdate(product: $p) { product { id title status } userErrors { code field message } } }`
	variantsNew   = `mutation($id: ID!, $v: [ProductVariantsBulkInput!]!) { productVariantsBulkCreate(productId: $id, variants: $v) {
		product { id } productVariants { id title price { amount currencyCode } compareAtPrice { amount } inventoryItem { id tracked inventoryLevels(first: 5) { edges { cursor node { quantities(names: ["available"]) { quantity } location { id name } } } } } }
		userErrors { code field message } } }`
	variantsSet = `mutation($id: ID!, $v: [ProductVariantsBulkInput!]!, $part: Boolean) { productVariantsBulkUpdate(productId: $id, variants: $v, allowPartialUpdates: $part) {
		product { id } productVariants { id price { amount } compareAtPrice { amount } } userErrors { code field message } } }`
)

// make makes an active product with a small and a large variant, with 5 and 0 pieces, and gives its id and theirs.
func (w *shift) make(t *testing.T, title string) (product string, variants []string, location string) {
	t.Helper()
	made := w.do(t, "productCreate", productCreate, vars{"p": vars{
		"title": title, "status": "ACTIVE", "vendor": "Atelier", "tags": []string{"staff-made"}, "descriptionHtml": "<p>Fine<script>x</script></p>",
		"productOptions": []vars{{"name": "Size", "values": []vars{{"name": "Small"}}}},
	}, "m": []vars{{"mediaContentType": "IMAGE", "originalSource": "https://pictures.rialto.test/" + title + ".jpg", "alt": title}}})
	product = apptest.String(made, "product", "id")
	location = apptest.String(w.Query(t, `{ staffLocations(first: 1) { nodes { id name } } }`, nil, w.who), "staffLocations", "nodes", 0, "id")
	if product == "" || location == "" {
		t.Fatal(made, location)
	}
	small := apptest.String(made, "product", "variants", "nodes", 0, "id")
	w.do(t, "productVariantsBulkUpdate", variantsSet, vars{"id": product, "v": []vars{{"id": small, "price": vars{"amount": "20.00", "currencyCode": "USD"}, "inventoryItem": vars{"tracked": true}}}})
	saved := w.do(t, "productVariantsBulkCreate", variantsNew, vars{"id": product, "v": []vars{{
		"optionValues": []vars{{"optionName": "Size", "name": "Large"}}, "price": vars{"amount": "25.50", "currencyCode": "USD"}, "compareAtPrice": vars{"amount": "30", "currencyCode": "USD"},
		"inventoryItem": vars{"sku": title + "-L", "requiresShipping": true}, "inventoryQuantities": []vars{{"availableQuantity": 5, "locationId": location}},
	}}})
	same(t, "25.5", apptest.String(saved, "productVariants", 0, "price", "amount"))
	same(t, any(5.0), apptest.At(saved, "productVariants", 0, "inventoryItem", "inventoryLevels", "edges", 0, "node", "quantities", 0, "quantity"))
	return product, []string{small, apptest.String(saved, "productVariants", 0, "id")}, location
}

func (w *shift) product(t *testing.T) {
	product, variants, _ := w.make(t, "Reading Lamp")
	seen := w.Query(t, `query($id: ID!) { product(id: $id) { title handle descriptionHtml availableForSale priceRange { minVariantPrice { amount } maxVariantPrice { amount } }
		featuredImage { altText } variants(first: 5) { nodes { id title availableForSale } } } }`, vars{"id": product})
	same(t, any(vars{"product": vars{
		"title": "Reading Lamp", "handle": "reading-lamp", "descriptionHtml": "<p>Fine</p>", "availableForSale": true, "featuredImage": vars{"altText": "Reading Lamp"},
		"priceRange": vars{"minVariantPrice": vars{"amount": "20.0"}, "maxVariantPrice": vars{"amount": "25.5"}},
		"variants": vars{"nodes": []any{
			vars{"id": variants[0], "title": "Small", "availableForSale": false}, vars{"id": variants[1], "title": "Large", "availableForSale": true},
		}},
	}}), any(seen))
	// In another currency too, and without its former price once that is cleared.
	const foreign = `query($id: ID!) @inContext(country: DE) { product(id: $id) { variants(first: 5) { nodes { price { currencyCode } compareAtPrice { currencyCode } } } } }`
	same(t, "EUR", apptest.String(w.Query(t, foreign, vars{"id": product}), "product", "variants", "nodes", 1, "compareAtPrice", "currencyCode"))
	cleared := w.do(t, "productVariantsBulkUpdate", variantsSet, vars{"id": product, "v": []vars{{"id": variants[1], "compareAtPrice": nil}}})
	same(t, any(nil), apptest.At(cleared, "productVariants", 0, "compareAtPrice"))
	// Drafts and what was deleted are not for shoppers.
	w.do(t, "productUpdate", productUpdate, vars{"p": vars{"id": product, "status": "DRAFT"}})
	same(t, any(nil), apptest.At(w.Query(t, foreign, vars{"id": product}), "product"))
	gone := w.do(t, "productDelete", `mutation($id: ID!) { productDelete(input: {id: $id}) { deletedProductId userErrors { code field message } } }`, vars{"id": product})
	same(t, product, apptest.String(gone, "deletedProductId"))
	same(t, []string{"NOT_FOUND product.id"}, w.codes(t, "productUpdate", productUpdate, vars{"p": vars{"id": product, "title": "x"}}))
}

func (w *shift) partly(t *testing.T) {
	product, variants, location := w.make(t, "Desk")
	entries := []vars{{"id": variants[0], "price": vars{"amount": "twelve", "currencyCode": "USD"}}, {"id": variants[1], "price": vars{"amount": "12", "currencyCode": "USD"}}}
	same(t, []string{"INVALID variants.0.price"}, w.codes(t, "productVariantsBulkUpdate", variantsSet, vars{"id": product, "v": entries}))
	entries = append(entries, vars{"id": variants[0], "price": vars{"amount": "1", "currencyCode": "CHF"}})
	same(t, []string{"INVALID variants.0.price", "CURRENCY_MISMATCH variants.2.price"}, w.codes(t, "productVariantsBulkUpdate", variantsSet, vars{"id": product, "v": entries, "part": true}))
	after := w.Query(t, `query($id: ID!) { product(id: $id) { variants(first: 2) { nodes { price { amount } } } } }`, vars{"id": product})
	same(t, "12.0", apptest.String(after, "product", "variants", "nodes", 1, "price", "amount"))
	stocked := []vars{{"id": variants[0], "inventoryQuantities": []vars{{"availableQuantity": 1, "locationId": location}}}}
	same(t, []string{"NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE variants.0.inventoryQuantities"}, w.codes(t, "productVariantsBulkUpdate", variantsSet, vars{"id": product, "v": stocked}))
	nowhere := []vars{{"optionValues": []vars{{"optionName": "Size", "name": "Huge"}}, "inventoryQuantities": []vars{{"availableQuantity": 1, "locationId": product}}}}
	same(t, []string{"NOT_DEFINED_FOR_SHOP variants.0.inventoryQuantities.0.locationId"}, w.codes(t, "productVariantsBulkCreate", variantsNew, vars{"id": product, "v": nowhere}))
	const remove = `mutation($id: ID!, $v: [ID!]!) { productVariantsBulkDelete(productId: $id, variantsIds: $v) { product { variantsCount { count } } userErrors { code field message } } }`
	same(t, []string{"CANNOT_DELETE_LAST_VARIANT variantsIds"}, w.codes(t, "productVariantsBulkDelete", remove, vars{"id": product, "v": variants}))
	w.do(t, "productVariantsBulkDelete", remove, vars{"id": product, "v": variants[:1]})
}

func (w *shift) collection(t *testing.T) {
	first, _, _ := w.make(t, "Chair")
	second, _, _ := w.make(t, "Stool")
	const create = `mutation($c: CollectionInput!) { collectionCreate(input: $c) { collection { id handle } userErrors { code field message } } }`
	made := w.do(t, "collectionCreate", create, vars{"c": vars{"title": "Seats", "products": []string{first, second}}})
	id := apptest.String(made, "collection", "id")
	moved := w.do(t, "collectionReorderProducts", `mutation($id: ID!, $m: [MoveInput!]!) { collectionReorderProducts(id: $id, moves: $m) { collection { id } job { done } userErrors { code field message } } }`,
		vars{"id": id, "m": []vars{{"id": second, "newPosition": "0"}}})
	same(t, any(true), apptest.At(moved, "job", "done"))
	const members = `{ collection(handle: "seats") { title products(first: 5) { nodes { id } } } }`
	same(t, any([]any{vars{"id": second}, vars{"id": first}}), apptest.At(w.Query(t, members, nil), "collection", "products", "nodes"))
	const add = `mutation($id: ID!, $p: [ID!]!) { collectionAddProducts(id: $id, productIds: $p) { collection { id } userErrors { code field message } } }`
	same(t, []string{"TAKEN productIds.0"}, w.codes(t, "collectionAddProducts", add, vars{"id": id, "p": []string{first}}))
	w.do(t, "collectionRemoveProducts", `mutation($id: ID!, $p: [ID!]!) { collectionRemoveProducts(id: $id, productIds: $p) { collection { id } job { id } userErrors { code field message } } }`, vars{"id": id, "p": []string{first}})
	same(t, any([]any{vars{"id": second}}), apptest.At(w.Query(t, members, nil), "collection", "products", "nodes"))
	const update = `mutation($c: CollectionInput!) { collectionUpdate(input: $c) { collection { title } userErrors { code field message } } }`
	same(t, []string{"INVALID input.redirectNewHandle", "BLANK input.id"}, w.codes(t, "collectionUpdate", update, vars{"c": vars{"title": "x", "redirectNewHandle": true}}))
	w.do(t, "collectionUpdate", update, vars{"c": vars{"id": id, "title": "Sitting"}})
	w.do(t, "collectionDelete", `mutation($id: ID!) { collectionDelete(input: {id: $id}) { deletedCollectionId userErrors { code field message } } }`, vars{"id": id})
	same(t, any(nil), apptest.At(w.Query(t, members, nil), "collection"))
}

func (w *shift) rules(t *testing.T) {
	product, _, _ := w.make(t, "Shelf")
	const create = `mutation($c: CollectionInput!) { collectionCreate(input: $c) { collection { id ruleSet { rules { condition } } products(first: 50) { nodes { id } } } userErrors { code field message } } }`
	rule := vars{"column": "TITLE", "relation": "STARTS_WITH", "condition": "Shelf"}
	made := w.do(t, "collectionCreate", create, vars{"c": vars{"title": "Shelves", "ruleSet": vars{"appliedDisjunctively": false, "rules": []vars{rule}}}})
	same(t, any([]any{vars{"id": product}}), apptest.At(made, "collection", "products", "nodes"))
	many := make([]vars, 61)
	for i := range many {
		many[i] = rule
	}
	same(t, []string{"TOO_MANY input.ruleSet.rules"}, w.codes(t, "collectionCreate", create, vars{"c": vars{"title": "x", "ruleSet": vars{"appliedDisjunctively": true, "rules": many}}}))
}

func (w *shift) metafields(t *testing.T) {
	product, _, _ := w.make(t, "Vase")
	const set = `mutation($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { metafields { key value } userErrors { code field message elementIndex } } }`
	glass := vars{"ownerId": product, "key": "material", "type": "single_line_text_field", "value": "glass", "compareDigest": nil}
	w.do(t, "metafieldsSet", set, vars{"m": []vars{glass}})
	same(t, []string{"STALE_OBJECT metafields.0.compareDigest"}, w.codes(t, "metafieldsSet", set, vars{"m": []vars{glass}}))
	delete(glass, "compareDigest")
	glass["value"] = "clay"
	bad := vars{"ownerId": product, "key": "height", "type": "number_integer", "value": "tall"}
	same(t, []string{"INVALID_VALUE metafields.1.value"}, w.codes(t, "metafieldsSet", set, vars{"m": []vars{glass, bad}}))
	seen := w.Query(t, `query($id: ID!) { product(id: $id) { metafield(key: "material") { value } } }`, vars{"id": product})
	same(t, "glass", apptest.String(seen, "product", "metafield", "value"))
	same(t, []string{"LESS_THAN_OR_EQUAL_TO metafields"}, w.codes(t, "metafieldsSet", set, vars{"m": slicesOf(26, glass)}))
}

func slicesOf(n int, v vars) []vars {
	out := make([]vars, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func (w *shift) stock(t *testing.T) {
	_, variants, location := w.make(t, "Bowl")
	item := strings.Replace(variants[1], "ProductVariant", "InventoryItem", 1)
	const set = `mutation($i: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $i) { inventoryAdjustmentGroup { reason referenceDocumentUri staffMember { email } changes { delta name quantityAfterChange item { sku } location { id } } } userErrors { code field message } } }`
	done := w.do(t, "inventorySetQuantities", set, vars{"i": vars{"name": "available", "reason": "correction", "referenceDocumentUri": "https://notes.rialto.test/7",
		"quantities": []vars{{"inventoryItemId": item, "locationId": location, "quantity": 9, "changeFromQuantity": 5}}}})
	same(t, any(vars{"reason": "correction", "referenceDocumentUri": "https://notes.rialto.test/7", "staffMember": vars{"email": demo.OwnerEmail},
		"changes": []any{vars{"delta": 4.0, "name": "available", "quantityAfterChange": 9.0, "item": vars{"sku": "Bowl-L"}, "location": vars{"id": location}}}}), done["inventoryAdjustmentGroup"])
	stale := vars{"i": vars{"name": "available", "reason": "correction", "quantities": []vars{{"inventoryItemId": item, "locationId": location, "quantity": 1, "changeFromQuantity": 5}}}}
	same(t, []string{"CHANGE_FROM_QUANTITY_STALE input.quantities.0.changeFromQuantity"}, w.codes(t, "inventorySetQuantities", set, stale))
	adjusted := w.do(t, "inventoryAdjustQuantities", `mutation($i: InventoryAdjustQuantitiesInput!) { inventoryAdjustQuantities(input: $i) { inventoryAdjustmentGroup { changes { quantityAfterChange } } userErrors { code field message } } }`,
		vars{"i": vars{"name": "on_hand", "reason": "damaged", "changes": []vars{{"inventoryItemId": item, "locationId": location, "delta": -2}}}})
	same(t, any(7.0), apptest.At(adjusted, "inventoryAdjustmentGroup", "changes", 0, "quantityAfterChange"))
	same(t, any(7.0), apptest.At(w.Query(t, `query($id: ID!) { node(id: $id) { ... on InventoryItem { inventoryLevels(first: 1) { nodes { quantities(names: ["available"]) { quantity } } } } } }`,
		vars{"id": item}, w.who), "node", "inventoryLevels", "nodes", 0, "quantities", 0, "quantity"))
}

func (w *shift) discounts(t *testing.T) {
	product, variants, _ := w.make(t, "Rug")
	const create = `mutation($d: DiscountCodeBasicInput!) { discountCodeBasicCreate(basicCodeDiscount: $d) {
		codeDiscountNode { id codeDiscount { ... on DiscountCodeBasic { status summary codes(first: 1) { nodes { code } } } } } userErrors { code field message extraInfo } } }`
	half := vars{"code": "RUG-HALF", "customerGets": vars{"value": vars{"percentage": 0.5}, "items": vars{"products": vars{"productsToAdd": []string{product}}}}}
	made := w.do(t, "discountCodeBasicCreate", create, vars{"d": half})
	same(t, any(vars{"status": "ACTIVE", "summary": "50% off 1 products", "codes": vars{"nodes": []any{vars{"code": "RUG-HALF"}}}}), apptest.At(made, "codeDiscountNode", "codeDiscount"))
	same(t, []string{"TAKEN basicCodeDiscount.code"}, w.codes(t, "discountCodeBasicCreate", create, vars{"d": half}))
	const cart = `mutation($v: ID!) { cartCreate(input: {lines: [{merchandiseId: $v, quantity: 2}], discountCodes: ["rug-half"]}) { cart { discountCodes { applicable } cost { totalAmount { amount } } } userErrors { message } } }`
	filled := w.Query(t, cart, vars{"v": variants[1]})
	same(t, any(true), apptest.At(filled, "cartCreate", "cart", "discountCodes", 0, "applicable"))
	same(t, "25.5", apptest.String(filled, "cartCreate", "cart", "cost", "totalAmount", "amount"))
	found := w.Query(t, `{ discountNodes(first: 5, query: "code:rug") { nodes { id discount { ... on DiscountCodeBasic { title } } } edges { cursor } } }`, nil, w.who)
	same(t, any([]any{vars{"id": apptest.String(made, "codeDiscountNode", "id"), "discount": vars{"title": "RUG-HALF"}}}), apptest.At(found, "discountNodes", "nodes"))
	ended := w.do(t, "discountCodeDeactivate", `mutation($id: ID!) { discountCodeDeactivate(id: $id) { codeDiscountNode { codeDiscount { ... on DiscountCodeBasic { status } } } userErrors { code field message } } }`,
		vars{"id": apptest.String(made, "codeDiscountNode", "id")})
	same(t, "EXPIRED", apptest.String(ended, "codeDiscountNode", "codeDiscount", "status"))
	same(t, any(false), apptest.At(w.Query(t, cart, vars{"v": variants[1]}), "cartCreate", "cart", "discountCodes", 0, "applicable"))
	for want, d := range map[string]vars{
		"MISSING_ARGUMENT basicCodeDiscount.customerGets.items":    {"code": "A", "customerGets": vars{"value": vars{"percentage": 0.1}, "items": vars{"products": vars{"productsToAdd": []string{}}}}},
		"TOO_MANY_ARGUMENTS basicCodeDiscount.customerGets.value":  {"code": "A", "customerGets": vars{"value": vars{"percentage": 0.1, "discountAmount": vars{}}, "items": vars{"all": true}}},
		"VALUE_OUTSIDE_RANGE basicCodeDiscount.customerGets.value": {"code": "A", "customerGets": vars{"value": vars{"percentage": 1.5}, "items": vars{"all": true}}},
		"MISSING_ARGUMENT basicCodeDiscount.context.customers.add": {"code": "A", "context": vars{"customers": vars{}}, "customerGets": vars{"value": vars{"percentage": 0.1}, "items": vars{"all": true}}},
		"INVALID basicCodeDiscount.customerGets.items":             {"code": "A", "customerGets": vars{"value": vars{"percentage": 0.1}, "items": vars{"products": vars{"productsToAdd": []string{variants[0]}}}}},
	} {
		same(t, []string{want}, w.codes(t, "discountCodeBasicCreate", create, vars{"d": d}))
	}
}

func (w *shift) content(t *testing.T) {
	made := w.do(t, "pageCreate", `mutation($p: PageCreateInput!) { pageCreate(page: $p) { page { id handle isPublished metafield(key: "author") { value } } userErrors { code field message } } }`,
		vars{"p": vars{"title": "Our Workshop", "body": "<p>Come by<script>x</script></p>", "metafields": []vars{{"key": "author", "type": "single_line_text_field", "value": "Ada"}}}})
	id := apptest.String(made, "page", "id")
	same(t, any(vars{"id": id, "handle": "our-workshop", "isPublished": true, "metafield": vars{"value": "Ada"}}), made["page"])
	const read = `{ page(handle: "our-workshop") { body bodySummary } menu(handle: "workshop-menu") { itemsCount items { title resource { ... on Page { id } } items { url } } } }`
	w.do(t, "menuCreate", `mutation($i: [MenuItemCreateInput!]!) { menuCreate(handle: "workshop-menu", title: "Workshop", items: $i) { menu { id } userErrors { code field message } } }`,
		vars{"i": []vars{{"title": "Workshop", "type": "PAGE", "resourceId": id, "items": []vars{{"title": "Map", "type": "HTTP", "url": "https://maps.rialto.test/"}}}}})
	same(t, any(vars{"page": vars{"body": "<p>Come by</p>", "bodySummary": "Come by"}, "menu": vars{"itemsCount": 2.0, "items": []any{
		vars{"title": "Workshop", "resource": vars{"id": id}, "items": []any{vars{"url": "https://maps.rialto.test/"}}}}}}), any(w.Query(t, read, nil)))
	const update = `mutation($id: ID!, $p: PageUpdateInput!) { pageUpdate(id: $id, page: $p) { page { isPublished } userErrors { code field message } } }`
	w.do(t, "pageUpdate", update, vars{"id": id, "p": vars{"isPublished": false}})
	same(t, any(nil), apptest.At(w.Query(t, read, nil), "page"))
	w.do(t, "pageDelete", `mutation($id: ID!) { pageDelete(id: $id) { deletedPageId userErrors { code field message } } }`, vars{"id": id})
	same(t, any(0.0), apptest.At(w.Query(t, read, nil), "menu", "itemsCount"))
	same(t, any([]any{}), apptest.At(w.Query(t, `{ blogs(first: 3) { nodes { id } pageInfo { hasNextPage } } }`, nil), "blogs", "nodes"))
}

func (w *shift) customers(t *testing.T) {
	made := w.Query(t, `mutation { customerCreate(input: {email: "mira@rialto.test", password: "a-long-password"}) { customer { id } customerUserErrors { code } } }`, nil)
	id := apptest.String(made, "customerCreate", "customer", "id")
	found := w.Query(t, `query($id: ID!) { staffCustomer(id: $id) { email } customers(first: 2, query: "email:mira@rialto.test", sortKey: CREATED_AT) { nodes { id } edges { cursor } } }`, vars{"id": id}, w.who)
	same(t, "mira@rialto.test", apptest.String(found, "staffCustomer", "email"))
	same(t, any([]any{vars{"id": id}}), apptest.At(found, "customers", "nodes"))
}

func (w *shift) limits(t *testing.T) {
	product, variants, location := w.make(t, "Tray")
	same(t, []string{"INVALID variants"}, w.codes(t, "productVariantsBulkUpdate", variantsSet, vars{"id": product, "v": slicesOf(251, vars{"id": variants[0]})}))
	const media = `mutation($id: ID!, $m: [CreateMediaInput!]!) { productCreateMedia(productId: $id, media: $m) { media { alt } userErrors { code field message } mediaUserErrors { code } } }`
	pictures := make([]vars, 250)
	for i := range pictures {
		pictures[i] = vars{"mediaContentType": "IMAGE", "originalSource": fmt.Sprintf("https://pictures.rialto.test/tray-%d.jpg", i)}
	}
	same(t, []string{"PRODUCT_MEDIA_LIMIT_EXCEEDED media"}, w.codes(t, "productCreateMedia", media, vars{"id": product, "m": pictures}))
	w.do(t, "productCreateMedia", media, vars{"id": product, "m": pictures[:1]})
	const set = `mutation($i: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $i) { userErrors { code field message } } }`
	item := vars{"inventoryItemId": variants[1], "locationId": location, "quantity": 1}
	same(t, []string{"TOO_MANY_QUANTITIES input.quantities"}, w.codes(t, "inventorySetQuantities", set, vars{"i": vars{"name": "available", "reason": "correction", "quantities": slicesOf(251, item)}}))
}

// as signs in somebody new who has a role.
func (w *shift) as(t *testing.T, role string) *shift {
	t.Helper()
	s, err := w.Shops.ByHandle(t.Context(), demo.Handle)
	if err != nil {
		t.Fatal(err)
	}
	ctx := access.With(database.WithShop(t.Context(), s.ID.UUID), access.Actor{Kind: access.System, Shop: s.ID.UUID})
	email, password := role+"@staff.rialto.test", "a-long-password-"+role
	if _, ps, err := w.Staff.Create(ctx, staff.CreateInput{Email: email, Name: role, Password: password, Role: role}); err != nil || len(ps) > 0 {
		t.Fatal(ps, err)
	}
	data := w.Query(t, `mutation($e: String!, $p: String!) { staffAccessTokenCreate(input: {email: $e, password: $p}) { staffAccessToken { accessToken } } }`, vars{"e": email, "p": password})
	return &shift{App: w.App, who: apptest.Headers{"Authorization": "Bearer " + apptest.String(data, "staffAccessTokenCreate", "staffAccessToken", "accessToken")}}
}

func (w *shift) refused(t *testing.T) {
	const create = `mutation { productCreate(product: {title: "No"}) { product { id } } }`
	for name, who := range map[string]apptest.Headers{"warehouse": w.as(t, access.Warehouse).who, "nobody": nil} {
		answer := w.Do(t, create, nil, who)
		want := "FORBIDDEN"
		if who == nil {
			want = "UNAUTHENTICATED"
		}
		if diff := cmp.Diff([]string{want}, answer.Codes()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	// One who may write products may not write what belongs to customers.
	owner := w.Query(t, `mutation { customerCreate(input: {email: "nils@rialto.test", password: "a-long-password"}) { customer { id } } }`, nil)
	catalog := w.as(t, access.Catalog)
	same(t, []string{"APP_NOT_AUTHORIZED metafields.0.ownerId"}, catalog.codes(t, "metafieldsSet", `mutation($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { metafields { key } userErrors { code field message } } }`,
		vars{"m": []vars{{"ownerId": apptest.String(owner, "customerCreate", "customer", "id"), "key": "note", "type": "single_line_text_field", "value": "x"}}}))
}

func (w *shift) audited(t *testing.T) {
	rows, err := w.DB.SysQuery(database.AllShops(t.Context()), "SELECT DISTINCT action FROM audit_entry WHERE actor LIKE 'staff:%' ORDER BY action")
	actions, err := database.Scan(rows, err, func(scan func(...any) error) (s string, err error) { return s, scan(&s) })
	if err != nil {
		t.Fatal(err)
	}
	same(t, []string{
		"collection.created", "collection.deleted", "collection.products_changed", "collection.reordered", "collection.updated", "discount.created", "discount.deactivated",
		"inventory.adjusted", "inventory.set", "menu.created", "metafields.set", "page.created", "page.deleted", "page.updated", "product.created", "product.deleted",
		"product.media_added", "product.updated", "product.variants_created", "product.variants_deleted", "product.variants_updated",
	}, actions)
}

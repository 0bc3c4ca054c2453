package tests

// The exceptions, by the beginning of a case's name, each with its reason. One that no case needs fails the test.
var (
	// accepted are values that look too long and are not, or that are not read.
	accepted = map[string]string{
		"pageCreate.page.body/Long":                          "pages are long",
		"pageUpdate.page.body/Long":                          "pages are long",
		"productCreate.product.descriptionHtml/Long":         "descriptions are long",
		"productUpdate.product.descriptionHtml/Long":         "descriptions are long",
		"collectionCreate.input.descriptionHtml/Long":        "descriptions are long",
		"shopPolicyUpdate.shopPolicy.body/Long":              "texts are long",
		"collectionUpdate.input.descriptionHtml/Long":        "descriptions are long",
		"tagsRemove.tags/Long":                               "a tag that is not there is passed over",
		"metaobjects.":                                       "nothing is kept, so nothing is found",
		"menuCreate.items.url/Long":                          "an entry that leads to a page has no address of its own: what is sent is not read",
		"menuUpdate.items.url/Long":                          "an entry that leads to a page has no address of its own: what is sent is not read",
		"orderUpdate.input.shippingAddress.country/Long":     "the code stands beside it, and the name is not read",
		"orderUpdate.input.shippingAddress.province/Long":    "the code stands beside it, and the name is not read",
		"inventoryAdjustQuantities.input.changes.ledgerDocu": "described as ignored",
		"inventoryMoveQuantities.input.changes.from.name/L":  "described as ignored",
		"inventoryMoveQuantities.input.changes.to.name/Lon":  "described as ignored",
		"cartCreate.input.giftCardCodes/Long":                "a card that cannot pay is left out, with a warning",
		"cartGiftCardCodesUpdate.giftCardCodes/Long":         "a card that cannot pay is left out, with a warning",
		"cartGiftCardCodesAdd.giftCardCodes/Long":            "a card that cannot pay is left out, with a warning",
		"cartCreate.input.buyerIdentity.customerAccessToken": "whose token has ended shops on without an account",
		"cartBuyerIdentityUpdate.buyerIdentity.customerAcce": "whose token has ended shops on without an account",
	}
	// elsewhere are refused for something else that is wrong with them, which is said first.
	elsewhere = map[string]string{
		"staffCustomerUpdate.input.addresses.":                                                "addresses are changed one by one, whatever stands in them",
		"cartPaymentUpdate.payment.walletPaymentMethod.":                                      "the shop takes no wallets",
		"cartPaymentUpdate.payment.freePaymentMethod.":                                        "the cart is not free",
		"cartPaymentUpdate.payment.sourceIdentifier/Long":                                     "there is no method of payment beside it",
		"cartSubmitForCompletion.attemptToken/Long":                                           "the cart cannot be submitted, which its result says",
		"fulfillmentCreate.fulfillment.trackingInfo.":                                         "the parts of a tracking are checked together",
		"fulfillmentTrackingInfoUpdate.trackingInfoInput.":                                    "the parts of a tracking are checked together",
		"productVariantsBulkCreate.variants.metafields.":                                      "the variant's options come first",
		"productVariantsBulkCreate.variants.optionValues.optionName":                          "there is no such option, whatever its length",
		"productVariantsBulkUpdate.variants.optionValues.optionName":                          "there is no such option, whatever its length",
		"discountCodeBasicCreate.basicCodeDiscount.customerGets.value.discountOnQuantity.":    "such a discount takes no amount by quantity",
		"discountCodeBasicUpdate.basicCodeDiscount.customerGets.value.discountOnQuantity.":    "such a discount takes no amount by quantity",
		"discountAutomaticBasicCreate.automaticBasicDiscount.customerGets.value.discountOnQu": "such a discount takes no amount by quantity",
		"discountAutomaticBasicUpdate.automaticBasicDiscount.customerGets.value.discountOnQu": "such a discount takes no amount by quantity",
		"discountCodeFreeShippingCreate.freeShippingCodeDiscount.maximumShippingPrice.":       "free shipping has no bound",
		"productOptionsReorder.options.":                                                      "there is no such option or value, whatever its length",
		"metafieldDefinitionUpdate.definition.namespace":                                      "there is no such definition, whatever its length",
		"metafieldDefinitionDelete.identifier.":                                               "there is no such definition, whatever its length",
		"discountCodeFreeShippingUpdate.freeShippingCodeDiscount.maximumShippingPrice.":       "free shipping has no bound",
		"discountCodeBxgyCreate.bxgyCodeDiscount.customerGets.value.discountAmount.":          "such a discount gives by quantity",
		"discountCodeBxgyUpdate.bxgyCodeDiscount.customerGets.value.discountAmount.":          "such a discount gives by quantity",
	}
	// indifferent are places for ids where an id of nothing does no harm.
	indifferent = map[string]string{
		"node.id/Mistyped":   "a collection is a node",
		"nodes.ids/":         "what is not there is null in its place",
		"apiKeys.appId/":     "an app that is not there has no keys",
		"schemaUsage.appId/": "an app that is not there has used nothing",
		"metafieldsSet.metafields.ownerId/Mistyped":                "collections have metafields",
		"collectionRemoveProducts.productIds/":                     "what is not in the collection is not in it afterwards",
		"cartCreate.input.buyerIdentity.companyLocationId/":        "described as ignored",
		"cartBuyerIdentityUpdate.buyerIdentity.companyLocationId/": "described as ignored",
		"cartCreate.input.lines.parent.":                           "described as ignored",
		"cartLinesAdd.lines.parent.":                               "described as ignored",
		"cartCreate.input.lines.sellingPlanId/":                    "described as ignored",
		"cartLinesAdd.lines.sellingPlanId/":                        "described as ignored",
		"cartLinesUpdate.lines.sellingPlanId/":                     "described as ignored",
	}
)

// more are values for arguments that may be left out, without which the rest would be refused already.
func (w *walkIn) more() samples {
	gift := vars{"value": vars{"percentage": 0.1}, "items": vars{"all": true}}
	s := samples{
		"customerCreate.input.email": "new@badinput.test", "input.password": "a-long-enough-password", "resetUrl": "https://rialto.test/reset",
		"staffPasswordReset.password": "a-long-enough-password", "customerResetByUrl.password": "a-long-enough-password", "customerActivateByUrl.password": "a-long-enough-password",
		"basicCodeDiscount.customerGets": gift, "automaticBasicDiscount.customerGets": gift, "automaticBasicDiscount.startsAt": "2090-01-01T00:00:00Z", "basicCodeDiscount.code": "NEVERMADE",
		"bxgyCodeDiscount.customerBuys": vars{"items": vars{"all": true}, "value": vars{"quantity": "1"}},
		"bxgyCodeDiscount.customerGets": vars{"items": vars{"all": true}, "value": vars{"discountOnQuantity": vars{"quantity": "1", "effect": vars{"percentage": 0.5}}}},
		"payment.amount.amount":         w.secrets["total"], "payment.directPaymentMethod.sessionId": "tok_ok", "payment.gateway": "bogus",
		"productVariantsBulkUpdate.variants.id": w.things["ProductVariant"], "collectionUpdate.input.id": w.things["Collection"], "collectionCreate.input.title": "Never made",
		"optionValues.optionName": "Size", "optionValues.name": "Large", "metafields.key": "never_made", "metafields.value": "1", "metafieldsSet.metafields.type": "number_integer",
		"urlRedirect.path": "/never-made", "urlRedirect.target": "/elsewhere", "shopUpdate.input.moneyFormat": "{{amount}}", "newPassword": "a-long-enough-password",
		"menuCreate.items.resourceId": w.things["Page"], "menuUpdate.items.resourceId": w.things["Page"], "inventoryAdjustQuantities.input.name": "available",
		"inventorySetQuantities.input.name": "available", "accessScopes": []any{"orders:read"}, "transactions.gateway": "bogus", "transactions.kind": "REFUND",
		"staffCustomerUpdate.input.id": w.things["Customer"], "orderTransactions.gateway": "bogus", "orderTransactions.kind": "REFUND",
		"metafieldDefinitionCreate.definition.key": "never_made", "metafieldDefinitionUpdate.definition.key": "finish", "definition.ownerType": "PRODUCT",
		"metafieldDefinitionCreate.definition.type": "single_line_text_field", "validations.name": "max", "validations.value": "50",
	}
	for _, address := range []string{"deliveryAddress", "billingAddress", "shippingAddress"} {
		for name, value := range map[string]string{"address1": "1 Main St", "city": "Portland", "zip": "97201", "lastName": "Lee", "provinceCode": "OR", "countryCode": "US"} {
			s[address+"."+name] = value
		}
	}
	for _, verb := range []string{"Create", "Update"} {
		for name, value := range map[string]string{"address1": "1 Main St", "city": "Portland", "zip": "97201", "lastName": "Lee", "province": "Oregon", "country": "United States"} {
			s["customerAddress"+verb+".address."+name] = value
		}
	}
	return s
}

// samplesOf are values of a shop by the place where they stand: what makes the rest of the arguments good, so that it is
// the bad value that is refused. A place is named by the end of its path.
func (w *walkIn) samplesOf(p *premises) samples {
	id := func(typ string) string { return p.things[typ] }
	s := samples{
		"cartId": id("Cart"), "cart.id": id("Cart"), "merchandiseId": id("ProductVariant"), "lineIds": id("CartLine"), "cartLinesUpdate.lines.id": id("CartLine"),
		"lineId": id("CartLine"), "sellingPlanId": id("Product"), "companyLocationId": id("Location"), "addressIds": id("CartSelectableAddress"),
		"cartDeliveryAddressesUpdate.addresses.id": id("CartSelectableAddress"), "copyFromCustomerAddressId": id("MailingAddress"),
		"deliveryGroupId": id("CartDeliveryGroup"), "deliveryOptionHandle": "standard", "appliedGiftCardIds": id("AppliedGiftCard"),
		"cartMetafieldsSet.metafields.ownerId": id("Cart"), "cartMetafieldDelete.input.ownerId": id("Cart"),
		"customerAddressUpdate.id": id("MailingAddress"), "customerAddressDelete.id": id("MailingAddress"), "customerDefaultAddressUpdate.addressId": id("MailingAddress"),
		"customerActivate.id": id("Customer"), "customerReset.id": id("Customer"), "customerAccessToken": p.secrets["customerAccessToken"],
		"menuUpdate.id": id("Menu"), "staffMenu.id": id("Menu"), "items.id": id("MenuItem"), "resourceId": id("Page"), "items.type": "PAGE",
		"page.id": id("Page"), "pageUpdate.id": id("Page"), "pageDelete.id": id("Page"),
		"discountCodeDeactivate.id": id("DiscountCodeNode"), "discountAutomaticDeactivate.id": id("DiscountAutomaticNode"),
		"discountCodeActivate.id": id("DiscountCodeNode"), "discountAutomaticActivate.id": id("DiscountAutomaticNode"), "discountCodeDelete.id": id("DiscountCodeNode"),
		"discountAutomaticDelete.id": id("DiscountAutomaticNode"), "discountCodeBasicUpdate.id": id("DiscountCodeNode"), "discountAutomaticBasicUpdate.id": id("DiscountAutomaticNode"),
		"discountCodeFreeShippingUpdate.id": id("FreeShipping"), "discountCodeBxgyUpdate.id": id("Bxgy"),
		"discountCodeBulkActivate.ids": id("DiscountCodeNode"), "discountCodeBulkDeactivate.ids": id("DiscountCodeNode"), "discountCodeBulkDelete.ids": id("DiscountCodeNode"),
		"market.id": id("Market"), "marketUpdate.id": id("Market"), "marketDelete.id": id("Market"), "marketId": id("Market"),
		"prices.variantId": id("ProductVariant"), "variantIds": id("ProductVariant"), "shippingZone.id": id("ShippingZone"), "shippingZoneUpdate.id": id("ShippingZone"),
		"shippingZoneDelete.id": id("ShippingZone"), "taxRateDelete.id": id("TaxRate"), "menuDelete.id": id("Menu"),
		"customers.add": id("Customer"), "customers.remove": id("Customer"), "collections.add": id("Collection"), "collections.remove": id("Collection"),
		"productsToAdd": id("Product"), "productsToRemove": id("Product"), "productVariantsToAdd": id("ProductVariant"), "productVariantsToRemove": id("ProductVariant"),
		"inventoryItemId": id("InventoryItem"), "locationId": id("Location"), "orderId": id("Order"), "order.id": id("Order"), "orderUpdate.input.id": id("Order"),
		"return.id": id("Return"), "returnCancel.id": id("Return"), "returnClose.id": id("Return"), "returnReopen.id": id("Return"), "returnId": id("Return"),
		"returnLineItems.id": id("ReturnLineItem"), "fulfillmentLineItemId": id("FulfillmentLineItem"), "returnCreate.returnInput.orderId": id("ShippedOrder"),
		"fulfillmentId": id("Fulfillment"), "fulfillmentCancel.id": id("Fulfillment"), "tagsAdd.id": id("Order"), "tagsRemove.id": id("Order"),
		"orderMarkAsPaid.input.id": id("Order"), "orderClose.input.id": id("Order"), "orderOpen.input.id": id("Order"), "orderEditBegin.id": id("Order"),
		"orderEditAddVariant.id": id("CalculatedOrder"), "orderEditAddCustomItem.id": id("CalculatedOrder"), "orderEditSetQuantity.id": id("CalculatedOrder"),
		"orderEditCommit.id": id("CalculatedOrder"), "variantId": id("ProductVariant"),
		"lineItemId": id("OrderLineItem"), "parentId": id("OrderTransaction"), "staffCustomer.id": id("Customer"),
		"staffCustomerCreate.input.id": id("Customer"), "staffCustomerUpdate.input.id": id("Customer"), "staffCustomerDelete.input.id": id("Customer"), "customerId": id("Customer"), "customerIds": id("Customer"),
		"staffCustomerAddressUpdate.addressId": id("MailingAddress"), "staffCustomerAddressDelete.addressId": id("MailingAddress"),
		"customerGroupUpdate.id": id("CustomerGroup"), "customerGroupDelete.id": id("CustomerGroup"), "customerGroupAddCustomers.id": id("CustomerGroup"),
		"customerGroupRemoveCustomers.id": id("CustomerGroup"), "customerGroup.id": id("CustomerGroup"),
		"productId": id("Product"), "productIds": id("Product"), "product.id": id("Product"), "productDelete.input.id": id("Product"), "moves.id": id("Product"),
		"variants.id": id("ProductVariant"), "variantsIds": id("ProductVariant"), "mediaId": id("MediaImage"), "mediaIds": id("MediaImage"),
		"optionId": id("ProductOption"), "optionValues.id": id("ProductOptionValue"), "collectionsToJoin": id("Collection"), "collectionsToLeave": id("Collection"),
		"metafields.id": id("Metafield"), "metafieldsSet.metafields.ownerId": id("Product"), "collection.id": id("Collection"), "image.id": id("MediaImage"),
		"collectionUpdate.input.id": id("Collection"), "collectionCreate.input.id": id("Collection"), "collectionDelete.input.id": id("Collection"), "input.products": id("Product"),
		"collectionAddProducts.id": id("Collection"), "collectionRemoveProducts.id": id("Collection"), "collectionReorderProducts.id": id("Collection"),
		"apiKey.id": id("ApiKey"), "apiKeyId": id("ApiKey"), "appId": id("App"), "app.id": id("App"), "locationIds": id("Location"), "staffMember.id": id("StaffMember"),
		"staffMemberId": id("StaffMember"), "roleId": id("Role"), "identityProvider.id": id("IdentityProvider"), "identityProviderId": id("IdentityProvider"),
		"location.id": id("Location"), "locationEdit.id": id("Location"), "destinationLocationId": id("Location"), "originLocationId": id("Location"),
		"inventoryItem.id": id("InventoryItem"), "inventoryLevel.id": id("InventoryLevel"), "inventoryLevelId": id("InventoryLevel"),
		"inventoryTransfer.id": id("InventoryTransfer"), "inventoryTransferMarkAsReadyToShip.id": id("InventoryTransfer"), "inventoryTransferShip.id": id("InventoryTransfer"),
		"inventoryTransferReceive.id": id("InventoryTransfer"), "inventoryTransferCancel.id": id("InventoryTransfer"), "transferLineItemId": id("InventoryTransferLineItem"),
		"metafieldDefinition.id": id("MetafieldDefinition"), "metafieldDefinitionDelete.id": id("MetafieldDefinition"),
		"option.id": id("ProductOption"), "productOptionsDelete.options": id("ProductOption"), "productOptionsReorder.options.id": id("ProductOption"),
		"optionValuesToDelete": id("ProductOptionValue"), "optionValuesToUpdate.id": id("ProductOptionValue"), "values.id": id("ProductOptionValue"),
		"positions.id": id("ProductVariant"), "productReorderMedia.id": id("Product"), "productReorderMedia.moves.id": id("MediaImage"), "media.id": id("MediaImage"),
		"urlRedirectUpdate.id": id("UrlRedirect"), "urlRedirectDelete.id": id("UrlRedirect"), "storefrontAccessTokenDelete.input.id": id("StorefrontAccessToken"),
		"metaobject.id": id("Page"), "node.id": id("Product"), "nodes.ids": id("Product"), "article.id": id("Page"), "blog.id": id("Page"),
	}
	return s
}

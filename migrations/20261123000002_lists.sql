-- +goose Up
-- Lists of staff that sort and search by expressions, which the schema of tables cannot name. Each is that of its statement.
-- orders(sortKey: CURRENT_TOTAL_PRICE), keyset.
CREATE INDEX "list_orders_shop_id_current_total" ON "orders" ("shop_id", CAST("gift_cards"->>'current' AS bigint), "id");
-- orders(sortKey: TOTAL_ITEMS_QUANTITY), keyset.
CREATE INDEX "list_orders_shop_id_pieces" ON "orders" ("shop_id", CAST("gift_cards"->>'pieces' AS bigint), "id");
-- orders(sortKey: CUSTOMER_NAME), keyset.
CREATE INDEX "list_orders_shop_id_customer_name" ON "orders" ("shop_id", (coalesce("shipping_address"->>'lastName', '') || ' ' || coalesce("shipping_address"->>'firstName', '')), "id");
-- orders(sortKey: DESTINATION), keyset.
CREATE INDEX "list_orders_shop_id_destination" ON "orders" ("shop_id", ("country" || ' ' || coalesce("shipping_address"->>'provinceCode', '') || ' ' || coalesce("shipping_address"->>'city', '')), "id");
-- orders(query: a word): a part of a name or of an address of mail, in any shop. A column for the shop would walk the list of
-- all its orders.
CREATE INDEX "list_orders_search" ON "orders" USING gin ("search" gin_trgm_ops);
-- customers(query: a word, email:…*): the beginning of the address of mail, or of a name.
CREATE INDEX "list_customer_shop_id_email" ON "customer" ("shop_id", lower("email") text_pattern_ops);
CREATE INDEX "list_customer_shop_id_first_name" ON "customer" ("shop_id", lower("first_name") text_pattern_ops);
CREATE INDEX "list_customer_shop_id_last_name" ON "customer" ("shop_id", lower("last_name") text_pattern_ops);
-- products(query: barcode), whatever the case.
CREATE INDEX "list_variant_shop_id_barcode" ON "variant" ("shop_id", lower("barcode"));
-- +goose Down
DROP INDEX "list_variant_shop_id_barcode";
DROP INDEX "list_customer_shop_id_last_name";
DROP INDEX "list_customer_shop_id_first_name";
DROP INDEX "list_customer_shop_id_email";
DROP INDEX "list_orders_search";
DROP INDEX "list_orders_shop_id_destination";
DROP INDEX "list_orders_shop_id_customer_name";
DROP INDEX "list_orders_shop_id_pieces";
DROP INDEX "list_orders_shop_id_current_total";

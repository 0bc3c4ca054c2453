-- +goose Up
-- productRecommendations: the hundred newest products of a type, and of a vendor. The filters productVendor and productType
-- use the same indexes.
CREATE INDEX "search_product_shop_id_vendor_id" ON "product" ("shop_id", lower("vendor"), "id");
CREATE INDEX "search_product_shop_id_product_type_id" ON "product" ("shop_id", lower("product_type"), "id");
DROP INDEX "search_product_shop_id_product_type";
DROP INDEX "search_product_shop_id_vendor";

-- +goose Down
CREATE INDEX "search_product_shop_id_vendor" ON "product" ("shop_id", lower("vendor"));
CREATE INDEX "search_product_shop_id_product_type" ON "product" ("shop_id", lower("product_type"));
DROP INDEX "search_product_shop_id_product_type_id";
DROP INDEX "search_product_shop_id_vendor_id";

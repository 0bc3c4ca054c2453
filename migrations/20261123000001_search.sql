-- +goose Up
-- Words are folded by commerce/search before they come here, so no text search configuration is needed and none is used.
-- pg_trgm finds words that look alike. It is a trusted extension: the owner of the database may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
-- The words of a document with their places: A title, B vendor, type and tags, C skus, barcodes and variants, D body. Each
-- begins with a mark of its shop. Written with search_document and dropped with it.
CREATE TABLE "search_vector" ("resource_id" uuid NOT NULL, "shop_id" uuid NOT NULL, "kind" character varying NOT NULL, "words" tsvector NOT NULL, PRIMARY KEY ("resource_id"));
-- search, products(query) and predictiveSearch: documents with some words. The marks have it begin with the shop; a column of
-- its own would walk the list of all that a shop has. Without fastupdate, or every search reads what waits to be sorted in.
CREATE INDEX "search_vector_words" ON "search_vector" USING gin ("words") WITH (fastupdate = off);
-- The words of titles, vendors, types and tags, each once, to mend typing errors. The order is that of bytes, so that the
-- first letter is a range.
CREATE TABLE "search_word" ("shop_id" uuid NOT NULL, "word" text COLLATE "C" NOT NULL, PRIMARY KEY ("shop_id", "word"));
-- predictiveSearch: words that look like a misspelled one, in any shop; few do.
CREATE INDEX "search_word_word" ON "search_word" USING gin ("word" gin_trgm_ops) WITH (fastupdate = off);
-- The filters productVendor and productType, and the same fields of a query, whatever the case.
CREATE INDEX "search_product_shop_id_vendor" ON "product" ("shop_id", lower("vendor"));
CREATE INDEX "search_product_shop_id_product_type" ON "product" ("shop_id", lower("product_type"));
-- The filter variantOption, whatever the case.
CREATE INDEX "search_variant_option_shop_id_name_value" ON "variant_option" ("shop_id", lower("name"), lower("value"), "product_id");
-- products(query: sku), whatever the case.
CREATE INDEX "search_variant_shop_id_sku" ON "variant" ("shop_id", lower("sku"));
-- productRecommendations(intent: COMPLEMENTARY): the orders that a product was in, latest first.
CREATE INDEX "search_order_line_shop_id_product_id" ON "order_line" ("shop_id", "product_id", "order_id");
-- +goose Down
DROP INDEX "search_order_line_shop_id_product_id";
DROP INDEX "search_variant_shop_id_sku";
DROP INDEX "search_variant_option_shop_id_name_value";
DROP INDEX "search_product_shop_id_product_type";
DROP INDEX "search_product_shop_id_vendor";
DROP TABLE "search_word";
DROP TABLE "search_vector";

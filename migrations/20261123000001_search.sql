-- +goose Up
-- Words are folded by commerce/search before they come here, so no text search configuration is needed and none is used.
-- pg_trgm finds words that look alike; btree_gin lets an index on words begin with the shop. Both are trusted extensions:
-- the owner of the database may create them.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;
-- The words of a document with their places: A title, B vendor, type and tags, C skus, barcodes and variants, D body.
-- Written with search_document and gone with it.
CREATE TABLE "search_vector" ("resource_id" uuid NOT NULL, "shop_id" uuid NOT NULL, "kind" character varying NOT NULL, "words" tsvector NOT NULL, PRIMARY KEY ("resource_id"));
-- search, products(query) and predictiveSearch: documents with some words.
CREATE INDEX "search_vector_shop_id_words" ON "search_vector" USING gin ("shop_id", "words");
-- The words of titles, vendors, types and tags, each once, to mend typing errors. The order is that of bytes, so that the
-- first letter is a range.
CREATE TABLE "search_word" ("shop_id" uuid NOT NULL, "word" text COLLATE "C" NOT NULL, PRIMARY KEY ("shop_id", "word"));
-- predictiveSearch: words that look like a misspelled one.
CREATE INDEX "search_word_shop_id_word" ON "search_word" USING gin ("shop_id", "word" gin_trgm_ops);
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

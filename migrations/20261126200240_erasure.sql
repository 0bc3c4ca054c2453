-- +goose Up
-- create index "cart_shop_id_email" to table: "cart"
CREATE INDEX "cart_shop_id_email" ON "cart" ("shop_id", "email") WHERE ((email)::text <> ''::text);
-- modify "customer" table
ALTER TABLE "customer" ADD COLUMN "erase_at" timestamptz NULL, ADD COLUMN "erased_at" timestamptz NULL;
-- create index "customer_shop_id_erase_at" to table: "customer"
CREATE INDEX "customer_shop_id_erase_at" ON "customer" ("shop_id", "erase_at") WHERE (erase_at IS NOT NULL);

-- +goose Down
-- reverse: create index "customer_shop_id_erase_at" to table: "customer"
DROP INDEX "customer_shop_id_erase_at";
-- reverse: modify "customer" table
ALTER TABLE "customer" DROP COLUMN "erased_at", DROP COLUMN "erase_at";
-- reverse: create index "cart_shop_id_email" to table: "cart"
DROP INDEX "cart_shop_id_email";

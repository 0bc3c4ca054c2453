-- +goose Up
-- create "order_edit" table
CREATE TABLE "order_edit" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "base" bigint NOT NULL, "committed" boolean NOT NULL DEFAULT false, "expires_at" timestamptz NOT NULL, "changes" jsonb NULL, "actor" character varying NOT NULL DEFAULT '', "order_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "order_edit_orders_order" FOREIGN KEY ("order_id") REFERENCES "orders" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "orderedit_shop_id_order_id" to table: "order_edit"
CREATE INDEX "orderedit_shop_id_order_id" ON "order_edit" ("shop_id", "order_id");
-- it shows and takes only rows of the shop that the transaction has named
ALTER TABLE "order_edit" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_shop" ON "order_edit" USING (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all())) WITH CHECK (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all()));

-- +goose Down
-- reverse: create index "orderedit_shop_id_order_id" to table: "order_edit"
DROP INDEX "orderedit_shop_id_order_id";
-- reverse: create "order_edit" table
DROP TABLE "order_edit";

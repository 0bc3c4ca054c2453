-- +goose Up
-- create "order_return" table
CREATE TABLE "order_return" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "name" character varying NOT NULL, "status" character varying NOT NULL DEFAULT 'open', "closed_at" timestamptz NULL, "actor" character varying NOT NULL DEFAULT '', "order_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "order_return_orders_order" FOREIGN KEY ("order_id") REFERENCES "orders" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "orderreturn_shop_id_order_id_id" to table: "order_return"
CREATE INDEX "orderreturn_shop_id_order_id_id" ON "order_return" ("shop_id", "order_id", "id");
-- create "return_line" table
CREATE TABLE "return_line" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "order_line_id" uuid NOT NULL, "fulfillment_line_id" uuid NOT NULL, "quantity" bigint NOT NULL, "processed_quantity" bigint NOT NULL DEFAULT 0, "reason" character varying NOT NULL DEFAULT '', "note" character varying NOT NULL DEFAULT '', "return_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "return_line_order_return_return" FOREIGN KEY ("return_id") REFERENCES "order_return" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "returnline_shop_id_return_id_id" to table: "return_line"
CREATE INDEX "returnline_shop_id_return_id_id" ON "return_line" ("shop_id", "return_id", "id");
-- each shows and takes only rows of the shop that the transaction has named
ALTER TABLE "order_return" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_shop" ON "order_return" USING (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all())) WITH CHECK (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all()));
ALTER TABLE "return_line" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_shop" ON "return_line" USING (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all())) WITH CHECK (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all()));

-- +goose Down
-- reverse: create index "returnline_shop_id_return_id_id" to table: "return_line"
DROP INDEX "returnline_shop_id_return_id_id";
-- reverse: create "return_line" table
DROP TABLE "return_line";
-- reverse: create index "orderreturn_shop_id_order_id_id" to table: "order_return"
DROP INDEX "orderreturn_shop_id_order_id_id";
-- reverse: create "order_return" table
DROP TABLE "order_return";

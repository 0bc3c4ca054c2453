-- +goose Up
-- modify "inventory_level" table
ALTER TABLE "inventory_level" ADD COLUMN "incoming" bigint NOT NULL DEFAULT 0;
-- create index "inventorylevel_shop_id_location_id_id" to table: "inventory_level"
CREATE INDEX "inventorylevel_shop_id_location_id_id" ON "inventory_level" ("shop_id", "location_id", "id");
-- modify "stock_movement" table
ALTER TABLE "stock_movement" ADD COLUMN "quantity_after" bigint NULL;
-- create index "stockmovement_shop_id_variant_id_id" to table: "stock_movement"
CREATE INDEX "stockmovement_shop_id_variant_id_id" ON "stock_movement" ("shop_id", "variant_id", "id");
-- create "inventory_transfer" table
CREATE TABLE "inventory_transfer" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "name" character varying NOT NULL, "status" character varying NOT NULL, "origin_id" uuid NOT NULL, "destination_id" uuid NOT NULL, "note" character varying NOT NULL DEFAULT '', "reference" character varying NOT NULL DEFAULT '', "shipped_at" timestamptz NULL, "ended_at" timestamptz NULL, PRIMARY KEY ("id"));
-- create index "inventorytransfer_shop_id_id" to table: "inventory_transfer"
CREATE INDEX "inventorytransfer_shop_id_id" ON "inventory_transfer" ("shop_id", "id");
-- create index "inventorytransfer_shop_id_status_id" to table: "inventory_transfer"
CREATE INDEX "inventorytransfer_shop_id_status_id" ON "inventory_transfer" ("shop_id", "status", "id");
-- create "inventory_transfer_line" table
CREATE TABLE "inventory_transfer_line" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "transfer_id" uuid NOT NULL, "variant_id" uuid NOT NULL, "position" bigint NOT NULL, "quantity" bigint NOT NULL, "accepted" bigint NOT NULL DEFAULT 0, "rejected" bigint NOT NULL DEFAULT 0, PRIMARY KEY ("id"));
-- create index "inventorytransferline_shop_id_transfer_id_position_id" to table: "inventory_transfer_line"
CREATE INDEX "inventorytransferline_shop_id_transfer_id_position_id" ON "inventory_transfer_line" ("shop_id", "transfer_id", "position", "id");
ALTER TABLE "inventory_transfer" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_shop" ON "inventory_transfer" USING (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all())) WITH CHECK (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all()));
ALTER TABLE "inventory_transfer_line" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_shop" ON "inventory_transfer_line" USING (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all())) WITH CHECK (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all()));

-- +goose Down
-- reverse: create index "inventorytransferline_shop_id_transfer_id_position_id" to table: "inventory_transfer_line"
DROP INDEX "inventorytransferline_shop_id_transfer_id_position_id";
-- reverse: create "inventory_transfer_line" table
DROP TABLE "inventory_transfer_line";
-- reverse: create index "inventorytransfer_shop_id_status_id" to table: "inventory_transfer"
DROP INDEX "inventorytransfer_shop_id_status_id";
-- reverse: create index "inventorytransfer_shop_id_id" to table: "inventory_transfer"
DROP INDEX "inventorytransfer_shop_id_id";
-- reverse: create "inventory_transfer" table
DROP TABLE "inventory_transfer";
-- reverse: create index "stockmovement_shop_id_variant_id_id" to table: "stock_movement"
DROP INDEX "stockmovement_shop_id_variant_id_id";
-- reverse: modify "stock_movement" table
ALTER TABLE "stock_movement" DROP COLUMN "quantity_after";
-- reverse: create index "inventorylevel_shop_id_location_id_id" to table: "inventory_level"
DROP INDEX "inventorylevel_shop_id_location_id_id";
-- reverse: modify "inventory_level" table
ALTER TABLE "inventory_level" DROP COLUMN "incoming";

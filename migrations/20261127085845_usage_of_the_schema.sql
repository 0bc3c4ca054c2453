-- +goose Up
-- create "field_usage" table
CREATE TABLE "field_usage" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "coordinate" character varying NOT NULL, "use_id" uuid NOT NULL, "day" bigint NOT NULL, "app_id" uuid NULL, "operation" character varying NOT NULL DEFAULT '', "document" character varying NOT NULL DEFAULT '', "count" bigint NOT NULL, "last_used" bigint NOT NULL, PRIMARY KEY ("id"));
-- create index "fieldusage_shop_id_coordinate_use_id_day" to table: "field_usage"
CREATE UNIQUE INDEX "fieldusage_shop_id_coordinate_use_id_day" ON "field_usage" ("shop_id", "coordinate", "use_id", "day");
-- create index "fieldusage_shop_id_day" to table: "field_usage"
CREATE INDEX "fieldusage_shop_id_day" ON "field_usage" ("shop_id", "day");
-- it shows and takes only rows of the shop that the transaction has named
ALTER TABLE "field_usage" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_shop" ON "field_usage" USING (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all())) WITH CHECK (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all()));

-- +goose Down
-- reverse: create index "fieldusage_shop_id_day" to table: "field_usage"
DROP INDEX "fieldusage_shop_id_day";
-- reverse: create index "fieldusage_shop_id_coordinate_use_id_day" to table: "field_usage"
DROP INDEX "fieldusage_shop_id_coordinate_use_id_day";
-- reverse: create "field_usage" table
DROP TABLE "field_usage";

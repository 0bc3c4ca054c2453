-- +goose Up
-- create "quota" table
CREATE TABLE "quota" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "app_id" uuid NOT NULL, "layer" character varying NOT NULL, "capacity" bigint NOT NULL, "per_second" bigint NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "quota_shop_id_app_id_layer" to table: "quota"
CREATE UNIQUE INDEX "quota_shop_id_app_id_layer" ON "quota" ("shop_id", "app_id", "layer");
-- it shows and takes only rows of the shop that the transaction has named
ALTER TABLE "quota" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_shop" ON "quota" USING (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all())) WITH CHECK (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all()));

-- +goose Down
-- reverse: create index "quota_shop_id_app_id_layer" to table: "quota"
DROP INDEX "quota_shop_id_app_id_layer";
-- reverse: create "quota" table
DROP TABLE "quota";

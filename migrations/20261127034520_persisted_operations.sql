-- +goose Up
-- modify "app" table
ALTER TABLE "app" ADD COLUMN "handle" character varying NULL, ADD COLUMN "operations" character varying NULL;
-- create index "app_shop_id_handle" to table: "app"
CREATE UNIQUE INDEX "app_shop_id_handle" ON "app" ("shop_id", "handle");
-- modify "session" table
ALTER TABLE "session" ADD COLUMN "app_id" uuid NULL;
-- modify "storefront_token" table
ALTER TABLE "storefront_token" ADD COLUMN "app_id" uuid NULL;
-- create "persisted_operation" table
CREATE TABLE "persisted_operation" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "app_id" uuid NOT NULL, "release" character varying NOT NULL, "alias" character varying NOT NULL, "hash" character varying NOT NULL, "name" character varying NOT NULL, "kind" character varying NOT NULL, "body" character varying NOT NULL, "points" bigint NOT NULL, "last_used_at" timestamptz NULL, "retired_at" timestamptz NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "persistedoperation_shop_id_alias" to table: "persisted_operation"
CREATE INDEX "persistedoperation_shop_id_alias" ON "persisted_operation" ("shop_id", "alias");
-- create index "persistedoperation_shop_id_app_id_release_alias" to table: "persisted_operation"
CREATE UNIQUE INDEX "persistedoperation_shop_id_app_id_release_alias" ON "persisted_operation" ("shop_id", "app_id", "release", "alias");
-- create index "persistedoperation_shop_id_hash" to table: "persisted_operation"
CREATE INDEX "persistedoperation_shop_id_hash" ON "persisted_operation" ("shop_id", "hash");
-- it shows and takes only rows of the shop that the transaction has named
ALTER TABLE "persisted_operation" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_shop" ON "persisted_operation" USING (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all())) WITH CHECK (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all()));

-- +goose Down
-- reverse: create index "persistedoperation_shop_id_hash" to table: "persisted_operation"
DROP INDEX "persistedoperation_shop_id_hash";
-- reverse: create index "persistedoperation_shop_id_app_id_release_alias" to table: "persisted_operation"
DROP INDEX "persistedoperation_shop_id_app_id_release_alias";
-- reverse: create index "persistedoperation_shop_id_alias" to table: "persisted_operation"
DROP INDEX "persistedoperation_shop_id_alias";
-- reverse: create "persisted_operation" table
DROP TABLE "persisted_operation";
-- reverse: modify "storefront_token" table
ALTER TABLE "storefront_token" DROP COLUMN "app_id";
-- reverse: modify "session" table
ALTER TABLE "session" DROP COLUMN "app_id";
-- reverse: create index "app_shop_id_handle" to table: "app"
DROP INDEX "app_shop_id_handle";
-- reverse: modify "app" table
ALTER TABLE "app" DROP COLUMN "operations", DROP COLUMN "handle";

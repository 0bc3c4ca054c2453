-- +goose Up
-- create "metafield_definition" table
CREATE TABLE "metafield_definition" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "owner_type" character varying NOT NULL, "namespace" character varying NOT NULL, "key" character varying NOT NULL, "name" character varying NOT NULL, "description" character varying NOT NULL DEFAULT '', "type" character varying NOT NULL, "validations" jsonb NULL, "admin_access" character varying NOT NULL, "storefront_access" character varying NOT NULL, "pinned_position" bigint NULL, PRIMARY KEY ("id"));
-- create index "metafielddefinition_shop_id_owner_type_namespace_key" to table: "metafield_definition"
CREATE UNIQUE INDEX "metafielddefinition_shop_id_owner_type_namespace_key" ON "metafield_definition" ("shop_id", "owner_type", "namespace", "key");
ALTER TABLE "metafield_definition" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_shop" ON "metafield_definition" USING (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all())) WITH CHECK (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all()));

-- +goose Down
-- reverse: create index "metafielddefinition_shop_id_owner_type_namespace_key" to table: "metafield_definition"
DROP INDEX "metafielddefinition_shop_id_owner_type_namespace_key";
-- reverse: create "metafield_definition" table
DROP TABLE "metafield_definition";

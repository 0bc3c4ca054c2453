-- +goose Up
-- create index "cart_shop_id_customer_id" to table: "cart"
CREATE INDEX "cart_shop_id_customer_id" ON "cart" ("shop_id", "customer_id") WHERE (customer_id IS NOT NULL);
-- modify "customer" table
ALTER TABLE "customer" ADD COLUMN "marketing_level" character varying NOT NULL DEFAULT '', ADD COLUMN "marketing_at" timestamptz NULL, ADD COLUMN "tax_exempt" boolean NOT NULL DEFAULT false;
-- create "customer_group" table
CREATE TABLE "customer_group" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "name" character varying NOT NULL, "handle" character varying NOT NULL, "note" character varying NOT NULL DEFAULT '', "members" bigint NOT NULL DEFAULT 0, PRIMARY KEY ("id"));
-- create index "customergroup_shop_id_handle" to table: "customer_group"
CREATE UNIQUE INDEX "customergroup_shop_id_handle" ON "customer_group" ("shop_id", "handle");
-- create index "customergroup_shop_id_id" to table: "customer_group"
CREATE INDEX "customergroup_shop_id_id" ON "customer_group" ("shop_id", "id");
-- create "customer_group_member" table
CREATE TABLE "customer_group_member" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "group_id" uuid NOT NULL, "customer_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "customergroupmember_shop_id_customer_id_group_id" to table: "customer_group_member"
CREATE INDEX "customergroupmember_shop_id_customer_id_group_id" ON "customer_group_member" ("shop_id", "customer_id", "group_id");
-- create index "customergroupmember_shop_id_group_id_customer_id" to table: "customer_group_member"
CREATE UNIQUE INDEX "customergroupmember_shop_id_group_id_customer_id" ON "customer_group_member" ("shop_id", "group_id", "customer_id");
-- row level security of the new tables
ALTER TABLE "customer_group" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_shop" ON "customer_group" USING (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all())) WITH CHECK (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all()));
ALTER TABLE "customer_group_member" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_shop" ON "customer_group_member" USING (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all())) WITH CHECK (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all()));

-- +goose Down
-- reverse: create index "customergroupmember_shop_id_group_id_customer_id" to table: "customer_group_member"
DROP INDEX "customergroupmember_shop_id_group_id_customer_id";
-- reverse: create index "customergroupmember_shop_id_customer_id_group_id" to table: "customer_group_member"
DROP INDEX "customergroupmember_shop_id_customer_id_group_id";
-- reverse: create "customer_group_member" table
DROP TABLE "customer_group_member";
-- reverse: create index "customergroup_shop_id_id" to table: "customer_group"
DROP INDEX "customergroup_shop_id_id";
-- reverse: create index "customergroup_shop_id_handle" to table: "customer_group"
DROP INDEX "customergroup_shop_id_handle";
-- reverse: create "customer_group" table
DROP TABLE "customer_group";
-- reverse: modify "customer" table
ALTER TABLE "customer" DROP COLUMN "tax_exempt", DROP COLUMN "marketing_at", DROP COLUMN "marketing_level";
-- reverse: create index "cart_shop_id_customer_id" to table: "cart"
DROP INDEX "cart_shop_id_customer_id";

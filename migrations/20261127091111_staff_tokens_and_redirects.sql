-- +goose Up
-- create "url_redirect" table
CREATE TABLE "url_redirect" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "path" character varying NOT NULL, "target" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "urlredirect_shop_id_id" to table: "url_redirect"
CREATE INDEX "urlredirect_shop_id_id" ON "url_redirect" ("shop_id", "id");
-- create index "urlredirect_shop_id_path" to table: "url_redirect"
CREATE UNIQUE INDEX "urlredirect_shop_id_path" ON "url_redirect" ("shop_id", "path");
-- create index "urlredirect_shop_id_target" to table: "url_redirect"
CREATE INDEX "urlredirect_shop_id_target" ON "url_redirect" ("shop_id", "target");
-- create "staff_token" table
CREATE TABLE "staff_token" ("id" uuid NOT NULL, "purpose" character varying NOT NULL, "token_hash" bytea NOT NULL, "expires_at" timestamptz NOT NULL, "used_at" timestamptz NULL, "created_at" timestamptz NOT NULL, "staff_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "staff_token_staff_member_staff" FOREIGN KEY ("staff_id") REFERENCES "staff_member" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "stafftoken_expires_at" to table: "staff_token"
CREATE INDEX "stafftoken_expires_at" ON "staff_token" ("expires_at");
-- create index "stafftoken_staff_id" to table: "staff_token"
CREATE INDEX "stafftoken_staff_id" ON "staff_token" ("staff_id");
-- create index "stafftoken_token_hash" to table: "staff_token"
CREATE UNIQUE INDEX "stafftoken_token_hash" ON "staff_token" ("token_hash");
-- row level security of the new table; staff_token is, like the accounts, of no shop
ALTER TABLE "url_redirect" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_shop" ON "url_redirect" USING (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all())) WITH CHECK (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all()));

-- +goose Down
-- reverse: create index "stafftoken_token_hash" to table: "staff_token"
DROP INDEX "stafftoken_token_hash";
-- reverse: create index "stafftoken_staff_id" to table: "staff_token"
DROP INDEX "stafftoken_staff_id";
-- reverse: create index "stafftoken_expires_at" to table: "staff_token"
DROP INDEX "stafftoken_expires_at";
-- reverse: create "staff_token" table
DROP TABLE "staff_token";
-- reverse: create index "urlredirect_shop_id_target" to table: "url_redirect"
DROP INDEX "urlredirect_shop_id_target";
-- reverse: create index "urlredirect_shop_id_path" to table: "url_redirect"
DROP INDEX "urlredirect_shop_id_path";
-- reverse: create index "urlredirect_shop_id_id" to table: "url_redirect"
DROP INDEX "urlredirect_shop_id_id";
-- reverse: create "url_redirect" table
DROP TABLE "url_redirect";

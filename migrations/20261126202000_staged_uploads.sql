-- +goose Up
-- create index "media_shop_id_source" to table: "media"
CREATE INDEX "media_shop_id_source" ON "media" ("shop_id", "source") WHERE ((source)::text ~~ 'uploads/%'::text);
-- create "staged_upload" table
CREATE TABLE "staged_upload" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "secret_hash" bytea NOT NULL, "filename" character varying NOT NULL, "declared_type" character varying NOT NULL, "byte_limit" bigint NOT NULL, "file_key" character varying NOT NULL DEFAULT '', "content_type" character varying NOT NULL DEFAULT '', "width" bigint NOT NULL DEFAULT 0, "height" bigint NOT NULL DEFAULT 0, "expires_at" timestamptz NOT NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "stagedupload_shop_id_expires_at" to table: "staged_upload"
CREATE INDEX "stagedupload_shop_id_expires_at" ON "staged_upload" ("shop_id", "expires_at");
-- row level security of the new table
ALTER TABLE "staged_upload" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_shop" ON "staged_upload" USING (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all())) WITH CHECK (shop_id = (SELECT rialto_shop()) OR (SELECT rialto_all()));

-- +goose Down
-- reverse: create index "stagedupload_shop_id_expires_at" to table: "staged_upload"
DROP INDEX "stagedupload_shop_id_expires_at";
-- reverse: create "staged_upload" table
DROP TABLE "staged_upload";
-- reverse: create index "media_shop_id_source" to table: "media"
DROP INDEX "media_shop_id_source";

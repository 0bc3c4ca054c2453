-- +goose Up
-- modify "audit_entry" table
ALTER TABLE "audit_entry" ADD COLUMN "app_id" uuid NULL;

-- +goose Down
-- reverse: modify "audit_entry" table
ALTER TABLE "audit_entry" DROP COLUMN "app_id";

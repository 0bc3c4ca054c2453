-- +goose Up
-- modify "persisted_operation" table
ALTER TABLE "persisted_operation" ADD COLUMN "pending" boolean NOT NULL DEFAULT false;

-- +goose Down
-- reverse: modify "persisted_operation" table
ALTER TABLE "persisted_operation" DROP COLUMN "pending";

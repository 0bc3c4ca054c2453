-- +goose Up
-- modify "persisted_operation" table
ALTER TABLE "persisted_operation" ADD COLUMN "statements" bigint NOT NULL DEFAULT 0;

-- +goose Down
-- reverse: modify "persisted_operation" table
ALTER TABLE "persisted_operation" DROP COLUMN "statements";

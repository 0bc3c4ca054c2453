-- +goose Up
-- modify "reservation" table
ALTER TABLE "reservation" ADD COLUMN "sale" character varying NOT NULL DEFAULT '';

-- +goose Down
-- reverse: modify "reservation" table
ALTER TABLE "reservation" DROP COLUMN "sale";

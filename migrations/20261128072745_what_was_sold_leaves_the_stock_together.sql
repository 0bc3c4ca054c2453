-- +goose Up
-- modify "reservation" table
ALTER TABLE "reservation" ADD COLUMN "sale" character varying NOT NULL DEFAULT '', ADD COLUMN "settle_at" timestamptz NULL;
-- create index "reservation_shop_id_settle_at" to table: "reservation"
CREATE INDEX "reservation_shop_id_settle_at" ON "reservation" ("shop_id", "settle_at") WHERE (settle_at IS NOT NULL);

-- +goose Down
-- A version that knows no sales would leave such units promised for ever.
-- +goose StatementBegin
DO $$ BEGIN
	IF EXISTS (SELECT 1 FROM reservation WHERE sale <> '') THEN
		RAISE EXCEPTION 'stock that was sold has not left yet: let this version of rialto run for some seconds first';
	END IF;
END $$;
-- +goose StatementEnd
-- reverse: create index "reservation_shop_id_settle_at" to table: "reservation"
DROP INDEX "reservation_shop_id_settle_at";
-- reverse: modify "reservation" table
ALTER TABLE "reservation" DROP COLUMN "settle_at", DROP COLUMN "sale";

-- +goose Up
-- create index "signinflow_shop_id_account_id" to table: "sign_in_flow"
CREATE INDEX "signinflow_shop_id_account_id" ON "sign_in_flow" ("shop_id", "account_id");

-- +goose Down
-- reverse: create index "signinflow_shop_id_account_id" to table: "sign_in_flow"
DROP INDEX "signinflow_shop_id_account_id";

-- +goose Up
-- modify "identity_provider" table
ALTER TABLE "identity_provider" ADD COLUMN "link_accounts" boolean NOT NULL DEFAULT false, ADD COLUMN "return_urls" jsonb NULL;
-- modify "sign_in_flow" table
ALTER TABLE "sign_in_flow" ADD COLUMN "account_id" uuid NULL;

-- +goose Down
-- reverse: modify "sign_in_flow" table
ALTER TABLE "sign_in_flow" DROP COLUMN "account_id";
-- reverse: modify "identity_provider" table
ALTER TABLE "identity_provider" DROP COLUMN "return_urls", DROP COLUMN "link_accounts";

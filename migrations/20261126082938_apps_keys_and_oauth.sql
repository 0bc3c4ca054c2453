-- +goose Up
-- modify "audit_entry" table
ALTER TABLE "audit_entry" ADD COLUMN "address" character varying NOT NULL DEFAULT '';
-- create "api_key" table
CREATE TABLE "api_key" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "app_id" uuid NOT NULL, "title" character varying NOT NULL, "prefix" character varying NOT NULL, "key_hash" bytea NOT NULL, "scopes" jsonb NULL, "expires_at" timestamptz NULL, "last_used_at" timestamptz NULL, "revoked_at" timestamptz NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "apikey_key_hash" to table: "api_key"
CREATE UNIQUE INDEX "apikey_key_hash" ON "api_key" ("key_hash");
-- create index "apikey_shop_id_app_id_id" to table: "api_key"
CREATE INDEX "apikey_shop_id_app_id_id" ON "api_key" ("shop_id", "app_id", "id");
-- create index "apikey_shop_id_prefix" to table: "api_key"
CREATE INDEX "apikey_shop_id_prefix" ON "api_key" ("shop_id", "prefix");
-- create "app" table
CREATE TABLE "app" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "title" character varying NOT NULL, "kind" character varying NOT NULL, "secret_hash" bytea NULL, "previous_hash" bytea NULL, "previous_until" timestamptz NULL, "redirect_uris" jsonb NULL, "scopes" jsonb NULL, "location_ids" jsonb NULL, "revoked_at" timestamptz NULL, PRIMARY KEY ("id"));
-- create index "app_shop_id_id" to table: "app"
CREATE INDEX "app_shop_id_id" ON "app" ("shop_id", "id");
-- create "external_identity" table
CREATE TABLE "external_identity" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "provider_id" uuid NOT NULL, "subject" character varying NOT NULL, "kind" character varying NOT NULL, "account_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "externalidentity_shop_id_account_id" to table: "external_identity"
CREATE INDEX "externalidentity_shop_id_account_id" ON "external_identity" ("shop_id", "account_id");
-- create index "externalidentity_shop_id_provider_id_subject" to table: "external_identity"
CREATE UNIQUE INDEX "externalidentity_shop_id_provider_id_subject" ON "external_identity" ("shop_id", "provider_id", "subject");
-- create "identity_provider" table
CREATE TABLE "identity_provider" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "handle" character varying NOT NULL, "title" character varying NOT NULL, "issuer" character varying NOT NULL, "client_id" character varying NOT NULL, "client_secret" bytea NOT NULL, "sealed" boolean NOT NULL DEFAULT false, "audience" character varying NOT NULL, "create_accounts" boolean NOT NULL DEFAULT false, "enabled" boolean NOT NULL DEFAULT true, PRIMARY KEY ("id"));
-- create index "identityprovider_shop_id_handle" to table: "identity_provider"
CREATE UNIQUE INDEX "identityprovider_shop_id_handle" ON "identity_provider" ("shop_id", "handle");
-- create "oauth_request" table
CREATE TABLE "oauth_request" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "app_id" uuid NOT NULL, "redirect_uri" character varying NOT NULL, "state" character varying NOT NULL DEFAULT '', "nonce" character varying NOT NULL DEFAULT '', "response_mode" character varying NOT NULL DEFAULT '', "scopes" jsonb NULL, "code_challenge" character varying NOT NULL, "subject_id" uuid NULL, "session_id" uuid NULL, "granted_at" timestamptz NULL, "code_hash" bytea NULL, "redeemed_at" timestamptz NULL, "family_id" uuid NULL, "expires_at" timestamptz NOT NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "oauthrequest_code_hash" to table: "oauth_request"
CREATE UNIQUE INDEX "oauthrequest_code_hash" ON "oauth_request" ("code_hash");
-- create index "oauthrequest_expires_at" to table: "oauth_request"
CREATE INDEX "oauthrequest_expires_at" ON "oauth_request" ("expires_at");
-- create "oauth_token" table
CREATE TABLE "oauth_token" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "app_id" uuid NOT NULL, "family_id" uuid NOT NULL, "subject_id" uuid NOT NULL, "session_id" uuid NULL, "scopes" jsonb NULL, "token_hash" bytea NOT NULL, "auth_time" timestamptz NOT NULL, "expires_at" timestamptz NOT NULL, "used_at" timestamptz NULL, "revoked_at" timestamptz NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "oauthtoken_expires_at" to table: "oauth_token"
CREATE INDEX "oauthtoken_expires_at" ON "oauth_token" ("expires_at");
-- create index "oauthtoken_shop_id_family_id" to table: "oauth_token"
CREATE INDEX "oauthtoken_shop_id_family_id" ON "oauth_token" ("shop_id", "family_id");
-- create index "oauthtoken_shop_id_subject_id" to table: "oauth_token"
CREATE INDEX "oauthtoken_shop_id_subject_id" ON "oauth_token" ("shop_id", "subject_id");
-- create index "oauthtoken_token_hash" to table: "oauth_token"
CREATE UNIQUE INDEX "oauthtoken_token_hash" ON "oauth_token" ("token_hash");
-- create "role" table
CREATE TABLE "role" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "handle" character varying NOT NULL, "title" character varying NOT NULL, "description" character varying NOT NULL DEFAULT '', "scopes" jsonb NULL, PRIMARY KEY ("id"));
-- create index "role_shop_id_handle" to table: "role"
CREATE UNIQUE INDEX "role_shop_id_handle" ON "role" ("shop_id", "handle");
-- create "sign_in_failure" table
CREATE TABLE "sign_in_failure" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "subject_hash" bytea NOT NULL, "failures" bigint NOT NULL DEFAULT 0, "last_at" timestamptz NOT NULL, "free_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "signinfailure_last_at" to table: "sign_in_failure"
CREATE INDEX "signinfailure_last_at" ON "sign_in_failure" ("last_at");
-- create index "signinfailure_shop_id_subject_hash" to table: "sign_in_failure"
CREATE UNIQUE INDEX "signinfailure_shop_id_subject_hash" ON "sign_in_failure" ("shop_id", "subject_hash");
-- create "sign_in_flow" table
CREATE TABLE "sign_in_flow" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "provider_id" uuid NOT NULL, "state_hash" bytea NOT NULL, "nonce" character varying NOT NULL, "verifier" character varying NOT NULL, "return_to" character varying NOT NULL DEFAULT '', "expires_at" timestamptz NOT NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "signinflow_expires_at" to table: "sign_in_flow"
CREATE INDEX "signinflow_expires_at" ON "sign_in_flow" ("expires_at");
-- create index "signinflow_state_hash" to table: "sign_in_flow"
CREATE UNIQUE INDEX "signinflow_state_hash" ON "sign_in_flow" ("state_hash");
-- create "signing_key" table
CREATE TABLE "signing_key" ("id" uuid NOT NULL, "kid" character varying NOT NULL, "algorithm" character varying NOT NULL, "public" bytea NOT NULL, "private" bytea NOT NULL, "sealed" boolean NOT NULL DEFAULT false, "active_at" timestamptz NOT NULL, "retired_at" timestamptz NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "signing_key_kid_key" to table: "signing_key"
CREATE UNIQUE INDEX "signing_key_kid_key" ON "signing_key" ("kid");

-- +goose Down
-- reverse: create index "signing_key_kid_key" to table: "signing_key"
DROP INDEX "signing_key_kid_key";
-- reverse: create "signing_key" table
DROP TABLE "signing_key";
-- reverse: create index "signinflow_state_hash" to table: "sign_in_flow"
DROP INDEX "signinflow_state_hash";
-- reverse: create index "signinflow_expires_at" to table: "sign_in_flow"
DROP INDEX "signinflow_expires_at";
-- reverse: create "sign_in_flow" table
DROP TABLE "sign_in_flow";
-- reverse: create index "signinfailure_shop_id_subject_hash" to table: "sign_in_failure"
DROP INDEX "signinfailure_shop_id_subject_hash";
-- reverse: create index "signinfailure_last_at" to table: "sign_in_failure"
DROP INDEX "signinfailure_last_at";
-- reverse: create "sign_in_failure" table
DROP TABLE "sign_in_failure";
-- reverse: create index "role_shop_id_handle" to table: "role"
DROP INDEX "role_shop_id_handle";
-- reverse: create "role" table
DROP TABLE "role";
-- reverse: create index "oauthtoken_token_hash" to table: "oauth_token"
DROP INDEX "oauthtoken_token_hash";
-- reverse: create index "oauthtoken_shop_id_subject_id" to table: "oauth_token"
DROP INDEX "oauthtoken_shop_id_subject_id";
-- reverse: create index "oauthtoken_shop_id_family_id" to table: "oauth_token"
DROP INDEX "oauthtoken_shop_id_family_id";
-- reverse: create index "oauthtoken_expires_at" to table: "oauth_token"
DROP INDEX "oauthtoken_expires_at";
-- reverse: create "oauth_token" table
DROP TABLE "oauth_token";
-- reverse: create index "oauthrequest_expires_at" to table: "oauth_request"
DROP INDEX "oauthrequest_expires_at";
-- reverse: create index "oauthrequest_code_hash" to table: "oauth_request"
DROP INDEX "oauthrequest_code_hash";
-- reverse: create "oauth_request" table
DROP TABLE "oauth_request";
-- reverse: create index "identityprovider_shop_id_handle" to table: "identity_provider"
DROP INDEX "identityprovider_shop_id_handle";
-- reverse: create "identity_provider" table
DROP TABLE "identity_provider";
-- reverse: create index "externalidentity_shop_id_provider_id_subject" to table: "external_identity"
DROP INDEX "externalidentity_shop_id_provider_id_subject";
-- reverse: create index "externalidentity_shop_id_account_id" to table: "external_identity"
DROP INDEX "externalidentity_shop_id_account_id";
-- reverse: create "external_identity" table
DROP TABLE "external_identity";
-- reverse: create index "app_shop_id_id" to table: "app"
DROP INDEX "app_shop_id_id";
-- reverse: create "app" table
DROP TABLE "app";
-- reverse: create index "apikey_shop_id_prefix" to table: "api_key"
DROP INDEX "apikey_shop_id_prefix";
-- reverse: create index "apikey_shop_id_app_id_id" to table: "api_key"
DROP INDEX "apikey_shop_id_app_id_id";
-- reverse: create index "apikey_key_hash" to table: "api_key"
DROP INDEX "apikey_key_hash";
-- reverse: create "api_key" table
DROP TABLE "api_key";
-- reverse: modify "audit_entry" table
ALTER TABLE "audit_entry" DROP COLUMN "address";

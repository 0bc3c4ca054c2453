-- +goose Up
-- create index "customertoken_expires_at" to table: "customer_token"
CREATE INDEX "customertoken_expires_at" ON "customer_token" ("expires_at");
-- create index "session_expires_at" to table: "session"
CREATE INDEX "session_expires_at" ON "session" ("expires_at");

-- +goose Down
-- reverse: create index "session_expires_at" to table: "session"
DROP INDEX "session_expires_at";
-- reverse: create index "customertoken_expires_at" to table: "customer_token"
DROP INDEX "customertoken_expires_at";

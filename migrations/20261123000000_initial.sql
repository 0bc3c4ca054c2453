-- +goose Up
-- create "menu" table
CREATE TABLE "menu" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "handle" character varying NOT NULL, "title" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "menu_shop_id_handle" to table: "menu"
CREATE UNIQUE INDEX "menu_shop_id_handle" ON "menu" ("shop_id", "handle");
-- create "audit_entry" table
CREATE TABLE "audit_entry" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "actor" character varying NOT NULL, "action" character varying NOT NULL, "resource" character varying NOT NULL, "data" jsonb NULL, "request_id" character varying NOT NULL DEFAULT '', "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "auditentry_shop_id_id" to table: "audit_entry"
CREATE INDEX "auditentry_shop_id_id" ON "audit_entry" ("shop_id", "id");
-- create index "auditentry_shop_id_resource_id" to table: "audit_entry"
CREATE INDEX "auditentry_shop_id_resource_id" ON "audit_entry" ("shop_id", "resource", "id");
-- create "bogus_charge" table
CREATE TABLE "bogus_charge" ("id" uuid NOT NULL, "idempotency_key" character varying NOT NULL, "kind" character varying NOT NULL, "amount" bigint NOT NULL, "currency" character varying NOT NULL, "status" character varying NOT NULL, "parent" character varying NOT NULL DEFAULT '', "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "bogus_charge_idempotency_key_key" to table: "bogus_charge"
CREATE UNIQUE INDEX "bogus_charge_idempotency_key_key" ON "bogus_charge" ("idempotency_key");
-- create "cart" table
CREATE TABLE "cart" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "key_hash" bytea NOT NULL, "state" character varying NOT NULL DEFAULT 'open', "version" bigint NOT NULL DEFAULT 0, "currency" character varying NOT NULL, "country" character varying NOT NULL DEFAULT '', "language" character varying NOT NULL DEFAULT '', "customer_id" uuid NULL, "email" character varying NOT NULL DEFAULT '', "phone" character varying NOT NULL DEFAULT '', "note" character varying NOT NULL DEFAULT '', "attributes" jsonb NULL, "discount_codes" jsonb NULL, "gift_cards" jsonb NULL, "delivery_addresses" jsonb NULL, "billing_address" jsonb NULL, "delivery_options" jsonb NULL, "payment" jsonb NULL, "metafields" jsonb NULL, "preferences" jsonb NULL, "order_id" uuid NULL, "expires_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "cart_shop_id_expires_at" to table: "cart"
CREATE INDEX "cart_shop_id_expires_at" ON "cart" ("shop_id", "expires_at");
-- create "cart_line" table
CREATE TABLE "cart_line" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "cart_id" uuid NOT NULL, "variant_id" uuid NOT NULL, "quantity" bigint NOT NULL, "attributes" jsonb NULL, "attributes_key" character varying NOT NULL DEFAULT '', PRIMARY KEY ("id"));
-- create index "cartline_shop_id_cart_id_variant_id_attributes_key" to table: "cart_line"
CREATE UNIQUE INDEX "cartline_shop_id_cart_id_variant_id_attributes_key" ON "cart_line" ("shop_id", "cart_id", "variant_id", "attributes_key");
-- create "checkout_attempt" table
CREATE TABLE "checkout_attempt" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "cart_id" uuid NOT NULL, "token" character varying NOT NULL DEFAULT '', "state" character varying NOT NULL, "gateway" character varying NOT NULL, "payment_token" character varying NOT NULL DEFAULT '', "payment_key" character varying NOT NULL, "currency" character varying NOT NULL, "amount" bigint NOT NULL DEFAULT 0, "snapshot" jsonb NULL, "gateway_ref" character varying NOT NULL DEFAULT '', "error_code" character varying NOT NULL DEFAULT '', "error_message" character varying NOT NULL DEFAULT '', "order_id" uuid NULL, "lease_owner" character varying NOT NULL DEFAULT '', "lease_until" timestamptz NULL, "tries" bigint NOT NULL DEFAULT 0, "due_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "checkoutattempt_shop_id_cart_id" to table: "checkout_attempt"
CREATE UNIQUE INDEX "checkoutattempt_shop_id_cart_id" ON "checkout_attempt" ("shop_id", "cart_id") WHERE state NOT IN ('completed', 'failed');
-- create index "checkoutattempt_shop_id_cart_id_token" to table: "checkout_attempt"
CREATE INDEX "checkoutattempt_shop_id_cart_id_token" ON "checkout_attempt" ("shop_id", "cart_id", "token");
-- create index "checkoutattempt_shop_id_due_at" to table: "checkout_attempt"
CREATE INDEX "checkoutattempt_shop_id_due_at" ON "checkout_attempt" ("shop_id", "due_at") WHERE state NOT IN ('completed', 'failed');
-- create "collection" table
CREATE TABLE "collection" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "handle" character varying NOT NULL, "title" character varying NOT NULL, "description" character varying NOT NULL DEFAULT '', "description_html" character varying NOT NULL DEFAULT '', "sort_order" character varying NOT NULL DEFAULT 'manual', "rules" jsonb NULL, "disjunctive" boolean NOT NULL DEFAULT false, "media_id" uuid NULL, "seo_title" character varying NOT NULL DEFAULT '', "seo_description" character varying NOT NULL DEFAULT '', "published_at" timestamptz NULL, "products_count" bigint NOT NULL DEFAULT 0, PRIMARY KEY ("id"));
-- create index "collection_shop_id_handle" to table: "collection"
CREATE UNIQUE INDEX "collection_shop_id_handle" ON "collection" ("shop_id", "handle");
-- create index "collection_shop_id_id" to table: "collection"
CREATE INDEX "collection_shop_id_id" ON "collection" ("shop_id", "id");
-- create index "collection_shop_id_title_id" to table: "collection"
CREATE INDEX "collection_shop_id_title_id" ON "collection" ("shop_id", "title", "id");
-- create index "collection_shop_id_updated_at_id" to table: "collection"
CREATE INDEX "collection_shop_id_updated_at_id" ON "collection" ("shop_id", "updated_at", "id");
-- create "collection_product" table
CREATE TABLE "collection_product" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "collection_id" uuid NOT NULL, "product_id" uuid NOT NULL, "position" bigint NOT NULL DEFAULT 0, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "collectionproduct_shop_id_collection_id_position_product_id" to table: "collection_product"
CREATE INDEX "collectionproduct_shop_id_collection_id_position_product_id" ON "collection_product" ("shop_id", "collection_id", "position", "product_id");
-- create index "collectionproduct_shop_id_collection_id_product_id" to table: "collection_product"
CREATE UNIQUE INDEX "collectionproduct_shop_id_collection_id_product_id" ON "collection_product" ("shop_id", "collection_id", "product_id");
-- create index "collectionproduct_shop_id_product_id_collection_id" to table: "collection_product"
CREATE INDEX "collectionproduct_shop_id_product_id_collection_id" ON "collection_product" ("shop_id", "product_id", "collection_id");
-- create "customer" table
CREATE TABLE "customer" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "email" character varying NOT NULL, "verified_email" boolean NOT NULL DEFAULT false, "first_name" character varying NOT NULL DEFAULT '', "last_name" character varying NOT NULL DEFAULT '', "phone" character varying NOT NULL DEFAULT '', "password_hash" character varying NOT NULL DEFAULT '', "accepts_marketing" boolean NOT NULL DEFAULT false, "state" character varying NOT NULL DEFAULT 'enabled', "tags" jsonb NULL, "note" character varying NOT NULL DEFAULT '', "locale" character varying NOT NULL DEFAULT '', "default_address_id" uuid NULL, "orders_count" bigint NOT NULL DEFAULT 0, PRIMARY KEY ("id"));
-- create index "customer_shop_id_email" to table: "customer"
CREATE UNIQUE INDEX "customer_shop_id_email" ON "customer" ("shop_id", "email");
-- create index "customer_shop_id_id" to table: "customer"
CREATE INDEX "customer_shop_id_id" ON "customer" ("shop_id", "id");
-- create index "customer_shop_id_phone" to table: "customer"
CREATE INDEX "customer_shop_id_phone" ON "customer" ("shop_id", "phone") WHERE ((phone)::text <> ''::text);
-- create "shop" table
CREATE TABLE "shop" ("id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "handle" character varying NOT NULL, "name" character varying NOT NULL, "description" character varying NOT NULL DEFAULT '', "email" character varying NOT NULL DEFAULT '', "currency" character varying NOT NULL, "country" character varying NOT NULL, "language" character varying NOT NULL, "money_format" character varying NOT NULL DEFAULT '{{amount}}', "domain" character varying NOT NULL DEFAULT '', "policies" jsonb NULL, "brand" jsonb NULL, PRIMARY KEY ("id"));
-- create index "shop_handle_key" to table: "shop"
CREATE UNIQUE INDEX "shop_handle_key" ON "shop" ("handle");
-- create "discount" table
CREATE TABLE "discount" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "title" character varying NOT NULL, "method" character varying NOT NULL, "code" character varying NOT NULL DEFAULT '', "kind" character varying NOT NULL, "config" jsonb NULL, "starts_at" timestamptz NOT NULL, "ends_at" timestamptz NULL, "usage_limit" bigint NULL, "once_per_customer" boolean NOT NULL DEFAULT false, "used" bigint NOT NULL DEFAULT 0, "priority" bigint NOT NULL DEFAULT 0, "enabled" boolean NOT NULL DEFAULT true, PRIMARY KEY ("id"));
-- create index "discount_shop_id_code" to table: "discount"
CREATE UNIQUE INDEX "discount_shop_id_code" ON "discount" ("shop_id", "code") WHERE ((code)::text <> ''::text);
-- create index "discount_shop_id_method_enabled_id" to table: "discount"
CREATE INDEX "discount_shop_id_method_enabled_id" ON "discount" ("shop_id", "method", "enabled", "id");
-- create "discount_usage" table
CREATE TABLE "discount_usage" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "discount_id" uuid NOT NULL, "ref" character varying NOT NULL DEFAULT '', "buyer" character varying NOT NULL DEFAULT '', "order_id" uuid NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "discountusage_shop_id_discount_id_buyer" to table: "discount_usage"
CREATE INDEX "discountusage_shop_id_discount_id_buyer" ON "discount_usage" ("shop_id", "discount_id", "buyer");
-- create index "discountusage_shop_id_ref_discount_id" to table: "discount_usage"
CREATE UNIQUE INDEX "discountusage_shop_id_ref_discount_id" ON "discount_usage" ("shop_id", "ref", "discount_id");
-- create "variant_price" table
CREATE TABLE "variant_price" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "product_id" uuid NOT NULL, "variant_id" uuid NOT NULL, "currency" character varying NOT NULL, "amount" bigint NOT NULL, "compare_at_amount" bigint NULL, "derived" boolean NOT NULL DEFAULT false, PRIMARY KEY ("id"));
-- create index "variantprice_shop_id_variant_id_currency" to table: "variant_price"
CREATE UNIQUE INDEX "variantprice_shop_id_variant_id_currency" ON "variant_price" ("shop_id", "variant_id", "currency");
-- create "variant_option" table
CREATE TABLE "variant_option" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "product_id" uuid NOT NULL, "variant_id" uuid NOT NULL, "option_id" uuid NOT NULL, "option_value_id" uuid NOT NULL, "position" bigint NOT NULL DEFAULT 0, "name" character varying NOT NULL, "value" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "variantoption_shop_id_variant_id_position" to table: "variant_option"
CREATE UNIQUE INDEX "variantoption_shop_id_variant_id_position" ON "variant_option" ("shop_id", "variant_id", "position");
-- create "gift_card" table
CREATE TABLE "gift_card" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "code_hash" bytea NOT NULL, "last_characters" character varying NOT NULL, "currency" character varying NOT NULL, "initial_amount" bigint NOT NULL, "balance" bigint NOT NULL, "expires_at" timestamptz NULL, "enabled" boolean NOT NULL DEFAULT true, "customer_id" uuid NULL, "note" character varying NOT NULL DEFAULT '', PRIMARY KEY ("id"));
-- create index "giftcard_shop_id_code_hash" to table: "gift_card"
CREATE UNIQUE INDEX "giftcard_shop_id_code_hash" ON "gift_card" ("shop_id", "code_hash");
-- create "gift_card_entry" table
CREATE TABLE "gift_card_entry" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "gift_card_id" uuid NOT NULL, "delta" bigint NOT NULL, "reason" character varying NOT NULL, "ref" character varying NOT NULL DEFAULT '', "order_id" uuid NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "giftcardentry_shop_id_gift_card_id_ref_reason" to table: "gift_card_entry"
CREATE UNIQUE INDEX "giftcardentry_shop_id_gift_card_id_ref_reason" ON "gift_card_entry" ("shop_id", "gift_card_id", "ref", "reason");
-- create "idempotency_record" table
CREATE TABLE "idempotency_record" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "actor" character varying NOT NULL, "key" character varying NOT NULL, "request_hash" bytea NOT NULL, "state" character varying NOT NULL, "response" bytea NULL, "lease_until" timestamptz NOT NULL, "expires_at" timestamptz NOT NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "idempotencyrecord_shop_id_actor_key" to table: "idempotency_record"
CREATE UNIQUE INDEX "idempotencyrecord_shop_id_actor_key" ON "idempotency_record" ("shop_id", "actor", "key");
-- create index "idempotencyrecord_shop_id_expires_at" to table: "idempotency_record"
CREATE INDEX "idempotencyrecord_shop_id_expires_at" ON "idempotency_record" ("shop_id", "expires_at");
-- create "inbox_record" table
CREATE TABLE "inbox_record" ("id" uuid NOT NULL, "consumer" character varying NOT NULL, "event_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "inboxrecord_consumer_event_id" to table: "inbox_record"
CREATE UNIQUE INDEX "inboxrecord_consumer_event_id" ON "inbox_record" ("consumer", "event_id");
-- create index "inboxrecord_created_at" to table: "inbox_record"
CREATE INDEX "inboxrecord_created_at" ON "inbox_record" ("created_at");
-- create "inventory_level" table
CREATE TABLE "inventory_level" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "variant_id" uuid NOT NULL, "location_id" uuid NOT NULL, "on_hand" bigint NOT NULL DEFAULT 0, "reserved" bigint NOT NULL DEFAULT 0, "updated_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "inventorylevel_shop_id_variant_id_location_id" to table: "inventory_level"
CREATE UNIQUE INDEX "inventorylevel_shop_id_variant_id_location_id" ON "inventory_level" ("shop_id", "variant_id", "location_id");
-- create "location" table
CREATE TABLE "location" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "handle" character varying NOT NULL, "name" character varying NOT NULL, "address" jsonb NULL, "priority" bigint NOT NULL DEFAULT 0, "active" boolean NOT NULL DEFAULT true, "fulfills_online" boolean NOT NULL DEFAULT true, PRIMARY KEY ("id"));
-- create index "location_shop_id_handle" to table: "location"
CREATE UNIQUE INDEX "location_shop_id_handle" ON "location" ("shop_id", "handle");
-- create "shop_counter" table
CREATE TABLE "shop_counter" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "series" character varying NOT NULL DEFAULT '', "value" bigint NOT NULL DEFAULT 0, PRIMARY KEY ("id"));
-- create index "shopcounter_shop_id_series" to table: "shop_counter"
CREATE UNIQUE INDEX "shopcounter_shop_id_series" ON "shop_counter" ("shop_id", "series");
-- create "market" table
CREATE TABLE "market" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "handle" character varying NOT NULL, "name" character varying NOT NULL, "countries" jsonb NULL, "languages" jsonb NULL, "currency" character varying NOT NULL, "tax_included" boolean NOT NULL DEFAULT false, "conversion_rate" character varying NOT NULL DEFAULT '1', "position" bigint NOT NULL DEFAULT 0, "enabled" boolean NOT NULL DEFAULT true, PRIMARY KEY ("id"));
-- create index "market_shop_id_handle" to table: "market"
CREATE UNIQUE INDEX "market_shop_id_handle" ON "market" ("shop_id", "handle");
-- create "media" table
CREATE TABLE "media" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "product_id" uuid NULL, "position" bigint NOT NULL DEFAULT 0, "kind" character varying NOT NULL DEFAULT 'IMAGE', "alt" character varying NOT NULL DEFAULT '', "source" character varying NOT NULL DEFAULT '', "content_type" character varying NOT NULL DEFAULT 'image/jpeg', "width" bigint NOT NULL DEFAULT 0, "height" bigint NOT NULL DEFAULT 0, "thumbhash" character varying NOT NULL DEFAULT '', PRIMARY KEY ("id"));
-- create index "media_shop_id_product_id_position_id" to table: "media"
CREATE INDEX "media_shop_id_product_id_position_id" ON "media" ("shop_id", "product_id", "position", "id");
-- create "menu_item" table
CREATE TABLE "menu_item" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "menu_id" uuid NOT NULL, "parent_id" uuid NULL, "position" bigint NOT NULL DEFAULT 0, "title" character varying NOT NULL, "type" character varying NOT NULL, "resource_id" uuid NULL, "url" character varying NOT NULL DEFAULT '', "tags" jsonb NULL, PRIMARY KEY ("id"));
-- create index "menuitem_shop_id_menu_id_position_id" to table: "menu_item"
CREATE INDEX "menuitem_shop_id_menu_id_position_id" ON "menu_item" ("shop_id", "menu_id", "position", "id");
-- create "metafield" table
CREATE TABLE "metafield" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "owner_type" character varying NOT NULL, "owner_id" uuid NOT NULL, "namespace" character varying NOT NULL, "key" character varying NOT NULL, "type" character varying NOT NULL DEFAULT 'single_line_text_field', "value" text NOT NULL DEFAULT '', "value_key" character varying NOT NULL DEFAULT '', "description" character varying NOT NULL DEFAULT '', PRIMARY KEY ("id"));
-- create index "metafield_shop_id_namespace_key_value_key_owner_id" to table: "metafield"
CREATE INDEX "metafield_shop_id_namespace_key_value_key_owner_id" ON "metafield" ("shop_id", "namespace", "key", "value_key", "owner_id");
-- create index "metafield_shop_id_owner_id_namespace_key" to table: "metafield"
CREATE UNIQUE INDEX "metafield_shop_id_owner_id_namespace_key" ON "metafield" ("shop_id", "owner_id", "namespace", "key");
-- create "option_value" table
CREATE TABLE "option_value" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "product_id" uuid NOT NULL, "option_id" uuid NOT NULL, "name" character varying NOT NULL, "position" bigint NOT NULL DEFAULT 0, "swatch_color" character varying NOT NULL DEFAULT '', "swatch_media_id" uuid NULL, PRIMARY KEY ("id"));
-- create index "optionvalue_shop_id_product_id_option_id_position" to table: "option_value"
CREATE INDEX "optionvalue_shop_id_product_id_option_id_position" ON "option_value" ("shop_id", "product_id", "option_id", "position");
-- create "shipping_zone" table
CREATE TABLE "shipping_zone" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "name" character varying NOT NULL, "countries" jsonb NULL, "provinces" jsonb NULL, "rest_of_world" boolean NOT NULL DEFAULT false, "position" bigint NOT NULL DEFAULT 0, PRIMARY KEY ("id"));
-- create index "shippingzone_shop_id_position_id" to table: "shipping_zone"
CREATE INDEX "shippingzone_shop_id_position_id" ON "shipping_zone" ("shop_id", "position", "id");
-- create "variant" table
CREATE TABLE "variant" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "product_id" uuid NOT NULL, "title" character varying NOT NULL, "sku" character varying NOT NULL DEFAULT '', "barcode" character varying NOT NULL DEFAULT '', "position" bigint NOT NULL DEFAULT 0, "weight_grams" bigint NOT NULL DEFAULT 0, "weight_unit" character varying NOT NULL DEFAULT 'KILOGRAMS', "requires_shipping" boolean NOT NULL DEFAULT true, "taxable" boolean NOT NULL DEFAULT true, "tracked" boolean NOT NULL DEFAULT true, "oversell" boolean NOT NULL DEFAULT false, "media_id" uuid NULL, "option_key" character varying NOT NULL DEFAULT '', "selected_options" jsonb NULL, "unit_price" jsonb NULL, "unit_cost" bigint NULL, PRIMARY KEY ("id"));
-- create index "variant_shop_id_product_id_option_key" to table: "variant"
CREATE UNIQUE INDEX "variant_shop_id_product_id_option_key" ON "variant" ("shop_id", "product_id", "option_key");
-- create index "variant_shop_id_product_id_position_id" to table: "variant"
CREATE INDEX "variant_shop_id_product_id_position_id" ON "variant" ("shop_id", "product_id", "position", "id");
-- create "tax_rate" table
CREATE TABLE "tax_rate" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "country" character varying NOT NULL, "province" character varying NOT NULL DEFAULT '', "name" character varying NOT NULL, "rate_ppm" bigint NOT NULL, "shipping_taxable" boolean NOT NULL DEFAULT true, "position" bigint NOT NULL DEFAULT 0, PRIMARY KEY ("id"));
-- create index "taxrate_shop_id_country_province_name" to table: "tax_rate"
CREATE UNIQUE INDEX "taxrate_shop_id_country_province_name" ON "tax_rate" ("shop_id", "country", "province", "name");
-- create "outbox_event" table
CREATE TABLE "outbox_event" ("id" uuid NOT NULL, "shop_id" uuid NULL, "subject" character varying NOT NULL, "payload" bytea NOT NULL, "headers" jsonb NULL, "due_at" timestamptz NOT NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "outboxevent_due_at_id" to table: "outbox_event"
CREATE INDEX "outboxevent_due_at_id" ON "outbox_event" ("due_at", "id");
-- create "page" table
CREATE TABLE "page" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "handle" character varying NOT NULL, "title" character varying NOT NULL, "body_html" text NOT NULL DEFAULT '', "summary" character varying NOT NULL DEFAULT '', "seo_title" character varying NOT NULL DEFAULT '', "seo_description" character varying NOT NULL DEFAULT '', "published_at" timestamptz NULL, PRIMARY KEY ("id"));
-- create index "page_shop_id_handle" to table: "page"
CREATE UNIQUE INDEX "page_shop_id_handle" ON "page" ("shop_id", "handle");
-- create index "page_shop_id_id" to table: "page"
CREATE INDEX "page_shop_id_id" ON "page" ("shop_id", "id");
-- create index "page_shop_id_title_id" to table: "page"
CREATE INDEX "page_shop_id_title_id" ON "page" ("shop_id", "title", "id");
-- create index "page_shop_id_updated_at_id" to table: "page"
CREATE INDEX "page_shop_id_updated_at_id" ON "page" ("shop_id", "updated_at", "id");
-- create "payment_transaction" table
CREATE TABLE "payment_transaction" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "order_id" uuid NULL, "attempt_id" uuid NULL, "parent_id" uuid NULL, "kind" character varying NOT NULL, "gateway" character varying NOT NULL, "idempotency_key" character varying NOT NULL, "gateway_ref" character varying NOT NULL DEFAULT '', "amount" bigint NOT NULL, "currency" character varying NOT NULL, "status" character varying NOT NULL, "error_code" character varying NOT NULL DEFAULT '', "message" character varying NOT NULL DEFAULT '', PRIMARY KEY ("id"));
-- create index "paymenttransaction_shop_id_idempotency_key" to table: "payment_transaction"
CREATE UNIQUE INDEX "paymenttransaction_shop_id_idempotency_key" ON "payment_transaction" ("shop_id", "idempotency_key");
-- create index "paymenttransaction_shop_id_order_id_id" to table: "payment_transaction"
CREATE INDEX "paymenttransaction_shop_id_order_id_id" ON "payment_transaction" ("shop_id", "order_id", "id");
-- create index "paymenttransaction_shop_id_updated_at" to table: "payment_transaction"
CREATE INDEX "paymenttransaction_shop_id_updated_at" ON "payment_transaction" ("shop_id", "updated_at") WHERE ((status)::text = 'pending'::text);
-- create "product" table
CREATE TABLE "product" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "handle" character varying NOT NULL, "title" character varying NOT NULL, "description" character varying NOT NULL DEFAULT '', "description_html" character varying NOT NULL DEFAULT '', "vendor" character varying NOT NULL DEFAULT '', "product_type" character varying NOT NULL DEFAULT '', "status" character varying NOT NULL DEFAULT 'draft', "tags" jsonb NULL, "seo_title" character varying NOT NULL DEFAULT '', "seo_description" character varying NOT NULL DEFAULT '', "template_suffix" character varying NOT NULL DEFAULT '', "published_at" timestamptz NULL, "sales_count" bigint NOT NULL DEFAULT 0, "variants_count" bigint NOT NULL DEFAULT 0, "gift_card" boolean NOT NULL DEFAULT false, PRIMARY KEY ("id"));
-- create index "product_shop_id_handle" to table: "product"
CREATE UNIQUE INDEX "product_shop_id_handle" ON "product" ("shop_id", "handle");
-- create index "product_shop_id_status_created_at_id" to table: "product"
CREATE INDEX "product_shop_id_status_created_at_id" ON "product" ("shop_id", "status", "created_at", "id");
-- create index "product_shop_id_status_id" to table: "product"
CREATE INDEX "product_shop_id_status_id" ON "product" ("shop_id", "status", "id");
-- create index "product_shop_id_status_product_type_id" to table: "product"
CREATE INDEX "product_shop_id_status_product_type_id" ON "product" ("shop_id", "status", "product_type", "id");
-- create index "product_shop_id_status_sales_count_id" to table: "product"
CREATE INDEX "product_shop_id_status_sales_count_id" ON "product" ("shop_id", "status", "sales_count", "id");
-- create index "product_shop_id_status_title_id" to table: "product"
CREATE INDEX "product_shop_id_status_title_id" ON "product" ("shop_id", "status", "title", "id");
-- create index "product_shop_id_status_updated_at_id" to table: "product"
CREATE INDEX "product_shop_id_status_updated_at_id" ON "product" ("shop_id", "status", "updated_at", "id");
-- create index "product_shop_id_status_vendor_id" to table: "product"
CREATE INDEX "product_shop_id_status_vendor_id" ON "product" ("shop_id", "status", "vendor", "id");
-- create "product_option" table
CREATE TABLE "product_option" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "product_id" uuid NOT NULL, "name" character varying NOT NULL, "position" bigint NOT NULL DEFAULT 0, PRIMARY KEY ("id"));
-- create index "productoption_shop_id_product_id_position" to table: "product_option"
CREATE UNIQUE INDEX "productoption_shop_id_product_id_position" ON "product_option" ("shop_id", "product_id", "position");
-- create "product_price" table
CREATE TABLE "product_price" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "product_id" uuid NOT NULL, "currency" character varying NOT NULL, "min_amount" bigint NOT NULL DEFAULT 0, "max_amount" bigint NOT NULL DEFAULT 0, "min_compare_at" bigint NOT NULL DEFAULT 0, "max_compare_at" bigint NOT NULL DEFAULT 0, PRIMARY KEY ("id"));
-- create index "productprice_shop_id_currency_min_amount_product_id" to table: "product_price"
CREATE INDEX "productprice_shop_id_currency_min_amount_product_id" ON "product_price" ("shop_id", "currency", "min_amount", "product_id");
-- create index "productprice_shop_id_product_id_currency" to table: "product_price"
CREATE UNIQUE INDEX "productprice_shop_id_product_id_currency" ON "product_price" ("shop_id", "product_id", "currency");
-- create "product_tag" table
CREATE TABLE "product_tag" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "product_id" uuid NOT NULL, "tag" character varying NOT NULL, "label" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "producttag_shop_id_product_id" to table: "product_tag"
CREATE INDEX "producttag_shop_id_product_id" ON "product_tag" ("shop_id", "product_id");
-- create index "producttag_shop_id_tag_product_id" to table: "product_tag"
CREATE UNIQUE INDEX "producttag_shop_id_tag_product_id" ON "product_tag" ("shop_id", "tag", "product_id");
-- create "storefront_token" table
CREATE TABLE "storefront_token" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "kind" character varying NOT NULL, "token_hash" bytea NOT NULL, "prefix" character varying NOT NULL, "title" character varying NOT NULL, "scopes" jsonb NULL, "expires_at" timestamptz NULL, "last_used_at" timestamptz NULL, "revoked_at" timestamptz NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "storefronttoken_token_hash" to table: "storefront_token"
CREATE UNIQUE INDEX "storefronttoken_token_hash" ON "storefront_token" ("token_hash");
-- create "reservation" table
CREATE TABLE "reservation" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "ref" character varying NOT NULL, "variant_id" uuid NOT NULL, "location_id" uuid NOT NULL, "quantity" bigint NOT NULL, "expires_at" timestamptz NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "reservation_shop_id_expires_at" to table: "reservation"
CREATE INDEX "reservation_shop_id_expires_at" ON "reservation" ("shop_id", "expires_at");
-- create index "reservation_shop_id_ref_variant_id_location_id" to table: "reservation"
CREATE UNIQUE INDEX "reservation_shop_id_ref_variant_id_location_id" ON "reservation" ("shop_id", "ref", "variant_id", "location_id");
-- create "stock_movement" table
CREATE TABLE "stock_movement" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "variant_id" uuid NOT NULL, "location_id" uuid NOT NULL, "delta" bigint NOT NULL, "reason" character varying NOT NULL, "ref" character varying NOT NULL DEFAULT '', "actor" character varying NOT NULL DEFAULT '', "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "stockmovement_shop_id_ref" to table: "stock_movement"
CREATE INDEX "stockmovement_shop_id_ref" ON "stock_movement" ("shop_id", "ref");
-- create index "stockmovement_shop_id_variant_id_location_id_id" to table: "stock_movement"
CREATE INDEX "stockmovement_shop_id_variant_id_location_id_id" ON "stock_movement" ("shop_id", "variant_id", "location_id", "id");
-- create "search_document" table
CREATE TABLE "search_document" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "kind" character varying NOT NULL, "resource_id" uuid NOT NULL, "title" character varying NOT NULL, "handle" character varying NOT NULL DEFAULT '', "vendor" character varying NOT NULL DEFAULT '', "product_type" character varying NOT NULL DEFAULT '', "tags" text NOT NULL DEFAULT '', "keywords" text NOT NULL DEFAULT '', "body" text NOT NULL DEFAULT '', "visible" boolean NOT NULL DEFAULT true, "revision" bigint NOT NULL DEFAULT 0, "updated_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "searchdocument_shop_id_resource_id" to table: "search_document"
CREATE UNIQUE INDEX "searchdocument_shop_id_resource_id" ON "search_document" ("shop_id", "resource_id");
-- create "session" table
CREATE TABLE "session" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "kind" character varying NOT NULL, "subject_id" uuid NOT NULL, "token_hash" bytea NOT NULL, "expires_at" timestamptz NOT NULL, "last_used_at" timestamptz NOT NULL, "revoked_at" timestamptz NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "session_shop_id_subject_id" to table: "session"
CREATE INDEX "session_shop_id_subject_id" ON "session" ("shop_id", "subject_id");
-- create index "session_shop_id_token_hash" to table: "session"
CREATE UNIQUE INDEX "session_shop_id_token_hash" ON "session" ("shop_id", "token_hash");
-- create "shipping_rate" table
CREATE TABLE "shipping_rate" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "zone_id" uuid NOT NULL, "handle" character varying NOT NULL, "title" character varying NOT NULL, "description" character varying NOT NULL DEFAULT '', "currency" character varying NOT NULL, "amount" bigint NOT NULL DEFAULT 0, "min_subtotal" bigint NULL, "max_subtotal" bigint NULL, "min_weight" bigint NULL, "max_weight" bigint NULL, "min_days" bigint NOT NULL DEFAULT 0, "max_days" bigint NOT NULL DEFAULT 0, PRIMARY KEY ("id"));
-- create index "shippingrate_shop_id_zone_id_handle_currency" to table: "shipping_rate"
CREATE UNIQUE INDEX "shippingrate_shop_id_zone_id_handle_currency" ON "shipping_rate" ("shop_id", "zone_id", "handle", "currency");
-- create "address" table
CREATE TABLE "address" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "first_name" character varying NOT NULL DEFAULT '', "last_name" character varying NOT NULL DEFAULT '', "company" character varying NOT NULL DEFAULT '', "address1" character varying NOT NULL DEFAULT '', "address2" character varying NOT NULL DEFAULT '', "city" character varying NOT NULL DEFAULT '', "province_code" character varying NOT NULL DEFAULT '', "country_code" character varying NOT NULL DEFAULT '', "zip" character varying NOT NULL DEFAULT '', "phone" character varying NOT NULL DEFAULT '', "customer_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "address_customer_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "address_shop_id_customer_id_id" to table: "address"
CREATE INDEX "address_shop_id_customer_id_id" ON "address" ("shop_id", "customer_id", "id");
-- create "customer_token" table
CREATE TABLE "customer_token" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "purpose" character varying NOT NULL, "token_hash" bytea NOT NULL, "expires_at" timestamptz NOT NULL, "used_at" timestamptz NULL, "created_at" timestamptz NOT NULL, "customer_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "customer_token_customer_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "customertoken_shop_id_customer_id" to table: "customer_token"
CREATE INDEX "customertoken_shop_id_customer_id" ON "customer_token" ("shop_id", "customer_id");
-- create index "customertoken_shop_id_token_hash" to table: "customer_token"
CREATE UNIQUE INDEX "customertoken_shop_id_token_hash" ON "customer_token" ("shop_id", "token_hash");
-- create "orders" table
CREATE TABLE "orders" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "number" bigint NOT NULL DEFAULT 0, "name" character varying NOT NULL, "cart_id" uuid NOT NULL, "key_hash" bytea NOT NULL, "customer_id" uuid NULL, "email" character varying NOT NULL DEFAULT '', "phone" character varying NOT NULL DEFAULT '', "currency" character varying NOT NULL, "subtotal" bigint NOT NULL, "discount_total" bigint NOT NULL, "shipping_total" bigint NOT NULL, "tax_total" bigint NOT NULL, "total" bigint NOT NULL, "gift_card_total" bigint NOT NULL, "refunded_total" bigint NOT NULL DEFAULT 0, "refunded_shipping" bigint NOT NULL DEFAULT 0, "taxes_included" boolean NOT NULL DEFAULT false, "financial_status" character varying NOT NULL, "fulfillment_status" character varying NOT NULL, "cancel_reason" character varying NOT NULL DEFAULT '', "canceled_at" timestamptz NULL, "closed_at" timestamptz NULL, "processed_at" timestamptz NOT NULL, "shipping_address" jsonb NULL, "billing_address" jsonb NULL, "shipping_lines" jsonb NULL, "tax_lines" jsonb NULL, "discounts" jsonb NULL, "gift_cards" jsonb NULL, "attributes" jsonb NULL, "note" character varying NOT NULL DEFAULT '', "tags" jsonb NULL, "locale" character varying NOT NULL DEFAULT '', "country" character varying NOT NULL DEFAULT '', "search" character varying NOT NULL DEFAULT '', PRIMARY KEY ("id"));
-- create index "order_shop_id_cart_id" to table: "orders"
CREATE UNIQUE INDEX "order_shop_id_cart_id" ON "orders" ("shop_id", "cart_id");
-- create index "order_shop_id_customer_id_processed_at_id" to table: "orders"
CREATE INDEX "order_shop_id_customer_id_processed_at_id" ON "orders" ("shop_id", "customer_id", "processed_at", "id");
-- create index "order_shop_id_email_processed_at_id" to table: "orders"
CREATE INDEX "order_shop_id_email_processed_at_id" ON "orders" ("shop_id", "email", "processed_at", "id");
-- create index "order_shop_id_financial_status_id" to table: "orders"
CREATE INDEX "order_shop_id_financial_status_id" ON "orders" ("shop_id", "financial_status", "id");
-- create index "order_shop_id_fulfillment_status_id" to table: "orders"
CREATE INDEX "order_shop_id_fulfillment_status_id" ON "orders" ("shop_id", "fulfillment_status", "id");
-- create index "order_shop_id_id" to table: "orders"
CREATE INDEX "order_shop_id_id" ON "orders" ("shop_id", "id");
-- create index "order_shop_id_number" to table: "orders"
CREATE UNIQUE INDEX "order_shop_id_number" ON "orders" ("shop_id", "number");
-- create index "order_shop_id_processed_at_id" to table: "orders"
CREATE INDEX "order_shop_id_processed_at_id" ON "orders" ("shop_id", "processed_at", "id");
-- create index "order_shop_id_total_id" to table: "orders"
CREATE INDEX "order_shop_id_total_id" ON "orders" ("shop_id", "total", "id");
-- create index "order_shop_id_updated_at_id" to table: "orders"
CREATE INDEX "order_shop_id_updated_at_id" ON "orders" ("shop_id", "updated_at", "id");
-- create "fulfillment" table
CREATE TABLE "fulfillment" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "status" character varying NOT NULL DEFAULT 'success', "tracking_company" character varying NOT NULL DEFAULT '', "tracking_number" character varying NOT NULL DEFAULT '', "tracking_url" character varying NOT NULL DEFAULT '', "name" character varying NOT NULL DEFAULT '', "location_id" uuid NULL, "order_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "fulfillment_orders_order" FOREIGN KEY ("order_id") REFERENCES "orders" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "fulfillment_shop_id_order_id_id" to table: "fulfillment"
CREATE INDEX "fulfillment_shop_id_order_id_id" ON "fulfillment" ("shop_id", "order_id", "id");
-- create "fulfillment_line" table
CREATE TABLE "fulfillment_line" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "order_line_id" uuid NOT NULL, "quantity" bigint NOT NULL, "fulfillment_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "fulfillment_line_fulfillment_fulfillment" FOREIGN KEY ("fulfillment_id") REFERENCES "fulfillment" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "fulfillmentline_shop_id_fulfillment_id_order_line_id" to table: "fulfillment_line"
CREATE UNIQUE INDEX "fulfillmentline_shop_id_fulfillment_id_order_line_id" ON "fulfillment_line" ("shop_id", "fulfillment_id", "order_line_id");
-- create "order_event" table
CREATE TABLE "order_event" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "kind" character varying NOT NULL, "message" character varying NOT NULL, "actor" character varying NOT NULL DEFAULT '', "data" jsonb NULL, "created_at" timestamptz NOT NULL, "order_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "order_event_orders_order" FOREIGN KEY ("order_id") REFERENCES "orders" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "orderevent_shop_id_order_id_id" to table: "order_event"
CREATE INDEX "orderevent_shop_id_order_id_id" ON "order_event" ("shop_id", "order_id", "id");
-- create "order_line" table
CREATE TABLE "order_line" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "position" bigint NOT NULL DEFAULT 0, "variant_id" uuid NULL, "product_id" uuid NULL, "title" character varying NOT NULL, "variant_title" character varying NOT NULL DEFAULT '', "sku" character varying NOT NULL DEFAULT '', "vendor" character varying NOT NULL DEFAULT '', "image" character varying NOT NULL DEFAULT '', "quantity" bigint NOT NULL, "current_quantity" bigint NOT NULL, "fulfilled_quantity" bigint NOT NULL DEFAULT 0, "refunded_quantity" bigint NOT NULL DEFAULT 0, "unit_price" bigint NOT NULL, "original_total" bigint NOT NULL, "discount_total" bigint NOT NULL, "total" bigint NOT NULL, "tax_total" bigint NOT NULL, "refunded_total" bigint NOT NULL DEFAULT 0, "tax_lines" jsonb NULL, "discounts" jsonb NULL, "attributes" jsonb NULL, "allocations" jsonb NULL, "requires_shipping" boolean NOT NULL DEFAULT true, "taxable" boolean NOT NULL DEFAULT true, "order_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "order_line_orders_order" FOREIGN KEY ("order_id") REFERENCES "orders" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "orderline_shop_id_order_id_position" to table: "order_line"
CREATE UNIQUE INDEX "orderline_shop_id_order_id_position" ON "order_line" ("shop_id", "order_id", "position");
-- create "refund" table
CREATE TABLE "refund" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "amount" bigint NOT NULL, "shipping_amount" bigint NOT NULL DEFAULT 0, "currency" character varying NOT NULL, "note" character varying NOT NULL DEFAULT '', "lines" jsonb NULL, "restock" boolean NOT NULL DEFAULT false, "status" character varying NOT NULL DEFAULT 'success', "idempotency_key" character varying NOT NULL DEFAULT '', "actor" character varying NOT NULL DEFAULT '', "order_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "refund_orders_order" FOREIGN KEY ("order_id") REFERENCES "orders" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "refund_shop_id_order_id_id" to table: "refund"
CREATE INDEX "refund_shop_id_order_id_id" ON "refund" ("shop_id", "order_id", "id");
-- create index "refund_shop_id_updated_at" to table: "refund"
CREATE INDEX "refund_shop_id_updated_at" ON "refund" ("shop_id", "updated_at") WHERE ((status)::text = 'pending'::text);
-- create "staff_member" table
CREATE TABLE "staff_member" ("id" uuid NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "email" character varying NOT NULL, "name" character varying NOT NULL, "password_hash" character varying NOT NULL DEFAULT '', "active" boolean NOT NULL DEFAULT true, PRIMARY KEY ("id"));
-- create index "staff_member_email_key" to table: "staff_member"
CREATE UNIQUE INDEX "staff_member_email_key" ON "staff_member" ("email");
-- create "role_assignment" table
CREATE TABLE "role_assignment" ("id" uuid NOT NULL, "shop_id" uuid NOT NULL, "role" character varying NOT NULL, "created_at" timestamptz NOT NULL, "staff_id" uuid NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "role_assignment_staff_member_staff" FOREIGN KEY ("staff_id") REFERENCES "staff_member" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "roleassignment_shop_id_staff_id_role" to table: "role_assignment"
CREATE UNIQUE INDEX "roleassignment_shop_id_staff_id_role" ON "role_assignment" ("shop_id", "staff_id", "role");

-- +goose Down
-- reverse: create index "roleassignment_shop_id_staff_id_role" to table: "role_assignment"
DROP INDEX "roleassignment_shop_id_staff_id_role";
-- reverse: create "role_assignment" table
DROP TABLE "role_assignment";
-- reverse: create index "staff_member_email_key" to table: "staff_member"
DROP INDEX "staff_member_email_key";
-- reverse: create "staff_member" table
DROP TABLE "staff_member";
-- reverse: create index "refund_shop_id_updated_at" to table: "refund"
DROP INDEX "refund_shop_id_updated_at";
-- reverse: create index "refund_shop_id_order_id_id" to table: "refund"
DROP INDEX "refund_shop_id_order_id_id";
-- reverse: create "refund" table
DROP TABLE "refund";
-- reverse: create index "orderline_shop_id_order_id_position" to table: "order_line"
DROP INDEX "orderline_shop_id_order_id_position";
-- reverse: create "order_line" table
DROP TABLE "order_line";
-- reverse: create index "orderevent_shop_id_order_id_id" to table: "order_event"
DROP INDEX "orderevent_shop_id_order_id_id";
-- reverse: create "order_event" table
DROP TABLE "order_event";
-- reverse: create index "fulfillmentline_shop_id_fulfillment_id_order_line_id" to table: "fulfillment_line"
DROP INDEX "fulfillmentline_shop_id_fulfillment_id_order_line_id";
-- reverse: create "fulfillment_line" table
DROP TABLE "fulfillment_line";
-- reverse: create index "fulfillment_shop_id_order_id_id" to table: "fulfillment"
DROP INDEX "fulfillment_shop_id_order_id_id";
-- reverse: create "fulfillment" table
DROP TABLE "fulfillment";
-- reverse: create index "order_shop_id_updated_at_id" to table: "orders"
DROP INDEX "order_shop_id_updated_at_id";
-- reverse: create index "order_shop_id_total_id" to table: "orders"
DROP INDEX "order_shop_id_total_id";
-- reverse: create index "order_shop_id_processed_at_id" to table: "orders"
DROP INDEX "order_shop_id_processed_at_id";
-- reverse: create index "order_shop_id_number" to table: "orders"
DROP INDEX "order_shop_id_number";
-- reverse: create index "order_shop_id_id" to table: "orders"
DROP INDEX "order_shop_id_id";
-- reverse: create index "order_shop_id_fulfillment_status_id" to table: "orders"
DROP INDEX "order_shop_id_fulfillment_status_id";
-- reverse: create index "order_shop_id_financial_status_id" to table: "orders"
DROP INDEX "order_shop_id_financial_status_id";
-- reverse: create index "order_shop_id_email_processed_at_id" to table: "orders"
DROP INDEX "order_shop_id_email_processed_at_id";
-- reverse: create index "order_shop_id_customer_id_processed_at_id" to table: "orders"
DROP INDEX "order_shop_id_customer_id_processed_at_id";
-- reverse: create index "order_shop_id_cart_id" to table: "orders"
DROP INDEX "order_shop_id_cart_id";
-- reverse: create "orders" table
DROP TABLE "orders";
-- reverse: create index "customertoken_shop_id_token_hash" to table: "customer_token"
DROP INDEX "customertoken_shop_id_token_hash";
-- reverse: create index "customertoken_shop_id_customer_id" to table: "customer_token"
DROP INDEX "customertoken_shop_id_customer_id";
-- reverse: create "customer_token" table
DROP TABLE "customer_token";
-- reverse: create index "address_shop_id_customer_id_id" to table: "address"
DROP INDEX "address_shop_id_customer_id_id";
-- reverse: create "address" table
DROP TABLE "address";
-- reverse: create index "shippingrate_shop_id_zone_id_handle_currency" to table: "shipping_rate"
DROP INDEX "shippingrate_shop_id_zone_id_handle_currency";
-- reverse: create "shipping_rate" table
DROP TABLE "shipping_rate";
-- reverse: create index "session_shop_id_token_hash" to table: "session"
DROP INDEX "session_shop_id_token_hash";
-- reverse: create index "session_shop_id_subject_id" to table: "session"
DROP INDEX "session_shop_id_subject_id";
-- reverse: create "session" table
DROP TABLE "session";
-- reverse: create index "searchdocument_shop_id_resource_id" to table: "search_document"
DROP INDEX "searchdocument_shop_id_resource_id";
-- reverse: create "search_document" table
DROP TABLE "search_document";
-- reverse: create index "stockmovement_shop_id_variant_id_location_id_id" to table: "stock_movement"
DROP INDEX "stockmovement_shop_id_variant_id_location_id_id";
-- reverse: create index "stockmovement_shop_id_ref" to table: "stock_movement"
DROP INDEX "stockmovement_shop_id_ref";
-- reverse: create "stock_movement" table
DROP TABLE "stock_movement";
-- reverse: create index "reservation_shop_id_ref_variant_id_location_id" to table: "reservation"
DROP INDEX "reservation_shop_id_ref_variant_id_location_id";
-- reverse: create index "reservation_shop_id_expires_at" to table: "reservation"
DROP INDEX "reservation_shop_id_expires_at";
-- reverse: create "reservation" table
DROP TABLE "reservation";
-- reverse: create index "storefronttoken_token_hash" to table: "storefront_token"
DROP INDEX "storefronttoken_token_hash";
-- reverse: create "storefront_token" table
DROP TABLE "storefront_token";
-- reverse: create index "producttag_shop_id_tag_product_id" to table: "product_tag"
DROP INDEX "producttag_shop_id_tag_product_id";
-- reverse: create index "producttag_shop_id_product_id" to table: "product_tag"
DROP INDEX "producttag_shop_id_product_id";
-- reverse: create "product_tag" table
DROP TABLE "product_tag";
-- reverse: create index "productprice_shop_id_product_id_currency" to table: "product_price"
DROP INDEX "productprice_shop_id_product_id_currency";
-- reverse: create index "productprice_shop_id_currency_min_amount_product_id" to table: "product_price"
DROP INDEX "productprice_shop_id_currency_min_amount_product_id";
-- reverse: create "product_price" table
DROP TABLE "product_price";
-- reverse: create index "productoption_shop_id_product_id_position" to table: "product_option"
DROP INDEX "productoption_shop_id_product_id_position";
-- reverse: create "product_option" table
DROP TABLE "product_option";
-- reverse: create index "product_shop_id_status_vendor_id" to table: "product"
DROP INDEX "product_shop_id_status_vendor_id";
-- reverse: create index "product_shop_id_status_updated_at_id" to table: "product"
DROP INDEX "product_shop_id_status_updated_at_id";
-- reverse: create index "product_shop_id_status_title_id" to table: "product"
DROP INDEX "product_shop_id_status_title_id";
-- reverse: create index "product_shop_id_status_sales_count_id" to table: "product"
DROP INDEX "product_shop_id_status_sales_count_id";
-- reverse: create index "product_shop_id_status_product_type_id" to table: "product"
DROP INDEX "product_shop_id_status_product_type_id";
-- reverse: create index "product_shop_id_status_id" to table: "product"
DROP INDEX "product_shop_id_status_id";
-- reverse: create index "product_shop_id_status_created_at_id" to table: "product"
DROP INDEX "product_shop_id_status_created_at_id";
-- reverse: create index "product_shop_id_handle" to table: "product"
DROP INDEX "product_shop_id_handle";
-- reverse: create "product" table
DROP TABLE "product";
-- reverse: create index "paymenttransaction_shop_id_updated_at" to table: "payment_transaction"
DROP INDEX "paymenttransaction_shop_id_updated_at";
-- reverse: create index "paymenttransaction_shop_id_order_id_id" to table: "payment_transaction"
DROP INDEX "paymenttransaction_shop_id_order_id_id";
-- reverse: create index "paymenttransaction_shop_id_idempotency_key" to table: "payment_transaction"
DROP INDEX "paymenttransaction_shop_id_idempotency_key";
-- reverse: create "payment_transaction" table
DROP TABLE "payment_transaction";
-- reverse: create index "page_shop_id_updated_at_id" to table: "page"
DROP INDEX "page_shop_id_updated_at_id";
-- reverse: create index "page_shop_id_title_id" to table: "page"
DROP INDEX "page_shop_id_title_id";
-- reverse: create index "page_shop_id_id" to table: "page"
DROP INDEX "page_shop_id_id";
-- reverse: create index "page_shop_id_handle" to table: "page"
DROP INDEX "page_shop_id_handle";
-- reverse: create "page" table
DROP TABLE "page";
-- reverse: create index "outboxevent_due_at_id" to table: "outbox_event"
DROP INDEX "outboxevent_due_at_id";
-- reverse: create "outbox_event" table
DROP TABLE "outbox_event";
-- reverse: create index "taxrate_shop_id_country_province_name" to table: "tax_rate"
DROP INDEX "taxrate_shop_id_country_province_name";
-- reverse: create "tax_rate" table
DROP TABLE "tax_rate";
-- reverse: create index "variant_shop_id_product_id_position_id" to table: "variant"
DROP INDEX "variant_shop_id_product_id_position_id";
-- reverse: create index "variant_shop_id_product_id_option_key" to table: "variant"
DROP INDEX "variant_shop_id_product_id_option_key";
-- reverse: create "variant" table
DROP TABLE "variant";
-- reverse: create index "shippingzone_shop_id_position_id" to table: "shipping_zone"
DROP INDEX "shippingzone_shop_id_position_id";
-- reverse: create "shipping_zone" table
DROP TABLE "shipping_zone";
-- reverse: create index "optionvalue_shop_id_product_id_option_id_position" to table: "option_value"
DROP INDEX "optionvalue_shop_id_product_id_option_id_position";
-- reverse: create "option_value" table
DROP TABLE "option_value";
-- reverse: create index "metafield_shop_id_owner_id_namespace_key" to table: "metafield"
DROP INDEX "metafield_shop_id_owner_id_namespace_key";
-- reverse: create index "metafield_shop_id_namespace_key_value_key_owner_id" to table: "metafield"
DROP INDEX "metafield_shop_id_namespace_key_value_key_owner_id";
-- reverse: create "metafield" table
DROP TABLE "metafield";
-- reverse: create index "menuitem_shop_id_menu_id_position_id" to table: "menu_item"
DROP INDEX "menuitem_shop_id_menu_id_position_id";
-- reverse: create "menu_item" table
DROP TABLE "menu_item";
-- reverse: create index "media_shop_id_product_id_position_id" to table: "media"
DROP INDEX "media_shop_id_product_id_position_id";
-- reverse: create "media" table
DROP TABLE "media";
-- reverse: create index "market_shop_id_handle" to table: "market"
DROP INDEX "market_shop_id_handle";
-- reverse: create "market" table
DROP TABLE "market";
-- reverse: create index "shopcounter_shop_id_series" to table: "shop_counter"
DROP INDEX "shopcounter_shop_id_series";
-- reverse: create "shop_counter" table
DROP TABLE "shop_counter";
-- reverse: create index "location_shop_id_handle" to table: "location"
DROP INDEX "location_shop_id_handle";
-- reverse: create "location" table
DROP TABLE "location";
-- reverse: create index "inventorylevel_shop_id_variant_id_location_id" to table: "inventory_level"
DROP INDEX "inventorylevel_shop_id_variant_id_location_id";
-- reverse: create "inventory_level" table
DROP TABLE "inventory_level";
-- reverse: create index "inboxrecord_created_at" to table: "inbox_record"
DROP INDEX "inboxrecord_created_at";
-- reverse: create index "inboxrecord_consumer_event_id" to table: "inbox_record"
DROP INDEX "inboxrecord_consumer_event_id";
-- reverse: create "inbox_record" table
DROP TABLE "inbox_record";
-- reverse: create index "idempotencyrecord_shop_id_expires_at" to table: "idempotency_record"
DROP INDEX "idempotencyrecord_shop_id_expires_at";
-- reverse: create index "idempotencyrecord_shop_id_actor_key" to table: "idempotency_record"
DROP INDEX "idempotencyrecord_shop_id_actor_key";
-- reverse: create "idempotency_record" table
DROP TABLE "idempotency_record";
-- reverse: create index "giftcardentry_shop_id_gift_card_id_ref_reason" to table: "gift_card_entry"
DROP INDEX "giftcardentry_shop_id_gift_card_id_ref_reason";
-- reverse: create "gift_card_entry" table
DROP TABLE "gift_card_entry";
-- reverse: create index "giftcard_shop_id_code_hash" to table: "gift_card"
DROP INDEX "giftcard_shop_id_code_hash";
-- reverse: create "gift_card" table
DROP TABLE "gift_card";
-- reverse: create index "variantoption_shop_id_variant_id_position" to table: "variant_option"
DROP INDEX "variantoption_shop_id_variant_id_position";
-- reverse: create "variant_option" table
DROP TABLE "variant_option";
-- reverse: create index "variantprice_shop_id_variant_id_currency" to table: "variant_price"
DROP INDEX "variantprice_shop_id_variant_id_currency";
-- reverse: create "variant_price" table
DROP TABLE "variant_price";
-- reverse: create index "discountusage_shop_id_ref_discount_id" to table: "discount_usage"
DROP INDEX "discountusage_shop_id_ref_discount_id";
-- reverse: create index "discountusage_shop_id_discount_id_buyer" to table: "discount_usage"
DROP INDEX "discountusage_shop_id_discount_id_buyer";
-- reverse: create "discount_usage" table
DROP TABLE "discount_usage";
-- reverse: create index "discount_shop_id_method_enabled_id" to table: "discount"
DROP INDEX "discount_shop_id_method_enabled_id";
-- reverse: create index "discount_shop_id_code" to table: "discount"
DROP INDEX "discount_shop_id_code";
-- reverse: create "discount" table
DROP TABLE "discount";
-- reverse: create index "shop_handle_key" to table: "shop"
DROP INDEX "shop_handle_key";
-- reverse: create "shop" table
DROP TABLE "shop";
-- reverse: create index "customer_shop_id_phone" to table: "customer"
DROP INDEX "customer_shop_id_phone";
-- reverse: create index "customer_shop_id_id" to table: "customer"
DROP INDEX "customer_shop_id_id";
-- reverse: create index "customer_shop_id_email" to table: "customer"
DROP INDEX "customer_shop_id_email";
-- reverse: create "customer" table
DROP TABLE "customer";
-- reverse: create index "collectionproduct_shop_id_product_id_collection_id" to table: "collection_product"
DROP INDEX "collectionproduct_shop_id_product_id_collection_id";
-- reverse: create index "collectionproduct_shop_id_collection_id_product_id" to table: "collection_product"
DROP INDEX "collectionproduct_shop_id_collection_id_product_id";
-- reverse: create index "collectionproduct_shop_id_collection_id_position_product_id" to table: "collection_product"
DROP INDEX "collectionproduct_shop_id_collection_id_position_product_id";
-- reverse: create "collection_product" table
DROP TABLE "collection_product";
-- reverse: create index "collection_shop_id_updated_at_id" to table: "collection"
DROP INDEX "collection_shop_id_updated_at_id";
-- reverse: create index "collection_shop_id_title_id" to table: "collection"
DROP INDEX "collection_shop_id_title_id";
-- reverse: create index "collection_shop_id_id" to table: "collection"
DROP INDEX "collection_shop_id_id";
-- reverse: create index "collection_shop_id_handle" to table: "collection"
DROP INDEX "collection_shop_id_handle";
-- reverse: create "collection" table
DROP TABLE "collection";
-- reverse: create index "checkoutattempt_shop_id_due_at" to table: "checkout_attempt"
DROP INDEX "checkoutattempt_shop_id_due_at";
-- reverse: create index "checkoutattempt_shop_id_cart_id_token" to table: "checkout_attempt"
DROP INDEX "checkoutattempt_shop_id_cart_id_token";
-- reverse: create index "checkoutattempt_shop_id_cart_id" to table: "checkout_attempt"
DROP INDEX "checkoutattempt_shop_id_cart_id";
-- reverse: create "checkout_attempt" table
DROP TABLE "checkout_attempt";
-- reverse: create index "cartline_shop_id_cart_id_variant_id_attributes_key" to table: "cart_line"
DROP INDEX "cartline_shop_id_cart_id_variant_id_attributes_key";
-- reverse: create "cart_line" table
DROP TABLE "cart_line";
-- reverse: create index "cart_shop_id_expires_at" to table: "cart"
DROP INDEX "cart_shop_id_expires_at";
-- reverse: create "cart" table
DROP TABLE "cart";
-- reverse: create index "bogus_charge_idempotency_key_key" to table: "bogus_charge"
DROP INDEX "bogus_charge_idempotency_key_key";
-- reverse: create "bogus_charge" table
DROP TABLE "bogus_charge";
-- reverse: create index "auditentry_shop_id_resource_id" to table: "audit_entry"
DROP INDEX "auditentry_shop_id_resource_id";
-- reverse: create index "auditentry_shop_id_id" to table: "audit_entry"
DROP INDEX "auditentry_shop_id_id";
-- reverse: create "audit_entry" table
DROP TABLE "audit_entry";
-- reverse: create index "menu_shop_id_handle" to table: "menu"
DROP INDEX "menu_shop_id_handle";
-- reverse: create "menu" table
DROP TABLE "menu";

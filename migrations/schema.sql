-- What the migrations lead to, for reading: it is not run. Made by make migration and make schema; never edited.

CREATE EXTENSION pg_trgm;

CREATE OR REPLACE FUNCTION public.rialto_all()
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$ SELECT coalesce(current_setting('rialto.all', true), '') = 'on' $function$
;
CREATE OR REPLACE FUNCTION public.rialto_shop()
 RETURNS uuid
 LANGUAGE sql
 STABLE
AS $function$ SELECT nullif(current_setting('rialto.shop', true), '')::uuid $function$
;

CREATE TABLE "address" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  first_name character varying NOT NULL DEFAULT ''::character varying,
  last_name character varying NOT NULL DEFAULT ''::character varying,
  company character varying NOT NULL DEFAULT ''::character varying,
  address1 character varying NOT NULL DEFAULT ''::character varying,
  address2 character varying NOT NULL DEFAULT ''::character varying,
  city character varying NOT NULL DEFAULT ''::character varying,
  province_code character varying NOT NULL DEFAULT ''::character varying,
  country_code character varying NOT NULL DEFAULT ''::character varying,
  zip character varying NOT NULL DEFAULT ''::character varying,
  phone character varying NOT NULL DEFAULT ''::character varying,
  customer_id uuid NOT NULL,
  CONSTRAINT address_customer_customer FOREIGN KEY (customer_id) REFERENCES customer(id) ON DELETE RESTRICT,
  CONSTRAINT address_pkey PRIMARY KEY (id)
);
CREATE INDEX address_shop_id_customer_id_id ON public.address USING btree (shop_id, customer_id, id);
ALTER TABLE address ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON address USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "api_key" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  app_id uuid NOT NULL,
  title character varying NOT NULL,
  prefix character varying NOT NULL,
  key_hash bytea NOT NULL,
  scopes jsonb,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT api_key_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX apikey_key_hash ON public.api_key USING btree (key_hash);
CREATE INDEX apikey_shop_id_app_id_id ON public.api_key USING btree (shop_id, app_id, id);
CREATE INDEX apikey_shop_id_prefix ON public.api_key USING btree (shop_id, prefix);
ALTER TABLE api_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON api_key USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "app" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  title character varying NOT NULL,
  kind character varying NOT NULL,
  secret_hash bytea,
  previous_hash bytea,
  previous_until timestamp with time zone,
  redirect_uris jsonb,
  scopes jsonb,
  location_ids jsonb,
  revoked_at timestamp with time zone,
  handle character varying,
  operations character varying,
  CONSTRAINT app_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX app_shop_id_handle ON public.app USING btree (shop_id, handle);
CREATE INDEX app_shop_id_id ON public.app USING btree (shop_id, id);
ALTER TABLE app ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON app USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "audit_entry" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  actor character varying NOT NULL,
  action character varying NOT NULL,
  resource character varying NOT NULL,
  data jsonb,
  request_id character varying NOT NULL DEFAULT ''::character varying,
  created_at timestamp with time zone NOT NULL,
  address character varying NOT NULL DEFAULT ''::character varying,
  app_id uuid,
  CONSTRAINT audit_entry_pkey PRIMARY KEY (id)
);
CREATE INDEX auditentry_shop_id_id ON public.audit_entry USING btree (shop_id, id);
CREATE INDEX auditentry_shop_id_resource_id ON public.audit_entry USING btree (shop_id, resource, id);
ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON audit_entry USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "bogus_charge" (
  id uuid NOT NULL,
  idempotency_key character varying NOT NULL,
  kind character varying NOT NULL,
  amount bigint NOT NULL,
  currency character varying NOT NULL,
  status character varying NOT NULL,
  parent character varying NOT NULL DEFAULT ''::character varying,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT bogus_charge_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX bogus_charge_idempotency_key_key ON public.bogus_charge USING btree (idempotency_key);

CREATE TABLE "cart" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  key_hash bytea NOT NULL,
  state character varying NOT NULL DEFAULT 'open'::character varying,
  version bigint NOT NULL DEFAULT 0,
  currency character varying NOT NULL,
  country character varying NOT NULL DEFAULT ''::character varying,
  language character varying NOT NULL DEFAULT ''::character varying,
  customer_id uuid,
  email character varying NOT NULL DEFAULT ''::character varying,
  phone character varying NOT NULL DEFAULT ''::character varying,
  note character varying NOT NULL DEFAULT ''::character varying,
  attributes jsonb,
  discount_codes jsonb,
  gift_cards jsonb,
  delivery_addresses jsonb,
  billing_address jsonb,
  delivery_options jsonb,
  payment jsonb,
  metafields jsonb,
  preferences jsonb,
  order_id uuid,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT cart_pkey PRIMARY KEY (id)
);
CREATE INDEX cart_shop_id_customer_id ON public.cart USING btree (shop_id, customer_id) WHERE (customer_id IS NOT NULL);
CREATE INDEX cart_shop_id_email ON public.cart USING btree (shop_id, email) WHERE ((email)::text <> ''::text);
CREATE INDEX cart_shop_id_expires_at ON public.cart USING btree (shop_id, expires_at);
ALTER TABLE cart ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON cart USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "cart_line" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  cart_id uuid NOT NULL,
  variant_id uuid NOT NULL,
  quantity bigint NOT NULL,
  attributes jsonb,
  attributes_key character varying NOT NULL DEFAULT ''::character varying,
  CONSTRAINT cart_line_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX cartline_shop_id_cart_id_variant_id_attributes_key ON public.cart_line USING btree (shop_id, cart_id, variant_id, attributes_key);
ALTER TABLE cart_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON cart_line USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "checkout_attempt" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  cart_id uuid NOT NULL,
  token character varying NOT NULL DEFAULT ''::character varying,
  state character varying NOT NULL,
  gateway character varying NOT NULL,
  payment_token character varying NOT NULL DEFAULT ''::character varying,
  payment_key character varying NOT NULL,
  currency character varying NOT NULL,
  amount bigint NOT NULL DEFAULT 0,
  snapshot jsonb,
  gateway_ref character varying NOT NULL DEFAULT ''::character varying,
  error_code character varying NOT NULL DEFAULT ''::character varying,
  error_message character varying NOT NULL DEFAULT ''::character varying,
  order_id uuid,
  lease_owner character varying NOT NULL DEFAULT ''::character varying,
  lease_until timestamp with time zone,
  tries bigint NOT NULL DEFAULT 0,
  due_at timestamp with time zone NOT NULL,
  CONSTRAINT checkout_attempt_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX checkoutattempt_shop_id_cart_id ON public.checkout_attempt USING btree (shop_id, cart_id) WHERE ((state)::text <> ALL ((ARRAY['completed'::character varying, 'failed'::character varying])::text[]));
CREATE INDEX checkoutattempt_shop_id_cart_id_token ON public.checkout_attempt USING btree (shop_id, cart_id, token);
CREATE INDEX checkoutattempt_shop_id_due_at ON public.checkout_attempt USING btree (shop_id, due_at) WHERE ((state)::text <> ALL ((ARRAY['completed'::character varying, 'failed'::character varying])::text[]));
ALTER TABLE checkout_attempt ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON checkout_attempt USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "collection" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  handle character varying NOT NULL,
  title character varying NOT NULL,
  description character varying NOT NULL DEFAULT ''::character varying,
  description_html character varying NOT NULL DEFAULT ''::character varying,
  sort_order character varying NOT NULL DEFAULT 'manual'::character varying,
  rules jsonb,
  disjunctive boolean NOT NULL DEFAULT false,
  media_id uuid,
  seo_title character varying NOT NULL DEFAULT ''::character varying,
  seo_description character varying NOT NULL DEFAULT ''::character varying,
  published_at timestamp with time zone,
  products_count bigint NOT NULL DEFAULT 0,
  CONSTRAINT collection_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX collection_shop_id_handle ON public.collection USING btree (shop_id, handle);
CREATE INDEX collection_shop_id_id ON public.collection USING btree (shop_id, id);
CREATE INDEX collection_shop_id_title_id ON public.collection USING btree (shop_id, title, id);
CREATE INDEX collection_shop_id_updated_at_id ON public.collection USING btree (shop_id, updated_at, id);
ALTER TABLE collection ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON collection USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "collection_product" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  collection_id uuid NOT NULL,
  product_id uuid NOT NULL,
  position bigint NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT collection_product_pkey PRIMARY KEY (id)
);
CREATE INDEX collectionproduct_shop_id_collection_id_position_product_id ON public.collection_product USING btree (shop_id, collection_id, "position", product_id);
CREATE UNIQUE INDEX collectionproduct_shop_id_collection_id_product_id ON public.collection_product USING btree (shop_id, collection_id, product_id);
CREATE INDEX collectionproduct_shop_id_product_id_collection_id ON public.collection_product USING btree (shop_id, product_id, collection_id);
ALTER TABLE collection_product ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON collection_product USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "customer" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  email character varying NOT NULL,
  verified_email boolean NOT NULL DEFAULT false,
  first_name character varying NOT NULL DEFAULT ''::character varying,
  last_name character varying NOT NULL DEFAULT ''::character varying,
  phone character varying NOT NULL DEFAULT ''::character varying,
  password_hash character varying NOT NULL DEFAULT ''::character varying,
  accepts_marketing boolean NOT NULL DEFAULT false,
  state character varying NOT NULL DEFAULT 'enabled'::character varying,
  tags jsonb,
  note character varying NOT NULL DEFAULT ''::character varying,
  locale character varying NOT NULL DEFAULT ''::character varying,
  default_address_id uuid,
  orders_count bigint NOT NULL DEFAULT 0,
  marketing_level character varying NOT NULL DEFAULT ''::character varying,
  marketing_at timestamp with time zone,
  tax_exempt boolean NOT NULL DEFAULT false,
  erase_at timestamp with time zone,
  erased_at timestamp with time zone,
  CONSTRAINT customer_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX customer_shop_id_email ON public.customer USING btree (shop_id, email);
CREATE INDEX customer_shop_id_erase_at ON public.customer USING btree (shop_id, erase_at) WHERE (erase_at IS NOT NULL);
CREATE INDEX customer_shop_id_id ON public.customer USING btree (shop_id, id);
CREATE INDEX customer_shop_id_phone ON public.customer USING btree (shop_id, phone) WHERE ((phone)::text <> ''::text);
CREATE INDEX list_customer_shop_id_email ON public.customer USING btree (shop_id, lower((email)::text) text_pattern_ops);
CREATE INDEX list_customer_shop_id_first_name ON public.customer USING btree (shop_id, lower((first_name)::text) text_pattern_ops);
CREATE INDEX list_customer_shop_id_last_name ON public.customer USING btree (shop_id, lower((last_name)::text) text_pattern_ops);
ALTER TABLE customer ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON customer USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "customer_group" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  name character varying NOT NULL,
  handle character varying NOT NULL,
  note character varying NOT NULL DEFAULT ''::character varying,
  members bigint NOT NULL DEFAULT 0,
  CONSTRAINT customer_group_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX customergroup_shop_id_handle ON public.customer_group USING btree (shop_id, handle);
CREATE INDEX customergroup_shop_id_id ON public.customer_group USING btree (shop_id, id);
ALTER TABLE customer_group ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON customer_group USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "customer_group_member" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  group_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT customer_group_member_pkey PRIMARY KEY (id)
);
CREATE INDEX customergroupmember_shop_id_customer_id_group_id ON public.customer_group_member USING btree (shop_id, customer_id, group_id);
CREATE UNIQUE INDEX customergroupmember_shop_id_group_id_customer_id ON public.customer_group_member USING btree (shop_id, group_id, customer_id);
ALTER TABLE customer_group_member ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON customer_group_member USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "customer_token" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  purpose character varying NOT NULL,
  token_hash bytea NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  customer_id uuid NOT NULL,
  CONSTRAINT customer_token_customer_customer FOREIGN KEY (customer_id) REFERENCES customer(id) ON DELETE RESTRICT,
  CONSTRAINT customer_token_pkey PRIMARY KEY (id)
);
CREATE INDEX customertoken_expires_at ON public.customer_token USING btree (expires_at);
CREATE INDEX customertoken_shop_id_customer_id ON public.customer_token USING btree (shop_id, customer_id);
CREATE UNIQUE INDEX customertoken_shop_id_token_hash ON public.customer_token USING btree (shop_id, token_hash);
ALTER TABLE customer_token ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON customer_token USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "discount" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  title character varying NOT NULL,
  method character varying NOT NULL,
  code character varying NOT NULL DEFAULT ''::character varying,
  kind character varying NOT NULL,
  config jsonb,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone,
  usage_limit bigint,
  once_per_customer boolean NOT NULL DEFAULT false,
  used bigint NOT NULL DEFAULT 0,
  priority bigint NOT NULL DEFAULT 0,
  enabled boolean NOT NULL DEFAULT true,
  CONSTRAINT discount_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX discount_shop_id_code ON public.discount USING btree (shop_id, code) WHERE ((code)::text <> ''::text);
CREATE INDEX discount_shop_id_method_enabled_id ON public.discount USING btree (shop_id, method, enabled, id);
ALTER TABLE discount ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON discount USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "discount_usage" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  discount_id uuid NOT NULL,
  ref character varying NOT NULL DEFAULT ''::character varying,
  buyer character varying NOT NULL DEFAULT ''::character varying,
  order_id uuid,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT discount_usage_pkey PRIMARY KEY (id)
);
CREATE INDEX discountusage_shop_id_discount_id_buyer ON public.discount_usage USING btree (shop_id, discount_id, buyer);
CREATE UNIQUE INDEX discountusage_shop_id_ref_discount_id ON public.discount_usage USING btree (shop_id, ref, discount_id);
ALTER TABLE discount_usage ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON discount_usage USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "external_identity" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  provider_id uuid NOT NULL,
  subject character varying NOT NULL,
  kind character varying NOT NULL,
  account_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT external_identity_pkey PRIMARY KEY (id)
);
CREATE INDEX externalidentity_shop_id_account_id ON public.external_identity USING btree (shop_id, account_id);
CREATE UNIQUE INDEX externalidentity_shop_id_provider_id_subject ON public.external_identity USING btree (shop_id, provider_id, subject);
ALTER TABLE external_identity ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON external_identity USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "field_usage" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  coordinate character varying NOT NULL,
  use_id uuid NOT NULL,
  day bigint NOT NULL,
  app_id uuid,
  operation character varying NOT NULL DEFAULT ''::character varying,
  document character varying NOT NULL DEFAULT ''::character varying,
  count bigint NOT NULL,
  last_used bigint NOT NULL,
  CONSTRAINT field_usage_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX fieldusage_shop_id_coordinate_use_id_day ON public.field_usage USING btree (shop_id, coordinate, use_id, day);
CREATE INDEX fieldusage_shop_id_day ON public.field_usage USING btree (shop_id, day);
ALTER TABLE field_usage ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON field_usage USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "fulfillment" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  status character varying NOT NULL DEFAULT 'success'::character varying,
  tracking_company character varying NOT NULL DEFAULT ''::character varying,
  tracking_number character varying NOT NULL DEFAULT ''::character varying,
  tracking_url character varying NOT NULL DEFAULT ''::character varying,
  name character varying NOT NULL DEFAULT ''::character varying,
  location_id uuid,
  order_id uuid NOT NULL,
  CONSTRAINT fulfillment_orders_order FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT,
  CONSTRAINT fulfillment_pkey PRIMARY KEY (id)
);
CREATE INDEX fulfillment_shop_id_order_id_id ON public.fulfillment USING btree (shop_id, order_id, id);
ALTER TABLE fulfillment ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON fulfillment USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "fulfillment_line" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  order_line_id uuid NOT NULL,
  quantity bigint NOT NULL,
  fulfillment_id uuid NOT NULL,
  CONSTRAINT fulfillment_line_fulfillment_fulfillment FOREIGN KEY (fulfillment_id) REFERENCES fulfillment(id) ON DELETE RESTRICT,
  CONSTRAINT fulfillment_line_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX fulfillmentline_shop_id_fulfillment_id_order_line_id ON public.fulfillment_line USING btree (shop_id, fulfillment_id, order_line_id);
ALTER TABLE fulfillment_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON fulfillment_line USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "gift_card" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  code_hash bytea NOT NULL,
  last_characters character varying NOT NULL,
  currency character varying NOT NULL,
  initial_amount bigint NOT NULL,
  balance bigint NOT NULL,
  expires_at timestamp with time zone,
  enabled boolean NOT NULL DEFAULT true,
  customer_id uuid,
  note character varying NOT NULL DEFAULT ''::character varying,
  CONSTRAINT gift_card_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX giftcard_shop_id_code_hash ON public.gift_card USING btree (shop_id, code_hash);
ALTER TABLE gift_card ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON gift_card USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "gift_card_entry" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  gift_card_id uuid NOT NULL,
  delta bigint NOT NULL,
  reason character varying NOT NULL,
  ref character varying NOT NULL DEFAULT ''::character varying,
  order_id uuid,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT gift_card_entry_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX giftcardentry_shop_id_gift_card_id_ref_reason ON public.gift_card_entry USING btree (shop_id, gift_card_id, ref, reason);
ALTER TABLE gift_card_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON gift_card_entry USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "idempotency_record" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  actor character varying NOT NULL,
  key character varying NOT NULL,
  request_hash bytea NOT NULL,
  state character varying NOT NULL,
  response bytea,
  lease_until timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT idempotency_record_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX idempotencyrecord_shop_id_actor_key ON public.idempotency_record USING btree (shop_id, actor, key);
CREATE INDEX idempotencyrecord_shop_id_expires_at ON public.idempotency_record USING btree (shop_id, expires_at);
ALTER TABLE idempotency_record ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON idempotency_record USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "identity_provider" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  handle character varying NOT NULL,
  title character varying NOT NULL,
  issuer character varying NOT NULL,
  client_id character varying NOT NULL,
  client_secret bytea NOT NULL,
  sealed boolean NOT NULL DEFAULT false,
  audience character varying NOT NULL,
  create_accounts boolean NOT NULL DEFAULT false,
  enabled boolean NOT NULL DEFAULT true,
  link_accounts boolean NOT NULL DEFAULT false,
  return_urls jsonb,
  CONSTRAINT identity_provider_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX identityprovider_shop_id_handle ON public.identity_provider USING btree (shop_id, handle);
ALTER TABLE identity_provider ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON identity_provider USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "inbox_record" (
  id uuid NOT NULL,
  consumer character varying NOT NULL,
  event_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT inbox_record_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX inboxrecord_consumer_event_id ON public.inbox_record USING btree (consumer, event_id);
CREATE INDEX inboxrecord_created_at ON public.inbox_record USING btree (created_at);

CREATE TABLE "inventory_level" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  variant_id uuid NOT NULL,
  location_id uuid NOT NULL,
  on_hand bigint NOT NULL DEFAULT 0,
  reserved bigint NOT NULL DEFAULT 0,
  updated_at timestamp with time zone NOT NULL,
  incoming bigint NOT NULL DEFAULT 0,
  CONSTRAINT inventory_level_pkey PRIMARY KEY (id)
);
CREATE INDEX inventorylevel_shop_id_location_id_id ON public.inventory_level USING btree (shop_id, location_id, id);
CREATE UNIQUE INDEX inventorylevel_shop_id_variant_id_location_id ON public.inventory_level USING btree (shop_id, variant_id, location_id);
ALTER TABLE inventory_level ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON inventory_level USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "inventory_transfer" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  name character varying NOT NULL,
  status character varying NOT NULL,
  origin_id uuid NOT NULL,
  destination_id uuid NOT NULL,
  note character varying NOT NULL DEFAULT ''::character varying,
  reference character varying NOT NULL DEFAULT ''::character varying,
  shipped_at timestamp with time zone,
  ended_at timestamp with time zone,
  CONSTRAINT inventory_transfer_pkey PRIMARY KEY (id)
);
CREATE INDEX inventorytransfer_shop_id_id ON public.inventory_transfer USING btree (shop_id, id);
CREATE INDEX inventorytransfer_shop_id_status_id ON public.inventory_transfer USING btree (shop_id, status, id);
ALTER TABLE inventory_transfer ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON inventory_transfer USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "inventory_transfer_line" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  transfer_id uuid NOT NULL,
  variant_id uuid NOT NULL,
  position bigint NOT NULL,
  quantity bigint NOT NULL,
  accepted bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  CONSTRAINT inventory_transfer_line_pkey PRIMARY KEY (id)
);
CREATE INDEX inventorytransferline_shop_id_transfer_id_position_id ON public.inventory_transfer_line USING btree (shop_id, transfer_id, "position", id);
ALTER TABLE inventory_transfer_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON inventory_transfer_line USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "location" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  handle character varying NOT NULL,
  name character varying NOT NULL,
  address jsonb,
  priority bigint NOT NULL DEFAULT 0,
  active boolean NOT NULL DEFAULT true,
  fulfills_online boolean NOT NULL DEFAULT true,
  CONSTRAINT location_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX location_shop_id_handle ON public.location USING btree (shop_id, handle);
ALTER TABLE location ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON location USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "market" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  handle character varying NOT NULL,
  name character varying NOT NULL,
  countries jsonb,
  languages jsonb,
  currency character varying NOT NULL,
  tax_included boolean NOT NULL DEFAULT false,
  conversion_rate character varying NOT NULL DEFAULT '1'::character varying,
  position bigint NOT NULL DEFAULT 0,
  enabled boolean NOT NULL DEFAULT true,
  CONSTRAINT market_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX market_shop_id_handle ON public.market USING btree (shop_id, handle);
ALTER TABLE market ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON market USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "media" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  product_id uuid,
  position bigint NOT NULL DEFAULT 0,
  kind character varying NOT NULL DEFAULT 'IMAGE'::character varying,
  alt character varying NOT NULL DEFAULT ''::character varying,
  source character varying NOT NULL DEFAULT ''::character varying,
  content_type character varying NOT NULL DEFAULT 'image/jpeg'::character varying,
  width bigint NOT NULL DEFAULT 0,
  height bigint NOT NULL DEFAULT 0,
  thumbhash character varying NOT NULL DEFAULT ''::character varying,
  CONSTRAINT media_pkey PRIMARY KEY (id)
);
CREATE INDEX media_shop_id_product_id_position_id ON public.media USING btree (shop_id, product_id, "position", id);
CREATE INDEX media_shop_id_source ON public.media USING btree (shop_id, source) WHERE ((source)::text ~~ 'uploads/%'::text);
ALTER TABLE media ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON media USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "menu" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  handle character varying NOT NULL,
  title character varying NOT NULL,
  CONSTRAINT menu_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX menu_shop_id_handle ON public.menu USING btree (shop_id, handle);
ALTER TABLE menu ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON menu USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "menu_item" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  menu_id uuid NOT NULL,
  parent_id uuid,
  position bigint NOT NULL DEFAULT 0,
  title character varying NOT NULL,
  type character varying NOT NULL,
  resource_id uuid,
  url character varying NOT NULL DEFAULT ''::character varying,
  tags jsonb,
  CONSTRAINT menu_item_pkey PRIMARY KEY (id)
);
CREATE INDEX menuitem_shop_id_menu_id_position_id ON public.menu_item USING btree (shop_id, menu_id, "position", id);
ALTER TABLE menu_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON menu_item USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "metafield" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  owner_type character varying NOT NULL,
  owner_id uuid NOT NULL,
  namespace character varying NOT NULL,
  key character varying NOT NULL,
  type character varying NOT NULL DEFAULT 'single_line_text_field'::character varying,
  value text NOT NULL DEFAULT ''::text,
  value_key character varying NOT NULL DEFAULT ''::character varying,
  description character varying NOT NULL DEFAULT ''::character varying,
  CONSTRAINT metafield_pkey PRIMARY KEY (id)
);
CREATE INDEX metafield_shop_id_namespace_key_value_key_owner_id ON public.metafield USING btree (shop_id, namespace, key, value_key, owner_id);
CREATE UNIQUE INDEX metafield_shop_id_owner_id_namespace_key ON public.metafield USING btree (shop_id, owner_id, namespace, key);
ALTER TABLE metafield ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON metafield USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "metafield_definition" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  owner_type character varying NOT NULL,
  namespace character varying NOT NULL,
  key character varying NOT NULL,
  name character varying NOT NULL,
  description character varying NOT NULL DEFAULT ''::character varying,
  type character varying NOT NULL,
  validations jsonb,
  admin_access character varying NOT NULL,
  storefront_access character varying NOT NULL,
  pinned_position bigint,
  CONSTRAINT metafield_definition_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX metafielddefinition_shop_id_owner_type_namespace_key ON public.metafield_definition USING btree (shop_id, owner_type, namespace, key);
ALTER TABLE metafield_definition ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON metafield_definition USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "oauth_request" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  app_id uuid NOT NULL,
  redirect_uri character varying NOT NULL,
  state character varying NOT NULL DEFAULT ''::character varying,
  nonce character varying NOT NULL DEFAULT ''::character varying,
  response_mode character varying NOT NULL DEFAULT ''::character varying,
  scopes jsonb,
  code_challenge character varying NOT NULL,
  subject_id uuid,
  session_id uuid,
  granted_at timestamp with time zone,
  code_hash bytea,
  redeemed_at timestamp with time zone,
  family_id uuid,
  expires_at timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT oauth_request_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX oauthrequest_code_hash ON public.oauth_request USING btree (code_hash);
CREATE INDEX oauthrequest_expires_at ON public.oauth_request USING btree (expires_at);
ALTER TABLE oauth_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON oauth_request USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "oauth_token" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  app_id uuid NOT NULL,
  family_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  session_id uuid,
  scopes jsonb,
  token_hash bytea NOT NULL,
  auth_time timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT oauth_token_pkey PRIMARY KEY (id)
);
CREATE INDEX oauthtoken_expires_at ON public.oauth_token USING btree (expires_at);
CREATE INDEX oauthtoken_shop_id_family_id ON public.oauth_token USING btree (shop_id, family_id);
CREATE INDEX oauthtoken_shop_id_subject_id ON public.oauth_token USING btree (shop_id, subject_id);
CREATE UNIQUE INDEX oauthtoken_token_hash ON public.oauth_token USING btree (token_hash);
ALTER TABLE oauth_token ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON oauth_token USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "option_value" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  product_id uuid NOT NULL,
  option_id uuid NOT NULL,
  name character varying NOT NULL,
  position bigint NOT NULL DEFAULT 0,
  swatch_color character varying NOT NULL DEFAULT ''::character varying,
  swatch_media_id uuid,
  CONSTRAINT option_value_pkey PRIMARY KEY (id)
);
CREATE INDEX optionvalue_shop_id_product_id_option_id_position ON public.option_value USING btree (shop_id, product_id, option_id, "position");
ALTER TABLE option_value ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON option_value USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "order_edit" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  base bigint NOT NULL,
  committed boolean NOT NULL DEFAULT false,
  expires_at timestamp with time zone NOT NULL,
  changes jsonb,
  actor character varying NOT NULL DEFAULT ''::character varying,
  order_id uuid NOT NULL,
  CONSTRAINT order_edit_orders_order FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT,
  CONSTRAINT order_edit_pkey PRIMARY KEY (id)
);
CREATE INDEX orderedit_shop_id_order_id ON public.order_edit USING btree (shop_id, order_id);
ALTER TABLE order_edit ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON order_edit USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "order_event" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  kind character varying NOT NULL,
  message character varying NOT NULL,
  actor character varying NOT NULL DEFAULT ''::character varying,
  data jsonb,
  created_at timestamp with time zone NOT NULL,
  order_id uuid NOT NULL,
  CONSTRAINT order_event_orders_order FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT,
  CONSTRAINT order_event_pkey PRIMARY KEY (id)
);
CREATE INDEX orderevent_shop_id_order_id_id ON public.order_event USING btree (shop_id, order_id, id);
ALTER TABLE order_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON order_event USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "order_line" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  position bigint NOT NULL DEFAULT 0,
  variant_id uuid,
  product_id uuid,
  title character varying NOT NULL,
  variant_title character varying NOT NULL DEFAULT ''::character varying,
  sku character varying NOT NULL DEFAULT ''::character varying,
  vendor character varying NOT NULL DEFAULT ''::character varying,
  image character varying NOT NULL DEFAULT ''::character varying,
  quantity bigint NOT NULL,
  current_quantity bigint NOT NULL,
  fulfilled_quantity bigint NOT NULL DEFAULT 0,
  refunded_quantity bigint NOT NULL DEFAULT 0,
  unit_price bigint NOT NULL,
  original_total bigint NOT NULL,
  discount_total bigint NOT NULL,
  total bigint NOT NULL,
  tax_total bigint NOT NULL,
  refunded_total bigint NOT NULL DEFAULT 0,
  tax_lines jsonb,
  discounts jsonb,
  attributes jsonb,
  allocations jsonb,
  requires_shipping boolean NOT NULL DEFAULT true,
  taxable boolean NOT NULL DEFAULT true,
  order_id uuid NOT NULL,
  CONSTRAINT order_line_orders_order FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT,
  CONSTRAINT order_line_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX orderline_shop_id_order_id_position ON public.order_line USING btree (shop_id, order_id, "position");
CREATE INDEX search_order_line_shop_id_product_id ON public.order_line USING btree (shop_id, product_id, order_id);
ALTER TABLE order_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON order_line USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "order_return" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  name character varying NOT NULL,
  status character varying NOT NULL DEFAULT 'open'::character varying,
  closed_at timestamp with time zone,
  actor character varying NOT NULL DEFAULT ''::character varying,
  order_id uuid NOT NULL,
  CONSTRAINT order_return_orders_order FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT,
  CONSTRAINT order_return_pkey PRIMARY KEY (id)
);
CREATE INDEX orderreturn_shop_id_order_id_id ON public.order_return USING btree (shop_id, order_id, id);
ALTER TABLE order_return ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON order_return USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "orders" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  number bigint NOT NULL DEFAULT 0,
  name character varying NOT NULL,
  cart_id uuid NOT NULL,
  key_hash bytea NOT NULL,
  customer_id uuid,
  email character varying NOT NULL DEFAULT ''::character varying,
  phone character varying NOT NULL DEFAULT ''::character varying,
  currency character varying NOT NULL,
  subtotal bigint NOT NULL,
  discount_total bigint NOT NULL,
  shipping_total bigint NOT NULL,
  tax_total bigint NOT NULL,
  total bigint NOT NULL,
  gift_card_total bigint NOT NULL,
  refunded_total bigint NOT NULL DEFAULT 0,
  refunded_shipping bigint NOT NULL DEFAULT 0,
  taxes_included boolean NOT NULL DEFAULT false,
  financial_status character varying NOT NULL,
  fulfillment_status character varying NOT NULL,
  cancel_reason character varying NOT NULL DEFAULT ''::character varying,
  canceled_at timestamp with time zone,
  closed_at timestamp with time zone,
  processed_at timestamp with time zone NOT NULL,
  shipping_address jsonb,
  billing_address jsonb,
  shipping_lines jsonb,
  tax_lines jsonb,
  discounts jsonb,
  gift_cards jsonb,
  attributes jsonb,
  note character varying NOT NULL DEFAULT ''::character varying,
  tags jsonb,
  locale character varying NOT NULL DEFAULT ''::character varying,
  country character varying NOT NULL DEFAULT ''::character varying,
  search character varying NOT NULL DEFAULT ''::character varying,
  CONSTRAINT orders_pkey PRIMARY KEY (id)
);
CREATE INDEX list_orders_search ON public.orders USING gin (search gin_trgm_ops);
CREATE INDEX list_orders_shop_id_current_total ON public.orders USING btree (shop_id, (((gift_cards ->> 'current'::text))::bigint), id);
CREATE INDEX list_orders_shop_id_customer_name ON public.orders USING btree (shop_id, (((COALESCE((shipping_address ->> 'lastName'::text), ''::text) || ' '::text) || COALESCE((shipping_address ->> 'firstName'::text), ''::text))), id);
CREATE INDEX list_orders_shop_id_destination ON public.orders USING btree (shop_id, ((((((country)::text || ' '::text) || COALESCE((shipping_address ->> 'provinceCode'::text), ''::text)) || ' '::text) || COALESCE((shipping_address ->> 'city'::text), ''::text))), id);
CREATE INDEX list_orders_shop_id_pieces ON public.orders USING btree (shop_id, (((gift_cards ->> 'pieces'::text))::bigint), id);
CREATE UNIQUE INDEX order_shop_id_cart_id ON public.orders USING btree (shop_id, cart_id);
CREATE INDEX order_shop_id_customer_id_processed_at_id ON public.orders USING btree (shop_id, customer_id, processed_at, id);
CREATE INDEX order_shop_id_email_processed_at_id ON public.orders USING btree (shop_id, email, processed_at, id);
CREATE INDEX order_shop_id_financial_status_id ON public.orders USING btree (shop_id, financial_status, id);
CREATE INDEX order_shop_id_fulfillment_status_id ON public.orders USING btree (shop_id, fulfillment_status, id);
CREATE INDEX order_shop_id_id ON public.orders USING btree (shop_id, id);
CREATE UNIQUE INDEX order_shop_id_number ON public.orders USING btree (shop_id, number);
CREATE INDEX order_shop_id_processed_at_id ON public.orders USING btree (shop_id, processed_at, id);
CREATE INDEX order_shop_id_total_id ON public.orders USING btree (shop_id, total, id);
CREATE INDEX order_shop_id_updated_at_id ON public.orders USING btree (shop_id, updated_at, id);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON orders USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "outbox_event" (
  id uuid NOT NULL,
  shop_id uuid,
  subject character varying NOT NULL,
  payload bytea NOT NULL,
  headers jsonb,
  due_at timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT outbox_event_pkey PRIMARY KEY (id)
);
CREATE INDEX outboxevent_due_at_id ON public.outbox_event USING btree (due_at, id);
ALTER TABLE outbox_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON outbox_event USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "page" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  handle character varying NOT NULL,
  title character varying NOT NULL,
  body_html text NOT NULL DEFAULT ''::text,
  summary character varying NOT NULL DEFAULT ''::character varying,
  seo_title character varying NOT NULL DEFAULT ''::character varying,
  seo_description character varying NOT NULL DEFAULT ''::character varying,
  published_at timestamp with time zone,
  CONSTRAINT page_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX page_shop_id_handle ON public.page USING btree (shop_id, handle);
CREATE INDEX page_shop_id_id ON public.page USING btree (shop_id, id);
CREATE INDEX page_shop_id_title_id ON public.page USING btree (shop_id, title, id);
CREATE INDEX page_shop_id_updated_at_id ON public.page USING btree (shop_id, updated_at, id);
ALTER TABLE page ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON page USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "payment_transaction" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  order_id uuid,
  attempt_id uuid,
  parent_id uuid,
  kind character varying NOT NULL,
  gateway character varying NOT NULL,
  idempotency_key character varying NOT NULL,
  gateway_ref character varying NOT NULL DEFAULT ''::character varying,
  amount bigint NOT NULL,
  currency character varying NOT NULL,
  status character varying NOT NULL,
  error_code character varying NOT NULL DEFAULT ''::character varying,
  message character varying NOT NULL DEFAULT ''::character varying,
  CONSTRAINT payment_transaction_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX paymenttransaction_shop_id_idempotency_key ON public.payment_transaction USING btree (shop_id, idempotency_key);
CREATE INDEX paymenttransaction_shop_id_order_id_id ON public.payment_transaction USING btree (shop_id, order_id, id);
CREATE INDEX paymenttransaction_shop_id_updated_at ON public.payment_transaction USING btree (shop_id, updated_at) WHERE ((status)::text = 'pending'::text);
ALTER TABLE payment_transaction ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON payment_transaction USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "persisted_operation" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  app_id uuid NOT NULL,
  release character varying NOT NULL,
  alias character varying NOT NULL,
  hash character varying NOT NULL,
  name character varying NOT NULL,
  kind character varying NOT NULL,
  body character varying NOT NULL,
  points bigint NOT NULL,
  last_used_at timestamp with time zone,
  retired_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  statements bigint NOT NULL DEFAULT 0,
  pending boolean NOT NULL DEFAULT false,
  CONSTRAINT persisted_operation_pkey PRIMARY KEY (id)
);
CREATE INDEX persistedoperation_shop_id_alias ON public.persisted_operation USING btree (shop_id, alias);
CREATE UNIQUE INDEX persistedoperation_shop_id_app_id_release_alias ON public.persisted_operation USING btree (shop_id, app_id, release, alias);
CREATE INDEX persistedoperation_shop_id_hash ON public.persisted_operation USING btree (shop_id, hash);
ALTER TABLE persisted_operation ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON persisted_operation USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "product" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  handle character varying NOT NULL,
  title character varying NOT NULL,
  description character varying NOT NULL DEFAULT ''::character varying,
  description_html character varying NOT NULL DEFAULT ''::character varying,
  vendor character varying NOT NULL DEFAULT ''::character varying,
  product_type character varying NOT NULL DEFAULT ''::character varying,
  status character varying NOT NULL DEFAULT 'draft'::character varying,
  tags jsonb,
  seo_title character varying NOT NULL DEFAULT ''::character varying,
  seo_description character varying NOT NULL DEFAULT ''::character varying,
  template_suffix character varying NOT NULL DEFAULT ''::character varying,
  published_at timestamp with time zone,
  sales_count bigint NOT NULL DEFAULT 0,
  variants_count bigint NOT NULL DEFAULT 0,
  gift_card boolean NOT NULL DEFAULT false,
  CONSTRAINT product_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX product_shop_id_handle ON public.product USING btree (shop_id, handle);
CREATE INDEX product_shop_id_status_created_at_id ON public.product USING btree (shop_id, status, created_at, id);
CREATE INDEX product_shop_id_status_id ON public.product USING btree (shop_id, status, id);
CREATE INDEX product_shop_id_status_product_type_id ON public.product USING btree (shop_id, status, product_type, id);
CREATE INDEX product_shop_id_status_sales_count_id ON public.product USING btree (shop_id, status, sales_count, id);
CREATE INDEX product_shop_id_status_title_id ON public.product USING btree (shop_id, status, title, id);
CREATE INDEX product_shop_id_status_updated_at_id ON public.product USING btree (shop_id, status, updated_at, id);
CREATE INDEX product_shop_id_status_vendor_id ON public.product USING btree (shop_id, status, vendor, id);
CREATE INDEX search_product_shop_id_product_type_id ON public.product USING btree (shop_id, lower((product_type)::text), id);
CREATE INDEX search_product_shop_id_vendor_id ON public.product USING btree (shop_id, lower((vendor)::text), id);
ALTER TABLE product ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON product USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "product_option" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  product_id uuid NOT NULL,
  name character varying NOT NULL,
  position bigint NOT NULL DEFAULT 0,
  CONSTRAINT product_option_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX productoption_shop_id_product_id_position ON public.product_option USING btree (shop_id, product_id, "position");
ALTER TABLE product_option ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON product_option USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "product_price" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  product_id uuid NOT NULL,
  currency character varying NOT NULL,
  min_amount bigint NOT NULL DEFAULT 0,
  max_amount bigint NOT NULL DEFAULT 0,
  min_compare_at bigint NOT NULL DEFAULT 0,
  max_compare_at bigint NOT NULL DEFAULT 0,
  CONSTRAINT product_price_pkey PRIMARY KEY (id)
);
CREATE INDEX productprice_shop_id_currency_min_amount_product_id ON public.product_price USING btree (shop_id, currency, min_amount, product_id);
CREATE UNIQUE INDEX productprice_shop_id_product_id_currency ON public.product_price USING btree (shop_id, product_id, currency);
ALTER TABLE product_price ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON product_price USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "product_tag" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  product_id uuid NOT NULL,
  tag character varying NOT NULL,
  label character varying NOT NULL,
  CONSTRAINT product_tag_pkey PRIMARY KEY (id)
);
CREATE INDEX producttag_shop_id_product_id ON public.product_tag USING btree (shop_id, product_id);
CREATE UNIQUE INDEX producttag_shop_id_tag_product_id ON public.product_tag USING btree (shop_id, tag, product_id);
ALTER TABLE product_tag ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON product_tag USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "quota" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  app_id uuid NOT NULL,
  layer character varying NOT NULL,
  capacity bigint NOT NULL,
  per_second bigint NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT quota_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX quota_shop_id_app_id_layer ON public.quota USING btree (shop_id, app_id, layer);
ALTER TABLE quota ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON quota USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "refund" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  amount bigint NOT NULL,
  shipping_amount bigint NOT NULL DEFAULT 0,
  currency character varying NOT NULL,
  note character varying NOT NULL DEFAULT ''::character varying,
  lines jsonb,
  restock boolean NOT NULL DEFAULT false,
  status character varying NOT NULL DEFAULT 'success'::character varying,
  idempotency_key character varying NOT NULL DEFAULT ''::character varying,
  actor character varying NOT NULL DEFAULT ''::character varying,
  order_id uuid NOT NULL,
  CONSTRAINT refund_orders_order FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT,
  CONSTRAINT refund_pkey PRIMARY KEY (id)
);
CREATE INDEX refund_shop_id_order_id_id ON public.refund USING btree (shop_id, order_id, id);
CREATE INDEX refund_shop_id_updated_at ON public.refund USING btree (shop_id, updated_at) WHERE ((status)::text = 'pending'::text);
ALTER TABLE refund ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON refund USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "reservation" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  ref character varying NOT NULL,
  variant_id uuid NOT NULL,
  location_id uuid NOT NULL,
  quantity bigint NOT NULL,
  expires_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  sale character varying NOT NULL DEFAULT ''::character varying,
  settle_at timestamp with time zone,
  CONSTRAINT reservation_pkey PRIMARY KEY (id)
);
CREATE INDEX reservation_shop_id_expires_at ON public.reservation USING btree (shop_id, expires_at);
CREATE UNIQUE INDEX reservation_shop_id_ref_variant_id_location_id ON public.reservation USING btree (shop_id, ref, variant_id, location_id);
CREATE INDEX reservation_shop_id_settle_at ON public.reservation USING btree (shop_id, settle_at) WHERE (settle_at IS NOT NULL);
ALTER TABLE reservation ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON reservation USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "return_line" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  order_line_id uuid NOT NULL,
  fulfillment_line_id uuid NOT NULL,
  quantity bigint NOT NULL,
  processed_quantity bigint NOT NULL DEFAULT 0,
  reason character varying NOT NULL DEFAULT ''::character varying,
  note character varying NOT NULL DEFAULT ''::character varying,
  return_id uuid NOT NULL,
  CONSTRAINT return_line_order_return_return FOREIGN KEY (return_id) REFERENCES order_return(id) ON DELETE RESTRICT,
  CONSTRAINT return_line_pkey PRIMARY KEY (id)
);
CREATE INDEX returnline_shop_id_return_id_id ON public.return_line USING btree (shop_id, return_id, id);
ALTER TABLE return_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON return_line USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "role" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  handle character varying NOT NULL,
  title character varying NOT NULL,
  description character varying NOT NULL DEFAULT ''::character varying,
  scopes jsonb,
  CONSTRAINT role_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX role_shop_id_handle ON public.role USING btree (shop_id, handle);
ALTER TABLE role ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON role USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "role_assignment" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  role character varying NOT NULL,
  created_at timestamp with time zone NOT NULL,
  staff_id uuid NOT NULL,
  CONSTRAINT role_assignment_staff_member_staff FOREIGN KEY (staff_id) REFERENCES staff_member(id) ON DELETE RESTRICT,
  CONSTRAINT role_assignment_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX roleassignment_shop_id_staff_id_role ON public.role_assignment USING btree (shop_id, staff_id, role);
ALTER TABLE role_assignment ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON role_assignment USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "search_document" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  kind character varying NOT NULL,
  resource_id uuid NOT NULL,
  title character varying NOT NULL,
  handle character varying NOT NULL DEFAULT ''::character varying,
  vendor character varying NOT NULL DEFAULT ''::character varying,
  product_type character varying NOT NULL DEFAULT ''::character varying,
  tags text NOT NULL DEFAULT ''::text,
  keywords text NOT NULL DEFAULT ''::text,
  body text NOT NULL DEFAULT ''::text,
  visible boolean NOT NULL DEFAULT true,
  revision bigint NOT NULL DEFAULT 0,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT search_document_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX searchdocument_shop_id_resource_id ON public.search_document USING btree (shop_id, resource_id);
ALTER TABLE search_document ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON search_document USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "search_vector" (
  resource_id uuid NOT NULL,
  shop_id uuid NOT NULL,
  kind character varying NOT NULL,
  words tsvector NOT NULL,
  CONSTRAINT search_vector_pkey PRIMARY KEY (resource_id)
);
CREATE INDEX search_vector_words ON public.search_vector USING gin (words) WITH (fastupdate=off);
ALTER TABLE search_vector ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON search_vector USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "search_word" (
  shop_id uuid NOT NULL,
  word text COLLATE "C" NOT NULL,
  CONSTRAINT search_word_pkey PRIMARY KEY (shop_id, word)
);
CREATE INDEX search_word_word ON public.search_word USING gin (word gin_trgm_ops) WITH (fastupdate=off);
ALTER TABLE search_word ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON search_word USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "session" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  kind character varying NOT NULL,
  subject_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  last_used_at timestamp with time zone NOT NULL,
  revoked_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  app_id uuid,
  CONSTRAINT session_pkey PRIMARY KEY (id)
);
CREATE INDEX session_expires_at ON public.session USING btree (expires_at);
CREATE INDEX session_shop_id_subject_id ON public.session USING btree (shop_id, subject_id);
CREATE UNIQUE INDEX session_shop_id_token_hash ON public.session USING btree (shop_id, token_hash);
ALTER TABLE session ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON session USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "shipping_rate" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  zone_id uuid NOT NULL,
  handle character varying NOT NULL,
  title character varying NOT NULL,
  description character varying NOT NULL DEFAULT ''::character varying,
  currency character varying NOT NULL,
  amount bigint NOT NULL DEFAULT 0,
  min_subtotal bigint,
  max_subtotal bigint,
  min_weight bigint,
  max_weight bigint,
  min_days bigint NOT NULL DEFAULT 0,
  max_days bigint NOT NULL DEFAULT 0,
  CONSTRAINT shipping_rate_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX shippingrate_shop_id_zone_id_handle_currency ON public.shipping_rate USING btree (shop_id, zone_id, handle, currency);
ALTER TABLE shipping_rate ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON shipping_rate USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "shipping_zone" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  name character varying NOT NULL,
  countries jsonb,
  provinces jsonb,
  rest_of_world boolean NOT NULL DEFAULT false,
  position bigint NOT NULL DEFAULT 0,
  CONSTRAINT shipping_zone_pkey PRIMARY KEY (id)
);
CREATE INDEX shippingzone_shop_id_position_id ON public.shipping_zone USING btree (shop_id, "position", id);
ALTER TABLE shipping_zone ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON shipping_zone USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "shop" (
  id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  handle character varying NOT NULL,
  name character varying NOT NULL,
  description character varying NOT NULL DEFAULT ''::character varying,
  email character varying NOT NULL DEFAULT ''::character varying,
  currency character varying NOT NULL,
  country character varying NOT NULL,
  language character varying NOT NULL,
  money_format character varying NOT NULL DEFAULT '{{amount}}'::character varying,
  domain character varying NOT NULL DEFAULT ''::character varying,
  policies jsonb,
  brand jsonb,
  CONSTRAINT shop_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX shop_handle_key ON public.shop USING btree (handle);
ALTER TABLE shop ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON shop USING (((id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "shop_counter" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  series character varying NOT NULL DEFAULT ''::character varying,
  value bigint NOT NULL DEFAULT 0,
  CONSTRAINT shop_counter_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX shopcounter_shop_id_series ON public.shop_counter USING btree (shop_id, series);
ALTER TABLE shop_counter ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON shop_counter USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "sign_in_failure" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  subject_hash bytea NOT NULL,
  failures bigint NOT NULL DEFAULT 0,
  last_at timestamp with time zone NOT NULL,
  free_at timestamp with time zone NOT NULL,
  CONSTRAINT sign_in_failure_pkey PRIMARY KEY (id)
);
CREATE INDEX signinfailure_last_at ON public.sign_in_failure USING btree (last_at);
CREATE UNIQUE INDEX signinfailure_shop_id_subject_hash ON public.sign_in_failure USING btree (shop_id, subject_hash);
ALTER TABLE sign_in_failure ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON sign_in_failure USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "sign_in_flow" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  provider_id uuid NOT NULL,
  state_hash bytea NOT NULL,
  nonce character varying NOT NULL,
  verifier character varying NOT NULL,
  return_to character varying NOT NULL DEFAULT ''::character varying,
  expires_at timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  account_id uuid,
  CONSTRAINT sign_in_flow_pkey PRIMARY KEY (id)
);
CREATE INDEX signinflow_expires_at ON public.sign_in_flow USING btree (expires_at);
CREATE INDEX signinflow_shop_id_account_id ON public.sign_in_flow USING btree (shop_id, account_id);
CREATE UNIQUE INDEX signinflow_state_hash ON public.sign_in_flow USING btree (state_hash);
ALTER TABLE sign_in_flow ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON sign_in_flow USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "signing_key" (
  id uuid NOT NULL,
  kid character varying NOT NULL,
  algorithm character varying NOT NULL,
  public bytea NOT NULL,
  private bytea NOT NULL,
  sealed boolean NOT NULL DEFAULT false,
  active_at timestamp with time zone NOT NULL,
  retired_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT signing_key_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX signing_key_kid_key ON public.signing_key USING btree (kid);

CREATE TABLE "staff_member" (
  id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  email character varying NOT NULL,
  name character varying NOT NULL,
  password_hash character varying NOT NULL DEFAULT ''::character varying,
  active boolean NOT NULL DEFAULT true,
  CONSTRAINT staff_member_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX staff_member_email_key ON public.staff_member USING btree (email);

CREATE TABLE "staff_token" (
  id uuid NOT NULL,
  purpose character varying NOT NULL,
  token_hash bytea NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  staff_id uuid NOT NULL,
  CONSTRAINT staff_token_staff_member_staff FOREIGN KEY (staff_id) REFERENCES staff_member(id) ON DELETE RESTRICT,
  CONSTRAINT staff_token_pkey PRIMARY KEY (id)
);
CREATE INDEX stafftoken_expires_at ON public.staff_token USING btree (expires_at);
CREATE INDEX stafftoken_staff_id ON public.staff_token USING btree (staff_id);
CREATE UNIQUE INDEX stafftoken_token_hash ON public.staff_token USING btree (token_hash);

CREATE TABLE "staged_upload" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  secret_hash bytea NOT NULL,
  filename character varying NOT NULL,
  declared_type character varying NOT NULL,
  byte_limit bigint NOT NULL,
  file_key character varying NOT NULL DEFAULT ''::character varying,
  content_type character varying NOT NULL DEFAULT ''::character varying,
  width bigint NOT NULL DEFAULT 0,
  height bigint NOT NULL DEFAULT 0,
  expires_at timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT staged_upload_pkey PRIMARY KEY (id)
);
CREATE INDEX stagedupload_shop_id_expires_at ON public.staged_upload USING btree (shop_id, expires_at);
ALTER TABLE staged_upload ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON staged_upload USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "stock_movement" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  variant_id uuid NOT NULL,
  location_id uuid NOT NULL,
  delta bigint NOT NULL,
  reason character varying NOT NULL,
  ref character varying NOT NULL DEFAULT ''::character varying,
  actor character varying NOT NULL DEFAULT ''::character varying,
  created_at timestamp with time zone NOT NULL,
  quantity_after bigint,
  CONSTRAINT stock_movement_pkey PRIMARY KEY (id)
);
CREATE INDEX stockmovement_shop_id_ref ON public.stock_movement USING btree (shop_id, ref);
CREATE INDEX stockmovement_shop_id_variant_id_id ON public.stock_movement USING btree (shop_id, variant_id, id);
CREATE INDEX stockmovement_shop_id_variant_id_location_id_id ON public.stock_movement USING btree (shop_id, variant_id, location_id, id);
ALTER TABLE stock_movement ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON stock_movement USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "storefront_token" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  kind character varying NOT NULL,
  token_hash bytea NOT NULL,
  prefix character varying NOT NULL,
  title character varying NOT NULL,
  scopes jsonb,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  app_id uuid,
  CONSTRAINT storefront_token_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX storefronttoken_token_hash ON public.storefront_token USING btree (token_hash);
ALTER TABLE storefront_token ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON storefront_token USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "tax_rate" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  country character varying NOT NULL,
  province character varying NOT NULL DEFAULT ''::character varying,
  name character varying NOT NULL,
  rate_ppm bigint NOT NULL,
  shipping_taxable boolean NOT NULL DEFAULT true,
  position bigint NOT NULL DEFAULT 0,
  CONSTRAINT tax_rate_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX taxrate_shop_id_country_province_name ON public.tax_rate USING btree (shop_id, country, province, name);
ALTER TABLE tax_rate ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON tax_rate USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "url_redirect" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  path character varying NOT NULL,
  target character varying NOT NULL,
  CONSTRAINT url_redirect_pkey PRIMARY KEY (id)
);
CREATE INDEX urlredirect_shop_id_id ON public.url_redirect USING btree (shop_id, id);
CREATE UNIQUE INDEX urlredirect_shop_id_path ON public.url_redirect USING btree (shop_id, path);
CREATE INDEX urlredirect_shop_id_target ON public.url_redirect USING btree (shop_id, target);
ALTER TABLE url_redirect ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON url_redirect USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "variant" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  product_id uuid NOT NULL,
  title character varying NOT NULL,
  sku character varying NOT NULL DEFAULT ''::character varying,
  barcode character varying NOT NULL DEFAULT ''::character varying,
  position bigint NOT NULL DEFAULT 0,
  weight_grams bigint NOT NULL DEFAULT 0,
  weight_unit character varying NOT NULL DEFAULT 'KILOGRAMS'::character varying,
  requires_shipping boolean NOT NULL DEFAULT true,
  taxable boolean NOT NULL DEFAULT true,
  tracked boolean NOT NULL DEFAULT true,
  oversell boolean NOT NULL DEFAULT false,
  media_id uuid,
  option_key character varying NOT NULL DEFAULT ''::character varying,
  selected_options jsonb,
  unit_price jsonb,
  unit_cost bigint,
  CONSTRAINT variant_pkey PRIMARY KEY (id)
);
CREATE INDEX list_variant_shop_id_barcode ON public.variant USING btree (shop_id, lower((barcode)::text));
CREATE INDEX search_variant_shop_id_sku ON public.variant USING btree (shop_id, lower((sku)::text));
CREATE UNIQUE INDEX variant_shop_id_product_id_option_key ON public.variant USING btree (shop_id, product_id, option_key);
CREATE INDEX variant_shop_id_product_id_position_id ON public.variant USING btree (shop_id, product_id, "position", id);
ALTER TABLE variant ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON variant USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "variant_option" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  product_id uuid NOT NULL,
  variant_id uuid NOT NULL,
  option_id uuid NOT NULL,
  option_value_id uuid NOT NULL,
  position bigint NOT NULL DEFAULT 0,
  name character varying NOT NULL,
  value character varying NOT NULL,
  CONSTRAINT variant_option_pkey PRIMARY KEY (id)
);
CREATE INDEX search_variant_option_shop_id_name_value ON public.variant_option USING btree (shop_id, lower((name)::text), lower((value)::text), product_id);
CREATE UNIQUE INDEX variantoption_shop_id_variant_id_position ON public.variant_option USING btree (shop_id, variant_id, "position");
ALTER TABLE variant_option ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON variant_option USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

CREATE TABLE "variant_price" (
  id uuid NOT NULL,
  shop_id uuid NOT NULL,
  product_id uuid NOT NULL,
  variant_id uuid NOT NULL,
  currency character varying NOT NULL,
  amount bigint NOT NULL,
  compare_at_amount bigint,
  derived boolean NOT NULL DEFAULT false,
  CONSTRAINT variant_price_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX variantprice_shop_id_variant_id_currency ON public.variant_price USING btree (shop_id, variant_id, currency);
ALTER TABLE variant_price ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_shop ON variant_price USING (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all))) WITH CHECK (((shop_id = ( SELECT rialto_shop() AS rialto_shop)) OR ( SELECT rialto_all() AS rialto_all)));

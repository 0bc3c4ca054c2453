-- What a SQLite file needs beside the tables that ent makes. Every statement may run again on a file that has it.
CREATE TABLE IF NOT EXISTS rialto_schema (version INTEGER NOT NULL PRIMARY KEY, applied_at TEXT NOT NULL);

-- Search: what search_vector and search_word are on PostgreSQL. Words come folded, parted by spaces, so the plain ascii
-- tokenizer keeps them as they are. search_row gives each document a number that outlives VACUUM.
CREATE TABLE IF NOT EXISTS search_row (id INTEGER NOT NULL PRIMARY KEY, resource_id uuid NOT NULL UNIQUE, kind TEXT NOT NULL);
CREATE VIRTUAL TABLE IF NOT EXISTS search_fts USING fts5(scope, title, vendor, product_type, tags, keywords, body, content='', contentless_delete=1, tokenize='ascii', prefix='2 3');
CREATE TRIGGER IF NOT EXISTS search_document_insert AFTER INSERT ON search_document BEGIN
 INSERT INTO search_row (resource_id, kind) VALUES (new.resource_id, new.kind);
 INSERT INTO search_fts (rowid, scope, title, vendor, product_type, tags, keywords, body)
  SELECT id, 's' || replace(new.shop_id, '-', '') || ' k' || lower(new.kind), new.title, new.vendor, new.product_type, new.tags, new.keywords, new.body FROM search_row WHERE resource_id = new.resource_id;
END;
CREATE TRIGGER IF NOT EXISTS search_document_update AFTER UPDATE ON search_document BEGIN
 DELETE FROM search_fts WHERE rowid = (SELECT id FROM search_row WHERE resource_id = old.resource_id);
 INSERT INTO search_fts (rowid, scope, title, vendor, product_type, tags, keywords, body)
  SELECT id, 's' || replace(new.shop_id, '-', '') || ' k' || lower(new.kind), new.title, new.vendor, new.product_type, new.tags, new.keywords, new.body FROM search_row WHERE resource_id = old.resource_id;
END;
CREATE TRIGGER IF NOT EXISTS search_document_delete AFTER DELETE ON search_document BEGIN
 DELETE FROM search_fts WHERE rowid = (SELECT id FROM search_row WHERE resource_id = old.resource_id);
 DELETE FROM search_row WHERE resource_id = old.resource_id;
END;
CREATE TABLE IF NOT EXISTS search_word (id INTEGER NOT NULL PRIMARY KEY, shop_id uuid NOT NULL, word TEXT NOT NULL, UNIQUE (shop_id, word));
CREATE VIRTUAL TABLE IF NOT EXISTS search_trigram USING fts5(word, content='', contentless_delete=1, tokenize='trigram');
CREATE TRIGGER IF NOT EXISTS search_word_insert AFTER INSERT ON search_word BEGIN
 INSERT INTO search_trigram (rowid, word) VALUES (new.id, new.word);
END;
CREATE TRIGGER IF NOT EXISTS search_word_delete AFTER DELETE ON search_word BEGIN
 DELETE FROM search_trigram WHERE rowid = old.id;
END;
CREATE INDEX IF NOT EXISTS search_product_shop_id_vendor_id ON product (shop_id, lower(vendor), id);
CREATE INDEX IF NOT EXISTS search_product_shop_id_product_type_id ON product (shop_id, lower(product_type), id);
DROP INDEX IF EXISTS search_product_shop_id_vendor;
DROP INDEX IF EXISTS search_product_shop_id_product_type;
CREATE INDEX IF NOT EXISTS search_variant_option_shop_id_name_value ON variant_option (shop_id, lower(name), lower(value), product_id);
CREATE INDEX IF NOT EXISTS search_variant_shop_id_sku ON variant (shop_id, lower(sku));
CREATE INDEX IF NOT EXISTS search_order_line_shop_id_product_id ON order_line (shop_id, product_id, order_id);
CREATE INDEX IF NOT EXISTS list_variant_shop_id_barcode ON variant (shop_id, lower(barcode));

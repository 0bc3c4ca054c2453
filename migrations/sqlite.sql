-- What a SQLite file needs beside the tables that ent makes. Every statement may run again on a file that has it.
CREATE TABLE IF NOT EXISTS rialto_schema (version INTEGER NOT NULL PRIMARY KEY, applied_at TEXT NOT NULL);

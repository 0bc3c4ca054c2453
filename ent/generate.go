// Package ent holds the tables (schema, by hand) and the client that ent generates from them (generated, never edited).
package ent

//go:generate go tool ent generate --feature sql/versioned-migration --target ./generated ./schema

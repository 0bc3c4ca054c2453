// Package migrations is how the tables came to be what they are: versioned SQL for PostgreSQL, append only, and the
// statements that SQLite needs beside ent's own migration. schema.sql is the result, for reading.
//
// A file is made with `make migration NAME=what_changes`, read by a person, and never edited once it has landed.
package migrations

import (
	"embed"
	"io/fs"
	"strconv"
	"strings"
)

// Files are the versioned migrations of PostgreSQL, in goose's format.
//
//go:embed 2*.sql
var Files embed.FS

// SQLite are the idempotent statements that follow ent's migration of a SQLite file.
//
//go:embed sqlite.sql
var SQLite string

// Latest is the version that this binary brings the schema to.
func Latest() int64 {
	names, _ := fs.Glob(Files, "2*.sql")
	var latest int64
	for _, name := range names {
		digits, _, _ := strings.Cut(name, "_")
		if v, err := strconv.ParseInt(digits, 10, 64); err == nil && v > latest {
			latest = v
		}
	}
	return latest
}

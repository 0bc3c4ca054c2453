package privacy

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// readSection reads the rows of a section, each by the names of its columns.
func readSection(ctx context.Context, tx database.Tx, part section, p *person) ([]map[string]any, error) {
	columns := strings.Split(part.columns, ", ")
	read, names, kinds := make([]string, len(columns)), make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		name, kind, _ := strings.Cut(c, " ")
		names[i], kinds[i], read[i] = camel(name), kind, name
		if kind == "json" {
			read[i] = "CAST(" + name + " AS TEXT)"
		}
	}
	rows, err := tx.Query(ctx, "SELECT "+strings.Join(read, ", ")+" FROM "+part.from, part.args(p)...)
	list, err := database.Scan(rows, err, func(scan func(...any) error) (map[string]any, error) {
		cells := make([]any, len(kinds))
		for i, kind := range kinds {
			cells[i] = cell(kind)
		}
		if err := scan(cells...); err != nil {
			return nil, err
		}
		row := make(map[string]any, len(cells))
		for i, c := range cells {
			row[names[i]] = shown(c, kinds[i])
		}
		return row, nil
	})
	if list == nil {
		list = []map[string]any{}
	}
	return list, err
}

// cell is where a column of a kind is read to.
func cell(kind string) any {
	switch kind {
	case "id":
		return &uuid.NullUUID{}
	case "int":
		return &sql.NullInt64{}
	case "bool":
		return &sql.NullBool{}
	case "time":
		return &sql.NullTime{}
	}
	return &sql.NullString{}
}

// shown is a cell as an export shows it: nil where nothing is known.
func shown(c any, kind string) any {
	switch c := c.(type) {
	case *uuid.NullUUID:
		if c.Valid {
			return c.UUID
		}
	case *sql.NullInt64:
		if c.Valid {
			return c.Int64
		}
	case *sql.NullBool:
		if c.Valid {
			return c.Bool
		}
	case *sql.NullTime:
		if c.Valid {
			return c.Time.UTC()
		}
	case *sql.NullString:
		if c.Valid && kind == "json" && json.Valid([]byte(c.String)) {
			return json.RawMessage(c.String)
		}
		if c.Valid && c.String != "" {
			return c.String
		}
	}
	return nil
}

// camel is a column's name as the API writes names.
func camel(name string) string {
	parts := strings.Split(name, "_")
	for i, p := range parts[1:] {
		parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
	}
	return strings.Join(parts, "")
}

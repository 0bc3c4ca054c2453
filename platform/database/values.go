package database

import (
	"database/sql"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Values are rows as a statement reads them, for one that writes many rows at once: the list behind VALUES, with a type for
// each column, and the arguments with theirs behind them. $1 is the shop, so that the first of args is $2. All rows have a
// value for each type.
func Values(args []any, types []string, rows [][]any) (list string, all []any) {
	var b strings.Builder
	for _, row := range rows {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		for i, value := range row {
			b.WriteString([]string{"(", ", "}[min(i, 1)] + "$" + itoa(len(args)+2) + "::" + types[i])
			args = append(args, value)
		}
		b.WriteByte(')')
	}
	return b.String(), args
}

// Moment is a moment that was read, in UTC; nil for one that is not there.
func Moment(t sql.NullTime) *time.Time {
	if !t.Valid {
		return nil
	}
	at := t.Time.UTC()
	return &at
}

// UTC is a moment that was read, or none, in UTC.
func UTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.UTC()
	return &at
}

// OrNil is an id that was read; the nil one for none.
func OrNil(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

// Maybe is an id that is written; null for the nil one.
func Maybe(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }

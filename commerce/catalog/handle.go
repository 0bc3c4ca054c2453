package catalog

import (
	"context"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"github.com/gosimple/slug"

	"github.com/rialtohq/rialto/platform/database"
)

// slugOf makes a handle of a text: small letters, digits and hyphens. Where nothing is left of it, it is the fallback.
func slugOf(text, fallback string) string {
	if runes := []rune(text); len(runes) > maxName {
		text = string(runes[:maxName])
	}
	s := slug.Make(text)
	if len(s) > maxName-12 {
		s = strings.Trim(s[:maxName-12], "-")
	}
	if s == "" {
		return fallback
	}
	return s
}

// cleanHandle is a handle that somebody chose: in small letters, and made into one where it has other characters.
func cleanHandle(handle, fallback string) string {
	handle = strings.ToLower(strings.TrimSpace(handle))
	for _, r := range handle {
		if r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			return slugOf(handle, fallback)
		}
	}
	return handle
}

// freeHandle finds a handle that no other row of a table has: the base itself, or the base and a number.
func (s store) freeHandle(ctx context.Context, tx database.Tx, table, base string, own uuid.UUID) (string, error) {
	const tries = 20
	candidates := []string{base}
	for i := 1; i < tries; i++ {
		candidates = append(candidates, base+"-"+itoa(i))
	}
	taken, err := s.takenHandles(ctx, tx, table, candidates, own)
	if err != nil {
		return "", err
	}
	for _, c := range candidates {
		if !taken[c] {
			return c, nil
		}
	}
	id := newID()
	return base + "-" + id.String()[28:], nil
}

// takenHandles tells which handles rows other than one have. Served by the tables' (shop_id, handle).
func (store) takenHandles(ctx context.Context, tx database.Tx, table string, handles []string, own uuid.UUID) (map[string]bool, error) {
	rows, err := tx.Query(ctx, "SELECT handle FROM "+table+" WHERE shop_id = $1 AND handle = ANY($2) AND id <> $3", handles, own)
	list, err := database.Scan(rows, err, func(scan func(...any) error) (h string, err error) { return h, scan(&h) })
	taken := make(map[string]bool, len(list))
	for _, h := range list {
		taken[h] = true
	}
	return taken, err
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

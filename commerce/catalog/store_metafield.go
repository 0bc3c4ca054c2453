package catalog

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// storedMetafields reads metafields by name. Served by metafield (shop_id, owner_id, namespace, key).
func (s store) storedMetafields(ctx context.Context, tx database.Tx, names []MetafieldName) (map[MetafieldName]*Metafield, error) {
	if len(names) == 0 {
		return nil, nil
	}
	owners, keys := map[uuid.UUID]bool{}, map[string]bool{}
	for _, n := range names {
		owners[n.Owner], keys[n.Key] = true, true
	}
	list, err := s.metafields(ctx, tx, "", listOf(owners), listOf(keys))
	out := make(map[MetafieldName]*Metafield, len(list))
	for _, f := range list {
		out[MetafieldName{f.OwnerID, f.Namespace, f.Key}] = f
	}
	return out, err
}

// putMetafields writes the metafields that differ from what is stored and tells whose were written. A type that is not
// given is that of the stored value, or text.
func (s store) putMetafields(ctx context.Context, tx database.Tx, list []metafieldRow, now time.Time) (map[uuid.UUID]bool, error) {
	names := make([]MetafieldName, len(list))
	for i, f := range list {
		names[i] = f.name()
	}
	stored, err := s.storedMetafields(ctx, tx, names)
	if err != nil {
		return nil, err
	}
	written := map[uuid.UUID]bool{}
	place := map[MetafieldName]int{}
	var rows [][]any
	for _, f := range list {
		old := stored[f.name()]
		if f.kind == "" {
			f.kind = "single_line_text_field"
			switch {
			case old != nil:
				f.kind = old.Type
			case strings.ContainsAny(f.value, "\r\n"):
				f.kind = "multi_line_text_field"
			}
		}
		if old != nil && old.Type == f.kind && old.Value == f.value {
			continue
		}
		written[f.owner] = true
		row := []any{newID(), f.ownerType, f.owner, f.namespace, f.key, f.kind, f.value, valueKey(f.value), ""}
		if i, again := place[f.name()]; again {
			rows[i] = row // one statement cannot write a row twice; the last one counts
			continue
		}
		place[f.name()] = len(rows)
		rows = append(rows, row)
	}
	return written, metafieldTable.put(ctx, tx, rows, now)
}

// valueKey is the part of a value that filters compare.
func valueKey(value string) string {
	if utf8.RuneCountInString(value) <= maxName {
		return value
	}
	return string([]rune(value)[:maxName])
}

// fieldsToCopy reads all metafields of things. Served by metafield (shop_id, owner_id, …).
func (store) fieldsToCopy(ctx context.Context, tx database.Tx, owners []uuid.UUID) ([]metafieldRow, error) {
	rows, err := tx.Query(ctx, "SELECT f.owner_type, f.owner_id, f.namespace, f.key, f.type, f.value FROM metafield f WHERE f.shop_id = $1 AND f.owner_id = ANY($2) ORDER BY f.id", owners)
	return database.Scan(rows, err, func(scan func(...any) error) (f metafieldRow, err error) {
		return f, scan(&f.ownerType, &f.owner, &f.namespace, &f.key, &f.kind, &f.value)
	})
}

package catalog

import (
	"context"
	"database/sql"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

const definitionColumns = "d.id, d.owner_type, d.namespace, d.key, d.name, d.description, d.type, d.validations, d.admin_access, d.storefront_access, d.pinned_position, d.updated_at"

// open is the condition that a metafield f is one that storefronts may see. Served by metafield_definition (shop_id,
// owner_type, namespace, key).
const open = ` AND NOT EXISTS (SELECT 1 FROM metafield_definition d WHERE d.shop_id = f.shop_id AND d.owner_type = f.owner_type
 AND d.namespace = f.namespace AND d.key = f.key AND d.storefront_access = 'none')`

func scanDefinition(scan func(...any) error) (*Definition, error) {
	d := &Definition{}
	var id uuid.UUID
	var rules database.JSON[[]*Validation]
	var pinned sql.NullInt64
	err := scan(&id, &d.OwnerType, &d.Namespace, &d.Key, &d.Name, &d.Text, &d.Kind, &rules, &d.Admin, &d.Storefront, &pinned, &d.UpdatedAt)
	d.ID, d.Admin, d.Storefront, d.UpdatedAt = gid.New("MetafieldDefinition", id), strings.ToUpper(d.Admin), strings.ToUpper(d.Storefront), d.UpdatedAt.UTC()
	if d.Validations = rules.V; d.Validations == nil {
		d.Validations = []*Validation{}
	}
	if pinned.Valid {
		place := int(pinned.Int64)
		d.PinnedPosition = &place
	}
	return d, err
}

// definitions reads all definitions for types of owners. Served by metafield_definition (shop_id, owner_type, …).
func (store) definitions(ctx context.Context, q database.Querier, ownerTypes []string) ([]*Definition, error) {
	rows, err := q.Query(ctx, "SELECT "+definitionColumns+" FROM metafield_definition d WHERE d.shop_id = $1 AND d.owner_type = ANY($2) ORDER BY d.owner_type, d.namespace, d.key", ownerTypes)
	return database.Scan(rows, err, scanDefinition)
}

// definitionsByID is served by the primary key.
func (store) definitionsByID(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]*Definition, error) {
	rows, err := q.Query(ctx, "SELECT "+definitionColumns+" FROM metafield_definition d WHERE d.shop_id = $1 AND d.id = ANY($2)", ids)
	return database.Scan(rows, err, scanDefinition)
}

// saveDefinition writes a definition by its name.
func (store) saveDefinition(ctx context.Context, tx database.Tx, d *Definition) error {
	_, err := tx.Exec(ctx, `INSERT INTO metafield_definition (id, shop_id, created_at, updated_at, owner_type, namespace, key, name, description, type, validations,
 admin_access, storefront_access, pinned_position) VALUES ($2, $1, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
 ON CONFLICT (shop_id, owner_type, namespace, key) DO UPDATE SET updated_at = excluded.updated_at, name = excluded.name, description = excluded.description,
 validations = excluded.validations, admin_access = excluded.admin_access, storefront_access = excluded.storefront_access, pinned_position = excluded.pinned_position`,
		d.ID.UUID, d.UpdatedAt, d.OwnerType, d.Namespace, d.Key, d.Name, d.Text, d.Kind, database.JSON[[]*Validation]{V: d.Validations},
		strings.ToLower(d.Admin), strings.ToLower(d.Storefront), d.PinnedPosition)
	return err
}

// dropDefinition is served by the primary key.
func (store) dropDefinition(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, "DELETE FROM metafield_definition WHERE shop_id = $1 AND id = $2", id)
	return err
}

// value is a metafield of a definition.
type value struct {
	id, owner   uuid.UUID
	kind, value string
}

const valuesText = "SELECT f.id, f.owner_id, f.type, f.value FROM metafield f WHERE f.shop_id = $1 AND f.namespace = $2 AND f.key = $3 AND f.owner_type = $4"

// eachValue goes through all metafields of a name, one by one. Served by metafield (shop_id, namespace, key, …).
func (store) eachValue(ctx context.Context, tx database.Tx, n DefinitionName, see func(value)) error {
	rows, err := tx.Query(ctx, valuesText, n.Namespace, n.Key, n.OwnerType)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var v value
		if err := rows.Scan(&v.id, &v.owner, &v.kind, &v.value); err != nil {
			return err
		}
		see(v)
	}
	return rows.Err()
}

// valuesOf reads some metafields of a name. Served by metafield (shop_id, namespace, key, …).
func (store) valuesOf(ctx context.Context, tx database.Tx, n DefinitionName, most int) ([]value, error) {
	rows, err := tx.Query(ctx, valuesText+" LIMIT $5", n.Namespace, n.Key, n.OwnerType, most)
	return database.Scan(rows, err, func(scan func(...any) error) (v value, err error) { return v, scan(&v.id, &v.owner, &v.kind, &v.value) })
}

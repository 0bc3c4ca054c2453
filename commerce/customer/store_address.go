package customer

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

func digest(l link) []byte { return identity.Digest(l.secret) }

const addressColumns = `id, customer_id, first_name, last_name, company, address1, address2, city, province_code, country_code, zip, phone`

func scanAddress(scan func(...any) error) (*Address, error) {
	var id, customer uuid.UUID
	var p Postal
	if err := scan(&id, &customer, &p.FirstName, &p.LastName, &p.Company, &p.Address1, &p.Address2, &p.City, &p.ProvinceCode, &p.CountryCode, &p.Zip, &p.Phone); err != nil {
		return nil, err
	}
	a := p.Address(gid.New(AddressType, id))
	a.CustomerID = customer
	return a, nil
}

func addressesByID(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]*Address, error) {
	rows, err := q.Query(ctx, `SELECT `+addressColumns+` FROM address WHERE shop_id = $1 AND id = ANY($2)`, ids)
	return database.Scan(rows, err, scanAddress)
}

// addressPages reads the same window of several books. A book is short, so numbering its rows costs little.
func addressPages(ctx context.Context, q database.Querier, customers []uuid.UUID, w keyset.Window) ([]*Address, error) {
	where, args := w.Where(3)
	rows, err := q.Query(ctx, fmt.Sprintf(`SELECT %[1]s FROM (
		SELECT %[1]s, row_number() OVER (PARTITION BY customer_id ORDER BY id%[2]s) AS place
		FROM address WHERE shop_id = $1 AND customer_id = ANY($2)%[3]s) AS numbered
		WHERE place <= %[4]d ORDER BY customer_id, place`, addressColumns, w.Direction(), where, w.Limit+1), append([]any{customers}, args...)...)
	return database.Scan(rows, err, scanAddress)
}

func lockAddress(ctx context.Context, tx database.Tx, customer, id uuid.UUID) ([]*Address, error) {
	rows, err := tx.Query(ctx, `SELECT `+addressColumns+` FROM address WHERE shop_id = $1 AND customer_id = $2 AND id = $3 FOR UPDATE`, customer, id)
	return database.Scan(rows, err, scanAddress)
}

func countAddresses(ctx context.Context, tx database.Tx, customer uuid.UUID) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM address WHERE shop_id = $1 AND customer_id = $2`, customer).Scan(&n)
	return n, err
}

func insertAddress(ctx context.Context, tx database.Tx, id, customer uuid.UUID, p Postal, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO address (id, shop_id, customer_id, created_at, updated_at, first_name, last_name, company, address1, address2, city, province_code, country_code, zip, phone)
		VALUES ($2, $1, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		id, customer, now, p.FirstName, p.LastName, p.Company, p.Address1, p.Address2, p.City, p.ProvinceCode, p.CountryCode, p.Zip, p.Phone)
	return err
}

func updateAddress(ctx context.Context, tx database.Tx, id uuid.UUID, p Postal, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE address SET updated_at = $3, first_name = $4, last_name = $5, company = $6, address1 = $7, address2 = $8, city = $9, province_code = $10, country_code = $11, zip = $12, phone = $13
		WHERE shop_id = $1 AND id = $2`, id, now, p.FirstName, p.LastName, p.Company, p.Address1, p.Address2, p.City, p.ProvinceCode, p.CountryCode, p.Zip, p.Phone)
	return err
}

func deleteAddress(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `DELETE FROM address WHERE shop_id = $1 AND id = $2`, id)
	return err
}

// oldestAddress is the address that takes over as default; invalid where the book is empty.
func oldestAddress(ctx context.Context, tx database.Tx, customer uuid.UUID) (id uuid.NullUUID, err error) {
	err = tx.QueryRow(ctx, `SELECT id FROM address WHERE shop_id = $1 AND customer_id = $2 ORDER BY id LIMIT 1`, customer).Scan(&id)
	if database.NoRows(err) {
		err = nil
	}
	return id, err
}

func setDefaultAddress(ctx context.Context, tx database.Tx, customer uuid.UUID, address uuid.NullUUID, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE customer SET default_address_id = $3, updated_at = $4 WHERE shop_id = $1 AND id = $2`, customer, address, now)
	return err
}

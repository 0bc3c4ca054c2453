package customer

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
	"github.com/rialtohq/rialto/platform/revision"
)

const accountColumns = `id, email, verified_email, first_name, last_name, phone, note, locale, password_hash, accepts_marketing, marketing_level, marketing_at, tax_exempt, state, tags, default_address_id, erase_at, erased_at, orders_count, created_at, updated_at`

// scanAccount reads accountColumns, after what is given to be read first. One serves the rows of one statement: they are read
// into the same places.
func scanAccount(lead ...any) func(scan func(...any) error) (account, error) {
	var row struct {
		account
		state                string
		verified             bool
		tags                 database.JSON[[]string]
		orders               int64
		asked, erase, erased *time.Time
		created, updated     time.Time
	}
	places := slices.Concat(lead, []any{&row.id, &row.email, &row.verified, &row.first, &row.last, &row.phone, &row.note, &row.locale, &row.hash, &row.marketing, &row.level, &row.asked,
		&row.exempt, &row.state, &row.tags, &row.defaultAddress, &row.erase, &row.erased, &row.orders, &row.created, &row.updated})
	return func(scan func(...any) error) (account, error) {
		row.tags.V = nil
		if err := scan(places...); err != nil {
			return account{}, err
		}
		a := row.account
		a.state, a.tags, a.written = stateOf(row.state), row.tags.V, row.updated.UTC()
		if a.tags == nil {
			a.tags = []string{}
		}
		a.asked = database.UTC(row.asked)
		// One allocation for the customer and the texts that it points to.
		out := &struct {
			Customer
			email, first, last, phone, note, locale string
		}{email: a.email, first: a.first, last: a.last, phone: a.phone, note: a.note, locale: a.locale}
		c := &out.Customer
		c.ID, c.State, c.VerifiedEmail, c.AcceptsMarketing, c.DefaultAddressID = gid.New("Customer", a.id), a.state, row.verified, a.marketing, a.defaultAddress.UUID
		c.Email, c.FirstName, c.LastName, c.Phone = shown(&out.email), shown(&out.first), shown(&out.last), shown(&out.phone)
		c.Note, c.Locale, c.NumberOfOrders, c.Tags = shown(&out.note), shown(&out.locale), uint64(max(row.orders, 0)), a.tags
		c.CreatedAt, c.UpdatedAt, c.ErasureScheduledAt, c.ErasedAt = row.created, row.updated, database.UTC(row.erase), database.UTC(row.erased)
		c.TaxExempt, c.Revision, c.EmailMarketingConsent = a.exempt, revision.Of(c.UpdatedAt), a.consent()
		c.DisplayName = joined(" ", a.first, a.last)
		for _, other := range []string{a.email, a.phone} {
			if c.DisplayName == "" {
				c.DisplayName = other
			}
		}
		if c.ErasedAt != nil {
			c.Email, c.DisplayName = nil, "Erased customer"
		}
		a.customer = c
		return a, nil
	}
}

// scanCustomer is scanAccount for who only shows them.
func scanCustomer(lead ...any) func(scan func(...any) error) (*Customer, error) {
	one := scanAccount(lead...)
	return func(scan func(...any) error) (*Customer, error) {
		a, err := one(scan)
		return a.customer, err
	}
}

func customersByID(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]*Customer, error) {
	rows, err := q.Query(ctx, `SELECT `+accountColumns+` FROM customer WHERE shop_id = $1 AND id = ANY($2)`, ids)
	return database.Scan(rows, err, scanCustomer())
}

func accountsByID(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]account, error) {
	rows, err := q.Query(ctx, `SELECT `+accountColumns+` FROM customer WHERE shop_id = $1 AND id = ANY($2)`, ids)
	return database.Scan(rows, err, scanAccount())
}

func accountByEmail(ctx context.Context, q database.Querier, email string) ([]account, error) {
	rows, err := q.Query(ctx, `SELECT `+accountColumns+` FROM customer WHERE shop_id = $1 AND email = $2`, email)
	return database.Scan(rows, err, scanAccount())
}

func emailTaken(ctx context.Context, q database.Querier, email string) (taken bool, err error) {
	var n int
	err = q.QueryRow(ctx, `SELECT count(*) FROM customer WHERE shop_id = $1 AND email = $2`, email).Scan(&n)
	return n > 0, err
}

// lockAccount reads an account and holds it until the transaction ends. Everything that changes an account, its book or
// its secrets does so under this lock.
func lockAccount(ctx context.Context, tx database.Tx, id uuid.UUID) (account, error) {
	rows, err := tx.Query(ctx, `SELECT `+accountColumns+` FROM customer WHERE shop_id = $1 AND id = $2 FOR NO KEY UPDATE`, id)
	found, err := database.Scan(rows, err, scanAccount())
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "There is no such customer.")
	}
	if err != nil {
		return account{}, err
	}
	return found[0], nil
}

func insertAccount(ctx context.Context, tx database.Tx, a account, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO customer (id, shop_id, created_at, updated_at, email, first_name, last_name, phone, password_hash, accepts_marketing, state, note, locale, marketing_level, marketing_at, tax_exempt, tags, orders_count)
		VALUES ($2, $1, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0)`,
		a.id, now, a.email, a.first, a.last, a.phone, a.hash, a.marketing, a.state.column(), a.note, a.locale, a.level, a.asked, a.exempt, database.JSON[[]string]{V: a.tags})
	return err
}

// updateAccount writes an account that was locked. An email that is new is not verified.
func updateAccount(ctx context.Context, tx database.Tx, a account, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE customer SET updated_at = $3, verified_email = (verified_email AND email = $4), email = $4, first_name = $5, last_name = $6, phone = $7, password_hash = $8, accepts_marketing = $9, state = $10,
		note = $11, locale = $12, marketing_level = $13, marketing_at = $14, tax_exempt = $15, tags = $16
		WHERE shop_id = $1 AND id = $2`, a.id, revision.Next(now, a.written), a.email, a.first, a.last, a.phone, a.hash, a.marketing, a.state.column(),
		a.note, a.locale, a.level, a.asked, a.exempt, database.JSON[[]string]{V: a.tags})
	return err
}

func setErasure(ctx context.Context, tx database.Tx, id uuid.UUID, at *time.Time, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE customer SET erase_at = $3, updated_at = $4 WHERE shop_id = $1 AND id = $2`, id, at, now)
	return err
}

func setPassword(ctx context.Context, tx database.Tx, id uuid.UUID, hash string, state State, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE customer SET password_hash = $3, state = $4, updated_at = $5 WHERE shop_id = $1 AND id = $2`, id, hash, state.column(), now)
	return err
}

// confirmPassword locks an account and reports whether it can still be used with the password of this hash, and when it was
// last written.
func confirmPassword(ctx context.Context, tx database.Tx, id uuid.UUID, hash string) (written time.Time, same bool, err error) {
	rows, err := tx.Query(ctx, `SELECT updated_at FROM customer WHERE shop_id = $1 AND id = $2 AND password_hash = $3 AND state = 'enabled' FOR NO KEY UPDATE`, id, hash)
	found, err := database.Scan(rows, err, func(scan func(...any) error) (at time.Time, err error) { return at, scan(&at) })
	if err != nil || len(found) == 0 {
		return time.Time{}, false, err
	}
	return found[0], true, nil
}

func countOrder(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE customer SET orders_count = orders_count + 1 WHERE shop_id = $1 AND id = $2`, id)
	return err
}

func insertSecret(ctx context.Context, tx database.Tx, id, customer uuid.UUID, purpose Purpose, hash []byte, now, expires time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO customer_token (id, shop_id, customer_id, purpose, token_hash, expires_at, created_at) VALUES ($2, $1, $3, $4, $5, $6, $7)`,
		id, customer, string(purpose), hash, expires, now)
	return err
}

// sweepSecrets takes away an account's secrets that ended, and counts those that are open.
func sweepSecrets(ctx context.Context, tx database.Tx, customer uuid.UUID, now time.Time) (open int, err error) {
	if _, err := tx.Exec(ctx, `DELETE FROM customer_token WHERE shop_id = $1 AND customer_id = $2 AND expires_at <= $3`, customer, now); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `SELECT count(*) FROM customer_token WHERE shop_id = $1 AND customer_id = $2 AND used_at IS NULL`, customer).Scan(&open)
	return open, err
}

// endSecrets marks every open secret of an account as used.
func endSecrets(ctx context.Context, tx database.Tx, customer uuid.UUID, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE customer_token SET used_at = $3 WHERE shop_id = $1 AND customer_id = $2 AND used_at IS NULL`, customer, now)
	return err
}

// findSecret reports whether a link's secret was ever mailed, whether it is still good, and its account's state.
func findSecret(ctx context.Context, q database.Querier, l link, now time.Time) (found, good bool, state State, err error) {
	rows, err := q.Query(ctx, `SELECT c.state, CASE WHEN t.used_at IS NULL AND t.expires_at > $5 THEN 1 ELSE 0 END
		FROM customer_token t JOIN customer c ON c.shop_id = t.shop_id AND c.id = t.customer_id
		WHERE t.shop_id = $1 AND t.token_hash = $2 AND t.customer_id = $3 AND t.purpose = $4`, digest(l), l.id.UUID, string(l.purpose), now)
	_, err = database.Scan(rows, err, func(scan func(...any) error) (struct{}, error) {
		var column string
		var isGood int
		err := scan(&column, &isGood)
		found, good, state = true, isGood == 1, stateOf(column)
		return struct{}{}, err
	})
	return found, good, state, err
}

// useSecret uses a link's secret up; of several at once, one succeeds.
func useSecret(ctx context.Context, tx database.Tx, l link, now time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE customer_token SET used_at = $5
		WHERE shop_id = $1 AND token_hash = $2 AND customer_id = $3 AND purpose = $4 AND used_at IS NULL AND expires_at > $5`, digest(l), l.id.UUID, string(l.purpose), now)
	return n == 1, err
}

func listAccounts(ctx context.Context, q database.Querier, w keyset.Window, where string, args []any) ([]*Customer, error) {
	after, more := w.Where(2 + len(args))
	rows, err := q.Query(ctx, `SELECT `+accountColumns+` FROM customer WHERE shop_id = $1`+where+after+w.OrderBy(), append(args, more...)...)
	return database.Scan(rows, err, scanCustomer())
}

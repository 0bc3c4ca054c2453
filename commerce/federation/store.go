package federation

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

const providerColumns = `id, handle, title, issuer, client_id, client_secret, sealed, audience, create_accounts, link_accounts, return_urls, enabled, created_at, updated_at`

func scanProvider(scan func(...any) error) (*stored, error) {
	p := &stored{}
	var id uuid.UUID
	var returns database.JSON[[]string]
	err := scan(&id, &p.Handle, &p.Title, &p.Issuer, &p.ClientID, &p.secret, &p.sealed, &p.Audience, &p.CreateAccounts, &p.LinkAccounts, &returns, &p.Enabled, &p.CreatedAt, &p.UpdatedAt)
	p.ID, p.Audience = gid.New(Type, id), strings.ToUpper(p.Audience)
	if p.ReturnURLs = returns.V; p.ReturnURLs == nil {
		p.ReturnURLs = []string{}
	}
	return p, err
}

// listProviders reads all providers of the shop. Served by identity_provider (shop_id, handle).
func listProviders(ctx context.Context, q database.Querier) ([]*stored, error) {
	rows, err := q.Query(ctx, `SELECT `+providerColumns+` FROM identity_provider WHERE shop_id = $1 ORDER BY handle`)
	return database.Scan(rows, err, scanProvider)
}

// providersByID is served by the primary key.
func providersByID(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]*stored, error) {
	rows, err := q.Query(ctx, `SELECT `+providerColumns+` FROM identity_provider WHERE shop_id = $1 AND id = ANY($2)`, ids)
	return database.Scan(rows, err, scanProvider)
}

// providerBy reads a provider by its id or handle; nil where there is none. Served by the primary key, and by
// identity_provider (shop_id, handle).
func providerBy(ctx context.Context, q database.Querier, column string, value any) (*stored, error) {
	rows, err := q.Query(ctx, `SELECT `+providerColumns+` FROM identity_provider WHERE shop_id = $1 AND `+column+` = $2`, value)
	return first(database.Scan(rows, err, scanProvider))
}

// lockProvider reads a provider and holds it until the transaction ends; nil where there is none.
func lockProvider(ctx context.Context, tx database.Tx, id uuid.UUID) (*stored, error) {
	rows, err := tx.Query(ctx, `SELECT `+providerColumns+` FROM identity_provider WHERE shop_id = $1 AND id = $2 FOR UPDATE`, id)
	return first(database.Scan(rows, err, scanProvider))
}

func first[T any](found []*T, err error) (*T, error) {
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

func countProviders(ctx context.Context, tx database.Tx) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM identity_provider WHERE shop_id = $1`).Scan(&n)
	return n, err
}

func insertProvider(ctx context.Context, tx database.Tx, p *stored) error {
	_, err := tx.Exec(ctx, `INSERT INTO identity_provider (`+providerColumns+`, shop_id) VALUES ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $1)`,
		p.ID.UUID, p.Handle, p.Title, p.Issuer, p.ClientID, secretBytes(p), p.sealed, strings.ToLower(p.Audience), p.CreateAccounts, p.LinkAccounts,
		database.JSON[[]string]{V: p.ReturnURLs}, p.Enabled, p.CreatedAt)
	return err
}

func updateProvider(ctx context.Context, tx database.Tx, p *stored) error {
	_, err := tx.Exec(ctx, `UPDATE identity_provider SET title = $3, client_id = $4, client_secret = $5, sealed = $6, create_accounts = $7, link_accounts = $8,
		return_urls = $9, enabled = $10, updated_at = $11 WHERE shop_id = $1 AND id = $2`,
		p.ID.UUID, p.Title, p.ClientID, secretBytes(p), p.sealed, p.CreateAccounts, p.LinkAccounts, database.JSON[[]string]{V: p.ReturnURLs}, p.Enabled, p.UpdatedAt)
	return err
}

// secretBytes is the secret as a column that is never null takes it.
func secretBytes(p *stored) []byte {
	if p.secret == nil {
		return []byte{}
	}
	return p.secret
}

// deleteProvider deletes a provider, what it tied, and its sign-ins under way. Those are few and short-lived, and no index
// finds them by provider: the sweep takes those that are left, which nothing opens any more.
func deleteProvider(ctx context.Context, tx database.Tx, id uuid.UUID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM external_identity WHERE shop_id = $1 AND provider_id = $2`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM identity_provider WHERE shop_id = $1 AND id = $2`, id)
	return err
}

// tie is what ties an account to a subject of a provider.
type tie struct {
	provider, account uuid.UUID
	subject           string
}

func scanTie(scan func(...any) error) (*tie, error) {
	t := &tie{}
	return t, scan(&t.provider, &t.account, &t.subject)
}

// tieOf reads what a subject of a provider is tied to; nil where it is to nothing. Served by external_identity (shop_id,
// provider_id, subject).
func tieOf(ctx context.Context, tx database.Tx, provider uuid.UUID, subject string) (*tie, error) {
	rows, err := tx.Query(ctx, `SELECT provider_id, account_id, subject FROM external_identity WHERE shop_id = $1 AND provider_id = $2 AND subject = $3`, provider, subject)
	return first(database.Scan(rows, err, scanTie))
}

// tiesOf reads what an account is tied to. Served by external_identity (shop_id, account_id).
func tiesOf(ctx context.Context, tx database.Tx, account uuid.UUID) ([]*tie, error) {
	rows, err := tx.Query(ctx, `SELECT provider_id, account_id, subject FROM external_identity WHERE shop_id = $1 AND account_id = $2`, account)
	return database.Scan(rows, err, scanTie)
}

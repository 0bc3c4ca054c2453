package federation

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// flow is a sign-in that was sent to a provider.
type flow struct {
	id, provider              uuid.UUID
	hash                      []byte
	nonce, verifier, returnTo string
}

func (s *Service) insertTie(ctx context.Context, tx database.Tx, p *stored, t tie) error {
	_, err := tx.Exec(ctx, `INSERT INTO external_identity (id, shop_id, provider_id, subject, kind, account_id, created_at) VALUES ($2, $1, $3, $4, $5, $6, $7)`,
		s.newID(), t.provider, t.subject, strings.ToLower(p.Audience), t.account, s.clock.Now())
	return err
}

func insertFlow(ctx context.Context, tx database.Tx, f flow, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO sign_in_flow (id, shop_id, provider_id, state_hash, nonce, verifier, return_to, expires_at, created_at) VALUES ($2, $1, $3, $4, $5, $6, $7, $8, $9)`,
		f.id, f.provider, f.hash, f.nonce, f.verifier, f.returnTo, now.Add(FlowLifetime), now)
	return err
}

// takeFlow uses a sign-in up; of several that bring the same state, one gets it. Served by sign_in_flow (state_hash).
func takeFlow(ctx context.Context, tx database.Tx, hash []byte, now time.Time) (*flow, error) {
	rows, err := tx.Query(ctx, `DELETE FROM sign_in_flow WHERE shop_id = $1 AND state_hash = $2 AND account_id IS NULL AND expires_at > $3
		RETURNING id, provider_id, nonce, verifier, return_to`, hash, now)
	return first(database.Scan(rows, err, func(scan func(...any) error) (*flow, error) {
		f := &flow{}
		return f, scan(&f.id, &f.provider, &f.nonce, &f.verifier, &f.returnTo)
	}))
}

// insertToken keeps the hash of a token that stands for a sign-in that a provider answered.
func insertToken(ctx context.Context, tx database.Tx, id, provider, account uuid.UUID, hash []byte, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO sign_in_flow (id, shop_id, provider_id, state_hash, nonce, verifier, return_to, account_id, expires_at, created_at)
		VALUES ($2, $1, $3, $4, '', '', '', $5, $6, $7)`, id, provider, hash, account, now.Add(TokenLifetime), now)
	return err
}

// takeToken uses a token up; of several that bring it, one gets its provider and account. Served by sign_in_flow (state_hash).
func takeToken(ctx context.Context, tx database.Tx, hash []byte, now time.Time) (*tie, error) {
	rows, err := tx.Query(ctx, `DELETE FROM sign_in_flow WHERE shop_id = $1 AND state_hash = $2 AND account_id IS NOT NULL AND expires_at > $3
		RETURNING provider_id, account_id`, hash, now)
	return first(database.Scan(rows, err, func(scan func(...any) error) (*tie, error) {
		t := &tie{}
		return t, scan(&t.provider, &t.account)
	}))
}

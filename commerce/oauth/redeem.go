package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	apps "github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// errGrant is the one answer to every code and refresh token that is not good, so that it tells nothing.
var errGrant = refuse(InvalidGrant, "The code or refresh token is unknown, has ended, or was given to somebody else.")

// Redeem gives the tokens for a code (RFC 6749, section 4.1.3), once. A code that comes again ends all that it gave, because
// one of the two who had it stole it (RFC 9700, section 4.5).
func (s *Service) Redeem(ctx context.Context, c *apps.Client, code, redirectURI, verifier string) (Tokens, error) {
	ctx = inShop(ctx, c)
	refresh, err := s.ready(ctx)
	if err != nil {
		return Tokens{}, err
	}
	var g grant
	var stolen bool
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		now := s.clock.Now()
		stolen = false
		r, found, err := lockCode(ctx, tx, digestOf(code))
		if err != nil {
			return err
		}
		if !found || r.app != c.ID.UUID {
			return errGrant
		}
		if r.redeemed {
			stolen = true
			return s.endTx(ctx, tx, r.family, r.session)
		}
		if !now.Before(r.expires) || r.redirectURI != redirectURI || !fits(verifier, r.challenge) {
			return errGrant
		}
		if err := redeemCode(ctx, tx, r.id, now); err != nil {
			return err
		}
		g = grant{client: c, subject: r.subject, session: r.session, scopes: r.scopes, authTime: r.granted, nonce: r.nonce}
		return s.continueTx(ctx, tx, g, r.family, refresh, now)
	})
	return s.give(ctx, c, g, refresh, stolen, err)
}

// ready mints the next refresh token, and makes sure of the key that signs what is given with it: a code or token that is
// used up for an answer that then fails cannot be used again.
func (s *Service) ready(ctx context.Context) (refresh string, err error) {
	if _, err := s.keys.signing(ctx, s.clock.Now()); err != nil {
		return "", err
	}
	return s.mint(prefixRefresh)
}

// fits reports whether a verifier is the one that a challenge was made from (RFC 7636, section 4.6).
func fits(verifier, challenge string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

// Refresh gives new tokens for a refresh token (RFC 6749, section 6), and another refresh token in its place. One that comes
// again ends its family, the access tokens included (RFC 9700, section 4.14.2). Scope may name less than was granted, for
// this access token only.
func (s *Service) Refresh(ctx context.Context, c *apps.Client, token, scope string) (Tokens, error) {
	ctx = inShop(ctx, c)
	refresh, err := s.ready(ctx)
	if err != nil {
		return Tokens{}, err
	}
	var g grant
	var stolen bool
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		now := s.clock.Now()
		stolen = false
		r, found, err := lockToken(ctx, tx, digestOf(token))
		if err != nil {
			return err
		}
		if !found || r.app != c.ID.UUID || r.revoked {
			return errGrant
		}
		if r.used {
			stolen = true
			return s.endTx(ctx, tx, r.family, r.session)
		}
		if !now.Before(r.expires) {
			return errGrant
		}
		g = grant{client: c, subject: r.subject, session: r.session, scopes: r.scopes, authTime: r.authTime}
		if err := useToken(ctx, tx, r.id, now); err != nil {
			return err
		}
		if err := s.continueTx(ctx, tx, g, r.family, refresh, now); err != nil {
			return err
		}
		narrow, refused := asked(scope, r.scopes)
		if refused != nil {
			return refused
		}
		g.scopes = narrow
		return nil
	})
	return s.give(ctx, c, g, refresh, stolen, err)
}

// continueTx keeps the next refresh token of a family, and its session open for as long. Fails with errGrant where the
// session has ended: its owner signed out everywhere, lost the last role, or their account was closed.
func (s *Service) continueTx(ctx context.Context, tx database.Tx, g grant, family uuid.UUID, refresh string, now time.Time) error {
	expires := now.Add(lifetime(g.scopes))
	_, err := s.identity.ExtendTx(ctx, tx, access.Staff, g.session, expires)
	if fault.Is(err, fault.Unauthenticated) {
		return errGrant
	}
	if err != nil {
		return err
	}
	return insertToken(ctx, tx, tokenRow{
		id: s.newID(), app: g.client.ID.UUID, family: family, subject: g.subject, session: g.session, scopes: g.scopes,
		hash: digestOf(refresh), authTime: g.authTime, expires: expires, created: now,
	})
}

// give signs what a transaction has granted. A theft was answered in it, and is told to nobody but the log.
func (s *Service) give(ctx context.Context, c *apps.Client, g grant, refresh string, stolen bool, err error) (Tokens, error) {
	if err != nil {
		return Tokens{}, err
	}
	if stolen {
		s.log.WarnContext(ctx, "a code or refresh token came twice: all that it gave has ended", "app", c.ClientID(), "shop", c.Shop)
		return Tokens{}, errGrant
	}
	t, err := s.issue(ctx, g)
	t.RefreshToken = refresh
	return t, err
}

// Own gives an app a token in its own name (client credentials: RFC 6749, section 4.4). Fails with an [Error] for an app
// that can keep no secret.
func (s *Service) Own(ctx context.Context, c *apps.Client, scope string) (Tokens, error) {
	if c.Kind == apps.Public {
		return Tokens{}, refuse(UnauthorizedClient, "An app without a secret acts only in the name of staff.")
	}
	scopes, refused := asked(scope, c.AccessScopes)
	if refused != nil {
		return Tokens{}, refused
	}
	if len(scopes) == 0 {
		return Tokens{}, refuse(InvalidScope, "This app may have no scope.")
	}
	return s.issue(ctx, grant{client: c, scopes: scopes})
}

// endTx ends a family of refresh tokens and the session that their access tokens live by.
func (s *Service) endTx(ctx context.Context, tx database.Tx, family, session uuid.UUID) error {
	if err := endFamily(ctx, tx, family, s.clock.Now()); err != nil {
		return err
	}
	return s.identity.EndTx(ctx, tx, session)
}

func (s *Service) auditTx(ctx context.Context, tx database.Tx, action string, c *apps.Client, scopes []string) error {
	return s.staff.Audit(ctx, tx, action, c.ID.String(), map[string]string{"scope": strings.Join(scopes, " ")})
}

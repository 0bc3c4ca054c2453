package oauth

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	apps "github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// Revoke ends a token of the app's own, and all that was given with it (RFC 7009, section 2.1): a refresh token or an access
// token of staff ends the whole family. A token that is not good needs no ending, and is no error.
func (s *Service) Revoke(ctx context.Context, c *apps.Client, token string) error {
	ctx = inShop(ctx, c)
	if !s.Claims(token) {
		return s.db.InTx(ctx, func(tx database.Tx) error {
			r, found, err := lockToken(ctx, tx, digestOf(token))
			if err != nil || !found || r.app != c.ID.UUID {
				return err
			}
			return s.endTx(ctx, tx, r.family, r.session)
		})
	}
	claims, err := s.believe(ctx, token)
	if fault.Is(err, fault.Unauthenticated) || err == nil && claims.client != c.ID.UUID {
		return nil
	}
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx database.Tx) error {
		if claims.session == uuid.Nil {
			return s.endOwnTx(ctx, tx, claims)
		}
		if err := endFamilyOf(ctx, tx, claims.session, s.clock.Now()); err != nil {
			return err
		}
		return s.identity.EndTx(ctx, tx, claims.session)
	})
}

// endOwnTx remembers an access token without a session as ended for as long as it would have lived.
func (s *Service) endOwnTx(ctx context.Context, tx database.Tx, c *accessClaims) error {
	d := digestOf("access token " + c.ID)
	now := s.clock.Now()
	tx.AfterCommit(func() { s.alive.Drop(d) })
	return insertToken(ctx, tx, tokenRow{
		id: s.newID(), app: c.client, family: s.newID(), subject: c.client, hash: d,
		authTime: c.IssuedAt.Time(), expires: c.Expiry.Time().Add(Leeway), created: now, ended: now,
	})
}

// Introspection is what is told of a token (RFC 7662, section 2.2). One that is not good is not Active, and nothing else.
type Introspection struct {
	Active    bool     `json:"active"`
	Scope     string   `json:"scope,omitempty"`
	ClientID  string   `json:"client_id,omitempty"`
	TokenType string   `json:"token_type,omitempty"`
	Expiry    int64    `json:"exp,omitempty"`
	IssuedAt  int64    `json:"iat,omitempty"`
	NotBefore int64    `json:"nbf,omitempty"`
	Subject   string   `json:"sub,omitempty"`
	Audience  []string `json:"aud,omitempty"`
	Issuer    string   `json:"iss,omitempty"`
	ID        string   `json:"jti,omitempty"`
	Shop      string   `json:"shop,omitempty"`
	Session   string   `json:"sid,omitempty"`
}

// Introspect tells an app about a token that was given to it, as things stand now: the scope is what the token allows at
// this moment. Of tokens of others it learns no more than of invented ones.
func (s *Service) Introspect(ctx context.Context, c *apps.Client, token string) (Introspection, error) {
	if !s.Claims(token) {
		return s.introspectRefresh(inShop(ctx, c), c, token)
	}
	actor, claims, err := s.bearer(ctx, token)
	if fault.Is(err, fault.Unauthenticated) || err == nil && claims.client != c.ID.UUID {
		return Introspection{}, nil
	}
	if err != nil {
		return Introspection{}, err
	}
	return Introspection{
		Active: true, Scope: strings.Join(within(strings.Fields(claims.Scope), actor.Scopes), " "), ClientID: claims.ClientID, TokenType: "Bearer",
		Expiry: claims.Expiry.Time().Unix(), IssuedAt: claims.IssuedAt.Time().Unix(), NotBefore: claims.NotBefore.Time().Unix(),
		Subject: claims.Subject, Audience: claims.Audience, Issuer: claims.Issuer, ID: claims.ID, Shop: claims.Shop, Session: claims.Session,
	}, nil
}

func (s *Service) introspectRefresh(ctx context.Context, c *apps.Client, token string) (Introspection, error) {
	r, found, err := findToken(ctx, s.db, digestOf(token))
	if err != nil || !found || r.app != c.ID.UUID || r.used || r.revoked || !s.clock.Now().Before(r.expires) {
		return Introspection{}, err
	}
	if _, err := s.identity.Session(ctx, access.Staff, r.session); err != nil {
		if fault.Is(err, fault.Unauthenticated) {
			err = nil
		}
		return Introspection{}, err
	}
	return Introspection{
		Active: true, Scope: strings.Join(r.scopes, " "), ClientID: c.ClientID(), Expiry: r.expires.Unix(), IssuedAt: r.created.Unix(),
		Subject: r.subject.String(), Issuer: s.issuer, Shop: c.Shop.String(), Session: r.session.String(),
	}, nil
}

// Person is what an app is told about a member of staff, each part only with the scope for it.
type Person struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
}

// UserInfo is who stands behind a token (OpenID Connect Core, section 5.3.2).
type UserInfo struct {
	Subject string `json:"sub"`
	Person
}

// UserInfo tells about the member of staff in whose name a token was given. Fails with [fault.Unauthenticated] where the
// token is not good, and with [fault.Forbidden] where it has no scope openid.
func (s *Service) UserInfo(ctx context.Context, token string) (UserInfo, error) {
	if !s.Claims(token) {
		return UserInfo{}, identity.Refused()
	}
	_, claims, err := s.bearer(ctx, token)
	if err != nil {
		return UserInfo{}, err
	}
	scopes := strings.Fields(claims.Scope)
	if claims.session == uuid.Nil || !has(scopes, ScopeOpenID) {
		return UserInfo{}, fault.New(fault.Forbidden, "The token was not given for this: ask for the scope openid.")
	}
	person, err := s.about(ctx, claims.shop, claims.user, scopes)
	return UserInfo{Subject: claims.Subject, Person: person}, err
}

func (s *Service) about(ctx context.Context, shop, member uuid.UUID, scopes []string) (Person, error) {
	var p Person
	if !has(scopes, ScopeProfile) && !has(scopes, ScopeEmail) {
		return p, nil
	}
	found, err := s.staff.ByIDs(database.WithShop(ctx, shop), []uuid.UUID{member})
	if err != nil || found[member] == nil {
		return p, err
	}
	if has(scopes, ScopeProfile) {
		p.Name = found[member].Name
	}
	if has(scopes, ScopeEmail) {
		p.Email = found[member].Email
	}
	return p, nil
}

// Sweep deletes codes, tokens and keys that ended a day ago: until then, using one again is noticed. It takes at most so
// many of each, of all shops.
func (s *Service) Sweep(ctx context.Context, most int) (int, error) {
	before := s.clock.Now().Add(-keepUsed)
	codes, err := database.DeleteBefore(ctx, s.db, "oauth_request", "expires_at", before, most)
	if err != nil {
		return 0, err
	}
	tokens, err := database.DeleteBefore(ctx, s.db, "oauth_token", "expires_at", before, most)
	if err != nil {
		return 0, err
	}
	return max(codes, tokens), s.db.InTx(ctx, func(tx database.Tx) error {
		_, err := deleteKeys(ctx, tx, before)
		return err
	})
}

package oauth

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

var _ identity.Bearers = (*Service)(nil)

// maxToken is the longest token that is looked at, in bytes. Ours are far shorter.
const maxToken = 4096

// Claims reports whether a bearer token has the form of a signed one: three parts, of which the first is a JSON object.
func (s *Service) Claims(token string) bool {
	return strings.HasPrefix(token, "eyJ") && strings.Count(token, ".") == 2
}

// Bearer tells who shows an access token, and what they may do now: a member of staff what was granted, as far as they
// still may it and the app too; an app what it was given and may still have. Fails with [fault.Unauthenticated].
func (s *Service) Bearer(ctx context.Context, token string) (access.Actor, error) {
	actor, _, err := s.bearer(ctx, token)
	return actor, err
}

func (s *Service) bearer(ctx context.Context, token string) (access.Actor, *accessClaims, error) {
	c, err := s.believe(ctx, token)
	if err != nil {
		return access.Actor{}, nil, err
	}
	client, err := s.apps.Client(ctx, c.client)
	if fault.Is(err, fault.NotFound) || err == nil && client.Shop != c.shop {
		err = identity.Refused()
	}
	if err != nil {
		return access.Actor{}, nil, err
	}
	granted := both(strings.Fields(c.Scope), client.AccessScopes)
	actor := access.Actor{Kind: access.App, Shop: c.shop, ID: c.client, Scopes: access.NewScopes(granted...)}
	for _, l := range client.LocationIDs {
		actor.Locations = append(actor.Locations, l.UUID)
	}
	if c.session == uuid.Nil {
		return actor, c, s.refuseEnded(ctx, c)
	}
	member, err := s.identity.Session(database.WithShop(ctx, c.shop), access.Staff, c.session)
	if err == nil && member.ID != c.user {
		err = identity.Refused()
	}
	if err != nil {
		return access.Actor{}, nil, err
	}
	member.Scopes = access.NewScopes(both(granted, member.Scopes.List())...)
	member.Locations, member.Via = actor.Locations, c.client
	return member, c, nil
}

// refuseEnded refuses a token without a session that was revoked by itself.
func (s *Service) refuseEnded(ctx context.Context, c *accessClaims) error {
	d := digestOf("access token " + c.ID)
	_, alive, err := s.alive.Get(d, s.clock.Now(), func() (struct{}, bool, error) {
		ended, err := hasEnded(database.WithShop(ctx, c.shop), s.db, d)
		return struct{}{}, !ended, err
	})
	if err == nil && !alive {
		err = identity.Refused()
	}
	return err
}

// believe checks all that a token says of itself. A signature is checked once: what was found good is remembered by the
// token's hash, and only time, which goes on, is looked at again.
func (s *Service) believe(ctx context.Context, token string) (*accessClaims, error) {
	if len(token) > maxToken {
		return nil, identity.Refused()
	}
	now := s.clock.Now()
	// A refusal is an error here, and so is not remembered: a token may be ahead of our clock, or of the keys we have read.
	c, _, err := s.read.Get(digestOf(token), now, func() (*accessClaims, bool, error) {
		c, err := s.parse(ctx, token, now)
		return c, true, err
	})
	if err != nil {
		return nil, err
	}
	if c.ValidateWithLeeway(jwt.Expected{Time: now}, Leeway) != nil {
		return nil, identity.Refused()
	}
	if _, err := s.keys.byID(ctx, c.keyID, now); err != nil {
		return nil, refusedKey(err)
	}
	return c, nil
}

// parse reads a token that is signed by one of our keys and meant for our API (RFC 9068, section 4).
func (s *Service) parse(ctx context.Context, token string, now time.Time) (*accessClaims, error) {
	parsed, err := jwt.ParseSigned(token, algorithms)
	if err != nil || len(parsed.Headers) != 1 {
		return nil, identity.Refused()
	}
	header := parsed.Headers[0]
	if typ, _ := header.ExtraHeaders[jose.HeaderType].(string); !strings.EqualFold(strings.TrimPrefix(typ, "application/"), typeAccess) {
		return nil, identity.Refused()
	}
	key, err := s.keys.byID(ctx, header.KeyID, now)
	if err != nil {
		return nil, refusedKey(err)
	}
	c := &accessClaims{keyID: key.KID}
	if err := parsed.Claims(key.Public, c); err != nil {
		return nil, identity.Refused()
	}
	expected := jwt.Expected{Issuer: s.issuer, AnyAudience: jwt.Audience{s.Audience()}, Time: now}
	if c.Expiry == nil || c.IssuedAt == nil || c.ID == "" || c.ValidateWithLeeway(expected, Leeway) != nil || !c.ids() {
		return nil, identity.Refused()
	}
	return c, nil
}

func refusedKey(err error) error {
	if errors.Is(err, errNoKey) {
		return identity.Refused()
	}
	return err
}

// ids reads the claims that are ids: who, through which app, in which shop, and in which session.
func (c *accessClaims) ids() bool {
	for _, p := range []struct {
		text string
		into *uuid.UUID
	}{{c.ClientID, &c.client}, {c.Shop, &c.shop}, {c.Subject, &c.user}} {
		id, err := uuid.Parse(p.text)
		if err != nil {
			return false
		}
		*p.into = id
	}
	if c.Session == "" {
		return c.user == c.client
	}
	var err error
	c.session, err = uuid.Parse(c.Session)
	return err == nil && c.session != uuid.Nil
}

package federation

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/uuid"
	"golang.org/x/oauth2"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
)

// Answer is what a browser brings back from a provider.
type Answer struct {
	State, Code string
	// Issuer says whose answer this is, where the provider says so (RFC 9207).
	Issuer string
	// Error is why there is no code (RFC 6749, section 4.1.2.1).
	Error string
	// Browser is what the browser was given when the sign-in began.
	Browser string
}

// Finish ends a sign-in and gives where the browser goes: back, with a token that is exchanged for a session once.
//
// Who is tied to an account signs in to it. Who is not, but whose email the provider has verified, is tied to
//
//   - the customer of that email, where the provider may tie accounts and it is known that the account's holder gets mail
//     there, or nobody can have signed in to it so far: it has no password, and is tied to nothing. Otherwise somebody else
//     could open an account with the email of who comes later, and share it with them from then on;
//   - a new customer, where the provider may make them;
//   - the member of staff of that email, where the provider may tie accounts.
//
// Anybody else is turned away with [Stopped], and so is who brings an answer that cannot be believed.
func (s *Service) Finish(ctx context.Context, a Answer) (to string, err error) {
	named, _, ok := strings.Cut(a.State, ".")
	at, err := uuid.Parse(named)
	if !ok || err != nil || a.Browser == "" {
		return "", lost()
	}
	ctx = database.WithShop(ctx, at)
	var f *flow
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		f, err = takeFlow(ctx, tx, stateHash(a.State, a.Browser), s.clock.Now())
		return err
	})
	if err == nil && f == nil {
		err = lost()
	}
	if err != nil {
		return "", err
	}
	p, err := providerBy(ctx, s.db, "id", f.provider)
	if err == nil && (p == nil || !p.Enabled) {
		err = unknown()
	}
	if err != nil {
		return "", err
	}
	back, err := url.Parse(f.returnTo)
	if err != nil {
		return "", err
	}
	who, err := s.ask(ctx, p, f, a)
	if errors.Is(err, errDenied) {
		return adding(back, "error", "access_denied"), nil
	}
	if err != nil {
		return "", err
	}
	token, err := s.admit(ctx, p, who)
	if err != nil {
		return "", err
	}
	return adding(back, "token", token), nil
}

// errDenied says that the person did not want to sign in after all.
var errDenied = errors.New("the person said no")

// ask gets a provider's word on who somebody is, and believes it or not. Nothing of the reason leaves the process but
// whether the provider answered.
func (s *Service) ask(ctx context.Context, p *stored, f *flow, a Answer) (*claims, error) {
	peer, err := s.parties.get(ctx, p.Issuer)
	if err != nil {
		return nil, s.silent(ctx, p, err)
	}
	// Of all checks the first: an answer of another provider's must not reach this one (RFC 9700, section 4.4).
	if a.Issuer != "" && a.Issuer != p.Issuer || a.Issuer == "" && peer.named {
		return nil, s.distrust(ctx, p, errors.New("the answer is not this provider's"))
	}
	if a.Error == "access_denied" {
		return nil, errDenied
	}
	if a.Error != "" || a.Code == "" {
		s.log.WarnContext(ctx, "an identity provider refused a sign-in", "provider", p.ID.String(), "code", a.Error)
		return nil, stop(Refused, p.Title+" did not sign you in", "Go back to the shop and sign in again, or sign in another way.")
	}
	secret, err := s.secretOf(p)
	if err != nil {
		return nil, err
	}
	ctx = oidc.ClientContext(ctx, s.client)
	given, err := peer.config(p.ClientID, secret, s.CallbackURL()).Exchange(ctx, a.Code, oauth2.VerifierOption(f.verifier))
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.Response != nil && refused.Response.StatusCode < http.StatusInternalServerError {
		return nil, s.distrust(ctx, p, err)
	}
	if err != nil {
		return nil, s.silent(ctx, p, err)
	}
	raw, _ := given.Extra("id_token").(string)
	who, err := s.verify(ctx, p, peer, f, raw)
	if err != nil {
		return nil, s.distrust(ctx, p, err)
	}
	if who.Email == "" && peer.UserInfoEndpoint() != "" {
		err = s.complete(ctx, peer, given, who)
	}
	return who, err
}

// claims is what a provider says of somebody.
type claims struct {
	Subject  string `json:"sub"`
	Email    string `json:"email"`
	Verified truth  `json:"email_verified"`
	First    string `json:"given_name"`
	Last     string `json:"family_name"`
	// Party is whom the token was made for, where that is said (azp).
	Party string `json:"azp"`
}

// truth is true in either of the ways in which providers say it; anything else is not.
type truth bool

// UnmarshalJSON implements [json.Unmarshaler].
func (t *truth) UnmarshalJSON(b []byte) error {
	*t = string(b) == "true" || string(b) == `"true"`
	return nil
}

const (
	// maxSubject is the longest subject (OpenID Connect Core, section 2).
	maxSubject = 255
	// leeway is how far a provider's clock may be ahead of ours.
	leeway = 5 * time.Minute
)

// verify checks an identity token (OpenID Connect Core, section 3.1.3.7) and gives what it says.
func (s *Service) verify(ctx context.Context, p *stored, peer *party, f *flow, raw string) (*claims, error) {
	t, err := peer.Verifier(&oidc.Config{ClientID: p.ClientID, SupportedSigningAlgs: peer.algorithms, Now: s.clock.Now}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	var c claims
	if err := t.Claims(&c); err != nil {
		return nil, err
	}
	switch {
	case t.Issuer != p.Issuer:
		return nil, errors.New("the token is another issuer's")
	case subtle.ConstantTimeCompare([]byte(t.Nonce), []byte(f.nonce)) != 1:
		return nil, errors.New("the token is another sign-in's")
	case len(t.Audience) > 1 && c.Party == "" || c.Party != "" && c.Party != p.ClientID:
		return nil, errors.New("the token was made for another client")
	case c.Subject == "" || len(c.Subject) > maxSubject:
		return nil, errors.New("the token names no subject")
	case t.IssuedAt.After(s.clock.Now().Add(leeway)):
		return nil, errors.New("the token is from the future")
	}
	return &c, nil
}

// complete asks the provider for the email where the token does not have it. The answer is nobody's unless it names the
// token's subject (OpenID Connect Core, section 5.3.2).
func (s *Service) complete(ctx context.Context, peer *party, given *oauth2.Token, who *claims) error {
	info, err := peer.UserInfo(ctx, oauth2.StaticTokenSource(given))
	if err != nil || info.Subject != who.Subject {
		s.log.WarnContext(ctx, "an identity provider did not tell an email", "error", err)
		return nil // it stays without one, and is turned away unless it is tied
	}
	more := claims{}
	if err := info.Claims(&more); err != nil {
		return nil //nolint:nilerr // likewise
	}
	who.Email, who.Verified = more.Email, more.Verified
	if who.First == "" && who.Last == "" {
		who.First, who.Last = more.First, more.Last
	}
	return nil
}

func (s *Service) distrust(ctx context.Context, p *stored, err error) error {
	s.log.WarnContext(ctx, "an identity provider was not believed", "provider", p.ID.String(), "issuer", p.Issuer, "error", brief(err))
	return distrusted(p)
}

// admit finds the account of who was vouched for, and makes a token that stands for it.
func (s *Service) admit(ctx context.Context, p *stored, who *claims) (string, error) {
	secret, err := s.identity.NewSecret()
	if err != nil {
		return "", err
	}
	token := tokenPrefix + secret
	return token, s.inTx(ctx, func(tx database.Tx) error {
		account, err := s.accountTx(ctx, tx, p, who)
		if err != nil {
			return err
		}
		return insertToken(ctx, tx, s.newID(), p.ID.UUID, account, identity.Digest(token), s.clock.Now())
	})
}

package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"

	apps "github.com/rialtohq/rialto/commerce/app"
)

// What codes and refresh tokens begin with, so that people, logs and secret scanners can tell one kind from another.
const (
	prefixCode    = "roc_"
	prefixRefresh = "ror_"
	secretSize    = 32 // bytes: 256 bits, beyond guessing, so that one round of SHA-256 keeps it safe at rest
)

// The types of what we sign, in its header: one is never taken for the other (RFC 8725, section 3.11).
const (
	typeAccess   = "at+jwt" // RFC 9068, section 2.1
	typeIdentity = "JWT"
)

// algorithms is the list of what we believe: neither "none" nor anything keyed with our public key is in it.
var algorithms = []jose.SignatureAlgorithm{jose.EdDSA}

var errNoKey = errors.New("no such signing key")

// digest is the hash of a secret: what is kept, and what caches go by.
type digest [sha256.Size]byte

func digestOf(secret string) digest { return sha256.Sum256([]byte(secret)) }

func (d digest) bytes() []byte { return d[:] }

func readDigest(b []byte) (d digest, ok bool) {
	copy(d[:], b)
	return d, len(b) == len(d)
}

func (s *Service) mint(prefix string) (string, error) {
	var b [secretSize]byte
	if _, err := io.ReadFull(s.random, b[:]); err != nil {
		return "", err
	}
	return prefix + base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// accessClaims are what an access token says (RFC 9068, section 2.2).
type accessClaims struct {
	jwt.Claims
	ClientID string `json:"client_id"`
	Scope    string `json:"scope,omitempty"`
	// Session is the session of the member of staff who agreed; empty where an app acts in its own name.
	Session string `json:"sid,omitempty"`
	Shop    string `json:"shop"`

	keyID                       string
	client, session, shop, user uuid.UUID // read from the texts above
}

// identityClaims are what an ID token says (OpenID Connect Core, section 2).
type identityClaims struct {
	jwt.Claims
	AuthTime   *jwt.NumericDate `json:"auth_time"`
	Nonce      string           `json:"nonce,omitempty"`
	AccessHash string           `json:"at_hash"`
	Session    string           `json:"sid"`
	Person
}

// Tokens are what the token endpoint gives (RFC 6749, section 5.1).
type Tokens struct {
	AccessToken  string
	ExpiresIn    time.Duration
	RefreshToken string // empty for an app in its own name
	IDToken      string // empty without scope openid
	Scope        string
}

// grant is what tokens are made from.
type grant struct {
	client   *apps.Client
	subject  uuid.UUID // the member of staff; nil for an app in its own name
	session  uuid.UUID
	scopes   []string
	authTime time.Time
	nonce    string
}

// issue signs the tokens of a grant. It must not be called within a transaction.
func (s *Service) issue(ctx context.Context, g grant) (Tokens, error) {
	now := s.clock.Now()
	subject := g.client.ClientID()
	claims := accessClaims{ClientID: g.client.ClientID(), Shop: g.client.Shop.String(), Scope: strings.Join(g.scopes, " ")}
	if g.subject != uuid.Nil {
		subject, claims.Session = g.subject.String(), g.session.String()
	}
	claims.Claims = jwt.Claims{
		Issuer: s.issuer, Subject: subject, Audience: jwt.Audience{s.Audience()}, ID: s.newID().String(),
		IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(AccessLifetime)),
	}
	t := Tokens{ExpiresIn: AccessLifetime, Scope: claims.Scope}
	var err error
	if t.AccessToken, err = s.sign(ctx, typeAccess, claims); err != nil || g.subject == uuid.Nil || !has(g.scopes, ScopeOpenID) {
		return t, err
	}
	about, err := s.about(ctx, g.client.Shop, g.subject, g.scopes)
	if err != nil {
		return t, err
	}
	t.IDToken, err = s.sign(ctx, typeIdentity, identityClaims{
		Claims: jwt.Claims{
			Issuer: s.issuer, Subject: subject, Audience: jwt.Audience{claims.ClientID}, ID: s.newID().String(),
			IssuedAt: claims.IssuedAt, Expiry: claims.Expiry,
		},
		AuthTime: jwt.NewNumericDate(g.authTime), Nonce: g.nonce, Session: claims.Session, AccessHash: accessHash(t.AccessToken), Person: about,
	})
	return t, err
}

// accessHash binds an ID token to the access token beside it: the left half of the hash that Ed25519 signs with (OpenID
// Connect Core, section 3.1.3.6).
func accessHash(token string) string {
	sum := sha512.Sum512([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

func (s *Service) sign(ctx context.Context, typ string, claims any) (string, error) {
	key, err := s.keys.signing(ctx, s.clock.Now())
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: key.private, KeyID: key.KID}},
		(&jose.SignerOptions{}).WithType(jose.ContentType(typ)),
	)
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

package oauth_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/oauth"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

// kid is the id of the key that signed a token.
func kid(t testing.TB, token string) string {
	t.Helper()
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Headers[0].KeyID
}

// forger signs what it likes with a key of the deployment's own: one that the test put into the database.
type forger struct {
	b       bundle
	private ed25519.PrivateKey
	kid     string
}

func newForger(b bundle) forger {
	b.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	f := forger{b: b, private: private, kid: "the test's"}
	err = b.db.InTx(b.ctx, func(tx database.Tx) error {
		_, err := tx.SysExec(database.AllShops(b.ctx), `INSERT INTO signing_key (id, kid, algorithm, public, private, sealed, active_at, created_at) VALUES ($1, $2, 'EdDSA', $3, $4, false, $5, $5)`,
			uuid.Must(uuid.NewV7()), f.kid, []byte(public), private.Seed(), b.clock.Now())
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return f
}

// sign makes a token of claims with a header; "" for a header's value leaves it out.
func (f forger) sign(header map[jose.HeaderKey]any, claims map[string]any) string {
	f.b.Helper()
	options := &jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{}}
	for name, value := range header {
		if value != "" {
			options.ExtraHeaders[name] = value
		}
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: f.private}, options)
	if err != nil {
		f.b.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		f.b.Fatal(err)
	}
	return token
}

func TestBearer(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		f := newForger(b)
		c := b.client()
		other := setup(t, db).client()
		now := b.clock.Now().Unix()
		header := map[jose.HeaderKey]any{"kid": f.kid, "typ": "at+jwt"}
		claims := map[string]any{
			"iss": issuer, "aud": issuer + "/graphql", "sub": c.ClientID(), "client_id": c.ClientID(), "shop": b.shop.String(), "scope": access.OrdersRead,
			"jti": "one", "iat": now, "nbf": now, "exp": now + 600,
		}
		with := func(name string, value any) map[string]any {
			out := maps.Clone(claims)
			if out[name] = value; value == nil {
				delete(out, name)
			}
			return out
		}
		heads := func(name jose.HeaderKey, value any) map[jose.HeaderKey]any {
			out := maps.Clone(header)
			out[name] = value
			return out
		}
		for name, token := range map[string]string{
			"AsOurs":        f.sign(header, claims),
			"LongTypeName":  f.sign(heads("typ", "application/at+jwt"), claims),
			"TypeInCapital": f.sign(heads("typ", "AT+JWT"), claims),
			"TwoAudiences":  f.sign(header, with("aud", []string{"https://else.example", issuer + "/graphql"})),
			"ClockAhead":    f.sign(header, with("exp", now-29)),
			"ClockBehind":   f.sign(header, with("nbf", now+29)),
		} {
			t.Run("Good/"+name, func(t *testing.T) {
				actor, err := b.Bearer(b.ctx, token)
				if err != nil || actor.Kind != access.App || actor.ID != c.ID.UUID || actor.Shop != b.shop || !actor.Can(access.OrdersRead) {
					t.Errorf("taken for %+v: %v", actor, err)
				}
			})
		}
		good := f.sign(header, claims)
		parts := strings.Split(good, ".")
		for name, token := range map[string]string{
			"OtherIssuer":        f.sign(header, with("iss", "https://else.example")),
			"NoIssuer":           f.sign(header, with("iss", nil)),
			"OtherAudience":      f.sign(header, with("aud", "https://else.example/graphql")),
			"ClientAsAudience":   f.sign(header, with("aud", c.ClientID())),
			"NoAudience":         f.sign(header, with("aud", nil)),
			"IdentityToken":      f.sign(heads("typ", "JWT"), claims),
			"NoType":             f.sign(heads("typ", ""), claims),
			"NoKey":              f.sign(heads("kid", ""), claims),
			"UnknownKey":         f.sign(heads("kid", "another"), claims),
			"CriticalHeader":     f.sign(heads("crit", []string{"rule"}), claims),
			"Ended":              f.sign(header, with("exp", now-31)),
			"NoEnd":              f.sign(header, with("exp", nil)),
			"NotYet":             f.sign(header, with("nbf", now+31)),
			"IssuedInTheFuture":  f.sign(header, with("iat", now+31)),
			"NoIssueTime":        f.sign(header, with("iat", nil)),
			"NoID":               f.sign(header, with("jti", nil)),
			"NoShop":             f.sign(header, with("shop", nil)),
			"OtherShop":          f.sign(header, with("shop", other.Shop.String())),
			"AppOfAnotherShop":   f.sign(header, with("client_id", other.ClientID())),
			"NoSuchApp":          f.sign(header, with("client_id", uuid.NewString())),
			"SomebodyAsTheApp":   f.sign(header, with("sub", uuid.NewString())),
			"NoSuchSession":      f.sign(header, with("sid", uuid.NewString())),
			"SessionWithoutName": f.sign(header, with("sid", uuid.Nil.String())),
			"None":               unsigned("none", parts[1]),
			"NoneInCapitals":     unsigned("NONE", parts[1]),
			"NoSignature":        parts[0] + "." + parts[1] + ".",
			"OtherClaims":        parts[0] + "." + strings.Split(f.sign(header, with("scope", access.StaffWrite)), ".")[1] + "." + parts[2],
			"KeyedWithOurPublic": f.keyed(claims),
			"RSA":                rsaSigned(t, f.kid, claims),
			"KeyOfItsOwn":        selfSigned(t, f.kid, claims),
			"NoJSON":             "eyJ.eyJ.x",
			"TooLong":            good + strings.Repeat("x", 8000),
		} {
			t.Run("Refused/"+name, func(t *testing.T) {
				if actor, err := b.Bearer(b.ctx, token); !fault.Is(err, fault.Unauthenticated) {
					t.Errorf("taken for %+v: %v", actor, err)
				}
			})
		}
	})
}

func unsigned(alg, claims string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"`+alg+`","kid":"the test's","typ":"at+jwt"}`)) + "." + claims + "."
}

// keyed signs with the public key as if it were a shared secret (RFC 8725, section 2.1).
func (f forger) keyed(claims map[string]any) string {
	f.b.Helper()
	public, _ := f.private.Public().(ed25519.PublicKey)
	return signed(f.b, jose.SigningKey{Algorithm: jose.HS256, Key: []byte(public)}, f.kid, false, claims)
}

func rsaSigned(t testing.TB, kid string, claims map[string]any) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return signed(t, jose.SigningKey{Algorithm: jose.RS256, Key: key}, kid, false, claims)
}

// selfSigned brings the key to check it with along.
func selfSigned(t testing.TB, kid string, claims map[string]any) string {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signed(t, jose.SigningKey{Algorithm: jose.EdDSA, Key: private}, kid, true, claims)
}

func signed(t testing.TB, key jose.SigningKey, kid string, embed bool, claims map[string]any) string {
	t.Helper()
	options := (&jose.SignerOptions{EmbedJWK: embed}).WithType("at+jwt")
	if !embed {
		options = options.WithHeader("kid", kid)
	}
	signer, err := jose.NewSigner(key, options)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	s, err := signer.Sign(body)
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestBearerEndsWithTime(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(b bundle){
		"Ended": func(b bundle) {
			token := b.own(b.Service, b.client())
			b.clock.Advance(oauth.AccessLifetime + oauth.Leeway - time.Second)
			b.good(token, b.Service)
			b.clock.Advance(2 * time.Second)
			b.refused(token)
		},
		"AheadOfOurClock": func(b bundle) {
			c := b.client()
			token := b.own(b.clockAhead(31*time.Second), c)
			b.refused(token)
			b.clock.Advance(2 * time.Second) // a refusal is not remembered
			b.good(token, b.Service)
		},
		"CostsNothingTwice": func(b bundle) {
			token := b.own(b.Service, b.client())
			b.good(token, b.Service)
			ctx, record := database.Recording(b.ctx, false)
			for range 10 {
				if _, err := b.Bearer(ctx, token); err != nil {
					b.Fatal(err)
				}
			}
			if n := record.Count(); n != 0 {
				b.Errorf("%d statements for a token that was looked at a moment ago", n)
			}
		},
		"InventedKeysAreNotReadAgain": func(b bundle) {
			f := newForger(b)
			ctx, record := database.Recording(b.ctx, false)
			for range 20 {
				token := f.sign(map[jose.HeaderKey]any{"kid": uuid.NewString(), "typ": "at+jwt"}, map[string]any{"iss": issuer})
				if _, err := b.Bearer(ctx, token); !fault.Is(err, fault.Unauthenticated) {
					b.Fatal(err)
				}
			}
			if n := record.Count(); n != 1 {
				b.Errorf("twenty invented keys took %d statements", n)
			}
		},
		"RefusalsAreInTheWordsOfTheStandard": func(b bundle) {
			_, err := b.Own(b.ctx, b.client(), access.StaffWrite)
			if e, ok := errors.AsType[*oauth.Error](err); !ok || e.Code != oauth.InvalidScope {
				b.Error(err)
			}
		},
	})
}

func (b bundle) clockAhead(d time.Duration) *oauth.Service {
	c := clock.NewManual(b.clock.Now().Add(d))
	return oauth.New(oauth.Config{DB: b.db, Clock: c, Identity: b.ids, Staff: b.staff, Apps: b.apps, Issuer: issuer})
}

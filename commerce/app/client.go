package app

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// What secrets begin with, so that people, logs and secret scanners can tell one kind from another.
const (
	secretPrefix = "ras_"
	keyPrefix    = "rak_"
)

// digest is the hash of a secret or key: SHA-256, as for every secret of 256 random bits.
type digest [sha256.Size]byte

func (d digest) bytes() []byte { return d[:] }

func readDigest(b []byte) (d digest, ok bool) {
	copy(d[:], b)
	return d, len(b) == len(d)
}

func digestOf(secret string) digest { return sha256.Sum256([]byte(secret)) }

func hash(secret string) []byte { d := digestOf(secret); return d[:] }

func (s *Service) newSecret(prefix string) (string, error) {
	secret, err := s.secrets.NewSecret()
	return prefix + secret, err
}

// stored is an app with what only this package may see.
type stored struct {
	App
	secret, previous []byte
}

// Client is an app at the door where it authenticates itself.
type Client struct {
	*App
	// Shop is the app's shop: a client id is good without one.
	Shop             uuid.UUID
	secret, previous []byte
}

// Client finds the app of a client id, whatever shop the context is bound to. Fails with [fault.NotFound] where there is none
// or it was revoked. It is remembered like keys are, and must not be changed.
func (s *Service) Client(ctx context.Context, id uuid.UUID) (*Client, error) {
	c, found, err := s.clients.Get(id, s.clock.Now(), func() (*Client, bool, error) {
		c, err := findClient(database.AllShops(ctx), s.db, id)
		return c, c != nil && c.RevokedAt == nil, err
	})
	if err == nil && !found {
		err = fault.New(fault.NotFound, "There is no such app.")
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Proves reports whether a client secret is the app's: the one in force, or the one before it within its overlap. A public
// app has none, and nothing proves it.
func (c *Client) Proves(secret string, now time.Time) bool {
	given := hash(secret)
	// Both are compared whatever the first said, so that the answer takes as long.
	inForce := subtle.ConstantTimeCompare(given, c.secret) == 1
	before := subtle.ConstantTimeCompare(given, c.previous) == 1
	return inForce || before && c.PreviousSecretEndsAt != nil && now.Before(*c.PreviousSecretEndsAt)
}

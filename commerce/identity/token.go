package identity

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
)

// What tokens begin with, so that people, logs and secret scanners can tell one kind from another.
const (
	prefixCustomer = "rcs_"
	prefixStaff    = "rss_"
	prefixPublic   = "rpt_"
	prefixPrivate  = "rpv_"
)

const secretSize = 32 // bytes: 256 bits, beyond guessing, so that one round of SHA-256 keeps it safe at rest

// digest is the hash of a token: what is kept, and what caches go by.
type digest [sha256.Size]byte

func (d digest) bytes() []byte { return d[:] }

func readDigest(b []byte) (d digest, ok bool) {
	copy(d[:], b)
	return d, len(b) == len(d)
}

func digestOf(token string) digest { return sha256.Sum256([]byte(token)) }

// Digest is the hash under which a secret of this package is kept: SHA-256.
func Digest(secret string) []byte { d := digestOf(secret); return d[:] }

// NewSecret makes 256 random bits in base64url, for a secret that is mailed and used once. Keep only its [Digest].
func (s *Service) NewSecret() (string, error) { return s.mint("", nil) }

// mint makes a token: its prefix, then what goes before the secret and the secret, in base64url.
func (s *Service) mint(prefix string, before []byte) (string, error) {
	b := make([]byte, len(before)+secretSize)
	copy(b, before)
	if _, err := io.ReadFull(s.random, b[len(before):]); err != nil {
		return "", err
	}
	return prefix + base64.RawURLEncoding.EncodeToString(b), nil
}

// handle is a session's token, taken apart. It carries its shop, so that a bearer alone can be looked up by the shop's
// own index, and so that a handle shown in another shop is refused before anything is read.
type handle struct {
	kind   access.Kind
	shop   uuid.UUID
	digest digest
}

func (s *Service) newHandle(kind access.Kind, shop uuid.UUID) (string, error) {
	prefix := prefixCustomer
	if kind == access.Staff {
		prefix = prefixStaff
	}
	return s.mint(prefix, shop[:])
}

func parseHandle(token string) (h handle, ok bool) {
	rest, ok := strings.CutPrefix(token, prefixCustomer)
	h.kind = access.Customer
	if !ok {
		rest, ok = strings.CutPrefix(token, prefixStaff)
		h.kind = access.Staff
	}
	var raw [len(uuid.UUID{}) + secretSize]byte
	if !ok || len(rest) != base64.RawURLEncoding.EncodedLen(len(raw)) {
		return h, false
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(raw[:], []byte(rest)); err != nil {
		return h, false
	}
	copy(h.shop[:], raw[:])
	h.digest = digestOf(token)
	return h, true
}

// isHandle reports whether a bearer token claims to be a session's; all others are storefront tokens.
func isHandle(token string) bool {
	return strings.HasPrefix(token, prefixCustomer) || strings.HasPrefix(token, prefixStaff)
}

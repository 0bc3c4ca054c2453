// Package seal keeps what must be read again, such as a client secret, unreadable in the database and its backups for
// whoever does not have the deployment's secret.
//
// It is not for what only has to be recognized: passwords and tokens are hashed.
//
// Invariants: each purpose has a key of its own, so that what is sealed for one opens for no other; what is sealed under a
// name opens under no other; without a secret nothing is sealed, and [Sealer.Seal] says so.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
)

// ErrSealed says that something was sealed with a secret that is not ours, or for something else.
var ErrSealed = errors.New("sealed with another secret")

// Sealer seals for one purpose. The zero value has no secret and seals nothing.
type Sealer struct {
	aead   cipher.AEAD // nil without a secret
	random io.Reader
}

// New makes a sealer from the deployment's secret; empty is none. The purpose's key is derived from it (HKDF, RFC 5869).
func New(secret, purpose string) Sealer {
	if secret == "" {
		return Sealer{}
	}
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "rialto "+purpose, 32)
	if err != nil { // only for lengths that HKDF cannot give
		panic(fmt.Sprintf("seal: %v", err))
	}
	block, err := aes.NewCipher(key)
	if err != nil { // only for keys that are not 16, 24 or 32 bytes
		panic(fmt.Sprintf("seal: %v", err))
	}
	aead, err := cipher.NewGCM(block)
	if err != nil { // only for blocks that are not 16 bytes
		panic(fmt.Sprintf("seal: %v", err))
	}
	return Sealer{aead: aead, random: rand.Reader}
}

// Seals reports whether there is a secret.
func (s Sealer) Seals() bool { return s.aead != nil }

// Seal hides a text, bound to a name. Without a secret it stays as it is, and sealed is false.
func (s Sealer) Seal(name string, text []byte) (out []byte, sealed bool, err error) {
	if s.aead == nil {
		return text, false, nil
	}
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return nil, false, err
	}
	return s.aead.Seal(nonce, nonce, text, []byte(name)), true, nil
}

// Open gives what was sealed under a name. Fails with [ErrSealed] where the secret is missing or another, or the text is not
// what was sealed under this name.
func (s Sealer) Open(name string, text []byte, sealed bool) ([]byte, error) {
	if !sealed {
		return text, nil
	}
	if s.aead == nil || len(text) < s.aead.NonceSize() {
		return nil, ErrSealed
	}
	out, err := s.aead.Open(nil, text[:s.aead.NonceSize()], text[s.aead.NonceSize():], []byte(name))
	if err != nil {
		return nil, ErrSealed
	}
	return out, nil
}

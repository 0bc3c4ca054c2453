package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"

	"github.com/go-jose/go-jose/v4"
)

func newProvider(address, client, secret string) (*provider, error) {
	p := &provider{address: address, client: client, secret: secret, keys: map[string]jose.JSONWebKey{}, codes: map[string]*granted{}, tokens: map[string]*granted{}}
	byRSA, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	byCurve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	_, byEdwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	_, other, err := ed25519.GenerateKey(rand.Reader)
	for algorithm, key := range map[string]any{"RS256": byRSA, "ES256": byCurve, "EdDSA": byEdwards} {
		p.keys[algorithm] = jose.JSONWebKey{Key: key, KeyID: "key-" + algorithm, Algorithm: algorithm, Use: "sig"}
	}
	p.stranger = jose.JSONWebKey{Key: other, KeyID: "key-EdDSA", Algorithm: "EdDSA", Use: "sig"}
	return p, err
}

// sign makes a token.
func (p *provider) sign(g *granted) (string, error) {
	payload, err := json.Marshal(p.claims(g))
	if err != nil {
		return "", err
	}
	algorithm := g.algorithm
	if algorithm == "" {
		algorithm = "RS256"
	}
	key, algorithmOf := any(p.keys[algorithm]), jose.SignatureAlgorithm(algorithm)
	switch g.fault {
	case unsigned:
		return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload) + ".", nil
	case shared:
		key, algorithmOf = []byte(p.secret), jose.HS256
	case foreign:
		key, algorithmOf = p.stranger, jose.EdDSA
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithmOf, Key: key}, nil)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

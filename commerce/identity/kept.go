package identity

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/aside"
)

// sessionForm is how a looked-up session is written where all processes keep it: under the hash of its handle, without
// anything secret, and without a word about the person.
var sessionForm = aside.Form[digest, *session]{
	Key:   aside.Hashed[digest],
	Write: func(s *session) any { return s.kept() },
	Read: func(text []byte) (*session, error) {
		var k keptSession
		err := json.Unmarshal(text, &k)
		return k.session(), err
	},
}

type keptSession struct {
	Kind                      access.Kind
	Shop, Subject, ID, Client uuid.UUID
	Roles, Scopes             []string
	Expires, NextSlide        int64
}

func (s *session) kept() keptSession {
	a := s.actor
	return keptSession{
		Kind: a.Kind, Shop: a.Shop, Subject: a.ID, ID: a.Session, Client: a.Client, Roles: a.Roles, Scopes: a.Scopes.List(),
		Expires: s.expires.Load(), NextSlide: s.nextSlide.Load(),
	}
}

func (k keptSession) session() *session {
	s := &session{actor: access.Actor{Kind: k.Kind, Shop: k.Shop, ID: k.Subject, Session: k.ID, Client: k.Client, Roles: k.Roles, Scopes: access.NewScopes(k.Scopes...)}}
	s.expires.Store(k.Expires)
	s.nextSlide.Store(k.NextSlide)
	return s
}

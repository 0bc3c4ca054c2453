package operation

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/database"
)

// found is a registered document as it is looked up, once for each app that registered it.
type found struct {
	app        uuid.UUID
	hash, body string
}

// Match is a registered document that a client may mean.
type Match struct {
	// Hash is the document's, Body its text.
	Hash, Body string
	// App is the app that registered it.
	App uuid.UUID
}

// Find gives the document of an id: one that the app itself registered under the id or with that hash, the newest where its
// releases differ; else, unless own is set, one that another app of the shop registered with that hash. An app that is nil
// stands for credentials that belong to no app: they mean the documents of all. False where there is none.
//
// It is asked on the way of requests: what was found is remembered.
func (s *Service) Find(ctx context.Context, app uuid.UUID, own bool, id string) (Match, bool, error) {
	id = strings.TrimPrefix(id, "sha256:")
	if id == "" || len(id) > MaxAlias {
		return Match{}, false, nil
	}
	shop, err := database.Shop(ctx)
	if err != nil {
		return Match{}, false, err
	}
	rows, ok, err := s.known.Get(key{shop, id}, s.clock.Now(), func() ([]found, bool, error) {
		rows, err := find(ctx, s.db, id)
		return rows, len(rows) > 0, err
	})
	if err != nil || !ok {
		return Match{}, false, err
	}
	for _, r := range rows {
		if app == uuid.Nil || r.app == app {
			return s.match(shop, r), true, nil
		}
	}
	if own {
		return Match{}, false, nil
	}
	for _, r := range rows {
		if r.hash == id {
			return s.match(shop, r), true, nil
		}
	}
	return Match{}, false, nil
}

func (s *Service) match(shop uuid.UUID, r found) Match {
	s.uses.Note(shop, use{app: r.app, hash: r.hash}, s.clock.Now()) // without room for one more, it is noted in a minute
	return Match{Hash: r.hash, Body: r.body, App: r.app}
}

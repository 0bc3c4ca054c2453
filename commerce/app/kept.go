package app

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/aside"
)

// bearerForm is how a looked-up key is written where all processes keep it: under the hash of the key.
var bearerForm = aside.Form[digest, *bearer]{
	Key: aside.Hashed[digest],
	Write: func(b *bearer) any {
		return keptBearer{Shop: b.actor.Shop, App: b.actor.ID, Key: b.actor.Session, Scopes: b.actor.Scopes.List(), Locations: b.actor.Locations, Expires: b.expires}
	},
	Read: func(text []byte) (*bearer, error) {
		var k keptBearer
		err := json.Unmarshal(text, &k)
		actor := access.Actor{Kind: access.App, Shop: k.Shop, ID: k.App, Session: k.Key, Scopes: access.NewScopes(k.Scopes...), Locations: k.Locations}
		return &bearer{actor: actor, expires: k.Expires}, err
	},
}

type keptBearer struct {
	Shop, App, Key uuid.UUID
	Scopes         []string
	Locations      []uuid.UUID
	Expires        time.Time
}

// clientForm is the same for an app. Of its secrets it has the hashes, as the database does.
var clientForm = aside.Form[uuid.UUID, *Client]{
	Key: uuid.UUID.String,
	Write: func(c *Client) any {
		return keptClient{App: *c.App, Shop: c.Shop, Secret: c.secret, Previous: c.previous}
	},
	Read: func(text []byte) (*Client, error) {
		var k keptClient
		err := json.Unmarshal(text, &k)
		return &Client{App: &k.App, Shop: k.Shop, secret: k.Secret, previous: k.Previous}, err
	},
}

type keptClient struct {
	App              App
	Shop             uuid.UUID
	Secret, Previous []byte
}

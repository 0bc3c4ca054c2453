package federation

import (
	"context"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// Whom a provider signs in: values of the API's IdentityProviderAudience.
const (
	Customers = "CUSTOMER"
	Staff     = "STAFF"
)

// Type is that of a provider in its global id.
const Type = "IdentityProvider"

// Provider is an outside party whose word on who somebody is the context's shop believes.
type Provider struct {
	ID gid.ID
	// Handle is its place in addresses. It never changes.
	Handle string
	Title  string
	// Issuer names the provider and never changes: subjects are another party's under another issuer.
	Issuer   string
	ClientID string
	// Audience is [Customers] or [Staff]. It never changes.
	Audience string
	// CreateAccounts says that a customer who has no account gets one.
	CreateAccounts bool
	// LinkAccounts says that an account may be tied by the email that the provider has verified.
	LinkAccounts bool
	// ReturnURLs are where browsers may be sent back to, each exactly as it is written, beside the shop's own site.
	ReturnURLs []string
	Enabled    bool
	// CallbackURL is what to register with the provider; StartURL is where a sign-in begins.
	CallbackURL, StartURL string
	CreatedAt, UpdatedAt  time.Time
}

// stored is a provider with what only this package may see.
type stored struct {
	Provider
	secret []byte
	sealed bool
}

// facts is what the audit trail keeps of a provider.
func (p *Provider) facts() map[string]any {
	return map[string]any{
		"handle": p.Handle, "title": p.Title, "issuer": p.Issuer, "clientId": p.ClientID, "audience": p.Audience, "createAccounts": p.CreateAccounts,
		"linkAccounts": p.LinkAccounts, "returnUrls": p.ReturnURLs, "enabled": p.Enabled,
	}
}

// mayWrite refuses whoever may not change providers of an audience. Who says whose word is believed can come in as anybody
// that this party names: as any customer, or as any member of staff. So it takes every right that is gained that way.
func mayWrite(ctx context.Context, audience string) error {
	actor := access.From(ctx)
	gained := access.NewScopes(access.AllScopes...)
	if audience == Customers {
		gained = access.NewScopes(access.ShopWrite, access.CustomersRead, access.CustomersReadPII, access.CustomersWrite)
	}
	if actor.Kind == access.System || actor.Can(access.ShopWrite) && actor.Covers(gained) {
		return nil
	}
	return fault.New(fault.Forbidden, "You may not let a provider sign people in who may do what you may not.")
}

func mayRead(ctx context.Context) bool {
	actor := access.From(ctx)
	return actor.Kind == access.System || actor.Can(access.ShopRead) || actor.Can(access.ShopWrite)
}

// List gives the shop's providers, by handle.
func (s *Service) List(ctx context.Context) ([]*Provider, error) {
	rows, err := listProviders(ctx, s.db)
	if err != nil {
		return nil, err
	}
	return s.shown(ctx, rows...)
}

// ByIDs gives providers by their ids, for who may read or change the shop's settings; others and those of other shops are missing.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Provider, error) {
	out := make(map[uuid.UUID]*Provider, len(ids))
	if !mayRead(ctx) {
		return out, nil
	}
	rows, err := providersByID(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	shown, err := s.shown(ctx, rows...)
	for _, p := range shown {
		out[p.ID.UUID] = p
	}
	return out, err
}

// shown gives providers with their addresses.
func (s *Service) shown(ctx context.Context, rows ...*stored) ([]*Provider, error) {
	current, err := s.shops.Current(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]*Provider, len(rows))
	for i, row := range rows {
		p := row.Provider
		p.CallbackURL = s.CallbackURL()
		p.StartURL = s.publicURL + Path + url.PathEscape(current.Handle) + "/" + p.Handle + "/start"
		out[i] = &p
	}
	return out, nil
}

// secretOf is the client secret that we prove ourselves to a provider with; empty where it knows us by the name alone.
func (s *Service) secretOf(p *stored) (string, error) {
	secret, err := s.seal.Open(p.ID.String(), p.secret, p.sealed)
	return string(secret), err
}

// inTx is a transaction in which somebody else may make the same row at the same time: it is then run once more, and finds
// that row.
func (s *Service) inTx(ctx context.Context, f func(tx database.Tx) error) error {
	err := s.db.InTx(ctx, f)
	if database.IsUnique(err) {
		err = s.db.InTx(ctx, f)
	}
	return err
}

package federation

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/uuid"
	"golang.org/x/oauth2"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// Start is what a browser asks for.
type Start struct {
	// Shop and Provider are handles.
	Shop, Provider string
	// ReturnTo is where the browser goes in the end; State goes there with it, so that whoever sent it knows its own again.
	ReturnTo, State string
	// Browser is what the browser was given by an earlier sign-in; empty is none.
	Browser string
}

// Started is where a browser goes next.
type Started struct {
	URL string
	// Browser is a secret that the browser must bring back: the sign-in ends nowhere else.
	Browser string
}

// maxState is the longest state that a storefront can have carried along, in bytes.
const maxState = 512

// Start begins a sign-in. Fails with [Stopped] where there is no such provider, it does not answer, or the shop does not let
// browsers be sent to that address.
func (s *Service) Start(ctx context.Context, in Start) (Started, error) {
	at, err := s.shops.ByHandle(ctx, in.Shop)
	if fault.Is(err, fault.NotFound) {
		err = unknown()
	}
	if err != nil {
		return Started{}, err
	}
	ctx = database.WithShop(ctx, at.ID.UUID)
	p, err := providerBy(ctx, s.db, "handle", in.Provider)
	if err == nil && (p == nil || !p.Enabled) {
		err = unknown()
	}
	if err != nil {
		return Started{}, err
	}
	returnTo, ok := s.returnTo(at, p, in)
	if !ok {
		return Started{}, stop(NoReturn, "This shop does not send you there", "The address to return to after signing in is not one of the shop's. Go back to the shop and sign in again; if this page comes again, tell the shop.")
	}
	peer, err := s.parties.get(ctx, p.Issuer)
	if err != nil {
		return Started{}, s.silent(ctx, p, err)
	}
	return s.begin(ctx, at.ID.UUID, p, peer, returnTo, in.Browser)
}

func (s *Service) begin(ctx context.Context, at uuid.UUID, p *stored, peer *party, returnTo, browser string) (Started, error) {
	made := [3]string{}
	for i := range made {
		var err error
		if made[i], err = s.identity.NewSecret(); err != nil {
			return Started{}, err
		}
	}
	if len(browser) != len(made[0]) {
		var err error
		if browser, err = s.identity.NewSecret(); err != nil {
			return Started{}, err
		}
	}
	// The state names the shop, so that the answer is looked up there and nowhere else.
	state := at.String() + "." + made[0]
	f := flow{id: s.newID(), provider: p.ID.UUID, hash: stateHash(state, browser), nonce: made[1], verifier: made[2], returnTo: returnTo}
	err := s.db.InTx(ctx, func(tx database.Tx) error { return insertFlow(ctx, tx, f, s.clock.Now()) })
	if err != nil {
		return Started{}, err
	}
	to := peer.config(p.ClientID, "", s.CallbackURL()).AuthCodeURL(state, oidc.Nonce(f.nonce), oauth2.S256ChallengeOption(f.verifier))
	return Started{URL: to, Browser: browser}, nil
}

// stateHash is what a sign-in is found by: without the browser's own secret it is not found.
func stateHash(state, browser string) []byte { return identity.Digest(state + " " + browser) }

// returnTo gives the address to return to, with what is carried along, if the shop lets browsers be sent there: to an
// address that the provider names, letter by letter, or to the shop's own site.
func (s *Service) returnTo(at *shop.Shop, p *stored, in Start) (string, bool) {
	u, ok := returnable(in.ReturnTo)
	if !ok || len(in.State) > maxState {
		return "", false
	}
	if !slices.Contains(p.ReturnURLs, in.ReturnTo) && !s.ownSite(at, u) {
		return "", false
	}
	return adding(u, "state", in.State), true
}

// ownSite reports whether an address is on the site of the shop, or of this deployment.
func (s *Service) ownSite(at *shop.Shop, u *url.URL) bool {
	origin := u.Scheme + "://" + strings.ToLower(u.Host)
	if at.Domain != "" && origin == "https://"+strings.ToLower(at.Domain) {
		return true
	}
	own, err := url.Parse(s.publicURL)
	return err == nil && origin == own.Scheme+"://"+strings.ToLower(own.Host)
}

// adding gives an address with one more parameter, in the place of any that it has of that name; an empty value is none.
func adding(u *url.URL, name, value string) string {
	query := u.Query()
	query.Del(name)
	if value != "" {
		query.Set(name, value)
	}
	out := *u
	out.RawQuery = query.Encode()
	return out.String()
}

// silent notes why a provider cannot be used, which is the shop's to mend.
func (s *Service) silent(ctx context.Context, p *stored, err error) error {
	s.log.WarnContext(ctx, "an identity provider cannot be used", "provider", p.ID.String(), "issuer", p.Issuer, "error", brief(err))
	return silent(p)
}

// brief is what a log says of an error. It holds what the provider answered, which may be a megabyte.
func brief(err error) string { return fault.Shorten(err.Error(), 300) }

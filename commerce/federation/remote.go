package federation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/rialtohq/rialto/platform/clock"
)

// Algorithms are the signatures that are believed, where the provider says that it uses them. None are made with a secret
// that two parties share, and none is no algorithm.
var Algorithms = []string{oidc.RS256, oidc.ES256, oidc.EdDSA}

const (
	knownFor   = time.Hour       // what a provider says of itself; a key that it withdrew is believed no longer
	unknownFor = 5 * time.Second // that a provider did not answer: sign-ins that come in the meantime do not wait for it again
	maxParties = 1000
)

// party is what a provider says of itself (OpenID Connect Discovery).
type party struct {
	*oidc.Provider
	algorithms []string
	style      oauth2.AuthStyle
	// named says that the provider tells with each answer whose it is (RFC 9207).
	named bool
}

// parties keeps what providers say of themselves, by issuer.
type parties struct {
	client  *http.Client
	private bool
	clock   clock.Clock
	mu      sync.Mutex
	known   map[string]*entry
}

// entry is one provider. Who asks for it holds turn, so that many sign-ins make one call.
type entry struct {
	turn  chan struct{}
	until time.Time
	party *party
	err   error
}

func newParties(client *http.Client, private bool, c clock.Clock) *parties {
	return &parties{client: client, private: private, clock: c, known: map[string]*entry{}}
}

func (p *parties) entry(issuer string) *entry {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.known[issuer]
	if e == nil {
		if len(p.known) >= maxParties {
			clear(p.known)
		}
		e = &entry{turn: make(chan struct{}, 1)}
		p.known[issuer] = e
	}
	return e
}

// get gives what a provider says of itself, and asks it where that is not known.
func (p *parties) get(ctx context.Context, issuer string) (*party, error) {
	e := p.entry(issuer)
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	now := p.clock.Now()
	if now.Before(e.until) {
		return e.party, e.err
	}
	// Others wait for this too, so it does not end with whoever asked first. The client's patience bounds it.
	e.party, e.err = p.discover(context.WithoutCancel(ctx), issuer)
	e.until = p.clock.Now().Add(knownFor)
	if e.err != nil {
		e.until = p.clock.Now().Add(unknownFor)
	}
	return e.party, e.err
}

func (p *parties) discover(ctx context.Context, issuer string) (*party, error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), issuer)
	if err != nil {
		return nil, err
	}
	var says struct {
		Keys       string   `json:"jwks_uri"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
		Methods    []string `json:"token_endpoint_auth_methods_supported"`
		Challenges []string `json:"code_challenge_methods_supported"`
		Named      bool     `json:"authorization_response_iss_parameter_supported"`
	}
	if err := provider.Claims(&says); err != nil {
		return nil, err
	}
	to, err := url.Parse(provider.Endpoint().AuthURL)
	if err != nil || to.Host == "" || to.Scheme != "https" && to.Scheme != "http" || to.Scheme == "http" && !p.private {
		return nil, fmt.Errorf("browsers cannot be sent to %q", provider.Endpoint().AuthURL)
	}
	if provider.Endpoint().TokenURL == "" || says.Keys == "" {
		return nil, errors.New("the provider names no endpoint for tokens, or none for keys")
	}
	if len(says.Challenges) > 0 && !slices.Contains(says.Challenges, "S256") {
		return nil, errors.New("the provider does not know PKCE with S256")
	}
	out := &party{Provider: provider, named: says.Named, style: oauth2.AuthStyleInHeader}
	for _, a := range Algorithms {
		if slices.Contains(says.Algorithms, a) {
			out.algorithms = append(out.algorithms, a)
		}
	}
	if len(out.algorithms) == 0 {
		return nil, fmt.Errorf("the provider signs with %v, of which none is believed", says.Algorithms)
	}
	// Without a word on it, the header is what providers know (OpenID Connect Discovery, section 3).
	if len(says.Methods) > 0 && !slices.Contains(says.Methods, "client_secret_basic") {
		out.style = oauth2.AuthStyleInParams
	}
	return out, nil
}

// config is how we speak to a provider. A client without a secret says its name in the form.
func (p *party) config(id, secret, callback string) *oauth2.Config {
	endpoint := p.Endpoint()
	if endpoint.AuthStyle = p.style; secret == "" {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{ClientID: id, ClientSecret: secret, Endpoint: endpoint, RedirectURL: callback, Scopes: []string{oidc.ScopeOpenID, "email", "profile"}}
}

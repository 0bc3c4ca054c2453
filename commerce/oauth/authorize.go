package oauth

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	apps "github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// Request is what an app asks for when it sends a browser here (RFC 6749, section 4.1.1; OpenID Connect Core, section
// 3.1.2.1), each empty where it was not sent.
type Request struct {
	ResponseType, ResponseMode, ClientID, RedirectURI, Scope, State string
	CodeChallenge, CodeChallengeMethod                              string
	Nonce, Prompt                                                   string
	// Request and RequestURI are other ways to send all this, which we do not know.
	Request, RequestURI, Registration string
}

// maxParameter is the longest state, nonce or address that is carried along.
const maxParameter = 2000

// Asked is a request that may be put before a member of staff.
type Asked struct {
	Client      *apps.Client
	RedirectURI string
	State       string
	// Scopes are what is asked for, in words.
	Scopes []access.Scope

	scopes           []string
	nonce, challenge string
}

// Client tells which app a request is from and whether its answer may be sent to the address that it names. Fails with an
// [Error] that must be shown and never be sent there (RFC 6749, section 4.1.2.1).
func (s *Service) Client(ctx context.Context, r Request) (*apps.Client, error) {
	c, err := s.client(ctx, r.ClientID)
	if err != nil {
		return nil, err
	}
	if !allows(c, r.RedirectURI) {
		return nil, refuse(InvalidRequest, "The app has not registered this redirect_uri.")
	}
	return c, nil
}

// Ask checks the rest of a request of an app whose address is known to be good: the [Error] may be sent there.
func (s *Service) Ask(c *apps.Client, r Request) (*Asked, error) {
	most := append([]string{}, c.AccessScopes...)
	for _, p := range personal {
		most = append(most, p.Handle)
	}
	prompts := strings.Fields(r.Prompt)
	switch {
	case r.Request != "":
		return nil, refuse(RequestNotSupported, "Send the parameters themselves.")
	case r.RequestURI != "":
		return nil, refuse(RequestURINotSupported, "Send the parameters themselves.")
	case r.Registration != "":
		return nil, refuse(RegistrationNotSupported, "Apps are registered by the shop.")
	case r.ResponseType == "":
		return nil, refuse(InvalidRequest, "response_type is missing.")
	case r.ResponseType != "code":
		return nil, refuse(UnsupportedResponseType, "The only response_type is code.")
	case r.ResponseMode != "" && r.ResponseMode != "query":
		return nil, refuse(InvalidRequest, "The only response_mode is query.")
	case r.CodeChallenge == "":
		return nil, refuse(InvalidRequest, "code_challenge is missing: PKCE is required.")
	case r.CodeChallengeMethod != "S256":
		return nil, refuse(InvalidRequest, "The only code_challenge_method is S256.")
	case !isChallenge(r.CodeChallenge):
		return nil, refuse(InvalidRequest, "code_challenge is not the S256 of a verifier.")
	case len(r.State) > maxParameter || len(r.Nonce) > maxParameter:
		return nil, refuse(InvalidRequest, "state or nonce is too long.")
	case slices.Contains(prompts, "none"):
		// Nobody stays signed in at this page, so nobody can agree without being asked.
		return nil, refuse(LoginRequired, "Staff sign in each time.")
	}
	var scopes []string
	var refused *Error
	if strings.TrimSpace(r.Scope) == "" {
		scopes = slices.Clone(c.AccessScopes)
	} else if scopes, refused = asked(r.Scope, most); refused != nil {
		return nil, refused
	}
	if len(scopes) == 0 {
		return nil, refuse(InvalidScope, "This app may have no scope of the API: name another one.")
	}
	a := &Asked{Client: c, RedirectURI: r.RedirectURI, State: r.State, scopes: scopes, nonce: r.Nonce, challenge: r.CodeChallenge}
	for _, scope := range scopes {
		a.Scopes = append(a.Scopes, access.Scope{Handle: scope, Description: describe(scope)})
	}
	return a, nil
}

// isChallenge reports whether a text is a SHA-256 in base64url (RFC 7636, section 4.2).
func isChallenge(text string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return err == nil && len(b) == 32
}

// CodeNothingToGive is the reason for which a member of staff cannot agree, beside those of a sign-in.
const CodeNothingToGive = "NOTHING_TO_GIVE"

// Grant signs a member of staff in and lets the app have what it asked for, as far as the member may give it: the code goes
// to the app's address. What the member did wrong comes back as problems, those of [staff.Service.SignIn].
func (s *Service) Grant(ctx context.Context, a *Asked, email, password string) (code string, problems fault.Problems, err error) {
	ctx = inShop(ctx, a.Client)
	if code, err = s.mint(prefixCode); err != nil {
		return "", nil, err
	}
	var nothing bool
	problems, err = s.staff.SignInWith(ctx, email, password, func(tx database.Tx, member uuid.UUID) error {
		nothing, err = s.grantTx(ctx, tx, a, member, code)
		return err
	})
	if nothing {
		return "", fault.Problems{{Code: CodeNothingToGive, Message: "Your account may not do anything of what the app asks for."}}, nil
	}
	if err != nil || len(problems) > 0 {
		return "", problems, err
	}
	return code, nil, nil
}

// errNothing undoes a grant that would grant nothing.
var errNothing = refuse(AccessDenied, "The member of staff may not give any of it.")

func (s *Service) grantTx(ctx context.Context, tx database.Tx, a *Asked, member uuid.UUID, code string) (nothing bool, err error) {
	now := s.clock.Now()
	session, err := s.identity.OpenTx(ctx, tx, access.Staff, member, now.Add(lifetime(a.scopes)))
	if err != nil {
		return false, err
	}
	actor, err := s.identity.ExtendTx(ctx, tx, access.Staff, session, now.Add(lifetime(a.scopes)))
	if err != nil {
		return false, err
	}
	scopes := within(a.scopes, actor.Scopes)
	if len(scopes) == 0 {
		return true, errNothing
	}
	r := codeRow{
		id: s.newID(), app: a.Client.ID.UUID, redirectURI: a.RedirectURI, state: a.State, nonce: a.nonce, scopes: scopes, challenge: a.challenge,
		subject: member, session: session, family: s.newID(), granted: now, expires: now.Add(CodeLifetime), hash: digestOf(code),
	}
	if err := insertCode(ctx, tx, r); err != nil {
		return false, err
	}
	return false, s.auditTx(access.With(ctx, actor), tx, "app.authorized", a.Client, scopes)
}

// lifetime is how long an app with these scopes may go without asking for an access token.
func lifetime(scopes []string) time.Duration {
	if has(scopes, ScopeOffline) {
		return OfflineLifetime
	}
	return RefreshLifetime
}

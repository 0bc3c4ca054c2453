package main

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// The issuers. All but the first are at fault in what they say of themselves.
const (
	good   = "good"
	named  = "named"  // says that its answers tell whose they are (RFC 9207)
	liar   = "liar"   // names another issuer
	weak   = "weak"   // signs with a shared secret, or not at all
	slow   = "slow"   // never answers
	poster = "poster" // takes the client's secret in the form only
)

// The mistakes.
const (
	denied       = "denied"         // the person says no
	broken       = "broken"         // the sign-in page fails
	otherAnswer  = "other_answer"   // the answer says that it is another provider's
	tokenDown    = "token_down"     // no token, for a reason of the provider's
	tokenSlow    = "token_slow"     // no token, ever
	nonce        = "nonce"          // the token of another sign-in
	audience     = "audience"       // the token for another client
	audiences    = "audiences"      // one for another client too, and it does not say who asked
	party        = "party"          // one that another client asked for
	issuer       = "issuer"         // the token of another issuer
	unsigned     = "unsigned"       // alg none
	shared       = "shared"         // signed with the client's secret
	foreign      = "foreign"        // signed with another key under the same name
	expired      = "expired"        // a token that has ended
	future       = "future"         // a token from the future
	emailLater   = "email_later"    // the email is told at the userinfo endpoint only
	emailOfOther = "email_of_other" // and it is somebody else's
	noSubject    = "no_subject"
)

// provider keeps the codes that it gave.
type provider struct {
	address, client, secret string
	keys                    map[string]jose.JSONWebKey // by algorithm
	stranger                jose.JSONWebKey
	mu                      sync.Mutex
	codes                   map[string]*granted
	tokens                  map[string]*granted
}

// granted is a sign-in, with who it is of.
type granted struct {
	issuer, redirect, challenge, nonce, algorithm, fault string
	subject, email                                       string
	verified                                             any
}

func (p *provider) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{issuer}/.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /{issuer}/authorize", p.authorize)
	mux.HandleFunc("POST /{issuer}/token", p.token)
	mux.HandleFunc("GET /{issuer}/userinfo", p.userInfo)
	mux.HandleFunc("GET /{issuer}/keys", p.keySet)
	return mux
}

func (p *provider) discovery(w http.ResponseWriter, r *http.Request) {
	which := r.PathValue("issuer")
	at := p.address + "/" + which
	says := map[string]any{
		"issuer": at, "authorization_endpoint": at + "/authorize", "token_endpoint": at + "/token", "userinfo_endpoint": at + "/userinfo", "jwks_uri": at + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "code_challenge_methods_supported": []string{"S256"},
		// none and HS256 stand here as some providers say them; who believes them is at fault.
		"id_token_signing_alg_values_supported": []string{"RS256", "ES256", "EdDSA", "HS256", "none"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
	}
	switch which {
	case named:
		says["authorization_response_iss_parameter_supported"] = true
	case liar:
		says["issuer"] = p.address + "/" + good
	case weak:
		says["id_token_signing_alg_values_supported"] = []string{"HS256", "none"}
	case poster:
		says["token_endpoint_auth_methods_supported"] = []string{"client_secret_post"}
	case slow:
		<-r.Context().Done()
		return
	}
	answer(w, http.StatusOK, says)
}

// authorize signs in at once whoever the address names, where all that a client must send is there.
func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	to, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || to.Host == "" || q.Get("client_id") != p.client {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_client"})
		return
	}
	back := url.Values{"state": {q.Get("state")}, "iss": {p.address + "/" + r.PathValue("issuer")}}
	fault := q.Get("as_fault")
	switch {
	case q.Get("response_type") != "code" || len(q.Get("state")) < 20 || len(q.Get("nonce")) < 20 || q.Get("code_challenge_method") != "S256" ||
		len(q.Get("code_challenge")) != 43 || !strings.Contains(" "+q.Get("scope")+" ", " openid "):
		back.Set("error", "invalid_request")
	case fault == denied:
		back.Set("error", "access_denied")
	case fault == broken:
		back.Set("error", "server_error")
	default:
		code := rand.Text()
		p.mu.Lock()
		p.codes[code] = &granted{
			issuer: p.address + "/" + r.PathValue("issuer"), redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge"), nonce: q.Get("nonce"), fault: fault,
			algorithm: q.Get("as_alg"), subject: q.Get("as_sub"), email: q.Get("as_email"), verified: truth(q.Get("as_verified")),
		}
		p.mu.Unlock()
		back.Set("code", code)
	}
	if fault == otherAnswer {
		back.Set("iss", p.address+"/other")
	}
	to.RawQuery = back.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound)
}

// truth is said in either of the ways in which providers say it: "text" is true as a text.
func truth(s string) any {
	if s == "text" {
		return "true"
	}
	return s == "true"
}

// token redeems a code, once.
func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	id, secret, basic := r.BasicAuth()
	if basic { // both are form-encoded before they are put together (RFC 6749, section 2.3.1)
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	if basic == (r.PathValue("issuer") == poster) || id != p.client || subtle.ConstantTimeCompare([]byte(secret), []byte(p.secret)) != 1 {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	p.mu.Lock()
	g := p.codes[r.PostForm.Get("code")]
	delete(p.codes, r.PostForm.Get("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if g == nil || r.PostForm.Get("grant_type") != "authorization_code" || r.PostForm.Get("redirect_uri") != g.redirect || base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	switch g.fault {
	case tokenDown:
		answer(w, http.StatusServiceUnavailable, map[string]any{"error": "temporarily_unavailable"})
		return
	case tokenSlow:
		<-r.Context().Done()
		return
	}
	signed, err := p.sign(g)
	if err != nil {
		answer(w, http.StatusInternalServerError, map[string]any{"error": err.Error()})
		return
	}
	access := rand.Text()
	p.mu.Lock()
	p.tokens[access] = g
	p.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": signed})
}

func (p *provider) userInfo(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	g := p.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	p.mu.Unlock()
	if g == nil {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
		return
	}
	says := map[string]any{"sub": g.subject, "email": g.email, "email_verified": g.verified, "given_name": "Grace", "family_name": "Hopper"}
	if g.fault == emailOfOther {
		says["sub"] = "somebody-else"
	}
	answer(w, http.StatusOK, says)
}

func (p *provider) keySet(w http.ResponseWriter, _ *http.Request) {
	set := jose.JSONWebKeySet{}
	for _, k := range p.keys {
		set.Keys = append(set.Keys, k.Public())
	}
	answer(w, http.StatusOK, set)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// claims is what a token says, with the mistake in it.
func (p *provider) claims(g *granted) map[string]any {
	now := time.Now()
	c := map[string]any{
		"iss": g.issuer, "sub": g.subject, "aud": p.client, "nonce": g.nonce, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"email": g.email, "email_verified": g.verified, "given_name": "Grace", "family_name": "Hopper",
	}
	switch g.fault {
	case nonce:
		c["nonce"] = rand.Text()
	case audience:
		c["aud"] = "another-client"
	case audiences:
		c["aud"] = []string{p.client, "another-client"}
	case party:
		c["azp"] = "another-client"
	case issuer:
		c["iss"] = p.address + "/" + named
	case expired:
		c["iat"], c["exp"] = now.Add(-time.Hour).Unix(), now.Add(-time.Minute).Unix()
	case future:
		c["iat"] = now.Add(time.Hour).Unix()
	case noSubject:
		delete(c, "sub")
	case emailLater, emailOfOther:
		delete(c, "email")
		delete(c, "email_verified")
	}
	return c
}

package oauth

import (
	"mime"
	"net/http"
	"net/url"
	"unicode/utf8"

	provider "github.com/rialtohq/rialto/commerce/oauth"
)

// maxBody is the longest form, in bytes.
const maxBody = 16 << 10

// invalid refuses the form of a request.
func invalid(description string) *provider.Error {
	return &provider.Error{Code: provider.InvalidRequest, Description: description}
}

// readForm reads the body of a POST.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return nil, invalid("Send a form: Content-Type application/x-www-form-urlencoded.")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		return nil, invalid("The form cannot be read, or is too long.")
	}
	return r.PostForm, once(r.PostForm)
}

// once refuses a parameter that comes twice (RFC 6749, sections 3.1 and 3.2), and what is no text.
func once(form url.Values) error {
	for name, values := range form {
		if len(values) > 1 {
			return invalid("A parameter comes more than once.")
		}
		if !utf8.ValidString(name) || !utf8.ValidString(values[0]) {
			return invalid("A parameter is not text in UTF-8.")
		}
	}
	return nil
}

// credentials reads how an app says which it is, in one way only (RFC 6749, section 2.3).
func credentials(r *http.Request, form url.Values) (provider.Credentials, error) {
	c := provider.Credentials{ClientID: form.Get("client_id"), Secret: form.Get("client_secret")}
	if form.Get("client_assertion") != "" || form.Get("client_assertion_type") != "" {
		return c, &provider.Error{Code: provider.InvalidClient, Description: "An app shows its secret: assertions are not supported."}
	}
	if r.Header.Get("Authorization") == "" {
		return c, nil
	}
	id, secret, ok := r.BasicAuth()
	if !ok {
		return c, &provider.Error{Code: provider.InvalidClient, Description: "Authorization must be Basic here."}
	}
	// Both are form-encoded before they are put together (RFC 6749, section 2.3.1).
	id, errID := url.QueryUnescape(id)
	secret, errSecret := url.QueryUnescape(secret)
	switch {
	case errID != nil || errSecret != nil:
		return c, &provider.Error{Code: provider.InvalidClient, Description: "Authorization cannot be read."}
	case c.Secret != "":
		return c, invalid("The app's secret is sent in two ways.")
	case c.ClientID != "" && c.ClientID != id:
		return c, invalid("client_id and Authorization name different apps.")
	}
	return provider.Credentials{ClientID: id, Secret: secret}, nil
}

// asked reads an authorization request.
func asked(form url.Values) provider.Request {
	return provider.Request{
		ResponseType: form.Get("response_type"), ResponseMode: form.Get("response_mode"), ClientID: form.Get("client_id"), RedirectURI: form.Get("redirect_uri"),
		Scope: form.Get("scope"), State: form.Get("state"), CodeChallenge: form.Get("code_challenge"), CodeChallengeMethod: form.Get("code_challenge_method"),
		Nonce: form.Get("nonce"), Prompt: form.Get("prompt"), Request: form.Get("request"), RequestURI: form.Get("request_uri"), Registration: form.Get("registration"),
	}
}

// carried are the parameters of an authorization request that go along in the page's form: all that are read.
var carried = []string{
	"response_type", "response_mode", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method", "nonce", "prompt",
}

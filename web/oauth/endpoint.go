package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	apps "github.com/rialtohq/rialto/commerce/app"
	provider "github.com/rialtohq/rialto/commerce/oauth"
	"github.com/rialtohq/rialto/platform/fault"
)

// endpoint leads a form of an app that has said which it is to what answers it.
func (s *server) endpoint(answer func(ctx context.Context, c *apps.Client, form url.Values) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := func() (any, error) {
			if r.URL.RawQuery != "" {
				return nil, invalid("Send parameters in the body: addresses are written down on their way.")
			}
			form, err := readForm(w, r)
			if err != nil {
				return nil, err
			}
			c, err := credentials(r, form)
			if err != nil {
				return nil, err
			}
			client, err := s.Provider.Authenticate(r.Context(), c)
			if err != nil {
				return nil, err
			}
			return answer(r.Context(), client, form)
		}()
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		writeJSON(w, http.StatusOK, body)
	}
}

// tokenAnswer is RFC 6749, section 5.1.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	Scope        string `json:"scope,omitempty"`
}

func (s *server) token(ctx context.Context, c *apps.Client, form url.Values) (any, error) {
	var t provider.Tokens
	var err error
	switch form.Get("grant_type") {
	case "authorization_code":
		for _, name := range []string{"code", "redirect_uri", "code_verifier"} {
			if form.Get(name) == "" {
				return nil, invalid(name + " is missing.")
			}
		}
		t, err = s.Provider.Redeem(ctx, c, form.Get("code"), form.Get("redirect_uri"), form.Get("code_verifier"))
	case "refresh_token":
		if form.Get("refresh_token") == "" {
			return nil, invalid("refresh_token is missing.")
		}
		t, err = s.Provider.Refresh(ctx, c, form.Get("refresh_token"), form.Get("scope"))
	case "client_credentials":
		t, err = s.Provider.Own(ctx, c, form.Get("scope"))
	case "":
		return nil, invalid("grant_type is missing.")
	default:
		return nil, &provider.Error{Code: provider.UnsupportedGrantType, Description: "grant_type is authorization_code, refresh_token or client_credentials."}
	}
	return tokenAnswer{t.AccessToken, "Bearer", int(t.ExpiresIn.Seconds()), t.RefreshToken, t.IDToken, t.Scope}, err
}

func (s *server) revoke(ctx context.Context, c *apps.Client, form url.Values) (any, error) {
	if form.Get("token") == "" {
		return nil, invalid("token is missing.")
	}
	return struct{}{}, s.Provider.Revoke(ctx, c, form.Get("token"))
}

func (s *server) introspect(ctx context.Context, c *apps.Client, form url.Values) (any, error) {
	if c.Kind == apps.Public { // RFC 7662, section 2.1: whoever asks must be known
		return nil, &provider.Error{Code: provider.InvalidClient, Description: "An app must show its secret to ask about tokens."}
	}
	if form.Get("token") == "" {
		return nil, invalid("token is missing.")
	}
	return s.Provider.Introspect(ctx, c, form.Get("token"))
}

// userInfo answers who stands behind the token in the Authorization header (RFC 6750, section 2.1).
func (s *server) userInfo(w http.ResponseWriter, r *http.Request) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	challenge := `Bearer realm="rialto"`
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		w.Header().Set("WWW-Authenticate", challenge)
		writeJSON(w, http.StatusUnauthorized, nil)
		return
	}
	info, err := s.Provider.UserInfo(r.Context(), strings.TrimSpace(token))
	switch {
	case err == nil:
		writeJSON(w, http.StatusOK, info)
	case fault.Is(err, fault.Unauthenticated):
		w.Header().Set("WWW-Authenticate", challenge+`, error="invalid_token"`)
		writeJSON(w, http.StatusUnauthorized, problem{Code: "invalid_token", Description: "The token is unknown or has ended."})
	case fault.Is(err, fault.Forbidden):
		w.Header().Set("WWW-Authenticate", challenge+`, error="insufficient_scope", scope="openid"`)
		writeJSON(w, http.StatusForbidden, problem{Code: "insufficient_scope", Description: "Ask for the scope openid."})
	default:
		s.refuse(w, r, err)
	}
}

// problem is RFC 6749, section 5.2.
type problem struct {
	Code        string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

// refuse answers an app with what it may know of an error.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	e, ok := refusal(err)
	if !ok {
		status, p := s.ours(r.Context(), err)
		if status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "3")
		}
		writeJSON(w, status, p)
		return
	}
	status := http.StatusBadRequest
	if e.Code == provider.InvalidClient {
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", `Basic realm="rialto"`)
	}
	writeJSON(w, status, problem{Code: e.Code, Description: e.Description})
}

// ours is what is told of an error that is ours: whether to try again, and no more. The log gets it.
func (s *server) ours(ctx context.Context, err error) (int, problem) {
	if code := fault.CodeOf(err); code == fault.Unavailable || code == fault.Timeout || errors.Is(err, context.DeadlineExceeded) {
		return http.StatusServiceUnavailable, problem{Code: "temporarily_unavailable", Description: "Too busy: try again shortly."}
	}
	s.Log.ErrorContext(ctx, "an OAuth request failed", "error", err)
	return http.StatusInternalServerError, problem{Code: "server_error", Description: "Something broke on our side."}
}

// writeJSON answers with what no cache may keep; nil is an empty body.
func writeJSON(w http.ResponseWriter, status int, body any) {
	h := w.Header()
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	if body == nil {
		w.WriteHeader(status)
		return
	}
	h.Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever asked may be gone
}

package oauth

import (
	"fmt"
	"net/http"

	provider "github.com/rialtohq/rialto/commerce/oauth"
)

// metadata is how clients find the endpoints and what we can do (OpenID Connect Discovery, section 3; RFC 8414, section 2).
type metadata struct {
	Issuer                   string   `json:"issuer"`
	Authorization            string   `json:"authorization_endpoint"`
	Token                    string   `json:"token_endpoint"`
	UserInfo                 string   `json:"userinfo_endpoint"`
	Keys                     string   `json:"jwks_uri"`
	Revocation               string   `json:"revocation_endpoint"`
	Introspection            string   `json:"introspection_endpoint"`
	Scopes                   []string `json:"scopes_supported"`
	ResponseTypes            []string `json:"response_types_supported"`
	ResponseModes            []string `json:"response_modes_supported"`
	GrantTypes               []string `json:"grant_types_supported"`
	TokenAuthMethods         []string `json:"token_endpoint_auth_methods_supported"`
	RevocationAuthMethods    []string `json:"revocation_endpoint_auth_methods_supported"`
	IntrospectionAuthMethods []string `json:"introspection_endpoint_auth_methods_supported"`
	ChallengeMethods         []string `json:"code_challenge_methods_supported"`
	SubjectTypes             []string `json:"subject_types_supported"`
	IDTokenAlgorithms        []string `json:"id_token_signing_alg_values_supported"`
	Claims                   []string `json:"claims_supported"`
	Prompts                  []string `json:"prompt_values_supported"`
	IssuerInAnswer           bool     `json:"authorization_response_iss_parameter_supported"`
	ClaimsParameter          bool     `json:"claims_parameter_supported"`
	RequestParameter         bool     `json:"request_parameter_supported"`
	RequestURIParameter      bool     `json:"request_uri_parameter_supported"`
}

func (s *server) discovery(w http.ResponseWriter, _ *http.Request) {
	at := s.Provider.Issuer()
	known := []string{"client_secret_basic", "client_secret_post"}
	w.Header().Set("Cache-Control", "public, max-age=300")
	writeJSON(w, http.StatusOK, metadata{
		Issuer: at, Authorization: at + AuthorizePath, Token: at + TokenPath, UserInfo: at + UserInfoPath, Keys: at + KeysPath,
		Revocation: at + RevokePath, Introspection: at + IntrospectPath,
		Scopes: provider.SupportedScopes(), ResponseTypes: []string{"code"}, ResponseModes: []string{"query"},
		GrantTypes:       []string{"authorization_code", "refresh_token", "client_credentials"},
		TokenAuthMethods: append(known[:2:2], "none"), RevocationAuthMethods: append(known[:2:2], "none"), IntrospectionAuthMethods: known,
		ChallengeMethods: []string{"S256"}, SubjectTypes: []string{"public"}, IDTokenAlgorithms: []string{"EdDSA"},
		Claims:  []string{"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid", "name", "email"},
		Prompts: []string{"login", "consent"}, IssuerInAnswer: true,
	})
}

// keys answers with what tokens can be checked with. It may be kept for less time than a new key waits before it signs.
func (s *server) keys(w http.ResponseWriter, r *http.Request) {
	set, err := s.Provider.KeySet(r.Context())
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(provider.KeySetFor.Seconds())))
	writeJSON(w, http.StatusOK, set)
}

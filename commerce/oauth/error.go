package oauth

import "fmt"

// Error is a refusal in the words of the standards: what an app did wrong, or may not do. All other errors are ours.
type Error struct {
	// Code is one of the codes below; programs switch on it.
	Code string
	// Description tells the developer of the app what to do. It holds nothing of what was sent.
	Description string
}

// The codes of RFC 6749 (sections 4.1.2.1 and 5.2), OpenID Connect Core (section 3.1.2.6) and RFC 7009 (section 2.2.1).
const (
	InvalidRequest           = "invalid_request"
	InvalidClient            = "invalid_client"
	InvalidGrant             = "invalid_grant"
	InvalidScope             = "invalid_scope"
	UnauthorizedClient       = "unauthorized_client"
	UnsupportedGrantType     = "unsupported_grant_type"
	UnsupportedResponseType  = "unsupported_response_type"
	AccessDenied             = "access_denied"
	LoginRequired            = "login_required"
	RequestNotSupported      = "request_not_supported"
	RequestURINotSupported   = "request_uri_not_supported"
	RegistrationNotSupported = "registration_not_supported"
)

// Error gives the text for logs.
func (e *Error) Error() string { return e.Code + ": " + e.Description }

func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Description: fmt.Sprintf(format, args...)}
}

package wire

import "net/http"

// Class is the kind of an answer; it decides the status. The statuses are those of the GraphQL-over-HTTP draft, for
// both media types, save that partial data answers 200 and not the draft's 294, which clients do not know yet.
type Class uint8

// The classes that an executor chooses from.
const (
	Answered        Class = iota // 200: the operation ran; there is data, perhaps null, perhaps with errors beside it
	NotKept                      // 200: an automatic persisted query is not known here; the client sends its text now
	Unreadable                   // 400: the document cannot be parsed
	Refused                      // 422: validation, limits, no such operation, variables that do not fit, too expensive
	Unauthenticated              // 401: a token is needed, or the one shown is not good
	Forbidden                    // 403: the token is good and may not do this at all
	MutationByGet                // 405: only queries run by GET
	Conflicting                  // 409: a twin of this request is being run right now
	Throttled                    // 429: too much at once; say Retry-After
	Failed                       // 500: a defect or outage on our side
	Unavailable                  // 503: try again; say Retry-After
	Overdue                      // 504: the operation took longer than its deadline

	// Those below are this package's own.
	wrongMethod
	notAcceptable
	slowBody
	bodyTooLarge
	addressTooLong
	unsupportedMedia
)

// Codes for extensions.code that more than one place needs.
const (
	CodeInternal   = "INTERNAL"
	CodeTimeout    = "TIMEOUT"
	CodeOverloaded = "OVERLOADED"
	CodeThrottled  = "THROTTLED"
)

// TooMuch is what who is refused for want of room is told.
const TooMuch = "There are too many requests at once; try again in a second."

var statuses = [...]int{
	Answered:         http.StatusOK,
	NotKept:          http.StatusOK,
	Unreadable:       http.StatusBadRequest,
	Refused:          http.StatusUnprocessableEntity,
	Unauthenticated:  http.StatusUnauthorized,
	Forbidden:        http.StatusForbidden,
	MutationByGet:    http.StatusMethodNotAllowed,
	Conflicting:      http.StatusConflict,
	Throttled:        http.StatusTooManyRequests,
	Failed:           http.StatusInternalServerError,
	Unavailable:      http.StatusServiceUnavailable,
	Overdue:          http.StatusGatewayTimeout,
	wrongMethod:      http.StatusMethodNotAllowed,
	notAcceptable:    http.StatusNotAcceptable,
	slowBody:         http.StatusRequestTimeout,
	bodyTooLarge:     http.StatusRequestEntityTooLarge,
	addressTooLong:   http.StatusRequestURITooLong,
	unsupportedMedia: http.StatusUnsupportedMediaType,
}

// Status is the HTTP status of the class.
func (c Class) Status() int {
	if int(c) >= len(statuses) {
		return http.StatusInternalServerError
	}
	return statuses[c]
}

// imply sets the headers that go with a status.
func (c Class) imply(h http.Header) {
	switch c {
	case MutationByGet:
		h.Set("Allow", http.MethodPost)
	case Unauthenticated:
		setDefault(h, "WWW-Authenticate", `Bearer realm="graphql"`)
	case Throttled, Unavailable:
		setDefault(h, "Retry-After", "1")
	case bodyTooLarge, slowBody:
		h.Set("Connection", "close") // the rest of the body is not read
	case unsupportedMedia:
		h.Set("Accept-Post", mediaJSON)
	}
}

func setDefault(h http.Header, key, value string) {
	if h.Get(key) == "" {
		h.Set(key, value)
	}
}

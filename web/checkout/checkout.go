// Package checkout is the hosted checkout page: where cart.checkoutUrl leads, for storefronts that have none of their own.
//
// It is plain HTML that works without JavaScript. Every form posts, and is answered by a redirect back to the page, or,
// when something was wrong, by the page with what was typed in and a message at each field. It knows the shop only
// through [Shop].
//
// The address holds the cart's key, which opens the cart. Therefore: nothing is loaded from elsewhere and no link leads
// elsewhere, no referrer is sent, nothing is kept by caches, and an address without the right key is an address of nothing.
// A form carries a token made from the key, so that no other site can post one, and paying carries a one-time attempt, so
// that a button pressed twice buys once.
package checkout

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/web/plain"
)

//go:embed static
var static embed.FS

// Path is where the pages are: Path + the uuid of a cart + "?key=" + its key.
const Path = "/checkout/"

// OrderPath is where the status of an order is: OrderPath + the uuid of an order + "?key=" + its key.
const OrderPath = "/orders/"

// Config is what the page is made of. Shop must be set; a zero value of the rest means what stands beside it.
type Config struct {
	Shop    Shop
	Methods []Method // TestMethods()
	// ImageSources are origins that pictures may come from besides this one, as in a Content-Security-Policy.
	ImageSources []string
	Log          *slog.Logger // slog.Default()
	Random       io.Reader    // source of attempt names: the system's
}

// New makes the handler of everything below [Path] and [OrderPath].
func New(c Config) http.Handler {
	if c.Methods == nil {
		c.Methods = TestMethods()
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	s := &server{Config: c, policy: strings.Join(append([]string{"default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; img-src 'self'"}, c.ImageSources...), " ")}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path+"assets/{file}", asset)
	mux.HandleFunc("GET "+Path+"{cart}", s.opened("Cart", s.show))
	mux.HandleFunc("GET "+Path+"{cart}/{part}", s.opened("Cart", s.showPart))
	mux.HandleFunc("POST "+Path+"{cart}/{part}", s.opened("Cart", s.change))
	mux.HandleFunc("GET "+OrderPath+"{order}", s.opened("Order", s.showOrder))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, errNothing) })
	return mux
}

type server struct {
	Config
	policy string
}

var errNothing = fault.New(fault.NotFound, "There is no such checkout.")

// opened reads which cart or order a request is about. Whether the key fits, the shop finds out.
func (s *server) opened(typ string, next func(http.ResponseWriter, *http.Request, gid.ID) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.guard(w)
		text := r.PathValue(strings.ToLower(typ))
		id, err := uuid.Parse(text)
		key := r.URL.Query().Get("key")
		if err != nil || len(text) != 36 || !wellFormed(key) {
			s.fail(w, r, errNothing)
			return
		}
		if err := next(w, r, gid.ID{Type: typ, UUID: id, Key: key}); err != nil {
			s.fail(w, r, err)
		}
	}
}

// guard sets what keeps the key in the address.
func (s *server) guard(w http.ResponseWriter) { plain.Guard(w, s.policy) }

// wellFormed reports whether a text can be a key: it is put into addresses.
func wellFormed(key string) bool {
	for _, c := range key {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return key != "" && len(key) <= 128
}

// place is the address of a page of a cart.
func place(id gid.ID, part, more string) string {
	at := Path + id.UUID.String()
	if part != "" {
		at += "/" + part
	}
	return at + "?key=" + id.Key + more
}

// fail answers with a page that says what is wrong, and no more than may be known.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.guard(w)
	p := failure{Status: http.StatusInternalServerError, Title: "Something broke on our side", Text: "Nothing was lost, and nothing was paid by this. Please load the page again in a moment."}
	switch code := fault.CodeOf(err); {
	case code == fault.NotFound:
		p = failure{Status: http.StatusNotFound, Title: "This checkout is not here", Text: "The link may be incomplete or too old. Please go back to the shop and open your cart again."}
	case code == fault.Forbidden:
		p = failure{Status: http.StatusForbidden, Title: "This form is out of date", Text: "Please go back, load the page again and send the form once more."}
	case code == fault.TooLarge, code == fault.Invalid:
		p = failure{Status: http.StatusBadRequest, Title: "This form cannot be read", Text: "Please go back, load the page again and send the form once more."}
	case code == fault.Unavailable, code == fault.Timeout, errors.Is(err, context.DeadlineExceeded):
		p = failure{Status: http.StatusServiceUnavailable, Title: "Too busy for a moment", Text: "Please load the page again in a few seconds."}
		w.Header().Set("Retry-After", "3")
	}
	p.Request = w.Header().Get("X-Request-Id")
	if p.Status >= http.StatusInternalServerError {
		s.Log.ErrorContext(r.Context(), "the checkout page failed", "path", r.URL.Path, "error", err)
	}
	if err := write(w, p.Status, "failure.html", p); err != nil {
		http.Error(w, p.Title, p.Status)
	}
}

type failure struct {
	Status               int
	Title, Text, Request string
}

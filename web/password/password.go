// Package password is the page where a member of staff uses a mailed link to choose a password.
//
// It decides nothing (see commerce/staff), keeps nothing, and sets no cookie: the secret in the link is all that it goes by, and
// opening the page uses nothing up, because programs that look through mails open links too. Whether a link still works is told
// only to who sends a password with it.
//
// The page is in one piece: it runs no script, loads nothing, cannot be framed, and is kept by no cache.
package password

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"mime"
	"net/http"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/web/plain"
)

// Path is where the page is.
const Path = "/staff/password"

// maxBody is the longest form that is read, in bytes.
const maxBody = 4096

// Staff sets passwords; *staff.Service does.
type Staff interface {
	ResetPassword(ctx context.Context, token, password string) (fault.Problems, error)
}

// Config is what the handler is made of. Staff must be set.
type Config struct {
	Staff Staff
	Log   *slog.Logger // slog.Default()
}

// New makes the handler of [Path].
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &server{c}
}

type server struct{ Config }

// ServeHTTP shows the form, or takes it.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		s.ask(w, http.StatusOK, r.URL.Query().Get("token"), "")
	case http.MethodPost:
		s.take(w, r)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		s.tell(w, http.StatusMethodNotAllowed, "This cannot be done here", "Open the link of your mail again.", false)
	}
}

func (s *server) take(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil || kind != "application/x-www-form-urlencoded" {
		s.tell(w, http.StatusBadRequest, "This form cannot be read", "Open the link of your mail again.", false)
		return
	}
	token := r.PostForm.Get("token")
	problems, err := s.Staff.ResetPassword(r.Context(), token, r.PostForm.Get("password"))
	switch {
	case err != nil:
		s.failed(w, r, err)
	case len(problems) == 0:
		s.tell(w, http.StatusOK, "Your password is set", "You were signed out everywhere. Go back to your shop and sign in with it.", true)
	case problems[0].Code == staff.CodeTokenInvalid:
		s.tell(w, http.StatusForbidden, "This link does not work", problems[0].Message, false)
	default:
		s.ask(w, http.StatusUnprocessableEntity, token, problems[0].Message)
	}
}

func (s *server) failed(w http.ResponseWriter, r *http.Request, err error) {
	if code := fault.CodeOf(err); code == fault.Unavailable || code == fault.Timeout || errors.Is(err, context.DeadlineExceeded) {
		w.Header().Set("Retry-After", "3")
		s.tell(w, http.StatusServiceUnavailable, "Too busy", "Please try again in a moment.", false)
		return
	}
	s.Log.ErrorContext(r.Context(), "a password could not be set", "error", err)
	s.tell(w, http.StatusInternalServerError, "Something broke on our side", "Your password is as it was. Please try again in a moment.", false)
}

func (s *server) ask(w http.ResponseWriter, status int, token, problem string) {
	s.write(w, status, "form.html", struct {
		Token, Problem string
		Least          int
	}{token, problem, identity.MinPassword})
}

func (s *server) tell(w http.ResponseWriter, status int, title, text string, good bool) {
	s.write(w, status, "told.html", struct {
		Title, Text, Request string
		Good                 bool
	}{title, text, w.Header().Get("X-Request-Id"), good})
}

//go:embed templates
var files embed.FS

var pages = plain.New(files, "password.css")

func (s *server) write(w http.ResponseWriter, status int, name string, data any) {
	pages.Guard(w, "'self'")
	if err := pages.Write(w, status, name, data); err != nil {
		s.Log.Error("a password page", "error", err)
		http.Error(w, "Something broke on our side", http.StatusInternalServerError)
	}
}

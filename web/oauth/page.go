package oauth

import (
	"embed"
	"net/http"
	"net/url"
	"strings"

	provider "github.com/rialtohq/rialto/commerce/oauth"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/web/plain"
)

//go:embed templates
var files embed.FS

var pages = plain.New(files, "oauth.css")

// page is what the templates see.
type page struct {
	Shop, App string
	// Destination is where the answer goes, as people know it.
	Destination string
	Asked       *provider.Asked
	Hidden      []field
	Email       string
	Problems    fault.Problems
}

type field struct{ Name, Value string }

// failure is a page that says what is wrong.
type failure struct {
	Title, Text, Request string
}

// show is the page for a request of an app (RFC 6749, section 3.1, knows both ways of sending one).
func (s *server) show(w http.ResponseWriter, r *http.Request) {
	form := r.URL.Query()
	err := once(form)
	if r.Method == http.MethodPost {
		form, err = readForm(w, r)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if p, ok := s.prepare(w, r, form); ok {
		p.Email = form.Get("login_hint")
		s.write(w, r, http.StatusOK, p)
	}
}

// consent takes the page's form: all that the app asked for once more, and what the member of staff says to it.
func (s *server) consent(w http.ResponseWriter, r *http.Request) {
	// Browsers say where a request comes from, where the connection is secure or local. An Origin is of no use: no referrer
	// is sent, so it is null.
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		s.fail(w, r, invalid("The form comes from another site."))
		return
	}
	form, err := readForm(w, r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p, ok := s.prepare(w, r, form)
	if !ok {
		return
	}
	if form.Get("answer") != "allow" {
		s.send(w, r, p.Asked.RedirectURI, url.Values{"error": {provider.AccessDenied}, "state": {p.Asked.State}})
		return
	}
	code, problems, err := s.Provider.Grant(r.Context(), p.Asked, form.Get("email"), form.Get("password"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if len(problems) > 0 {
		p.Email, p.Problems = form.Get("email"), problems
		s.write(w, r, http.StatusUnprocessableEntity, p)
		return
	}
	s.send(w, r, p.Asked.RedirectURI, url.Values{"code": {code}, "state": {p.Asked.State}})
}

// prepare checks a request and makes its page. Where it cannot, it has answered: with a page as long as the address to
// answer to is not known to be the app's, and by sending the browser there from then on.
func (s *server) prepare(w http.ResponseWriter, r *http.Request, form url.Values) (*page, bool) {
	request := asked(form)
	client, err := s.Provider.Client(r.Context(), request)
	if err != nil {
		s.fail(w, r, err)
		return nil, false
	}
	ask, err := s.Provider.Ask(client, request)
	if e, ok := refusal(err); ok {
		s.send(w, r, request.RedirectURI, url.Values{"error": {e.Code}, "error_description": {e.Description}, "state": {request.State}})
		return nil, false
	}
	if err != nil {
		s.fail(w, r, err)
		return nil, false
	}
	p := &page{App: client.Title, Asked: ask}
	if p.Shop, err = s.ShopName(r.Context(), client.Shop); err != nil {
		s.fail(w, r, err)
		return nil, false
	}
	if to, err := url.Parse(ask.RedirectURI); err == nil {
		p.Destination = to.Host
	}
	for _, name := range carried {
		if v := form.Get(name); v != "" {
			p.Hidden = append(p.Hidden, field{name, v})
		}
	}
	return p, true
}

// send sends the browser back to the app with an answer, which says who gives it (RFC 9207).
func (s *server) send(w http.ResponseWriter, r *http.Request, to string, answer url.Values) {
	u, err := url.Parse(to)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	query := u.Query()
	answer.Set("iss", s.Provider.Issuer())
	for name, values := range answer {
		if values[0] != "" {
			query.Set(name, values[0])
		}
	}
	u.RawQuery = query.Encode()
	s.guard(w, to)
	// Never 307: it would send the password along (RFC 9700, section 4.12).
	http.Redirect(w, r, u.String(), http.StatusSeeOther) //nolint:gosec // one of the addresses that the app registered
}

// guard keeps the page from being framed, kept or sent elsewhere. Browsers hold the policy's form-action against the
// address that the form's answer leads to as well, so that of the app stands in it.
func (s *server) guard(w http.ResponseWriter, redirectURI string) {
	actions := "'self'"
	if u, err := url.Parse(redirectURI); err == nil && u.Host != "" {
		actions += " " + u.Scheme + "://" + u.Host
	}
	pages.Guard(w, actions)
}

func (s *server) write(w http.ResponseWriter, r *http.Request, status int, p *page) {
	s.guard(w, p.Asked.RedirectURI)
	if err := pages.Write(w, status, "consent.html", p); err != nil {
		s.fail(w, r, err)
	}
}

// fail answers with a page that says what is wrong, and no more than may be known. It leads nowhere.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.guard(w, "")
	status := http.StatusBadRequest
	f := failure{Title: "This request cannot be answered", Request: w.Header().Get("X-Request-Id")}
	if e, ok := refusal(err); ok {
		f.Text = e.Description + " Go back to the app and try again; if this page comes again, tell the app's makers."
	} else {
		var p problem
		status, p = s.ours(r.Context(), err)
		f.Title, f.Text = p.Description, "Nothing was given to the app. Please try again in a moment."
	}
	f.Title = strings.TrimSuffix(f.Title, ".")
	if err := pages.Write(w, status, "failure.html", f); err != nil {
		http.Error(w, f.Title, status)
	}
}

// Package plain makes pages in one piece: they run no script, load nothing, cannot be framed, and are kept by no cache. Their
// addresses hold what is good once, so nothing of them is told elsewhere.
//
// It knows no page: who shows one has the templates.
package plain

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
)

// Pages are templates with their one style, which they show by {{style}}.
type Pages struct {
	templates *template.Template
	style     string
}

// New reads templates/*.html, and the style among them by its name. It panics where they cannot be read: they are embedded.
func New(files fs.FS, style string) *Pages {
	b, err := fs.ReadFile(files, "templates/"+style)
	if err != nil {
		panic(err)
	}
	shown := template.FuncMap{"style": func() template.CSS { return template.CSS(b) }} //nolint:gosec // our own file
	sum := sha256.Sum256(b)
	return &Pages{
		templates: template.Must(template.New("").Funcs(shown).ParseFS(files, "templates/*.html")),
		style:     "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'",
	}
}

// Guard sets the headers of a page whose forms lead to some places, written as in form-action. Its hash is in the policy, so that no
// style works but its own.
func (p *Pages) Guard(w http.ResponseWriter, actions string) {
	Guard(w, "default-src 'none'; style-src "+p.style+"; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action "+actions)
}

// Write answers with a page; see [Write].
func (p *Pages) Write(w http.ResponseWriter, status int, name string, data any) error {
	return Write(w, p.templates, status, name, data)
}

// Guard keeps an answer from being framed, kept or told elsewhere, and has browsers hold it to a content security policy.
func Guard(w http.ResponseWriter, policy string) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// Write answers with a template. It renders before it writes, so that one that fails leaves no half page: then nothing is written.
func Write(w http.ResponseWriter, templates *template.Template, status int, name string, data any) error {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("a page could not be made: %w", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // whoever asked may be gone
	return nil
}

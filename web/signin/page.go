package signin

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
)

//go:embed templates
var files embed.FS

// style stands in the page itself. Its hash is in the policy, so that no other style works.
var style = func() template.CSS {
	b, err := files.ReadFile("templates/signin.css")
	if err != nil {
		panic(err) // embedded
	}
	return template.CSS(b) //nolint:gosec // our own file
}()

var templates = template.Must(template.New("").Funcs(template.FuncMap{"style": func() template.CSS { return style }}).ParseFS(files, "templates/*.html"))

var policy = func() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

// guard keeps an answer from being framed, kept or told elsewhere: its address holds what is good once.
func guard(w http.ResponseWriter) {
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

// page answers with words. It renders before it writes, so that a failing template leaves no half page.
func (s *server) page(w http.ResponseWriter, status int, title, text string) {
	guard(w)
	var b bytes.Buffer
	err := templates.ExecuteTemplate(&b, "stopped.html", struct{ Title, Text, Request string }{title, text, w.Header().Get("X-Request-Id")})
	if err != nil {
		s.Log.Error("a page could not be made", "error", err)
		http.Error(w, title, status)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // whoever asked may be gone
}

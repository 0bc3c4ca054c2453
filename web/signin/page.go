package signin

import (
	"embed"
	"net/http"

	"github.com/rialtohq/rialto/web/plain"
)

//go:embed templates
var files embed.FS

var pages = plain.New(files, "signin.css")

// guard keeps an answer from being framed, kept or told elsewhere: its address holds what is good once.
func guard(w http.ResponseWriter) { pages.Guard(w, "'none'") }

// page answers with words.
func (s *server) page(w http.ResponseWriter, status int, title, text string) {
	guard(w)
	if err := pages.Write(w, status, "stopped.html", struct{ Title, Text, Request string }{title, text, w.Header().Get("X-Request-Id")}); err != nil {
		s.Log.Error("a page of signing in", "error", err)
		http.Error(w, title, status)
	}
}

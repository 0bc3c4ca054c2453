// Package explorer is the playground: a page to try the API in.
//
// There are two of it. The page in static/ is our own, written by hand, and always there. The other is GraphiQL, bundled
// from npm by "npm ci && npm run build" in this folder; when the program was built after that, it is served instead, and
// our own stays at /playground/plain. Both have the demo's token at hand and the operations of examples/ ready to run.
//
// Nothing is loaded from anywhere else, and no script or style stands in the page itself, so that the
// Content-Security-Policy can forbid both.
package explorer

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
)

//go:embed static
var static embed.FS

// dist is filled by the build with npm; without that, only .keep is in it.
//
//go:embed all:dist
var dist embed.FS

// Path is where the playground is; all it needs lies below.
const Path = "/playground"

// Config is what the playground is made of. The zero value works.
type Config struct {
	// Endpoint is where operations are sent, a path or a whole address: /graphql by default.
	Endpoint string
	// Token is the storefront token that is filled in.
	Token string
	// Public says that others than those at the machine can open the page. Nothing secret is then put into it: no Token,
	// and no example that signs in with the demo's password.
	Public bool
}

// New makes the handler of [Path] and of all below it. It panics when an embedded example cannot be read, which the
// package's tests rule out.
func New(c Config) http.Handler {
	if c.Endpoint == "" {
		c.Endpoint = "/graphql"
	}
	plain, err := page("static/plain.html", c)
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+Path+"/plain", plain)
	mux.Handle("GET "+Path+"/static/", assets(static, "static"))
	mux.Handle("GET "+Path, plain)
	mux.Handle("GET "+Path+"/{$}", plain)
	if !Bundled() {
		return mux
	}
	bundled, err := page("static/graphiql.html", c)
	if err != nil {
		panic(err)
	}
	whole := http.NewServeMux()
	whole.Handle("/", mux)
	whole.Handle("GET "+Path+"/dist/", assets(dist, "dist"))
	whole.Handle("GET "+Path, bundled)
	whole.Handle("GET "+Path+"/{$}", bundled)
	return whole
}

// Bundled reports whether GraphiQL was bundled before the program was built.
func Bundled() bool {
	_, err := fs.Stat(dist, "dist/app.js")
	return err == nil
}

// settings is what the pages' scripts read.
type settings struct {
	Endpoint string    `json:"endpoint"`
	Token    string    `json:"token"`
	Examples []Example `json:"examples"`
	Bundled  bool      `json:"bundled"`
}

// page makes a page once; it is the same for everybody.
func page(name string, c Config) (http.Handler, error) {
	examples, err := Examples()
	if err != nil {
		return nil, err
	}
	s := settings{Endpoint: c.Endpoint, Token: c.Token, Examples: examples, Bundled: Bundled()}
	if c.Public {
		s.Token, s.Examples = "", harmless(examples)
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("explorer: %w", err)
	}
	t, err := template.ParseFS(static, name)
	if err != nil {
		return nil, fmt.Errorf("explorer: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, map[string]any{"Settings": string(text), "Base": Path}); err != nil {
		return nil, fmt.Errorf("explorer: %w", err)
	}
	policy := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https: http:; font-src 'self'; connect-src " + source(c.Endpoint) +
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	if strings.Contains(name, "graphiql") {
		// Its editor writes style elements and starts workers.
		policy = strings.Replace(policy, "style-src 'self'", "style-src 'self' 'unsafe-inline'", 1) + "; worker-src 'self'"
		policy = strings.Replace(policy, "font-src 'self'", "font-src 'self' data:", 1)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer")
		serve(w, r, "text/html; charset=utf-8", b.Bytes())
	}), nil
}

// harmless are the examples without those that carry a password of the demo's.
func harmless(all []Example) []Example {
	var kept []Example
	for _, e := range all {
		if !bytes.Contains(e.Variables, []byte("rialto-demo")) {
			kept = append(kept, e)
		}
	}
	return kept
}

// source is what a page may talk to, given where its operations go.
func source(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return "'self'"
	}
	return "'self' " + u.Scheme + "://" + u.Host
}

// assets serves the files of a folder at the same name below [Path].
func assets(files fs.FS, folder string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, Path+"/")
		content, err := fs.ReadFile(files, name)
		if err != nil || !strings.HasPrefix(name, folder+"/") || path.Ext(name) == ".html" || strings.HasPrefix(path.Base(name), ".") {
			http.NotFound(w, r)
			return
		}
		media := mime.TypeByExtension(path.Ext(name))
		switch path.Ext(name) { // what matters must not depend on the machine's own table
		case ".js":
			media = "text/javascript; charset=utf-8"
		case ".css":
			media = "text/css; charset=utf-8"
		case ".svg":
			media = "image/svg+xml"
		case ".ttf":
			media = "font/ttf"
		}
		if media == "" {
			media = "application/octet-stream"
		}
		// A worker takes its policy from its own answer, not from the page's.
		w.Header().Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'; script-src 'self'")
		serve(w, r, media, content)
	})
}

// serve answers with content that browsers may keep but have to ask about.
func serve(w http.ResponseWriter, r *http.Request, media string, content []byte) {
	sum := sha256.Sum256(content)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", tag)
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(content) //nolint:gosec // embedded, or made by html/template
}

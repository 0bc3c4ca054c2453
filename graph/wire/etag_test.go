package wire_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/rialtohq/rialto/graph/wire"
)

func TestETag(t *testing.T) {
	t.Parallel()
	e := newTiny(t)
	h := wire.New(wire.Config{Executor: e})
	answer := func(data, cacheControl string) {
		e.answer = &wire.Answer{Data: json.RawMessage(data)}
		if cacheControl != "" {
			e.answer = e.answer.With("Cache-Control", cacheControl)
		}
	}
	get := func(headers ...string) (status int, tag, body string) {
		w := send(h, http.MethodGet, "/?query=%7Ba%7D", "", headers...)
		return w.Code, w.Header().Get("ETag"), w.Body.String()
	}
	answer(`{"a":1}`, "public, max-age=60")
	status, tag, body := get()
	if status != 200 || len(tag) != 26 || strings.HasPrefix(tag, "W/") || body != `{"data":{"a":1}}` {
		t.Fatalf("%d %s %s", status, tag, body)
	}
	if _, again, _ := get(); again != tag {
		t.Errorf("the same content is called %s, then %s", tag, again)
	}
	compressed := strings.TrimSuffix(tag, `"`) + wire.CompressedSuffix + `"`
	zstd := strings.TrimSuffix(compressed, `"`) + `-zstd"`
	for held, told := range map[string]string{tag: tag, `"other", ` + tag: tag, "W/" + tag: tag, compressed: compressed, "W/" + zstd: zstd, "*": tag} {
		if status, as, body := get("If-None-Match", held); status != 304 || as != told || body != "" {
			t.Errorf("If-None-Match %s: %d %s %s", held, status, as, body)
		}
	}
	w := send(h, http.MethodGet, "/?query=%7Ba%7D", "", "If-None-Match", tag)
	if w.Header().Get("Cache-Control") != "public, max-age=60" || w.Header().Get("Vary") == "" || w.Header().Get("Content-Type") != "" {
		t.Errorf("304 with %v", w.Header())
	}
	if status, _, body := get("If-None-Match", `"other"`); status != 200 || body == "" {
		t.Errorf("another one is held: %d %s", status, body)
	}
	answer(`{"a":2}`, "public, max-age=60")
	if status, other, _ := get("If-None-Match", tag); status != 200 || other == tag {
		t.Errorf("another content: %d %s", status, other)
	}
	// What may not be kept has no tag: an answer without a policy, one with errors, one to a POST.
	answer(`{"a":1}`, "")
	if status, none, _ := get("If-None-Match", tag); status != 200 || none != "" {
		t.Errorf("no policy: %d %s", status, none)
	}
	answer(`{"a":1}`, "private, no-cache")
	e.answer.Errors = gqlerror.List{{Message: "no"}}
	if status, none, _ := get("If-None-Match", "*"); status != 200 || none != "" {
		t.Errorf("errors: %d %s", status, none)
	}
	answer(`{"a":1}`, "public, max-age=60")
	if w := send(h, http.MethodPost, "/", good, append([]string{"If-None-Match", tag}, posted...)...); w.Code != 200 || w.Header().Get("ETag") != "" {
		t.Errorf("POST: %d %v", w.Code, w.Header())
	}
}

package wire

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"sync/atomic"
)

// etag names the content of an answer that may be kept: a strong one (RFC 9110, 8.8.3), of the bytes of the body.
func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"`
}

// Tag is the name of a content that never changes. It is worked out when it is first asked for.
type Tag struct{ name atomic.Pointer[string] }

func (t *Tag) of(body func() []byte) string {
	if known := t.name.Load(); known != nil {
		return *known
	}
	name := etag(body())
	t.name.Store(&name)
	return name
}

// CompressedSuffix ends the tag of an answer that was compressed on its way: other bytes have another tag.
const CompressedSuffix = "-c"

// held reports whether a client holds the content of a tag already, and under which tag: that of the form in which it was sent.
// Where it does not hold it, the tag is given as it is.
func held(r *http.Request, tag string) (as string, ok bool) {
	for _, line := range r.Header["If-None-Match"] {
		for one := range strings.SplitSeq(line, ",") {
			one = strings.TrimSpace(one)
			plain := strings.TrimPrefix(one, "W/")
			if one == "*" {
				return tag, true
			}
			if plain == tag || compressed(plain, tag) {
				return plain, true
			}
		}
	}
	return tag, false
}

// compressed reports whether a tag is that of another's content, compressed: the suffix stands there, and after it the encoding.
func compressed(one, of string) bool {
	rest, ok := strings.CutPrefix(one, strings.TrimSuffix(of, `"`)+CompressedSuffix)
	return ok && (rest == `"` || rest == `-gzip"` || rest == `-zstd"`)
}

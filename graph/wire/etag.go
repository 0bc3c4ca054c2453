package wire

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// etag names the content of an answer that may be kept: a strong one (RFC 9110, 8.8.3), of the bytes of the body.
func etag(parts ...[]byte) string {
	sum := sha256.New()
	for _, part := range parts {
		_, _ = sum.Write(part)
	}
	return `"` + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:18]) + `"`
}

// CompressedSuffix ends the tag of an answer that was compressed on its way: other bytes have another tag.
const CompressedSuffix = "-c"

// held reports whether a client holds the content of a tag already, and under which tag: that of the form in which it was sent.
func held(r *http.Request, tag string) (as string, ok bool) {
	for _, line := range r.Header.Values("If-None-Match") {
		for one := range strings.SplitSeq(line, ",") {
			one = strings.TrimSpace(one)
			plain := strings.TrimPrefix(one, "W/")
			if one == "*" {
				return tag, true
			}
			if plain == tag || plain == strings.TrimSuffix(tag, `"`)+CompressedSuffix+`"` {
				return plain, true
			}
		}
	}
	return "", false
}

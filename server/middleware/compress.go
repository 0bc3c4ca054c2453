package middleware

import (
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"

	"github.com/rialtohq/rialto/graph/wire"
)

// minCompressed is the size in bytes from which compression saves a packet.
const minCompressed = 1400

// Compress compresses answers by zstd or gzip where the client accepts it, but not small ones, streams, or
// pictures, which are compressed already. A few random bytes blur the length, which else tells a little about the content.
func Compress() Middleware {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(minCompressed),
		gzhttp.CompressionLevel(gzip.BestSpeed),
		gzhttp.RandomJitter(32, 0, false),
		gzhttp.ContentTypeFilter(compressible),
		gzhttp.SuffixETag(wire.CompressedSuffix),
	)
	if err != nil {
		panic(err) // the options above are constants: a defect of ours, seen by the first test
	}
	return func(next http.Handler) http.Handler { return wrap(next) }
}

// compressible reports whether a media type is text that comes at once.
func compressible(media string) bool {
	media, _, _ = strings.Cut(strings.ToLower(media), ";")
	media = strings.TrimSpace(media)
	switch media {
	case "application/json", "application/javascript", "application/xml", "image/svg+xml":
		return true
	case "text/event-stream":
		return false
	}
	return strings.HasPrefix(media, "text/") || strings.HasSuffix(media, "+json")
}

package graph

import (
	"net/http"
	"strconv"
	"time"

	"github.com/rialtohq/rialto/graph/wire"
)

const (
	// revalidate is for how many times its age an answer may be shown once more while a new one is fetched (RFC 5861).
	revalidate = 5
	// outage is for how long an answer may be shown while we cannot be asked.
	outage = time.Hour
)

// keep says how long an answer to a GET may be kept: by everybody, where it is the same for all who show a storefront's token;
// else only by who asked, who then asks each time whether it is still good. An answer with errors, or to a POST, is not kept.
func (h *Handler) keep(q *asked, a *wire.Answer) {
	if q.r.Method != http.MethodGet || a == nil || a.Class != wire.Answered || len(a.Errors) > 0 {
		return
	}
	for _, header := range []string{publicHeader, privateHeader, bearerHeader} {
		a.Vary(header)
	}
	age := int(q.shared().Seconds())
	if age == 0 {
		a.With("Cache-Control", "private, no-cache")
		return
	}
	b := strconv.AppendInt(append(make([]byte, 0, 80), "public, max-age="...), int64(age), 10)
	b = strconv.AppendInt(append(b, ", stale-while-revalidate="...), int64(age*revalidate), 10)
	b = strconv.AppendInt(append(b, ", stale-if-error="...), int64(outage.Seconds()), 10)
	a.With("Cache-Control", string(b))
}

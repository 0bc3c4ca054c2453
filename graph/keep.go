package graph

import (
	"fmt"
	"net/http"
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
	a.With("Cache-Control", fmt.Sprintf("public, max-age=%d, stale-while-revalidate=%d, stale-if-error=%d", age, age*revalidate, int(outage.Seconds())))
}

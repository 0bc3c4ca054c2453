package graph

import (
	"net/http"
	"strconv"
	"time"

	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/generation"
)

const (
	// revalidate is for how many times its age an answer may be shown once more while a new one is fetched (RFC 5861).
	revalidate = 5
	// outage is for how long an answer may be shown while we cannot be asked.
	outage = time.Hour
	// groupsHeader names the groups of a shared cache that an answer belongs to, endedHeader those of which what is kept is old
	// once an answer to a mutation has passed (RFC 9875): the shop, and each table that was read for it, or was changed.
	groupsHeader, endedHeader = "Cache-Groups", "Cache-Group-Invalidation"
)

// groups writes a list of strings (RFC 9651): the shop, and its tables. Tables of another shop of the same site are others.
func groups(shop string, tables []string) string {
	b := make([]byte, 0, (len(tables)+1)*(len(shop)+16))
	b = append(append(append(b, '"'), shop...), '"')
	for _, table := range tables {
		b = append(append(append(append(append(b, `, "`...), shop...), '/'), table...), '"')
	}
	return string(b)
}

// tell says in the answer to a mutation what it changed: as of which moment that is seen, and what caches on the way may forget.
func tell(a *wire.Answer, written *generation.Noted) {
	m := written.Last()
	if a == nil || m == (generation.Moment{}) {
		return
	}
	a.With(changedHeader, m.String())
	var b []byte
	for _, tag := range written.Tags() {
		if !generation.IsSort(tag.Of) {
			continue // caches on the way know of tables, not of their rows
		}
		if len(b) > 0 {
			b = append(b, ", "...)
		}
		b = append(append(b, '"'), tag.Shop.String()...)
		if tag.Of != generation.Everything {
			b = append(append(b, '/'), tag.Of...)
		}
		b = append(b, '"')
	}
	a.With(endedHeader, string(b))
}

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
	a.With("No-Vary-Search", wire.AnyOrder)
}

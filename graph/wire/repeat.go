package wire

import (
	"net/http"

	"github.com/maypok86/otter/v2"
)

const (
	// repeatBytes bounds the requests that are kept as they were read, repeatBody the longest body of one.
	repeatBytes = 8 << 20
	repeatBody  = 16 << 10
)

// repeats keeps requests as they were read, by the bytes of their bodies: of those only that many send alike, which the executor
// says by [Answer.Memo]. A request that holds anything personal is never among them.
type repeats struct {
	kept *otter.Cache[string, *Request]
}

func newRepeats() repeats {
	return repeats{otter.Must(&otter.Options[string, *Request]{
		MaximumWeight: repeatBytes,
		Weigher:       func(body string, _ *Request) uint32 { return uint32(4*len(body)) + 512 },
	})}
}

// apart reports whether a body is never among them: it is long, or its path says more.
func apart(r *http.Request, body []byte) bool {
	return len(body) > repeatBody || r.PathValue(DocumentInPath) != ""
}

// find gives the request that a body was read as before.
func (s repeats) find(r *http.Request, body []byte) *Request {
	if apart(r, body) {
		return nil
	}
	kept, ok := s.kept.GetIfPresent(string(body))
	if !ok {
		return nil
	}
	again := *kept
	return &again
}

// keep keeps a request, with what the executor wants to be given along with the next one of the same bytes.
func (s repeats) keep(r *http.Request, body []byte, asRead *Request, a *Answer) {
	if a == nil || a.Memo == nil || body == nil || asRead.Memo == a.Memo || apart(r, body) {
		return
	}
	kept := *asRead
	kept.Memo, kept.Headers = a.Memo, nil
	s.kept.Set(string(body), &kept)
}

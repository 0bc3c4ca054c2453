package wire

import (
	"hash/maphash"
	"net/http"

	"github.com/maypok86/otter/v2"
)

const (
	// repeatBytes bounds the requests that are kept as they were read, repeatText the longest text of one.
	repeatBytes = 8 << 20
	repeatText  = 16 << 10
)

// repeats keeps requests as they were read, by the bytes of their bodies, or of their addresses: of those only that many send
// alike, which the executor says by [Answer.Memo]. A request that holds anything personal is never among them.
type repeats struct {
	seed maphash.Seed
	kept *otter.Cache[place, *repeat]
}

// place is where a request is kept: at a hash of its text. Of two texts with the same hash the later one stays.
type place struct {
	hash uint64
	get  bool
}

// repeat is a request with the text that it was read from.
type repeat struct {
	text    string
	request Request
}

func newRepeats() repeats {
	return repeats{maphash.MakeSeed(), otter.Must(&otter.Options[place, *repeat]{
		MaximumWeight: repeatBytes,
		Weigher:       func(_ place, one *repeat) uint32 { return uint32(4*len(one.text)) + 512 },
	})}
}

func (s repeats) place(r *http.Request, text []byte) place {
	return place{hash: maphash.Bytes(s.seed, text), get: r.Method == http.MethodGet}
}

// apart reports whether a text is never among them: it is long, or the path says more.
func apart(r *http.Request, text []byte) bool {
	return len(text) > repeatText || r.PathValue(DocumentInPath) != ""
}

// toKeep is a text that may be kept, apart from where it was read; empty where it may not.
func toKeep(r *http.Request, text []byte) string {
	if apart(r, text) {
		return ""
	}
	return string(text)
}

// find gives the request that a text was read as before, and the text as it is kept.
func (s repeats) find(r *http.Request, text []byte) (*Request, string) {
	if apart(r, text) {
		return nil, ""
	}
	kept, ok := s.kept.GetIfPresent(s.place(r, text))
	if !ok || kept.text != string(text) {
		return nil, ""
	}
	again := kept.request
	return &again, kept.text
}

// keep keeps a request that has a text, with what the executor wants to be given along with the next one of the same bytes.
func (s repeats) keep(r *http.Request, text string, asRead *Request, a *Answer) {
	if a == nil || a.Memo == nil || asRead.Memo == a.Memo || text == "" {
		return
	}
	one := &repeat{text: text, request: *asRead}
	one.request.Memo, one.request.Headers = a.Memo, nil
	s.kept.Set(s.place(r, []byte(text)), one)
}

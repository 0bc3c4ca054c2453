// Package wire speaks GraphQL over HTTP: it reads a request, has it executed, and writes the answer with the status,
// media type and headers of the GraphQL-over-HTTP draft.
//
// It knows nothing of documents, schemas or who is asking: that is the [Executor]'s. It never reads a cookie, so a
// browser cannot be made to act for somebody by a foreign page; and as it refuses the media types which a foreign page
// may post unasked, a browser asks (CORS) before it posts anything here.
//
// Invariants: an answer has either data or a 4xx/5xx status, never both or neither, save that an automatic persisted query
// that is not known is answered 200 with an error, because the clients that speak that protocol give up at another status; no text of a request comes back in
// an error of this package; a body is measured before it is read.
package wire

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Request is one GraphQL request, well-formed but not yet parsed.
type Request struct {
	// Query is the document's text; empty where the request names a document that is kept.
	Query string
	// DocumentID names a kept document; empty where the request carries its text.
	DocumentID string
	// Named says that the document was asked for without its text. Who finds the text sets it.
	Named bool
	// OperationName chooses one of the document's operations; empty when there is only one.
	OperationName string
	// Variables as they came: objects are map[string]any, numbers json.Number. Nil when there are none.
	Variables map[string]any
	// Extensions of the request, decoded likewise.
	Extensions map[string]any
	// OnError is what becomes of a place whose value could not be had.
	OnError OnError
	// Headers of the HTTP request, without cookies. Read only.
	Headers http.Header
	// Method is GET or POST. By GET only queries may run: answer anything else with [MutationByGet].
	Method string
	// Memo is the [Answer.Memo] of the last request of the same bytes; nil where there was none. It says nothing of who asks now.
	Memo any
}

// OnError says what becomes of a place in an answer whose value could not be had (the onError parameter of a request: GraphQL
// specification, pull request 1236).
type OnError string

// The behaviors.
const (
	// Propagate makes the next place null that the schema lets be null. It is what a request gets that says nothing.
	Propagate OnError = "PROPAGATE"
	// Null makes the place itself null, also where the schema promises a value: a client that reads errors loses nothing else.
	Null OnError = "NULL"
	// Halt ends the operation: the answer has no data, and the first error.
	Halt OnError = "HALT"
)

// Executor answers a request. It returns nil only where ctx is done and nobody waits for the answer.
type Executor interface {
	Execute(ctx context.Context, r *Request) *Answer
}

// Answer is what came of a request. With class [Answered] it has data, perhaps null, and perhaps errors; with any other
// class it has errors only.
type Answer struct {
	Class Class
	// Data is the value of the data entry, encoded.
	Data json.RawMessage
	// Errors beyond what an answer may hold are cut off.
	Errors gqlerror.List
	// Extensions of the answer, cost figures for instance. They must encode to JSON.
	Extensions map[string]any
	// Cost is the entry "cost" of the extensions; nil where there is none.
	Cost Appender
	// Tag remembers the content's name, where the same Data is given many times; it may be nil.
	Tag *Tag
	// Body is the whole answer already encoded, from a cache; Data, Errors, Extensions and Cost are then not looked at.
	Body []byte
	// fields are further headers, Cache-Control in place of the default "no-store".
	fields []field
	// Memo is what the executor wants to be given along with the next request of the same bytes. It says that many send these bytes
	// and that nothing personal is in them: the request is then kept as it was read, for a while.
	Memo any
}

// Appender is a value that writes itself as JSON to the end of b.
type Appender interface{ AppendJSON(b []byte) []byte }

// field is a header, its key in canonical form.
type field struct{ key, value string }

// Refuse is an answer with one error: a code for programs, a message for people. Both are public.
func Refuse(class Class, code, message string) *Answer {
	return RefuseAll(class, &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}})
}

// RefuseAll is an answer with errors only.
func RefuseAll(class Class, errs ...*gqlerror.Error) *Answer {
	return &Answer{Class: class, Errors: errs}
}

// usualFields is how many headers an answer has room for at first.
const usualFields = 8

// With sets a header of the answer and returns the answer.
func (a *Answer) With(key, value string) *Answer {
	key = http.CanonicalHeaderKey(key)
	for i := range a.fields {
		if a.fields[i].key == key {
			a.fields[i].value = value
			return a
		}
	}
	a.add(key, value)
	return a
}

// Vary says that the answer depends on a header of the request.
func (a *Answer) Vary(header string) { a.add("Vary", header) }

func (a *Answer) add(key, value string) {
	if a.fields == nil {
		a.fields = make([]field, 0, usualFields)
	}
	a.fields = append(a.fields, field{key, value})
}

// Header are the headers of the answer.
func (a *Answer) Header() http.Header {
	h := make(http.Header, len(a.fields))
	for _, f := range a.fields {
		h[f.key] = append(h[f.key], f.value)
	}
	return h
}

// Config is what a [Handler] is made of. A zero value means the default beside it.
type Config struct {
	Executor Executor
	// MaxBody is the largest body in bytes: 256 KiB.
	MaxBody int64
	// MaxURL is the longest query part of a GET's address in bytes: 16 KiB.
	MaxURL int
	// MaxErrors is the most errors in an answer: 20.
	MaxErrors int
}

// Handler serves GraphQL at whatever address it is mounted.
type Handler struct {
	config  Config
	writer  writer
	repeats repeats
}

// New makes a handler.
func New(c Config) *Handler {
	if c.MaxBody == 0 {
		c.MaxBody = 256 << 10
	}
	if c.MaxURL == 0 {
		c.MaxURL = 16 << 10
	}
	return &Handler{config: c, writer: newWriter(c.MaxErrors), repeats: newRepeats()}
}

// ServeHTTP reads the request, has it executed and writes the answer.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead { // as by GET; the server leaves the body out (RFC 9110, section 9.3.2)
		get := *r
		get.Method = http.MethodGet
		r = &get
	}
	media, refusal := h.negotiate(r)
	var request *Request
	var text string
	if refusal == nil {
		request, text, refusal = h.request(w, r)
	}
	if refusal != nil {
		h.writer.write(w, r, media, refusal)
		return
	}
	asRead := *request
	answer := h.config.Executor.Execute(r.Context(), request)
	h.repeats.keep(r, text, &asRead, answer)
	if answer == nil {
		if r.Context().Err() == context.Canceled { //nolint:errorlint // a context's own error is never wrapped
			return
		}
		answer = Refuse(Overdue, CodeTimeout, "The operation took longer than it may.")
	}
	h.writer.write(w, r, media, answer)
}

// request reads the request. The buffer that it is read into is free again before it is executed: who has to wait for that waits
// without one.
func (h *Handler) request(w http.ResponseWriter, r *http.Request) (request *Request, text string, refusal *Answer) {
	buffer := buffers.take()
	defer buffers.giveBack(buffer)
	return h.read(w, r, buffer)
}

// negotiate settles the method and the media type of the answer.
func (h *Handler) negotiate(r *http.Request) (string, *Answer) {
	if r.Method != http.MethodPost && r.Method != http.MethodGet {
		return mediaJSON, Refuse(wrongMethod, "METHOD_NOT_ALLOWED", "Send GraphQL by POST, or queries by GET.").With("Allow", "GET, HEAD, POST")
	}
	media, ok := accepted(r.Header.Values("Accept"))
	if !ok {
		return mediaJSON, Refuse(notAcceptable, "NOT_ACCEPTABLE", "Answers come as "+mediaGraphQL+" or "+mediaJSON+"; accept one of them.")
	}
	return media, nil
}

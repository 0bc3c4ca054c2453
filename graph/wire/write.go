package wire

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/rialtohq/rialto/graph/limits"
)

// writer writes answers.
type writer struct{ limits limits.Limits }

func newWriter(maxErrors int) writer { return writer{limits.Limits{Errors: maxErrors}} }

// Fail writes an answer with one error outside of a [Handler], so that middleware refuses in the same shape.
func Fail(w http.ResponseWriter, r *http.Request, class Class, code, message string) {
	media, ok := accepted(r.Header.Values("Accept"))
	if !ok {
		media = mediaJSON
	}
	answer := Refuse(class, code, message)
	if id := CallFrom(r.Context()).RequestID; id != "" && class == Failed {
		answer.Errors[0].Extensions["correlationId"] = id
	}
	newWriter(0).write(w, r, media, answer)
}

// write sends an answer. An answer that breaks its own rule (data or an error status) becomes an internal error.
func (o writer) write(w http.ResponseWriter, r *http.Request, media string, a *Answer) {
	call := CallFrom(r.Context())
	if a.Body == nil && (a.Class == Answered && len(a.Data) == 0 || a.Class != Answered && len(a.Errors) == 0) {
		a = Refuse(Failed, CodeInternal, "Something went wrong on our side.")
		a.Errors[0].Extensions["correlationId"] = call.RequestID
	}
	call.noteErrors(a.Errors)
	h := w.Header()
	values := a.into(h, 2)
	a.Class.imply(h)
	h["Content-Type"] = contentTypes[media]
	h.Add("Vary", "Accept")
	if h.Get("Cache-Control") == "" {
		h["Cache-Control"] = noStore
	}
	body, buffer := a.Body, (*[]byte)(nil)
	whole := func() []byte {
		if body == nil {
			buffer = buffers.take()
			*buffer = o.append(slices.Grow((*buffer)[:0], len(a.Data)+usualRest), a)
			body = *buffer
		}
		return body
	}
	defer func() {
		if buffer != nil {
			buffers.giveBack(buffer)
		}
	}()
	if r.Method == http.MethodGet && a.Class == Answered && len(a.Errors) == 0 && h.Get("Cache-Control") != "no-store" {
		as, ok := held(r, a.tag(whole))
		values[0] = as
		h["Etag"] = values[0:1:1]
		if ok {
			h.Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	values[1] = strconv.Itoa(len(whole()))
	h["Content-Length"] = values[1:2:2]
	w.WriteHeader(a.Class.Status())
	_, _ = w.Write(body) // a failure means that the client is gone
}

// usualRest is about how much an answer is beside its data.
const usualRest = 1 << 10

// What most answers say, so that it is not made for each.
var (
	contentTypes = map[string][]string{mediaJSON: {mediaJSON + "; charset=utf-8"}, mediaGraphQL: {mediaGraphQL + "; charset=utf-8"}}
	noStore      = []string{"no-store"}
)

// into sets the headers of an answer, and gives room for some values more.
func (a *Answer) into(h http.Header, more int) (room []string) {
	values := make([]string, more+len(a.fields))
	for i, f := range a.fields {
		at := more + i
		values[at] = f.value
		if f.key == "Vary" {
			h[f.key] = append(h[f.key], f.value)
			continue
		}
		h[f.key] = values[at : at+1 : at+1]
	}
	return values[:more]
}

// tag names the content of an answer. That of data which is given again and again is remembered with it.
func (a *Answer) tag(body func() []byte) string {
	if a.Tag == nil || a.Body != nil || len(a.Errors) > 0 || a.Cost != nil || len(a.Extensions) > 0 {
		return etag(body())
	}
	return a.Tag.of(body)
}

// append writes an answer to the end of b: one piece, so that it is sent by one call. Errors come first: who reads a stream knows
// at once.
func (o writer) append(b []byte, a *Answer) []byte {
	b = append(b, '{')
	if len(a.Errors) > 0 {
		b = append(b, `"errors":`...)
		b = append(b, encodeErrors(o.limits.Cut(a.Errors))...)
	}
	if a.Class == Answered {
		if len(a.Errors) > 0 {
			b = append(b, ',')
		}
		b = append(append(b, `"data":`...), a.Data...)
	}
	return append(a.appendExtensions(b), '}')
}

// appendExtensions writes extensions to the end of b. What cannot be encoded must not cost the answer.
func (a *Answer) appendExtensions(b []byte) []byte {
	if a.Cost == nil && len(a.Extensions) == 0 {
		return b
	}
	others := []byte("{}")
	if len(a.Extensions) > 0 {
		if encoded, err := json.Marshal(a.Extensions); err == nil {
			others = encoded
		}
	}
	if a.Cost == nil {
		if len(others) > len("{}") {
			b = append(append(b, `,"extensions":`...), others...)
		}
		return b
	}
	b = a.Cost.AppendJSON(append(b, `,"extensions":{"cost":`...))
	if len(others) > len("{}") {
		return append(append(b, ','), others[1:]...)
	}
	return append(b, '}')
}

// encodeErrors encodes errors; where an extension cannot be encoded, without any but the code.
func encodeErrors(errs gqlerror.List) []byte {
	encoded, err := json.Marshal(errs)
	if err == nil {
		return encoded
	}
	bare := make([]gqlerror.Error, len(errs))
	for i, e := range errs {
		code, _ := e.Extensions["code"].(string)
		bare[i] = gqlerror.Error{Message: e.Message, Path: e.Path, Locations: e.Locations, Extensions: map[string]any{"code": code}}
	}
	encoded, err = json.Marshal(bare)
	if err != nil {
		return []byte(`[{"message":"Something went wrong on our side.","extensions":{"code":"` + CodeInternal + `"}}]`)
	}
	return encoded
}

// codes are the different codes of errors, in order.
func codes(errs gqlerror.List) []string {
	set := map[string]bool{}
	for _, e := range errs {
		if code, ok := e.Extensions["code"].(string); ok {
			set[code] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

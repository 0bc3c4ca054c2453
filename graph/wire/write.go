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
	head, data, tail := o.encode(a)
	call.noteErrors(a.Errors)

	h := w.Header()
	for key, values := range a.Header {
		if key == "Vary" {
			h[key] = append(h[key], values...)
			continue
		}
		h[key] = values
	}
	a.Class.imply(h)
	h.Set("Content-Type", media+"; charset=utf-8")
	h.Add("Vary", "Accept")
	setDefault(h, "Cache-Control", "no-store")
	if r.Method == http.MethodGet && a.Class == Answered && len(a.Errors) == 0 && h.Get("Cache-Control") != "no-store" {
		tag := etag(head, data, tail)
		if as, ok := held(r, tag); ok {
			h.Set("ETag", as)
			h.Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("ETag", tag)
	}
	h.Set("Content-Length", strconv.Itoa(len(head)+len(data)+len(tail)))
	w.WriteHeader(a.Class.Status())
	for _, part := range [][]byte{head, data, tail} {
		if len(part) > 0 {
			if _, err := w.Write(part); err != nil {
				return // the client is gone
			}
		}
	}
}

// encode gives the answer in three parts, so that the data, the largest by far, is not copied. Errors come first: who
// reads a stream knows at once.
func (o writer) encode(a *Answer) (head, data, tail []byte) {
	if a.Body != nil {
		return nil, a.Body, nil
	}
	head = append(head, '{')
	if len(a.Errors) > 0 {
		head = append(head, `"errors":`...)
		head = append(head, encodeErrors(o.limits.Cut(a.Errors))...)
	}
	if a.Class == Answered {
		if len(a.Errors) > 0 {
			head = append(head, ',')
		}
		head, data = append(head, `"data":`...), a.Data
	}
	if len(a.Extensions) > 0 {
		if encoded, err := json.Marshal(a.Extensions); err == nil { // what cannot be encoded must not cost the answer
			tail = append(append(tail, `,"extensions":`...), encoded...)
		}
	}
	return head, data, append(tail, '}')
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

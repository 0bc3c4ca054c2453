package wire

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Codes of requests that are not what they should be.
const (
	CodeBadRequest       = "BAD_REQUEST"       // not JSON, or not a GraphQL request
	CodeBatching         = "BATCHING_REFUSED"  // several requests in one
	CodeInvalidCharacter = "INVALID_CHARACTER" // U+0000 in a text: no store can keep it
	CodeTooManyValues    = "TOO_MANY_VALUES"   // more values in variables than anybody sends
)

// maxNesting is how deep the JSON of a request may nest: inputs nest a few levels.
const maxNesting = 64

// maxValues is how many values variables or extensions may hold. Each takes some hundred bytes once it is read, however
// short it was written: {} sixty thousand times would be a small body and a large map.
const maxValues = 10_000

// DocumentInPath is the name of the path's part that names a kept document, where the handler is mounted with one.
const DocumentInPath = "document"

// decode reads a JSON body. Bytes that are no JSON are unreadable (400); JSON that is no GraphQL request is refused (422).
func decode(body []byte, inPath string) (*Request, *Answer) {
	if refusal := checkShape(body); refusal != nil {
		return nil, refusal
	}
	var members map[string]json.RawMessage // by exact name: a struct would take "Query" for "query"
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, notJSON("The body", err)
	}
	d := decoding{escapedNUL: bytes.Contains(body, []byte(`\u0000`))}
	request := &Request{
		Query:         d.text(members["query"], "query"),
		DocumentID:    d.name(d.text(members["documentId"], "documentId"), d.text(members["id"], "id"), d.text(members["doc_id"], "doc_id"), inPath),
		OperationName: d.text(members["operationName"], "operationName"),
		Variables:     d.object(members["variables"], "variables"),
		Extensions:    d.object(members["extensions"], "extensions"),
	}
	if raw, given := members["onError"]; given {
		request.OnError = d.onError(d.text(raw, "onError"))
	}
	return d.finish(request)
}

// checkShape looks at the outside of a body before anything is made of it.
func checkShape(body []byte) *Answer {
	body = bytes.TrimLeft(body, " \t\r\n")
	switch {
	case len(body) == 0:
		return Refuse(Unreadable, CodeBadRequest, "The body is empty; send a JSON object with a query.")
	case body[0] == '[' && json.Valid(body):
		return Refuse(Refused, CodeBatching, "Several requests in one are not accepted; send one JSON object for each.")
	case body[0] != '{' && json.Valid(body):
		return Refuse(Refused, CodeBadRequest, "The body must be a JSON object.")
	case nesting(body) > maxNesting:
		return Refuse(Refused, CodeBadRequest, "The body nests deeper than the "+strconv.Itoa(maxNesting)+" levels that are allowed.")
	}
	return nil
}

// nesting is how deep arrays and objects stand in one another. It does not care whether the text is JSON.
func nesting(text []byte) (deepest int) {
	deepest, _ = shape(text)
	return deepest
}

// shape is the nesting of a text, and how many values are in it: those that a comma follows, and the last.
func shape(text []byte) (deepest, values int) {
	depth, quoted := 0, false
	values = 1
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
			if c == '\\' {
				i++
			}
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		case c == ',':
			values++
		}
	}
	return deepest, values
}

func notJSON(what string, err error) *Answer {
	where := ""
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		where = " (at byte " + strconv.FormatInt(syntax.Offset, 10) + ")"
	}
	return Refuse(Unreadable, CodeBadRequest, what+" is not valid JSON"+where+".")
}

// decoding reads the parts of a request and keeps the first thing that is wrong with them.
type decoding struct {
	refusal    *Answer
	escapedNUL bool // the JSON may hold the character U+0000
}

func (d *decoding) refuse(a *Answer) {
	if d.refusal == nil {
		d.refusal = a
	}
}

func absent(raw []byte) bool { return len(raw) == 0 || string(raw) == "null" }

// text reads an optional string of a JSON body.
func (d *decoding) text(raw json.RawMessage, name string) string {
	if absent(raw) {
		return ""
	}
	var s string
	if raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		d.refuse(Refuse(Refused, CodeBadRequest, name+" must be a string."))
		return ""
	}
	d.check(s)
	return s
}

// name gives the id of a kept document, which clients call by several names: documentId in the GraphQL-over-HTTP draft, id or
// doc_id where Relay made them.
func (d *decoding) name(given ...string) (id string) {
	for _, g := range given {
		if g != "" && id != "" && g != id {
			d.refuse(Refuse(Refused, CodeBadRequest, "documentId, id and doc_id name different documents; send one of them."))
		}
		id = cmp.Or(id, g)
	}
	return id
}

// onError reads what becomes of a place that has an error. A null is none of the behaviors, and not the one named so.
func (d *decoding) onError(given string) OnError {
	switch o := OnError(given); o {
	case Propagate, Null, Halt:
		return o
	}
	d.refuse(Refuse(Refused, CodeBadRequest, `onError must be "PROPAGATE", "NULL" or "HALT".`))
	return ""
}

// object reads an optional object. Numbers stay as they were written, because a float does not hold every integer.
func (d *decoding) object(raw []byte, name string) map[string]any {
	raw = bytes.TrimSpace(raw)
	if absent(raw) {
		return nil
	}
	switch depth, values := shape(raw); {
	case depth > maxNesting:
		d.refuse(Refuse(Refused, CodeBadRequest, name+" nest deeper than the "+strconv.Itoa(maxNesting)+" levels that are allowed."))
		return nil
	case values > maxValues:
		d.refuse(Refuse(Refused, CodeTooManyValues, name+" hold "+strconv.Itoa(values)+" values; at most "+strconv.Itoa(maxValues)+" are allowed. Send them in several requests."))
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	if _, end := decoder.Token(); err != nil || end != io.EOF { //nolint:errorlint // the decoder gives io.EOF itself
		d.refuse(notJSON(name, err))
		return nil
	}
	object, ok := value.(map[string]any)
	if !ok {
		d.refuse(Refuse(Refused, CodeBadRequest, name+" must be a JSON object."))
	}
	if d.escapedNUL || bytes.Contains(raw, []byte(`\u0000`)) {
		d.escapedNUL = true
		d.check(object)
	}
	return object
}

// param reads an optional parameter of an address.
func (d *decoding) param(params url.Values, name string) string {
	values := params[name]
	switch {
	case len(values) == 0:
		return ""
	case len(values) > 1:
		d.refuse(Refuse(Refused, CodeBadRequest, name+" is given more than once."))
	case !utf8.ValidString(values[0]):
		d.refuse(Refuse(Unreadable, "INVALID_UTF8", name+" is not valid UTF-8."))
	case strings.IndexByte(values[0], 0) >= 0:
		d.refuse(invalidCharacter())
	}
	return values[0]
}

func invalidCharacter() *Answer {
	return Refuse(Refused, CodeInvalidCharacter, "A text must not contain the character U+0000.")
}

// check looks for the character U+0000 in every text of a value, where the JSON may hold one at all.
func (d *decoding) check(value any) {
	if !d.escapedNUL || d.refusal != nil {
		return
	}
	switch v := value.(type) {
	case string:
		if strings.IndexByte(v, 0) >= 0 {
			d.refuse(invalidCharacter())
		}
	case []any:
		for _, item := range v {
			d.check(item)
		}
	case map[string]any:
		for key, item := range v {
			d.check(key)
			d.check(item)
		}
	}
}

// finish gives the request, when all is well with it. A text is not needed where the request names a kept document, by
// id or by the hash of automatic persisted queries.
func (d *decoding) finish(r *Request) (*Request, *Answer) {
	if d.refusal != nil {
		return nil, d.refusal
	}
	if _, hashed := r.Extensions["persistedQuery"]; r.Query == "" && r.DocumentID == "" && !hashed {
		return nil, Refuse(Refused, CodeBadRequest, "query is missing: the document to execute, a string.")
	}
	return r, nil
}

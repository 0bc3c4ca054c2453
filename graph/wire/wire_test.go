package wire_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/rialtohq/rialto/graph/limits"
	"github.com/rialtohq/rialto/graph/wire"
)

// tiny is the smallest executor that follows the rules of the draft: it knows __typename and __type.
type tiny struct {
	schema *ast.Schema
	last   *wire.Request
	answer *wire.Answer // given instead, when set
}

func newTiny(tb testing.TB) *tiny {
	tb.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Input: "type Query { hello: String } type Mutation { touch: Int }"})
	if err != nil {
		tb.Fatal(err)
	}
	return &tiny{schema: s}
}

func (e *tiny) Execute(ctx context.Context, r *wire.Request) *wire.Answer {
	if e.answer != nil || ctx.Err() != nil {
		return e.answer
	}
	e.last = r
	doc, refusal := limits.Limits{}.Parse(r.Query)
	if refusal != nil {
		return wire.RefuseAll(wire.Unreadable, refusal.GraphQL())
	}
	if errs := (limits.Limits{}).Validate(e.schema, doc); len(errs) > 0 {
		return wire.RefuseAll(wire.Refused, errs...)
	}
	op := doc.Operations.ForName(r.OperationName)
	if op == nil {
		return wire.Refuse(wire.Refused, "OPERATION_NOT_FOUND", "There is no such operation.")
	}
	if r.Method == http.MethodGet && op.Operation != ast.Query {
		return wire.Refuse(wire.MutationByGet, "METHOD_NOT_ALLOWED", "Send mutations by POST.")
	}
	if _, err := validator.VariableValues(e.schema, op, r.Variables); err != nil {
		return wire.Refuse(wire.Refused, "BAD_USER_INPUT", "The variables do not fit.")
	}
	if f, ok := op.SelectionSet[0].(*ast.Field); ok && f.Name == "__type" {
		return &wire.Answer{Data: json.RawMessage(`{"__type":null}`)}
	}
	return &wire.Answer{Data: json.RawMessage(`{"__typename":"Query"}`)}
}

// send sends a request with headers given in pairs.
func send(h http.Handler, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// check is one rule of the draft: what is sent, and the status that must come.
type check struct {
	name, method, target, body string
	headers                    []string
	status                     int
	code                       string
}

var (
	posted  = []string{"Content-Type", "application/json"}
	graphql = []string{"Content-Type", "application/json", "Accept", "application/graphql-response+json"}
)

const good = `{"query":"{__typename}"}`

// draft are the rules of the GraphQL-over-HTTP draft that can be told by a status, and the rules of this door.
var draft = []check{
	{"Post", "POST", "/", good, posted, 200, ""},
	{"PostWithCharset", "POST", "/", good, []string{"Content-Type", "application/json; charset=UTF-8"}, 200, ""},
	{"PostAsGraphQLResponseType", "POST", "/", good, []string{"Content-Type", "application/graphql-response+json"}, 200, ""},
	{"PostForeignCharset", "POST", "/", good, []string{"Content-Type", "application/json; charset=latin1"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
	{"PostNoType", "POST", "/", good, nil, 415, "UNSUPPORTED_MEDIA_TYPE"},
	{"PostTwoTypes", "POST", "/", good, []string{"Content-Type", "application/json", "Content-Type", "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
	{"PostTextPlain", "POST", "/", good, []string{"Content-Type", "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
	{"PostForm", "POST", "/", "query=%7B__typename%7D", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
	{"PostMultipart", "POST", "/", good, []string{"Content-Type", "multipart/form-data; boundary=x"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
	{"PostTextPlainThatNamesJSON", "POST", "/", good, []string{"Content-Type", "text/plain; x=application/json"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
	{"PostGraphQL", "POST", "/", "{__typename}", []string{"Content-Type", "application/graphql"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
	{"PostCompressed", "POST", "/", good, append(posted[:2:2], "Content-Encoding", "gzip"), 415, "UNSUPPORTED_MEDIA_TYPE"},
	{"PostIdentity", "POST", "/", good, append(posted[:2:2], "Content-Encoding", "identity"), 200, ""},
	{"Empty", "POST", "/", "", posted, 400, "BAD_REQUEST"},
	{"Blank", "POST", "/", "  \n", posted, 400, "BAD_REQUEST"},
	{"NoJSON", "POST", "/", "NONSENSE", posted, 400, "BAD_REQUEST"},
	{"HalfJSON", "POST", "/", `{"query":`, posted, 400, "BAD_REQUEST"},
	{"TwoObjects", "POST", "/", good + good, posted, 400, "BAD_REQUEST"},
	{"InvalidUTF8", "POST", "/", "{\"query\":\"{__typename} #\xff\"}", posted, 400, "INVALID_UTF8"},
	{"Batch", "POST", "/", "[" + good + "," + good + "]", posted, 422, "BATCHING_REFUSED"},
	{"ManyVariables", "POST", "/", `{"query":"{a}","variables":{"a":[` + strings.Repeat("0,", 10_000) + `0]}}`, posted, 422, "TOO_MANY_VALUES"},
	{"EmptyBatch", "POST", "/", "[]", posted, 422, "BATCHING_REFUSED"},
	{"JSONString", "POST", "/", `"query"`, posted, 422, "BAD_REQUEST"},
	{"JSONNull", "POST", "/", `null`, posted, 422, "BAD_REQUEST"},
	{"Typo", "POST", "/", `{"qeury":"{__typename}"}`, posted, 422, "BAD_REQUEST"},
	{"OtherCase", "POST", "/", `{"Query":"{__typename}"}`, posted, 422, "BAD_REQUEST"},
	{"QueryNull", "POST", "/", `{"query":null}`, posted, 422, "BAD_REQUEST"},
	{"QueryNumber", "POST", "/", `{"query":0}`, posted, 422, "BAD_REQUEST"},
	{"QueryObject", "POST", "/", `{"query":{}}`, posted, 422, "BAD_REQUEST"},
	{"QueryFalse", "POST", "/", `{"query":false}`, posted, 422, "BAD_REQUEST"},
	{"OperationNameNull", "POST", "/", `{"query":"{__typename}","operationName":null}`, posted, 200, ""},
	{"OperationNameEmpty", "POST", "/", `{"query":"{__typename}","operationName":""}`, posted, 200, ""},
	{"OperationNameArray", "POST", "/", `{"query":"{__typename}","operationName":[]}`, posted, 422, "BAD_REQUEST"},
	{"OperationNameGood", "POST", "/", `{"query":"query A{__typename} query B{__typename}","operationName":"B"}`, posted, 200, ""},
	{"OperationNameWrong", "POST", "/", `{"query":"query A{__typename}","operationName":"B"}`, graphql, 422, "OPERATION_NOT_FOUND"},
	{"VariablesNull", "POST", "/", `{"query":"{__typename}","variables":null}`, posted, 200, ""},
	{"VariablesArray", "POST", "/", `{"query":"{__typename}","variables":[7]}`, posted, 422, "BAD_REQUEST"},
	{"VariablesString", "POST", "/", `{"query":"{__typename}","variables":"{}"}`, posted, 422, "BAD_REQUEST"},
	{"VariablesFalse", "POST", "/", `{"query":"{__typename}","variables":false}`, posted, 422, "BAD_REQUEST"},
	{"VariablesDeep", "POST", "/", `{"query":"{__typename}","variables":{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}}`, posted, 422, "BAD_REQUEST"},
	{"VariablesNUL", "POST", "/", `{"query":"{__typename}","variables":{"a":["\u0000"]}}`, posted, 422, "INVALID_CHARACTER"},
	{"VariablesEscapedBackslash", "POST", "/", `{"query":"{__typename}","variables":{"a":"\\u0000"}}`, posted, 200, ""},
	{"VariablesUnfit", "POST", "/", `{"query":"query($id:ID!){__typename @include(if:true) __type(name:$id){name}}","variables":{"id":null}}`, graphql, 422, ""},
	{"ExtensionsMap", "POST", "/", `{"query":"{__typename}","extensions":{"a":1}}`, posted, 200, ""},
	{"ExtensionsNull", "POST", "/", `{"query":"{__typename}","extensions":null}`, posted, 200, ""},
	{"OnError", "POST", "/", `{"query":"{__typename}","onError":"NULL"}`, posted, 200, ""},
	{"OnErrorByGet", "GET", "/?query={__typename}&onError=HALT", "", nil, 200, ""},
	{"OnErrorNull", "POST", "/", `{"query":"{__typename}","onError":null}`, posted, 422, "BAD_REQUEST"},
	{"OnErrorOther", "POST", "/", `{"query":"{__typename}","onError":"IGNORE"}`, posted, 422, "BAD_REQUEST"},
	{"OnErrorLower", "GET", "/?query={__typename}&onError=null", "", nil, 422, "BAD_REQUEST"},
	{"OnErrorNumber", "POST", "/", `{"query":"{__typename}","onError":1}`, posted, 422, "BAD_REQUEST"},
	{"ExtensionsNumber", "POST", "/", `{"query":"{__typename}","extensions":1}`, posted, 422, "BAD_REQUEST"},
	{"UnknownMember", "POST", "/", `{"query":"{__typename}","id":"x"}`, posted, 200, ""},
	{"DocumentUnparsable", "POST", "/", `{"query":"{"}`, graphql, 400, "GRAPHQL_PARSE_FAILED"},
	{"DocumentUnparsableLegacy", "POST", "/", `{"query":"{"}`, posted, 400, "GRAPHQL_PARSE_FAILED"},
	{"DocumentInvalid", "POST", "/", `{"query":"{nope}"}`, graphql, 422, "GRAPHQL_VALIDATION_FAILED"},
	{"DocumentInvalidLegacy", "POST", "/", `{"query":"{nope}"}`, posted, 422, "GRAPHQL_VALIDATION_FAILED"},
	{"Mutation", "POST", "/", `{"query":"mutation{__typename}"}`, posted, 200, ""},

	{"Get", "GET", "/?query=%7B__typename%7D", "", nil, 200, ""},
	{"GetMutation", "GET", "/?query=mutation%7B__typename%7D", "", nil, 405, "METHOD_NOT_ALLOWED"},
	{"GetNamedQueryBesideMutation", "GET", "/?query=mutation+M%7B__typename%7Dquery+Q%7B__typename%7D&operationName=Q", "", nil, 200, ""},
	{"GetNamedMutation", "GET", "/?query=mutation+M%7B__typename%7Dquery+Q%7B__typename%7D&operationName=M", "", nil, 405, "METHOD_NOT_ALLOWED"},
	{"GetEmptyOperationName", "GET", "/?query=%7B__typename%7D&operationName=", "", nil, 200, ""},
	{"GetVariables", "GET", "/?query=query($n:String!)%7B__type(name:$n)%7Bname%7D%7D&variables=%7B%22n%22:%22x%22%7D", "", nil, 200, ""},
	{"GetVariablesNoJSON", "GET", "/?query=%7B__typename%7D&variables=%7B", "", nil, 400, "BAD_REQUEST"},
	{"GetVariablesTrailing", "GET", "/?query=%7B__typename%7D&variables=%7B%7D%7D", "", nil, 400, "BAD_REQUEST"},
	{"GetVariablesArray", "GET", "/?query=%7B__typename%7D&variables=%5B%5D", "", nil, 422, "BAD_REQUEST"},
	{"GetVariablesNUL", "GET", "/?query=%7B__typename%7D&variables=%7B%22a%22:%22%5Cu0000%22%7D", "", nil, 422, "INVALID_CHARACTER"},
	{"GetNoQuery", "GET", "/", "", nil, 422, "BAD_REQUEST"},
	{"GetTwoQueries", "GET", "/?query=%7B__typename%7D&query=%7Bhello%7D", "", nil, 422, "BAD_REQUEST"},
	{"GetBadEscape", "GET", "/?query=%zz", "", nil, 400, "BAD_REQUEST"},
	{"GetInvalidUTF8", "GET", "/?query=%7B__typename%7D%23%ff", "", nil, 400, "INVALID_UTF8"},
	{"GetTooLong", "GET", "/?query=%7B__typename%7D%23" + strings.Repeat("x", 17<<10), "", nil, 414, "URI_TOO_LONG"},
	{"Head", "HEAD", "/?query=%7B__typename%7D", "", nil, 200, ""},
	{"Put", "PUT", "/", good, posted, 405, "METHOD_NOT_ALLOWED"},
	{"Delete", "DELETE", "/", "", nil, 405, "METHOD_NOT_ALLOWED"},
	{"AcceptHTML", "POST", "/", good, append(posted[:2:2], "Accept", "text/html"), 406, "NOT_ACCEPTABLE"},
	{"AcceptEvents", "POST", "/", good, append(posted[:2:2], "Accept", "text/event-stream"), 406, "NOT_ACCEPTABLE"},
}

func TestDraft(t *testing.T) {
	t.Parallel()
	for _, tc := range draft {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := wire.New(wire.Config{Executor: newTiny(t)})
			target := strings.NewReplacer(" ", "+").Replace(tc.target)
			w := send(h, tc.method, target, tc.body, tc.headers...)
			if w.Code != tc.status {
				t.Fatalf("status %d, want %d: %s", w.Code, tc.status, w.Body)
			}
			var got struct {
				Data   *json.RawMessage
				Errors gqlerror.List
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatalf("no JSON: %s", w.Body)
			}
			if (got.Data != nil) != (w.Code == 200) || (len(got.Errors) > 0) == (w.Code == 200) {
				t.Errorf("status %d with %s", w.Code, w.Body)
			}
			if tc.code != "" && got.Errors[0].Extensions["code"] != tc.code {
				t.Errorf("want %s: %s", tc.code, w.Body)
			}
			if w.Code == 405 && w.Header().Get("Allow") == "" || w.Code == 415 && w.Header().Get("Accept-Post") == "" {
				t.Errorf("status %d without its header: %v", w.Code, w.Header())
			}
			if cc := w.Header().Get("Cache-Control"); cc != "no-store" {
				t.Errorf("Cache-Control %q", cc)
			}
		})
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	const graphql, plain, none = "application/graphql-response+json; charset=utf-8", "application/json; charset=utf-8", ""
	for accept, want := range map[string]string{
		"*/*":                                                         plain,
		"application/*":                                               plain,
		"application/json":                                            plain,
		"application/json; charset=utf-8":                             plain,
		"application/json; charset=utf-16":                            none,
		"application/graphql-response+json":                           graphql,
		"Application/GraphQL-Response+JSON":                           graphql,
		"application/graphql-response+json, */*":                      graphql,
		"application/json, application/graphql-response+json":         graphql,
		"application/json, application/graphql-response+json;q=0.9":   plain,
		"application/graphql-response+json,application/json;q=0.9":    graphql,
		"application/json;q=0.5, */*;q=0.1":                           plain,
		"application/json;q=0, */*":                                   graphql,
		"application/graphql-response+json;q=0, */*":                  plain,
		"application/json;q=0, application/graphql-response+json;q=0": none,
		"text/html, application/xhtml+xml, */*;q=0.8":                 plain,
		"text/html":                           none,
		"text/event-stream":                   none,
		"text/event-stream, application/json": plain,
		"application/graphql-response+json, application/json, text/event-stream, multipart/mixed": graphql,
		"application/json;q=2":   none,
		"application/json;q=NaN": none,
		",":                      none,
	} {
		w := send(wire.New(wire.Config{Executor: newTiny(t)}), "POST", "/", good, "Content-Type", "application/json", "Accept", accept)
		got := w.Header().Get("Content-Type")
		if w.Code == 406 {
			got = none
		}
		if got != want {
			t.Errorf("Accept %q: %q, want %q", accept, got, want)
		}
	}
}

func TestBodyIsMeasuredBeforeItIsRead(t *testing.T) {
	t.Parallel()
	h := wire.New(wire.Config{Executor: newTiny(t), MaxBody: 100})
	for name, length := range map[string]int64{"Announced": 101, "Chunked": -1} {
		body := &counting{r: strings.NewReader(strings.Repeat(" ", 1<<20))}
		r := httptest.NewRequest("POST", "/", body)
		r.ContentLength = length
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 413 || !strings.Contains(w.Body.String(), "BODY_TOO_LARGE") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if length > 0 && body.n > 0 || body.n > 8<<10 {
			t.Errorf("%s: read %d bytes", name, body.n)
		}
	}
}

type counting struct {
	r io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func TestErrorsDoNotEchoTheBody(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for _, body := range []string{
		secret, `{"query":` + secret, `{"` + secret + `":1}`, `{"query":{"` + secret + `":1}}`, `{"query":"{__typename}","variables":"` + secret + `"}`,
		`["` + secret + `"]`, `{"query":"{__typename}","operationName":["` + secret + `"]}`,
	} {
		w := send(wire.New(wire.Config{Executor: newTiny(t)}), "POST", "/", body, posted...)
		if w.Code < 400 || strings.Contains(w.Body.String(), secret) {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
}

func TestRequestReachesTheExecutor(t *testing.T) {
	t.Parallel()
	e := newTiny(t)
	send(wire.New(wire.Config{Executor: e}), "POST", "/",
		`{"query":"query Q{__typename}","operationName":"Q","variables":{"n":9007199254740993,"s":"é"},"extensions":{"a":[true,null]},"documentId":"d"}`,
		"Content-Type", "application/json", "Cookie", "session=1", "Idempotency-Key", "k")
	want := &wire.Request{
		Query: "query Q{__typename}", DocumentID: "d", OperationName: "Q", Method: "POST",
		Variables:  map[string]any{"n": json.Number("9007199254740993"), "s": "é"},
		Extensions: map[string]any{"a": []any{true, nil}},
		Headers:    http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {"k"}},
	}
	if d := cmp.Diff(want, e.last); d != "" {
		t.Fatal(d)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	fault := &gqlerror.Error{Message: "no", Extensions: map[string]any{"code": "NOT_FOUND"}}
	for _, tc := range []struct {
		name   string
		answer *wire.Answer
		status int
		body   string
	}{
		{"Data", &wire.Answer{Data: json.RawMessage(`{"a":1}`)}, 200, `{"data":{"a":1}}`},
		{"PartialDataIs200", &wire.Answer{Data: json.RawMessage(`{"a":null}`), Errors: gqlerror.List{fault}}, 200, `{"errors":[{"message":"no","extensions":{"code":"NOT_FOUND"}}],"data":{"a":null}}`},
		{"NullDataIs200", &wire.Answer{Data: json.RawMessage(`null`), Errors: gqlerror.List{fault}}, 200, `{"errors":[{"message":"no","extensions":{"code":"NOT_FOUND"}}],"data":null}`},
		{"Extensions", &wire.Answer{Data: json.RawMessage(`{}`), Extensions: map[string]any{"cost": 3}}, 200, `{"data":{},"extensions":{"cost":3}}`},
		{"RefusalDropsData", &wire.Answer{Class: wire.Throttled, Data: json.RawMessage(`{}`), Errors: gqlerror.List{fault}}, 429, `{"errors":[{"message":"no","extensions":{"code":"NOT_FOUND"}}]}`},
		{"RefusalWithExtensions", &wire.Answer{Class: wire.Refused, Errors: gqlerror.List{fault}, Extensions: map[string]any{"cost": 3}}, 422, `{"errors":[{"message":"no","extensions":{"code":"NOT_FOUND"}}],"extensions":{"cost":3}}`},
		{"Encoded", &wire.Answer{Body: []byte(`{"data":{"b":2}}`)}, 200, `{"data":{"b":2}}`},
		{"NeitherDataNorErrors", &wire.Answer{}, 500, `{"errors":[{"message":"Something went wrong on our side.","extensions":{"code":"INTERNAL","correlationId":""}}]}`},
		{"RefusalWithoutErrors", &wire.Answer{Class: wire.Refused}, 500, `{"errors":[{"message":"Something went wrong on our side.","extensions":{"code":"INTERNAL","correlationId":""}}]}`},
		{"UnencodableExtension", &wire.Answer{Class: wire.Refused, Errors: gqlerror.List{{Message: "m", Extensions: map[string]any{"code": "C", "f": func() {}}}}}, 422, `{"errors":[{"message":"m","extensions":{"code":"C"}}]}`},
		{"Unauthenticated", wire.Refuse(wire.Unauthenticated, "UNAUTHENTICATED", "Who?"), 401, `{"errors":[{"message":"Who?","extensions":{"code":"UNAUTHENTICATED"}}]}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := newTiny(t)
			e.answer = tc.answer
			w := send(wire.New(wire.Config{Executor: e}), "POST", "/", good, posted...)
			if w.Code != tc.status || w.Body.String() != tc.body {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if got := w.Header().Get("Content-Length"); got == "" {
				t.Error("no Content-Length")
			}
		})
	}
}

func TestAnswerHeaders(t *testing.T) {
	t.Parallel()
	e := newTiny(t)
	e.answer = (&wire.Answer{Data: json.RawMessage(`{}`)}).With("Cache-Control", "public, max-age=5").With("Vary", "Authorization")
	w := send(wire.New(wire.Config{Executor: e}), "POST", "/", good, posted...)
	if got := w.Header().Get("Cache-Control"); got != "public, max-age=5" {
		t.Errorf("Cache-Control %q", got)
	}
	if d := cmp.Diff([]string{"Authorization", "Accept"}, w.Header().Values("Vary")); d != "" {
		t.Error(d)
	}
	e.answer = wire.Refuse(wire.Throttled, "RATE_LIMITED", "Slower.").With("Retry-After", "7")
	if w := send(wire.New(wire.Config{Executor: e}), "POST", "/", good, posted...); w.Header().Get("Retry-After") != "7" {
		t.Errorf("Retry-After %v", w.Header())
	}
}

func TestAtMostTwentyErrors(t *testing.T) {
	t.Parallel()
	e := newTiny(t)
	e.answer = &wire.Answer{Data: json.RawMessage(`{}`), Errors: make(gqlerror.List, 0, 500)}
	for range 500 {
		e.answer.Errors = append(e.answer.Errors, &gqlerror.Error{Message: "m"})
	}
	w := send(wire.New(wire.Config{Executor: e}), "POST", "/", good, posted...)
	var got struct{ Errors []any }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Errors) != 20 {
		t.Fatalf("%d errors, %v", len(got.Errors), err)
	}
}

func TestNobodyWaits(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequest("POST", "/", strings.NewReader(good)).WithContext(ctx)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	wire.New(wire.Config{Executor: newTiny(t)}).ServeHTTP(w, r)
	if w.Body.Len() > 0 {
		t.Fatalf("answered %s", w.Body)
	}
}

func TestCallCarriesCodes(t *testing.T) {
	t.Parallel()
	call := &wire.Call{RequestID: "r"}
	r := httptest.NewRequest("POST", "/", strings.NewReader(`[]`)).WithContext(wire.WithCall(t.Context(), call))
	r.Header.Set("Content-Type", "application/json")
	wire.New(wire.Config{Executor: newTiny(t)}).ServeHTTP(httptest.NewRecorder(), r)
	if d := cmp.Diff([]string{"BATCHING_REFUSED"}, call.Codes); d != "" {
		t.Fatal(d)
	}
}

func FuzzBody(f *testing.F) {
	for _, tc := range draft {
		f.Add(tc.body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := send(wire.New(wire.Config{Executor: newTiny(t)}), "POST", "/", body, posted...)
		var got map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v", w.Body, err)
		}
		if _, data := got["data"]; data != (w.Code == 200) || w.Code >= 500 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	})
}

func BenchmarkRequest(b *testing.B) {
	h := wire.New(wire.Config{Executor: fixed{}})
	b.ReportAllocs()
	for b.Loop() {
		send(h, "POST", "/", `{"query":"query P($h: String!) { product(handle: $h) { id title } }","variables":{"h":"oak-chair","first":10}}`, graphql...)
	}
}

type fixed struct{}

func (fixed) Execute(context.Context, *wire.Request) *wire.Answer {
	return &wire.Answer{Data: json.RawMessage(`{"product":null}`)}
}

package wire_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/graph/wire"
)

// repeater answers, and notes with which memo each request came. Like the graph, it changes the request that it is given.
type repeater struct {
	memo any
	got  []wire.Request
}

func (e *repeater) Execute(_ context.Context, r *wire.Request) *wire.Answer {
	e.got = append(e.got, *r)
	r.Query, r.DocumentID, r.Named = "changed", "changed", true
	return &wire.Answer{Data: json.RawMessage(`{}`), Memo: e.memo}
}

// A body that many send is read once, and each is answered as if it were read: with headers of its own.
func TestRepeatedBodies(t *testing.T) {
	const body = `{"query":"query($a: Int){a(b: $a)}","variables":{"a":1},"operationName":"","onError":"NULL","extensions":{"e":1}}`
	post := func(h http.Handler, body, token string, status ...int) {
		t.Helper()
		w := send(h, "POST", "/", body, "Content-Type", "application/json", "X-Token", token, "Cookie", "c=1")
		if w.Code != append(status, http.StatusOK)[0] {
			t.Fatal(w.Code, w.Body)
		}
	}
	memos := func(e *repeater) (all []any) {
		for _, r := range e.got {
			all = append(all, r.Memo)
		}
		return all
	}
	t.Run("ComeWithTheirMemo", func(t *testing.T) {
		memo := &struct{ n int }{1}
		e := &repeater{memo: memo}
		h := wire.New(wire.Config{Executor: e})
		for _, token := range []string{"one", "two", "three"} {
			post(h, body, token)
		}
		if diff := cmp.Diff([]any{nil, memo, memo}, memos(e), cmp.Comparer(func(a, b *struct{ n int }) bool { return a == b })); diff != "" {
			t.Error(diff)
		}
		for i, r := range e.got {
			if r.Headers.Get("X-Token") != []string{"one", "two", "three"}[i] || r.Headers.Get("Cookie") != "" {
				t.Errorf("request %d came with the headers %v", i, r.Headers)
			}
			if r.Query != e.got[0].Query || r.DocumentID != "" || r.Named || r.OnError != wire.Null || r.Method != http.MethodPost || !cmp.Equal(r.Variables, e.got[0].Variables) || !cmp.Equal(r.Extensions, e.got[0].Extensions) {
				t.Errorf("request %d was read as %+v", i, r)
			}
		}
	})
	t.Run("OnlyWhereTheExecutorSaysSo", func(t *testing.T) {
		e := &repeater{}
		h := wire.New(wire.Config{Executor: e})
		post(h, body, "one")
		e.memo = "kept"
		post(h, body, "two")
		post(h, strings.Replace(body, `"a":1`, `"a":2`, 1), "two")
		if diff := cmp.Diff([]any{nil, nil, nil}, memos(e)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("ByTheirPathToo", func(t *testing.T) {
		e := &repeater{memo: "kept"}
		mux := http.NewServeMux()
		h := wire.New(wire.Config{Executor: e})
		mux.Handle("POST /graphql", h)
		mux.Handle("POST /graphql/{"+wire.DocumentInPath+"}", h)
		for _, path := range []string{"/graphql", "/graphql/one", "/graphql/two", "/graphql/one"} {
			if w := send(mux, "POST", path, `{"variables":{}, "query": ""}`, "Content-Type", "application/json"); path != "/graphql" && w.Code != http.StatusOK {
				t.Fatal(w.Code, w.Body)
			}
		}
		var ids []string
		for _, r := range e.got {
			ids = append(ids, r.DocumentID)
		}
		if diff := cmp.Diff([]string{"one", "two", "one"}, ids); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("NotTheLong", func(t *testing.T) {
		e := &repeater{memo: "kept"}
		h := wire.New(wire.Config{Executor: e})
		for range 2 {
			post(h, `{"query":"`+strings.Repeat("a", 17<<10)+`"}`, "one")
		}
		if diff := cmp.Diff([]any{nil, nil}, memos(e)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("ByGet", func(t *testing.T) {
		e := &repeater{memo: "kept"}
		h := wire.New(wire.Config{Executor: e})
		const address = "/?query=%7Ba%7D&variables=%7B%22a%22%3A1%7D"
		for _, at := range []string{address, address, "/?query=%7Bb%7D"} {
			if w := send(h, "GET", at, "", "X-Token", at); w.Code != http.StatusOK {
				t.Fatal(w.Code, w.Body)
			}
		}
		post(h, strings.TrimPrefix(address, "/?"), "one", http.StatusBadRequest) // the same bytes as a body are no request
		if diff := cmp.Diff([]any{nil, "kept", nil}, memos(e)); diff != "" {
			t.Error(diff)
		}
		if r := e.got[1]; r.Query != "{a}" || r.Method != http.MethodGet || r.Headers.Get("X-Token") != address || len(r.Variables) != 1 {
			t.Errorf("read as %+v", r)
		}
	})
	t.Run("StillOfTheRightKind", func(t *testing.T) {
		e := &repeater{memo: "kept"}
		h := wire.New(wire.Config{Executor: e})
		post(h, body, "one")
		if w := send(h, "POST", "/", body, "Content-Type", "text/plain"); w.Code != http.StatusUnsupportedMediaType {
			t.Error(w.Code)
		}
	})
}

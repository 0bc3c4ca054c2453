package persisted_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/commerce/operation"
	"github.com/rialtohq/rialto/graph/persisted"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/ratelimit/ratelimittest"
)

// registry has one document of one app.
type registry struct {
	app  uuid.UUID
	body string
	err  error
}

func (r registry) Find(_ context.Context, of uuid.UUID, own bool, id string) (operation.Match, bool, error) {
	if r.err != nil {
		return operation.Match{}, false, r.err
	}
	hash := operation.HashOf(r.body)
	ok := (id == "page" || strings.TrimPrefix(id, "sha256:") == hash) && (of == r.app || !own)
	return operation.Match{Hash: hash, Body: r.body, App: r.app}, ok, nil
}

type modes map[uuid.UUID]app.Operations

func (m modes) OperationsOf(_ context.Context, id uuid.UUID) (app.Operations, error) {
	if mode, ok := m[id]; ok {
		return mode, nil
	}
	return "", errors.New("away")
}

func (m modes) HandleOf(_ context.Context, id uuid.UUID) (string, error) {
	if _, ok := m[id]; ok {
		return "web-" + id.String()[:4], nil
	}
	return "", errors.New("away")
}

const registered, adHoc = "query Page { shop { id } }", "{ shop { name } }"

// version is the number of the protocol as a request has it.
var version = json.Number("1")

func automatic(hash string) map[string]any {
	return map[string]any{"persistedQuery": map[string]any{"version": version, "sha256Hash": hash}}
}

func TestModes(t *testing.T) {
	t.Parallel()
	web, shop := uuid.New(), uuid.New()
	shopper := iam.Actor{Kind: iam.Storefront, Shop: shop, Client: web}
	staff := iam.Actor{Kind: iam.Staff, Shop: shop, ID: uuid.New()}
	through := staff
	through.Via = web
	hash, other := operation.HashOf(registered), operation.HashOf(adHoc)
	requests := map[string]*wire.Request{
		"Text":           {Query: adHoc},
		"RegisteredText": {Query: registered},
		"Alias":          {DocumentID: "page"},
		"Hash":           {DocumentID: "sha256:" + hash},
		"Unknown":        {DocumentID: "nothing"},
		"Automatic":      {Extensions: automatic(hash)},
		"Unkept":         {Extensions: automatic(other)},
		"Offered":        {Query: adHoc, Extensions: automatic(other)},
		"Mismatch":       {Query: adHoc, Extensions: automatic(hash)},
		"WrongVersion":   {Query: adHoc, Extensions: map[string]any{"persistedQuery": map[string]any{"version": json.Number("2"), "sha256Hash": other}}},
		"TwoNames":       {DocumentID: "page", Extensions: automatic(hash)},
	}
	const ok, unknown = "", "unknown"
	open := map[string]string{
		"Text": ok, "RegisteredText": ok, "Alias": ok, "Hash": ok, "Unknown": persisted.CodeNotFound, "Automatic": ok, "Unkept": persisted.CodeNotKept, "Offered": ok,
		"Mismatch": persisted.CodeMismatch, "WrongVersion": wire.CodeBadRequest, "TwoNames": wire.CodeBadRequest,
	}
	logged := map[string]string{}
	for k, v := range open {
		logged[k] = v
	}
	logged["Text"], logged["Offered"] = unknown, unknown
	strict := map[string]string{
		"Text": persisted.CodeNotRegistered, "RegisteredText": ok, "Alias": ok, "Hash": ok, "Unknown": persisted.CodeNotRegistered, "Automatic": ok,
		"Unkept": persisted.CodeNotRegistered, "Offered": persisted.CodeNotRegistered, "Mismatch": persisted.CodeMismatch, "WrongVersion": wire.CodeBadRequest, "TwoNames": wire.CodeBadRequest,
	}
	for name, c := range map[string]struct {
		mode app.Operations
		by   iam.Actor
		want map[string]string
	}{
		"Open":                 {app.Open, shopper, open},
		"Default":              {"", shopper, open},
		"LogUnknown":           {app.LogUnknown, shopper, logged},
		"RegisteredOnly":       {app.RegisteredOnly, shopper, strict},
		"StaffAtThePlayground": {app.RegisteredOnly, staff, open},
		"StaffThroughTheApp":   {app.RegisteredOnly, through, strict},
		"TheAppItself":         {app.RegisteredOnly, iam.Actor{Kind: iam.App, Shop: shop, ID: web}, strict},
	} {
		for what, r := range requests {
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				var log bytes.Buffer
				d := persisted.New(persisted.Config{
					Registry: registry{app: web, body: registered}, Apps: modes{web: c.mode}, Log: slog.New(slog.NewTextHandler(&log, nil)),
				})
				found, refusal := d.Find(t.Context(), c.by, r)
				got := codeOf(refusal)
				if got == "" && strings.Contains(log.String(), "is not registered\" app=web-"+web.String()[:4]+" ") {
					got = unknown
				}
				if got != c.want[what] {
					t.Errorf("got %q, want %q", got, c.want[what])
				}
				if refusal == nil && found.Text != registered && found.Text != adHoc {
					t.Errorf("found %q", found.Text)
				}
			})
		}
	}
}

func codeOf(a *wire.Answer) string {
	if a == nil {
		return ""
	}
	code, _ := a.Errors[0].Extensions["code"].(string)
	return code
}

// What this program's own pages send is let through in every mode, and nothing that is like it.
func TestAlways(t *testing.T) {
	t.Parallel()
	d := persisted.New(persisted.Config{Registry: registry{app: uuid.Nil, body: registered}, Apps: modes{}, Default: app.RegisteredOnly, Always: []string{"mutation In { in }"}})
	for text, want := range map[string]string{
		"mutation In { in }": "", "mutation In { in }\n": "", "mutation In { in out }": persisted.CodeNotRegistered, "mutation In { in } # more": persisted.CodeNotRegistered, adHoc: persisted.CodeNotRegistered,
	} {
		if _, refusal := d.Find(t.Context(), iam.Actor{Kind: iam.Storefront}, &wire.Request{Query: text}); codeOf(refusal) != want {
			t.Errorf("%q: %q, want %q", text, codeOf(refusal), want)
		}
	}
}

// One setting closes a whole deployment; credentials that belong to no app may then send what any app registered.
func TestDefaultMode(t *testing.T) {
	t.Parallel()
	web := uuid.New()
	d := persisted.New(persisted.Config{Registry: registry{app: uuid.Nil, body: registered}, Apps: modes{web: ""}, Default: app.RegisteredOnly})
	for _, by := range []iam.Actor{{Kind: iam.Storefront}, {Kind: iam.Customer, Client: web}} {
		if _, refusal := d.Find(t.Context(), by, &wire.Request{Query: adHoc}); codeOf(refusal) != persisted.CodeNotRegistered {
			t.Errorf("%s: %q", by.Kind, codeOf(refusal))
		}
	}
	if _, refusal := d.Find(t.Context(), iam.Actor{Kind: iam.Storefront}, &wire.Request{DocumentID: "page"}); refusal != nil {
		t.Errorf("a registered operation: %q", codeOf(refusal))
	}
}

// Where the mode or the documents are not known, nothing runs.
func TestAwayIsNotOpen(t *testing.T) {
	t.Parallel()
	web := uuid.New()
	by := iam.Actor{Kind: iam.Storefront, Client: web}
	for name, c := range map[string]persisted.Config{
		"Mode":      {Registry: registry{app: web, body: registered}, Apps: modes{}, Log: slog.New(slog.DiscardHandler)},
		"Documents": {Registry: registry{err: errors.New("away")}, Apps: modes{web: app.RegisteredOnly}, Log: slog.New(slog.DiscardHandler)},
	} {
		for _, r := range []*wire.Request{{Query: adHoc}, {DocumentID: "page"}, {Extensions: automatic(operation.HashOf(registered))}} {
			if _, refusal := persisted.New(c).Find(t.Context(), by, r); refusal == nil || refusal.Class != wire.Unavailable {
				t.Errorf("%s: %+v runs", name, r)
			}
		}
	}
}

// A hundred thousand documents that nobody registered, most of them one byte away from one that is: none may run.
func TestMutatedDocuments(t *testing.T) {
	t.Parallel()
	web := uuid.New()
	d := persisted.New(persisted.Config{Registry: registry{app: web, body: registered}, Apps: modes{web: app.RegisteredOnly}})
	by := iam.Actor{Kind: iam.Storefront, Client: web}
	n := 0
	try := func(r *wire.Request) {
		n++
		if found, refusal := d.Find(t.Context(), by, r); refusal == nil {
			t.Fatalf("%q runs", found.Text)
		}
	}
	for i := range registered {
		for b := range 256 {
			if text := []byte(registered); text[i] != byte(b) {
				text[i] = byte(b)
				try(&wire.Request{Query: string(text)})
				try(&wire.Request{DocumentID: operation.HashOf(string(text))})
			}
		}
	}
	for n < 100_000 {
		try(&wire.Request{Query: fmt.Sprintf("%s # %d", registered, n)})
	}
}

func TestAutomatic(t *testing.T) {
	t.Parallel()
	stores := map[string]func(t *testing.T) persisted.Automatic{
		"Memory": func(*testing.T) persisted.Automatic { return persisted.NewMemory() },
		"Redis": func(t *testing.T) persisted.Automatic {
			client := ratelimittest.Redis(t)
			prefix := "test:" + uuid.NewString() + ":"
			t.Cleanup(func() {
				keys, _ := client.Keys(context.Background(), prefix+"*").Result()
				client.Del(context.Background(), keys...)
			})
			return both{t, persisted.NewRedis(client, prefix), persisted.NewRedis(client, prefix)}
		},
		"RedisAway": func(t *testing.T) persisted.Automatic {
			client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
			t.Cleanup(func() { _ = client.Close() })
			return persisted.NewRedis(client, "x")
		},
	}
	for name, store := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			web, kiosk := uuid.New(), uuid.New()
			d := persisted.New(persisted.Config{Registry: registry{}, Apps: modes{web: app.Open, kiosk: app.Open}, Automatic: store(t)})
			by := iam.Actor{Kind: iam.Storefront, Shop: uuid.New(), Client: web}
			ask := &wire.Request{Extensions: automatic(operation.HashOf(adHoc))}
			if _, refusal := d.Find(t.Context(), by, ask); refusal == nil || refusal.Class != wire.NotKept || refusal.Errors[0].Message != "PersistedQueryNotFound" {
				t.Fatalf("%+v", refusal)
			}
			found, refusal := d.Find(t.Context(), by, &wire.Request{Query: adHoc, Extensions: automatic(operation.HashOf(adHoc))})
			if refusal != nil {
				t.Fatal(refusal)
			}
			if _, refusal := d.Find(t.Context(), by, ask); refusal == nil {
				t.Fatal("it is kept before it has turned out to be good")
			}
			d.Keep(t.Context(), by, found)
			if found, refusal := d.Find(t.Context(), by, ask); refusal != nil || found.Text != adHoc {
				t.Fatalf("%+v, %+v", found, refusal)
			}
			by.Client = kiosk
			if _, refusal := d.Find(t.Context(), by, ask); refusal == nil {
				t.Error("another app has it")
			}
		})
	}
}

// both writes by one process and reads by another.
type both struct {
	t    *testing.T
	a, b persisted.Automatic
}

func (s both) Get(ctx context.Context, of persisted.Owner, hash string) (string, bool) {
	return s.b.Get(ctx, of, hash)
}

func (s both) Put(ctx context.Context, of persisted.Owner, hash, text string) {
	s.a.Put(ctx, of, hash, text)
}

// A client that shows ever new texts pushes out its own, not those of another app.
func TestAutomaticIsBounded(t *testing.T) {
	t.Parallel()
	m := persisted.NewMemory()
	quiet, loud := persisted.Owner{App: uuid.New()}, persisted.Owner{App: uuid.New()}
	m.Put(t.Context(), quiet, "mine", "{ a }")
	long := strings.Repeat("x", 10_000)
	for i := range 1_000 {
		m.Put(t.Context(), loud, fmt.Sprint(i), long)
	}
	count := func() (kept int) {
		for i := range 1_000 {
			if _, ok := m.Get(t.Context(), loud, fmt.Sprint(i)); ok {
				kept++
			}
		}
		return kept
	}
	kept := count()
	for end := time.Now().Add(10 * time.Second); kept > 110 && time.Now().Before(end); kept = count() { // what is too much is thrown out behind our back
		runtime.Gosched()
	}
	if kept == 0 || kept > 110 {
		t.Errorf("%d texts of 10 kB are kept in 1 MiB", kept)
	}
	if _, ok := m.Get(t.Context(), quiet, "mine"); !ok {
		t.Error("what the quiet one showed is gone")
	}
	m.Put(t.Context(), quiet, "huge", strings.Repeat("x", 1<<20))
	if _, ok := m.Get(t.Context(), quiet, "huge"); ok {
		t.Error("a huge text is kept")
	}
}

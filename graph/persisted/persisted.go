// Package persisted finds the document that a request means: its text where it carries one, the text that an app registered
// under the id that it names, or one that a client has shown before (automatic persisted queries, in the protocol of Apollo's
// clients). And it decides which documents an app may send at all.
//
// It does not parse what it finds, but for [Registrar], which checks documents before an app registers them. Where documents
// are kept is not its business either: commerce/operation keeps those that were registered.
//
// Invariants: which documents may be sent depends on the credentials shown, never on a plain header; where it is not known,
// because the database is away and nothing was known before, nothing runs; a text that comes with a hash is of that hash.
package persisted

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/commerce/operation"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/fault"
)

// Codes of refusal, as they stand in extensions.code.
const (
	// CodeNotKept has Apollo's clients send the text: their message is fixed too.
	CodeNotKept = "PERSISTED_QUERY_NOT_FOUND"
	// CodeNotFound says that no app of the shop registered a document under this id.
	CodeNotFound = "DOCUMENT_NOT_FOUND"
	// CodeNotRegistered refuses a document that the app has not registered, where it may send no other.
	CodeNotRegistered = "OPERATION_NOT_REGISTERED"
	// CodeMismatch refuses a text under a hash that is not its own.
	CodeMismatch = "PERSISTED_QUERY_HASH_MISMATCH"
)

// Registry finds registered documents; *operation.Service does.
type Registry interface {
	Find(ctx context.Context, app uuid.UUID, own bool, id string) (operation.Match, bool, error)
}

// Apps know which documents each of them may send; *app.Service does.
type Apps interface {
	OperationsOf(ctx context.Context, id uuid.UUID) (app.Operations, error)
	// HandleOf names an app, for the log.
	HandleOf(ctx context.Context, id uuid.UUID) (string, error)
}

// Config is what a [Door] is made of. Registry and Apps are required.
type Config struct {
	Registry Registry
	Apps     Apps
	// Default is the mode of apps that have none of their own, and of credentials that belong to no app; empty is [app.Open].
	Default app.Operations
	// Always are texts that may be sent in every mode: what this program's own pages send before it is known who is at them.
	Always []string
	// Automatic keeps the texts of automatic persisted queries; nil is [NewMemory].
	Automatic Automatic
	Log       *slog.Logger
	// Observe is told how each document was come by: text, registered, automatic, unknown or refused. It may be nil.
	Observe func(how string)
}

// Door finds documents. It is safe for concurrent use.
type Door struct {
	c Config
	// told are the documents that were noted as unknown a moment ago.
	told *otter.Cache[unknown, struct{}]
}

type unknown struct {
	app  uuid.UUID
	hash string
}

// tellEvery is how often an unknown document of an app is noted in the log.
const tellEvery = time.Hour

// New makes a door.
func New(c Config) *Door {
	if c.Default == "" {
		c.Default = app.Open
	}
	if c.Automatic == nil {
		c.Automatic = NewMemory()
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Observe == nil {
		c.Observe = func(string) {}
	}
	return &Door{c: c, told: otter.Must(&otter.Options[unknown, struct{}]{MaximumSize: 10_000, ExpiryCalculator: otter.ExpiryWriting[unknown, struct{}](tellEvery)})}
}

// Document is the document that a request means.
type Document struct {
	Text string
	// Registered says that an app registered it, so that it was looked through before.
	Registered bool
	// offered is the hash under which the client wants it to be kept, once it has turned out good.
	offered string
}

// Find gives the document of a request, or why it may not run. The actor's shop must be the context's.
func (d *Door) Find(ctx context.Context, by iam.Actor, r *wire.Request) (Document, *wire.Answer) {
	mode, err := d.mode(ctx, by)
	if err != nil {
		return Document{}, d.away(ctx, err)
	}
	named, refusal := nameOf(r)
	if refusal != nil {
		return Document{}, refusal
	}
	if r.Query == "" {
		return d.byName(ctx, by, mode, named)
	}
	return d.byText(ctx, by, mode, named, r.Query)
}

// mode is which documents an actor may send. A member of staff who acts without an app is at the playground.
func (d *Door) mode(ctx context.Context, by iam.Actor) (app.Operations, error) {
	if by.Kind == iam.Staff && by.Via == uuid.Nil {
		return app.Open, nil
	}
	mode := d.c.Default
	if program := by.Program(); program != uuid.Nil {
		own, err := d.c.Apps.OperationsOf(ctx, program)
		if err != nil {
			return "", err
		}
		if own != "" {
			mode = own
		}
	}
	return mode, nil
}

// byName finds the document of a request that carries no text.
func (d *Door) byName(ctx context.Context, by iam.Actor, mode app.Operations, n name) (Document, *wire.Answer) {
	match, ok, err := d.c.Registry.Find(ctx, by.Program(), mode == app.RegisteredOnly, n.id)
	switch {
	case err != nil:
		return Document{}, d.away(ctx, err)
	case ok:
		if mode == app.LogUnknown && by.Program() != uuid.Nil && match.App != by.Program() {
			d.tell(ctx, by, match.Hash)
		}
		d.c.Observe("registered")
		return Document{Text: match.Body, Registered: true}, nil
	case mode == app.RegisteredOnly:
		return Document{}, d.notRegistered()
	case !n.automatic:
		d.c.Observe("refused")
		return Document{}, wire.Refuse(wire.Refused, CodeNotFound, "No document is registered under this id. Register it, or send its text.")
	}
	text, ok := d.c.Automatic.Get(ctx, ownerOf(by), n.id)
	if !ok || operation.HashOf(text) != n.id {
		return Document{}, wire.Refuse(wire.NotKept, CodeNotKept, "PersistedQueryNotFound")
	}
	d.note(ctx, by, mode, n.id)
	d.c.Observe("automatic")
	return Document{Text: text}, nil
}

// byText decides whether a text may run.
func (d *Door) byText(ctx context.Context, by iam.Actor, mode app.Operations, n name, text string) (Document, *wire.Answer) {
	found := Document{Text: text}
	if mode == app.Open && n.hash == "" {
		d.c.Observe("text")
		return found, nil
	}
	hash := operation.HashOf(text)
	if n.hash != "" && n.hash != hash {
		return Document{}, wire.Refuse(wire.Refused, CodeMismatch, "The hash that came with the text is not the SHA-256 of it.")
	}
	if n.automatic {
		found.offered = hash
	}
	if mode == app.Open {
		d.c.Observe("text")
		return found, nil
	}
	_, ok, err := d.c.Registry.Find(ctx, by.Program(), true, hash)
	switch {
	case err != nil && mode == app.RegisteredOnly:
		return Document{}, d.away(ctx, err)
	case ok:
		d.c.Observe("registered")
		return Document{Text: text, Registered: true}, nil
	case slices.Contains(d.c.Always, strings.TrimSpace(text)):
		d.c.Observe("text")
		return found, nil
	case mode == app.RegisteredOnly:
		return Document{}, d.notRegistered()
	}
	d.note(ctx, by, mode, hash)
	return found, nil
}

// Keep remembers a document that its client offered for keeping, and that has turned out to be good.
func (d *Door) Keep(ctx context.Context, by iam.Actor, doc Document) {
	if doc.offered != "" {
		d.c.Automatic.Put(ctx, ownerOf(by), doc.offered, doc.Text)
	}
}

func (d *Door) notRegistered() *wire.Answer {
	d.c.Observe("refused")
	return wire.Refuse(wire.Refused, CodeNotRegistered, "This app may only send operations that it has registered, and this one is not. Register it with: rialto ops register --app NAME FILE")
}

// note tells the log of a document that runs though the app has not registered it, where the app wants to know.
func (d *Door) note(ctx context.Context, by iam.Actor, mode app.Operations, hash string) {
	if mode == app.LogUnknown {
		d.tell(ctx, by, hash)
	}
}

func (d *Door) tell(ctx context.Context, by iam.Actor, hash string) {
	d.c.Observe("unknown")
	key := unknown{by.Program(), hash}
	if _, fresh := d.told.SetIfAbsent(key, struct{}{}); fresh {
		d.c.Log.InfoContext(ctx, "an operation is not registered", "app", d.named(ctx, by.Program()), "shop", by.Shop, "document", hash, "request_id", wire.CallFrom(ctx).RequestID)
	}
}

// named is an app as the command line calls it; its id where it has no handle or that cannot be read now.
func (d *Door) named(ctx context.Context, id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	handle, err := d.c.Apps.HandleOf(ctx, id)
	if err != nil || handle == "" {
		return id.String()
	}
	return handle
}

// away refuses what nobody can tell about: nothing runs by mistake while the database is away.
func (d *Door) away(ctx context.Context, err error) *wire.Answer {
	d.c.Log.ErrorContext(ctx, "registered operations cannot be looked up", "error", err, "request_id", wire.CallFrom(ctx).RequestID)
	if fault.Is(err, fault.Timeout) || ctx.Err() != nil {
		return wire.Refuse(wire.Overdue, wire.CodeTimeout, "The operation took longer than it may.")
	}
	return wire.Refuse(wire.Unavailable, string(fault.Unavailable), "Registered operations cannot be looked up at the moment; try again.")
}

// name is how a request names its document.
type name struct {
	// id is what a document without text is looked up by.
	id string
	// hash is the SHA-256 that the request claims; empty where its id is of another kind.
	hash string
	// automatic says that the client speaks the protocol of automatic persisted queries.
	automatic bool
}

// nameOf reads the name out of a request: documentId, or extensions.persistedQuery {version: 1, sha256Hash}.
func nameOf(r *wire.Request) (name, *wire.Answer) {
	n := name{id: r.DocumentID}
	if hash, ok := strings.CutPrefix(r.DocumentID, "sha256:"); ok {
		n.hash = hash
	}
	asked, ok := r.Extensions["persistedQuery"]
	if !ok {
		return n, nil
	}
	members, _ := asked.(map[string]any)
	hash, _ := members["sha256Hash"].(string)
	version, _ := members["version"].(json.Number)
	if version != "1" || len(hash) != 64 || strings.Trim(hash, "0123456789abcdef") != "" {
		return n, wire.Refuse(wire.Refused, wire.CodeBadRequest, `extensions.persistedQuery is {"version": 1, "sha256Hash": "…"} with the hash in lower-case hex.`)
	}
	if r.DocumentID != "" && strings.TrimPrefix(r.DocumentID, "sha256:") != hash {
		return n, wire.Refuse(wire.Refused, wire.CodeBadRequest, "documentId and extensions.persistedQuery name different documents; send one of them.")
	}
	return name{id: hash, hash: hash, automatic: true}, nil
}

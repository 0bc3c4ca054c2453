package staff

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/trace"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// AuditEntry says who did what to which thing, when, and from where. Entries are never changed and never deleted.
type AuditEntry struct {
	ID gid.ID
	// Actor is the actor's label, such as "staff:0190…" or "system".
	Actor string
	// Action is what was done, such as "role.updated".
	Action string
	// Resource is the global id of the thing, as text.
	Resource string
	// Before and After are the thing as it was and as it is, where the write had both; Details is what else is known.
	Before, After, Details any
	// Network is where the request came from, shortened so that it names no single machine; RequestID is its trace. Both
	// are nil where they are not known.
	Network, RequestID *string
	CreatedAt          time.Time

	// ActorKind and ActorID are the parts of Actor; the id is nil for an actor without one.
	ActorKind access.Kind
	ActorID   uuid.UUID
	// AppID is the app that did it, or that a member of staff did it through; nil where there was none.
	AppID uuid.UUID
}

// AuditType is the type of an entry in its global id.
const AuditType = "AuditEntry"

// Audit records, with the change itself, what the context's actor did: an action such as "product.updated", to a resource,
// which is a global id as text, with what else is worth knowing as data (JSON; nil for nothing). Where the write knows the
// thing as it was and as it is, they are the members "before" and "after" of data. Data must hold nothing secret: it is
// never deleted. The request's trace and network go with it, where there are any.
func (s *Service) Audit(ctx context.Context, tx database.Tx, action, resource string, data any) error {
	request := ""
	if span := trace.SpanContextFromContext(ctx); span.HasTraceID() {
		request = span.TraceID().String()
	}
	actor := access.From(ctx).Label()
	if actor == "" {
		actor = "anonymous"
	}
	return insertAudit(ctx, tx, auditRow{
		id: s.newID(), actor: actor, action: action, resource: resource, data: data, request: request, network: access.AddressFrom(ctx), at: s.clock.Now(), via: access.From(ctx).Via,
	})
}

var auditOrder = keyset.Order{Name: "audit-id", ID: "id", Desc: true}

// AuditLog gives a page of the shop's record, newest first. The query is terms that must all hold: actor: with a label such
// as staff:0190… or a kind such as app, action: and resource: with a text or, before a "*", its beginning, and created_at:
// with <, <=, > or >= and a day or moment. Fails with [fault.Invalid] for anything else.
func (s *Service) AuditLog(ctx context.Context, query string, args keyset.Args) (keyset.Page[*AuditEntry], error) {
	w, err := args.Window(auditOrder)
	if err != nil {
		return keyset.Page[*AuditEntry]{}, err
	}
	c, err := parse(query, 2, map[string]field{
		"actor":      {sql: `actor LIKE $%d ESCAPE '!'`, value: who},
		"action":     {sql: `action LIKE $%d ESCAPE '!'`, value: open},
		"resource":   {sql: `resource = $%d`, value: exact},
		"created_at": {sql: `created_at %s $%d`, value: moment},
	})
	if err != nil {
		return keyset.Page[*AuditEntry]{}, err
	}
	rows, err := listAudit(ctx, s.db, w, c)
	return keyset.Cut(w, rows, func(e *AuditEntry) (any, uuid.UUID) { return "", e.ID.UUID }), err
}

// who reads a label, the kind of a label, or the global id of a member of staff, a customer or an app.
func who(text string) (any, error) {
	if id, err := gid.Parse(text); err == nil {
		kinds := map[string]access.Kind{"StaffMember": access.Staff, "App": access.App, "Customer": access.Customer}
		text = access.Actor{Kind: kinds[id.Type], ID: id.UUID}.Label()
	}
	if strings.Contains(text, ":") || text == string(access.System) || text == "anonymous" {
		return database.Like(text), nil
	}
	return database.Like(text) + ":%", nil
}

// take spreads what was recorded over the entry.
func (e *AuditEntry) take(data any) {
	kind, id, _ := strings.Cut(e.Actor, ":")
	e.ActorKind = access.Kind(kind)
	e.ActorID, _ = uuid.Parse(id)
	if e.ActorKind == access.App {
		e.AppID = e.ActorID
	}
	m, ok := data.(map[string]any)
	if !ok {
		e.Details = data
		return
	}
	e.Before, e.After = m["before"], m["after"]
	delete(m, "before")
	delete(m, "after")
	if len(m) > 0 {
		e.Details = m
	}
}

func resource(id uuid.UUID) string { return gid.New("StaffMember", id).String() }

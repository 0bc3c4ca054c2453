package staff

import (
	"context"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/trace"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// Audit records, with the change itself, what the context's actor did: an action such as "product.updated", to a resource,
// which is a global id as text, with what else is worth knowing as data (JSON; nil for nothing). Data must hold nothing
// secret: it is never deleted. The request's trace goes with it, where there is one.
func (s *Service) Audit(ctx context.Context, tx database.Tx, action, resource string, data any) error {
	request := ""
	if span := trace.SpanContextFromContext(ctx); span.HasTraceID() {
		request = span.TraceID().String()
	}
	actor := access.From(ctx).Label()
	if actor == "" {
		actor = "anonymous"
	}
	return insertAudit(ctx, tx, auditEntry{id: s.newID(), actor: actor, action: action, resource: resource, data: data, request: request, at: s.clock.Now()})
}

func resource(id uuid.UUID) string { return gid.New("StaffMember", id).String() }

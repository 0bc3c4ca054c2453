package graph

import (
	"context"
	"errors"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/fault"
)

// present is the only place where an error becomes a GraphQL error. What is not a [fault.Error] is a defect or an outage:
// it is logged here, once, and the client is told no more than the request's id.
func (h *Handler) present(ctx context.Context, err error) *gqlerror.Error {
	var out *gqlerror.Error
	if e, ok := errors.AsType[*gqlerror.Error](err); ok && (e.Err == nil || e.Extensions["code"] != nil) {
		out = e // made for the client already
	} else {
		out = &gqlerror.Error{Message: err.Error()}
		if e != nil {
			out.Path, out.Locations = e.Path, e.Locations
			err = e.Err
		}
		out.Message, out.Extensions = h.public(ctx, err)
	}
	if out.Path == nil {
		out.Path = graphql.GetPath(ctx)
	}
	if out.Extensions["code"] == nil {
		if out.Extensions == nil {
			out.Extensions = map[string]any{}
		}
		out.Extensions["code"] = string(fault.Invalid)
	}
	return out
}

// overdue is what a client is told when the time for its request was over.
const overdue = "This took longer than it may. Ask for less at once, or try again."

// public is what a client may know of an error.
func (h *Handler) public(ctx context.Context, err error) (string, map[string]any) {
	f, known := errors.AsType[*fault.Error](err)
	if known && f.Code != fault.Internal {
		return f.Message, map[string]any{"code": string(f.Code)}
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return overdue, map[string]any{"code": string(fault.Timeout)}
	case errors.Is(err, context.Canceled):
		return "The request was ended before its answer was ready.", map[string]any{"code": string(fault.Timeout)}
	}
	id := wire.CallFrom(ctx).RequestID
	if !known && ctx.Err() != nil {
		// A driver that is stopped in the middle says so in words of its own: interrupted, transaction done.
		h.log.WarnContext(ctx, "request ran out of time", "error", err, "request_id", id)
		return overdue, map[string]any{"code": string(fault.Timeout)}
	}
	h.log.ErrorContext(ctx, "request failed", "error", err, "request_id", id)
	return "Something went wrong on our side. The error is noted under correlationId.", map[string]any{"code": string(fault.Internal), "correlationId": id}
}

// recover notes a panic of a resolver with its stack; the client sees an internal error.
func (h *Handler) recover(ctx context.Context, p any) error {
	h.log.ErrorContext(ctx, "resolver panicked", "panic", p, "stack", string(debug.Stack()), "request_id", wire.CallFrom(ctx).RequestID)
	return fault.New(fault.Internal, "a resolver panicked")
}

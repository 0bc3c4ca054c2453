package graph

import (
	"context"
	"errors"

	"github.com/vektah/gqlparser/v2/ast"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/admit"
)

// long is from how many points on an operation matters less than others while there is too much to do: it keeps others waiting
// longest.
const long = 10_000

// priorityOf is how much an operation matters while there is too much to do: paying most, then what people look at, and what
// programs fetch least, because they can come again.
func priorityOf(op *ast.OperationDefinition, by iam.Actor, points int64) admit.Priority {
	switch {
	case checksOut(op):
		return admit.High
	case by.Kind == iam.App && op.Operation == ast.Query, points > long:
		return admit.Low
	}
	return admit.Usual
}

// admitted runs an operation as soon as there is room for it.
func (h *Handler) admitted(ctx context.Context, p admit.Priority, run func() *wire.Answer) *wire.Answer {
	if h.gate == nil {
		return run()
	}
	leave, err := h.gate.Enter(ctx, p)
	if errors.Is(err, admit.ErrOverloaded) {
		return wire.Refuse(wire.Unavailable, wire.CodeOverloaded, wire.TooMuch)
	}
	if err != nil {
		return h.refuse(ctx, err)
	}
	defer leave()
	return run()
}

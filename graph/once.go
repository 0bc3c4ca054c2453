package graph

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/graph/wire"
)

// Answers remembers answers of mutations under the keys that clients chose for them.
type Answers interface {
	// Once runs do and keeps its body under an actor's key, or gives the body that is kept there. The same key with
	// another request fails with [fault.Invalid], a twin that is still running with [fault.Conflict].
	Once(ctx context.Context, actor, key string, request []byte, do func(ctx context.Context) (body []byte, keep bool, err error)) ([]byte, bool, error)
}

// once runs a mutation at most once for a key.
func (h *Handler) once(ctx context.Context, key string, r *wire.Request, op *ast.OperationDefinition, run func(context.Context) *wire.Answer) *wire.Answer {
	if h.answers == nil || len(key) > 255 {
		return wire.Refuse(wire.Refused, "BAD_USER_INPUT", "An Idempotency-Key has at most 255 characters.")
	}
	var fresh *wire.Answer
	body, replayed, err := h.answers.Once(ctx, iam.From(ctx).Label(), key, fingerprint(r, iam.From(ctx)), func(ctx context.Context) ([]byte, bool, error) {
		fresh = run(ctx)
		body, err := encodeAnswer(fresh)
		return body, keepable(fresh) && !h.showsSecret(op), err
	})
	switch {
	case err != nil:
		return h.refuse(ctx, err)
	case replayed:
		return (&wire.Answer{Body: body}).With("Idempotency-Replayed", "true")
	}
	return fresh
}

// showsSecret reports whether an operation can answer with a token, a key or a client secret, or with all that is known of a
// person. Of these only hashes are kept, or nothing, so such an answer is not kept either: under its key twins still do not run together, but a later one runs again.
func (h *Handler) showsSecret(op *ast.OperationDefinition) bool {
	for _, root := range rootFields(op.SelectionSet, nil) {
		payload := h.schema.Schema().Types[root.Definition.Type.Name()]
		for _, f := range payload.Fields {
			if typ := f.Type.Name(); typ == "CustomerAccessToken" || typ == "StaffAccessToken" || typ == "StagedMediaUploadTarget" || f.Name == "secret" || f.Name == "clientSecret" || f.Name == "customerData" {
				return true
			}
		}
	}
	return false
}

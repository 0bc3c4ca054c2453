package access

import (
	"context"
	"errors"
	"reflect"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	iam "github.com/rialtohq/rialto/commerce/access"
)

// Guard is the gqlgen extension that makes each operation's plan and puts it in force. Where the plan is empty, fields
// are executed exactly as without a guard.
type Guard struct {
	// Planner makes the plans. Required.
	Planner *Planner
	// Viewers gives the actor of each root field by response name, for operations in which an argument names the
	// viewer, and nil for all others, which [iam.From] the context. The field itself may be nil.
	Viewers func(ctx context.Context, op *graphql.OperationContext) func(root string) iam.Actor
}

var _ interface {
	graphql.OperationContextMutator
	graphql.OperationInterceptor
} = Guard{}

// ExtensionName is the name under which gqlgen knows the guard.
func (Guard) ExtensionName() string { return "Access" }

// Validate refuses a guard without a planner.
func (g Guard) Validate(graphql.ExecutableSchema) error {
	if g.Planner == nil {
		return errors.New("access: a guard needs a planner")
	}
	return nil
}

// MutateOperationContext plans the operation and lets the plan stand before the field middleware.
func (g Guard) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	g.plan(ctx, op).Install(op)
	return nil
}

func (g Guard) plan(ctx context.Context, op *graphql.OperationContext) *Plan {
	if g.Viewers != nil {
		if actor := g.Viewers(ctx, op); actor != nil {
			return g.Planner.PlanRoots(op.Operation, actor)
		}
	}
	return g.Planner.Plan(op.Operation, iam.From(ctx))
}

// InterceptOperation answers an operation of which nothing is left without executing it.
func (Guard) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	plan := Of(graphql.GetOperationContext(ctx))
	if plan == nil || !plan.AllRootsDenied() {
		return next(ctx)
	}
	return graphql.OneShot(&graphql.Response{Errors: plan.Refusals(), Data: []byte("null")})
}

const planExtension = "access.plan"

// Install puts the plan in force for an operation. Root fields pass through field middleware like all others, so root
// middleware is left alone, and a refused root field is refused once.
func (p *Plan) Install(op *graphql.OperationContext) {
	op.Stats.SetExtension(planExtension, p)
	op.ResolverMiddleware = p.Middleware(op.ResolverMiddleware)
}

// Of gives the plan in force for an operation, nil where none was installed.
func Of(op *graphql.OperationContext) *Plan {
	p, _ := op.Stats.GetExtension(planExtension).(*Plan)
	return p
}

// Middleware gives field middleware that refuses what the plan refuses, and leaves the rest to next. It is next itself
// where the plan is empty. A refused field becomes null with an error: neither next nor its resolver runs.
func (p *Plan) Middleware(next graphql.FieldMiddleware) graphql.FieldMiddleware {
	if p.Empty() {
		return next
	}
	return func(ctx context.Context, resolve graphql.Resolver) (any, error) {
		if err := p.check(ctx); err != nil {
			return nil, err
		}
		return next(ctx, resolve)
	}
}

// check judges the field that the context is about.
func (p *Plan) check(ctx context.Context) error {
	fc := graphql.GetFieldContext(ctx)
	if !p.Guards(fc.Object, fc.Field.Name) {
		return nil
	}
	return p.Refused(ctx, rootOf(fc), fc.Object, fc.Field.Name, parentOf(fc))
}

// Guards reports whether a field may be refused below any root field, so that it must be asked about for each object.
func (p *Plan) Guards(object, field string) bool {
	_, ok := p.guarded[Coordinate{object, field}]
	return ok
}

// Refused is why a field of an object may not be seen below a root field, given by its response name; nil where it may. The
// object is nil for root fields.
func (p *Plan) Refused(ctx context.Context, root, object, field string, parent any) error {
	v, ok := p.In(root).guarded[Coordinate{object, field}]
	if !ok || v.pending && v.rule.agreed(ctx, p.policies, parent) {
		return nil
	}
	return v.refuse()
}

// rootOf gives the response name of the root field above a field.
func rootOf(fc *graphql.FieldContext) string {
	name := ""
	for ; fc != nil; fc = fc.Parent {
		if fc.Field.Field != nil {
			name = fc.Field.Alias
		}
	}
	return name
}

// parentOf gives the object that a field stands on, nil for a root field. gqlgen keeps items of lists by the address of
// their place in the list, so that one and the same object can come under several pointers.
func parentOf(fc *graphql.FieldContext) any {
	if fc.Parent == nil || fc.Parent.Result == nil {
		return nil
	}
	v := reflect.ValueOf(fc.Parent.Result)
	for v.Kind() == reflect.Pointer && (v.Elem().Kind() == reflect.Pointer || v.Elem().Kind() == reflect.Interface) {
		v = v.Elem()
		if v.Kind() == reflect.Interface {
			v = v.Elem()
		}
	}
	if !v.IsValid() {
		return nil
	}
	return v.Interface()
}

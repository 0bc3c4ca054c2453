package graph

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/graph/loader"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/graph/schema"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// What the inputs of staff mutations have in common: how they become inputs of services, and how problems come back.

// intake reads an input and collects what is wrong with its form, before any service sees it.
type intake struct {
	ctx      context.Context
	problems fault.Problems
}

func (in *intake) add(code, message string, field ...string) {
	in.problems.Add(code, message, field...)
}

// money reads an amount; nil where none is given, or where it is not one.
func (in *intake) money(m *model.MoneyInput, field ...string) *money.Money {
	if m == nil {
		return nil
	}
	amount, err := money.Parse(m.Amount, m.CurrencyCode)
	switch {
	case err == nil:
		return &amount
	case errors.Is(err, money.ErrUnknownCurrency):
		in.add(catalog.CodeCurrency, "There is no such currency.", field...)
	case errors.Is(err, money.ErrPrecision):
		in.add(catalog.CodeInvalid, "The amount has more fraction digits than its currency.", field...)
	default:
		in.add(catalog.CodeInvalid, "The amount is a decimal such as \"12.99\".", field...)
	}
	return nil
}

// redirect refuses to keep an old web address: there is nowhere to keep it.
func (in *intake) redirect(wanted *bool, field ...string) {
	if wanted != nil && *wanted {
		in.add(catalog.CodeInvalid, "This shop keeps no redirects: leave redirectNewHandle out.", field...)
	}
}

// gave reports whether the input of the running field has a value at a path, an explicit null included, which the
// generated structs cannot tell from a value that was left out.
func (in *intake) gave(path ...string) bool {
	field := graphql.GetFieldContext(in.ctx).Field
	variables := graphql.GetOperationContext(in.ctx).Variables
	argument := field.Arguments.ForName(path[0])
	return argument != nil && written(argument.Value, variables, path[1:])
}

func written(v *ast.Value, variables map[string]any, path []string) bool {
	switch {
	case v == nil:
		return false
	case v.Kind == ast.Variable:
		given, ok := variables[v.Raw]
		return ok && inVariable(given, path)
	case len(path) == 0:
		return true
	case v.Kind == ast.ListValue:
		i, err := strconv.Atoi(path[0])
		return err == nil && i < len(v.Children) && written(v.Children[i].Value, variables, path[1:])
	case v.Kind == ast.ObjectValue:
		if path[0] == "0" { // one entry where a list is expected
			path = path[1:]
		}
		return len(path) > 0 && written(v.Children.ForName(path[0]), variables, path[1:])
	}
	return false
}

func inVariable(v any, path []string) bool {
	if len(path) == 0 {
		return true
	}
	switch v := v.(type) {
	case []any:
		i, err := strconv.Atoi(path[0])
		return err == nil && i < len(v) && inVariable(v[i], path[1:])
	case map[string]any:
		if path[0] == "0" {
			return inVariable(v, path[1:])
		}
		next, ok := v[path[0]]
		return ok && inVariable(next, path[1:])
	}
	return false
}

// uuidOf is an id of a type as services know it. That of another type names nothing.
func uuidOf(id gid.ID, types ...string) uuid.UUID {
	if slices.Contains(types, id.Type) {
		return id.UUID
	}
	return uuid.Max
}

func uuidsOf(ids []*gid.ID, types ...string) []uuid.UUID {
	out := make([]uuid.UUID, len(ids))
	for i, id := range ids {
		out[i] = uuidOf(*id, types...)
	}
	return out
}

func metafieldInputs(in []*model.MetafieldInput) []catalog.MetafieldInput {
	out := make([]catalog.MetafieldInput, len(in))
	for i, f := range in {
		out[i] = catalog.MetafieldInput{Namespace: text(f.Namespace), Key: text(f.Key), Type: text(f.Type), Value: text(f.Value)}
		if f.ID != nil {
			id := uuidOf(*f.ID, "Metafield")
			out[i].ID = &id
		}
	}
	return out
}

func mediaInputs(in []*model.CreateMediaInput) []catalog.MediaInput {
	out := make([]catalog.MediaInput, len(in))
	for i, m := range in {
		out[i] = catalog.MediaInput{Source: m.OriginalSource, Alt: text(m.Alt), Kind: m.MediaContentType}
	}
	return out
}

// enums are the values of the schema's enums, by name.
var enums = sync.OnceValue(func() map[string][]string {
	doc, err := parser.ParseSchemas(schema.Sources()...)
	if err != nil {
		panic("graph: " + err.Error()) // the generated code comes from the same schema
	}
	out := map[string][]string{}
	for _, d := range doc.Definitions {
		for _, v := range d.EnumValues {
			out[d.Name] = append(out[d.Name], v.Name)
		}
	}
	return out
})

// coded gives problems the codes that an enum of errors knows: another one becomes INVALID, or INVALID_VALUE
// where there is no INVALID.
func coded(enum string, list fault.Problems) fault.Problems {
	known := enums()[enum]
	for _, p := range list {
		if slices.Contains(known, p.Code) {
			continue
		}
		p.Code = ""
		for _, code := range []string{catalog.CodeValue, catalog.CodeInvalid} {
			if slices.Contains(known, code) {
				p.Code = code
			}
		}
	}
	return list
}

func staffErrors(list fault.Problems) []*model.StaffUserError {
	return problems[model.StaffUserError](coded("StaffErrorCode", list))
}

// oneProduct shows one product to the loaders and gives it back.
func oneProduct(ctx context.Context, p *catalog.Product) *catalog.Product {
	if p != nil {
		loader.Together(ctx, []*catalog.Product{p}, productID)
	}
	return p
}

// oneCollection shows one collection to the loaders and gives it back.
func oneCollection(ctx context.Context, c *catalog.Collection) *catalog.Collection {
	if c != nil {
		loader.Together(ctx, []*catalog.Collection{c}, collectionID)
	}
	return c
}

// gone is the id of what was deleted; nil where it was not.
func gone(id gid.ID, list fault.Problems) *gid.ID {
	if len(list) > 0 {
		return nil
	}
	return &id
}

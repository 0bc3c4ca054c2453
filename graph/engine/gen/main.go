// Command gen generates the code that gqlgen makes of the schema, and beside it the executor of package engine.
//
//	go run ./graph/engine/gen
package main

import (
	_ "embed"
	"fmt"
	"go/types"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/vektah/gqlparser/v2/ast"
)

//go:embed executor.gotpl
var executor string

func main() {
	log.SetOutput(io.Discard) // gqlgen tells of every field that it makes a resolver for
	c, err := config.LoadConfigFromDefaultLocations()
	if err == nil {
		err = api.Generate(c, api.AddPlugin(plugin{}))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// plugin writes the executor, after gqlgen has written its own.
type plugin struct{}

func (plugin) Name() string { return "engine" }

func (plugin) GenerateCode(data *codegen.Data) error {
	return templates.Render(templates.Options{
		PackageName: data.Config.Exec.Package, Filename: filepath.Join(data.Config.Exec.Dir(), "engine.generated.go"),
		Template: executor, Data: data, GeneratedHeader: true, Packages: data.Config.Packages,
		Funcs: template.FuncMap{
			"put": put, "scalar": scalar, "isScalar": isScalar, "written": written, "objects": objects, "fields": fields, "call": invocation, "composite": composite, "called": called, "add": func(a, b int) int { return a + b },
		},
	})
}

// objects are the types that operations reach without asking about the schema.
func objects(data *codegen.Data) (list []*codegen.Object) {
	for _, o := range data.Objects {
		if !introspects(o.Name) {
			list = append(list, o)
		}
	}
	return list
}

func fields(o *codegen.Object) (list []*codegen.Field) {
	for _, f := range o.Fields {
		if !introspects(f.Name) {
			list = append(list, f)
		}
	}
	return list
}

func introspects(name string) bool { return strings.HasPrefix(name, "__") }

// written are the types that are written by a function of their own: objects, interfaces, unions and all lists.
func written(data *codegen.Data) map[string]*config.TypeReference {
	all := map[string]*config.TypeReference{}
	var add func(t *config.TypeReference)
	add = func(t *config.TypeReference) {
		if introspects(t.Definition.Name) || isScalar(t) {
			return
		}
		all[put(t)] = t
		if t.IsPtrToSlice() || t.IsPtrToIntf() || t.IsSlice() {
			add(t.Elem())
		}
	}
	for _, o := range objects(data) {
		for _, f := range fields(o) {
			add(f.TypeReference)
		}
	}
	return all
}

func put(t *config.TypeReference) string { return "put" + t.UniquenessKey() }

// isScalar tells scalars and enums, which are written in place, from what is written by a function.
func isScalar(t *config.TypeReference) bool {
	return !t.IsSlice() && !t.IsPtrToSlice() && !t.IsPtrToIntf() && !composite(t.Definition)
}

func composite(d *ast.Definition) bool {
	return d.Kind == ast.Object || d.Kind == ast.Interface || d.Kind == ast.Union
}

// invocation is the call of a field's resolver, by the resolvers that are kept.
func invocation(f *codegen.Field) string {
	return "x.resolvers." + strings.Replace(f.ShortInvocation(), "().", ".", 1)
}

// called tells fields whose value is asked for by a function of its own, because that may fail or wants arguments.
func called(f *codegen.Field) bool {
	return f.IsResolver || f.IsMethod() && (!f.NoErr || f.VOkFunc || len(f.Args) > 0 || f.MethodHasContext)
}

// direct are the marshalers whose bytes the engine writes by itself, and how.
var direct = map[string]string{
	"github.com/99designs/gqlgen/graphql.MarshalString":          "x.String(%s)",
	"github.com/99designs/gqlgen/graphql.MarshalInt":             "x.Int(int64(%s))",
	"github.com/99designs/gqlgen/graphql.MarshalInt32":           "x.Int(int64(%s))",
	"github.com/99designs/gqlgen/graphql.MarshalInt64":           "x.Int(int64(%s))",
	"github.com/99designs/gqlgen/graphql.MarshalBoolean":         "x.Bool(%s)",
	"github.com/rialtohq/rialto/graph/model.MarshalText":         "x.String(%s)",
	"github.com/rialtohq/rialto/graph/model.MarshalDecimal":      "x.String(%s)",
	"github.com/rialtohq/rialto/graph/model.MarshalDateTime":     "x.Time(%s)",
	"github.com/rialtohq/rialto/graph/model.MarshalCurrencyCode": "x.String(string(%s))",
}

// scalar is the expression that writes a value and says whether it is one.
func scalar(t *config.TypeReference, v string) (string, error) {
	switch {
	case t.IsMarshaler && t.IsContext:
		return "x.Marshal(graphql.WrapContextMarshaler(x.Ctx, " + v + "))", nil
	case t.IsMarshaler:
		if named, ok := types.Unalias(t.Target).(*types.Named); ok && named.Obj().Name() == "ID" && !t.IsNilable() {
			return "x.ID(" + v + ")", nil
		}
		return "x.Marshal(" + v + ")", nil
	case t.Marshaler == nil:
		return "", fmt.Errorf("%s: there is no way to write it", t.Definition.Name)
	}
	switch {
	case t.IsTargetNilable() && !t.IsNilable():
		v = "&" + v
	case !t.IsTargetNilable() && t.IsNilable():
		v = "*" + v
	}
	switch {
	case t.HasEnumValues():
		v = t.EnumMarshalVar(false) + "[" + v + "]"
	case t.CastType != nil:
		v = templates.CurrentImports.LookupType(t.CastType) + "(" + v + ")"
	}
	if t.IsContext {
		return "x.Marshal(graphql.WrapContextMarshaler(x.Ctx, " + templates.Call(t.Marshaler) + "(" + v + ")))", nil
	}
	if write, ok := direct[t.Marshaler.FullName()]; ok {
		return fmt.Sprintf(write, v), nil
	}
	return "x.Marshal(" + templates.Call(t.Marshaler) + "(" + v + "))", nil
}

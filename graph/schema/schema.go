// Package schema holds Rialto's GraphQL schema: one .graphqls file a domain, read by people, by the code generator and
// by the server alike.
//
// It is text only. What a directive means is described in directives.graphqls and enforced elsewhere, from a plan made
// once per document. The tests of this package keep the promises that every element makes: it is described, it has an
// access rule, and it can become null where its rule is stricter than that of the type around it.
package schema

import (
	"embed"
	"io/fs"

	"github.com/vektah/gqlparser/v2/ast"
)

//go:embed *.graphqls
var files embed.FS

// Sources returns the files of the schema, sorted by name, ready for gqlparser.LoadSchema. Names are relative to this
// folder. It panics when the embedded files cannot be read, which a built program cannot meet.
func Sources() []*ast.Source {
	names, err := fs.Glob(files, "*.graphqls")
	if err != nil {
		panic("schema: " + err.Error())
	}
	sources := make([]*ast.Source, 0, len(names))
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic("schema: " + err.Error())
		}
		sources = append(sources, &ast.Source{Name: name, Input: string(text)})
	}
	return sources
}

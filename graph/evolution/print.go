package evolution

import (
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"github.com/rialtohq/rialto/graph/schema"
)

// Current is the schema of this program.
func Current() (*ast.Schema, error) { return gqlparser.LoadSchema(schema.Sources()...) }

// Read loads a schema that was printed. The name is that of its file, for errors.
func Read(name, text string) (*ast.Schema, error) {
	return gqlparser.LoadSchema(&ast.Source{Name: name, Input: text})
}

// Print writes a schema in the one form in which a released one is kept: directives first, then types, each sorted by name,
// with all descriptions and directives, and without what GraphQL itself brings. Fields stay in their order.
func Print(s *ast.Schema) string {
	var raw, out strings.Builder
	formatter.NewFormatter(&raw, formatter.WithIndent("  ")).FormatSchema(s)
	// The formatter sets no line between definitions.
	described := false
	for line := range strings.Lines(raw.String()) {
		if strings.HasPrefix(line, `"""`) {
			described = !described
			if described && out.Len() > 0 {
				out.WriteByte('\n')
			}
		}
		out.WriteString(line)
	}
	return out.String()
}

package limits

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// Read makes a document of a text: parsed, measured and validated. The error is a [*Refusal], or a gqlerror.List of what
// validation found.
func (l Limits) Read(schema *ast.Schema, text string) (*ast.QueryDocument, error) {
	doc, refusal := l.Parse(text)
	if refusal == nil {
		_, refusal = l.Check(doc)
	}
	if refusal != nil {
		return nil, refusal
	}
	if errs := l.Validate(schema, doc); len(errs) > 0 {
		return nil, errs
	}
	return doc, nil
}

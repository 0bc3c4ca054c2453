package limits

import (
	"errors"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/rialtohq/rialto/platform/fault"
)

// Parse reads a document. It stops at the token limit, so that a long text costs no more than the limit. The text must
// be valid UTF-8.
func (l Limits) Parse(text string) (*ast.QueryDocument, *Refusal) {
	l = l.orDefault()
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, l.Tokens)
	if err != nil {
		return nil, l.unreadable(err)
	}
	if len(doc.Operations) == 0 {
		return nil, &Refusal{Code: CodeParseFailed, Message: "The document holds no operation."}
	}
	return doc, nil
}

// unreadable turns the parser's error into a refusal. The parser marks neither of its own limits but by their text,
// which a test holds.
func (l Limits) unreadable(err error) *Refusal {
	var g *gqlerror.Error
	if !errors.As(err, &g) {
		return &Refusal{Code: CodeParseFailed, Message: "The document cannot be read."}
	}
	var at *ast.Position
	if len(g.Locations) > 0 {
		at = &ast.Position{Line: g.Locations[0].Line, Column: g.Locations[0].Column}
	}
	switch {
	case g.Message == "exceeded token limit of "+strconv.Itoa(l.Tokens):
		return exceeded(CodeTooManyTokens, l.Tokens+1, l.Tokens, nil, "The document has at least %d tokens; at most %d are allowed.")
	case strings.HasPrefix(g.Message, "exceeded maximum nesting depth"):
		return exceeded(CodeTooDeep, parser.MaxNestingDepth+1, l.Depth, at, "The document is at least %d levels deep; at most %d are allowed.")
	}
	return &Refusal{Code: CodeParseFailed, Message: "Syntax error: " + shorten(g.Message), Position: at}
}

// shorten keeps a message from repeating a long piece of the document.
func shorten(s string) string { return fault.Shorten(s, 300) }

package graph

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/graph/cost"
	"github.com/rialtohq/rialto/graph/limits"
	"github.com/rialtohq/rialto/graph/wire"
)

// documentBytes bounds the documents that are kept, by the length of their texts.
const documentBytes = 8 << 20

// documents parses and validates each document once, and keeps the good ones. A kept document is never changed.
type documents struct {
	schema *ast.Schema
	limits limits.Limits
	prices *cost.Prices
	kept   *otter.Cache[string, *document]
}

func newDocuments(schema *ast.Schema, l limits.Limits, prices *cost.Prices) *documents {
	return &documents{schema: schema, limits: l, prices: prices, kept: otter.Must(&otter.Options[string, *document]{
		MaximumWeight: documentBytes,
		Weigher:       func(text string, _ *document) uint32 { return uint32(len(text)) + 64 },
	})}
}

// get gives the document of a text, or why there is none.
func (d *documents) get(text string) (*document, *wire.Answer) {
	if doc, ok := d.kept.GetIfPresent(text); ok {
		return doc, nil
	}
	parsed, refusal := d.limits.Parse(text)
	if refusal == nil {
		_, refusal = d.limits.Check(parsed)
	}
	if refusal != nil {
		class := wire.Refused
		if refusal.Syntax() {
			class = wire.Unreadable
		}
		return nil, wire.RefuseAll(class, refusal.GraphQL())
	}
	if errs := d.limits.Validate(d.schema, parsed); len(errs) > 0 {
		return nil, wire.RefuseAll(wire.Refused, errs...)
	}
	atOnce(parsed)
	sum := sha256.Sum256([]byte(text))
	doc := &document{QueryDocument: parsed, ID: hex.EncodeToString(sum[:]), prices: d.prices, plans: map[*ast.OperationDefinition]*cost.Plan{}}
	d.kept.Set(strings.Clone(text), doc)
	return doc, nil
}

// atOnce takes @defer out of a document that was validated. A server may send what is deferred along with the rest, and
// this one answers in one piece: every part of a page is read in few statements, and none is worth waiting for apart.
func atOnce(doc *ast.QueryDocument) {
	for _, op := range doc.Operations {
		undefer(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		undefer(f.SelectionSet)
	}
}

func undefer(set ast.SelectionSet) {
	deferred := func(d *ast.Directive) bool { return d.Name == "defer" }
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			undefer(s.SelectionSet)
		case *ast.InlineFragment:
			s.Directives = slices.DeleteFunc(s.Directives, deferred)
			undefer(s.SelectionSet)
		case *ast.FragmentSpread:
			s.Directives = slices.DeleteFunc(s.Directives, deferred)
		}
	}
}

// credentials are what the headers show of who asks.
func credentials(h http.Header) identity.Credentials {
	c := identity.Credentials{
		StorefrontPublic:  h.Get("X-Shopify-Storefront-Access-Token"),
		StorefrontPrivate: h.Get("Shopify-Storefront-Private-Token"),
	}
	if scheme, token, ok := strings.Cut(h.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		c.Bearer = strings.TrimSpace(token)
	}
	return c
}

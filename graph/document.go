package graph

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/operation"
	"github.com/rialtohq/rialto/graph/coordinate"
	"github.com/rialtohq/rialto/graph/cost"
	"github.com/rialtohq/rialto/graph/freshness"
	"github.com/rialtohq/rialto/graph/limits"
	"github.com/rialtohq/rialto/graph/persisted"
	"github.com/rialtohq/rialto/graph/wire"
)

// documentBytes bounds the documents that are kept, by the length of their texts; registered ones have room of their own,
// so that a flood of other texts does not push them out.
const (
	documentBytes   = 8 << 20
	registeredBytes = 32 << 20
	// documentRoom is what a document weighs beside its text: what is made of it is some times as large, its prices included.
	documentRoom = 1 << 10
)

// documents parses and validates each document once, and keeps the good ones. A kept document is never changed.
type documents struct {
	schema *ast.Schema
	limits limits.Limits
	prices *cost.Prices
	places *coordinate.Schema
	hints  *freshness.Hints
	// kept are documents by their texts, registered those that an app registered.
	kept, registered *otter.Cache[string, *document]
}

func newDocuments(schema *ast.Schema, l limits.Limits, prices *cost.Prices, places *coordinate.Schema, hints *freshness.Hints) *documents {
	upTo := func(bytes uint64) *otter.Cache[string, *document] {
		return otter.Must(&otter.Options[string, *document]{
			MaximumWeight: bytes,
			Weigher:       func(text string, _ *document) uint32 { return uint32(len(text)) + documentRoom },
		})
	}
	return &documents{schema: schema, limits: l, prices: prices, places: places, hints: hints, kept: upTo(documentBytes), registered: upTo(registeredBytes)}
}

// document finds the document that a request means, and has the request carry its text.
func (h *Handler) document(ctx context.Context, by iam.Actor, r *wire.Request) (*document, *wire.Answer) {
	found := persisted.Document{Text: r.Query}
	if h.persisted != nil {
		var refusal *wire.Answer
		if found, refusal = h.persisted.Find(ctx, by, r); refusal != nil {
			return nil, refusal
		}
	}
	into := h.docs.kept
	if found.Registered {
		into = h.docs.registered
	}
	doc, refusal := h.docs.get(found.Text, into)
	if refusal != nil {
		return nil, refusal
	}
	if h.persisted != nil {
		h.persisted.Keep(ctx, by, found)
	}
	// From here on the same for a document however it was named, the fingerprint of an idempotency key included.
	r.Named = r.Query == ""
	r.Query, r.DocumentID = found.Text, ""
	return doc, nil
}

// Registrar looks documents through as this handler would meet them.
func (h *Handler) Registrar() *persisted.Registrar {
	l := h.docs.limits
	l.Suggestions = true // who registers has the schema
	return &persisted.Registrar{Schema: h.docs.schema, Limits: l, Prices: h.docs.prices, Planner: h.planner, MaxObjects: h.budget.MaxObjects}
}

// get gives the document of a text, kept in one of the two caches, or why there is none.
func (d *documents) get(text string, kept *otter.Cache[string, *document]) (*document, *wire.Answer) {
	if doc, ok := kept.GetIfPresent(text); ok {
		return doc, nil
	}
	parsed, err := d.limits.Read(d.schema, text)
	if err != nil {
		return nil, refused(err)
	}
	atOnce(parsed)
	doc := &document{QueryDocument: parsed, ID: operation.HashOf(text), registered: kept == d.registered}
	doc.plans.make = d.prices.Compile
	doc.touches.make = func(op *ast.OperationDefinition) (*touched, error) { return doc.touched(d.places, op), nil }
	doc.policies.make = func(op *ast.OperationDefinition) (freshness.Policy, error) { return d.hints.Of(op), nil }
	kept.Set(strings.Clone(text), doc)
	return doc, nil
}

// refused is the answer to a text that is no document to run.
func refused(err error) *wire.Answer {
	refusal, ok := errors.AsType[*limits.Refusal](err)
	switch {
	case !ok:
		invalid, _ := errors.AsType[gqlerror.List](err)
		return wire.RefuseAll(wire.Refused, invalid...)
	case refusal.Syntax():
		return wire.RefuseAll(wire.Unreadable, refusal.GraphQL())
	}
	return wire.RefuseAll(wire.Refused, refusal.GraphQL())
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

// The headers in which who asks says who they are.
const (
	publicHeader  = "X-Shopify-Storefront-Access-Token"
	privateHeader = "Shopify-Storefront-Private-Token"
	bearerHeader  = "Authorization"
)

// credentials are what the headers show of who asks.
func credentials(h http.Header) identity.Credentials {
	c := identity.Credentials{
		StorefrontPublic:  h.Get(publicHeader),
		StorefrontPrivate: h.Get(privateHeader),
	}
	if scheme, token, ok := strings.Cut(h.Get(bearerHeader), " "); ok && strings.EqualFold(scheme, "Bearer") {
		c.Bearer = strings.TrimSpace(token)
	}
	return c
}

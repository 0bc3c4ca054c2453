package graph

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/fault"
)

// namesViewer are the arguments of root fields that may name a viewer: the token itself, and what may hold it.
var namesViewer = []string{"customerAccessToken", "buyerIdentity", "input"}

// viewers finds the root fields whose arguments name a viewer (customerAccessToken, alone or in buyerIdentity), and who
// that is. A token that is not good names an anonymous viewer: the field itself says so in its own way.
func (h *Handler) viewers(ctx context.Context, actor iam.Actor, op *ast.OperationDefinition, variables map[string]any) (map[string]iam.Actor, error) {
	var out map[string]iam.Actor
	for _, f := range rootFields(op.SelectionSet, nil) {
		if !slices.ContainsFunc(f.Arguments, func(a *ast.Argument) bool { return slices.Contains(namesViewer, a.Name) }) {
			continue
		}
		token := tokenIn(f.ArgumentMap(variables), 3)
		if token == "" {
			continue
		}
		who, err := h.identity.Lookup(ctx, token)
		if err != nil && !fault.Is(err, fault.Unauthenticated) {
			return nil, err
		}
		if err != nil || who.Kind != iam.Customer || who.Shop != actor.Shop {
			who = iam.Actor{Kind: iam.Storefront, Shop: actor.Shop, ID: actor.ID}
		}
		if out == nil {
			out = map[string]iam.Actor{}
		}
		out[f.Alias] = who
	}
	return out, nil
}

// rootFields gives the fields at the top of an operation, fragments opened.
func rootFields(set ast.SelectionSet, into []*ast.Field) []*ast.Field {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			into = append(into, s)
		case *ast.InlineFragment:
			into = rootFields(s.SelectionSet, into)
		case *ast.FragmentSpread:
			if s.Definition != nil {
				into = rootFields(s.Definition.SelectionSet, into)
			}
		}
	}
	return into
}

// tokenIn finds a customerAccessToken among arguments, down to a depth.
func tokenIn(args map[string]any, depth int) string {
	if token, ok := args[namesViewer[0]].(string); ok {
		return token
	}
	if depth == 0 {
		return ""
	}
	for _, name := range namesViewer[1:] {
		if inner, ok := args[name].(map[string]any); ok {
			if token := tokenIn(inner, depth-1); token != "" {
				return token
			}
		}
	}
	return ""
}

// atBuyer gives a context at the address of the shopper for whom a server asks: a header names it, which only a private
// token is believed. Anybody else's is where the request came from.
func atBuyer(ctx context.Context, actor iam.Actor, h http.Header) context.Context {
	if !actor.Private {
		return ctx
	}
	address, err := netip.ParseAddr(strings.TrimSpace(h.Get("Shopify-Storefront-Buyer-IP")))
	if err != nil {
		return ctx
	}
	return iam.WithAddress(ctx, wire.Network(address))
}

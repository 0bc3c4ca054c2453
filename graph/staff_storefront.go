package graph

import (
	"context"

	"github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/keyset"
)

// policyKinds are the kinds of a shop's legal texts by their names in the API.
var policyKinds = map[string]string{
	"CONTACT_INFORMATION": "contact", "LEGAL_NOTICE": "legal", "PRIVACY_POLICY": "privacy", "REFUND_POLICY": "refund",
	"SHIPPING_POLICY": "shipping", "SUBSCRIPTION_POLICY": "subscription", "TERMS_OF_SALE": "sale", "TERMS_OF_SERVICE": "terms",
}

func newStorefrontToken(in model.StorefrontAccessTokenInput) app.StorefrontInput {
	return app.StorefrontInput{Title: in.Title, Kind: text(in.Kind), Scopes: in.AccessScopes, App: appFilter(in.AppID), ExpiresAt: in.ExpiresAt}
}

func storefrontTokenConnection(ctx context.Context, p keyset.Page[*app.StorefrontToken]) *model.StorefrontAccessTokenConnection {
	return &model.StorefrontAccessTokenConnection{Nodes: listed(p.Items), PageInfo: pageInfo(ctx, p), Edges: edges(ctx, p, func(c string, n *app.StorefrontToken) model.StorefrontAccessTokenEdge {
		return model.StorefrontAccessTokenEdge{Cursor: c, Node: n}
	})}
}

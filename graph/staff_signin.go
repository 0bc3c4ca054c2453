package graph

import (
	"github.com/rialtohq/rialto/commerce/federation"
	"github.com/rialtohq/rialto/graph/model"
)

func newProvider(in model.IdentityProviderCreateInput) federation.Input {
	return federation.Input{
		Handle: in.Handle, Issuer: in.Issuer, Audience: in.Audience, Title: &in.Title, ClientID: &in.ClientID, ClientSecret: in.ClientSecret,
		CreateAccounts: in.CreateAccounts, LinkAccounts: in.LinkAccounts, IsEnabled: in.Enabled, ReturnURLs: in.ReturnUrls,
	}
}

func changedProvider(in model.IdentityProviderUpdateInput) federation.Input {
	return federation.Input{
		Title: in.Title, ClientID: in.ClientID, ClientSecret: in.ClientSecret, CreateAccounts: in.CreateAccounts, LinkAccounts: in.LinkAccounts,
		IsEnabled: in.Enabled, ReturnURLs: in.ReturnUrls,
	}
}

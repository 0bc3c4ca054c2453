package graph

import (
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/keyset"
)

// noRedirects is the page of a list that has nothing; its arguments are checked like those of any other.
func noRedirects(args keyset.Args, query string) (*model.URLRedirectConnection, error) {
	if err := keyset.CheckQuery(query); err != nil {
		return nil, err
	}
	page, err := keyset.Slice(args, []*model.URLRedirect{}, func(*model.URLRedirect) uuid.UUID { return uuid.Nil })
	if err != nil {
		return nil, err
	}
	return &model.URLRedirectConnection{Nodes: []*model.URLRedirect{}, Edges: []*model.URLRedirectEdge{}, PageInfo: pageInfo(page)}, nil
}

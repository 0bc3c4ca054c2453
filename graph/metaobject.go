package graph

import (
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/keyset"
)

// noMetaobjects is the page of a list that has nothing; its arguments are checked like those of any other.
func noMetaobjects(args keyset.Args) (*model.MetaobjectConnection, error) {
	page, err := keyset.Slice(args, []*model.Metaobject{}, func(*model.Metaobject) uuid.UUID { return uuid.Nil })
	if err != nil {
		return nil, err
	}
	return &model.MetaobjectConnection{Nodes: []*model.Metaobject{}, Edges: []*model.MetaobjectEdge{}, PageInfo: wholePageInfo(page)}, nil
}

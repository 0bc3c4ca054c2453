package graph

import (
	"context"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// definitionName is the name of a definition; without a namespace it is in the shop's default one.
func definitionName(ownerType string, namespace *string, key string) catalog.DefinitionName {
	n := catalog.DefinitionName{OwnerType: ownerType, Namespace: text(namespace), Key: key}
	if n.Namespace == "" {
		n.Namespace = "custom"
	}
	return n
}

func newDefinition(in model.MetafieldDefinitionInput) catalog.DefinitionInput {
	out := catalog.DefinitionInput{
		DefinitionName: definitionName(in.OwnerType, in.Namespace, in.Key), Name: &in.Name, Description: in.Description, Type: in.Type,
		Validations: validationsOf(in.Validations), Pin: in.Pin,
	}
	out.Admin, out.Storefront = accessOf(in.Access)
	return out
}

func changedDefinition(in model.MetafieldDefinitionUpdateInput) catalog.DefinitionInput {
	out := catalog.DefinitionInput{
		DefinitionName: definitionName(in.OwnerType, in.Namespace, in.Key), IfRevision: in.IfRevision, Name: in.Name, Description: in.Description,
		Validations: validationsOf(in.Validations), Pin: in.Pin,
	}
	out.Admin, out.Storefront = accessOf(in.Access)
	return out
}

func validationsOf(in []*model.MetafieldDefinitionValidationInput) *[]catalog.Validation {
	if in == nil {
		return nil
	}
	out := make([]catalog.Validation, len(in))
	for i, v := range in {
		out[i] = catalog.Validation{Name: v.Name, Value: v.Value}
	}
	return &out
}

func accessOf(in *model.MetafieldAccessInput) (admin, storefront *string) {
	if in == nil {
		return nil, nil
	}
	return in.Admin, in.Storefront
}

// definition finds a definition by its id or name; nil where there is none.
func (r *Resolver) definition(ctx context.Context, id *gid.ID, name *model.MetafieldDefinitionIdentifierInput) (*catalog.Definition, error) {
	switch {
	case (id == nil) == (name == nil):
		return nil, fault.New(fault.Invalid, "Name a definition by id or by identifier.")
	case id != nil:
		return oneByID(ctx, *id, r.Catalog.Definitions, "MetafieldDefinition")
	}
	return r.Catalog.DefinitionByName(ctx, definitionName(name.OwnerType, name.Namespace, name.Key))
}

// undefine deletes a definition that is named by id or name.
func (r *Resolver) undefine(ctx context.Context, id *gid.ID, name *model.MetafieldDefinitionIdentifierInput, values *bool) (*catalog.Definition, fault.Problems, error) {
	d, err := r.definition(ctx, id, name)
	if err != nil {
		return nil, nil, err
	}
	n := catalog.DefinitionName{}
	if d != nil {
		n = catalog.DefinitionName{OwnerType: d.OwnerType, Namespace: d.Namespace, Key: d.Key}
	}
	return r.Catalog.UndefineMetafield(ctx, n, values != nil && *values)
}

func definitionFilter(ownerType string, namespace, key, pinned *string) catalog.DefinitionFilter {
	out := catalog.DefinitionFilter{OwnerType: ownerType, Namespace: namespace, Key: key}
	if pinned != nil && *pinned != "ANY" {
		yes := *pinned == "PINNED"
		out.Pinned = &yes
	}
	return out
}

func definitionConnection(ctx context.Context, page keyset.Page[*catalog.Definition]) *model.MetafieldDefinitionConnection {
	return &model.MetafieldDefinitionConnection{Nodes: listed(page.Items), PageInfo: pageInfo(ctx, page), Edges: edges(ctx, page, func(c string, n *catalog.Definition) model.MetafieldDefinitionEdge {
		return model.MetafieldDefinitionEdge{Cursor: c, Node: n}
	})}
}

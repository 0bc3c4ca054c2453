package catalog

import (
	"context"
	"slices"
	"strconv"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
)

// defined are definitions by name.
type defined map[DefinitionName]*Definition

// definitionsFor reads the definitions that metafields may have.
func (s *Service) definitionsFor(ctx context.Context, tx database.Tx, rows []metafieldRow) (defined, error) {
	var kinds []string
	for _, f := range rows {
		if !slices.Contains(kinds, f.ownerType) {
			kinds = append(kinds, f.ownerType)
		}
	}
	if len(kinds) == 0 {
		return nil, nil
	}
	slices.Sort(kinds)
	list, err := s.store.definitions(ctx, tx, kinds)
	out := make(defined, len(list))
	for _, d := range list {
		out[d.name()] = d
	}
	return out, err
}

// byDefinition holds a metafield against its definition, where it has one: the type is the definition's, the value obeys
// its rules, and the actor may write it.
func (c *checker) byDefinition(ctx context.Context, f *metafieldRow, all defined) {
	d := all[DefinitionName{f.ownerType, f.namespace, f.key}]
	if d == nil {
		return
	}
	at := func(name string) []string { return append(slices.Clone(f.path), name) }
	if d.Admin == AdminRead && access.From(ctx).Kind == access.Staff {
		c.add(CodeNotAuthorized, "Only apps write this metafield.", at("key")...)
		return
	}
	f.defined = true
	switch f.kind {
	case "":
		f.kind = d.Kind
		c.typed(*f)
	case d.Kind:
	default:
		c.add(CodeType, "The type of this metafield is "+d.Kind+".", at("type")...)
		return
	}
	if _, fits := fitsType(f.kind, f.value); !fits {
		return // said already
	}
	v, _, wrong := d.validator()
	if wrong != "" {
		return // rules are checked before they are stored
	}
	if wrong, i := v.judge(f.value); wrong != "" {
		if i >= 0 {
			wrong = "Entry " + strconv.Itoa(i+1) + " of the list: " + wrong
		}
		c.add(CodeValue, wrong, at("value")...)
	}
}

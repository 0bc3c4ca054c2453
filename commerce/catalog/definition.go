package catalog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
	"github.com/rialtohq/rialto/platform/revision"
)

// Who may see and write what is defined.
const (
	AdminReadWrite   = "MERCHANT_READ_WRITE"
	AdminRead        = "MERCHANT_READ" // apps write it, people do not
	StorefrontPublic = "PUBLIC_READ"
	StorefrontNone   = "NONE"
)

// Limits of definitions.
const (
	MaxDefinitions = 256  // for one type of owner
	MaxPinned      = 20   // of them
	maxGoneValues  = 1000 // that are deleted with their definition
)

// Definition says what metafields of one name are, and who may see and write them.
type Definition struct {
	ID             gid.ID
	OwnerType      string // as MetafieldOwnerType has it
	Namespace      string
	Key            string
	Name           string
	Text           string // the description
	Kind           string // the type
	Validations    []*Validation
	Admin          string
	Storefront     string
	PinnedPosition *int
	UpdatedAt      time.Time
	change         map[string]any // what the record of who did what keeps
}

// Description is what the value is for; nil where nothing is said.
func (d *Definition) Description() *string { return optional(d.Text) }

// Revision changes with every change of the definition.
func (d *Definition) Revision() string { return revision.Of(d.UpdatedAt) }

// DefinitionName names a definition.
type DefinitionName struct{ OwnerType, Namespace, Key string }

// DefinitionInput is a new definition, or changes to the one of its name: what is nil stays as it is.
type DefinitionInput struct {
	DefinitionName
	IfRevision  *string
	Name        *string
	Description *string
	Type        string // of a new one
	Validations *[]Validation
	Admin       *string
	Storefront  *string
	Pin         *bool
}

// writersOf are the scopes that write things of a type of owner.
func writersOf(ownerType string) string {
	for _, o := range owners {
		if o.kind == ownerType {
			return o.scope
		}
	}
	return ""
}

// DefineMetafield makes a definition. Values that are there must fit it. Paths of problems begin with "definition".
func (s *Service) DefineMetafield(ctx context.Context, in DefinitionInput) (*Definition, fault.Problems, error) {
	return run(ctx, s, "metafield_definition.created", gid.ID{}, func(tx database.Tx) (*Definition, fault.Problems, error) {
		c := &checker{prefix: []string{"definition"}}
		if in.Namespace == "" {
			in.Namespace = "custom"
		}
		c.metafieldName(in.Namespace, 2, maxName, []string{"namespace"})
		c.metafieldName(in.Key, 2, 64, []string{"key"})
		all, old, err := s.definitionsToChange(ctx, tx, in.DefinitionName)
		if err != nil {
			return nil, nil, err
		}
		if old != nil {
			c.add(CodeTaken, "There is a definition of this name.", "key")
		}
		if len(all) >= MaxDefinitions {
			c.add(CodeTooMany, fmt.Sprintf("There are at most %d definitions for one type of owner.", MaxDefinitions))
		}
		if in.Name == nil {
			c.add(CodeBlank, "This is needed.", "name")
		}
		if known, _ := fitsType(in.Type, ""); !known {
			c.add(CodeInvalid, "There is no type "+quote(in.Type)+".", "type")
		}
		d := &Definition{
			ID: gid.New("MetafieldDefinition", newID()), OwnerType: in.OwnerType, Namespace: in.Namespace, Key: in.Key, Kind: in.Type,
			Admin: AdminReadWrite, Storefront: StorefrontNone, Validations: []*Validation{}, UpdatedAt: s.clock.Now(),
		}
		return s.define(ctx, tx, c, nil, d, in, all)
	})
}

// RedefineMetafield changes a definition; its name and type stay. Problems are as with [Service.DefineMetafield].
func (s *Service) RedefineMetafield(ctx context.Context, in DefinitionInput) (*Definition, fault.Problems, error) {
	return run(ctx, s, "metafield_definition.updated", gid.ID{}, func(tx database.Tx) (*Definition, fault.Problems, error) {
		c := &checker{prefix: []string{"definition"}}
		all, old, err := s.definitionsToChange(ctx, tx, in.DefinitionName)
		if err != nil {
			return nil, nil, err
		}
		if old == nil {
			c.add(CodeNotFound, "There is no such definition.", "key")
			return nil, c.problems, nil
		}
		if stale := revision.Problems(in.IfRevision, old.UpdatedAt, "definition", "ifRevision"); stale != nil {
			return nil, stale, nil
		}
		d := *old
		d.UpdatedAt = revision.Next(s.clock.Now(), old.UpdatedAt)
		return s.define(ctx, tx, c, old, &d, in, all)
	})
}

// definitionsToChange makes all writes of metafields wait and reads the definitions of a type of owner, with the one named.
func (s *Service) definitionsToChange(ctx context.Context, tx database.Tx, n DefinitionName) (all []*Definition, old *Definition, err error) {
	if err := s.store.lockRules(ctx, tx, true); err != nil {
		return nil, nil, err
	}
	all, err = s.store.definitions(ctx, tx, []string{n.OwnerType})
	if i := slices.IndexFunc(all, func(d *Definition) bool { return d.name() == n }); i >= 0 {
		old = all[i]
	}
	return all, old, err
}

func (d *Definition) facts() map[string]any {
	return map[string]any{
		"name": d.Namespace + "." + d.Key, "ownerType": d.OwnerType, "title": d.Name, "type": d.Kind, "validations": d.Validations, "admin": d.Admin, "storefront": d.Storefront,
	}
}

func (d *Definition) name() DefinitionName { return DefinitionName{d.OwnerType, d.Namespace, d.Key} }

// define takes over what is given, holds it against the values that are there, and saves it.
func (s *Service) define(ctx context.Context, tx database.Tx, c *checker, old, d *Definition, in DefinitionInput, all []*Definition) (*Definition, fault.Problems, error) {
	if a := access.From(ctx); a.Kind != access.System && !a.Can(writersOf(d.OwnerType)) {
		c.add(CodeInvalid, "You may not define metafields of this type of owner.", "ownerType")
	}
	v := c.define(d, in, all)
	if !c.ok() {
		return nil, c.problems, nil
	}
	if old == nil || in.Validations != nil {
		if err := s.checkValues(ctx, tx, c, d, v); err != nil || !c.ok() {
			return nil, c.problems, err
		}
	}
	d.change = map[string]any{"after": d.facts()}
	if old != nil {
		d.change["before"] = old.facts()
	}
	return d, nil, s.store.saveDefinition(ctx, tx, d)
}

// define checks and takes over what is given.
func (c *checker) define(d *Definition, in DefinitionInput, all []*Definition) *validator {
	if in.Name != nil {
		d.Name = c.required(*in.Name, maxName, "name")
	}
	if in.Description != nil {
		d.Text = c.text(*in.Description, maxName, "description")
	}
	if in.Validations != nil {
		d.Validations = make([]*Validation, len(*in.Validations))
		for i, r := range *in.Validations {
			d.Validations[i] = &r
		}
	}
	if in.Admin != nil {
		d.Admin = *in.Admin
	}
	if in.Storefront != nil {
		d.Storefront = *in.Storefront
	}
	c.pin(d, in.Pin, all)
	v, i, wrong := d.validator()
	if wrong != "" {
		field := "value"
		if !slices.Contains(rulesOf(d.Kind), d.Validations[i].Name) {
			field = "name"
		}
		c.add(CodeInvalid, wrong, "validations", strconv.Itoa(i), field)
	}
	return v
}

func (d *Definition) validator() (*validator, int, string) {
	rules := make([]Validation, len(d.Validations))
	for i, r := range d.Validations {
		rules[i] = *r
	}
	return compile(d.Kind, rules)
}

// pin puts a definition behind those that are pinned, or takes it off them.
func (c *checker) pin(d *Definition, pin *bool, all []*Definition) {
	switch {
	case pin == nil || *pin == (d.PinnedPosition != nil):
		return
	case !*pin:
		d.PinnedPosition = nil
		return
	}
	last, pinned := 0, 0
	for _, o := range all {
		if o.PinnedPosition != nil {
			last, pinned = max(last, *o.PinnedPosition), pinned+1
		}
	}
	if pinned >= MaxPinned {
		c.add(CodeTooMany, fmt.Sprintf("At most %d definitions are pinned for one type of owner.", MaxPinned), "pin")
	}
	last++
	d.PinnedPosition = &last
}

// checkValues refuses a definition that values which are there do not fit, and says how many.
func (s *Service) checkValues(ctx context.Context, tx database.Tx, c *checker, d *Definition, v *validator) error {
	all, bad, first := 0, 0, ""
	err := s.store.eachValue(ctx, tx, d.name(), func(f value) {
		var wrong string
		switch _, fits := fitsType(d.Kind, f.value); {
		case f.kind != d.Kind:
			wrong = "It has the type " + f.kind + "."
		case !fits:
			wrong = "It does not fit the type."
		default:
			wrong, _ = v.judge(f.value)
		}
		if all++; wrong != "" {
			if bad++; first == "" {
				first = ownerID(d.OwnerType, f.owner) + ": " + wrong
			}
		}
	})
	if bad > 0 {
		c.add(CodeConflict, fmt.Sprintf("Of %d values that are there, %d do not fit. The first is that of %s", all, bad, first), "validations")
	}
	return err
}

// ownerID is the global id of an owner as text.
func ownerID(ownerType string, id uuid.UUID) string {
	for name, o := range owners {
		if o.kind == ownerType {
			return gid.New(name, id).String()
		}
	}
	return id.String()
}

// UndefineMetafield deletes a definition, and its values too where that is wanted. Values that storefronts may not see
// are not left without what hides them. Paths of problems are "id".
func (s *Service) UndefineMetafield(ctx context.Context, n DefinitionName, values bool) (*Definition, fault.Problems, error) {
	return run(ctx, s, "metafield_definition.deleted", gid.ID{}, func(tx database.Tx) (*Definition, fault.Problems, error) {
		c := &checker{}
		_, old, err := s.definitionsToChange(ctx, tx, n)
		if err != nil {
			return nil, nil, err
		}
		if old == nil {
			c.add(CodeNotFound, "There is no such definition.", "id")
			return nil, c.problems, nil
		}
		if a := access.From(ctx); a.Kind != access.System && !a.Can(writersOf(old.OwnerType)) {
			c.add(CodeInvalid, "You may not define metafields of this type of owner.", "id")
			return nil, c.problems, nil
		}
		there, err := s.store.valuesOf(ctx, tx, n, maxGoneValues+1)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case values && len(there) > maxGoneValues:
			c.add(CodeTooMany, fmt.Sprintf("More than %d values would be deleted. Delete some of them first.", maxGoneValues), "deleteAllAssociatedMetafields")
		case !values && len(there) > 0 && old.Storefront == StorefrontNone:
			c.add(CodeConflict, "Storefronts may not see its values, and could without it. Open it to storefronts first, or delete its values along.", "deleteAllAssociatedMetafields")
		}
		if !c.ok() {
			return nil, c.problems, nil
		}
		if values {
			if err := s.dropValues(ctx, tx, old, there); err != nil {
				return nil, nil, err
			}
		}
		old.change = map[string]any{"before": old.facts()}
		return old, nil, s.store.dropDefinition(ctx, tx, old.ID.UUID)
	})
}

func (s *Service) dropValues(ctx context.Context, tx database.Tx, d *Definition, there []value) error {
	ids := make([]uuid.UUID, len(there))
	for i, f := range there {
		ids[i] = f.id
	}
	if err := drop(ctx, tx, "metafield", "id", ids); err != nil {
		return err
	}
	for _, f := range there {
		if err := s.emitOwner(ctx, tx, d.OwnerType, f.owner); err != nil {
			return err
		}
	}
	return nil
}

// Definitions gives definitions by their ids.
func (s *Service) Definitions(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Definition, error) {
	list, err := s.store.definitionsByID(ctx, s.db, ids)
	return byID(list, err, func(d *Definition) uuid.UUID { return d.ID.UUID })
}

// DefinitionByName gives a definition by its name; nil where there is none.
func (s *Service) DefinitionByName(ctx context.Context, n DefinitionName) (*Definition, error) {
	all, err := s.store.definitions(ctx, s.db, []string{n.OwnerType})
	for _, d := range all {
		if d.name() == n {
			return d, err
		}
	}
	return nil, err
}

// DefinitionFilter chooses definitions of a type of owner.
type DefinitionFilter struct {
	OwnerType      string
	Namespace, Key *string
	Pinned         *bool
}

// DefinitionPage gives a page of the definitions of a type of owner: those that are pinned first, in their order, then the
// others by name. There are few: all are read.
func (s *Service) DefinitionPage(ctx context.Context, args keyset.Args, f DefinitionFilter) (keyset.Page[*Definition], error) {
	for _, name := range []*string{f.Namespace, f.Key} {
		if name != nil && len(*name) > maxName {
			return keyset.Page[*Definition]{}, fault.New(fault.Invalid, "A namespace or key has at most %d characters.", maxName)
		}
	}
	all, err := s.store.definitions(ctx, s.db, []string{f.OwnerType})
	if err != nil {
		return keyset.Page[*Definition]{}, err
	}
	all = slices.DeleteFunc(all, func(d *Definition) bool {
		return f.Namespace != nil && *f.Namespace != d.Namespace || f.Key != nil && *f.Key != d.Key || f.Pinned != nil && *f.Pinned != (d.PinnedPosition != nil)
	})
	slices.SortStableFunc(all, func(a, b *Definition) int {
		switch {
		case a.PinnedPosition != nil && b.PinnedPosition != nil:
			return *a.PinnedPosition - *b.PinnedPosition
		case a.PinnedPosition != nil:
			return -1
		case b.PinnedPosition != nil:
			return 1
		}
		return strings.Compare(a.Namespace+"."+a.Key, b.Namespace+"."+b.Key)
	})
	return keyset.Slice(args, all, func(d *Definition) uuid.UUID { return d.ID.UUID })
}

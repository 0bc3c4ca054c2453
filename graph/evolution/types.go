package evolution

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// definition compares a type; either may be nil.
func (d *differ) definition(before, after *ast.Definition) {
	switch {
	case before == nil:
		d.add(Change{Kind: TypeAdded, Coordinate: after.Name, Message: fmt.Sprintf("`%s` is new.", after.Name)})
		return
	case after == nil:
		d.add(Change{
			Level: Breaking, Kind: TypeRemoved, Coordinate: before.Name, Touched: each(before.Name),
			Message: fmt.Sprintf("`%s` is gone. Keep it, and deprecate what leads to it.", before.Name),
		})
		return
	case before.Kind != after.Kind:
		d.add(Change{
			Level: Breaking, Kind: TypeKindChanged, Coordinate: before.Name, Touched: each(append(d.uses(before.Name), before.Name)...), Shown: InTypes,
			Message: fmt.Sprintf("`%s` was %s and is %s. Give what is new a name of its own.", before.Name, before.Kind, after.Kind),
		})
		return
	}
	switch before.Kind {
	case ast.Object, ast.Interface:
		d.fields(before, after)
		d.interfaces(before, after)
	case ast.InputObject:
		d.inputs(before, after)
		d.oneOf(before, after)
	case ast.Enum:
		d.values(before, after)
	case ast.Union:
		d.union(before, after)
	case ast.Scalar:
		d.scalar(before, after)
	}
	d.metadata(before, after)
}

// uses are the coordinates of all fields, arguments and input fields of the old schema that have a type.
func (d *differ) uses(name string) []string {
	var out []string
	for _, def := range d.before.Types {
		for _, f := range def.Fields {
			if f.Type.Name() == name {
				out = append(out, def.Name+"."+f.Name)
			}
			for _, a := range f.Arguments {
				if a.Type.Name() == name {
					out = append(out, argument(def.Name+"."+f.Name, a.Name))
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// argument is the coordinate of an argument of a field or a directive.
func argument(of, name string) string { return of + "(" + name + ":)" }

func (d *differ) values(before, after *ast.Definition) {
	for _, v := range after.EnumValues {
		at := before.Name + "." + v.Name
		was := before.EnumValues.ForName(v.Name)
		switch {
		case was != nil:
			d.deprecation(at, was.Directives, v.Directives)
		case d.given[before.Name]:
			d.add(Change{
				Level: Dangerous, Kind: ValueAdded, Coordinate: at,
				Message: fmt.Sprintf("Answers may hold `%s`, which clients do not know yet. Acknowledge it when they pass over what they do not know.", at),
			})
		default:
			d.add(Change{Kind: ValueAdded, Coordinate: at, Message: fmt.Sprintf("`%s` is new, and no answer holds it.", at)})
		}
	}
	for _, v := range before.EnumValues {
		if after.EnumValues.ForName(v.Name) == nil {
			at := before.Name + "." + v.Name
			d.add(Change{
				Level: Breaking, Kind: ValueRemoved, Coordinate: at, Touched: each(at), Shown: InValues, Removed: reasonOf(v.Directives),
				Message: fmt.Sprintf("`%s` is gone. %s", at, keep),
			})
		}
	}
}

// keep is what to do about what is gone.
const keep = "Keep it, deprecate it with a replacement and a date, and remove it after that date."

func (d *differ) union(before, after *ast.Definition) {
	for _, name := range after.Types {
		if !slices.Contains(before.Types, name) {
			d.add(Change{
				Level: Dangerous, Kind: MemberAdded, Coordinate: after.Name, Of: name,
				Message: fmt.Sprintf("Answers may hold a `%s` where `%s` is asked for. Acknowledge it when clients pass over kinds that they do not know.", name, after.Name),
			})
		}
	}
	for _, name := range before.Types {
		if !slices.Contains(after.Types, name) {
			d.add(Change{
				Level: Breaking, Kind: MemberRemoved, Coordinate: before.Name, Of: name, Touched: d.conditions(before),
				Message: fmt.Sprintf("A `%s` is never a `%s` again: fragments on it are refused there. Keep the member, even where it is given no more.", before.Name, name),
			})
		}
	}
}

func (d *differ) interfaces(before, after *ast.Definition) {
	for _, name := range after.Interfaces {
		if !slices.Contains(before.Interfaces, name) {
			d.add(Change{
				Level: Dangerous, Kind: InterfaceAdded, Coordinate: after.Name, Of: name,
				Message: fmt.Sprintf("Answers may hold a `%s` where `%s` is asked for. Acknowledge it when clients pass over kinds that they do not know.", after.Name, name),
			})
		}
	}
	for _, name := range before.Interfaces {
		if !slices.Contains(after.Interfaces, name) {
			d.add(Change{
				Level: Breaking, Kind: InterfaceRemoved, Coordinate: before.Name, Of: name, Touched: d.conditions(before),
				Message: fmt.Sprintf("`%s` is no `%s` any more: fragments on one are refused in the other. Keep the interface.", before.Name, name),
			})
		}
	}
}

// conditions are the pairs of types that had objects in common, and have none any more: a fragment on one of them is refused
// in the other.
func (d *differ) conditions(before *ast.Definition) [][]string {
	concerned := append([]*ast.Definition{before}, d.before.GetPossibleTypes(before)...)
	concerned = append(concerned, d.before.GetImplements(before)...)
	var out [][]string
	for _, def := range concerned {
		for name, other := range d.before.Types {
			if other.IsCompositeType() && overlap(d.before, def, other) && !overlap(d.after, d.after.Types[def.Name], d.after.Types[name]) {
				pair := []string{def.Name, name}
				slices.Sort(pair)
				out = append(out, pair)
			}
		}
	}
	slices.SortFunc(out, slices.Compare[[]string])
	return slices.CompactFunc(out, slices.Equal[[]string])
}

// overlap reports whether an object can be of both types.
func overlap(s *ast.Schema, a, b *ast.Definition) bool {
	if a == nil || b == nil {
		return false
	}
	possible := s.GetPossibleTypes(b)
	return slices.ContainsFunc(s.GetPossibleTypes(a), func(def *ast.Definition) bool {
		return slices.ContainsFunc(possible, func(other *ast.Definition) bool { return other.Name == def.Name })
	})
}

func (d *differ) scalar(before, after *ast.Definition) {
	was, is := text(before.Directives.ForName("specifiedBy"), "url"), text(after.Directives.ForName("specifiedBy"), "url")
	if was == is {
		return
	}
	c := Change{Kind: ScalarSpecified, Coordinate: after.Name, Message: fmt.Sprintf("How `%s` is written is specified by %q.", after.Name, is)}
	if was != "" {
		c.Level = Dangerous
		c.Message = fmt.Sprintf("How `%s` is written is specified by %q, and was by %q. Acknowledge it when values look as before.", after.Name, is, was)
	}
	d.add(c)
}

// text is the text of a directive's argument; empty where either is missing.
func text(dir *ast.Directive, argument string) string {
	if dir == nil {
		return ""
	}
	if a := dir.Arguments.ForName(argument); a != nil {
		return a.Value.Raw
	}
	return ""
}

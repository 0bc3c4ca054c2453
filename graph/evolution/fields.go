package evolution

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

func (d *differ) fields(before, after *ast.Definition) {
	for _, f := range after.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		at := after.Name + "." + f.Name
		was := before.Fields.ForName(f.Name)
		if was == nil {
			d.add(Change{Kind: FieldAdded, Coordinate: at, Message: fmt.Sprintf("`%s` is new.", at)})
			continue
		}
		d.fieldType(at, was.Type, f.Type)
		d.arguments(at, was.Arguments, f.Arguments, InText)
		d.deprecation(at, was.Directives, f.Directives)
	}
	for _, f := range before.Fields {
		if after.Fields.ForName(f.Name) == nil && !strings.HasPrefix(f.Name, "__") {
			at := before.Name + "." + f.Name
			d.add(Change{
				Level: Breaking, Kind: FieldRemoved, Coordinate: at, Touched: each(at), Removed: reasonOf(f.Directives),
				Message: fmt.Sprintf("`%s` is gone. %s", at, keep),
			})
		}
	}
}

func (d *differ) fieldType(at string, before, after *ast.Type) {
	if before.String() == after.String() {
		return
	}
	c := Change{Kind: FieldTypeChanged, Coordinate: at, Message: fmt.Sprintf("`%s` was %s and is %s.", at, before, after)}
	if !narrower(before, after) {
		c.Level, c.Touched, c.Shown = Breaking, each(at), InTypes
		c.Message += " Keep it, and give what is new a name of its own."
	}
	d.add(c)
}

// narrower reports whether whoever reads values of one type can read those of the other.
func narrower(before, after *ast.Type) bool {
	switch {
	case before.NonNull && !after.NonNull, (before.Elem == nil) != (after.Elem == nil):
		return false
	case before.Elem != nil:
		return narrower(before.Elem, after.Elem)
	}
	return before.NamedType == after.NamedType
}

// wider reports whether what was sent for one type may be sent for the other.
func wider(before, after *ast.Type) bool {
	switch {
	case after.NonNull && !before.NonNull, (before.Elem == nil) != (after.Elem == nil):
		return false
	case before.Elem != nil:
		return wider(before.Elem, after.Elem)
	}
	return before.NamedType == after.NamedType
}

// input is an argument or an input field.
type input struct {
	at string
	// around are coordinates whose use means that the input could have been sent: of the field or directive that has the argument,
	// or of whatever takes the input object.
	around             []string
	typ                *ast.Type
	value              *ast.Value
	directives         ast.DirectiveList
	shown              Shown
	added, gone        Kind
	retyped, defaulted Kind
}

// required reports whether it has to be sent.
func (i input) required() bool { return i.typ.NonNull && i.value == nil }

func (d *differ) arguments(of string, before, after ast.ArgumentDefinitionList, shown Shown) {
	as := func(a *ast.ArgumentDefinition) input {
		return input{
			at: argument(of, a.Name), around: []string{of}, typ: a.Type, value: a.DefaultValue, directives: a.Directives, shown: shown,
			added: ArgumentAdded, gone: ArgumentRemoved, retyped: ArgumentTypeChanged, defaulted: ArgumentDefaultChanged,
		}
	}
	for _, a := range after {
		if was := before.ForName(a.Name); was != nil {
			d.changed(as(was), as(a))
			d.argumentCost(argument(of, a.Name), was.Directives, a.Directives)
			continue
		}
		d.came(as(a))
	}
	for _, a := range before {
		if after.ForName(a.Name) == nil {
			d.went(as(a))
		}
	}
}

func (d *differ) inputs(before, after *ast.Definition) {
	around := d.uses(before.Name)
	as := func(f *ast.FieldDefinition) input {
		return input{
			at: before.Name + "." + f.Name, around: around, typ: f.Type, value: f.DefaultValue, directives: f.Directives, shown: InValues,
			added: InputFieldAdded, gone: InputFieldRemoved, retyped: InputFieldTypeChanged, defaulted: InputFieldDefaultChanged,
		}
	}
	for _, f := range after.Fields {
		if was := before.Fields.ForName(f.Name); was != nil {
			d.changed(as(was), as(f))
			d.argumentCost(before.Name+"."+f.Name, was.Directives, f.Directives)
			continue
		}
		d.came(as(f))
	}
	for _, f := range before.Fields {
		if after.Fields.ForName(f.Name) == nil {
			d.went(as(f))
		}
	}
}

func (d *differ) came(i input) {
	c := Change{Kind: i.added, Coordinate: i.at, Message: fmt.Sprintf("`%s` is new.", i.at)}
	if i.required() {
		c.Level, c.Touched, c.Shown = Breaking, each(i.around...), i.shown
		c.Message = fmt.Sprintf("`%s` is new and must be sent. Make it optional, or give it a default.", i.at)
	}
	d.add(c)
}

func (d *differ) went(i input) {
	d.add(Change{
		Level: Breaking, Kind: i.gone, Coordinate: i.at, Touched: each(i.at), Shown: i.shown, Removed: reasonOf(i.directives),
		Message: fmt.Sprintf("`%s` is gone. %s", i.at, keep),
	})
}

func (d *differ) changed(before, after input) {
	d.deprecation(after.at, before.directives, after.directives)
	must := after.required() && !before.required()
	if before.typ.String() != after.typ.String() {
		c := Change{Kind: after.retyped, Coordinate: after.at, Message: fmt.Sprintf("`%s` was %s and is %s.", after.at, before.typ, after.typ)}
		if !wider(before.typ, after.typ) {
			c.Level, c.Touched, c.Shown = Breaking, each(after.at), after.shown
			if before.typ.Name() != after.typ.Name() {
				c.Shown = InTypes
			}
			if (taking{d.before, d.after, map[string]bool{}}).typ(before.typ, after.typ) {
				// What is sent is taken as before, so that only operations break that name the type for a variable.
				c.Touched, c.Shown = [][]string{{after.at, before.typ.Name()}}, InText
			}
			if must {
				c.Touched = append(c.Touched, each(after.around...)...)
			}
			c.Message += " Take what was taken before, or give what is new a name of its own."
		}
		d.add(c)
		must = must && c.Level != Breaking
	}
	was, is := before.value, after.value
	if was.String() == is.String() || after.required() && !before.required() && !must {
		return // it is the same, or does not matter any more, because the type says that it has to be sent
	}
	c := Change{Kind: after.defaulted, Coordinate: after.at}
	switch {
	case must:
		c.Level, c.Touched, c.Shown = Breaking, each(append([]string{after.at}, after.around...)...), after.shown
		c.Message = fmt.Sprintf("`%s` has no default any more and must be sent. Keep the default %s.", after.at, was)
	case before.required():
		c.Message = fmt.Sprintf("`%s` need not be sent any more.", after.at)
	default:
		c.Level = Dangerous
		c.Message = fmt.Sprintf("Where `%s` is not sent, %s is taken instead of %s. Acknowledge it when answers stay as they were.", after.at, valueOf(is), valueOf(was))
	}
	d.add(c)
}

// valueOf writes a default for a person.
func valueOf(v *ast.Value) string {
	if v == nil {
		return "no value"
	}
	return v.String()
}

func (d *differ) oneOf(before, after *ast.Definition) {
	was, is := before.Directives.ForName("oneOf") != nil, after.Directives.ForName("oneOf") != nil
	switch {
	case is && !was:
		d.add(Change{
			Level: Breaking, Kind: OneOfAdded, Coordinate: after.Name, Touched: each(d.uses(after.Name)...), Shown: InValues,
			Message: fmt.Sprintf("Exactly one field of `%s` may be sent. Make a new input of that kind instead.", after.Name),
		})
	case was && !is:
		d.add(Change{Kind: OneOfRemoved, Coordinate: after.Name, Message: fmt.Sprintf("Several fields of `%s` may be sent together.", after.Name)})
	}
}

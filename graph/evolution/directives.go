package evolution

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// directive compares a directive's definition; either may be nil. Only a directive that may stand in operations matters to
// clients: of the others a schema may make what it likes.
func (d *differ) directive(before, after *ast.DirectiveDefinition) {
	if before == nil {
		d.add(Change{Kind: DirectiveAdded, Coordinate: "@" + after.Name, Message: fmt.Sprintf("`@%s` is new.", after.Name)})
		return
	}
	at := "@" + before.Name
	level := Safe
	if slices.ContainsFunc(before.Locations, inOperations) {
		level = Breaking
	}
	var touched [][]string
	if level == Breaking {
		touched = each(at)
	}
	if after == nil {
		d.add(Change{Level: level, Kind: DirectiveRemoved, Coordinate: at, Touched: touched, Message: fmt.Sprintf("`%s` is gone. %s", at, keep)})
		return
	}
	for _, place := range after.Locations {
		if !slices.Contains(before.Locations, place) {
			d.add(Change{Kind: DirectivePlaceAdded, Coordinate: at, Of: string(place), Message: fmt.Sprintf("`%s` may stand on %s.", at, place)})
		}
	}
	for _, place := range before.Locations {
		if slices.Contains(after.Locations, place) {
			continue
		}
		c := Change{Kind: DirectivePlaceRemoved, Coordinate: at, Of: string(place), Message: fmt.Sprintf("`%s` may not stand on %s any more.", at, place)}
		if inOperations(place) {
			c.Level, c.Touched = Breaking, each(at)
			c.Message += " Keep the location."
		}
		d.add(c)
	}
	switch {
	case after.IsRepeatable && !before.IsRepeatable:
		d.add(Change{Kind: DirectiveRepeatable, Coordinate: at, Message: fmt.Sprintf("`%s` may stand several times on one element.", at)})
	case before.IsRepeatable && !after.IsRepeatable:
		d.add(Change{
			Level: level, Kind: DirectiveNoLongerRepeat, Coordinate: at, Touched: touched,
			Message: fmt.Sprintf("`%s` may stand only once on one element. Keep it repeatable.", at),
		})
	}
	d.directiveArguments(at, before, after, level)
}

// directiveArguments compares them as those of fields, and lowers what is found to what the directive matters.
func (d *differ) directiveArguments(at string, before, after *ast.DirectiveDefinition, level Level) {
	inner := &differ{before: d.before, after: d.after}
	inner.arguments(at, before.Arguments, after.Arguments, InText)
	for _, c := range inner.changes {
		if c.Level = min(c.Level, level); c.Level != Breaking {
			c.Touched = nil
		}
		d.add(c)
	}
}

// inOperations reports whether a location is one of operations, and not of schemas.
func inOperations(place ast.DirectiveLocation) bool {
	switch place {
	case ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField,
		ast.LocationFragmentDefinition, ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition:
		return true
	}
	return false
}

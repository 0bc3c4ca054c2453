package evolution

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// parts are what a coordinate of a type, a member or an argument is made of; those that it has not are empty.
func parts(coordinate string) (of, member, argument string) {
	of, rest, _ := strings.Cut(coordinate, ".")
	member, argument, _ = strings.Cut(rest, "(")
	return of, member, strings.TrimSuffix(argument, ":)")
}

// within reports whether a set holds a coordinate, or an element that it is part of.
func within(set map[string]bool, coordinate string) bool {
	of, member, _ := parts(coordinate)
	return set[coordinate] || set[of] || set[of+"."+member]
}

// exists reports whether a schema has what a coordinate names.
func exists(s *ast.Schema, coordinate string) bool {
	of, member, argument := parts(coordinate)
	def := s.Types[of]
	if def == nil || member == "" {
		return def != nil
	}
	f := def.Fields.ForName(member)
	if f == nil {
		return argument == "" && def.EnumValues.ForName(member) != nil
	}
	return argument == "" || f.Arguments.ForName(argument) != nil
}

package evolution

import "github.com/vektah/gqlparser/v2/ast"

// reasonOf is the reason of @deprecated among directives; empty where what they stand on is not deprecated.
func reasonOf(directives ast.DirectiveList) string {
	d := directives.ForName("deprecated")
	if d == nil {
		return ""
	}
	if reason := text(d, "reason"); reason != "" {
		return reason
	}
	return "No longer supported"
}

func (d *differ) deprecation(at string, before, after ast.DirectiveList) {
	was, is := reasonOf(before), reasonOf(after)
	switch {
	case was == is:
	case was == "":
		d.add(Change{Kind: DeprecationAdded, Coordinate: at, Message: "`" + at + "` is deprecated: " + is})
	case is == "":
		d.add(Change{Kind: DeprecationRemoved, Coordinate: at, Message: "`" + at + "` is not deprecated any more."})
	default:
		d.add(Change{Kind: DeprecationChanged, Coordinate: at, Message: "`" + at + "` is deprecated with other words: " + is})
	}
}

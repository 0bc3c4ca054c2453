package coordinate

import "slices"

// Added are the coordinates that the variables of a request touch beside those that are known: where the variables are given
// to, and the input fields and enum values in them. Each is there once. The values are the coerced ones, in which a variable
// that was left out is missing. The result must not be changed.
func (o *Operation) Added(variables map[string]any) []string {
	if len(o.variables) == 0 || o.full != nil && o.sent(variables) {
		return o.full
	}
	a := added{operation: o}
	for _, v := range o.variables {
		value, sent := variables[v.name]
		if !sent {
			continue
		}
		for _, at := range v.given {
			a.add(at)
		}
		if v.of != "" {
			a.value(value, v.of)
		}
	}
	return a.list
}

// sent reports whether every variable was sent.
func (o *Operation) sent(variables map[string]any) bool {
	for _, v := range o.variables {
		if _, sent := variables[v.name]; !sent {
			return false
		}
	}
	return true
}

// few is how many coordinates are searched one by one.
const few = 16

// added gathers coordinates, each once.
type added struct {
	operation *Operation
	list      []string
	seen      map[string]bool
}

func (a *added) add(at string) {
	if a.operation.known[at] || a.seen[at] || a.seen == nil && slices.Contains(a.list, at) {
		return
	}
	a.list = append(a.list, at)
	if a.seen != nil {
		a.seen[at] = true
	} else if len(a.list) > few {
		a.seen = make(map[string]bool, 2*few)
		for _, at := range a.list {
			a.seen[at] = true
		}
	}
}

// value gathers what is in the value of a type.
func (a *added) value(value any, of string) {
	switch value := value.(type) {
	case []any:
		for _, v := range value {
			a.value(v, of)
		}
	case map[string]any:
		fields := a.operation.schema.inputs[of]
		for name, v := range value {
			if field, ok := fields[name]; ok {
				a.add(field.at)
				a.value(v, field.of)
			}
		}
	case string:
		if at, ok := a.operation.schema.enums[of][value]; ok {
			a.add(at)
		}
	}
}

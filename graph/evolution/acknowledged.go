package evolution

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Acknowledged are dangerous changes that somebody has looked at: why they may be made, by [Change.Name].
type Acknowledged map[string]string

// ReadAcknowledged reads a file with a line for each change: its kind, its coordinate and why it may be made. What follows a # at
// the start of a line is for people.
func ReadAcknowledged(text string) (Acknowledged, error) {
	out := Acknowledged{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Fields(line)
		if len(words) < 5 {
			return nil, fmt.Errorf("line %d: a kind, a coordinate and a reason of a few words are meant", n)
		}
		name := words[0] + " " + words[1]
		if out[name] != "" {
			return nil, fmt.Errorf("line %d: %s is there twice", n, name)
		}
		out[name] = strings.Join(words[2:], " ")
	}
	return out, nil
}

// stale lists lines that acknowledge none of the changes: left there, they would let pass what nobody has looked at.
func (a Acknowledged) stale(changes []Change) []string {
	left := maps.Clone(a)
	for i := range changes {
		if changes[i].Level == Dangerous {
			delete(left, changes[i].Name())
		}
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(left)) {
		out = append(out, fmt.Sprintf("%s is acknowledged, but there is no such change: remove the line", name))
	}
	return out
}

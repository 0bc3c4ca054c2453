package explorer

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed examples/*.graphql
var exampleFiles embed.FS

// Example is an operation that is ready to run, read from a file in examples/. The file is plain GraphQL; what else is
// to be known stands in the comments at its top: the first is the title, "group:", "variables:", "headers:" and "keep:"
// open the lines of that name, all others describe.
type Example struct {
	Name        string          `json:"name"` // of the file, without its ending
	Title       string          `json:"title"`
	Group       string          `json:"group"`
	Description string          `json:"description"`
	Query       string          `json:"query"`
	Variables   json.RawMessage `json:"variables,omitempty"` // an object; texts such as {{cartId}} stand for what was kept
	Headers     json.RawMessage `json:"headers,omitempty"`   // an object of texts, likewise
	Keep        []Keep          `json:"keep,omitempty"`
}

// Keep says which part of an answer later examples need: Path leads from "data" to it, by names and places in lists.
type Keep struct {
	Name string `json:"name"`
	Path string `json:"path"`
}

// Examples reads all examples in the order in which they are to be shown. It fails when a file is not as described at
// [Example].
func Examples() ([]Example, error) {
	names, err := fs.Glob(exampleFiles, "examples/*.graphql")
	if err != nil {
		return nil, fmt.Errorf("explorer: %w", err)
	}
	slices.Sort(names)
	all := make([]Example, 0, len(names))
	for _, name := range names {
		text, err := exampleFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("explorer: %w", err)
		}
		e, err := parseExample(string(text))
		if err != nil {
			return nil, fmt.Errorf("explorer: %s: %w", name, err)
		}
		e.Name = strings.TrimSuffix(strings.TrimPrefix(name, "examples/"), ".graphql")
		all = append(all, e)
	}
	return all, nil
}

// StaffSignIn is the operation with which staff sign in at the explorer, as it is sent, without space around it. Until then nobody
// knows that it is staff. Panics where there is no such example, which the tests rule out.
func StaffSignIn() string {
	text, err := exampleFiles.ReadFile("examples/31-staff-sign-in.graphql")
	if err != nil {
		panic(err)
	}
	e, err := parseExample(string(text))
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(e.Query)
}

func parseExample(text string) (Example, error) {
	var e Example
	var described []string
	for {
		line, rest, _ := strings.Cut(text, "\n")
		comment, ok := strings.CutPrefix(line, "#")
		if !ok {
			break
		}
		text, comment = rest, strings.TrimSpace(comment)
		if e.Title == "" {
			e.Title = comment
			continue
		}
		known, err := e.setting(comment)
		if err != nil {
			return e, err
		}
		if !known {
			described = append(described, comment)
		}
	}
	e.Query, e.Description = strings.TrimSpace(text)+"\n", strings.Join(described, " ")
	if e.Title == "" || e.Group == "" || e.Description == "" {
		return e, fmt.Errorf("title, group and description must be there")
	}
	return e, nil
}

// setting reads a comment that sets something, and reports whether it was one.
func (e *Example) setting(comment string) (bool, error) {
	name, value, _ := strings.Cut(comment, ":")
	value = strings.TrimSpace(value)
	switch name {
	case "group":
		e.Group = value
	case "variables", "headers":
		var object map[string]any
		if err := json.Unmarshal([]byte(value), &object); err != nil {
			return true, fmt.Errorf("%s: %w", name, err)
		}
		if name == "variables" {
			e.Variables = json.RawMessage(value)
		} else {
			e.Headers = json.RawMessage(value)
		}
	case "keep":
		kept, path, ok := strings.Cut(value, " = ")
		if !ok {
			return true, fmt.Errorf("keep: %q is not name = path", value)
		}
		e.Keep = append(e.Keep, Keep{Name: kept, Path: path})
	default:
		return false, nil
	}
	return true, nil
}

package tests

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rialtohq/rialto/app/apptest"
)

// caseDir is where the case files are; its README says how they are written.
const caseDir = "../graph/testdata"

// caseFile is a query with who asks it, what it answers and how many statements that takes.
type caseFile struct {
	path string // of the file
	name string // below graph/testdata, without the ending
	// text is what a person wrote: everything before the first part that -update writes.
	text      string
	actor     string
	variables map[string]any
	lets      []let
	query     string
	writes    bool

	// What -update writes.
	statements map[apptest.Kind]int
	status     int
	errors     string // a line each; empty where there are none
	answer     string // in the layout of [layout]; empty where the answer holds no data
}

// let is a query that is run before the case's own, and what its answer lends to the variables.
type let struct {
	actor string // empty for the case's own
	// names are the variables, paths where their values stand in the answer.
	names []string
	paths [][]any
	query string
}

var caseKey = regexp.MustCompile(`^(as|variables|let|query|writes|sql|status|errors|answer)( \w+)?:`)

// readCases reads all case files, in the order of their names.
func readCases() ([]*caseFile, error) {
	var cases []*caseFile
	err := filepath.WalkDir(caseDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".case" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(caseDir, strings.TrimSuffix(path, ".case"))
		if err != nil {
			return err
		}
		c, err := parseCase(string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		c.path, c.name = path, filepath.ToSlash(name)
		cases = append(cases, c)
		return nil
	})
	return cases, err
}

// parseCase reads the parts of a case file. A part begins with its key at the start of a line, and reaches to the next.
func parseCase(text string) (*caseFile, error) {
	c := &caseFile{actor: "storefront", status: 200, statements: map[apptest.Kind]int{}}
	var key, arg string
	var part []string
	written := false // a part that -update writes has begun
	flush := func() error {
		if key == "" {
			return nil
		}
		return c.set(key, strings.TrimSpace(arg), strings.TrimSpace(strings.Join(part, "\n")))
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if m := caseKey.FindStringSubmatch(line); m != nil {
			if err := flush(); err != nil {
				return nil, err
			}
			key, arg, part = m[1], m[2], []string{line[len(m[0]):]}
			written = written || slices.Contains([]string{"sql", "status", "errors", "answer"}, key)
		} else {
			if key == "" && line != "" && !strings.HasPrefix(line, "#") {
				return nil, fmt.Errorf("a line before the first part: %q", line)
			}
			part = append(part, line)
		}
		if !written {
			c.text += line + "\n"
		}
	}
	if err := flush(); err != nil {
		return nil, err
	}
	if c.query == "" {
		return nil, fmt.Errorf("there is no query")
	}
	return c, nil
}

func (c *caseFile) set(key, arg, value string) (err error) {
	switch key {
	case "as":
		c.actor = value
	case "variables":
		err = json.Unmarshal([]byte(value), &c.variables)
	case "let":
		var l let
		if l, err = parseLet(value); err == nil {
			l.actor = arg
			c.lets = append(c.lets, l)
		}
	case "query":
		c.query = value
	case "writes":
		c.writes = true
	case "sql":
		err = c.setStatements(value)
	case "status":
		c.status, err = strconv.Atoi(value)
	case "errors":
		c.errors = value
	case "answer":
		c.answer, err = layout([]byte(value))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

// setStatements reads "3", or "embedded 4, services 3".
func (c *caseFile) setStatements(value string) error {
	if n, err := strconv.Atoi(value); err == nil {
		c.statements[apptest.Embedded], c.statements[apptest.Services] = n, n
		return nil
	}
	for _, part := range strings.Split(value, ",") {
		var kind apptest.Kind
		var n int
		if _, err := fmt.Sscanf(strings.TrimSpace(part), "%s %d", &kind, &n); err != nil {
			return err
		}
		c.statements[kind] = n
	}
	return nil
}

// parseLet reads "name = path.to.value, …", and the query on the lines below it.
func parseLet(value string) (l let, err error) {
	head, query, ok := strings.Cut(value, "\n")
	if l.query = strings.TrimSpace(query); !ok || l.query == "" {
		return l, fmt.Errorf("there is no query below %q", head)
	}
	for _, part := range strings.Split(head, ",") {
		name, path, ok := strings.Cut(part, "=")
		if !ok {
			return l, fmt.Errorf("%q is not: name = path", part)
		}
		var steps []any
		for _, s := range strings.Split(strings.TrimSpace(path), ".") {
			if n, err := strconv.Atoi(s); err == nil {
				steps = append(steps, n)
				continue
			}
			steps = append(steps, s)
		}
		l.names, l.paths = append(l.names, strings.TrimSpace(name)), append(l.paths, steps)
	}
	return l, nil
}

// write writes the file anew, with what was found.
func (c *caseFile) write() error {
	var b strings.Builder
	b.WriteString(c.text)
	if e, s := c.statements[apptest.Embedded], c.statements[apptest.Services]; e == s {
		fmt.Fprintf(&b, "sql: %d\n", e)
	} else {
		fmt.Fprintf(&b, "sql: embedded %d, services %d\n", e, s)
	}
	if c.status != 200 {
		fmt.Fprintf(&b, "status: %d\n", c.status)
	}
	if c.errors != "" {
		fmt.Fprintf(&b, "errors:\n%s\n", c.errors)
	}
	if c.answer != "" {
		fmt.Fprintf(&b, "answer:\n%s\n", c.answer)
	}
	return os.WriteFile(c.path, []byte(b.String()), 0o644) //nolint:gosec // a file of the source tree
}

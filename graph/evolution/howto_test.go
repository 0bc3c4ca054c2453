package evolution_test

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/graph/evolution"
	"github.com/rialtohq/rialto/graph/schema"
)

var updateFlag = flag.Bool("update", false, "write what the gate says into docs/howto/evolve-the-schema.md")

const howto = "../../docs/howto/evolve-the-schema.md"

// recipe is a section of the how-to that is followed: the files of the schema as it changes them, the schema that was released last,
// and what the app has in force.
type recipe struct {
	files      map[string]string
	released   *ast.Schema
	operations clients
	verdicts   []bool
	levels     []evolution.Level
}

var (
	block  = regexp.MustCompile("(?m)^```(diff|graphql|text|sh) ?(.*)\n((?s:.*?))^```$")
	retire = regexp.MustCompile(`ops retire --app (\w+) --release (\w+)`)
)

// TestHowTo follows docs/howto/evolve-the-schema.md on this schema: differences are applied to its files, operations registered and
// retired, and what is said to be answered on a day is what the gate answers on that day. What passes is released.
func TestHowTo(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(howto)
	if err != nil {
		t.Fatal(err)
	}
	sections := strings.Split(string(text), "\n## ")
	followed := 0
	for i, section := range sections {
		if !strings.Contains(section, "\n### Expand") {
			continue
		}
		followed++
		name, _, _ := strings.Cut(section, "\n")
		t.Run(name, func(t *testing.T) {
			expand, migrate, contract := strings.Index(section, "### Expand"), strings.Index(section, "### Migrate"), strings.Index(section, "### Contract")
			if migrate < expand || contract < migrate {
				t.Error("it is not expand, migrate, contract")
			}
			r := start(t)
			sections[i] = block.ReplaceAllStringFunc(section, func(b string) string { return r.step(t, b) })
			if n := len(r.verdicts); n < 2 || !r.verdicts[n-1] || !slices.Contains(r.verdicts, false) {
				t.Errorf("verdicts are %v: one should fail, and the last one pass", r.verdicts)
			}
			if r.levels[len(r.levels)-1] != evolution.Breaking {
				t.Error("nothing is contracted in the end")
			}
		})
	}
	if followed != 4 {
		t.Errorf("%d recipes were followed", followed)
	}
	if after := strings.Join(sections, "\n## "); after != string(text) && *updateFlag {
		if err := os.WriteFile(howto, []byte(after), 0o644); err != nil { //nolint:gosec // a file of the source tree
			t.Fatal(err)
		}
	}
}

func start(t *testing.T) *recipe {
	t.Helper()
	r := &recipe{files: map[string]string{}}
	for _, source := range schema.Sources() {
		r.files["graph/schema/"+source.Name] = source.Input
	}
	r.released = r.schema(t)
	return r
}

func (r *recipe) schema(t *testing.T) *ast.Schema {
	t.Helper()
	var sources []*ast.Source
	for name, text := range r.files {
		sources = append(sources, &ast.Source{Name: name, Input: text})
	}
	slices.SortFunc(sources, func(a, b *ast.Source) int { return strings.Compare(a.Name, b.Name) })
	s, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// step follows one block, and gives it back with what the gate says.
func (r *recipe) step(t *testing.T, b string) string {
	t.Helper()
	m := block.FindStringSubmatch(b)
	kind, info, body := m[1], m[2], m[3]
	switch kind {
	case "diff":
		r.apply(t, info, body)
	case "graphql":
		app, release, _ := strings.Cut(info, " ")
		for op := range strings.Lines(body) {
			r.operations.operations = append(r.operations.operations, evolution.Operation{App: app, Release: release, Name: strings.Fields(op)[1], Text: op})
		}
	case "sh":
		for _, m := range retire.FindAllStringSubmatch(body, -1) {
			r.operations.operations = slices.DeleteFunc(r.operations.operations, func(o evolution.Operation) bool { return o.App == m[1] && o.Release == m[2] })
		}
	case "text":
		said := r.check(t, info)
		if said != body && !*updateFlag {
			t.Errorf("on %s the gate says\n%s\nand not\n%s\nmend it with: go test ./graph/evolution -run TestHowTo -update", info, said, body)
		}
		return "```text " + info + "\n" + said + "```"
	}
	return b
}

func (r *recipe) apply(t *testing.T, file, diff string) {
	t.Helper()
	var before, after strings.Builder
	for line := range strings.Lines(diff) {
		if line[0] != '+' {
			before.WriteString(line[1:])
		}
		if line[0] != '-' {
			after.WriteString(line[1:])
		}
	}
	if n := strings.Count(r.files[file], before.String()); n != 1 {
		t.Fatalf("%s holds this %d times:\n%s", file, n, before.String())
	}
	r.files[file] = strings.Replace(r.files[file], before.String(), after.String(), 1)
}

func (r *recipe) check(t *testing.T, day string) string {
	t.Helper()
	now, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	after := r.schema(t)
	v, err := evolution.Gate{Before: r.released, After: after, Now: now, Operations: r.operations, Usage: r.operations}.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.verdicts = append(r.verdicts, v.OK())
	r.levels = append(r.levels, evolution.Worst(evolution.Diff(r.released, after)))
	if v.OK() {
		r.released = after
	}
	var said strings.Builder
	if err := v.Write(&said); err != nil {
		t.Fatal(err)
	}
	return said.String()
}

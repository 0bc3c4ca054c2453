package evolution_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/graph/evolution"
)

// row is a change of a schema with the verdict that is expected. Inspector is that of @graphql-inspector/core, where it is another
// one, and Why says why ours is: inspector/compare.mjs holds both against the real thing.
type row struct {
	Name, Before, After, Level string
	Changes                    []string
	Inspector, Why             string
}

func table(t *testing.T) (prelude string, rows []row) {
	t.Helper()
	text, err := os.ReadFile("testdata/changes.json")
	if err != nil {
		t.Fatal(err)
	}
	var in struct {
		Prelude []string
		Rows    []row
	}
	if err := json.Unmarshal(text, &in); err != nil {
		t.Fatal(err)
	}
	return strings.Join(in.Prelude, "\n") + "\n", in.Rows
}

func read(t testing.TB, sdl string) *ast.Schema {
	t.Helper()
	s, err := evolution.Read("test", sdl)
	if err != nil {
		t.Fatalf("%v:\n%s", err, sdl[:min(len(sdl), 500)])
	}
	return s
}

// TestDiff goes through the table of changes.
func TestDiff(t *testing.T) {
	t.Parallel()
	prelude, all := table(t)
	if len(all) < 100 {
		t.Errorf("the table has only %d rows", len(all))
	}
	for _, r := range all {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			before, after := read(t, prelude+r.Before), read(t, prelude+r.After)
			changes := evolution.Diff(before, after)
			got := []string{}
			for _, c := range changes {
				got = append(got, c.Name())
				if (c.Level == evolution.Breaking) != (len(c.Touched) > 0) {
					t.Errorf("%s is %s and touched by %v", c.Name(), c.Level, c.Touched)
				}
				if c.Message == "" {
					t.Errorf("%s says nothing", c.Name())
				}
			}
			slices.Sort(got)
			slices.Sort(r.Changes)
			if diff := cmp.Diff(r.Changes, got); diff != "" {
				t.Error(diff)
			}
			if level := evolution.Worst(changes).String(); level != r.Level {
				t.Errorf("it is %s; want %s", level, r.Level)
			}
			if (r.Inspector != "") != (r.Why != "") || r.Inspector == r.Level {
				t.Errorf("another verdict (%q) needs a reason (%q)", r.Inspector, r.Why)
			}
			if same := evolution.Diff(after, after); len(same) > 0 {
				t.Errorf("it differs from itself: %v", same)
			}
		})
	}
}

// TestEveryKindIsShown holds the table to all kinds of changes that there are.
func TestEveryKindIsShown(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("kind.go")
	if err != nil {
		t.Fatal(err)
	}
	_, all := table(t)
	shown := map[string]bool{}
	for _, r := range all {
		for _, c := range r.Changes {
			kind, _, _ := strings.Cut(c, " ")
			shown[kind] = true
		}
	}
	kinds := 0
	for line := range strings.Lines(string(text)) {
		if _, kind, ok := strings.Cut(line, ` Kind = "`); ok {
			kinds++
			if kind = strings.TrimSuffix(strings.TrimSpace(kind), `"`); !shown[kind] {
				t.Errorf("no row shows %s", kind)
			}
		}
	}
	if kinds < 40 {
		t.Errorf("only %d kinds were found", kinds)
	}
}

// TestPrint shows that a printed schema is the schema: nothing is lost, and printing it again gives the same text.
func TestPrint(t *testing.T) {
	t.Parallel()
	current, err := evolution.Current()
	if err != nil {
		t.Fatal(err)
	}
	text := evolution.Print(current)
	again := read(t, text)
	if changes := evolution.Diff(current, again); len(changes) > 0 {
		t.Errorf("%d things are lost: %s", len(changes), changes[0].Name())
	}
	if evolution.Print(again) != text {
		t.Error("printing it again gives another text")
	}
	if released, err := os.ReadFile("released.graphql"); err != nil || evolution.Print(read(t, string(released))) != string(released) {
		t.Errorf("released.graphql is not in the printed form (%v); mend it with: make release-schema", err)
	}
}

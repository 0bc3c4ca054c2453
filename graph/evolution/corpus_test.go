package evolution_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/rialtohq/rialto/graph/coordinate"
	"github.com/rialtohq/rialto/graph/evolution"
	"github.com/rialtohq/rialto/graph/limits"
)

// sent is an operation as a client sends it: its text and the values of its variables.
type sent struct {
	name, text string
	variables  map[string]any
}

var caseKey = regexp.MustCompile(`^(as|variables|let|query|writes|sql|status|errors|answer)( \w+)?:`)

// corpus reads the operations of all case files that are valid, with what comes before them: what clients of the whole schema send.
func corpus(t testing.TB, s *ast.Schema) []sent {
	t.Helper()
	var all []sent
	seen := map[string]bool{}
	err := filepath.WalkDir("../testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".case" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, op := range operationsOf(t, path, string(text)) {
			doc, errs := gqlparser.LoadQueryWithRules(s, op.text, rules.NewDefaultRules())
			if seen[op.text] || len(errs) > 0 || len(doc.Operations) != 1 {
				continue
			}
			if _, err := (limits.Limits{}).Read(s, op.text); err != nil {
				continue // no server runs it, and nobody can register it
			}
			for _, v := range doc.Operations[0].VariableDefinitions {
				if _, given := op.variables[v.Variable]; !given && v.Type.NonNull && v.DefaultValue == nil {
					op.variables[v.Variable] = sample(s, v.Type)
				}
			}
			if _, err := validator.VariableValues(s, doc.Operations[0], op.variables); err != nil {
				continue // a case of bad input
			}
			seen[op.text] = true
			all = append(all, op)
		}
		return nil
	})
	if err != nil || len(all) < 500 {
		t.Fatalf("%d operations: %v", len(all), err)
	}
	return all
}

// operationsOf takes the query of a case file and those of its lets.
func operationsOf(t testing.TB, path, text string) []sent {
	t.Helper()
	variables := map[string]any{}
	var all []sent
	var key string
	var part []string
	flush := func() {
		body := strings.TrimSpace(strings.Join(part, "\n"))
		switch key {
		case "variables":
			if err := json.Unmarshal([]byte(body), &variables); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
		case "let":
			_, body, _ = strings.Cut(body, "\n")
			all = append(all, sent{name: path + " let", text: strings.TrimSpace(body)})
		case "query":
			all = append(all, sent{name: path, text: body})
		}
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if m := caseKey.FindStringSubmatch(line); m != nil {
			flush()
			key, part = m[1], []string{line[len(m[0]):]}
			continue
		}
		part = append(part, line)
	}
	flush()
	for i := range all {
		all[i].variables = map[string]any{}
		for name, value := range variables {
			all[i].variables[name] = value
		}
	}
	return all
}

// sample is a value of a type, for a variable whose value comes from an answer before.
func sample(s *ast.Schema, of *ast.Type) any {
	if of.Elem != nil {
		return []any{sample(s, of.Elem)}
	}
	def := s.Types[of.NamedType]
	switch {
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name
	case def.Kind == ast.InputObject:
		out := map[string]any{}
		for _, f := range def.Fields {
			if f.Type.NonNull && f.DefaultValue == nil {
				out[f.Name] = sample(s, f.Type)
			}
		}
		return out
	case def.Name == "Int":
		return 1
	case def.Name == "Float":
		return 1.5
	case def.Name == "Boolean":
		return true
	}
	return "text"
}

// clients are what the gate is told: operations that are registered, and use that was counted.
type clients struct {
	operations []evolution.Operation
	uses       map[string][]evolution.Use
}

func (c clients) InForce(context.Context) ([]evolution.Operation, error) { return c.operations, nil }

func (c clients) Used(_ context.Context, coordinates []string, since time.Time) ([]evolution.Use, error) {
	var out []evolution.Use
	for _, at := range coordinates {
		for _, u := range c.uses[at] {
			if !u.LastUsed.Before(since) {
				out = append(out, u)
			}
		}
	}
	return out, nil
}

// record counts what operations use, as the server does.
func record(t testing.TB, s *ast.Schema, ops []sent, at time.Time, registered bool) clients {
	t.Helper()
	c := clients{uses: map[string][]evolution.Use{}}
	coordinates := coordinate.NewSchema(s)
	for _, op := range ops {
		doc, errs := gqlparser.LoadQueryWithRules(s, op.text, rules.NewDefaultRules())
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		use := evolution.Use{App: "web", Operation: op.name, Count: 1, LastUsed: at}
		if registered {
			sum := sha256.Sum256([]byte(op.text))
			use.Document = hex.EncodeToString(sum[:])[:16]
			c.operations = append(c.operations, evolution.Operation{App: "web", Release: "1", Name: op.name, Text: op.text})
		}
		for _, o := range doc.Operations {
			values, err := validator.VariableValues(s, o, op.variables)
			if err != nil {
				t.Fatalf("%s: %v", op.name, err)
			}
			touches := coordinates.Of(o)
			for _, use.Coordinate = range slices.Concat(touches.Known, touches.Added(values)) {
				c.uses[use.Coordinate] = append(c.uses[use.Coordinate], use)
			}
		}
	}
	return c
}

package graph

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/rialtohq/rialto/platform/fault"
)

const variableSchema = `enum E { US DE } input I { n: Int! s: String = "x" e: [E!] i: I } scalar Any
	type Query { f(i: Int, s: String, b: Boolean, x: Float, e: E, l: [Int!], o: I, any: Any): Int }`

func TestVariables(t *testing.T) {
	t.Parallel()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: variableSchema})
	for _, tc := range []struct {
		typ, value string
		want       any
		refusal    string // beginning of the message; empty where the value is read
	}{
		{"Int", `2147483647`, int64(2147483647), ""},
		{"Int", `1.0`, int64(1), ""},
		{"Int", `2147483648`, nil, "$v: this must be a whole number"},
		{"Int", `-2147483649`, nil, "$v: this must be a whole number"},
		{"Int", `1e999`, nil, "$v: this must be a whole number"},
		{"Int", `1.5`, nil, "$v: this must be a whole number"},
		{"Int", `"1"`, nil, "$v: this must be a whole number"},
		{"Int! = 7", `absent`, int64(7), ""},
		{"Int!", `absent`, nil, "$v: this variable is needed"},
		{"Int!", `null`, nil, "$v: this cannot be null"},
		{"String", `12`, nil, "$v: this must be a string"},
		{"String", `"12"`, "12", ""},
		{"Boolean", `"true"`, nil, "$v: this must be true or false"},
		{"Boolean", `1`, nil, "$v: this must be true or false"},
		{"Float", `1`, 1.0, ""},
		{"Float", `1e999`, nil, "$v: this must be a number"},
		{"E", `"US"`, "US", ""},
		{"E", `"us"`, nil, "$v: this is no value of E"},
		{"E", `1`, nil, "$v: this is no value of E"},
		{"[Int!]", `1`, []any{int64(1)}, ""},
		{"[Int!]", `[1,null]`, nil, "$v.1: this cannot be null"},
		{"[Int!]", `[[1]]`, nil, "$v.0: this must be a whole number"},
		{"I", `{"n":1,"e":"DE","i":{"n":2},"__typename":"I"}`, map[string]any{"n": int64(1), "e": []any{"DE"}, "i": map[string]any{"n": int64(2)}}, ""},
		{"I", `{"n":1,"i":{"n":2,"s":3}}`, nil, "$v.i.s: this must be a string"},
		{"I", `{"s":null}`, nil, "$v.n: this is needed"},
		{"I", `{"n":1,"m":2}`, nil, `$v: I has no field "m"`},
		{"I", `[]`, nil, "$v: this must be an object, a I"},
		{"Any", `{"a":[1]}`, map[string]any{"a": []any{json.Number("1")}}, ""},
	} {
		t.Run(tc.typ+" "+tc.value, func(t *testing.T) {
			t.Parallel()
			name := strings.TrimRight(strings.Split(tc.typ, " ")[0], "!")
			argument := map[string]string{"Int": "i", "String": "s", "Boolean": "b", "Float": "x", "E": "e", "[Int!]": "l", "[Int": "l", "I": "o", "Any": "any"}[name]
			doc, errs := gqlparser.LoadQueryWithRules(schema, "query($v: "+tc.typ+") { f("+argument+": $v) }", rules.NewDefaultRules())
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			given := map[string]any{}
			if tc.value != "absent" {
				given["v"] = decoded(t, tc.value)
			}
			got, err := variablesOf(schema, doc.Operations[0], given)
			switch {
			case tc.refusal == "" && err != nil:
				t.Fatal(err)
			case tc.refusal == "":
				if diff := cmp.Diff(tc.want, got["v"]); diff != "" {
					t.Fatal(diff)
				}
			case !fault.Is(err, fault.Invalid) || !strings.HasPrefix(strings.TrimPrefix(err.Error(), "BAD_USER_INPUT: "), tc.refusal):
				t.Fatalf("%v", err)
			}
		})
	}
}

// decoded reads JSON as a request's is read.
func decoded(t *testing.T, text string) (v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

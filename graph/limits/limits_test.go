package limits_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/rialtohq/rialto/graph/limits"
)

func testSchema(tb testing.TB) *ast.Schema {
	tb.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "test", Input: sdl})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// accept parses and checks.
func accept(text string) (*ast.QueryDocument, limits.Figures, *limits.Refusal) {
	doc, refusal := limits.Limits{}.Parse(text)
	if refusal != nil {
		return nil, limits.Figures{}, refusal
	}
	figures, refusal := limits.Limits{}.Check(doc)
	return doc, figures, refusal
}

func TestHostileDocumentsAreRefusedCheaply(t *testing.T) {
	t.Parallel()
	for name, tc := range hostile() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, figures, refusal := accept(tc.text)
			if refusal == nil {
				t.Fatalf("accepted: %+v", figures)
			}
			if refusal.Code != tc.code {
				t.Fatalf("code %s, want %s: %s", refusal.Code, tc.code, refusal.Message)
			}
			// 8,000 tokens make at most as many nodes; the walk and the merge look at 20,000 more each.
			if figures.Visited > 50_000 {
				t.Errorf("visited %d nodes", figures.Visited)
			}
			if len(refusal.Message) > 400 {
				t.Errorf("the message repeats the document: %d bytes", len(refusal.Message))
			}
			if refusal.Limit > 0 && (refusal.Found <= refusal.Limit || !strings.Contains(refusal.Message, fmt.Sprint(refusal.Limit))) {
				t.Errorf("found %d, limit %d: %s", refusal.Found, refusal.Limit, refusal.Message)
			}
		})
	}
}

func TestBombVisitsEachFragmentOnce(t *testing.T) {
	t.Parallel()
	_, figures, refusal := accept(bomb(24))
	if refusal == nil || figures.Visited > 200 {
		t.Fatalf("visited %d nodes of a bomb: %v", figures.Visited, refusal)
	}
}

func TestBearableDocumentsPass(t *testing.T) {
	t.Parallel()
	schema := testSchema(t)
	for name, text := range bearable() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, _, refusal := accept(text)
			if refusal != nil {
				t.Fatal(refusal)
			}
			if errs := (limits.Limits{}).Validate(schema, doc); len(errs) > 20 {
				t.Fatalf("%d errors", len(errs))
			}
		})
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	_, got, refusal := accept(`query Q($v: Int @tag) {
		x: hello
		a { ...N b { y: c @include(if: true) } }
		... on Query { hello }
	}
	fragment N on Node { a { z: c } c }`)
	if refusal != nil {
		t.Fatal(refusal)
	}
	got.Visited = 0
	want := limits.Figures{Depth: 3, Aliases: 3, RootFields: 3, Directives: 2, Selections: 10}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
}

func TestExactlyTheLimitPasses(t *testing.T) {
	t.Parallel()
	l := limits.Limits{Tokens: 40, Depth: 3, Aliases: 2, RootFields: 3, Directives: 2, Repeats: 2}
	for _, tc := range []struct{ name, at, over, code string }{
		{"Depth", "{a{b{c}}}", "{a{b{b{c}}}}", limits.CodeTooDeep},
		{"Aliases", "{a{x:c y:c}}", "{a{x:c y:c z:c}}", limits.CodeTooManyAliases},
		{"RootFields", "{a hello b}", "{a hello b __typename}", limits.CodeTooManyRootFields},
		{"Directives", "{a{c @a id @a}}", "{a{c @a id @a b @a}}", limits.CodeTooManyDirectives},
		{"Repeats", "{a{c c}}", "{a{c c c}}", limits.CodeRepeatedFields},
		{"Tokens", "{a{" + strings.Repeat("c", 35) + "}}", "{a{" + strings.Repeat("c ", 36) + "}}", limits.CodeTooManyTokens},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for text, want := range map[string]string{tc.at: "", tc.over: tc.code} {
				got := ""
				doc, refusal := l.Parse(text)
				if refusal == nil {
					_, refusal = l.Check(doc)
				}
				if refusal != nil {
					got = refusal.Code
				}
				if got != want {
					t.Errorf("%s: %q, want %q", text, got, want)
				}
			}
		})
	}
}

func TestRefusalOnTheWire(t *testing.T) {
	t.Parallel()
	_, _, refusal := accept("{ a {\n " + numbered("a%d:c ", 101) + "}}")
	got := refusal.GraphQL()
	want := &gqlerror.Error{
		Message:    "The operation has 101 aliases; at most 100 are allowed.",
		Locations:  []gqlerror.Location{{Line: 1, Column: 1}},
		Extensions: map[string]any{"code": "TOO_MANY_ALIASES", "found": 101, "limit": 100},
	}
	if d := cmp.Diff(want.Message, got.Message) + cmp.Diff(want.Locations, got.Locations) + cmp.Diff(want.Extensions, got.Extensions); d != "" {
		t.Fatal(d)
	}
}

func TestValidateStopsAtTwentyErrors(t *testing.T) {
	t.Parallel()
	doc, _, refusal := accept(bearable()["UnknownFields"])
	if refusal != nil {
		t.Fatal(refusal)
	}
	errs := limits.Limits{}.Validate(testSchema(t), doc)
	if len(errs) != 20 || errs[19].Extensions["code"] != limits.CodeTooManyErrors {
		t.Fatalf("%d errors, last %v", len(errs), errs[len(errs)-1])
	}
}

func TestValidateSuggestsOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"{helo}", "{b(z:1){c}}", "{a}", "{...F} fragment F on Quer {hello}", "{list(o:{t:1}){c}}"} {
		for _, suggest := range []bool{false, true} {
			doc, _, refusal := accept(text)
			if refusal != nil {
				t.Fatal(refusal)
			}
			errs := limits.Limits{Suggestions: suggest}.Validate(testSchema(t), doc)
			if len(errs) == 0 {
				t.Fatalf("%s is valid", text)
			}
			if got := strings.Contains(errs.Error(), "Did you mean"); got && !suggest {
				t.Errorf("%s: %v", text, errs)
			}
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	var errs gqlerror.List
	for range 50 {
		errs = append(errs, gqlerror.Errorf("x"))
	}
	got := limits.Limits{}.Cut(errs)
	if len(got) != 20 || got[19].Message != "31 more errors are not shown; an answer holds at most 20." {
		t.Fatalf("%d: %v", len(got), got[len(got)-1])
	}
	if got := (limits.Limits{}).Cut(errs[:20]); len(got) != 20 || got[19].Message != "x" {
		t.Fatal("twenty errors were cut")
	}
}

func FuzzDocument(f *testing.F) {
	for _, tc := range hostile() {
		if len(tc.text) < 4_000 {
			f.Add(tc.text)
		}
	}
	for _, text := range bearable() {
		if len(text) < 4_000 {
			f.Add(text)
		}
	}
	schema := testSchema(f)
	f.Fuzz(func(t *testing.T, text string) {
		doc, figures, refusal := accept(text)
		if figures.Visited > 50_000 {
			t.Fatalf("visited %d nodes", figures.Visited)
		}
		if refusal != nil {
			if refusal.Code == "" || refusal.Message == "" {
				t.Fatalf("empty refusal %+v", refusal)
			}
			return
		}
		if errs := (limits.Limits{}).Validate(schema, doc); len(errs) > 20 {
			t.Fatalf("%d errors", len(errs))
		}
	})
}

func BenchmarkHostile(b *testing.B) {
	for name, tc := range hostile() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _, _ = accept(tc.text)
			}
		})
	}
}

func BenchmarkBearable(b *testing.B) {
	schema := testSchema(b)
	for name, text := range bearable() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				doc, _, refusal := accept(text)
				if refusal != nil {
					b.Fatal(refusal)
				}
				_ = limits.Limits{}.Validate(schema, doc)
			}
		})
	}
}

package coordinate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/rialtohq/rialto/graph/coordinate"
	"github.com/rialtohq/rialto/graph/schema"
)

const sdl = `
	directive @at(country: Country, deep: Filter) on QUERY | MUTATION | FIELD
	enum Country { JP NL @deprecated(reason: "Use BE.") }
	enum Sort { UP DOWN }
	input Filter { text: String, country: Country, and: [Filter!], sort: Sort = UP }
	interface Node { id: ID! }
	interface Named implements Node { id: ID! name(in: Country): String }
	type Book implements Node & Named { id: ID! name(in: Country, case: Sort): String pages: Int next: Named old: Int @deprecated(reason: "Use ` + "`pages`" + ` instead. Removed after 2027-12-01.") }
	type Pen implements Node & Named { id: ID! name(in: Country): String sort: Sort }
	type Shop implements Node { id: ID! }
	union Thing = Book | Shop
	type Query { node(id: ID!): Node named: Named thing: Thing books(first: Int = 5, filter: Filter, sorts: [Sort!]): [Book!]! }
	type Mutation { write(input: Filter!): Book }`

func load(t testing.TB, text string) (*ast.Schema, *coordinate.Schema) {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Input: text})
	if err != nil {
		t.Fatal(err)
	}
	return s, coordinate.NewSchema(s)
}

func of(t testing.TB, s *ast.Schema, c *coordinate.Schema, query string) *coordinate.Operation {
	t.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(s, query, rules.NewDefaultRules())
	if errs != nil {
		t.Fatal(errs)
	}
	return c.Of(doc.Operations[0])
}

func TestWhatIsTouched(t *testing.T) {
	t.Parallel()
	s, c := load(t, sdl)
	type vars = map[string]any
	for name, tt := range map[string]struct {
		query        string
		variables    vars
		known, added string
	}{
		"Field":             {"{ books { pages } }", nil, "Book Book.pages Query Query.books", ""},
		"TypenameIsOfAType": {"{ thing { __typename } }", nil, "Query Query.thing Thing", ""},
		"SchemaDoesNot":     {`{ __schema { types { name } } __type(name: "Book") { name } }`, nil, "Query", ""},
		"EachObjectOfAnInterface": {
			"{ named { id } }", nil,
			"Book Book.id Named Named.id Pen Pen.id Query Query.named", "",
		},
		"OnlyThoseThatAreMet": {
			"{ named { ... on Book { ... on Node { id } } } }", nil,
			"Book Book.id Named Node Node.id Query Query.named", "",
		},
		"FragmentOnce": {
			"{ thing { ...F } node(id: 1) { ...F } } fragment F on Book { pages }", nil,
			"Book Book.pages Node Query Query.node Query.node(id:) Query.thing Thing", "",
		},
		"ArgumentOfEachObject": {
			"{ named { name(in: JP) } }", nil,
			"Book Book.name Book.name(in:) Country.JP Named Named.name Named.name(in:) Pen Pen.name Pen.name(in:) Query Query.named", "",
		},
		"ArgumentNotSupplied": {"query($n: Int) { books(first: $n) { pages } }", vars{}, "Book Book.pages Query Query.books", ""},
		"ArgumentBySupplied":  {"query($n: Int) { books(first: $n) { pages } }", vars{"n": nil}, "Book Book.pages Query Query.books", "Query.books(first:)"},
		"ArgumentOfEachObjectByVariable": {
			"query($c: Country) { named { name(in: $c) } }", vars{"c": "JP"},
			"Book Book.name Country Named Named.name Pen Pen.name Query Query.named", "Book.name(in:) Country.JP Named.name(in:) Pen.name(in:)",
		},
		"KnownIsNotAdded": {
			`query($n: Int) { a: books(first: 3) { pages } b: books(first: $n) { pages } }`, vars{"n": int64(1)},
			"Book Book.pages Query Query.books Query.books(first:)", "",
		},
		"LiteralObject": {
			`{ books(filter: {text: "secret", and: [{country: JP}, {sort: null}]}, sorts: [UP]) { pages } }`, nil,
			"Book Book.pages Country.JP Filter.and Filter.country Filter.sort Filter.text Query Query.books Query.books(filter:) Query.books(sorts:) Sort.UP", "",
		},
		"VariableInLiteral": {
			`query($t: String, $s: Sort) { books(filter: {text: $t, sort: $s}) { pages } }`, vars{"s": "DOWN"},
			"Book Book.pages Query Query.books Query.books(filter:) Sort", "Filter.sort Sort.DOWN",
		},
		"DeepVariable": {
			`mutation($i: Filter!) { write(input: $i) { pages } }`, vars{"i": vars{"text": nil, "and": []any{vars{"country": "NL"}, vars{"sort": "UP", "country": "JP"}}}},
			"Book Book.pages Filter Mutation Mutation.write", "Country.JP Country.NL Filter.and Filter.country Filter.sort Filter.text Mutation.write(input:) Sort.UP",
		},
		"OneForAList": {
			`query($f: Sort!) { books(sorts: [$f]) { pages } }`, vars{"f": "UP"},
			"Book Book.pages Query Query.books Query.books(sorts:) Sort", "Sort.UP",
		},
		"Directive": {
			`query($c: Country) @at(country: $c, deep: {country: JP}) { books @at { pages @include(if: true) old @skip(if: true) } }`, vars{"c": "NL"},
			"@at @at(deep:) Book Book.old Book.pages Country Country.JP Filter.country Query Query.books", "@at(country:) Country.NL",
		},
		"GivenEnumOfAnswer": {"{ named { ... on Pen { sort } } }", nil, "Named Pen Pen.sort Query Query.named Sort", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			op := of(t, s, c, tt.query)
			if diff := cmp.Diff(tt.known, strings.Join(op.Known, " ")); diff != "" {
				t.Error(diff)
			}
			added := slices.Sorted(slices.Values(op.Added(tt.variables)))
			if diff := cmp.Diff(tt.added, strings.Join(added, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGiven(t *testing.T) {
	t.Parallel()
	s, c := load(t, sdl)
	op := of(t, s, c, `query($t: String, $n: Int, $f: Filter) { a: books(first: $n, filter: {text: $t}) { pages } b: books(first: $n, filter: $f) { pages } }`)
	if diff := cmp.Diff([]string{"Filter.text", "Query.books(first:)"}, op.Given()); diff != "" {
		t.Error(diff)
	}
}

func TestDeprecated(t *testing.T) {
	t.Parallel()
	s, c := load(t, sdl)
	op := of(t, s, c, `query($c: Country) @at(country: $c) { named { ... on Book { old name(in: NL) } } }`)
	if diff := cmp.Diff([]string{"Book.old", "Country.NL"}, op.Deprecated); diff != "" {
		t.Error(diff)
	}
	want := coordinate.Deprecation{Coordinate: "Book.old", Reason: "Use `pages` instead. Removed after 2027-12-01.", RemovedAfter: time.Date(2027, 12, 1, 0, 0, 0, 0, time.UTC)}
	if got, ok := c.Deprecation("Book.old"); !ok || got != want {
		t.Errorf("%+v", got)
	}
	if got, ok := c.Deprecation("Country.NL"); !ok || !got.RemovedAfter.IsZero() {
		t.Errorf("%+v", got)
	}
	if _, ok := c.Deprecation("Book.pages"); ok {
		t.Error("what is in use is deprecated")
	}
	if diff := cmp.Diff([]string{"Book.old", "Country.NL"}, c.Deprecations()); diff != "" {
		t.Error(diff)
	}
}

// A document that blows up when its fragments are opened is walked in a few steps.
func TestFragmentsAreWalkedOnce(t *testing.T) {
	t.Parallel()
	s, c := load(t, sdl)
	var bomb strings.Builder
	bomb.WriteString("{ named { ...F0 } } fragment F40 on Book { pages }")
	for i := range 40 {
		fmt.Fprintf(&bomb, " fragment F%d on Book { next { ...F%d } ...F%d }", i, i+1, i+1)
	}
	all := rules.NewDefaultRules()
	all.RemoveRule(rules.OverlappingFieldsCanBeMergedRule.Name)
	doc, errs := gqlparser.LoadQueryWithRules(s, bomb.String(), all)
	if errs != nil {
		t.Fatal(errs)
	}
	if got := c.Of(doc.Operations[0]).Known; !slices.Contains(got, "Book.pages") {
		t.Errorf("%v", got)
	}
}

// Whatever an operation touches, and whatever is deprecated, is a place of the schema.
func TestRialtosSchema(t *testing.T) {
	t.Parallel()
	loaded, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		t.Fatal(err)
	}
	c := coordinate.NewSchema(loaded)
	all := c.All()
	if len(all) < 3000 || !slices.IsSorted(all) {
		t.Fatalf("%d coordinates", len(all))
	}
	op := of(t, loaded, c, `query($c: CountryCode) @inContext(country: $c) { node(id: "x") { id ... on Product { title metafield(namespace: "a", key: "b") { value } } } }`)
	for _, at := range slices.Concat(op.Known, op.Given(), op.Added(map[string]any{"c": "JP"}), c.Deprecations()) {
		if _, there := slices.BinarySearch(all, at); !there || !c.Has(at) {
			t.Errorf("%s is no place of the schema", at)
		}
	}
	if c.Has("@requiresScopes") || c.Has("__Type.name") || c.Has("Int") || c.Has("Product.titel") || !c.Has("@inContext(country:)") {
		t.Error("what clients cannot touch is a place, or the other way round")
	}
	for _, at := range []string{"@inContext", "Node.id", "Cart.id", "Product.metafield(key:)", "Product.title"} {
		if _, there := slices.BinarySearch(op.Known, at); !there {
			t.Errorf("%s is touched", at)
		}
	}
}

func BenchmarkAdded(b *testing.B) {
	s, c := load(b, sdl)
	flat := of(b, s, c, "query($n: Int) { books(first: $n) { pages } }")
	deep := of(b, s, c, "query($n: Int, $f: Filter) { books(first: $n, filter: $f) { pages } }")
	variables := map[string]any{"n": int64(1), "f": map[string]any{"text": "a", "country": "JP"}}
	b.Run("Flat", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			flat.Added(variables)
		}
	})
	b.Run("Deep", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			deep.Added(variables)
		}
	})
}

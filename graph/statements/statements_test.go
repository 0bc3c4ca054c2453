package statements

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/rialtohq/rialto/graph/generated"
	"github.com/rialtohq/rialto/graph/schema"
)

var loaded = gqlparser.MustLoadSchema(schema.Sources()...)

func bound(t *testing.T, text string) (most int, said bool) {
	t.Helper()
	prices, err := Prices(loaded, generated.EngineTypes)
	if err != nil {
		t.Fatal(err)
	}
	doc, invalid := gqlparser.LoadQueryWithRules(loaded, text, nil)
	if invalid != nil {
		t.Fatal(invalid)
	}
	plan, err := prices.Compile(doc.Operations[0])
	if err != nil {
		t.Fatal(err)
	}
	return plan.Statements()
}

func TestOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"OnePerPlace":       {`{ products(first: 5) { nodes { variants(first: 5) { nodes { prices { price { amount } } } } } } }`, 3},
		"LengthIsNoMatter":  {`{ products(first: 250) { nodes { variants(first: 250) { nodes { prices { price { amount } } } } } } }`, 3},
		"MemoryIsFree":      {`{ shop { name primaryDomain { url } } localization { country { isoCode } } }`, 0},
		"SharedQuestion":    {`{ product(handle: "a") { availableForSale totalInventory } }`, 2},
		"AliasesAskTwice":   {`{ product(handle: "a") { a: images(first: 1) { nodes { url } } b: images(first: 2) { nodes { url } } } }`, 3},
		"MergedAskOnce":     {`{ product(handle: "a") { ...F images(first: 1) { nodes { url } } } } fragment F on Product { images(first: 1) { nodes { id } } }`, 2},
		"ArgumentAsksMore":  {`{ products(first: 5, query: "oak") { nodes { id } } }`, 3},
		"OneKindOfMany":     {`query($id: ID!) { node(id: $id) { ... on Product { stock: totalInventory } ... on Order { returns(first: 1) { nodes { id } } } } }`, 8},
		"Nodes":             {`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, 250 * 6},
		"NodesWrittenOut":   {`{ nodes(ids: ["gid://rialto/Product/01900000-0000-7000-8000-000000000000", "gid://rialto/Product/01900000-0000-7000-8000-000000000001", "gid://rialto/Menu/01900000-0000-7000-8000-000000000000"]) { id } }`, 6},
		"FilteredOneByOne":  {`query($f: [ProductFilter!]) { collections(first: 5) { nodes { products(first: 5, filters: $f) { nodes { id } } } } }`, 1 + 2*5},
		"BelowFilteredOnes": {`query($f: [ProductFilter!]) { collections(first: 5) { nodes { products(first: 5, filters: $f) { nodes { variants(first: 1) { nodes { id } } } } } } }`, 1 + 2*5 + 5},
		"AllKindsInLists":   {`{ search(query: "a", first: 5) { nodes { ... on Product { metafield(key: "a") { value } } ... on Page { metafield(key: "a") { value } } } } }`, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, said := bound(t, c.text); !said || got != c.want {
				t.Errorf("%d, %v; want %d", got, said, c.want)
			}
		})
	}
}

func TestNothingIsSaidOfMutations(t *testing.T) {
	t.Parallel()
	if got, said := bound(t, `mutation { cartCreate { cart { id } } }`); said {
		t.Errorf("it says %d", got)
	}
}

// The tables are true to the schema: they name fields that there are, and among those that read nothing only such as have a
// resolver, and so would be taken to read.
func TestTablesNameFields(t *testing.T) {
	t.Parallel()
	resolved := map[string]bool{}
	for _, typ := range generated.EngineTypes {
		for name, n := range typ.Numbers {
			resolved[typ.Name+"."+name] = typ.Resolved[n]
		}
	}
	for typ, fields := range nothing {
		for _, f := range strings.Fields(fields) {
			if !resolved[typ+"."+f] {
				t.Errorf("%s.%s has no resolver", typ, f)
			}
		}
	}
	named := slices.Collect(maps.Keys(stated))
	for typ, questions := range shared {
		for _, fields := range questions {
			for _, f := range strings.Fields(fields) {
				named = append(named, typ+"."+f)
			}
		}
	}
	for _, at := range named {
		if _, is := resolved[at]; !is {
			t.Errorf("there is no %s", at)
		}
	}
	for typ := range never {
		if def := loaded.Types[typ]; def == nil || def.Kind != ast.Object {
			t.Errorf("there is no object type %s", typ)
		}
	}
}

package freshness_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/rialtohq/rialto/graph/freshness"
)

const directive = `directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
enum CacheControlScope { PUBLIC PRIVATE }
`

const shop = directive + `
type Query {
  book: Book
  cachedBook: Book @cacheControl(maxAge: 60)
  reader: Reader @cacheControl(maxAge: 40)
  count: Int
  cachedCount: Int @cacheControl(maxAge: 20)
  inherited: Count @cacheControl(inheritMaxAge: true)
  typed: Count
  thing: Thing @cacheControl(maxAge: 90)
  any: Any @cacheControl(maxAge: 90)
}
type Mutation { write: Book @cacheControl(maxAge: 60) }
type Book { title: String cachedTitle: String @cacheControl(maxAge: 30) author: Author count: Count next: Book @cacheControl(inheritMaxAge: true) }
type Author { name: String }
type Count @cacheControl(inheritMaxAge: true) { n: Int }
type Reader { book: Book @cacheControl(inheritMaxAge: true) secret: String @cacheControl(maxAge: 10, scope: PRIVATE) card: Card }
type Card @cacheControl(maxAge: 50, scope: PRIVATE) { number: String }
interface Thing { name: String part: Count }
type Tool implements Thing { name: String @cacheControl(maxAge: 15) part: Count }
type Toy implements Thing { name: String part: Count @cacheControl(maxAge: 25) }
union Any = Tool | Toy
`

func of(t *testing.T, query string) freshness.Policy {
	t.Helper()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: shop})
	hints, err := freshness.New(schema)
	if err != nil {
		t.Fatal(err)
	}
	doc, errs := gqlparser.LoadQueryWithRules(schema, query, rules.NewDefaultRules())
	if errs != nil {
		t.Fatal(errs)
	}
	return hints.Of(doc.Operations[0])
}

func TestOf(t *testing.T) {
	t.Parallel()
	public := func(seconds int) freshness.Policy {
		return freshness.Policy{MaxAge: time.Duration(seconds) * time.Second}
	}
	private := func(seconds int) freshness.Policy {
		return freshness.Policy{MaxAge: time.Duration(seconds) * time.Second, Private: true}
	}
	for query, want := range map[string]freshness.Policy{
		"{ book { title } }":                               public(0), // objects at the top need a hint
		"{ cachedBook { title } }":                         public(60),
		"{ cachedBook { title cachedTitle } }":             public(30),
		"{ cachedBook { author { name } } }":               public(0), // objects below too
		"{ cachedBook { count { n } } }":                   public(60),
		"{ cachedBook { next { next { cachedTitle } } } }": public(30),
		"{ count }":                                                           public(0), // plain values at the top need one
		"{ cachedCount }":                                                     public(20),
		"{ cachedCount cachedBook { title } }":                                public(20),
		"{ cachedCount book { title } }":                                      public(0),
		"{ inherited { n } }":                                                 public(0), // there is nothing to inherit from
		"{ cachedCount inherited { n } }":                                     public(20),
		"{ typed { n } cachedCount }":                                         public(0),
		"{ reader { book { title } } }":                                       public(40),
		"{ reader { secret } }":                                               private(10),
		"{ reader { card { number } } }":                                      private(40),
		"{ thing { part { n } } }":                                            public(25), // a toy's
		"{ thing { name } }":                                                  public(15), // a tool's
		"{ thing { ... on Toy { name } } }":                                   public(90),
		"{ any { ... on Tool { name } ... on Toy { name } } }":                public(15),
		"{ any { ...F } } fragment F on Thing { part { n } }":                 public(25),
		"{ __typename }":                                                      public(0),
		"{ __typename cachedCount }":                                          public(20),
		"{ __schema { description } cachedCount }":                            public(0),
		"query($x: Boolean!) { cachedCount book @include(if: $x) { title } }": public(0), // whatever $x is
		"{ cachedBook { ...A next { ...A } } } fragment A on Book { title ...B } fragment B on Book { cachedTitle }": public(30),
		"mutation { write { title } }": private(0),
	} {
		if got := of(t, query); got != want {
			t.Errorf("%s: %+v; want %+v", query, got, want)
		}
	}
}

func TestBadHints(t *testing.T) {
	t.Parallel()
	for name, field := range map[string]string{"Negative": "@cacheControl(maxAge: -1)", "Both": "@cacheControl(maxAge: 1, inheritMaxAge: true)"} {
		schema := gqlparser.MustLoadSchema(&ast.Source{Input: directive + "type Query { a: Int " + field + " }"})
		if _, err := freshness.New(schema); err == nil || !strings.HasPrefix(err.Error(), "Query.a: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

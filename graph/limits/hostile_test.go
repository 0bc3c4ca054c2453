package limits_test

import (
	"fmt"
	"strings"
)

// sdl is a schema in which every hostile document below is, but for its size, nearly a good one.
const sdl = `
type Query { hello: String a: Node b(x: Int, y: Int): Node list(in: [Int!], o: In, any: Any): Node node(id: ID): Item items: [Item!]! }
type Mutation { touch: Node }
type Node { a(i: Int, j: Int, k: Int): Node b: Node c: String id: ID! }
interface Item { id: ID! }
type Red implements Item { id: ID! n: Node }
type Blue implements Item { id: ID! n: Node }
input In { a: In l: [In] s: String }
scalar Any
`

// hostile are documents that cost far more than their size where nobody counts first.
func hostile() map[string]struct{ text, code string } {
	type attack = struct{ text, code string }
	return map[string]attack{
		"FragmentBomb":          {bomb(24), "TOO_MANY_SELECTIONS"},
		"FragmentBombOf150":     {bomb(148), "TOO_MANY_SELECTIONS"},
		"UnusedFragmentBomb":    {strings.Replace(bomb(24), "{...F0}", "{hello}", 1), "TOO_MANY_SELECTIONS"},
		"AliasedFragmentBomb":   {strings.ReplaceAll(bomb(12), "hello", "x:hello"), "TOO_MANY_ROOT_FIELDS"},
		"TenThousandRepeats":    {"{" + strings.Repeat("hello ", 10_000) + "}", "TOO_MANY_TOKENS"},
		"FourThousandRepeats":   {"{" + strings.Repeat("hello ", 4_000) + "}", "TOO_MANY_ROOT_FIELDS"},
		"RepeatsBelow":          {"{a{" + strings.Repeat("c ", 4_000) + "}}", "REPEATED_FIELDS"},
		"RepeatsOverInlines":    {"{a{" + strings.Repeat("...{c}", 1_500) + "}}", "REPEATED_FIELDS"},
		"RepeatsOverParents":    {"{a{" + strings.Repeat("a{"+strings.Repeat("c ", 80)+"}", 80) + "}}", "REPEATED_FIELDS"},
		"RepeatsOverFragments":  {"{a{...A ...B}} fragment A on Node{" + strings.Repeat("c ", 60) + "} fragment B on Node{" + strings.Repeat("c ", 60) + "}", "REPEATED_FIELDS"},
		"RepeatedArguments":     {"{a{" + strings.Repeat("a("+strings.Repeat("i:1 ", 25)+"){c}", 90) + "}}", "REPEATED_FIELDS"},
		"TwoFieldsManyArgs":     {"{x:a{a(" + strings.Repeat("i:1 ", 1_200) + "){c} a(" + strings.Repeat("i:1 ", 1_200) + "){c}}}", "REPEATED_FIELDS"},
		"DoubledAtEveryLevel":   {"{a" + doubled(10) + "}", "REPEATED_FIELDS"},
		"AliasesOfRoot":         {"{" + numbered("a%d:hello ", 101) + "}", "TOO_MANY_ROOT_FIELDS"},
		"AliasesBelow":          {"{a{" + numbered("a%d:c ", 2_000) + "}}", "TOO_MANY_ALIASES"},
		"AliasesInFragments":    {"{a{...F b{...F b{...F}}}} fragment F on Node{" + numbered("a%d:c ", 60) + "}", "TOO_MANY_ALIASES"},
		"DeepFields":            {"{" + strings.Repeat("a{", 900) + "c" + strings.Repeat("}", 901), "TOO_DEEP"},
		"DeeperThanTheParser":   {"{" + strings.Repeat("a{", 1_500) + "c" + strings.Repeat("}", 1_501), "TOO_DEEP"},
		"DeepInlines":           {"{" + strings.Repeat("...{", 900) + strings.Repeat("hello ", 2_000) + strings.Repeat("}", 901), "TOO_DEEP"},
		"DeepByFragments":       {deepFragments(12), "TOO_DEEP"},
		"DeepList":              {"{list(any:" + strings.Repeat("[", 900) + strings.Repeat("]", 900) + "){c}}", "TOO_DEEP"},
		"DeepObject":            {"{list(o:" + strings.Repeat("{a:", 900) + "null" + strings.Repeat("}", 900) + "){c}}", "TOO_DEEP"},
		"HugeList":              {"{list(in:[" + strings.Repeat("1,", 20_000) + "]){c}}", "TOO_MANY_TOKENS"},
		"HugeObject":            {"{list(o:{" + strings.Repeat("s:\"\",", 5_000) + "}){c}}", "TOO_MANY_TOKENS"},
		"DirectivesStacked":     {"{hello " + strings.Repeat("@include(if:true)", 500) + "}", "TOO_MANY_DIRECTIVES"},
		"DirectivesSpreadWide":  {"{a{" + strings.Repeat("c @a @b ", 51) + "}}", "TOO_MANY_DIRECTIVES"},
		"DirectivesOfVariables": {"query(" + numbered("$v%d:Int @a @b ", 60) + "){hello}", "TOO_MANY_DIRECTIVES"},
		"FragmentSwarm":         {"{" + numbered("...F%d ", 700) + "}" + numbered("fragment F%d on Query{hello}", 700), "TOO_MANY_FRAGMENTS"},
		"FragmentChain":         {chain(145, 5_000), "TOO_MANY_SELECTIONS"},
		"FragmentCycle":         {"{...A} fragment A on Query{...B} fragment B on Query{...A}", "FRAGMENT_CYCLE"},
		"FragmentOfItself":      {"{hello} fragment A on Query{...A}", "FRAGMENT_CYCLE"},
		"OperationSwarm":        {numbered("query Q%d{hello}", 1_500), "TOO_MANY_OPERATIONS"},
		"Comments":              {strings.Repeat("#x\n", 60_000) + "{hello}", "TOO_MANY_TOKENS"},
		"Nul":                   {`{list(o:{s:"a\u0000b"}){c}}`, "INVALID_CHARACTER"},
		"Unclosed":              {strings.Repeat("{a", 900), "GRAPHQL_PARSE_FAILED"},
		"LongName":              {"{hello} " + strings.Repeat("x", 100_000), "GRAPHQL_PARSE_FAILED"},
		"Empty":                 {"", "GRAPHQL_PARSE_FAILED"},
		"FragmentsOnly":         {"fragment A on Query{hello}", "GRAPHQL_PARSE_FAILED"},
	}
}

// bearable are documents at the limits: they pass, so validation must be cheap for them.
func bearable() map[string]string {
	return map[string]string{
		"RepeatsAtLimit":    "{a{" + strings.Repeat("c ", 100) + "}}",
		"ManyRepeatedNames": "{" + numbered("r%d:a{"+strings.Repeat("c ", 90)+" b{"+strings.Repeat("c ", 90)+"}}", 6) + "}",
		"DoubledSixTimes":   "{a" + doubled(6) + "}",
		"FragmentPairs":     "{a{" + numbered("...F%d ", 150) + "}}" + pairs(150),
		"ChainAtLimit":      chain(90, 150),
		"UnknownFields":     "{a{" + numbered("u%d ", 7_000) + "}}",
		"UnknownArguments":  "{b(" + numbered("u%d:1 ", 2_000) + "){c}}",
		"UnknownVariables":  "{list(in:[" + numbered("$u%d ", 3_000) + "]){c}}",
		"ManyVariables":     "query(" + numbered("$v%d:Int ", 800) + "){list(in:[" + numbered("$v%d ", 800) + "]){c}}",
		"WrongValues":       "{list(in:[" + strings.Repeat(`"x" `, 7_000) + "]){c}}",
		"WrongObjects":      "{list(o:{l:[" + strings.Repeat("{z:1}", 1_300) + "]}){c}}",
		"InlinesOfTypes":    "{items{" + strings.Repeat("...on Red{n{c}} ...on Blue{n{b{c}}}", 50) + "}}",
		"ManyOperations":    numbered("query Q%d{...F}", 50) + "fragment F on Query{a{" + numbered("u%d ", 300) + "}}",
		"LongText":          `{list(o:{s:"` + strings.Repeat("x", 200_000) + `"}){c}}`,
		"LongUnicode":       `{list(o:{s:"""` + strings.Repeat("é\n", 60_000) + `"""}){c}}`,
		"ManyArguments":     "{a{" + numbered("x%d:a("+strings.Repeat("i:1 ", 20)+"){c}", 90) + "}}",
	}
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(format, "%d", fmt.Sprint(i)))
	}
	return b.String()
}

// bomb doubles what it spreads with each of n fragments.
func bomb(n int) string {
	var b strings.Builder
	b.WriteString("{...F0}")
	for i := range n {
		fmt.Fprintf(&b, "fragment F%d on Query{...F%d ...F%d}", i, i+1, i+1)
	}
	fmt.Fprintf(&b, "fragment F%d on Query{hello}", n)
	return b.String()
}

// pairs is n fragments that validation compares with one another, all good.
func pairs(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "fragment F%d on Node{%s}", i, []string{"a{c}", "b{c}", "c", "id"}[i%4])
	}
	return b.String()
}

// doubled selects a twice on every level.
func doubled(n int) string {
	if n == 0 {
		return "{c}"
	}
	d := doubled(n - 1)
	return "{a" + d + "a" + d + "}"
}

// chain is n fragments that each spread the next; the last holds many fields.
func chain(n, fields int) string {
	var b strings.Builder
	b.WriteString("{a{...F0}}")
	for i := range n {
		fmt.Fprintf(&b, "fragment F%d on Node{...F%d}", i, i+1)
	}
	fmt.Fprintf(&b, "fragment F%d on Node{%s}", n, numbered("u%d ", fields))
	return b.String()
}

// deepFragments is deep only when its fragments are put together.
func deepFragments(n int) string {
	var b strings.Builder
	b.WriteString("{a{...F0}}")
	for i := range n {
		fmt.Fprintf(&b, "fragment F%d on Node{a{b{...F%d}}}", i, i+1)
	}
	fmt.Fprintf(&b, "fragment F%d on Node{c}", n)
	return b.String()
}

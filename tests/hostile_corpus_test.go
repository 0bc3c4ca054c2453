package tests

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/rialtohq/rialto/app/apptest"
)

// attack is a request that costs its sender little and, where nobody looks first, the server much.
type attack struct {
	name, body string
	headers    apptest.Headers
	status     int
	code       string
}

// hostileDocument is the body that asks for a document.
func hostileDocument(query string, variables map[string]any) string {
	b, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		panic(err) // texts and numbers are always JSON
	}
	return string(b)
}

// attacks are all classes but the cycles of the schema, which are walked.
func attacks() []attack {
	var out []attack
	for _, class := range [][]attack{aliasBombs(), fragmentBombs(), floods(), wideLists(), kindsInKinds(), hugeVariables(), introspections(), searches(), strangeTexts()} {
		out = append(out, class...)
	}
	return out
}

func refusedAs(code string, documents map[string]string) []attack {
	var out []attack
	for name, d := range documents {
		out = append(out, attack{name: name, body: hostileDocument(d, nil), status: 422, code: code})
	}
	return out
}

func aliasBombs() []attack {
	return append(refusedAs("TOO_MANY_ALIASES", map[string]string{
		"AliasesOfAText":       "{ shop { " + flood("a%d: name ", 1_500) + "} }",
		"AliasesOneTooMany":    "{ shop { " + flood("a%d: name ", 101) + "} }",
		"AliasesOverFragments": "{ shop { ...A ...B } } fragment A on Shop { " + flood("a%d: name ", 60) + "} fragment B on Shop { " + flood("b%d: name ", 60) + "}",
		"AliasesInInlines":     "{ shop { " + flood("... { a%d: name } ", 200) + "} }",
		"AliasesOfConnections": "{ collection(handle: \"all\") { " + flood("a%d: products(first: 250) { nodes { id } } ", 120) + "} }",
	}), refusedAs("TOO_MANY_ROOT_FIELDS", map[string]string{
		"AliasesOfRoots":     "{ " + flood("a%d: shop { name } ", 500) + "}",
		"AliasesOfMutations": "mutation { " + flood("a%d: cartCreate { cart { id } } ", 300) + "}",
		"AliasesOfSignIns":   "mutation { " + flood(`a%d: customerAccessTokenCreate(input: {email: "a@b.test", password: "guess-%[1]d"}) { customerAccessToken { accessToken } } `, 100) + "}",
		"AliasesOfGiftCards": "mutation { " + flood(`a%d: cartGiftCardCodesUpdate(cartId: "x", giftCardCodes: ["GUESS%[1]d"]) { cart { id } } `, 100) + "}",
	})...)
}

// doubling is a fragment bomb: each of its fragments spreads the next twice.
func doubling(fragments int, typ, leaf string) string {
	var b strings.Builder
	for i := range fragments {
		fmt.Fprintf(&b, " fragment F%d on %s { ...F%d ...F%d }", i, typ, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on %s { %s }", fragments, typ, leaf)
	return b.String()
}

// linked is a chain of fragments, the last of which holds much.
func linked(fragments int, leaf string) string {
	var b strings.Builder
	for i := range fragments {
		fmt.Fprintf(&b, " fragment F%d on Shop { ...F%d }", i, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Shop { %s }", fragments, leaf)
	return b.String()
}

func fragmentBombs() []attack {
	out := refusedAs("TOO_MANY_SELECTIONS", map[string]string{
		"FragmentBomb":           "{ shop { ...F0 } }" + doubling(30, "Shop", "name"),
		"FragmentBombOf140":      "{ shop { ...F0 } }" + doubling(140, "Shop", "name"),
		"FragmentBombAtRoot":     "{ ...F0 }" + doubling(24, "Query", "__typename"),
		"FragmentBombUnused":     "{ shop { name } }" + doubling(24, "Shop", "name"),
		"FragmentBombOfNoType":   "{ shop { ...F0 } }" + doubling(24, "Nope", "name"),
		"FragmentChainWithATail": "{ shop { ...F0 } }" + linked(145, flood("f%d ", 3_000)),
	})
	out = append(out, refusedAs("FRAGMENT_CYCLE", map[string]string{
		"CycleOfOne":    "{ shop { ...A } } fragment A on Shop { ...A }",
		"CycleOfTwo":    "{ shop { ...A } } fragment A on Shop { ...B } fragment B on Shop { ...A }",
		"CycleOf100":    "{ shop { ...F0 } }" + strings.Replace(linked(100, "name"), "{ name }", "{ ...F0 }", 1),
		"CycleUnused":   "{ shop { name } } fragment A on Shop { ...A ...A }",
		"CycleInInline": "{ shop { ...A } } fragment A on Shop { ... { ... { ...A } } }",
	})...)
	return append(out, refusedAs("TOO_MANY_FRAGMENTS", map[string]string{
		"FragmentSwarm":  "{ shop { name } }" + flood(" fragment F%d on Shop { name }", 800),
		"FragmentSpread": "{ shop { " + flood("...F%d ", 400) + "} }" + flood(" fragment F%d on Shop { name }", 400),
	})...)
}

func floods() []attack {
	out := refusedAs("TOO_MANY_DIRECTIVES", map[string]string{
		"DirectivesOnOneField":   "{ shop { name " + strings.Repeat("@include(if: true) ", 500) + "} }",
		"DirectivesOfNoName":     "{ shop { name " + strings.Repeat("@x ", 3_000) + "} }",
		"DirectivesOnManyFields": "{ shop { " + strings.Repeat("name @skip(if: false) @include(if: true) ", 80) + "} }",
		"DirectivesOnOperation":  "query " + strings.Repeat("@inContext(country: US) ", 300) + "{ shop { name } }",
		"DirectivesOnVariables":  "query(" + flood("$v%d: Int @a @b ", 100) + ") { shop { name } }",
	})
	out = append(out, refusedAs("REPEATED_FIELDS", map[string]string{
		"RepeatedField":     "{ shop { " + strings.Repeat("name ", 5_000) + "} }",
		"RepeatedInInlines": "{ shop { " + strings.Repeat("... { name } ", 1_000) + "} }",
		"RepeatedParents":   "{ shop { " + strings.Repeat("paymentSettings { "+strings.Repeat("countryCode ", 60)+"} ", 60) + "} }",
		"RepeatedTypename":  "{ shop { " + strings.Repeat("__typename ", 7_000) + "} }",
	})...)
	out = append(out, refusedAs("TOO_MANY_ROOT_FIELDS", map[string]string{"RepeatedRoot": "{ " + strings.Repeat("__typename ", 5_000) + "}"})...)
	out = append(out, refusedAs("GRAPHQL_VALIDATION_FAILED", map[string]string{
		"UnknownFields":      "{ shop { " + flood("nope%d ", 7_500) + "} }",
		"UnknownAtRoot":      "{ " + flood("nope%d ", 30) + "}",
		"UnknownArguments":   "{ product(" + flood("nope%d: 1 ", 2_500) + ") { id } }",
		"UnknownVariables":   "{ nodes(ids: [" + flood("$nope%d ", 3_500) + "]) { id } }",
		"UnusedVariables":    "query(" + flood("$v%d: Int ", 1_900) + ") { shop { name } }",
		"IntrospectionCycle": "{ __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }",
		"ArgumentsOfOneName": "{ product(" + strings.Repeat(`handle: "a" `, 2_500) + ") { id } }",
		"WrongValues":        "{ nodes(ids: [" + strings.Repeat("{a:1} ", 1_500) + "]) { id } }",
		"UnknownTypes":       "{ shop { " + flood("... on Nope%d { nope%[1]d } ", 1_200) + "} }",
		"UnknownInMutation":  "mutation { cartCreate(input: {" + flood("nope%d: 1 ", 2_500) + "}) { cart { id } } }",
		"SubscriptionFlood":  "subscription { " + flood("nope%d ", 30) + "}",
		"OperationsOfAName":  strings.Repeat("query A { shop { name } } ", 40),
	})...)
	out = append(out, refusedAs("TOO_MANY_OPERATIONS", map[string]string{"Operations": flood("query Q%d { shop { name } } ", 1_000)})...)
	return append(out,
		attack{name: "Batch", body: "[" + strings.TrimSuffix(strings.Repeat(hostileDocument("{ shop { name } }", nil)+",", 3_000), ",") + "]", status: 422, code: "BATCHING_REFUSED"},
		attack{name: "BatchInBatch", body: strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), status: 422, code: "BATCHING_REFUSED"},
		attack{name: "DuplicateMembers", body: "{" + strings.Repeat(`"query":"{ shop { name } }",`, 4_000) + `"query":"{ nope }"}`, status: 422, code: "GRAPHQL_VALIDATION_FAILED"},
	)
}

func wideLists() []attack {
	connection := func(name, inner string) string { return name + "(first: 250) { nodes { id " + inner + " } }" }
	return refusedAs("MAX_COST_EXCEEDED", map[string]string{
		"WideInWide":      "{ " + connection("collections", connection("products", connection("variants", ""))) + " }",
		"WideByVariables": "{ " + connection("collections", connection("products", connection("collections", connection("products", "")))) + " }",
		"WideEdges":       "{ collections(first: 250) { edges { node { products(first: 250) { edges { node { variants(first: 250) { edges { node { id } } } } } } } } } }",
		"WideFromTheEnd":  "{ collections(last: 250) { nodes { products(last: 250) { nodes { variants(last: 250) { nodes { id } } } } } } }",
		"WideByFragments": "{ collections(first: 250) { nodes { ...C } } } fragment C on Collection { products(first: 250) { nodes { ...P } } } fragment P on Product { collections(first: 250) { nodes { id title } } }",
		"WideThirtyTimes": "{ " + flood("a%d: collections(first: 250) { nodes { products(first: 250) { nodes { id } } } } ", 30) + "}",
	})
}

func hugeVariables() []attack {
	const byID = `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`
	ids := strings.Split(strings.TrimSuffix(strings.Repeat("gid://rialto/Product/1,", 9_000), ","), ",")
	return []attack{
		{name: "ManyIds", body: hostileDocument(byID, vars{"ids": ids}), status: 200, code: "BAD_USER_INPUT"},
		{name: "WrongItems", body: `{"query":"query($ids: [ID!]!) { nodes(ids: $ids) { id } }","variables":{"ids":[` + strings.TrimSuffix(strings.Repeat("{},", 60_000), ",") + `]}}`, status: 422, code: "TOO_MANY_VALUES"},
		{name: "NullItems", body: `{"query":"query($ids: [ID!]!) { nodes(ids: $ids) { id } }","variables":{"ids":[` + strings.TrimSuffix(strings.Repeat("null,", 40_000), ",") + `]}}`, status: 422, code: "TOO_MANY_VALUES"},
		{name: "ManyMembers", body: `{"query":"{ shop { name } }","variables":{"i":{` + strings.TrimSuffix(flood(`"nope%d":1,`, 15_000), ",") + `}}}`, status: 422, code: "TOO_MANY_VALUES"},
		{name: "ManyExtensions", body: `{"query":"{ shop { name } }","extensions":{"i":[` + strings.TrimSuffix(strings.Repeat("[],", 60_000), ",") + `]}}`, status: 422, code: "TOO_MANY_VALUES"},
		{name: "DeepVariables", body: `{"query":"query($i: CartInput) { shop { name } }","variables":{"i":` + strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000) + `}}`, status: 422, code: "BAD_REQUEST"},
		{name: "DeepLists", body: `{"query":"{ shop { name } }","variables":{"i":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}}`, status: 422, code: "BAD_REQUEST"},
		{name: "UnknownMembers", body: `{"query":"mutation($i: CartInput) { cartCreate(input: $i) { cart { id } } }","variables":{"i":{` + strings.TrimSuffix(flood(`"nope%d":1,`, 9_990), ",") + `}}}`, status: 422, code: "BAD_USER_INPUT"},
		{name: "HugeNumber", body: `{"query":"query($n: Int) { products(first: $n) { nodes { id } } }","variables":{"n":1` + strings.Repeat("0", 200_000) + `}}`, status: 422, code: "BAD_USER_INPUT"},
		{name: "HugeBody", body: hostileDocument("{ shop { name } }", vars{"x": strings.Repeat("x", 2_000_000)}), status: 413, code: "BODY_TOO_LARGE"},
	}
}

// kindsInKinds ask, of whatever a metafield points at, for the metafields that it has and what these point at, and so on: each is of
// four kinds, and three fields lead on from each.
func kindsInKinds() []attack {
	var fragments strings.Builder
	below := "{ __typename }"
	for i := range 4 {
		below = "{ ... on HasMetafields " + below + " }"
		fmt.Fprintf(&fragments, ` fragment F%d on HasMetafields { metafield(key: "a") { reference %s references(first: 1) { nodes %s } } metafields(identifiers: [{key: "a"}]) { reference %s } }`, i, below, below, below)
		below = fmt.Sprintf("{ ...F%d }", i)
	}
	const at = `r%d: node(id: "gid://rialto/Product/01900000-0000-7000-8000-000000000000") { ... on HasMetafields { ...F3 } } `
	return refusedAs("MAX_COST_EXCEEDED", map[string]string{"KindsInKinds": "{ " + flood(at, 25) + "}" + fragments.String()})
}

func introspections() []attack {
	deep := func(name string, n int) string {
		return strings.Repeat(name+" { ", n) + "name" + strings.Repeat(" }", n)
	}
	return append(refusedAs("TOO_DEEP", map[string]string{
		"IntrospectionOfTypes":  "{ __schema { types { " + deep("ofType", 40) + " } } }",
		"IntrospectionInCycles": "{ __schema { types { " + deep("fields { type", 15) + strings.Repeat(" }", 15) + " } } }",
	}), refusedAs("MAX_COST_EXCEEDED", map[string]string{
		"IntrospectionFlood": "{ " + flood("a%d: __schema { types { fields { type { fields { name } } } } } ", 30) + "}",
	})...)
}

func searches() []attack {
	search := func(text string) string {
		return hostileDocument(`query($q: String!) { search(query: $q, first: 10) { nodes { __typename } } }`, vars{"q": text})
	}
	products := func(text string) string {
		return hostileDocument(`query($q: String!) { products(query: $q, first: 10) { nodes { id } } }`, vars{"q": text})
	}
	out := []attack{}
	for name, text := range map[string]string{
		"Terms": strings.Repeat("a ", 50_000), "Ors": strings.Repeat("a OR ", 20_000) + "a", "Brackets": strings.Repeat("(", 50_000) + "a" + strings.Repeat(")", 50_000),
		"Stars": strings.Repeat("*a", 50_000), "Nots": strings.Repeat("NOT ", 30_000) + "a", "Regex": strings.Repeat("(a+)+", 20_000) + "$", "Quotes": strings.Repeat(`"a`, 50_001), "Percent": strings.Repeat("%_", 50_000),
	} {
		out = append(out, attack{name: "SearchOf" + name, body: search(text), status: 200, code: "BAD_USER_INPUT"}, attack{name: "ProductsBy" + name, body: products(text), status: 200, code: "BAD_USER_INPUT"})
	}
	return out
}

func strangeTexts() []attack {
	return []attack{
		{name: "NoUTF8", body: "{\"query\":\"{ shop { name } } # " + strings.Repeat("\xff\xfe", 50_000) + "\"}", status: 400, code: "INVALID_UTF8"},
		{name: "OverlongUTF8", body: "{\"query\":\"{ shop { n\xc0\xaeame } }\"}", status: 400, code: "INVALID_UTF8"},
		{name: "NULs", body: `{"query":"{ product(handle: \"` + strings.Repeat(`\u0000`, 30_000) + `\") { id } }"}`, status: 422, code: "INVALID_CHARACTER"},
		{name: "NULInVariables", body: `{"query":"query($h: String) { product(handle: $h) { id } }","variables":{"h":"a\u0000"}}`, status: 422, code: "INVALID_CHARACTER"},
		{name: "Homoglyphs", body: hostileDocument("{ shop { nаme } }", nil), status: 400, code: "GRAPHQL_PARSE_FAILED"},
		{name: "Bidi", body: hostileDocument("{ shop { \u202eeman } }", nil), status: 400, code: "GRAPHQL_PARSE_FAILED"},
		{name: "ByteOrderMarks", body: hostileDocument(strings.Repeat("\ufeff", 50_000)+"{ shop { name } nope }", nil), status: 422, code: "GRAPHQL_VALIDATION_FAILED"},
		{name: "Combining", body: hostileDocument("{ n"+strings.Repeat("\u0301", 50_000)+" }", nil), status: 400, code: "GRAPHQL_PARSE_FAILED"},
		{name: "Comments", body: hostileDocument(strings.Repeat("#\n", 70_000)+"{ shop { name } }", nil), status: 422, code: "TOO_MANY_TOKENS"},
		{name: "Commas", body: hostileDocument("{ shop { nope"+strings.Repeat(",", 200_000)+" } }", nil), status: 422, code: "GRAPHQL_VALIDATION_FAILED"},
		{name: "Unclosed", body: hostileDocument(strings.Repeat("{ shop ", 2_000), nil), status: 422, code: "TOO_DEEP"},
		{name: "LongName", body: hostileDocument("{ "+strings.Repeat("x", 200_000)+" }", nil), status: 422, code: "GRAPHQL_VALIDATION_FAILED"},
	}
}

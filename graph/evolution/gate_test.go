package evolution_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/graph/evolution"
)

var today = time.Date(2027, 6, 1, 12, 0, 0, 0, time.UTC)

func daysAgo(n int) time.Time { return today.AddDate(0, 0, -n) }

// used is use of coordinates by one operation.
func used(app, operation string, last time.Time, coordinates ...string) clients {
	c := clients{uses: map[string][]evolution.Use{}}
	for _, at := range coordinates {
		c.uses[at] = append(c.uses[at], evolution.Use{App: app, Operation: operation, Coordinate: at, Count: 3, LastUsed: last})
	}
	return c
}

func registered(texts ...string) clients {
	var c clients
	for _, text := range texts {
		name, _, _ := strings.Cut(strings.Fields(text)[1], "(")
		c.operations = append(c.operations, evolution.Operation{App: "web", Release: "1", Name: name, Text: text})
	}
	return c
}

// summary is a verdict in words: what fails and why, which operations break, and what is wrong besides.
func summary(v *evolution.Verdict) []string {
	out := []string{}
	say := func(list []evolution.Broken) {
		for _, b := range list {
			out = append(out, "  "+b.App+" "+b.Operation+" "+b.Coordinate)
		}
	}
	for _, j := range v.Changes {
		if !j.Passes {
			out = append(out, j.Name()+": "+j.Why)
			say(j.Broken)
		}
	}
	if len(v.Invalid) > 0 {
		out = append(out, "invalid")
		say(v.Invalid)
	}
	return append(out, v.Faults...)
}

func TestGate(t *testing.T) {
	t.Parallel()
	const (
		two      = `type Query { t: T } type T { a: Int ab: Int }`
		one      = `type Query { t: T } type T { ab: Int }`
		due      = "type Query { t: T } type T { ab: Int a: Int @deprecated(reason: \"Use `ab` instead. Removed after 2027-05-31.\") }"
		early    = "type Query { t: T } type T { ab: Int a: Int @deprecated(reason: \"Use `ab` instead. Removed after 2027-06-01.\") }"
		kept     = "type Query { t: T } type T { ab: Int a: Int @deprecated(reason: \"Use `ab` instead. Kept for compatibility.\") }"
		wordless = "type Query { t: T } type T { ab: Int a: Int @deprecated }"
		optional = `type Query { t(i: I): Int } input I { f: Int }`
		required = `type Query { t(i: I): Int } input I { f: Int g: Int! }`
	)
	known := func(c clients) *clients { return &c }
	for name, tt := range map[string]struct {
		before, after string
		clients       *clients
		acknowledged  string
		want          []string
	}{
		"NothingKnown":    {two, one, nil, "", []string{"field-removed T.a: nothing is known of clients: check with the data of the shops (--app-data)"}},
		"NobodyUsesIt":    {two, one, known(used("web", "Q", today, "Query", "T", "T.ab")), "", []string{}},
		"SomebodyUsesIt":  {two, one, known(used("web", "Q", today, "Query", "T", "T.a")), "", []string{"field-removed T.a: 1 operation would break", "  web Q T.a"}},
		"UsedLongAgo":     {two, one, known(used("web", "Q", daysAgo(91), "T.a")), "", []string{}},
		"UsedNotLongAgo":  {two, one, known(used("web", "Q", daysAgo(89), "T.a")), "", []string{"field-removed T.a: 1 operation would break", "  web Q T.a"}},
		"Registered":      {two, one, known(registered("query Q { t { a } }", "query R { t { ab } }")), "", []string{"field-removed T.a: 1 operation would break", "  web Q T.a"}},
		"NeverValid":      {two, one, known(registered("query Q { t { a x } }", "query R {")), "", []string{}},
		"DueUnknown":      {due, one, nil, "", []string{}},
		"DueUsed":         {due, one, known(used("web", "Q", daysAgo(59), "T.a")), "", []string{"field-removed T.a: 1 operation would break", "  web Q T.a"}},
		"DueNoLongerUsed": {due, one, known(used("web", "Q", daysAgo(61), "T.a")), "", []string{}},
		"OnTheLastDay":    {early, one, known(clients{}), "", []string{"field-removed T.a: it was promised until 2027-06-01"}},
		"Kept":            {kept, one, known(clients{}), "", []string{"field-removed T.a: it was promised to be kept: give its deprecation a date first"}},
		"WithoutADate": {wordless, one, known(clients{}), "", []string{"field-removed T.a: its deprecation names no date: a reason is written: " +
			"Use `x` instead. Removed after YYYY-MM-DD. (or, for what never goes: Kept for compatibility.)"}},
		"TypeGoesWithWhatLedToIt": {
			"type Query { x: Int t: T @deprecated(reason: \"Use `x` instead. Removed after 2027-05-31.\") } type T { self: T u(i: I): U } type U { t: T } input I { i: I }",
			"type Query { x: Int }", nil, "", []string{},
		},
		"TypeIsStillLedTo": {
			"type Query { x: Int u: U t: T @deprecated(reason: \"Use `x` instead. Removed after 2027-05-31.\") } type T { f: Int } type U { t: T }",
			"type Query { x: Int u: U } type U { t: Int }", nil, "", []string{
				"type-removed T: nothing is known of clients: check with the data of the shops (--app-data)",
				"field-type-changed U.t: nothing is known of clients: check with the data of the shops (--app-data)",
			},
		},
		"AnswerOfAnotherType": {`type Query { a: Int! b: Int! }`, `type Query { a: Int b: Int! }`, known(registered("query Q { a }", "query R { b }")), "",
			[]string{"field-type-changed Query.a: 1 operation would break", "  web Q Query.a"}},
		"ArgumentAlwaysSent": {`type Query { a(x: Int): Int }`, `type Query { a(x: Int!): Int }`, known(registered("query Q($x: Int!) { a(x: $x) }")), "", []string{}},
		"ArgumentMaybeNull": {`type Query { a(x: Int): Int }`, `type Query { a(x: Int!): Int }`, known(registered("query Q($x: Int) { a(x: $x) }")), "",
			[]string{"argument-type-changed Query.a(x:): 1 operation would break", "  web Q Query.a(x:)"}},
		"NeverUsedMaySendAnything": {optional, required, known(registered("query Q($i: I) { t(i: $i) }")), "", []string{"input-field-added I.g: 1 operation would break", "  web Q Query.t(i:)"}},
		"InputNotSent":             {optional, required, known(registered("query Q { t }")), "", []string{}},
		"OneNameTwoTypes": { // safe in itself, but the two fields do not merge any more
			`type Query { u: U } union U = A | B type A { x: Int } type B { x: Int }`, `type Query { u: U } union U = A | B type A { x: Int! } type B { x: Int }`,
			known(registered("query Q { u { ... on A { x } ... on B { x } } }", "query R { u { ... on A { x } } }")), "", []string{"invalid", "  web Q "},
		},
		"MemberAskedFor": {`type Query { u: U a: A } union U = A | B type A { x: Int } type B { x: Int }`, `type Query { u: U a: A } union U = B type A { x: Int } type B { x: Int }`,
			known(registered("query Q { u { ... on A { x } } }", "query R { u { ... on B { x } } a { x } }")), "", []string{"union-member-removed U=A: 1 operation would break", "  web Q A"}},
		"Dangerous": {`type Query { e: E } enum E { A }`, `type Query { e: E } enum E { A B }`, known(clients{}), "",
			[]string{"enum-value-added E.B: acknowledge it in the file of --acknowledged FILE by the line: enum-value-added E.B and why it may be made"}},
		"Acknowledged": {`type Query { e: E } enum E { A }`, `type Query { e: E } enum E { A B }`, nil, "# why\nenum-value-added E.B clients pass over it", []string{}},
		"AcknowledgedWhatIsNotThere": {two, two, nil, "enum-value-added E.B clients pass over it",
			[]string{"enum-value-added E.B is acknowledged, but there is no such change: remove the line"}},
		"NothingToAcknowledge": {two, one, known(used("web", "Q", today, "T.a")), "field-removed T.a nobody will ever notice",
			[]string{"field-removed T.a: 1 operation would break", "  web Q T.a", "field-removed T.a is acknowledged, but there is no such change: remove the line"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acknowledged, err := evolution.ReadAcknowledged(tt.acknowledged)
			if err != nil {
				t.Fatal(err)
			}
			g := evolution.Gate{Before: read(t, tt.before), After: read(t, tt.after), Now: today, Acknowledged: acknowledged}
			if tt.clients != nil {
				g.Operations, g.Usage = tt.clients, tt.clients
			}
			v, err := g.Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, summary(v)); diff != "" {
				t.Error(diff)
			}
			if v.OK() != (len(tt.want) == 0) {
				t.Errorf("it is OK: %v", v.OK())
			}
		})
	}
}

// TestValuesOfRegisteredOperations shows that use tells what the variables of a registered operation hold.
func TestValuesOfRegisteredOperations(t *testing.T) {
	t.Parallel()
	before := read(t, `type Query { t(i: I): Int } input I { f: Int e: E } enum E { A B }`)
	after := read(t, `type Query { t(i: I): Int } input I { f: Int e: E } enum E { A }`)
	q := sent{name: "Q", text: "query Q($i: I) { t(i: $i) }", variables: map[string]any{"i": map[string]any{"e": "A"}}}
	check := func(variables map[string]any) []string {
		q.variables = variables
		c := record(t, before, []sent{q}, today, true)
		v, err := evolution.Gate{Before: before, After: after, Now: today, Operations: c, Usage: c}.Check(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return summary(v)
	}
	if got := check(map[string]any{"i": map[string]any{"e": "A"}}); len(got) > 0 {
		t.Errorf("it never sends the value: %v", got)
	}
	want := []string{"enum-value-removed E.B: 1 operation would break", "  web Q E.B"}
	if diff := cmp.Diff(want, check(map[string]any{"i": map[string]any{"e": "B"}})); diff != "" {
		t.Error(diff)
	}
}

// TestDeprecations goes through what reasons and dates may be.
func TestDeprecations(t *testing.T) {
	t.Parallel()
	deprecated := func(reason string) string {
		return "type Query { f(x: Int y: Int): Int g(x: Int! @deprecated(reason: \"Use `y` instead. Kept for compatibility.\") y: Int): Int" +
			" a: Int @deprecated(reason: \"" + reason + "\") } type T { f: Int }"
	}
	const must = "Query.g(x:): it has to be sent, so that nobody can do without it: make it optional first"
	for name, tt := range map[string]struct{ before, after, want string }{
		"Neighbor":         {"", "Use `f` instead. Removed after 2028-06-01.", ""},
		"Coordinate":       {"", "Use `T.f` instead. Removed after 2028-06-01.", ""},
		"Argument":         {"", "Use `f(x:)` instead. Removed after 2028-06-01.", ""},
		"Several":          {"", "Use `f`, `g` or `T.f` instead. Kept for compatibility.", ""},
		"Both":             {"", "Use `f` and `g` instead. Kept for compatibility.", ""},
		"NoReplacement":    {"", "Use `h` instead. Removed after 2028-06-01.", "Query.a: there is no `h` to use instead"},
		"NoArgument":       {"", "Use `f(z:)` instead. Removed after 2028-06-01.", "Query.a: there is no `f(z:)` to use instead"},
		"NoDate":           {"", "Use `f` instead.", "Query.a: a reason is written: Use `x` instead. Removed after YYYY-MM-DD. (or, for what never goes: Kept for compatibility.)"},
		"NoDay":            {"", "Use `f` instead. Removed after 2028-02-30.", "Query.a: there is no day 2028-02-30"},
		"TooEarly":         {"", "Use `f` instead. Removed after 2028-05-31.", "Query.a: clients have less than 12 months from the release on: a date from 2028-06-01 on is meant"},
		"ReleasedSo":       {"Use `f` instead. Removed after 2027-07-01.", "Use `f` instead. Removed after 2027-07-01.", ""},
		"Postponed":        {"Use `f` instead. Removed after 2027-07-01.", "Use `g` instead. Removed after 2027-08-01.", ""},
		"Hastened":         {"Use `f` instead. Removed after 2028-07-01.", "Use `f` instead. Removed after 2028-05-01.", "Query.a: clients have less than 12 months from the release on: a date from 2028-06-01 on is meant"},
		"HastenedInTime":   {"Use `f` instead. Removed after 2030-01-01.", "Use `f` instead. Removed after 2028-06-01.", ""},
		"NoLongerKept":     {"Use `f` instead. Kept for compatibility.", "Use `f` instead. Removed after 2027-12-01.", "Query.a: clients have less than 12 months from the release on: a date from 2028-06-01 on is meant"},
		"KeptAfterAll":     {"Use `f` instead. Removed after 2027-07-01.", "Use `f` instead. Kept for compatibility.", ""},
		"OverdueButThere":  {"Use `f` instead. Removed after 2026-07-01.", "Use `f` instead. Removed after 2026-07-01.", ""},
		"WithoutBackticks": {"", "Use f instead. Removed after 2028-06-01.", "Query.a: a reason is written: Use `x` instead. Removed after YYYY-MM-DD. (or, for what never goes: Kept for compatibility.)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := `type Query { f(x: Int y: Int): Int g(x: Int! y: Int): Int a: Int } type T { f: Int }`
			if tt.before != "" {
				before = deprecated(tt.before)
			}
			v, err := evolution.Gate{Before: read(t, before), After: read(t, deprecated(tt.after)), Now: today}.Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := []string{must}
			if tt.want != "" {
				want = []string{tt.want, must}
			}
			if diff := cmp.Diff(want, v.Faults); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestOurDeprecations holds those of our schema to the rules, against the released one.
func TestOurDeprecations(t *testing.T) {
	t.Parallel()
	current, err := evolution.Current()
	if err != nil {
		t.Fatal(err)
	}
	v, err := evolution.Gate{Before: current, After: current, Now: time.Now()}.Check(t.Context())
	if err != nil || !v.OK() || len(v.Changes) > 0 {
		t.Errorf("%v, %v", summary(v), err)
	}
}

func TestAcknowledgedThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"enum-value-added E.B":                            "line 1: a kind, a coordinate and a reason of a few words are meant",
		"\nenum-value-added E.B ok":                       "line 2: a kind, a coordinate and a reason of a few words are meant",
		"cost-raised T a b c\n# x\ncost-raised T a b c\n": "line 3: cost-raised T is there twice",
	} {
		if _, err := evolution.ReadAcknowledged(text); err == nil || err.Error() != want {
			t.Errorf("%v; want %s", err, want)
		}
	}
}

// away is a database that is away.
type away struct{}

var errAway = errors.New("away")

func (away) InForce(context.Context) ([]evolution.Operation, error) { return nil, errAway }
func (away) Used(context.Context, []string, time.Time) ([]evolution.Use, error) {
	return nil, errAway
}

func TestTheGateDoesNotGuess(t *testing.T) {
	t.Parallel()
	before, after := read(t, `type Query { a: Int b: Int }`), read(t, `type Query { a: Int }`)
	for _, g := range []evolution.Gate{{Operations: away{}, Usage: clients{}}, {Operations: clients{}, Usage: away{}}} {
		g.Before, g.After, g.Now = before, after, today
		if _, err := g.Check(t.Context()); !errors.Is(err, errAway) {
			t.Errorf("it judges without data: %v", err)
		}
	}
	v, err := evolution.Gate{Before: before, After: after, Now: today, Usage: clients{}}.Check(t.Context())
	if err != nil || v.OK() || v.Known {
		t.Errorf("it judges by half of the data: %v, %v", v, err)
	}
}

// TestReport shows how a verdict is told.
func TestReport(t *testing.T) {
	t.Parallel()
	c := used("web", "Q", daysAgo(3), "Query.b")
	c.operations = registered("query R { b }").operations
	v, err := evolution.Gate{
		Before: read(t, `type Query { a: Int b: Int e: E } enum E { A }`), After: read(t, `type Query { a: Int! e: E } enum E { A B }`), Now: today, Operations: c, Usage: c,
	}.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	if err := v.Write(&said); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(said.String()) {
		lines = append(lines, strings.TrimRight(line, "\n"))
	}
	for _, want := range []string{
		"3 changes: 1 breaking, 1 dangerous, 1 safe; held against 1 registered operation and the use that was counted",
		"FAILS    breaking   field-removed Query.b  2 operations would break",
		"  web  R          Query.b  registered in release 1; Cannot query field \"b\" on type \"Query\".",
		"  web  Q          Query.b  used 3 times, last on 2027-05-29",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("it does not say %q:\n%s", want, said.String())
		}
	}
}

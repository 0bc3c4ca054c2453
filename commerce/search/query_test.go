package search

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/fault"
)

// shape writes a query back, to compare.
func shape(n *node) string {
	var parts []string
	for _, k := range n.kids {
		parts = append(parts, shape(k))
	}
	star := map[bool]string{true: "*"}
	switch n.op {
	case opText:
		s := strings.Join(n.text.words, "+") + star[n.text.prefix]
		if n.text.title {
			s = "title:" + s
		}
		return s
	case opField:
		return n.field.name + n.field.cmp + "'" + n.field.value + "'" + star[n.field.prefix]
	case opNot:
		return "-" + parts[0]
	case opAny:
		return "[" + strings.Join(parts, " | ") + "]"
	}
	return "{" + strings.Join(parts, " & ") + "}"
}

func TestParse(t *testing.T) {
	cases := []struct{ query, want string }{
		{"", "{}"}, {"  ", "{}"}, {"oak", "oak"}, {"Oak Chair", "{oak & chair}"}, {`"oak chair"`, "oak+chair"}, {"AB-123", "ab+123"},
		{"a OR b c", "[a | {b & c}]"}, {"(a OR b) c", "{[a | b] & c}"}, {"a AND b", "{a & b}"}, {"-a", "-a"}, {"NOT a b", "{-a & b}"}, {"-(a b)", "-{a & b}"},
		{"cha*", "cha*"}, {"vendor:Acme", "vendor='Acme'"}, {`vendor:"Acme Inc"`, "vendor='Acme Inc'"}, {"vendor:'Acme Inc'", "vendor='Acme Inc'"},
		{"price:>=10", "price>='10'"}, {"variants.price:<5 price:=3", "{variants.price<'5' & price='3'}"}, {"tag_not:new", "-tag='new'"}, {"vendor:*", "vendor=''*"},
		{`vendor\:acme`, "vendor+acme"}, {`tag:a\ b`, "tag='a b'"}, {"title:Oak", "title:oak"}, {"Vendor:x", "vendor='x'"}, {"don't", "dont"}, {"!!!", "[]"},
		{"created_at:>'2026-01-02T03:04:05Z'", "created_at>'2026-01-02T03:04:05Z'"}, {"12:30", "12+30"}, {"orchid", "orchid"}, {"ORANGE", "orange"}, {"metafields.a.b:c", "metafields.a.b='c'"},
	}
	for _, c := range cases {
		n, err := parse(c.query, manner{})
		if err != nil {
			t.Errorf("%q: %v", c.query, err)
			continue
		}
		if diff := cmp.Diff(c.want, shape(n)); diff != "" {
			t.Errorf("%q: %s", c.query, diff)
		}
	}
	typed := []struct{ query, want string }{
		{"usb:c", "usb+c*"}, {`"oak cha`, "oak+cha*"}, {"(oak", "oak*"}, {"oak) chair", "{oak & chair*}"}, {"oak OR", "oak*"}, {"price:cheap", "price+cheap*"}, {`nail 5"`, "{nail & 5*}"}, {"vendor:acme oak", "{vendor='acme' & oak*}"},
	}
	for _, c := range typed {
		n, err := parse(c.query, manner{typed: true, last: true})
		if err != nil || shape(n) != c.want {
			t.Errorf("typed %q: %s, %v, want %s", c.query, shape(n), err, c.want)
		}
	}
}

// FuzzParse proves that no query breaks the parser, and that what it makes can be written for both databases.
func FuzzParse(f *testing.F) {
	for _, q := range []string{"", "a OR (b -c:d)", `"x`, "vendor:'a'", "NOT NOT a", "((((", "))))", "-", "a:*", `\`, "title:>x", "é*", "OR AND NOT -(", "price:>=1.5 OR tag_not:x"} {
		f.Add(q, true)
		f.Add(q, false)
	}
	f.Fuzz(func(t *testing.T, query string, typed bool) { survives(t, query, typed) })
}

// TestParseSurvives is FuzzParse over queries of the characters that mean something.
func TestParseSurvives(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "oak", " ", "(", ")", "-", "\"", "'", "\\", "*", ":", "vendor:", "price:", "title:", ">", ">=", "<", "OR", "AND", "NOT", "1.5", "é", "日", "\x00", "\xff", "tag_not:", "metafields.a.b:", "created_at:"})
	rapid.Check(t, func(r *rapid.T) {
		query := strings.Join(rapid.SliceOfN(piece, 0, 25).Draw(r, "query"), "")
		survives(r, query, rapid.Bool().Draw(r, "typed"))
	})
}

// survives reads a query: it is refused, or what it is read as can be written for both databases.
func survives(t interface{ Fatalf(string, ...any) }, query string, typed bool) {
	n, err := parse(query, manner{typed: typed, last: typed, staff: true})
	if err != nil {
		if !fault.Is(err, fault.Invalid) {
			t.Fatalf("%q: %v", query, err)
		}
		return
	}
	for _, k := range []string{Product, Page} {
		s := newStmt(view{currency: "USD"})
		if sql := s.node(n, k); strings.Count(sql, "(") != strings.Count(sql, ")") {
			t.Fatalf("%q: %s", query, sql)
		}
	}
	for _, m := range []match{tsquery{}, fts5{}} {
		for _, text := range mentioned(n) {
			s, _ := write(m, text)
			if strings.ContainsAny(strings.Join(text.text.words, ""), "'\"\\:*()&|!<> ") || s == "" {
				t.Fatalf("%q: %q", query, s)
			}
		}
	}
}

func TestWords(t *testing.T) {
	for in, want := range map[string][]string{
		"Crème Brûlée": {"creme", "brulee"}, "Straße-12": {"strasse", "12"}, "L’été": {"lete"}, "ŁÓDŹ": {"lodz"}, "日本 tea": {"日", "本", "tea"}, "a\x00b": {"a", "b"}, "…": nil, "ﬁne": {"fine"}, "Ἀθήνα": {"αθηνα"},
	} {
		if got := Words(in); !slices.Equal(got, want) {
			t.Errorf("%q has the words %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"chairs": "chair", "dresses": "dress", "boxes": "box", "glass": "", "bus": "", "berries": "berry", "gas": "", "shoes": "shoe", "benches": "bench"} {
		if got := singular(in); got != want {
			t.Errorf("%q is the plural of %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.String().Draw(r, "text")
		for _, w := range Words(text) {
			if again := Words(w); !slices.Equal(again, []string{w}) {
				r.Fatalf("%q is the words %q", w, again)
			}
		}
	})
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b   string
		prefix bool
		want   int
	}{{"chair", "chair", false, 0}, {"chiar", "chair", false, 1}, {"cair", "chair", false, 1}, {"chairs", "chair", false, 1}, {"cha", "chair", true, 0}, {"cah", "chair", true, 1}, {"wallnut", "walnut", false, 1}, {"x", "chair", false, 3}, {"kitten", "sitting", false, 3}} {
		if got := distance(c.a, c.b, c.prefix, 2); got != c.want {
			t.Errorf("%s to %s is %d, want %d", c.a, c.b, got, c.want)
		}
	}
	word := rapid.StringOfN(rapid.RuneFrom([]rune("abc")), 0, 8, -1)
	rapid.Check(t, func(r *rapid.T) {
		a, b := word.Draw(r, "a"), word.Draw(r, "b")
		if x, y := distance(a, b, false, 8), distance(b, a, false, 8); x != y || (x == 0) != (a == b) {
			r.Fatalf("%s to %s is %d, back %d", a, b, x, y)
		}
	})
}

func TestBounds(t *testing.T) {
	for _, c := range []struct {
		cmp, value string
		currency   money.Currency
		low, high  int64
	}{
		{"=", "10", "USD", 1000, 1000}, {">", "10", "USD", 1001, 1 << 62}, {">=", "10.005", "USD", 1001, 1 << 62}, {"<", "10.005", "USD", -1 << 62, 1000}, {"<=", "10.009", "USD", -1 << 62, 1000},
		{"=", "10.005", "USD", 1001, 1000}, {">=", "100.5", "JPY", 101, 1 << 62}, {"<=", "-0.5", "JPY", -1 << 62, -1}, {">=", "-1", "USD", -100, 1 << 62}, {"<=", "99999999999999999999999", "USD", -1 << 62, 1 << 62},
	} {
		low, high, err := bounds(c.cmp, c.value, c.currency)
		if err != nil || low != c.low || high != c.high {
			t.Errorf("%s%s %s is %d to %d (%v), want %d to %d", c.cmp, c.value, c.currency, low, high, err, c.low, c.high)
		}
	}
	for _, bad := range []string{"", "x", "1e5", "1.", ".5", "--1", "1.2.3", "٣"} {
		if _, _, err := bounds("=", bad, "USD"); err == nil {
			t.Errorf("%q is no number", bad)
		}
	}
}

func TestSuggest(t *testing.T) {
	got := suggest([]string{"Oak Chair with arms", "Café Oak Chair <b>", "Oakwood oil", "A chair of oak"}, [][]string{{"oak"}}, 10)
	want := []Suggestion{
		{"oak", "<mark>oak</mark>"}, {"oak chair", "<mark>oak</mark> chair"}, {"oakwood", "<mark>oak</mark>wood"}, {"oakwood oil", "<mark>oak</mark>wood oil"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := suggest([]string{"Café & Co"}, [][]string{{"caf"}}, 1); len(got) != 1 || got[0].StyledText != "<mark>caf</mark>é" {
		t.Errorf("%+v", got)
	}
}

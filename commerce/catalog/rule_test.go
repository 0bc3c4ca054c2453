package catalog

import (
	"testing"

	"github.com/rialtohq/rialto/platform/markup"
	"pgregory.net/rapid"
)

func TestMatches(t *testing.T) {
	boot := facts{
		title: "Hiking Boot", kind: "Shoes", vendor: "Fell & Co", tags: []string{"Leather", "outdoor"}, currency: "USD",
		variants: []variantFacts{
			{title: "42 / Brown", price: 15000, compare: amount{18000, true}, grams: 1200, inventory: 0},
			{title: "43 / Black", price: 16000, grams: 1250, inventory: 7},
		},
	}
	cases := map[string]struct {
		rule Rule
		want bool
	}{
		"TagWhateverCase":       {Rule{"TAG", "EQUALS", "leather"}, true},
		"TagMissing":            {Rule{"TAG", "EQUALS", "wool"}, false},
		"TagNotThere":           {Rule{"TAG", "NOT_EQUALS", "wool"}, true},
		"TagNotEqualsButThere":  {Rule{"TAG", "NOT_EQUALS", "OUTDOOR"}, false},
		"TitleContains":         {Rule{"TITLE", "CONTAINS", "ing bo"}, true},
		"TitleNotContains":      {Rule{"TITLE", "NOT_CONTAINS", "boot"}, false},
		"TitleStarts":           {Rule{"TITLE", "STARTS_WITH", "hiking"}, true},
		"TitleEnds":             {Rule{"TITLE", "ENDS_WITH", "hiking"}, false},
		"TypeEquals":            {Rule{"TYPE", "EQUALS", "shoes"}, true},
		"TypeSet":               {Rule{"TYPE", "IS_SET", ""}, true},
		"VendorNotSet":          {Rule{"VENDOR", "IS_NOT_SET", ""}, false},
		"PriceOfOneVariant":     {Rule{"VARIANT_PRICE", "GREATER_THAN", "155.00"}, true},
		"PriceOfNone":           {Rule{"VARIANT_PRICE", "GREATER_THAN", "160"}, false},
		"PriceLess":             {Rule{"VARIANT_PRICE", "LESS_THAN", "150.01"}, true},
		"PriceEquals":           {Rule{"VARIANT_PRICE", "EQUALS", "150"}, true},
		"PriceJunk":             {Rule{"VARIANT_PRICE", "EQUALS", "cheap"}, false},
		"CompareSet":            {Rule{"VARIANT_COMPARE_AT_PRICE", "IS_SET", ""}, true},
		"CompareNotSet":         {Rule{"VARIANT_COMPARE_AT_PRICE", "IS_NOT_SET", ""}, false},
		"CompareGreater":        {Rule{"VARIANT_COMPARE_AT_PRICE", "GREATER_THAN", "179.99"}, true},
		"CompareIgnoresWithout": {Rule{"VARIANT_COMPARE_AT_PRICE", "LESS_THAN", "100"}, false},
		"VariantTitle":          {Rule{"VARIANT_TITLE", "CONTAINS", "black"}, true},
		"Weight":                {Rule{"VARIANT_WEIGHT", "GREATER_THAN", "1200"}, true},
		"WeightFraction":        {Rule{"VARIANT_WEIGHT", "LESS_THAN", "1200.5"}, true},
		"InventoryNone":         {Rule{"VARIANT_INVENTORY", "EQUALS", "0"}, true},
		"InventoryMany":         {Rule{"VARIANT_INVENTORY", "GREATER_THAN", "7"}, false},
		"Reduced":               {Rule{"IS_PRICE_REDUCED", "IS_SET", ""}, true},
		"NotReduced":            {Rule{"IS_PRICE_REDUCED", "IS_NOT_SET", ""}, false},
		"UnknownColumn":         {Rule{"COLOR", "EQUALS", "red"}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := matches(c.rule, boot); got != c.want {
				t.Errorf("%+v: %v", c.rule, got)
			}
		})
	}
	set := func(any bool, rules ...*Rule) bool {
		return RuleSet{AppliedDisjunctively: any, Rules: rules}.matches(boot)
	}
	yes, no := &Rule{"TYPE", "EQUALS", "Shoes"}, &Rule{"TYPE", "EQUALS", "Hats"}
	for name, got := range map[string]bool{
		"AllHold": set(false, yes, yes), "OneOfAny": set(true, no, yes), "NotAll": !set(false, yes, no), "NoneOfAny": !set(true, no, no),
		"NoRules": !set(false), "NoRulesAny": !set(true),
	} {
		if !got {
			t.Error(name)
		}
	}
}

func TestOppositeRelationsNeverAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-c]{0,3}`)
		f := facts{title: word.Draw(t, "title"), kind: word.Draw(t, "type"), vendor: word.Draw(t, "vendor"), tags: rapid.SliceOfN(word, 0, 3).Draw(t, "tags"), currency: "USD"}
		for range rapid.IntRange(1, 3).Draw(t, "variants") {
			f.variants = append(f.variants, variantFacts{
				title: word.Draw(t, "variant"), price: rapid.Int64Range(0, 3).Draw(t, "price"),
				compare: amount{rapid.Int64Range(0, 3).Draw(t, "compare"), rapid.Bool().Draw(t, "given")}, grams: rapid.Int64Range(0, 3).Draw(t, "grams"),
			})
		}
		column := rapid.SampledFrom([]string{"TAG", "TITLE", "TYPE", "VENDOR", "VARIANT_TITLE", "VARIANT_PRICE", "VARIANT_COMPARE_AT_PRICE", "VARIANT_WEIGHT", "IS_PRICE_REDUCED"}).Draw(t, "column")
		relation := rapid.SampledFrom([]string{"NOT_EQUALS", "NOT_CONTAINS", "IS_NOT_SET"}).Draw(t, "relation")
		condition := rapid.StringMatching(`[a-c]{1,2}|0\.0[0-3]`).Draw(t, "condition")
		if matches(Rule{column, relation, condition}, f) == matches(Rule{column, opposites[relation], condition}, f) {
			t.Fatalf("%s %s and its opposite agree on %+v", column, relation, f)
		}
	})
}

func TestRuleCheck(t *testing.T) {
	good := []Rule{{"TAG", "EQUALS", "x"}, {"VARIANT_PRICE", "LESS_THAN", "9.99"}, {"IS_PRICE_REDUCED", "IS_SET", ""}, {"VARIANT_INVENTORY", "GREATER_THAN", "0"}}
	bad := []Rule{{"COLOR", "EQUALS", "x"}, {"TAG", "GREATER_THAN", "x"}, {"TAG", "EQUALS", " "}, {"VARIANT_PRICE", "LESS_THAN", "9.999"}, {"VARIANT_PRICE", "CONTAINS", "9"},
		{"VARIANT_WEIGHT", "EQUALS", "heavy"}, {"VARIANT_WEIGHT", "EQUALS", "NaN"}, {"IS_PRICE_REDUCED", "EQUALS", "true"}}
	for _, r := range good {
		if wrong := r.check("USD"); wrong != "" {
			t.Errorf("%+v: %s", r, wrong)
		}
	}
	for _, r := range bad {
		if r.check("USD") == "" {
			t.Errorf("%+v is accepted", r)
		}
	}
}

func TestCleanHTML(t *testing.T) {
	cases := map[string]struct{ in, clean, text string }{
		"Plain":            {"Just  text", "Just  text", "Just text"},
		"ToTheLetter":      {`<P CLASS=x>A &amp; B<br>C</P>`, `<P CLASS=x>A &amp; B<br>C</P>`, "A & B C"},
		"ScriptGoes":       {`a<script>alert("<b>")</script>b`, `ab`, "ab"},
		"HandlerGoes":      {`<img src="/x.png" onerror="alert(1)" alt="X">`, `<img src="/x.png" alt="X">`, ""},
		"SchemeGoes":       {"<a href=\"java\tscript:alert(1)\">x</a>", `<a>x</a>`, "x"},
		"DataPageGoes":     {`<a href="data:text/html,x">x</a>`, `<a>x</a>`, "x"},
		"LinksStay":        {`<a href="https://a.test/?b=c:d">x</a><a href="/c:d">y</a>`, `<a href="https://a.test/?b=c:d">x</a><a href="/c:d">y</a>`, "xy"},
		"ForeignGoes":      {`<svg><style><img src=x onerror=alert(1)></style></svg>ok`, `ok`, "ok"},
		"NestedForeign":    {`<svg><svg></svg><script>x</script></svg>ok`, `ok`, "ok"},
		"FrameGoes":        {`<iframe src="https://a.test"></iframe>ok`, `ok`, "ok"},
		"CommentGoes":      {`a<!-- <script>x</script> -->b`, `ab`, "ab"},
		"StyleIsNoText":    {`<style>p{color:red}</style><p>x</p>`, `<style>p{color:red}</style><p>x</p>`, "x"},
		"UnfinishedScript": {`ok<script>alert(1)`, `ok`, "ok"},
		"UnfinishedTag":    {`ok<img src=x onerror=alert(1)`, `ok`, "ok"},
		"Blocks":           {`<ul><li>One</li><li>Two</li></ul>`, `<ul><li>One</li><li>Two</li></ul>`, "One Two"},
		"FormGoes":         {`<form action=x><input>ok</form>`, `ok`, "ok"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			clean, text := markup.Clean(c.in)
			if clean != c.clean || text != c.text {
				t.Errorf("got %q, %q\nwant %q, %q", clean, text, c.clean, c.text)
			}
			if again, _ := markup.Clean(clean); again != clean {
				t.Errorf("cleaned again it is %q", again)
			}
		})
	}
}

func TestOptionKey(t *testing.T) {
	if OptionKey([]string{"Red", "S"}) != OptionKey([]string{"RED", "s"}) || OptionKey([]string{"a", "b"}) == OptionKey([]string{"ab"}) {
		t.Error("keys differ by case, or values run together")
	}
}

func TestArrange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "n")
		spread := rapid.SampledFrom([]int64{0, 1, 2, gap}).Draw(t, "spread")
		var list []*place
		var want []*place
		for i := range n {
			list = append(list, &place{product: newID(), position: int64(i) * spread})
		}
		want = append(want, list...)
		var moves []Move
		for range rapid.IntRange(0, 5).Draw(t, "moves") {
			from, to := rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n+1).Draw(t, "to")
			p := list[from]
			moves = append(moves, Move{Product: p.product, To: to})
			var rest []*place
			for _, q := range want {
				if q != p {
					rest = append(rest, q)
				}
			}
			to = min(to, len(rest))
			want = append(append(append([]*place{}, rest[:to]...), p), rest[to:]...)
		}
		c := &checker{}
		c.arrange(append([]*place{}, list...), moves)
		if len(moves) == 0 {
			return
		}
		for i := 1; i < n; i++ {
			if want[i-1].position >= want[i].position {
				t.Fatalf("place %d stands at %d, the next at %d", i-1, want[i-1].position, want[i].position)
			}
		}
	})
}

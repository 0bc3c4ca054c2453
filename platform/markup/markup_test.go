package markup_test

import (
	"strings"
	"testing"

	"github.com/rialtohq/rialto/platform/markup"
)

func TestClean(t *testing.T) {
	for _, tc := range []struct{ name, raw, clean, text string }{
		{"PlainTextStays", "Two  words", "Two  words", "Two words"},
		{"MarkupStaysToTheLetter", `<p class="a">One</p><p>Two &amp; three</p>`, `<p class="a">One</p><p>Two &amp; three</p>`, "One Two & three"},
		{"ScriptsGo", `a<script>alert(1)</script>b`, "ab", "ab"},
		{"HandlersGo", `<img src="/a.png" onerror="x()">`, `<img src="/a.png">`, ""},
		{"ScriptAddressesGo", `<a href="java script:x()">t</a>`, `<a>t</a>`, "t"},
		{"NestedForeignContentGoes", `<svg><svg><p>x</p></svg><script>y</script></svg>z`, "z", "z"},
		{"AddressesStay", `<a href="https://rialto.test/a:b">t</a>`, `<a href="https://rialto.test/a:b">t</a>`, "t"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			clean, text := markup.Clean(tc.raw)
			if clean != tc.clean || text != tc.text {
				t.Fatalf("%q, %q", clean, text)
			}
		})
	}
}

func FuzzCleanIsFinal(f *testing.F) {
	f.Add(`<p onclick=x>a<script>b</script><a href=" javascript:c">`)
	f.Fuzz(func(t *testing.T, raw string) {
		clean, _ := markup.Clean(raw)
		again, _ := markup.Clean(clean)
		if strings.Contains(strings.ToLower(again), "<script") {
			t.Fatalf("%q became %q", raw, again)
		}
	})
}

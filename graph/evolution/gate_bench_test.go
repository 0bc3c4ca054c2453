package evolution_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rialtohq/rialto/graph/evolution"
)

// BenchmarkCheck holds 10,000 different registered operations, with what was counted of them, against a schema in which a field may be null.
func BenchmarkCheck(b *testing.B) {
	before, err := evolution.Current()
	if err != nil {
		b.Fatal(err)
	}
	head, product, _ := strings.Cut(evolution.Print(before), "\ntype Product ")
	after := read(b, head+"\ntype Product "+strings.Replace(product, "  handle: String!\n", "  handle: String\n", 1))
	ops := corpus(b, before)
	many := make([]sent, 10_000)
	for i := range many {
		many[i] = ops[i%len(ops)]
		many[i].name = fmt.Sprintf("%s %d", many[i].name, i)
		many[i].text += fmt.Sprintf("\n# %d", i)
	}
	now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	known := record(b, before, many, now, true)
	for b.Loop() {
		v, err := evolution.Gate{Before: before, After: after, Now: now, Operations: known, Usage: known}.Check(b.Context())
		if err != nil || v.OK() || v.Operations != len(many) {
			b.Fatal(err)
		}
	}
}

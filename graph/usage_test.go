package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rialtohq/rialto/graph"
	"github.com/rialtohq/rialto/graph/coordinate"
)

// The first day on which something can be gone, and the first since when something is deprecated, are told; at most twenty places.
func TestWarn(t *testing.T) {
	t.Parallel()
	day := func(text string) time.Time {
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	found := []coordinate.Deprecation{
		{Coordinate: "Query.productByHandle", Reason: "Use `product` instead.", RemovedAfter: day("2028-03-01")},
		{Coordinate: "Image.src", Reason: "Use `url` instead.", RemovedAfter: day("2027-12-31")},
		{Coordinate: "Not.known"},
	}
	header, told := graph.Warn(found)
	if got := header.Get("Sunset"); got != "Fri, 31 Dec 2027 23:59:59 GMT" {
		t.Errorf("Sunset: %s", got)
	}
	if got := header.Get("Deprecation"); got != fmt.Sprintf("@%d", day("2026-11-27").Unix()) {
		t.Errorf("Deprecation: %s", got)
	}
	text, err := json.Marshal(told)
	const want = "{\"coordinate\":\"Image.src\",\"reason\":\"Use `url` instead.\",\"removedAfter\":\"2027-12-31\"},{\"coordinate\":\"Not.known\",\"reason\":\"\",\"removedAfter\":null}]"
	if err != nil || !strings.HasSuffix(string(text), want) {
		t.Errorf("%s", text)
	}
	header, _ = graph.Warn(found[2:])
	if len(header) != 0 {
		t.Errorf("nothing is known of it, and it is told: %v", header)
	}
	var many []coordinate.Deprecation
	for i := range 30 {
		many = append(many, coordinate.Deprecation{Coordinate: fmt.Sprint(i)})
	}
	_, told = graph.Warn(many)
	if text, err = json.Marshal(told); err != nil || strings.Count(string(text), "coordinate") != 20 {
		t.Errorf("%s", text)
	}
}

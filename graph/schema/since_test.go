package schema_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"

	"github.com/rialtohq/rialto/graph/coordinate"
	"github.com/rialtohq/rialto/graph/schema"
)

// Everything that is deprecated says since when, in deprecated.txt: what is new there gets today's day by -update.
func TestDeprecatedSince(t *testing.T) {
	t.Parallel()
	loaded, err := gqlparser.LoadSchema(schema.Sources()...)
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	today := time.Now().UTC().Format(time.DateOnly)
	for _, at := range coordinate.NewSchema(loaded).Deprecations() {
		day := today
		if since, known := schema.DeprecatedSince(at); known {
			day = since.Format(time.DateOnly)
		}
		fmt.Fprintf(&want, "%s %s\n", at, day)
	}
	if *update {
		if err := os.WriteFile("deprecated.txt", []byte(want.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile("deprecated.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(have)); diff != "" {
		t.Errorf("graph/schema/deprecated.txt does not hold what is deprecated; go test ./graph/schema -run DeprecatedSince -update\n%s", diff)
	}
	if _, known := schema.DeprecatedSince("Product.title"); known {
		t.Error("what is in use is deprecated")
	}
}

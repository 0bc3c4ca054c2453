package limits_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rialtohq/rialto/graph/limits"
)

// TestStorefrontDocumentsFit holds the limits against documents as shops send them, written after the shapes that
// published storefronts use: they must pass with room for three times as much.
func TestStorefrontDocumentsFit(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.graphql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			doc, refusal := limits.Limits{Tokens: 8_000 / 3}.Parse(string(text))
			if refusal != nil {
				t.Fatal(refusal)
			}
			l := limits.Limits{Aliases: 33, RootFields: 10, Directives: 33, Repeats: 33, Overlap: 16_000, Selections: 6_600, Fragments: 66}
			figures, refusal := l.Check(doc)
			if refusal != nil {
				t.Fatal(refusal)
			}
			if figures.Depth > 16 {
				t.Fatalf("%d levels deep", figures.Depth)
			}
		})
	}
}

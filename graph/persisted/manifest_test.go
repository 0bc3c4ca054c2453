package persisted_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/commerce/operation"
	"github.com/rialtohq/rialto/graph/persisted"
)

func TestReadManifest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []persisted.Entry
		err  string
	}{
		"Apollo": {
			text: `{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"abc","name":"Page","type":"query","body":"query Page { a }"}]}`,
			want: []persisted.Entry{{ID: "abc", Body: "query Page { a }", Where: "Page"}},
		},
		"Texts":          {text: `{"b":"{ b }","a":"{ a }"}`, want: []persisted.Entry{{ID: "a", Body: "{ a }", Where: "a"}, {ID: "b", Body: "{ b }", Where: "b"}}},
		"AnotherVersion": {text: `{"format":"apollo-persisted-query-manifest","version":2,"operations":[]}`, err: "version 2"},
		"NoObject":       {text: `[]`, err: "JSON object"},
		"NoText":         {text: `{"a":1}`, err: `"a" is not the text`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := persisted.ReadManifest([]byte(c.text))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("got %v, want %q", err, c.err)
			}
		})
	}
}

func TestReadFolder(t *testing.T) {
	t.Parallel()
	got, err := persisted.ReadFolder(fstest.MapFS{
		"a.graphql": {Data: []byte("{ a }")}, "deep/b.GQL": {Data: []byte("{ b }")}, "readme.md": {Data: []byte("nothing")},
	})
	want := []persisted.Entry{{ID: operation.HashOf("{ a }"), Body: "{ a }", Where: "a.graphql"}, {ID: operation.HashOf("{ b }"), Body: "{ b }", Where: "deep/b.GQL"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

package gid_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/platform/gid"
)

func TestParseReadsWhatStringWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := gid.ID{
			Type: rapid.StringMatching(`[A-Z][A-Za-z]{0,20}`).Draw(t, "type"),
			UUID: uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "uuid")),
			Key:  rapid.StringMatching(`[A-Za-z0-9_-]{0,40}`).Draw(t, "key"),
		}
		got, err := gid.Parse(want.String())
		if err != nil || got != want {
			t.Fatalf("Parse(%q) = %v, %v", want, got, err)
		}
		var b strings.Builder
		want.MarshalGQL(&b)
		if b.String() != `"`+want.String()+`"` {
			t.Fatalf("MarshalGQL wrote %s", b.String())
		}
	})
}

func TestParseRefusesForeignText(t *testing.T) {
	for _, s := range []string{
		"", "1", "gid://shopify/Product/1", "gid://rialto/Product/", "gid://rialto/Product/1", "gid://rialto//0190f000-0000-7000-8000-000000000000",
		"gid://rialto/Pro duct/0190f000-0000-7000-8000-000000000000", "gid://rialto/Product/0190f000-0000-7000-8000-00000000000g",
		"gid://rialto/Cart/0190f000-0000-7000-8000-000000000000?key=a\"b", strings.Repeat("gid://rialto/Product/", 100),
	} {
		if id, err := gid.Parse(s); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", s, id)
		}
	}
}

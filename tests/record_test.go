package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Who erases a person takes the person's own words out of the record, and nothing else: what was done, when and by whom stays.
const erasure = "commerce/privacy/store_text.go"

var blanking = regexp.MustCompile("UPDATE audit_entry SET data = NULL WHERE shop_id = \\$1 AND id = \\$2`")

// TestTheRecordIsOnlyAddedTo looks for a statement that would change what was recorded, or take it away.
func TestTheRecordIsOnlyAddedTo(t *testing.T) {
	t.Parallel()
	change := regexp.MustCompile(`(?is)\b(UPDATE|DELETE\s+FROM|TRUNCATE(\s+TABLE)?|MERGE\s+INTO)\s+"?audit_entry\b`)
	added := 0
	for _, f := range files(t) {
		if strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		b, err := os.ReadFile(filepath.Join("..", f.path))
		if err != nil {
			t.Fatal(err)
		}
		if f.path == erasure {
			b = blanking.ReplaceAll(b, nil)
		}
		if m := change.Find(b); m != nil {
			t.Errorf("%s changes the record: %s", f.path, m)
		}
		if strings.Contains(string(b), "INSERT INTO audit_entry") {
			added++
		}
	}
	if added == 0 {
		t.Fatal("nothing adds to the record: this test looks for the wrong words")
	}
	if !change.MatchString("update audit_entry SET data = NULL") || !change.MatchString("DELETE FROM audit_entry WHERE") {
		t.Fatal("a change would not be seen")
	}
}

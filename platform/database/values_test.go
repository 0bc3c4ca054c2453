package database_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/platform/database"
)

func TestValues(t *testing.T) {
	t.Parallel()
	list, args := database.Values([]any{"before"}, []string{"uuid", "bigint"}, [][]any{{"a", 1}, {"b", 2}})
	if list != "($3::uuid, $4::bigint), ($5::uuid, $6::bigint)" {
		t.Error(list)
	}
	if diff := cmp.Diff([]any{"before", "a", 1, "b", 2}, args); diff != "" {
		t.Error(diff)
	}
}

package database_test

import (
	"encoding/json"
	"reflect"
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

// own reads JSON in its own way.
type own struct{ Read string }

func (o *own) UnmarshalJSON(b []byte) error {
	o.Read = "own " + string(b)
	return nil
}

// What a column of JSON gives is what encoding/json gives, whatever is there before, by bytes and by text.
func TestJSONColumnsReadAsJSON(t *testing.T) {
	t.Parallel()
	type pair struct {
		A int
		B []string
	}
	readsAlike[[]string](t, []string{"before"})
	readsAlike[pair](t, pair{1, []string{"before"}})
	readsAlike[*pair](t, &pair{A: 1})
	readsAlike[map[string]int](t, map[string]int{"before": 1})
	readsAlike[own](t, own{"before"})
	readsAlike[*own](t, &own{"before"})
	readsAlike[[]*own](t, []*own{{"before"}})
	readsAlike[any](t, 1)
	readsAlike[int](t, 1)
	readsAlike[json.RawMessage](t, json.RawMessage("1"))
	readsAlike[[2]int](t, [2]int{1, 2})
}

func readsAlike[T any](t *testing.T, before T) {
	t.Helper()
	var zero T
	for _, text := range []string{"", "[]", "{}", "null", " [] ", "[null]", `["a"]`, `{"A":2}`, `{"A":2,"B":[]}`, "7", `"x"`, "[", "[1,2]"} {
		for _, at := range []T{zero, before} {
			want := at
			failed := json.Unmarshal([]byte(text), &want)
			for _, src := range []any{text, []byte(text)} {
				got := database.JSON[T]{V: at}
				err := got.Scan(src)
				if (err == nil) != (failed == nil) || !reflect.DeepEqual(got.V, want) {
					t.Errorf("%T of %q: %#v, %v; want %#v, %v", zero, text, got.V, err, want, failed)
				}
			}
		}
	}
	for _, scan := range []func(*database.JSON[T]) error{func(j *database.JSON[T]) error { return j.Scan(nil) }, func(j *database.JSON[T]) error { return j.ScanBytes(nil) }} {
		got := database.JSON[T]{V: before}
		if err := scan(&got); err != nil || !reflect.DeepEqual(got.V, before) {
			t.Errorf("%T of null: %#v, %v", zero, got.V, err)
		}
	}
}

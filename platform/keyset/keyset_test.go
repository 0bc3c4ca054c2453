package keyset_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

func ids(n int) []uuid.UUID {
	out := make([]uuid.UUID, n)
	for i := range out {
		out[i] = uuid.Must(uuid.NewV7())
	}
	return out
}

func self(id uuid.UUID) uuid.UUID { return id }

// Walking page by page, in either direction and order, visits every item once.
func TestWalkVisitsEachItemOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := ids(rapid.IntRange(0, 30).Draw(t, "items"))
		size := rapid.IntRange(1, 7).Draw(t, "size")
		backward := rapid.Bool().Draw(t, "backward")
		args := keyset.Args{Reverse: rapid.Bool().Draw(t, "reverse")}
		var got []uuid.UUID
		for {
			if backward {
				args.Last = &size
			} else {
				args.First = &size
			}
			page, err := keyset.Slice(args, all, self)
			if err != nil {
				t.Fatal(err)
			}
			if backward {
				got = append(slices.Clone(page.Items), got...)
				if !page.HasPrevious {
					break
				}
				args.Before = page.Start()
				continue
			}
			got = append(got, page.Items...)
			if !page.HasNext {
				break
			}
			args.After = page.End()
		}
		want := slices.Clone(all)
		if args.Reverse {
			slices.Reverse(want)
		}
		if len(all) > 0 && cmp.Diff(want, got) != "" {
			t.Fatal(cmp.Diff(want, got))
		}
	})
}

func TestWindowRefuses(t *testing.T) {
	num := func(n int) *int { return &n }
	text := func(s string) *string { return &s }
	page, _ := keyset.Slice(keyset.Args{First: num(1)}, ids(2), self)
	for name, args := range map[string]keyset.Args{
		"Both":        {First: num(1), Last: num(1)},
		"Negative":    {First: num(-1)},
		"Huge":        {Last: num(251)},
		"Junk":        {After: text("x")},
		"OtherCursor": {Before: page.End()},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := args.Window(keyset.Order{Name: "title", Column: "title", ID: "id"}); !fault.Is(err, fault.Invalid) {
				t.Fatalf("err = %v", err)
			}
		})
	}
}

func TestStatementOfWindow(t *testing.T) {
	two := 2
	page, _ := keyset.Slice(keyset.Args{First: &two}, ids(3), self)
	after := page.End()
	w, err := keyset.Args{First: &two, After: after, Reverse: true}.Window(keyset.Order{Name: "slice", ID: "p.id"})
	if err != nil {
		t.Fatal(err)
	}
	where, args := w.Where(4)
	if where != " AND p.id < (SELECT $4::uuid)" || len(args) != 1 || w.OrderBy() != " ORDER BY p.id DESC LIMIT 3" {
		t.Fatalf("%q %v %q", where, args, w.OrderBy())
	}
}

package loader_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/graph/loader"
)

type thing struct{ id, ref uuid.UUID }

func things(n int) []*thing {
	out := make([]*thing, n)
	for i := range out {
		out[i] = &thing{id: uuid.New(), ref: uuid.New()}
	}
	return out
}

func idOf(t *thing) uuid.UUID { return t.id }

func TestCohortIsOneBatch(t *testing.T) {
	ctx := loader.With(t.Context())
	all := loader.Together(ctx, things(50), idOf)
	var batches, keys atomic.Int32
	fetch := func(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]int, error) {
		batches.Add(1)
		keys.Add(int32(len(ids)))
		out := map[uuid.UUID]int{}
		for i, id := range ids {
			out[id] = i + 1
		}
		return out, nil
	}
	var wg sync.WaitGroup
	for range 2 {
		for _, o := range all {
			wg.Go(func() {
				v, err := loader.Ask(ctx, "number", o.id, o.ref, func(o *thing) (uuid.UUID, bool) { return o.ref, true }, fetch)
				if err != nil || v == 0 {
					t.Errorf("got %d, %v", v, err)
				}
			})
		}
	}
	wg.Wait()
	if batches.Load() != 1 || keys.Load() != 50 {
		t.Fatalf("%d batches with %d keys, want 1 with 50", batches.Load(), keys.Load())
	}
}

// Lists of one page overlap: what is in two of them is asked about once, whichever list came last and whoever asks first.
func TestObjectsOfTwoCohortsAreOneBatch(t *testing.T) {
	for _, announced := range [][]string{{"one", "two"}, {"two", "one"}} {
		for _, asker := range []int{0, 1} {
			all := things(3)
			lists := map[string][]*thing{"one": all[:2], "two": all[1:]}
			ctx := loader.With(t.Context())
			for _, name := range announced {
				loader.Together(ctx, lists[name], idOf)
			}
			var batches atomic.Int32
			fetch := func(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]int, error) {
				batches.Add(1)
				return map[uuid.UUID]int{ids[0]: 1}, nil
			}
			for _, o := range []*thing{lists["one"][asker], lists["one"][1-asker]} {
				if _, err := loader.Ask(ctx, "stock", o.id, o.id, loader.Same(idOf), fetch); err != nil {
					t.Fatal(err)
				}
			}
			if n := batches.Load(); n != 1 {
				t.Errorf("announced %v, asked from %d: %d batches, want 1", announced, asker, n)
			}
		}
	}
}

// A batch that another cohort sends off while this one is still being put together would be half a batch.
func TestCohortsAskedSideBySideAreABatchEach(t *testing.T) {
	for range 50 {
		ctx := loader.With(t.Context())
		var batches atomic.Int32
		fetch := func(context.Context, []uuid.UUID) (map[uuid.UUID]int, error) {
			batches.Add(1)
			return nil, nil
		}
		var wg sync.WaitGroup
		for range 4 {
			for _, o := range loader.Together(ctx, things(20), idOf) {
				wg.Go(func() {
					if _, err := loader.Ask(ctx, "number", o.id, o.id, loader.Same(idOf), fetch); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		if n := batches.Load(); n != 4 {
			t.Fatalf("%d batches for 4 cohorts", n)
		}
	}
}

func TestErrorsAreNotRemembered(t *testing.T) {
	ctx := loader.With(t.Context())
	o := things(1)[0]
	fail := true
	fetch := func(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
		if fail {
			return nil, errors.New("no luck")
		}
		return map[uuid.UUID]string{ids[0]: "luck"}, nil
	}
	ask := func() (string, error) {
		return loader.Ask(ctx, "luck", o.id, o.id, loader.Same(idOf), fetch)
	}
	if _, err := ask(); err == nil {
		t.Fatal("want an error")
	}
	fail = false
	if v, err := ask(); err != nil || v != "luck" {
		t.Fatalf("got %q, %v", v, err)
	}
}

func TestMembersWithoutKeyAreLeftOut(t *testing.T) {
	ctx := loader.With(t.Context())
	all := loader.Together(ctx, things(3), idOf)
	asked := 0
	_, err := loader.Ask(ctx, "some", all[0].id, all[0].ref, func(o *thing) (uuid.UUID, bool) { return o.ref, o != all[1] },
		func(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]int, error) { asked = len(ids); return nil, nil })
	if err != nil || asked != 2 {
		t.Fatalf("asked for %d keys, %v", asked, err)
	}
}

func TestEndOfRequestEndsTheBatch(t *testing.T) {
	parent, cancel := context.WithCancel(t.Context())
	ctx := loader.With(parent)
	o := things(1)[0]
	_, err := loader.Ask(ctx, "slow", o.id, o.id, loader.Same(idOf), func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]int, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("err = %v", err)
	}
}

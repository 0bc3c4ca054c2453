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

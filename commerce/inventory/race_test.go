package inventory_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

// together runs f n times at once and fails the test with the first error.
func together(t *testing.T, n int, f func(i int) error) {
	t.Helper()
	var wait sync.WaitGroup
	failed := make(chan error, n)
	for i := range n {
		wait.Go(func() {
			if err := f(i); err != nil {
				failed <- err
			}
		})
	}
	wait.Wait()
	close(failed)
	for err := range failed {
		t.Fatal(err)
	}
}

func short(err error) bool { _, ok := errors.AsType[inventory.OutOfStock](err); return ok }

func TestHundredUnitsThreeHundredBuyers(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		near, far := b.location(t, "near", 1), b.location(t, "far", 2)
		v := b.variant(t, true, false)
		b.put(t, v, near, 60)
		b.put(t, v, far, 40)
		b.announced(t, v)
		var won, lost atomic.Int64
		together(t, 300, func(i int) error {
			ref := inventory.Ref(fmt.Sprint("cart-", i))
			switch err := b.stock.Reserve(b.ctx, ref, lines(of(v, 1)), b.soon()); {
			case short(err):
				lost.Add(1)
				return nil
			case err != nil:
				return err
			}
			won.Add(1)
			// Every buyer's answer is lost once: two commitments run beside each other.
			var second sync.WaitGroup
			var err2 error
			sale := inventory.Commitment{Ref: ref, Lines: lines(of(v, 1)), Order: fmt.Sprint("order-", i)}
			second.Go(func() { _, err2 = b.stock.Commit(b.ctx, sale) })
			_, err := b.stock.Commit(b.ctx, sale)
			second.Wait()
			return errors.Join(err, err2)
		})
		if won.Load() != 100 || lost.Load() != 200 {
			t.Fatalf("%d bought and %d were refused, want 100 and 200", won.Load(), lost.Load())
		}
		b.expect(t, v, 0, 0)
		b.announced(t, v)
		var sold int64
		for _, place := range []uuid.UUID{near, far} {
			moves, err := b.stock.Movements(b.ctx, v, place, uuid.Nil, 500)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range moves {
				if m.Reason == inventory.Sale {
					sold -= m.Delta
				}
			}
		}
		if sold != 100 {
			t.Fatalf("the ledger sold %d", sold)
		}
	})
}

func TestOverlappingCartsInAnyOrder(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		homes := []uuid.UUID{b.location(t, "one", 1), b.location(t, "two", 2)}
		var variants []uuid.UUID
		for range 6 {
			v := b.variant(t, true, false)
			variants = append(variants, v)
			for _, home := range homes {
				b.put(t, v, home, 15)
			}
		}
		var sold [6]atomic.Int64
		together(t, 60, func(i int) error {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			for turn := range 4 {
				ref := inventory.Ref(fmt.Sprint(i%40, "-", turn)) // some refs are two buyers' at once
				var want []inventory.Line
				picks := random.Perm(6)[:1+random.IntN(4)]
				for _, n := range picks {
					want = append(want, of(variants[n], int64(1+random.IntN(2))))
				}
				if err := b.stock.Reserve(b.ctx, ref, want, b.soon()); short(err) {
					continue
				} else if err != nil {
					return err
				}
				switch random.IntN(3) {
				case 0:
					if err := b.stock.Release(b.ctx, ref); err != nil {
						return err
					}
				case 1:
					if _, err := b.stock.Extend(b.ctx, ref, b.soon()); err != nil {
						return err
					}
				default:
					got, err := b.stock.Commit(b.ctx, inventory.Commitment{Ref: ref, Lines: want, Order: fmt.Sprint(i, "/", turn)})
					if short(err) {
						continue
					} else if err != nil {
						return err
					}
					for _, a := range got {
						for n, v := range variants {
							if v == a.VariantID {
								sold[n].Add(a.Quantity)
							}
						}
					}
				}
			}
			return nil
		})
		b.adds(t)
		for n, v := range variants {
			onHand, reserved := b.level(t, v)
			if onHand != 30-sold[n].Load() || reserved < 0 || reserved > onHand {
				t.Errorf("variant %d: %d on hand, %d reserved, %d sold of 30", n, onHand, reserved, sold[n].Load())
			}
		}
	})
}

func TestSweepersShareTheWork(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		home := b.location(t, "home", 0)
		v, w := b.variant(t, true, false), b.variant(t, true, false)
		b.put(t, v, home, 100)
		b.put(t, w, home, 100)
		for i := range 50 {
			if err := b.stock.Reserve(b.ctx, inventory.Ref(fmt.Sprint(i)), lines(of(v, 1), of(w, 2)), b.clock.Now()); err != nil {
				t.Fatal(err)
			}
		}
		var released, sold atomic.Int64
		together(t, 8, func(i int) error {
			if i >= 4 { // buyers who pay at the last moment
				got, err := b.stock.Commit(b.ctx, inventory.Commitment{Ref: inventory.Ref(fmt.Sprint(i)), Lines: lines(of(v, 1), of(w, 2)), Order: fmt.Sprint("order-", i)})
				sold.Add(int64(len(got)))
				return err
			}
			for {
				n, err := b.stock.Sweep(t.Context(), 7)
				released.Add(int64(n))
				if err != nil || n == 0 {
					return err
				}
			}
		})
		if n, err := b.stock.Sweep(t.Context(), 1000); err != nil {
			t.Fatal(err)
		} else if released.Add(int64(n)); sold.Load() != 8 || released.Load() > 100 || released.Load() < 92 {
			t.Fatalf("%d released, %d sold", released.Load(), sold.Load())
		}
		b.expect(t, v, 96, 0)
		b.expect(t, w, 92, 0)
	})
}

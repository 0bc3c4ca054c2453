package inventory_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/generation"
)

// Forty who want the same article, while somebody has its row: all but the first are answered in one transaction, in their
// order, each with its own answer. What they bought then leaves the stock in one go as well.
func TestBuyersOfOneArticleAreAnsweredTogether(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		near, far := b.location(t, "near", 1), b.location(t, "far", 2)
		v, w := b.variant(t, true, false), b.variant(t, true, false)
		b.put(t, v, near, 20)
		b.put(t, v, far, 10)
		b.put(t, w, near, 1)
		b.announced(t, v, w)
		got, updates := b.crowd(t, 40, func(ctx context.Context, i int) error {
			want := lines(of(v, 1))
			if i == 7 {
				want = lines(of(v, 1), of(w, 2)) // falls short, and takes nothing from those behind it
			}
			return b.stock.Reserve(ctx, refOf(i), want, b.soon())
		})
		var buyers []int
		for i, err := range got {
			if err == nil {
				buyers = append(buyers, i)
			} else if !short(err) {
				t.Errorf("%d: %v", i, err)
			}
		}
		want := []int{0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30}
		if diff := cmp.Diff(want, buyers); diff != "" {
			t.Errorf("who was promised something: %s", diff)
		}
		if updates > 2 { // the first alone, and all the others; or all together
			t.Errorf("forty buyers changed the levels in %d statements, want at most 2", updates)
		}
		b.expect(t, v, 30, 30)
		b.announced(t, v)
		sold := make([][]inventory.Allocation, len(buyers))
		for n, i := range buyers {
			err := db.InTx(b.ctx, func(tx database.Tx) (err error) {
				sold[n], err = b.stock.CommitTx(b.ctx, tx, inventory.Commitment{Ref: refOf(i), Lines: lines(of(v, 1)), Order: string(refOf(i))})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		got, updates = b.crowd(t, len(buyers), func(ctx context.Context, n int) error { return b.stock.Settle(ctx, refOf(buyers[n]), sold[n]) })
		if diff := cmp.Diff(make([]error, len(buyers)), got); diff != "" {
			t.Error(diff)
		}
		if updates > 2 { // the first alone, and all the others; or all together
			t.Errorf("thirty sales left the stock in %d statements, want at most 2", updates)
		}
		b.expect(t, v, 0, 0)
		b.announced(t)
		b.adds(t)
	})
}

// A question that cannot be answered is its owner's alone.
func TestOneFaultIsNotTheOthers(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		v := b.variant(t, true, false)
		b.put(t, v, b.location(t, "home", 1), 20)
		got, _ := b.crowd(t, 10, func(ctx context.Context, i int) error {
			ref := refOf(i)
			if i == 5 {
				ref = "" // refused only once it is looked at, with the others
			}
			return b.stock.Reserve(ctx, ref, lines(of(v, 1)), b.soon())
		})
		for i, err := range got {
			if (err != nil) != (i == 5) {
				t.Errorf("%d: %v", i, err)
			}
		}
		b.expect(t, v, 20, 9)
		b.adds(t)
	})
}

func refOf(i int) inventory.Ref { return inventory.Ref(fmt.Sprint("cart-", i)) }

// crowd has n ask in their order while another transaction has all levels, and gives their answers and the number of
// statements that changed levels. All of them must be told of the change, whoever made it for them.
func (b *bundle) crowd(t *testing.T, n int, ask func(ctx context.Context, i int) error) (answers []error, updates int) {
	t.Helper()
	var changes atomic.Int64
	b.db.Watch(database.Watch{Tables: []string{"inventory_level"}, Committed: func(ctx context.Context, _ database.Written) {
		generation.Note(ctx, generation.Moment{Epoch: "test", At: changes.Add(1)}, uuid.Nil, "inventory_level")
	}})
	has, let := make(chan struct{}), make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		err := b.db.InTx(b.ctx, func(tx database.Tx) error {
			_, err := tx.Exec(b.ctx, "UPDATE inventory_level SET updated_at = updated_at WHERE shop_id = $1")
			close(has)
			<-let
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-has
	answers = make([]error, n)
	records := make([]*database.Record, n)
	noted := make([]*generation.Noted, n)
	for i := range n {
		var ctx context.Context
		ctx, records[i] = database.Recording(b.ctx, true)
		ctx, noted[i] = generation.Noting(ctx)
		wait.Go(func() { answers[i] = ask(ctx, i) })
		for b.stock.Asking() <= i {
			runtime.Gosched()
		}
	}
	close(let)
	wait.Wait()
	for i, n := range noted {
		if n.Last() == (generation.Moment{}) || len(n.Tags()) != 1 {
			t.Errorf("%d is not told that anything changed", i)
		}
	}
	for _, r := range records {
		for _, statement := range r.Statements() {
			if strings.HasPrefix(statement, "UPDATE inventory_level") {
				updates++
			}
		}
	}
	return answers, updates
}

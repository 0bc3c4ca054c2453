package inventory_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

// transfer makes a transfer that has gone as far as named.
func (b *bundle) transfer(t fatal, from, to uuid.UUID, status string, want ...inventory.Line) *inventory.Transfer {
	t.Helper()
	x, ps, err := b.stock.CreateTransfer(b.ctx, inventory.TransferInput{Origin: from, Destination: to, Lines: want})
	if err == nil && len(ps) == 0 && status != inventory.TransferDraft {
		x, ps, err = b.stock.Ready(b.ctx, x.ID.UUID)
	}
	if err == nil && len(ps) == 0 && status == inventory.TransferInProgress {
		x, ps, err = b.stock.Ship(b.ctx, x.ID.UUID)
	}
	if err != nil || len(ps) > 0 {
		t.Fatal(wrong(ps), err)
	}
	return x
}

func (b *bundle) numbers(t fatal, variant, location uuid.UUID) [3]int64 {
	t.Helper()
	levels, err := b.stock.Levels(b.ctx, []uuid.UUID{variant})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range levels[variant] {
		if l.Location.ID.UUID == location {
			return [3]int64{l.OnHand, l.Reserved, l.Incoming}
		}
	}
	return [3]int64{}
}

func (b *bundle) lineOf(t fatal, x *inventory.Transfer) *inventory.TransferLine {
	t.Helper()
	all, err := b.stock.TransferLines(b.ctx, []uuid.UUID{x.ID.UUID})
	if err != nil || len(all[x.ID.UUID]) == 0 {
		t.Fatal(err)
	}
	return all[x.ID.UUID][0]
}

func TestTransfer(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		one, two := b.location(t, "one", 0), b.location(t, "two", 1)
		v := b.variant(t, true, false)
		b.put(t, v, one, 5)
		x := b.transfer(t, one, two, inventory.TransferDraft, of(v, 4))
		step := func(name string, want string, here, there [3]int64, run func(uuid.UUID) (*inventory.Transfer, fault.Problems, error)) {
			t.Helper()
			if _, ps, err := run(x.ID.UUID); err != nil || wrong(ps) != want {
				t.Fatalf("%s: %s, %v", name, wrong(ps), err)
			}
			if got := [2][3]int64{b.numbers(t, v, one), b.numbers(t, v, two)}; got != [2][3]int64{here, there} {
				t.Fatalf("%s: %v", name, got)
			}
			b.adds(t)
		}
		receive := func(line uuid.UUID, accepted, rejected int64) func(uuid.UUID) (*inventory.Transfer, fault.Problems, error) {
			return func(id uuid.UUID) (*inventory.Transfer, fault.Problems, error) {
				return b.stock.Receive(b.ctx, id, []inventory.Receipt{{Line: line, Accepted: accepted, Rejected: rejected}})
			}
		}
		line := b.lineOf(t, x).ID.UUID
		ready := func(id uuid.UUID) (*inventory.Transfer, fault.Problems, error) { return b.stock.Ready(b.ctx, id) }
		ship := func(id uuid.UUID) (*inventory.Transfer, fault.Problems, error) { return b.stock.Ship(b.ctx, id) }
		step("ship a draft", "id:CONFLICT", [3]int64{5}, [3]int64{}, ship)
		step("ready", "", [3]int64{5, 4}, [3]int64{}, ready)
		if err := b.stock.Reserve(b.ctx, "buyer", lines(of(v, 2)), b.soon()); !short(err) {
			t.Fatal("what is set aside was sold", err)
		}
		if _, ps, err := b.stock.DeactivateLocation(b.ctx, one, &two); err != nil || wrong(ps) != "locationId:CONFLICT" {
			t.Fatal(wrong(ps), err)
		}
		step("ship", "", [3]int64{1}, [3]int64{0, 0, 4}, ship)
		if err := b.stock.Reserve(b.ctx, "buyer", lines(of(v, 2)), b.soon()); !short(err) {
			t.Fatal("what is on its way was sold", err)
		}
		step("receive too many", "lineItems.0.quantity:EXCEEDS_REMAINING", [3]int64{1}, [3]int64{0, 0, 4}, receive(line, 4, 1))
		step("receive another's", "lineItems.0.transferLineItemId:NOT_FOUND", [3]int64{1}, [3]int64{0, 0, 4}, receive(uuid.New(), 1, 0))
		step("receive some", "", [3]int64{1}, [3]int64{2, 0, 2}, receive(line, 2, 0))
		step("receive the rest", "", [3]int64{1}, [3]int64{3, 0, 0}, receive(line, 1, 1))
		step("cancel what has ended", "id:CONFLICT", [3]int64{1}, [3]int64{3, 0, 0}, func(id uuid.UUID) (*inventory.Transfer, fault.Problems, error) {
			return b.stock.CancelTransfer(b.ctx, id)
		})
		step("another shop's", "id:NOT_FOUND", [3]int64{1}, [3]int64{3, 0, 0}, func(uuid.UUID) (*inventory.Transfer, fault.Problems, error) {
			return b.stock.CancelTransfer(b.ctx, uuid.New())
		})
		pages, err := b.stock.MovementsOf(b.ctx, []uuid.UUID{v}, keyset.Args{})
		var got []inventory.Reason
		for _, m := range pages[v].Items {
			got = append(got, m.Reason)
		}
		if diff := cmp.Diff([]inventory.Reason{inventory.Correction, inventory.Shipped, inventory.Arrived, inventory.Arrived}, got); err != nil || diff != "" {
			t.Fatal(diff, err)
		}
		done, err := b.stock.TransferPage(b.ctx, keyset.Args{}, "status:transferred")
		if err != nil || len(done.Items) != 1 || done.Items[0].Name != "#T0001" {
			t.Fatal(done.Items, err)
		}
	})
}

func TestCancelTransfer(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		one, two := b.location(t, "one", 0), b.location(t, "two", 1)
		for _, status := range []string{inventory.TransferDraft, inventory.TransferReady, inventory.TransferInProgress} {
			v := b.variant(t, true, false)
			b.put(t, v, one, 5)
			x := b.transfer(t, one, two, status, of(v, 4))
			if x, ps, err := b.stock.CancelTransfer(b.ctx, x.ID.UUID); err != nil || len(ps) > 0 || x.Status != inventory.TransferCanceled {
				t.Fatal(status, wrong(ps), err)
			}
			if here, there := b.numbers(t, v, one), b.numbers(t, v, two); here != [3]int64{5} || there != [3]int64{} {
				t.Fatal(status, here, there)
			}
			b.adds(t)
		}
	})
}

// An item is deleted while it is on its way: the transfer can be received to its end all the same.
func TestTransferOfWhatIsGone(t *testing.T) {
	b := setup(t, databasetest.SQLite(t))
	one, two := b.location(t, "one", 0), b.location(t, "two", 1)
	for _, status := range []string{inventory.TransferReady, inventory.TransferInProgress} {
		v := b.variant(t, true, false)
		b.put(t, v, one, 5)
		x := b.transfer(t, one, two, status, of(v, 4))
		err := b.db.InTx(b.ctx, func(tx database.Tx) error {
			if err := b.stock.GoneTx(b.ctx, tx, []uuid.UUID{v}); err != nil {
				return err
			}
			_, err := tx.Exec(b.ctx, "DELETE FROM variant WHERE shop_id = $1 AND id = $2", v)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var ps fault.Problems
		if status == inventory.TransferReady {
			x, ps, err = b.stock.Ship(b.ctx, x.ID.UUID)
		} else {
			x, ps, err = b.stock.Receive(b.ctx, x.ID.UUID, []inventory.Receipt{{Line: b.lineOf(t, x).ID.UUID, Accepted: 4}})
		}
		if err != nil || len(ps) > 0 || x.Status != inventory.TransferDone {
			t.Fatal(status, wrong(ps), err)
		}
		b.adds(t)
	}
}

// Buyers, receivers and a transfer at the same items at once: nothing is sold twice, and nothing gets lost.
func TestTransferBesideBuyers(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		one, two := b.location(t, "one", 0), b.location(t, "two", 1)
		v := b.variant(t, true, false)
		b.put(t, v, one, 30)
		x := b.transfer(t, one, two, inventory.TransferInProgress, of(v, 20))
		line := b.lineOf(t, x).ID.UUID
		var wg sync.WaitGroup
		var mu sync.Mutex
		var sold, received int64
		for range 4 {
			wg.Go(func() {
				for range 10 {
					ref := inventory.Ref(uuid.NewString())
					if err := b.stock.Reserve(b.ctx, ref, lines(of(v, 1)), b.soon()); short(err) {
						continue
					}
					_, err := b.stock.Commit(b.ctx, inventory.Commitment{Ref: ref, Lines: lines(of(v, 1)), Order: string(ref)})
					mu.Lock()
					if sold++; err != nil {
						t.Error(err)
					}
					mu.Unlock()
				}
			})
			wg.Go(func() {
				for range 6 {
					_, ps, err := b.stock.Receive(b.ctx, x.ID.UUID, []inventory.Receipt{{Line: line, Accepted: 1}})
					mu.Lock()
					if received++; err != nil {
						t.Error(err)
					} else if len(ps) > 0 {
						received--
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		here, there := b.numbers(t, v, one), b.numbers(t, v, two)
		if received != 20 || there[2] != 0 || here[0]+there[0]+sold != 30 || here[0] < 0 || there[0] < 0 {
			t.Fatal(sold, received, here, there)
		}
		b.adds(t)
	})
}

// Each entry of a level's ledger continues from the one before.
func (b *bundle) continues(t fatal, variants []uuid.UUID) {
	t.Helper()
	pages, err := b.stock.MovementsOf(b.ctx, variants, keyset.Args{First: ptr(250)})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range variants {
		last := map[uuid.UUID]int64{}
		for _, m := range pages[v].Items {
			if last[m.LocationID] += m.Delta; m.After == nil || *m.After != last[m.LocationID] {
				t.Fatalf("%+v after %d", m, last[m.LocationID])
			}
		}
	}
}

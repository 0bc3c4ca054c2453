package inventory_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

// model is what stock should be, in the simplest words: totals by variant, and who holds what until when.
type model struct {
	b        *bundle
	variants []uuid.UUID
	homes    []uuid.UUID
	onHand   map[uuid.UUID]int64
	held     map[inventory.Ref]map[uuid.UUID]int64
	until    map[inventory.Ref]time.Time
	orders   int
	coming   []*inventory.Transfer // on their way
}

func (m *model) reserved(v uuid.UUID, but inventory.Ref) (sum int64) {
	for ref, h := range m.held {
		if ref != but {
			sum += h[v]
		}
	}
	return sum
}

func (m *model) wish(t *rapid.T) (inventory.Ref, []inventory.Line, map[uuid.UUID]int64) {
	ref := rapid.SampledFrom([]inventory.Ref{"a", "b", "c", "d"}).Draw(t, "ref")
	var want []inventory.Line
	sum := map[uuid.UUID]int64{}
	for range rapid.IntRange(1, 4).Draw(t, "lines") {
		l := of(rapid.SampledFrom(m.variants).Draw(t, "variant"), rapid.Int64Range(1, 4).Draw(t, "quantity"))
		want = append(want, l)
		sum[l.VariantID] += l.Quantity
	}
	return ref, want, sum
}

func (m *model) fits(ref inventory.Ref, sum map[uuid.UUID]int64) bool {
	for v, n := range sum {
		if n > m.onHand[v]-m.reserved(v, ref) {
			return false
		}
	}
	return true
}

func (m *model) reserve(t *rapid.T) {
	ref, want, sum := m.wish(t)
	until := m.b.clock.Now().Add(time.Duration(rapid.IntRange(1, 9).Draw(t, "minutes")) * time.Minute)
	err := m.b.stock.Reserve(m.b.ctx, ref, want, until)
	if fits := m.fits(ref, sum); fits != (err == nil) || err != nil && !short(err) {
		t.Fatalf("fits: %v, err: %v", fits, err)
	}
	if err == nil {
		m.held[ref], m.until[ref] = sum, until
	}
}

func (m *model) release(t *rapid.T) {
	ref, _, _ := m.wish(t)
	if err := m.b.stock.Release(m.b.ctx, ref); err != nil {
		t.Fatal(err)
	}
	delete(m.held, ref)
}

func (m *model) commit(t *rapid.T) {
	ref, want, sum := m.wish(t)
	if h := m.held[ref]; len(h) > 0 { // what was asked for, mostly
		want, sum = nil, h
		for v, n := range h {
			want = append(want, of(v, n))
		}
	}
	m.orders++
	sale := inventory.Commitment{Ref: ref, Lines: want, Order: fmt.Sprint(m.orders)}
	for range rapid.IntRange(1, 2).Draw(t, "times") {
		if _, err := m.b.stock.Commit(m.b.ctx, sale); short(err) && !m.fits(ref, sum) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		for v, n := range sum {
			m.onHand[v] -= n
		}
		sum = nil // the second time changes nothing
		delete(m.held, ref)
	}
}

func (m *model) expire(t *rapid.T) {
	m.b.clock.Advance(time.Duration(rapid.IntRange(0, 4).Draw(t, "minutes")) * time.Minute)
	if _, err := m.b.stock.Sweep(m.b.ctx, 1000); err != nil {
		t.Fatal(err)
	}
	for ref, until := range m.until {
		if !until.After(m.b.clock.Now()) {
			delete(m.held, ref)
		}
	}
}

func (m *model) adjust(t *rapid.T) {
	d := inventory.Delta{VariantID: rapid.SampledFrom(m.variants).Draw(t, "variant"), LocationID: rapid.SampledFrom(m.homes).Draw(t, "location"), Delta: rapid.Int64Range(-4, 6).Draw(t, "delta")}
	_, problems, err := m.b.stock.Adjust(m.b.ctx, inventory.Adjustment{Changes: []inventory.Delta{d}})
	if err != nil || d.Delta >= 0 && len(problems) > 0 {
		t.Fatal(told(problems), err)
	}
	if len(problems) == 0 {
		m.onHand[d.VariantID] += d.Delta
	}
}

// move takes units from one location to the other. It may find them promised.
func (m *model) move(t *rapid.T) {
	v, n := rapid.SampledFrom(m.variants).Draw(t, "variant"), rapid.Int64Range(1, 3).Draw(t, "quantity")
	_, problems, err := m.b.stock.Move(m.b.ctx, inventory.Movings{Changes: []inventory.Moving{{VariantID: v, From: m.homes[0], To: m.homes[1], Quantity: n}}})
	if err != nil || len(problems) > 0 && m.b.numbers(t, v, m.homes[0])[0]-m.b.numbers(t, v, m.homes[0])[1] >= n {
		t.Fatal(told(problems), err)
	}
}

// ship sends what is free on its way, where it can be sold no more.
func (m *model) ship(t *rapid.T) {
	v, n := rapid.SampledFrom(m.variants).Draw(t, "variant"), rapid.Int64Range(1, 3).Draw(t, "quantity")
	at := m.b.numbers(t, v, m.homes[0])
	if at[0]-at[1] < n {
		return
	}
	m.coming = append(m.coming, m.b.transfer(t, m.homes[0], m.homes[1], inventory.TransferInProgress, of(v, n)))
	m.onHand[v] -= n
}

// arrive receives one unit of what is on its way, or ends it.
func (m *model) arrive(t *rapid.T) {
	if len(m.coming) == 0 {
		return
	}
	x := m.coming[0]
	l := m.b.lineOf(t, x)
	if rapid.Bool().Draw(t, "cancel") {
		m.onHand[l.VariantID] += l.Left()
		if _, ps, err := m.b.stock.CancelTransfer(m.b.ctx, x.ID.UUID); err != nil || len(ps) > 0 {
			t.Fatal(wrong(ps), err)
		}
		m.coming = m.coming[1:]
		return
	}
	rejected := rapid.Int64Range(0, 1).Draw(t, "rejected")
	x, ps, err := m.b.stock.Receive(m.b.ctx, x.ID.UUID, []inventory.Receipt{{Line: l.ID.UUID, Accepted: 1 - rejected, Rejected: rejected}})
	if err != nil || len(ps) > 0 {
		t.Fatal(wrong(ps), err)
	}
	if m.onHand[l.VariantID] += 1 - rejected; x.Status == inventory.TransferDone {
		m.coming = m.coming[1:]
	}
}

func (m *model) check(t *rapid.T) {
	m.b.adds(t)
	m.b.continues(t, m.variants)
	got, err := m.b.stock.Available(m.b.ctx, m.variants)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range m.variants {
		want := m.onHand[v] - m.reserved(v, "")
		if got[v].Available != want || got[v].ForSale != (want > 0) || want < 0 {
			t.Fatalf("available %+v, want %d", got[v], want)
		}
	}
}

func TestStockFollowsItsModel(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			m := &model{b: setup(t, db), onHand: map[uuid.UUID]int64{}, held: map[inventory.Ref]map[uuid.UUID]int64{}, until: map[inventory.Ref]time.Time{}}
			m.homes = []uuid.UUID{m.b.location(rt, "one", 1), m.b.location(rt, "two", 1)}
			for range 3 {
				v := m.b.variant(rt, true, false)
				m.variants = append(m.variants, v)
				m.b.put(rt, v, m.homes[0], 6)
				m.onHand[v] = 6
			}
			rt.Repeat(map[string]func(*rapid.T){
				"reserve": m.reserve, "release": m.release, "commit": m.commit, "expire": m.expire, "adjust": m.adjust, "move": m.move, "ship": m.ship, "arrive": m.arrive,
				"": m.check,
			})
		})
	})
}

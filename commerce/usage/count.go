package usage

import (
	"sync"

	"github.com/google/uuid"
)

// counted is what a tally is kept of.
type counted struct {
	shop, app uuid.UUID
	op        *Operation
}

func (c counted) owner() owner { return owner{c.shop, c.app} }

// owner is an app in a shop.
type owner struct{ shop, app uuid.UUID }

// tally is how often an operation ran.
type tally struct {
	mu          sync.Mutex
	count, last int64
	// added are the places that variables added.
	added map[string]int64
}

// place is a place as it is written: what an operation of an app touched on a day.
type place struct {
	app                 uuid.UUID
	operation, document string
	coordinate          string
	day                 int64
}

// amount is how often, and when last.
type amount struct{ count, last int64 }

func (a amount) plus(b amount) amount { return amount{a.count + b.count, max(a.last, b.last)} }

// places are amounts by place.
type places map[place]amount

func (p places) add(at place, a amount) { p[at] = p[at].plus(a) }

// counts are what was counted since the last write.
type counts struct {
	// most is how many places there is room for.
	most int

	mu      sync.RWMutex
	tallies map[counted]*tally
	// taken is how many places the operations of an app have taken, all of them together in total.
	taken map[owner]int
	total int
	// rest are places that are counted apart from their operations, by shop: those of operations for which there was no room, and
	// those that could not be written.
	rest map[uuid.UUID]places
}

// begin forgets everything. The caller holds the lock, or is alone.
func (c *counts) begin() {
	c.tallies, c.taken, c.total, c.rest = map[counted]*tally{}, map[owner]int{}, 0, map[uuid.UUID]places{}
}

// add counts one request.
func (c *counts) add(of counted, added []string, now int64) {
	by := of.owner()
	c.mu.RLock()
	t := c.tallies[of]
	var more int
	var without []string
	if t != nil {
		more, without = t.add(added, now, c.fits(by, len(added)))
	}
	c.mu.RUnlock()
	if t != nil && more == 0 && len(without) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if t == nil {
		if t = c.room(of); t == nil {
			c.restOf(of.shop).apart(of.app, of.op.Coordinates, now)
			c.restOf(of.shop).apart(of.app, added, now)
			return
		}
		more, without = t.add(added, now, c.fits(by, len(added)))
	}
	// The tally may be on its way to the database by now; then too much is taken, until the next write.
	c.take(by, more)
	c.restOf(of.shop).apart(of.app, without, now)
}

// fits reports whether there is room for so many places more. One app cannot take more than a quarter.
func (c *counts) fits(by owner, n int) bool {
	return c.total+n <= c.most && c.taken[by]+n <= c.most/4
}

// room gives the tally, made where there is room for one more; else nil.
func (c *counts) room(of counted) *tally {
	t, needs := c.tallies[of], len(of.op.Coordinates)+1
	if t != nil || !c.fits(of.owner(), needs) {
		return t
	}
	c.take(of.owner(), needs)
	t = &tally{}
	c.tallies[of] = t
	return t
}

func (c *counts) take(by owner, n int) {
	c.taken[by] += n
	c.total += n
}

func (c *counts) restOf(shop uuid.UUID) places {
	p := c.rest[shop]
	if p == nil {
		p = places{}
		c.rest[shop] = p
	}
	return p
}

// apart counts places of a request, and not its operation: there are no more of them than the schema has.
func (p places) apart(app uuid.UUID, list []string, now int64) {
	for _, at := range list {
		p.add(place{app: app, operation: Other, coordinate: at, day: dayOf(now)}, amount{1, now})
	}
}

// add counts one request, and tells how many places it had not counted before, and which it does not count because there is no
// room for more.
func (t *tally) add(added []string, now int64, room bool) (more int, without []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count++
	t.last = max(t.last, now)
	for _, at := range added {
		before, known := t.added[at]
		if !known && !room {
			without = append(without, at)
			continue
		}
		if !known {
			more++
		}
		if t.added == nil {
			t.added = make(map[string]int64, len(added))
		}
		t.added[at] = before + 1
	}
	return more, without
}

// flush gives what was counted, and begins anew.
func (c *counts) flush() (map[counted]*tally, map[uuid.UUID]places) {
	c.mu.Lock()
	defer c.mu.Unlock()
	tallies, rest := c.tallies, c.rest
	c.begin()
	return tallies, rest
}

// back takes back what could not be written. Where it is too much, it is kept without the names of operations.
func (c *counts) back(shop uuid.UUID, left places) {
	c.mu.Lock()
	defer c.mu.Unlock()
	rest := c.restOf(shop)
	for at, a := range left {
		if len(rest) >= c.most/4 {
			at.operation, at.document = Other, ""
		}
		rest.add(at, a)
	}
}

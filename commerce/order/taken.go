package order

import (
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/inventory"
)

// A line's units lie in the order in which they go: what was shipped comes first, what waits comes after it. The functions
// here keep that order, so that each shipment knows where its units came from, and each return where they belong.

// out is how many units are on their way or with the buyer.
func (i *item) out() int64 { return i.fulfilled + i.parcels.Removed - i.refunded }

// ship books units as shipped and says where they come from: from one location, or from wherever they lie. It is up to the
// caller that so many wait there.
func (i *item) ship(units int64, from uuid.UUID) []inventory.Allocation {
	gone, waiting := cut(i.parcels.Taken, i.out())
	picked, rest := pick(waiting, from, units)
	i.parcels.Taken = join(gone, picked, rest)
	i.fulfilled += units
	return picked
}

// unship takes ship back: the units wait again.
func (i *item) unship(units int64, from uuid.UUID) {
	gone, waiting := cut(i.parcels.Taken, i.out())
	back, kept := pick(gone, from, units)
	if missing := units - sum(back); missing > 0 {
		more, rest := pick(kept, uuid.Nil, missing)
		back, kept = join(back, more), rest
	}
	i.parcels.Taken = join(kept, back, waiting)
	i.fulfilled -= units
}

// waitingAt is how many units wait at a location, or anywhere. Units whose stock is not counted wait wherever they are
// asked for.
func (i *item) waitingAt(location uuid.UUID) int64 {
	if location == uuid.Nil || len(i.parcels.Taken) == 0 {
		return i.waiting()
	}
	_, waiting := cut(i.parcels.Taken, i.out())
	there, _ := pick(waiting, location, i.waiting())
	return min(sum(there), i.waiting())
}

// give takes up to n units out of what is still sold, those that were shipped first, and says where they came from.
func (p *parcels) give(n int64) []inventory.Allocation {
	out, rest := cut(p.Taken, n)
	p.Taken = rest
	return out
}

// giveLast takes up to n units out of what is still sold, those that wait first.
func (p *parcels) giveLast(n int64) []inventory.Allocation {
	rest, out := cut(p.Taken, max(sum(p.Taken)-n, 0))
	p.Taken = rest
	return out
}

// cut divides a list after n units.
func cut(list []inventory.Allocation, n int64) (head, tail []inventory.Allocation) {
	for _, a := range list {
		part := a
		part.Quantity = min(max(n, 0), a.Quantity)
		n -= part.Quantity
		a.Quantity -= part.Quantity
		head, tail = add(head, part), add(tail, a)
	}
	return head, tail
}

// pick takes up to n units of a list that lie at a location, or anywhere.
func pick(list []inventory.Allocation, location uuid.UUID, n int64) (picked, rest []inventory.Allocation) {
	for _, a := range list {
		part := a
		part.Quantity = 0
		if location == uuid.Nil || a.LocationID == location {
			part.Quantity = min(n, a.Quantity)
		}
		n -= part.Quantity
		a.Quantity -= part.Quantity
		picked, rest = add(picked, part), add(rest, a)
	}
	return picked, rest
}

func join(lists ...[]inventory.Allocation) (out []inventory.Allocation) {
	for _, list := range lists {
		for _, a := range list {
			out = add(out, a)
		}
	}
	return out
}

// add puts units at the end of a list, together with their like.
func add(list []inventory.Allocation, a inventory.Allocation) []inventory.Allocation {
	if a.Quantity <= 0 {
		return list
	}
	if last := len(list) - 1; last >= 0 && list[last].VariantID == a.VariantID && list[last].LocationID == a.LocationID {
		list[last].Quantity += a.Quantity
		return list
	}
	return append(list, a)
}

func sum(list []inventory.Allocation) (n int64) {
	for _, a := range list {
		n += a.Quantity
	}
	return n
}

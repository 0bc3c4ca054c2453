package seed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/identity"
)

// lasts is how long a cart lives.
const lasts = 30 * 24 * time.Hour

// hashed is the hash under which a cart's key is kept.
func hashed(key string) []byte { return identity.Digest(key) }

// held is a variant with units in stock, of a product that is for sale: what a cart may hold.
type held struct {
	variant uuid.UUID
	onHand  int64
}

// sellable is one variant of each product that is for sale and in stock, so that no cart's lines meet.
func (f *filling) sellable() []held {
	var list []held
	for i := range f.Products {
		p := &f.Products[i]
		for _, v := range p.Variants {
			if p.Active && v.OnHand[0] >= 2 {
				list = append(list, held{v.ID, v.OnHand[0]})
				break
			}
		}
	}
	return list
}

// linesOf is how many lines a cart has.
func (f *filling) linesOf(cart int) int {
	if cart < f.size.FullCarts {
		return 10
	}
	return 1 + cart%3
}

// promised is how many units of variants the unfinished checkouts hold: one of the first line of each. Those of two carts
// are of different variants.
func (f *filling) promised() map[uuid.UUID]int64 {
	sells := f.sellable()
	out := map[uuid.UUID]int64{}
	for i := range f.size.Unfinished {
		out[sells[i%len(sells)].variant]++
	}
	return out
}

func (f *filling) fillCarts(ctx context.Context) error {
	r := chance("carts")
	n := f.size.Carts
	at := func(i int) time.Time { return f.Now.Add(-time.Duration(n-i) * time.Minute) }
	for i := range n {
		f.Carts = append(f.Carts, Cart{ID: idAt(at(i), r), Key: fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64()), Lines: f.linesOf(i)})
	}
	err := f.w.put(ctx, "cart", "created_at updated_at key_hash state currency country language email delivery_addresses delivery_options expires_at", n, func(i int) uuid.UUID { return f.Carts[i].ID }, func(i int) []any {
		email, home := f.person(i % f.size.Customers)
		address := []map[string]any{{"id": idAt(at(i), r), "address": home, "selected": true}}
		state := "open"
		if i >= n-f.size.Unfinished {
			state = "completing"
		}
		return []any{at(i), at(i), hashed(f.Carts[i].Key), state, string(f.rates[0].currency), "US", "EN", email, text(address), `{"handle": "standard"}`, at(i).Add(lasts)}
	})
	if err != nil {
		return err
	}
	if err := f.putCartLines(ctx, r, at); err != nil {
		return err
	}
	return f.putUnfinished(ctx, at)
}

func (f *filling) putCartLines(ctx context.Context, r *rand.Rand, at func(int) time.Time) error {
	sells := f.sellable()
	if len(sells) < 10 {
		return fmt.Errorf("too few products are for sale: %d", len(sells))
	}
	type line struct {
		cart    int
		variant uuid.UUID
	}
	var lines []line
	for i := range f.Carts {
		seen := map[int]bool{}
		for len(seen) < f.linesOf(i) {
			pick := r.IntN(len(sells))
			if len(seen) == 0 && i >= len(f.Carts)-f.size.Unfinished {
				pick = (i - len(f.Carts) + f.size.Unfinished) % len(sells)
			}
			if !seen[pick] {
				seen[pick] = true
				lines = append(lines, line{i, sells[pick].variant})
			}
		}
	}
	return f.w.add(ctx, "cart_line", "created_at updated_at cart_id variant_id quantity", len(lines), func(i int) time.Time { return at(lines[i].cart) }, func(i int) []any {
		created := at(lines[i].cart)
		return []any{created, created, f.Carts[lines[i].cart].ID, lines[i].variant, int64(1)}
	})
}

// putUnfinished writes checkouts that a crash left behind while they were paying, with what they promise. They belong to
// the last carts.
func (f *filling) putUnfinished(ctx context.Context, at func(int) time.Time) error {
	n, first := f.size.Unfinished, len(f.Carts)-f.size.Unfinished
	sells := f.sellable()
	r := chance("attempts")
	attempts := ids(n, func(i int) time.Time { return at(first + i) }, r)
	err := f.w.put(ctx, "checkout_attempt", "created_at updated_at cart_id token state gateway payment_key currency due_at", n, from(attempts), func(i int) []any {
		return []any{at(first + i), at(first + i), f.Carts[first+i].ID, fmt.Sprintf("token-%d", i), "paying", "bogus", "sale-" + attempts[i].String(), string(f.rates[0].currency), at(first + i)}
	})
	if err != nil {
		return err
	}
	f.Attempts = append(f.Attempts, attempts...)
	return f.w.add(ctx, "reservation", "ref variant_id location_id quantity expires_at created_at", n, func(i int) time.Time { return at(first + i) }, func(i int) []any {
		return []any{attempts[i].String(), sells[i%len(sells)].variant, f.Locations[0], int64(1), f.Now.Add(time.Duration(i) * time.Hour), at(first + i)}
	})
}

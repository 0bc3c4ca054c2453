package cart_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/gid"
)

// model is a cart as one would keep it on paper: what lies in it, in order, and in which country.
type model struct {
	lines   []modelLine
	note    string
	country string
}

type modelLine struct {
	id        gid.ID
	what      int
	engraving string
	n         int64
}

func (m *model) find(what int, engraving string) int {
	return slices.IndexFunc(m.lines, func(l modelLine) bool { return l.what == what && l.engraving == engraving })
}

// TestRandomVerbsMatchTheModel runs verbs by chance on a cart and on paper; both must end up the same, and the sum of the
// parts must be the total every time.
func TestRandomVerbsMatchTheModel(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		goods := []gid.ID{b.chair, b.lamp, b.vase, b.book}
		prices := map[string][]int64{"US": {10_000, 2_550, 1_999, 1_000}, "DE": {9_000, 2_400, 1_899, 900}}
		rapid.Check(t, func(r *rapid.T) {
			c := b.open(r)
			id, m := c.ID, &model{country: "US"}
			for range rapid.IntRange(1, 12).Draw(r, "verbs") {
				switch rapid.SampledFrom([]string{"add", "add", "add", "quantity", "swap", "engrave", "remove", "note", "country"}).Draw(r, "verb") {
				case "add":
					c = m.add(r, b, id, goods)
				case "note":
					m.note = rapid.StringN(1, 20, -1).Filter(func(s string) bool { return !slices.Contains([]rune(s), 0) }).Draw(r, "note")
					c = ok(r)(b.carts.SetNote(b.ctx, id, m.note))
				case "country":
					m.country = rapid.SampledFrom([]string{"US", "DE"}).Draw(r, "country")
					c = ok(r)(b.carts.SetBuyerIdentity(b.ctx, id, cart.BuyerInput{Country: cart.Set(m.country)}))
				case "remove":
					if n := len(m.lines); n > 0 {
						at := rapid.IntRange(0, n-1).Draw(r, "line")
						c = ok(r)(b.carts.RemoveLines(b.ctx, id, []gid.ID{m.lines[at].id}))
						m.lines = slices.Delete(m.lines, at, at+1)
					}
				case "quantity":
					c = m.change(r, b, c, func(l *modelLine) cart.LineUpdate {
						l.n = rapid.Int64Range(0, 9).Draw(r, "n")
						return cart.LineUpdate{Quantity: &l.n}
					})
				case "swap":
					c = m.change(r, b, c, func(l *modelLine) cart.LineUpdate {
						l.what = rapid.IntRange(0, len(goods)-1).Draw(r, "what")
						return cart.LineUpdate{MerchandiseID: &goods[l.what]}
					})
				case "engrave":
					c = m.change(r, b, c, func(l *modelLine) cart.LineUpdate {
						l.engraving = rapid.SampledFrom([]string{"", "A", "B"}).Draw(r, "engraving")
						return cart.LineUpdate{Attributes: ptr(engraved(l.engraving))}
					})
				}
				m.check(r, c, goods, prices[m.country])
			}
			read, err := b.carts.Get(b.ctx, id)
			if err != nil {
				r.Fatal(err)
			}
			m.check(r, read, goods, prices[m.country])
		})
	})
}

func engraved(text string) []*cart.Attribute {
	if text == "" {
		return nil
	}
	return []*cart.Attribute{with("engraving", text)}
}

func (m *model) add(r *rapid.T, b *bundle, id gid.ID, goods []gid.ID) *cart.Cart {
	var in []cart.LineInput
	for range rapid.IntRange(1, 3).Draw(r, "entries") {
		l := modelLine{what: rapid.IntRange(0, len(goods)-1).Draw(r, "what"), engraving: rapid.SampledFrom([]string{"", "A"}).Draw(r, "engraving"), n: rapid.Int64Range(1, 5).Draw(r, "n")}
		in = append(in, of(goods[l.what], l.n, engraved(l.engraving)...))
		if at := m.find(l.what, l.engraving); at >= 0 {
			m.lines[at].n += l.n
		} else {
			m.lines = append(m.lines, l)
		}
	}
	c := ok(r)(b.carts.AddLines(b.ctx, id, in))
	for i := range m.lines {
		if i < len(c.Lines) && m.lines[i].id.IsZero() {
			m.lines[i].id = c.Lines[i].ID
		}
	}
	return c
}

// change edits one line on paper and in the cart, and merges on paper what became the same.
func (m *model) change(r *rapid.T, b *bundle, c *cart.Cart, edit func(l *modelLine) cart.LineUpdate) *cart.Cart {
	if len(m.lines) == 0 {
		return c
	}
	at := rapid.IntRange(0, len(m.lines)-1).Draw(r, "line")
	l := m.lines[at]
	update := edit(&l)
	update.ID = l.id
	c = ok(r)(b.carts.UpdateLines(b.ctx, c.ID, []cart.LineUpdate{update}))
	twin := m.find(l.what, l.engraving)
	switch {
	case l.n == 0:
		m.lines = slices.Delete(m.lines, at, at+1)
	case twin >= 0 && twin != at:
		m.lines[twin].n += l.n
		m.lines = slices.Delete(m.lines, at, at+1)
	default:
		m.lines[at] = l
	}
	return c
}

func (m *model) check(r *rapid.T, c *cart.Cart, goods []gid.ID, prices []int64) {
	var want, got []string
	var sum, pieces int64
	for _, l := range m.lines {
		want = append(want, fmt.Sprint(l.id, goods[l.what], l.engraving, l.n, l.n*prices[l.what]))
		sum += l.n * prices[l.what]
		pieces += l.n
	}
	for _, l := range c.Lines {
		text := ""
		if a := l.Attribute("engraving"); a != nil {
			text = *a.Value
		}
		got = append(got, fmt.Sprint(l.ID, l.Variant.ID, text, l.Quantity, l.Cost.TotalAmount.Amount))
	}
	if !slices.Equal(want, got) {
		r.Fatalf("lines\n%v\nwant\n%v", got, want)
	}
	currency := map[string]money.Currency{"US": "USD", "DE": "EUR"}[m.country]
	if c.Cost.SubtotalAmount != money.New(sum, currency) || int64(c.TotalQuantity) != pieces {
		r.Fatalf("%v for %d pieces, want %d for %d", c.Cost.SubtotalAmount, c.TotalQuantity, sum, pieces)
	}
	if (c.Note == nil) != (m.note == "") || c.Note != nil && *c.Note != m.note {
		r.Fatalf("note %v, want %q", c.Note, m.note)
	}
}

package order

import "math/bits"

// portion is what taking some of the units that are left takes of an amount that is left: rounded down, and all of it with
// the last unit. Taken again and again, portions never exceed the amount, and end at it exactly.
func portion(left, take, of int64) int64 {
	if left <= 0 || take <= 0 || of <= 0 {
		return 0
	}
	if take >= of {
		return left
	}
	hi, lo := bits.Mul64(uint64(left), uint64(take))
	q, _ := bits.Div64(hi, lo, uint64(of)) // hi < of, because take < of and left < 2^64
	return int64(q)
}

// takeBack books units of a line as given back: what they cost, the tax in or on it, and how many of them were not shipped
// yet. Units that wait to be shipped go first, unless the goods were with the buyer.
func (i *item) takeBack(units int64, restock string, shipped bool) (l refundLine) {
	l = refundLine{Line: i.id, Quantity: units, Restock: restock,
		Goods: portion(i.goods-i.goodsBack, units, i.left()), Tax: portion(i.tax-i.parcels.TaxBack, units, i.left())}
	waiting := i.quantity - i.fulfilled - i.parcels.Removed
	l.Removed = min(units, waiting)
	if shipped || restock == RestockReturn {
		atBuyer := i.left() - waiting
		l.Removed = max(0, units-atBuyer)
	}
	i.refunded += units
	i.goodsBack += l.Goods
	i.parcels.TaxBack += l.Tax
	i.parcels.Removed += l.Removed
	return l
}

// undo takes takeBack back.
func (i *item) undo(l *refundLine) {
	i.refunded -= l.Quantity
	i.goodsBack -= l.Goods
	i.parcels.TaxBack -= l.Tax
	i.parcels.Removed -= l.Removed
}

// takeFreightBack books a part of the delivery as given back, and gives the tax on it.
func (r *record) takeFreightBack(amount int64) (tax int64) {
	tax = portion(r.delivery.Tax.Amount-r.books.FreightTaxBack, amount, r.shipping-r.refundedFreight)
	r.refundedFreight += amount
	r.books.FreightTaxBack += tax
	return tax
}

// draw says where an amount goes back to: payments first, in their order, then gift cards. It books what it draws.
func (b *books) draw(amount int64) (sales []movement, cards []cardCredit) {
	for i := range b.Sales {
		s := &b.Sales[i]
		if n := min(amount, s.Amount-s.Returned); n > 0 {
			s.Returned, amount = s.Returned+n, amount-n
			sales = append(sales, movement{Sale: s.Transaction, Gateway: s.Gateway, ChargeRef: s.Ref, Amount: n})
		}
	}
	for i := range b.Cards {
		c := &b.Cards[i]
		if n := min(amount, c.Amount.Amount-c.Returned); n > 0 {
			c.Returned, amount = c.Returned+n, amount-n
			cards = append(cards, cardCredit{Card: c.ID, Amount: n})
		}
	}
	return sales, cards
}

func (b *books) undraw(m movement) {
	for i := range b.Sales {
		if b.Sales[i].Transaction == m.Sale {
			b.Sales[i].Returned -= m.Amount
		}
	}
}

func (b *books) undrawCard(c cardCredit) {
	for i := range b.Cards {
		if b.Cards[i].ID == c.Card {
			b.Cards[i].Returned -= c.Amount
		}
	}
}

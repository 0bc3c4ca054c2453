package order

import (
	"slices"
	"strconv"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/fault"
)

// plan books a refund on an order and its lines, and says how much it is. With problems, nothing of it is to be kept.
func plan(r *record, items []*item, in RefundInput) (row *refundRow, amount int64, problems fault.Problems) {
	row = &refundRow{order: r.id, note: in.Note, doc: refundDoc{Notify: in.Notify, Return: in.ret}}
	if len(in.Note) > maxNote {
		problems.Add(CodeTooLong, "The note is too long: at most 5,000 characters.", "input", "note")
	}
	if len(in.Lines) > maxLines {
		problems.Add(CodeTooMany, "At most 250 lines can be given back at once.", "input", "refundLineItems")
		return row, 0, problems
	}
	if len(in.Lines) == 0 && in.Shipping == nil && in.Amount == nil {
		problems.Add(CodeBlank, "Name lines, shipping or an amount to give back.", "input")
	}
	balance := r.outstanding()
	var want int64
	for n, l := range in.Lines {
		want += planLine(r, items, row, l, &problems, strconv.Itoa(n))
	}
	want += planFreight(r, row, in.Shipping, &problems)
	// Who still has to pay has less to pay now, before anything goes back.
	amount = min(max(want-max(balance, 0), 0), r.unreturned())
	if in.later || in.Nothing {
		amount = 0
	}
	if in.Amount != nil {
		amount = in.Amount.Amount
		switch {
		case in.Amount.Currency != r.currency:
			problems.Add(CodeCurrency, "The order is in "+string(r.currency)+".", "input", "currency")
		case amount < 0:
			problems.Add(CodeInvalid, "An amount to give back is not below zero.", "input", "transactions")
		case amount > r.unreturned():
			problems.Add(CodeExceeds, "Only "+money.New(r.unreturned(), r.currency).Decimal()+" is left to give back.", "input", "transactions")
		}
	}
	r.settle(row, balance, want, amount, in.later)
	return row, amount, problems
}

// settle books what a refund does to what is outstanding beyond the money that goes back.
func (r *record) settle(row *refundRow, balance, want, amount int64, later bool) {
	switch short := max(want-amount, 0); {
	case later:
		row.doc.Dropped = short
	case balance > 0:
		row.doc.Dropped = min(short, balance)
	case balance < 0:
		row.doc.Settled = min(max(amount-want, 0), -balance)
	}
	r.books.Dropped += row.doc.Dropped
	r.books.Settled += row.doc.Settled
}

func planLine(r *record, items []*item, row *refundRow, in RefundLineInput, problems *fault.Problems, place string) int64 {
	at := slices.IndexFunc(items, func(i *item) bool { return i.id == in.LineID.UUID })
	refuse := func(code, message, field string) int64 {
		problems.Add(code, message, "input", "refundLineItems", place, field)
		return 0
	}
	if at < 0 {
		return refuse(CodeNotFound, "The order has no such line.", "lineItemId")
	}
	i := items[at]
	restock := in.Restock
	if restock == "" {
		restock = RestockNone
	}
	switch {
	case restock != RestockCancel && restock != RestockReturn && restock != RestockNone:
		return refuse(CodeInvalid, "This restock type cannot be set. Use CANCEL, RETURN or NO_RESTOCK.", "restockType")
	case in.Quantity < 1:
		return refuse(CodeInvalid, "A quantity is 1 or more.", "quantity")
	case in.Quantity > i.left():
		return refuse(CodeExceeds, "Only "+strconv.FormatInt(i.left(), 10)+" of this line are left to give back.", "quantity")
	case restock == RestockCancel && in.Quantity > i.waiting() && !i.canceled:
		return refuse(CodeExceeds, "Only "+strconv.FormatInt(i.waiting(), 10)+" of this line have not been shipped. Use RETURN for those that came back.", "quantity")
	}
	l := r.takeLine(i, in.Quantity, restock, !in.returnLine.IsZero())
	if l.ReturnLine = in.returnLine.UUID; restock != RestockNone {
		l.Location = in.LocationID.UUID
	}
	row.doc.Lines = append(row.doc.Lines, l)
	return l.Goods + r.onTop(l.Tax)
}

func planFreight(r *record, row *refundRow, in *ShippingRefund, problems *fault.Problems) int64 {
	if in == nil {
		return 0
	}
	left := r.shipping - r.refundedFreight
	amount := in.Amount.Amount
	switch {
	case in.Full:
		amount = left
	case in.Amount.Currency != r.currency:
		problems.Add(CodeCurrency, "The order is in "+string(r.currency)+".", "input", "shipping", "amount")
		return 0
	case amount < 0:
		problems.Add(CodeInvalid, "An amount to give back is not below zero.", "input", "shipping", "amount")
		return 0
	case amount > left:
		problems.Add(CodeExceeds, "Only "+money.New(left, r.currency).Decimal()+" of the shipping is left to give back.", "input", "shipping", "amount")
		return 0
	}
	row.freight = amount
	row.doc.FreightTax = r.takeFreightBack(amount)
	return amount + r.onTop(row.doc.FreightTax)
}

package graph

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

func yes(b *bool) bool { return b != nil && *b }

// refundInput reads what is given back. An amount given by transactions is the sum of theirs.
func refundInput(in model.RefundInput) (order.RefundInput, error) {
	out := order.RefundInput{OrderID: in.OrderID, Note: text(in.Note), Notify: yes(in.Notify)}
	for _, l := range in.RefundLineItems {
		line := order.RefundLineInput{LineID: l.LineItemID, Quantity: int64(l.Quantity), Restock: text(l.RestockType)}
		if l.LocationID != nil {
			line.LocationID = *l.LocationID
		}
		out.Lines = append(out.Lines, line)
	}
	if s := in.Shipping; s != nil {
		out.Shipping = &order.ShippingRefund{Full: yes(s.FullRefund)}
		if s.Amount != nil {
			m, err := moneyOf(s.Amount)
			if err != nil {
				return out, err
			}
			out.Shipping.Amount = m
		}
	}
	out.Nothing = in.Transactions != nil && len(in.Transactions) == 0
	for _, t := range in.Transactions {
		m, err := moneyOf(t.Amount)
		if err != nil {
			return out, err
		}
		if out.Amount == nil {
			out.Amount = &m
			continue
		}
		sum, err := out.Amount.Add(m)
		if err != nil {
			return out, fault.Wrap(err, fault.Invalid, "The amounts of the transactions must be in one currency.")
		}
		out.Amount = &sum
	}
	return out, nil
}

// refundSources checks what a refund is said to be taken from: movements of the order itself, at the gateway that they went
// through. Which of an order's payments an amount goes back to is the shop's affair.
func (r *Resolver) refundSources(ctx context.Context, in model.RefundInput) (problems fault.Problems, err error) {
	if len(in.Transactions) == 0 {
		return nil, nil
	}
	known, err := r.Payments.TransactionsOf(ctx, []uuid.UUID{in.OrderID.UUID})
	if err != nil {
		return nil, err
	}
	of := known[in.OrderID.UUID]
	for i, t := range in.Transactions {
		refuse := func(code, message, field string) {
			problems.Add(code, message, "input", "transactions", strconv.Itoa(i), field)
		}
		if t.OrderID.Type != order.Type || t.OrderID.UUID != in.OrderID.UUID {
			refuse(order.CodeInvalid, "Every transaction is of the order that is refunded.", "orderId")
		}
		if t.Kind != "REFUND" {
			refuse(order.CodeInvalid, "Only REFUND gives money back.", "kind")
		}
		if t.ParentID != nil {
			switch i := slices.IndexFunc(of, func(p payment.Transaction) bool { return p.ID == *t.ParentID }); {
			case i < 0:
				refuse(order.CodeNotFound, "The order has no such payment.", "parentId")
			case of[i].Kind == payment.Refund:
				refuse(order.CodeInvalid, "This is a refund, and not a payment that can be given back. Name the payment that it was taken from.", "parentId")
			}
		}
		if !slices.ContainsFunc(of, func(p payment.Transaction) bool { return p.Gateway == t.Gateway }) {
			refuse(order.CodeInvalid, "The order was not paid through this gateway.", "gateway")
		}
	}
	return problems, nil
}

func moneyOf(in *model.MoneyInput) (money.Money, error) {
	m, err := money.Parse(in.Amount, in.CurrencyCode)
	if err != nil {
		return m, fault.Wrap(err, fault.Invalid, "%q is no amount of %s: write it as \"12.99\".", in.Amount, in.CurrencyCode)
	}
	return m, nil
}

// fulfillInput reads what is in a shipment.
func fulfillInput(in model.FulfillmentInput, message *string) order.FulfillInput {
	out := order.FulfillInput{OrderID: in.OrderID, Notify: yes(in.NotifyCustomer), Message: text(message), Tracking: trackingOf(in.TrackingInfo)}
	if in.LocationID != nil {
		out.LocationID = *in.LocationID
	}
	if in.LineItems != nil {
		out.Lines = []order.FulfillLineInput{}
	}
	for _, l := range in.LineItems {
		out.Lines = append(out.Lines, order.FulfillLineInput{LineID: l.LineItemID, Quantity: int64(l.Quantity)})
	}
	return out
}

// trackingOf reads what parcels can be followed by.
func trackingOf(t *model.FulfillmentTrackingInput) (out order.Tracking) {
	if t == nil {
		return out
	}
	out = order.Tracking{Company: text(t.Company), Numbers: t.Numbers, URLs: t.Urls}
	if t.Number != nil {
		out.Numbers = append([]string{*t.Number}, out.Numbers...)
	}
	if t.URL != nil {
		out.URLs = append([]string{*t.URL}, out.URLs...)
	}
	return out
}

// doneJob stands for work that is done when the answer goes out.
func doneJob(of gid.ID) *model.Job {
	return &model.Job{Done: true, ID: gid.New("Job", uuid.NewSHA1(of.UUID, []byte("cancel")))}
}

// orderUpdate reads what staff change about an order.
func orderUpdate(in model.OrderInput) order.UpdateInput {
	out := order.UpdateInput{OrderID: in.ID, IfRevision: in.IfRevision, Note: in.Note, Tags: in.Tags, Email: in.Email, Phone: in.Phone, ShippingAddress: in.ShippingAddress, Metafields: metafieldInputs(in.Metafields)}
	if in.CustomAttributes != nil {
		out.CustomAttributes = attributesOf(in.CustomAttributes)
	}
	return out
}

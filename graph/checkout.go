package graph

import (
	"context"
	"strings"

	"github.com/rialtohq/rialto/commerce/checkout"
	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// checkedOut turns what came of a checkout into a payload. A cart that is not there is a problem like any other.
func checkedOut(ctx context.Context, res checkout.Result, err error) (*model.CheckoutCompletePayload, error) {
	if fault.Is(err, fault.NotFound) {
		res, err = checkout.Result{Problems: noCart(checkout.CartNotFound)}, nil
	}
	if err != nil {
		return nil, err
	}
	return &model.CheckoutCompletePayload{Order: oneOrder(ctx, res.Order), UserErrors: problems[model.CheckoutUserError](res.Problems)}, nil
}

// noCart says that an id opens no cart, with the code that the payload's enum has for it.
func noCart(code string) (ps fault.Problems) {
	ps.Add(code, "There is no such cart: send its id exactly as cartCreate gave it, with the key.", "cartId")
	return ps
}

// prepared tells whether a cart can be submitted as it is.
func (r *Resolver) prepared(ctx context.Context, id gid.ID) (*model.CartPrepareForCompletionPayload, error) {
	_, ps, err := r.Checkout.Prepare(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return &model.CartPrepareForCompletionPayload{UserErrors: problems[model.CartUserError](noCart("INVALID"))}, nil
	}
	if err != nil {
		return nil, err
	}
	c, err := r.Carts.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	announceCart(ctx, c)
	payload := &model.CartPrepareForCompletionPayload{UserErrors: []*model.CartUserError{}}
	if len(ps) == 0 {
		payload.Result = &model.CartStatusReady{Cart: c}
		return payload, nil
	}
	notReady := &model.CartStatusNotReady{Cart: c}
	for _, p := range ps {
		notReady.Errors = append(notReady.Errors, &model.CartOperationError{Code: submissionCode(p.Code), Message: &p.Message})
	}
	payload.Result = notReady
	return payload, nil
}

// submitted buys a cart with the payment that was set on it.
func (r *Resolver) submitted(ctx context.Context, id gid.ID, token string) (*model.CartSubmitForCompletionPayload, error) {
	res, known, err := r.Checkout.Submit(ctx, id, token)
	payload := &model.CartSubmitForCompletionPayload{UserErrors: []*model.CartUserError{}}
	switch {
	case fault.Is(err, fault.NotFound):
		payload.UserErrors = problems[model.CartUserError](noCart("INVALID"))
		return payload, nil
	case err != nil:
		return nil, err
	case known:
		payload.Result = &model.SubmitAlreadyAccepted{AttemptID: res.Attempt.PublicID(id.Key).String()}
		return payload, nil
	case res.Attempt != nil && (res.Order != nil || len(res.Problems) == 1 && res.Problems[0].Code == checkout.PaymentPending):
		redirect := r.PublicURL + "/checkout/" + id.UUID.String() + "/thanks?key=" + id.Key
		if res.Order != nil {
			redirect = res.Order.StatusURL
		}
		payload.Result = &model.SubmitSuccess{AttemptID: res.Attempt.PublicID(id.Key).String(), RedirectURL: redirect}
		return payload, nil
	}
	url := r.PublicURL + "/checkout/" + id.UUID.String() + "?key=" + id.Key
	failed := &model.SubmitFailed{CheckoutURL: &url}
	for _, p := range res.Problems {
		failed.Errors = append(failed.Errors, &model.SubmissionError{Code: submissionCode(p.Code), Message: &p.Message})
	}
	payload.Result = failed
	return payload, nil
}

// submissionCode is the value of SubmissionErrorCode for a value of CheckoutErrorCode.
func submissionCode(code string) string {
	switch code {
	case checkout.OutOfStock:
		return "MERCHANDISE_OUT_OF_STOCK"
	case checkout.EmailMissing:
		return "BUYER_IDENTITY_EMAIL_REQUIRED"
	case checkout.AddressMissing:
		return "DELIVERY_ADDRESS_REQUIRED"
	case checkout.DeliveryMissing:
		return "DELIVERY_NO_DELIVERY_AVAILABLE"
	case checkout.PaymentDeclined:
		return "PAYMENTS_CREDIT_CARD_GENERIC"
	case checkout.PriceChanged:
		return "PAYMENTS_UNACCEPTABLE_PAYMENT_AMOUNT"
	}
	return "ERROR"
}

// attempted tells what came of an attempt.
func (r *Resolver) attempted(ctx context.Context, attemptID string) (model.Any, error) {
	id, err := gid.Parse(attemptID)
	if err != nil {
		return nil, nil //nolint:nilerr // text that is no id of ours names no attempt
	}
	a, err := r.Checkout.AttemptByID(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	switch a.State {
	case checkout.Completed:
		o, err := r.Orders.ByCart(ctx, a.CartID, id.Key)
		if err != nil {
			return nil, err
		}
		return &model.CartCompletionSuccess{ID: attemptID, CompletedAt: &a.UpdatedAt, OrderID: o.ID, OrderURL: o.StatusURL}, nil
	case checkout.Failed:
		return &model.CartCompletionFailed{ID: attemptID, Errors: []*model.CompletionError{{Code: completionCode(a.ErrorCode), Message: &a.ErrorMessage}}}, nil
	}
	return &model.CartCompletionProcessing{ID: attemptID, PollDelay: 1000}, nil
}

// completionCode is the value of CompletionErrorCode for a value of CheckoutErrorCode.
func completionCode(code string) string {
	if code == checkout.OutOfStock {
		return "INVENTORY_RESERVATION_ERROR"
	}
	if strings.HasPrefix(code, "PAYMENT_") {
		return "PAYMENT_ERROR"
	}
	return "ERROR"
}

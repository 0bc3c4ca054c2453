package payment

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// Begin says what will be asked of a gateway.
type Begin struct {
	Kind                         Kind
	Gateway                      string
	Key                          string // unique, at most 200 bytes; also in other shops, since gateways know of none
	Amount                       money.Money
	OrderID, AttemptID, ParentID uuid.UUID // nil where there is none
}

// Outcome is what came of a call.
type Outcome struct {
	Status     Status
	GatewayRef string
	Code       Code
	Message    string
}

// OutcomeOf reads the outcome of a call from what it returned: no error is [Success], [Declined] is [Failure], [Failed] and
// [ErrKeyReused] are [Broken], and anything else leaves it [Pending].
func OutcomeOf(gatewayRef string, err error) Outcome {
	if err == nil {
		return Outcome{Status: Success, GatewayRef: gatewayRef}
	}
	if d, ok := errors.AsType[Declined](err); ok {
		return Outcome{Status: Failure, Code: d.Code, Message: d.Message}
	}
	if _, ok := errors.AsType[Failed](err); ok || errors.Is(err, ErrKeyReused) {
		return Outcome{Status: Broken, Code: ProcessingError, Message: "The payment could not be made. Nothing was charged."}
	}
	return Outcome{Status: Pending, Code: Timeout, Message: "The gateway has not answered yet."}
}

// BeginTx records a call before it is made. Beginning the same again gives the transaction as it stands, so that a resumed
// caller finds its own. Fails with [fault.Conflict] where the key stands for something else, and with [fault.Invalid] where
// there is no such gateway.
func (s *Service) BeginTx(ctx context.Context, tx database.Tx, b Begin) (Transaction, error) {
	if err := s.check(b); err != nil {
		return Transaction{}, err
	}
	begun, err := s.store.begin(ctx, tx, b, s.clock.Now())
	t, err := s.written(ctx, tx, b.Key, begun, err)
	if err != nil {
		return Transaction{}, err
	}
	if t.Kind != b.Kind || t.Gateway != b.Gateway || t.Amount != b.Amount || t.AttemptID != b.AttemptID || t.ParentID != b.ParentID {
		return Transaction{}, fault.New(fault.Conflict, "this payment key stands for another payment")
	}
	return t, nil
}

// BeginNewTx is [Service.BeginTx] under a key that was never used before, which shows with the transaction's next statement
// or at its commit: where it was, that fails.
func (s *Service) BeginNewTx(ctx context.Context, tx database.Tx, b Begin) error {
	if err := s.check(b); err != nil {
		return err
	}
	return s.store.beginNew(ctx, tx, b, s.clock.Now())
}

func (s *Service) check(b Begin) error {
	if !s.Knows(b.Gateway) && b.Gateway != Manual {
		return fault.New(fault.Invalid, "there is no payment gateway of this name")
	}
	if b.Key == "" || len(b.Key) > 200 || b.Amount.IsNegative() || !b.Amount.Currency.Valid() {
		return fault.New(fault.Internal, "payment: a transaction needs a key of at most 200 bytes and an amount")
	}
	return nil
}

// SettleTx records what came of the call with a key. Settling the same again changes nothing; an outcome that is [Pending]
// leaves it open. Fails with [fault.NotFound] where nothing was begun under the key, and with [fault.Conflict] where it was
// settled otherwise.
func (s *Service) SettleTx(ctx context.Context, tx database.Tx, key string, o Outcome) (Transaction, error) {
	settled, err := s.store.settle(ctx, tx, key, o, s.clock.Now())
	t, err := s.written(ctx, tx, key, settled, err)
	if err != nil {
		return Transaction{}, err
	}
	if o.Status != Pending && (t.Status != o.Status || t.PaymentID != o.GatewayRef) {
		return Transaction{}, fault.New(fault.Conflict, "this payment was settled otherwise")
	}
	return t, nil
}

// AttachTx gives the transaction with a key to an order, once there is one. Fails with [fault.NotFound] where there is no
// such transaction, and with [fault.Conflict] where it is another order's.
func (s *Service) AttachTx(ctx context.Context, tx database.Tx, key string, orderID uuid.UUID) error {
	if attached, err := s.store.attach(ctx, tx, key, orderID); err != nil || attached {
		return err
	}
	t, err := s.byKey(ctx, tx, key)
	if err == nil && t.OrderID != orderID {
		err = fault.New(fault.Conflict, "this payment belongs to another order")
	}
	return err
}

// AttachNewTx gives the transaction with a key to an order that has none yet. Where there is no such transaction, or it is an
// order's already, the database transaction fails with [fault.Conflict]: with its next statement, or at the commit.
func (s *Service) AttachNewTx(ctx context.Context, tx database.Tx, key string, orderID uuid.UUID) error {
	return s.store.attachNew(ctx, tx, database.SomeChanged(fault.New(fault.Conflict, "this payment is not there, or belongs to another order")), key, orderID)
}

// written is a transaction as a statement has written it, or as it stood already where the statement wrote nothing.
func (s *Service) written(ctx context.Context, tx database.Tx, key string, rows []Transaction, err error) (Transaction, error) {
	switch {
	case err != nil:
		return Transaction{}, err
	case len(rows) == 0:
		return s.byKey(ctx, tx, key)
	}
	return s.dress(rows)[0], nil
}

// ByKey gives the transaction with a key. Fails with [fault.NotFound] where there is none in this shop.
func (s *Service) ByKey(ctx context.Context, key string) (Transaction, error) {
	return s.byKey(ctx, s.db, key)
}

func (s *Service) byKey(ctx context.Context, q database.Querier, key string) (Transaction, error) {
	list, err := s.store.read(ctx, q, "idempotency_key", []string{key})
	if err != nil {
		return Transaction{}, err
	}
	if len(list) == 0 {
		return Transaction{}, fault.New(fault.NotFound, "there is no such payment")
	}
	return s.dress(list)[0], nil
}

// TransactionsOf gives the transactions of orders, oldest first: one statement.
func (s *Service) TransactionsOf(ctx context.Context, orderIDs []uuid.UUID) (map[uuid.UUID][]Transaction, error) {
	list, err := s.store.read(ctx, s.db, "order_id", orderIDs)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID][]Transaction, len(orderIDs))
	for _, t := range s.dress(list) {
		out[t.OrderID] = append(out[t.OrderID], t)
	}
	return out, nil
}

// ByIDs gives transactions by their ids; those that are not the shop's are not in the answer.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Transaction, error) {
	list, err := s.store.read(ctx, s.db, "id", ids)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]Transaction, len(list))
	for _, t := range s.dress(list) {
		out[t.ID.UUID] = t
	}
	return out, nil
}

// dress adds what only the service knows.
func (s *Service) dress(list []Transaction) []Transaction {
	for i := range list {
		list[i].Test = s.test(list[i].Gateway)
	}
	return list
}

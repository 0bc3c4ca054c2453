package bogus

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/platform/database"
)

// The kinds of entry, and the state of a charge that was undone.
const (
	kindCharge = "charge"
	kindRefund = "refund"
	kindVoid   = "void"
	voided     = "voided"
)

// entry is a row of the provider's memory.
type entry struct {
	id           uuid.UUID
	kind, status string
	amount       money.Money
	parent       string
}

// charge gives the entry as a charge of an amount, or says that its key stood for something else.
func (e entry) charge(amount money.Money) (payment.Charge, error) {
	if e.kind != kindCharge || e.amount != amount {
		return payment.Charge{}, payment.ErrKeyReused
	}
	return payment.Charge{Ref: refOf(e.id), Amount: e.amount, Voided: e.status == voided}, nil
}

const refPrefix = "bogus_"

func refOf(id uuid.UUID) string { return refPrefix + id.String() }

// store holds every statement of this package. Contexts are of all shops: the provider knows none.
type store struct {
	db    *database.DB
	newID func() uuid.UUID
}

// byKey reads the entry of a key. Served by bogus_charge (idempotency_key).
func (s store) byKey(ctx context.Context, key string) (entry, bool, error) {
	return read(ctx, s.db, "idempotency_key", key, "")
}

func read(ctx context.Context, q database.Querier, by string, value any, lock string) (entry, bool, error) {
	rows, err := q.SysQuery(ctx, "SELECT id, kind, status, amount, currency, parent FROM bogus_charge WHERE "+by+" = $1"+lock, value)
	list, err := database.Scan(rows, err, func(scan func(...any) error) (e entry, err error) {
		return e, scan(&e.id, &e.kind, &e.status, &e.amount.Amount, &e.amount.Currency, &e.parent)
	})
	if err != nil || len(list) == 0 {
		return entry{}, false, err
	}
	return list[0], true, nil
}

// add writes an entry unless its key is taken, and gives the one that has the key.
func (s store) add(ctx context.Context, tx database.Tx, key string, e entry, now time.Time) (entry, error) {
	err := tx.SysLater(ctx, nil, `INSERT INTO bogus_charge (id, idempotency_key, kind, amount, currency, status, parent, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (idempotency_key) DO NOTHING`,
		s.newID(), key, e.kind, e.amount.Amount, string(e.amount.Currency), e.status, e.parent, now)
	if err != nil {
		return entry{}, err
	}
	e, _, err = read(ctx, tx, "idempotency_key", key, "")
	return e, err
}

func (s store) charge(ctx context.Context, key string, amount money.Money, now time.Time) (e entry, err error) {
	err = s.db.InTx(ctx, func(tx database.Tx) (err error) {
		e, err = s.add(ctx, tx, key, entry{kind: kindCharge, status: "succeeded", amount: amount}, now)
		return err
	})
	return e, err
}

// lockCharge locks a charge, so that what is given back of it takes turns.
func lockCharge(ctx context.Context, tx database.Tx, ref string) (entry, error) {
	id, err := uuid.Parse(strings.TrimPrefix(ref, refPrefix))
	if err != nil || !strings.HasPrefix(ref, refPrefix) {
		return entry{}, noCharge
	}
	e, found, err := read(ctx, tx, "id", id, " FOR UPDATE")
	if err == nil && (!found || e.kind != kindCharge) {
		err = noCharge
	}
	return e, err
}

var (
	noCharge  = payment.Declined{Code: payment.ProcessingError, Message: "There is no such charge."}
	tooMuch   = payment.Declined{Code: payment.AmountInvalid, Message: "More than what is left of the charge cannot be given back."}
	isVoided  = payment.Declined{Code: payment.ProcessingError, Message: "The charge was undone."}
	hasRefund = payment.Declined{Code: payment.ProcessingError, Message: "A part of the charge was given back already."}
)

func (s store) refund(ctx context.Context, r payment.RefundRequest, now time.Time) (made entry, err error) {
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		charge, err := lockCharge(ctx, tx, r.ChargeRef)
		if err != nil {
			return err
		}
		known, found, err := read(ctx, tx, "idempotency_key", r.IdempotencyKey, "")
		if err != nil {
			return err
		}
		if !found {
			before, err := refunded(ctx, tx, r.ChargeRef)
			switch {
			case err != nil:
				return err
			case charge.status == voided:
				return isVoided
			case r.Amount.Currency != charge.amount.Currency || r.Amount.Amount > charge.amount.Amount-before:
				return tooMuch
			}
			if known, err = s.add(ctx, tx, r.IdempotencyKey, entry{kind: kindRefund, status: "succeeded", amount: r.Amount, parent: r.ChargeRef}, now); err != nil {
				return err
			}
		}
		if known.kind != kindRefund || known.parent != r.ChargeRef || known.amount != r.Amount {
			return payment.ErrKeyReused
		}
		made = known
		return nil
	})
	return made, err
}

// refunded sums what was given back of a charge. The memory is small: no index serves it.
func refunded(ctx context.Context, tx database.Tx, ref string) (int64, error) {
	rows, err := tx.SysQuery(ctx, "SELECT coalesce(sum(amount), 0)::bigint FROM bogus_charge WHERE kind = 'refund' AND parent = $1", ref)
	sum, err := database.Scan(rows, err, func(scan func(...any) error) (n int64, err error) { return n, scan(&n) })
	if err != nil {
		return 0, err
	}
	return sum[0], nil
}

func (s store) void(ctx context.Context, r payment.VoidRequest, now time.Time) error {
	return s.db.InTx(ctx, func(tx database.Tx) error {
		charge, err := lockCharge(ctx, tx, r.ChargeRef)
		if err != nil {
			return err
		}
		known, found, err := read(ctx, tx, "idempotency_key", r.IdempotencyKey, "")
		if err != nil {
			return err
		}
		if found {
			if known.kind != kindVoid || known.parent != r.ChargeRef {
				return payment.ErrKeyReused
			}
			return nil
		}
		before, err := refunded(ctx, tx, r.ChargeRef)
		switch {
		case err != nil:
			return err
		case before > 0:
			return hasRefund
		case charge.status == voided:
			return isVoided
		}
		if _, err := tx.SysExec(ctx, "UPDATE bogus_charge SET status = 'voided' WHERE id = $1", charge.id); err != nil {
			return err
		}
		_, err = s.add(ctx, tx, r.IdempotencyKey, entry{kind: kindVoid, status: "succeeded", amount: charge.amount, parent: r.ChargeRef}, now)
		return err
	})
}

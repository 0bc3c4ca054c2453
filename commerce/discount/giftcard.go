package discount

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/pricing"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
)

// GiftCard is money paid in advance. Its code is not known to anybody but its holder.
type GiftCard struct {
	ID             uuid.UUID
	LastCharacters string
	Initial        money.Money
	Balance        money.Money
	ExpiresAt      *time.Time // nil is never
	Enabled        bool
	CustomerID     *uuid.UUID
	Note           string
	CreatedAt      time.Time
}

// Usable reports whether the card can pay at a moment.
func (c *GiftCard) Usable(now time.Time) bool {
	return c.Enabled && c.Balance.Amount > 0 && (c.ExpiresAt == nil || now.Before(*c.ExpiresAt))
}

// Issue is a gift card to be made.
type Issue struct {
	// Code is what the holder will enter; empty makes one of 16 characters by chance. Case, spaces and dashes do not count.
	Code       string
	Amount     money.Money
	ExpiresAt  *time.Time
	CustomerID *uuid.UUID
	Note       string
}

// The reasons that a gift card's ledger gives.
const (
	Issued   = "issue"
	Debited  = "debit"
	Released = "release" // a debit taken back before there was an order
	Refunded = "refund"
)

// Insufficient is the error of a debit that the card cannot pay: too little on it, switched off, expired or in another
// currency. Nothing was debited; the caller's transaction must not commit.
type Insufficient struct{ CardID uuid.UUID }

// Error gives the text for logs.
func (e Insufficient) Error() string { return "gift card " + e.CardID.String() + " cannot pay this" }

// IssueCard makes a gift card and tells its code, this one time. Fails with [fault.Invalid] on an amount or code that
// cannot be, with [fault.Conflict] where the code is taken.
func (s *Service) IssueCard(ctx context.Context, in Issue) (*GiftCard, string, error) {
	code := in.Code
	if code == "" {
		secret := make([]byte, 10)
		if _, err := io.ReadFull(s.random, secret); err != nil {
			return nil, "", err
		}
		code = base32.StdEncoding.EncodeToString(secret)
	}
	plain := normalize(code)
	if len(plain) < 8 || len(plain) > 64 {
		return nil, "", fault.New(fault.Invalid, "The code of a gift card has 8 to 64 letters and digits.")
	}
	if !in.Amount.Currency.Valid() || in.Amount.Amount <= 0 || in.Amount.Amount > pricing.MaxAmount {
		return nil, "", fault.New(fault.Invalid, "A gift card is worth more than nothing, in a known currency.")
	}
	card := &GiftCard{ID: s.store.newID(), LastCharacters: plain[len(plain)-4:], Initial: in.Amount, Balance: in.Amount, ExpiresAt: in.ExpiresAt,
		Enabled: true, CustomerID: in.CustomerID, Note: in.Note, CreatedAt: s.clock.Now()}
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		if err := s.store.insertCard(ctx, tx, card, hashCode(code)); err != nil {
			return err
		}
		_, err := s.store.insertEntry(ctx, tx, card.ID, in.Amount.Amount, Issued, "", nil, card.CreatedAt)
		return err
	})
	if database.IsUnique(err) {
		return nil, "", fault.New(fault.Conflict, "Another gift card has this code.")
	}
	if err != nil {
		return nil, "", err
	}
	return card, code, nil
}

// Cards reads gift cards by id, in whatever state: one statement.
func (s *Service) Cards(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*GiftCard, error) {
	out := make(map[uuid.UUID]*GiftCard, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	list, err := s.store.cards(ctx, s.db, ids)
	for _, c := range list {
		out[c.ID] = c
	}
	return out, err
}

// CardsByCode reads the gift cards of codes; the answer has one place a code, nil where there is none.
func (s *Service) CardsByCode(ctx context.Context, codes []string) ([]*GiftCard, error) {
	out := make([]*GiftCard, len(codes))
	for i, code := range codes {
		list, err := s.store.cardByHash(ctx, s.db, hashCode(code))
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			out[i] = list[0]
		}
	}
	return out, nil
}

// DebitTx lets a card pay an amount for ref, once: asked again for the same ref it does nothing, whatever the amount. An
// attempt that was released and tries anew needs a ref of its own. Fails with [Insufficient].
func (s *Service) DebitTx(ctx context.Context, tx database.Tx, card uuid.UUID, amount money.Money, ref string, order *uuid.UUID) error {
	if amount.Amount <= 0 || ref == "" {
		return fault.New(fault.Internal, "a debit is of more than nothing, for a ref")
	}
	now := s.clock.Now()
	// The entry comes first: of two debits for one ref the second waits for the first here, and finds it.
	fresh, err := s.store.insertEntry(ctx, tx, card, -amount.Amount, Debited, ref, order, now)
	if err != nil || !fresh {
		return err
	}
	ok, err := s.store.debit(ctx, tx, card, amount, now)
	if err == nil && !ok {
		return Insufficient{CardID: card}
	}
	return err
}

// CreditTx puts an amount back on a card for ref, once per reason: [Released] undoes the debit of the same ref, [Refunded]
// returns money for an order. It works on cards that are switched off or expired, too. Fails with [fault.NotFound].
func (s *Service) CreditTx(ctx context.Context, tx database.Tx, card uuid.UUID, amount money.Money, reason, ref string, order *uuid.UUID) error {
	if amount.Amount <= 0 || ref == "" {
		return fault.New(fault.Internal, "a credit is of more than nothing, for a ref")
	}
	now := s.clock.Now()
	fresh, err := s.store.insertEntry(ctx, tx, card, amount.Amount, reason, ref, order, now)
	if err != nil || !fresh {
		return err
	}
	ok, err := s.store.credit(ctx, tx, card, amount, now)
	if err == nil && !ok {
		return fault.New(fault.NotFound, "There is no such gift card in this currency.")
	}
	return err
}

// normalize is a code as it is compared: letters and digits in capitals.
func normalize(code string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\t' {
			return -1
		}
		return r
	}, code))
}

func hashCode(code string) []byte {
	h := sha256.Sum256([]byte(normalize(code)))
	return h[:]
}

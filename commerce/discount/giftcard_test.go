package discount_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

func (b bundle) debit(card uuid.UUID, amount money.Money, ref string) error {
	return b.db.InTx(b.ctx, func(tx database.Tx) error { return b.s.DebitTx(b.ctx, tx, card, amount, ref, nil) })
}

func (b bundle) credit(card uuid.UUID, amount money.Money, reason, ref string) error {
	return b.db.InTx(b.ctx, func(tx database.Tx) error { return b.s.CreditTx(b.ctx, tx, card, amount, reason, ref, nil) })
}

func (b bundle) balance(t *testing.T, card uuid.UUID) (balance, ledger int64) {
	t.Helper()
	err := b.db.QueryRow(b.ctx, `SELECT balance, (SELECT sum(delta) FROM gift_card_entry WHERE shop_id = $1 AND gift_card_id = $2) FROM gift_card WHERE shop_id = $1 AND id = $2`, card).Scan(&balance, &ledger)
	if err != nil {
		t.Fatal(err)
	}
	return balance, ledger
}

func TestGiftCards(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		issue := func(amount int64) (*discount.GiftCard, string) {
			card, code, err := b.s.IssueCard(b.ctx, discount.Issue{Amount: money.New(amount, "USD")})
			if err != nil {
				t.Fatal(err)
			}
			return card, code
		}
		t.Run("FoundByItsCodeOnly", func(t *testing.T) {
			card, code := issue(5000)
			spelt := strings.ToLower(code[:4] + "-" + code[4:8] + " " + code[8:])
			got, err := b.s.CardsByCode(b.ctx, []string{spelt, "not a code"})
			if err != nil || got[0] == nil || got[0].ID != card.ID || got[1] != nil || got[0].LastCharacters != code[len(code)-4:] {
				t.Fatalf("%v %v", got, err)
			}
			other, _ := databasetest.Shop(t, db)
			if got, err := b.s.CardsByCode(other, []string{code}); err != nil || got[0] != nil {
				t.Fatalf("another shop: %v %v", got, err)
			}
		})
		t.Run("TakenOrTooShort", func(t *testing.T) {
			_, code := issue(100)
			if _, _, err := b.s.IssueCard(b.ctx, discount.Issue{Code: code, Amount: money.New(1, "USD")}); !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
			if _, _, err := b.s.IssueCard(b.ctx, discount.Issue{Code: "abc", Amount: money.New(1, "USD")}); !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
		})
		t.Run("SameRefPaysOnce", func(t *testing.T) {
			card, _ := issue(1000)
			if err := errors.Join(b.debit(card.ID, money.New(400, "USD"), "a"), b.debit(card.ID, money.New(400, "USD"), "a")); err != nil {
				t.Fatal(err)
			}
			if balance, ledger := b.balance(t, card.ID); balance != 600 || ledger != 600 {
				t.Fatalf("balance %d, ledger %d", balance, ledger)
			}
			if err := errors.Join(b.credit(card.ID, money.New(400, "USD"), discount.Released, "a"), b.credit(card.ID, money.New(400, "USD"), discount.Released, "a")); err != nil {
				t.Fatal(err)
			}
			if balance, ledger := b.balance(t, card.ID); balance != 1000 || ledger != 1000 {
				t.Fatalf("balance %d, ledger %d", balance, ledger)
			}
		})
		t.Run("NeverBelowZero", func(t *testing.T) {
			card, _ := issue(1000)
			var paid atomic.Int64
			var wg sync.WaitGroup
			for range 12 {
				wg.Go(func() {
					err := b.debit(card.ID, money.New(300, "USD"), uuid.NewString())
					if err == nil {
						paid.Add(1)
					} else if _, ok := errors.AsType[discount.Insufficient](err); !ok {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			balance, ledger := b.balance(t, card.ID)
			if paid.Load() != 3 || balance != 100 || ledger != 100 {
				t.Fatalf("%d debits, balance %d, ledger %d", paid.Load(), balance, ledger)
			}
		})
		t.Run("WrongCurrencyExpiredOrForeign", func(t *testing.T) {
			card, _ := issue(1000)
			soon := noon.Add(time.Minute)
			late, _, err := b.s.IssueCard(b.ctx, discount.Issue{Amount: money.New(10, "USD"), ExpiresAt: &soon})
			if err != nil {
				t.Fatal(err)
			}
			b.clock.Advance(time.Hour)
			for _, err := range []error{b.debit(card.ID, money.New(1, "EUR"), "x"), b.debit(late.ID, money.New(1, "USD"), "x"), b.debit(uuid.New(), money.New(1, "USD"), "x")} {
				if _, ok := errors.AsType[discount.Insufficient](err); !ok {
					t.Error(err)
				}
			}
		})
	})
}

package discount_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

type bundle struct {
	ctx   context.Context
	db    *database.DB
	clock *clock.Manual
	s     *discount.Service
}

func setup(t *testing.T, db *database.DB) bundle {
	ctx, _ := databasetest.Shop(t, db)
	c := clock.NewManual(noon)
	return bundle{ctx: ctx, db: db, clock: c, s: discount.New(discount.Config{DB: db, Clock: c})}
}

func percent(code string, ppm int64) promotion.Discount {
	return promotion.Discount{Method: promotion.Code, Code: code, Kind: promotion.Percentage, Config: promotion.Config{PPM: ppm}}
}

func (b bundle) create(t *testing.T, d promotion.Discount) *discount.Discount {
	t.Helper()
	made, problems, err := b.s.Create(b.ctx, d)
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v %v", problems, err)
	}
	return made
}

// collection makes a collection for discounts to name.
func (b bundle) collection(t *testing.T) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	err := b.db.InTx(b.ctx, func(tx database.Tx) error {
		_, err := tx.Exec(b.ctx, `INSERT INTO collection (id, shop_id, created_at, updated_at, handle, title) VALUES ($2, $1, $3, $3, 'lamps', 'Lamps')`, id, noon)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestDiscounts(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		lamps := b.collection(t)
		code := b.create(t, percent("Spring10", 100_000))
		auto := b.create(t, promotion.Discount{Title: "Two for one", Method: promotion.Automatic, Kind: promotion.BuyXGetY, Priority: 3, EndsAt: noon.Add(time.Hour),
			Config: promotion.Config{Get: promotion.Get{Buy: 1, Quantity: 1, PPM: money.PPM, Target: promotion.Target{Collections: []uuid.UUID{lamps}}}, Combines: promotion.Combines{Shipping: true}}})

		t.Run("FoundByCodeInAnyCase", func(t *testing.T) {
			got, err := b.s.ByCode(b.ctx, " SPRING10 ")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(code, got); diff != "" {
				t.Error(diff)
			}
		})
		t.Run("AutomaticUntilItEnds", func(t *testing.T) {
			got, err := b.s.Automatic(b.ctx)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]*discount.Discount{auto}, got); diff != "" {
				t.Error(diff)
			}
		})
		t.Run("OffersAreOneStatement", func(t *testing.T) {
			ctx, record := database.Recording(b.ctx, true)
			offers, used, err := b.s.Offers(ctx, []string{"spring10", "", "nope"}, []string{"email:a@b.c"}, noon)
			if err != nil || record.Count() != 1 {
				t.Fatalf("%v, %v", err, record.Statements())
			}
			if diff := cmp.Diff([]promotion.Discount{auto.Discount, code.Discount}, offers); diff != "" {
				t.Error(diff)
			}
			if used[code.ID] != (promotion.Usage{}) {
				t.Error(used)
			}
		})
		t.Run("CodeTwiceIsTaken", func(t *testing.T) {
			_, problems, err := b.s.Create(b.ctx, percent("SPRING10", 1))
			if err != nil || len(problems) != 1 || problems[0].Code != "TAKEN" {
				t.Fatalf("%v %v", problems, err)
			}
		})
		t.Run("UselessIsRefused", func(t *testing.T) { useless(t, b) })
		t.Run("PagesNewestFirst", func(t *testing.T) {
			one := 1
			page, err := b.s.Page(b.ctx, keyset.Args{First: &one}, "")
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Items) != 1 || page.Items[0].ID != auto.ID || !page.HasNext {
				t.Errorf("%+v", page)
			}
		})
		t.Run("FoundByQuery", func(t *testing.T) { found(t, b) })
		t.Run("DeactivatedIsStillFoundButEnded", func(t *testing.T) {
			got, problems, err := b.s.Deactivate(b.ctx, code.ID, promotion.Code)
			if err != nil || len(problems) > 0 || got.Status(noon) != "EXPIRED" || !got.EndsAt.Equal(noon) {
				t.Fatalf("%+v %v", got, err)
			}
			offers, _, err := b.s.Offers(b.ctx, []string{"spring10"}, nil, noon)
			if err != nil || len(offers) != 2 || !offers[1].Disabled {
				t.Fatalf("%+v %v", offers, err)
			}
			for id, method := range map[uuid.UUID]promotion.Method{uuid.New(): promotion.Code, auto.ID: promotion.Code, code.ID: promotion.Automatic} {
				if _, problems, err := b.s.Deactivate(b.ctx, id, method); err != nil || len(problems) != 1 || problems[0].Code != "INVALID" {
					t.Error(problems, err)
				}
			}
		})
		t.Run("ForeignShopSeesNothing", func(t *testing.T) {
			other, _ := databasetest.Shop(t, db)
			if _, err := b.s.ByCode(other, "spring10"); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		})
	})
}

func found(t *testing.T, b bundle) {
	for query, want := range map[string]int{
		"": 2, "two": 1, "fOR": 1, "title:one*": 1, "code:spring": 1, "code:pring": 0, "status:active": 2, "status:active code:spring": 1,
		"status:expired": 0, "status:scheduled": 0, "%": 0,
	} {
		page, err := b.s.Page(b.ctx, keyset.Args{}, query)
		if err != nil || len(page.Items) != want {
			t.Errorf("%q: %d, %v", query, len(page.Items), err)
		}
	}
	if _, err := b.s.Page(b.ctx, keyset.Args{}, "color:red"); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

func useless(t *testing.T, b bundle) {
	for name, c := range map[string]struct {
		d    promotion.Discount
		code string
	}{
		"NoCode":       {promotion.Discount{Method: promotion.Code, Kind: promotion.FreeShipping}, "BLANK"},
		"NoTitle":      {promotion.Discount{Method: promotion.Automatic, Kind: promotion.FreeShipping}, "BLANK"},
		"NulInCode":    {percent("a\x00b", 1), "INVALID"},
		"TooMuch":      {percent("p", money.PPM+1), "VALUE_OUTSIDE_RANGE"},
		"NoAmount":     {promotion.Discount{Method: promotion.Code, Code: "q", Kind: promotion.Fixed}, "VALUE_OUTSIDE_RANGE"},
		"EndsTooSoon":  {promotion.Discount{Method: promotion.Code, Code: "r", Kind: promotion.FreeShipping, EndsAt: noon}, "INVALID"},
		"StrangeKind":  {promotion.Discount{Method: promotion.Code, Code: "s", Kind: "gift"}, "INCLUSION"},
		"TwoMinimums":  {promotion.Discount{Method: promotion.Code, Code: "t", Kind: promotion.FreeShipping, Config: promotion.Config{MinQuantity: 1, MinSubtotal: map[money.Currency]int64{"USD": 1}}}, "MINIMUM_SUBTOTAL_AND_QUANTITY_RANGE_BOTH_PRESENT"},
		"ForeignItem":  {promotion.Discount{Method: promotion.Code, Code: "v", Kind: promotion.Percentage, Config: promotion.Config{PPM: 1, Target: promotion.Target{Products: []uuid.UUID{{9}}}}}, "INVALID"},
		"ForeignBuyer": {promotion.Discount{Method: promotion.Code, Code: "w", Kind: promotion.FreeShipping, Config: promotion.Config{Customers: []uuid.UUID{{9}}}}, "INVALID"},
		"NegativeUses": {promotion.Discount{Method: promotion.Code, Code: "u", Kind: promotion.FreeShipping, UsageLimit: -1}, "GREATER_THAN"},
	} {
		_, problems, err := b.s.Create(b.ctx, c.d)
		if err != nil || len(problems) == 0 || problems[0].Code != c.code {
			t.Errorf("%s: %v %v", name, problems, err)
		}
		if name == "TooMuch" && !strings.Contains(problems[0].Message, "not above 1, such as 0.15") {
			t.Errorf("it does not say what a percentage is: %q", problems[0].Message)
		}
	}
}

func (b bundle) use(ref string, buyer []string, ids ...uuid.UUID) error {
	return b.db.InTx(b.ctx, func(tx database.Tx) error { return b.s.UsageTx(b.ctx, tx, ids, ref, buyer) })
}

func (b bundle) reason(t *testing.T, err error) promotion.Reason {
	t.Helper()
	refused, ok := errors.AsType[discount.Refused](err)
	if !ok {
		t.Fatalf("err = %v", err)
	}
	return refused.Reason
}

func TestUsage(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		limited := percent("limited", 1000)
		limited.UsageLimit = 5
		once := percent("once", 1000)
		once.OncePerCustomer = true
		limit, single := b.create(t, limited), b.create(t, once)

		t.Run("TwentyBuyersFiveUses", func(t *testing.T) {
			var won, lost int
			var mu sync.Mutex
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() {
					err := b.use("race:"+uuid.NewString(), nil, limit.ID)
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						won++
					} else if b.reason(t, err) == promotion.UsageLimitReached {
						lost++
					}
				})
			}
			wg.Wait()
			if won != 5 || lost != 15 {
				t.Fatalf("%d won, %d lost", won, lost)
			}
			if got, _ := b.s.Get(b.ctx, limit.ID); got.Used != 5 {
				t.Fatalf("used %d times", got.Used)
			}
		})
		t.Run("SameBuyerOnce", func(t *testing.T) {
			customer := uuid.New()
			if err := b.use("a", discount.Buyer(&customer, "A@x.test"), single.ID); err != nil {
				t.Fatal(err)
			}
			if err := b.use("a", discount.Buyer(&customer, "A@x.test"), single.ID); err != nil {
				t.Fatalf("a repeated step: %v", err)
			}
			if got := b.reason(t, b.use("b", discount.Buyer(&customer, "other@x.test"), single.ID)); got != promotion.CustomerLimit {
				t.Error(got)
			}
			_, used, err := b.s.Offers(b.ctx, []string{"once"}, discount.Buyer(&customer, ""), noon)
			if err != nil || used[single.ID] != (promotion.Usage{Total: 1, ByBuyer: 1}) {
				t.Errorf("%v %v", used, err)
			}
		})
		t.Run("SameBuyerAtOnceOnce", func(t *testing.T) {
			var wg sync.WaitGroup
			var won sync.Map
			for range 8 {
				wg.Go(func() {
					if ref := uuid.NewString(); b.use(ref, []string{"email:race@x.test"}, single.ID) == nil {
						won.Store(ref, true)
					}
				})
			}
			wg.Wait()
			n := 0
			won.Range(func(any, any) bool { n++; return true })
			if n != 1 {
				t.Fatalf("%d uses", n)
			}
		})
		t.Run("ReleasedCanBeUsedAgain", func(t *testing.T) {
			release := func() error {
				return b.db.InTx(b.ctx, func(tx database.Tx) error { return b.s.ReleaseUsageTx(b.ctx, tx, "r") })
			}
			before, _ := b.s.Get(b.ctx, single.ID)
			if err := errors.Join(b.use("r", []string{"email:r@x.test"}, single.ID), release(), release()); err != nil {
				t.Fatal(err)
			}
			after, _ := b.s.Get(b.ctx, single.ID)
			if before.Used != after.Used {
				t.Fatalf("%d, then %d", before.Used, after.Used)
			}
			if err := b.use("r2", []string{"email:r@x.test"}, single.ID); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("RefusedUsesNothing", func(t *testing.T) {
			before, _ := b.s.Get(b.ctx, single.ID)
			err := b.use("z", []string{"email:z@x.test"}, single.ID, limit.ID)
			if got := b.reason(t, err); got != promotion.UsageLimitReached {
				t.Error(got)
			}
			if after, _ := b.s.Get(b.ctx, single.ID); after.Used != before.Used {
				t.Error("used all the same")
			}
			if got := b.reason(t, b.use("y", nil, uuid.New())); got != promotion.NotFound {
				t.Error(got)
			}
		})
	})
}

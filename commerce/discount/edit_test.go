package discount_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/promotion"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

var basic = []promotion.Kind{promotion.Percentage, promotion.Fixed}

func refused(t *testing.T, problems fault.Problems, err error, want string) {
	t.Helper()
	var got []string
	for _, p := range problems {
		got = append(got, p.Code+" "+strings.Join(p.Field, "."))
	}
	if err != nil || strings.Join(got, ", ") != want {
		t.Errorf("%v %v, want %q", got, err, want)
	}
}

// coded changes the code alone.
func coded(code string) discount.Change {
	return func(d promotion.Discount) (promotion.Discount, fault.Problems) {
		d.Code = code
		return d, nil
	}
}

func TestUpdate(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		made := b.create(t, percent("Spring", 100_000))
		b.create(t, percent("Taken", 1))
		t.Run("OK", func(t *testing.T) {
			changed, problems, err := b.s.Update(b.ctx, made.ID, promotion.Code, basic, made.Revision(), coded(" Summer "))
			refused(t, problems, err, "")
			found, err := b.s.ByCode(b.ctx, "summer")
			if err != nil || found.ID != made.ID || found.Code != "Summer" || *found.Revision() != *changed.Revision() || *found.Revision() == *made.Revision() {
				t.Errorf("%+v, %v", found, err)
			}
		})
		t.Run("NothingChangedKeepsTheRevision", func(t *testing.T) {
			before, err := b.s.Get(b.ctx, made.ID)
			if err != nil {
				t.Fatal(err)
			}
			same, problems, err := b.s.Update(b.ctx, made.ID, promotion.Code, basic, nil, coded("Summer"))
			refused(t, problems, err, "")
			if *same.Revision() != *before.Revision() {
				t.Error("the revision changed")
			}
		})
		t.Run("Refused", func(t *testing.T) {
			_, problems, err := b.s.Update(b.ctx, made.ID, promotion.Code, basic, made.Revision(), coded("Autumn"))
			refused(t, problems, err, "STALE ifRevision")
			_, problems, err = b.s.Update(b.ctx, made.ID, promotion.Code, basic, nil, coded("TAKEN"))
			refused(t, problems, err, "TAKEN code")
			_, problems, err = b.s.Update(b.ctx, made.ID, promotion.Code, basic, nil, coded(""))
			refused(t, problems, err, "BLANK code")
			_, problems, err = b.s.Update(b.ctx, made.ID, promotion.Automatic, basic, nil, coded("x"))
			refused(t, problems, err, "INVALID id")
			_, problems, err = b.s.Update(b.ctx, made.ID, promotion.Code, []promotion.Kind{promotion.FreeShipping}, nil, coded("x"))
			refused(t, problems, err, "INVALID id")
			elsewhere := setup(t, db)
			_, problems, err = elsewhere.s.Update(elsewhere.ctx, made.ID, promotion.Code, basic, nil, coded("x"))
			refused(t, problems, err, "INVALID id")
		})
	})
}

func TestActivateAndDelete(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		later := percent("Later", 1)
		later.StartsAt = noon.Add(time.Hour)
		ids := []uuid.UUID{b.create(t, percent("Now", 1)).ID, b.create(t, later).ID}
		status := func(want string) {
			t.Helper()
			for _, id := range ids {
				d, err := b.s.Get(b.ctx, id)
				if err != nil || d.Status(b.clock.Now()) != want {
					t.Errorf("%+v, %v, want %s", d, err, want)
				}
			}
		}
		problems, err := b.s.DeactivateAll(b.ctx, ids, promotion.Code)
		refused(t, problems, err, "")
		status("EXPIRED")
		problems, err = b.s.ActivateAll(b.ctx, ids, promotion.Code)
		refused(t, problems, err, "")
		status("ACTIVE")
		if _, problems, err := b.s.Deactivate(b.ctx, ids[0], promotion.Code); err != nil || problems != nil {
			t.Fatal(problems, err)
		}
		begun, problems, err := b.s.Activate(b.ctx, ids[0], promotion.Code)
		refused(t, problems, err, "")
		if begun.Status(b.clock.Now()) != "ACTIVE" {
			t.Errorf("%+v", begun)
		}
		problems, err = b.s.Delete(b.ctx, append(ids, uuid.New()), promotion.Code)
		refused(t, problems, err, "INVALID ids.2")
		elsewhere := setup(t, db)
		problems, err = elsewhere.s.Delete(elsewhere.ctx, ids[:1], promotion.Code)
		refused(t, problems, err, "INVALID ids.0")
		status("ACTIVE")
		problems, err = b.s.Delete(b.ctx, ids, promotion.Code)
		refused(t, problems, err, "")
		if _, err := b.s.Get(b.ctx, ids[0]); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v", err)
		}
	})
}

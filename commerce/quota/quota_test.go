package quota_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/quota"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/ratelimit"
)

func TestQuotas(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var told func([]byte)
		shared := func(_ string, hear func([]byte)) func([]byte) {
			before := told
			told = func(m []byte) {
				if before != nil {
					before(m)
				}
				hear(m)
			}
			return func(m []byte) { told(m) }
		}
		one := quota.New(quota.Config{DB: db, Clock: clock.System{}, Share: shared, CacheFor: 1 << 40})
		two := quota.New(quota.Config{DB: db, Clock: clock.System{}, Share: shared, CacheFor: 1 << 40})
		_, shop := databasetest.Shop(t, db)
		_, other := databasetest.Shop(t, db)
		app := uuid.New()
		in := func(shop uuid.UUID) context.Context {
			return access.With(database.WithShop(t.Context(), shop), access.Actor{Kind: access.System, Shop: shop})
		}
		// limit is what both services say.
		limit := func(shop, app uuid.UUID, layer string) (l ratelimit.Limit) {
			t.Helper()
			for i, s := range []*quota.Service{one, two} {
				plan, err := s.Of(t.Context(), shop)
				if err != nil {
					t.Fatal(err)
				}
				got, _ := plan.Limit(app, layer)
				if i > 0 && got != l {
					t.Errorf("the second says %v, the first %v", got, l)
				}
				l = got
			}
			return l
		}
		same := func(want, got any) {
			t.Helper()
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(quota.Quota{}, "UpdatedAt")); diff != "" {
				t.Error(diff)
			}
		}
		none := ratelimit.Limit{}
		same(none, limit(shop, app, "app"))
		set := func(q quota.Quota) {
			t.Helper()
			if err := one.Set(in(shop), q); err != nil {
				t.Fatal(err)
			}
		}
		set(quota.Quota{Layer: "app", Capacity: 100, PerSecond: 10})
		same(ratelimit.Limit{Capacity: 100, PerSecond: 10}, limit(shop, app, "app"))
		set(quota.Quota{Layer: "app", App: app, Capacity: 500, PerSecond: 50})
		set(quota.Quota{Layer: "app", App: app, Capacity: 600, PerSecond: 60})
		same(ratelimit.Limit{Capacity: 600, PerSecond: 60}, limit(shop, app, "app"))
		same(ratelimit.Limit{Capacity: 100, PerSecond: 10}, limit(shop, uuid.New(), "app"))
		same(none, limit(shop, app, "storefront"))
		same(none, limit(other, app, "app"))
		all, err := two.List(in(shop))
		same(nil, err)
		same([]quota.Quota{{Layer: "app", Capacity: 100, PerSecond: 10}, {App: app, Layer: "app", Capacity: 600, PerSecond: 60}}, all)

		same(nil, one.Unset(in(shop), app, "app"))
		same(ratelimit.Limit{Capacity: 100, PerSecond: 10}, limit(shop, app, "app"))
		same(fault.NotFound, fault.CodeOf(one.Unset(in(shop), app, "app")))
		same(fault.NotFound, fault.CodeOf(one.Unset(in(other), uuid.Nil, "app")))
		for name, q := range map[string]quota.Quota{
			"NoSuchLayer": {Layer: "basement", Capacity: 1, PerSecond: 1}, "NotOfAnApp": {Layer: "shop", App: app, Capacity: 1, PerSecond: 1},
			"Nothing": {Layer: "app", PerSecond: 1}, "NothingComesBack": {Layer: "app", Capacity: 1}, "TooMuch": {Layer: "app", Capacity: quota.Most + 1, PerSecond: 1},
		} {
			if err := one.Set(in(shop), q); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		staff := access.With(database.WithShop(t.Context(), shop), access.Actor{Kind: access.Staff, Shop: shop})
		if err := one.Set(staff, quota.Quota{Layer: "app", Capacity: 1, PerSecond: 1}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("staff set a quota: %v", err)
		}
	})
}

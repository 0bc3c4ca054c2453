package policy_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/policy"
)

var (
	shop, mia, bob = uuid.New(), uuid.New(), uuid.New()
	here, there    = uuid.New(), uuid.New()
)

func customer(id uuid.UUID) access.Actor {
	return access.Actor{Kind: access.Customer, Shop: shop, ID: id}
}

func role(names ...string) access.Actor {
	return access.Actor{Kind: access.Staff, Shop: shop, ID: uuid.New(), Roles: names, Scopes: access.ScopesOf(names...)}
}

func app(locations []uuid.UUID, scopes ...string) access.Actor {
	return access.Actor{Kind: access.App, Shop: shop, ID: uuid.New(), Locations: locations, Scopes: access.NewScopes(scopes...)}
}

func kept(a access.Actor, locations ...uuid.UUID) access.Actor {
	a.Locations = locations
	return a
}

// custom is staff with a role that the shop made.
func custom(scopes ...string) access.Actor {
	return access.Actor{Kind: access.Staff, Shop: shop, ID: uuid.New(), Roles: []string{"night-shift"}, Scopes: access.NewScopes(scopes...)}
}

var (
	nobody     = access.Actor{}
	rialto     = access.Actor{Kind: access.System, Shop: shop}
	robot      = access.Actor{Kind: "robot", Shop: shop, Scopes: access.NewScopes(access.AllScopes...)}
	storefront = access.Actor{Kind: access.Storefront, Shop: shop, ID: uuid.New(), Scopes: access.NewScopes(access.AllScopes...)}
)

// verdict is a row of a file's table. By are the ids of the policies that decide; none where nothing permits.
type verdict struct {
	name   string
	who    access.Actor
	action policy.Action
	on     policy.Resource
	by     string
}

func order(of uuid.UUID) policy.Order { return policy.Order{ID: uuid.New(), Customer: of} }

func opened(of uuid.UUID) policy.Order { return policy.Order{ID: uuid.New(), Customer: of, Key: true} }

func refund(currency string, amount, before int64) policy.Refund {
	return policy.Refund{OrderID: uuid.New(), Currency: currency, Amount: amount, Refunded: before}
}

var orderTable = []verdict{
	{"Own", customer(mia), policy.OrderView, order(mia), "order.view.own"},
	{"AnothersOrder", customer(bob), policy.OrderView, order(mia), ""},
	{"GuestsOrder", customer(bob), policy.OrderView, order(uuid.Nil), ""},
	{"CustomerWithoutIDAndGuest", customer(uuid.Nil), policy.OrderView, order(uuid.Nil), ""},
	{"StaffWithACustomersID", access.Actor{Kind: access.Staff, Shop: shop, ID: mia}, policy.OrderView, order(mia), ""},
	{"GuestByKey", storefront, policy.OrderView, opened(uuid.Nil), "order.view.key"},
	{"AnotherCustomerByKey", customer(bob), policy.OrderView, opened(mia), "order.view.key"},
	{"OwnByKey", customer(mia), policy.OrderView, opened(mia), "order.view.key order.view.own"},
	{"StorefrontWithoutKey", storefront, policy.OrderView, order(uuid.Nil), ""},
	{"Warehouse", role(access.Warehouse), policy.OrderView, order(mia), "order.view.staff"},
	{"Catalog", role(access.Catalog), policy.OrderView, order(mia), ""},
	{"AppThatReads", app(nil, access.OrdersRead), policy.OrderView, order(mia), "order.view.app"},
	{"AppThatDoesNot", app(nil, access.ProductsRead), policy.OrderView, order(mia), ""},
	{"OwnContact", customer(mia), policy.OrderContact, order(mia), "order.contact.own"},
	{"AnothersContact", customer(bob), policy.OrderContact, order(mia), ""},
	{"ContactByKey", storefront, policy.OrderContact, opened(uuid.Nil), "order.contact.key"},
	{"ContactByKeyForWarehouse", role(access.Warehouse), policy.OrderContact, opened(mia), ""},
	{"ContactForSupport", role(access.Support), policy.OrderContact, order(mia), "order.contact.staff"},
	{"ContactForWarehouse", role(access.Warehouse), policy.OrderContact, order(mia), ""},
	{"ContactForApp", app(nil, access.CustomersReadPII), policy.OrderContact, order(mia), "order.contact.app"},
	{"ContactForAppThatReadsOrders", app(nil, access.OrdersRead), policy.OrderContact, order(mia), ""},
	{"SupportToTheLimit", role(access.Support), policy.OrderRefund, refund("USD", 20000, 0), "order.refund.limited"},
	{"SupportBeyond", role(access.Support), policy.OrderRefund, refund("USD", 20001, 0), ""},
	{"SupportInParts", role(access.Support), policy.OrderRefund, refund("USD", 1, 20000), ""},
	{"SupportWithoutMinorUnits", role(access.Support), policy.OrderRefund, refund("JPY", 30000, 0), "order.refund.limited"},
	{"SupportWithoutMinorUnitsBeyond", role(access.Support), policy.OrderRefund, refund("JPY", 30001, 0), ""},
	{"SupportOfThreeDigits", role(access.Support), policy.OrderRefund, refund("KWD", 60000, 0), "order.refund.limited"},
	{"SupportInACurrencyWithoutLimit", role(access.Support), policy.OrderRefund, refund("XPF", 1, 0), ""},
	{"RoleOfTheShop", custom(access.OrdersRefund), policy.OrderRefund, refund("EUR", 20000, 0), "order.refund.limited"},
	{"RoleOfTheShopBeyond", custom(access.OrdersRefund), policy.OrderRefund, refund("EUR", 20001, 0), ""},
	{"Manager", role(access.Manager), policy.OrderRefund, refund("USD", 9_000_000, 0), "order.refund.unlimited"},
	{"Finance", role(access.Finance), policy.OrderRefund, refund("XPF", 9_000_000, 0), "order.refund.unlimited"},
	{"Owner", role(access.Owner), policy.OrderRefund, refund("USD", 20001, 0), "order.refund.unlimited"},
	{"OwnerThroughAnAppThatMayNot", access.Actor{Kind: access.Staff, Shop: shop, Roles: []string{access.Owner}, Scopes: access.NewScopes(access.OrdersRead)}, policy.OrderRefund, refund("USD", 1, 0), ""},
	{"RefundByWarehouse", role(access.Warehouse), policy.OrderRefund, refund("USD", 1, 0), ""},
	{"RefundByApp", app(nil, access.OrdersRefund), policy.OrderRefund, refund("USD", 20000, 0), "order.refund.limited.app"},
	{"RefundByAppBeyond", app(nil, access.OrdersRefund), policy.OrderRefund, refund("USD", 20001, 0), ""},
	{"RefundByAppWithoutLimit", app(nil, access.OrdersRefund, access.OrdersRefundAny), policy.OrderRefund, refund("USD", 20001, 0), "order.refund.unlimited.app"},
	{"RoleOfTheShopWithoutLimit", custom(access.OrdersRefund, access.OrdersRefundAny), policy.OrderRefund, refund("EUR", 20001, 0), "order.refund.unlimited"},
	{"OnlyTheLimitLifted", custom(access.OrdersRefundAny), policy.OrderRefund, refund("EUR", 1, 0), ""},
	{"RefundByAppThatMayNot", app(nil, access.OrdersWrite), policy.OrderRefund, refund("USD", 1, 0), ""},
	{"RefundByCustomer", customer(mia), policy.OrderRefund, refund("USD", 1, 0), ""},
}

var addressTable = []verdict{
	{"Own", customer(mia), policy.AddressView, policy.Address{ID: uuid.New(), Customer: mia}, "address.view.own"},
	{"Anothers", customer(bob), policy.AddressView, policy.Address{ID: uuid.New(), Customer: mia}, ""},
	{"Nobodys", customer(uuid.Nil), policy.AddressView, policy.Address{ID: uuid.New()}, ""},
	{"Storefront", storefront, policy.AddressView, policy.Address{ID: uuid.New(), Customer: mia}, ""},
	{"Support", role(access.Support), policy.AddressView, policy.Address{ID: uuid.New(), Customer: mia}, "address.view.staff"},
	{"Finance", role(access.Finance), policy.AddressView, policy.Address{ID: uuid.New(), Customer: mia}, ""},
	{"App", app(nil, access.CustomersReadPII), policy.AddressView, policy.Address{ID: uuid.New(), Customer: mia}, "address.view.app"},
	{"AppThatMayNot", app(nil, access.CustomersRead), policy.AddressView, policy.Address{ID: uuid.New(), Customer: mia}, ""},
}

var locationTable = func() (rows []verdict) {
	for _, tt := range []struct {
		action policy.Action
		scope  string
	}{
		{policy.LocationRead, access.InventoryRead}, {policy.LocationWrite, access.InventoryWrite}, {policy.LocationOpen, access.ProductsWrite},
		{policy.LocationFulfill, access.OrdersWrite}, {policy.LocationRestock, access.OrdersRefund},
	} {
		name, at := string(tt.action), policy.Location{ID: here}
		only := strings.ReplaceAll(name, ":", ".")
		rows = append(rows,
			verdict{name + "/App", app(nil, tt.scope), tt.action, at, only + ".app"},
			verdict{name + "/AppAtItsOwn", app([]uuid.UUID{there, here}, tt.scope), tt.action, at, only + ".app"},
			verdict{name + "/AppElsewhere", app([]uuid.UUID{there}, tt.scope), tt.action, at, "location.kept.app"},
			verdict{name + "/AppNowhere", app([]uuid.UUID{there}, tt.scope), tt.action, policy.Location{}, "location.kept.app"},
			verdict{name + "/AppThatMayNot", app([]uuid.UUID{here}, access.ContentRead), tt.action, at, ""},
			verdict{name + "/Staff", custom(tt.scope), tt.action, at, only + ".staff"},
			verdict{name + "/StaffThroughAKeptApp", kept(role(access.Owner), here), tt.action, at, only + ".staff"},
			verdict{name + "/StaffThroughAKeptAppElsewhere", kept(role(access.Owner), there), tt.action, at, "location.kept.staff"},
			verdict{name + "/StaffThatMayNot", custom(access.ContentRead), tt.action, at, ""},
			verdict{name + "/Storefront", storefront, tt.action, at, ""},
			verdict{name + "/Customer", customer(mia), tt.action, at, ""},
		)
	}
	return append(rows, verdict{"location:restock/WhoChangesOrders", custom(access.OrdersWrite), policy.LocationRestock, policy.Location{ID: here}, "location.restock.staff"})
}()

var productTable = []verdict{
	{"Published", storefront, policy.ProductView, policy.Product{Status: "active", Published: true}, "product.view.published"},
	{"PublishedForCustomer", customer(mia), policy.ProductView, policy.Product{Status: "active", Published: true}, "product.view.published"},
	{"Draft", storefront, policy.ProductView, policy.Product{Status: "draft", Published: true}, ""},
	{"DraftForCustomer", customer(mia), policy.ProductView, policy.Product{Status: "draft", Published: true}, ""},
	{"Archived", storefront, policy.ProductView, policy.Product{Status: "archived", Published: true}, ""},
	{"NotYet", storefront, policy.ProductView, policy.Product{Status: "active"}, ""},
	{"DraftForCatalog", role(access.Catalog), policy.ProductView, policy.Product{Status: "draft"}, "product.view.staff"},
	{"DraftForApp", app(nil, access.ProductsRead), policy.ProductView, policy.Product{Status: "draft"}, "product.view.app"},
	{"DraftForFinance", role(access.Finance), policy.ProductView, policy.Product{Status: "draft"}, ""},
}

// tables are keyed by file: a file without a table, or a policy that no row meets, fails.
var tables = map[string][]verdict{"order": orderTable, "address": addressTable, "location": locationTable, "product": productTable}

func TestEveryFileDecidesAsItsTableSays(t *testing.T) {
	t.Parallel()
	engine := policy.Builtin()
	met := map[string]bool{}
	for file, table := range tables {
		for _, tt := range table {
			d := engine.Explain(t.Context(), tt.who, tt.action, tt.on)
			var by []string
			for _, p := range d.By {
				met[p.ID] = true
				by = append(by, p.ID)
				if !strings.HasPrefix(p.File, "policies/"+file+".cedar:") {
					t.Errorf("%s/%s was decided by %s in %s", file, tt.name, p.ID, p.File)
				}
			}
			if diff := cmp.Diff(tt.by, strings.Join(by, " ")); diff != "" {
				t.Errorf("%s/%s: %s", file, tt.name, diff)
			}
			if want := tt.by != "" && !strings.HasPrefix(tt.by, "location.kept"); d.Allowed != want || len(d.Failed) > 0 {
				t.Errorf("%s/%s: allowed %v, failed %v", file, tt.name, d.Allowed, d.Failed)
			}
		}
	}
	for _, p := range engine.Policies() {
		if !met[p.ID] {
			t.Errorf("no row of a table is decided by %s", p.ID)
		}
	}
}

func TestNobodyIsRefusedAndRialtoIsNotJudged(t *testing.T) {
	t.Parallel()
	for _, table := range tables {
		for _, tt := range table {
			for _, who := range []access.Actor{nobody, robot} {
				if d := policy.Builtin().Explain(t.Context(), who, tt.action, tt.on); d.Allowed || !d.Unjudged {
					t.Errorf("%q may %s", who.Kind, tt.action)
				}
			}
			if d := policy.Builtin().Explain(t.Context(), rialto, tt.action, tt.on); !d.Allowed || !d.Unjudged {
				t.Errorf("Rialto itself may not %s", tt.action)
			}
		}
	}
}

func TestAnActionWithoutPoliciesIsRefused(t *testing.T) {
	t.Parallel()
	if policy.Builtin().Explain(t.Context(), role(access.Owner), "order:burn", order(mia)).Allowed {
		t.Error("an action that nobody knows is allowed")
	}
}

func TestARequestAsksEachQuestionOnce(t *testing.T) {
	t.Parallel()
	engine, err := policy.New(policy.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := policy.Remember(access.With(t.Context(), customer(mia)))
	o := order(mia)
	asked := func(ctx context.Context, want bool, action policy.Action, on policy.Resource) uint64 {
		before := engine.Evaluations()
		if got := engine.Allows(ctx, action, on); got != want {
			t.Errorf("%s: %v", action, got)
		}
		return engine.Evaluations() - before
	}
	got := []uint64{
		asked(ctx, true, policy.OrderView, o), asked(ctx, true, policy.OrderView, o), // the same question
		asked(ctx, true, policy.OrderContact, o), asked(ctx, true, policy.OrderView, order(mia)), // another action; another order, which no policy tells apart
		asked(access.With(ctx, customer(bob)), false, policy.OrderView, o),         // another actor
		asked(ctx, false, policy.OrderView, policy.Order{ID: o.ID, Customer: bob}), // the order changed hands
		asked(policy.Remember(ctx), true, policy.OrderView, o),                     // another request
		asked(access.With(t.Context(), customer(mia)), true, policy.OrderView, o),  // no request
		asked(access.With(ctx, kept(app(nil, access.InventoryRead), here)), true, policy.LocationRead, policy.Location{ID: here}),
	}
	if diff := cmp.Diff([]uint64{1, 0, 1, 0, 1, 1, 1, 1, 1}, got); diff != "" {
		t.Error(diff)
	}
	one := app([]uuid.UUID{here}, access.InventoryRead)
	same := one
	same.Locations = []uuid.UUID{there}
	if !engine.Allows(access.With(ctx, one), policy.LocationRead, policy.Location{ID: here}) || engine.Allows(access.With(ctx, same), policy.LocationRead, policy.Location{ID: here}) {
		t.Error("two who are kept to different locations share an answer")
	}
}

func TestListTellsWhatEachPolicyIsAbout(t *testing.T) {
	t.Parallel()
	for _, p := range policy.Builtin().Policies() {
		if p.Forbids != strings.HasPrefix(p.ID, "location.kept") {
			t.Errorf("%s forbids: %v", p.ID, p.Forbids)
		}
		prefix, _, _ := strings.Cut(p.ID, ".")
		if len(p.Actions) == 0 || slices.ContainsFunc(p.Actions, func(a policy.Action) bool { return !strings.HasPrefix(string(a), prefix+":") }) {
			t.Errorf("%s is about %v", p.ID, p.Actions)
		}
	}
}

func BenchmarkDecision(b *testing.B) {
	engine := policy.Builtin()
	for name, tt := range map[string]verdict{
		"OwnOrder": {who: customer(mia), action: policy.OrderView, on: order(mia)},
		"Refund":   {who: role(access.Support), action: policy.OrderRefund, on: refund("USD", 100, 0)},
		"Location": {who: app([]uuid.UUID{here}, access.InventoryWrite), action: policy.LocationWrite, on: policy.Location{ID: here}},
	} {
		ctx := access.With(b.Context(), tt.who)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !engine.Allows(ctx, tt.action, tt.on) {
					b.Fatal("refused")
				}
			}
		})
		b.Run(name+"Remembered", func(b *testing.B) {
			ctx := policy.Remember(ctx)
			b.ReportAllocs()
			for b.Loop() {
				engine.Allows(ctx, tt.action, tt.on)
			}
		})
	}
}

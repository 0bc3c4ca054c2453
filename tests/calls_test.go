package tests

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/checkout"
	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/delivery"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/commerce/payment/bogus"
	"github.com/rialtohq/rialto/commerce/search"
	"github.com/rialtohq/rialto/commerce/shipping"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/idempotency"
	"github.com/rialtohq/rialto/platform/keyset"
)

// call is something that a service is asked for.
type call func(ctx context.Context) error

// ask makes a call of a verb that gives one thing.
func ask[T any](verb func(ctx context.Context) (T, error)) call {
	return func(ctx context.Context) error { _, err := verb(ctx); return err }
}

// write makes a call of a verb that gives problems too; they fail the test.
func write[T any](verb func(ctx context.Context) (T, fault.Problems, error)) call {
	return func(ctx context.Context) error {
		_, problems, err := verb(ctx)
		if err == nil && len(problems) > 0 {
			err = fmt.Errorf("%s: %s", problems[0].Code, problems[0].Message)
		}
		return err
	}
}

// house is a large shop with the services in it.
type house struct {
	in        *large
	catalog   *catalog.Service
	content   *content.Service
	search    *search.Service
	stock     *inventory.Service
	customers *customer.Service
	discounts *discount.Service
	payments  *payment.Service
	orders    *order.Service
	carts     *cart.Service
	delivery  *delivery.Service
	identity  *identity.Service
	once      *idempotency.Service
	checkout  *checkout.Service
	ctx       context.Context
}

// nowhere is where events go that nobody listens to.
type nowhere struct{}

func (nowhere) AppendTx(context.Context, database.Tx, string, any) error { return nil }

func newHouse(l *large) *house {
	db, c := l.db, l.clock
	h := &house{in: l}
	shops := shop.New(shop.Config{DB: db, Clock: c})
	h.stock = inventory.New(inventory.Config{DB: db, Clock: c})
	h.catalog = catalog.New(catalog.Config{DB: db, Shops: shops, Stock: h.stock, Events: nowhere{}, Clock: c, FilesURL: "https://shop.test/files"})
	h.content = content.New(content.Config{DB: db, Clock: c})
	h.search = search.New(search.Config{DB: db, Clock: c})
	h.identity = identity.New(identity.Config{DB: db, Clock: c})
	h.once = idempotency.New(idempotency.Config{DB: db, Clock: c})
	h.customers = customer.New(customer.Config{DB: db, Events: nowhere{}, Identity: h.identity, Clock: c, AccountURL: "https://shop.test/account"})
	h.discounts = discount.New(discount.Config{DB: db, Clock: c})
	h.delivery = delivery.New(delivery.Config{DB: db, Clock: c})
	h.payments = payment.New(payment.Config{DB: db, Clock: c, Gateways: map[string]payment.Gateway{bogus.Name: bogus.New(bogus.Config{DB: db, Clock: c})}})
	h.orders = order.New(order.Config{DB: db, Stock: h.stock, Payments: h.payments, Cards: h.discounts, Customers: h.customers, Clock: c, PublicURL: "https://shop.test"})
	h.carts = cart.New(cart.Config{DB: db, Catalog: h.catalog, Stock: h.stock, Shops: shops, Offers: h.discounts, Rates: h.delivery, PublicURL: "https://shop.test", Clock: c})
	h.checkout = checkout.New(checkout.Config{DB: db, Carts: h.carts, Stock: h.stock, Discounts: h.discounts, Payments: h.payments, Orders: h.orders, Customers: h.customers, Clock: c, Gateway: bogus.Name})
	h.ctx = shop.WithBuyer(access.With(l.ctx, access.Actor{Kind: access.System, Shop: l.ID}), shop.Buyer{Country: "US", Language: "EN", Currency: "USD"})
	return h
}

// shopper acts for one who has not signed in.
func (h *house) shopper(c call) call {
	return func(ctx context.Context) error {
		return c(access.With(ctx, access.Actor{Kind: access.Storefront, Shop: h.in.ID}))
	}
}

// both makes each call for staff and for shoppers.
func (h *house) both(calls map[string]call) map[string]call {
	out := make(map[string]call, 2*len(calls))
	for name, c := range calls {
		out[name], out[name+"ByShopper"] = c, h.shopper(c)
	}
	return out
}

func number(n int) *int { return &n }

// walk reads a list's first page, the one behind it, and its last.
func walk[T any](list func(ctx context.Context, args keyset.Args) (keyset.Page[T], error)) call {
	return func(ctx context.Context) error {
		first, err := list(ctx, keyset.Args{First: number(20)})
		if err != nil {
			return err
		}
		if len(first.Items) == 0 {
			return fmt.Errorf("the list is empty")
		}
		if _, err := list(ctx, keyset.Args{First: number(20), After: first.End()}); err != nil {
			return err
		}
		_, err = list(ctx, keyset.Args{Last: number(20)})
		return err
	}
}

// nested reads the first pages of many parents.
func nested[T any](parents []uuid.UUID, pages func(ctx context.Context, parents []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[T], error)) call {
	return func(ctx context.Context) error {
		got, err := pages(ctx, parents, keyset.Args{First: number(5)})
		if err != nil {
			return err
		}
		if len(got[parents[0]].Items) == 0 {
			return fmt.Errorf("the first page is empty")
		}
		_, err = pages(ctx, parents, keyset.Args{First: number(5), After: got[parents[0]].End()})
		return err
	}
}

func (h *house) catalogCalls() map[string]call {
	c, some := h.catalog, h.in.products[100:124]
	calls := map[string]call{
		"Products": ask(func(ctx context.Context) (any, error) { return c.Products(ctx, some) }),
		"ProductByHandle": ask(func(ctx context.Context) (any, error) {
			return c.ProductByHandle(ctx, catalog.Whole, h.in.product(100).Handle)
		}),
		"Variants":           ask(func(ctx context.Context) (any, error) { return c.Variants(ctx, h.in.variants[300:340]) }),
		"AllVariants":        ask(func(ctx context.Context) (any, error) { return c.AllVariants(ctx, some) }),
		"Options":            ask(func(ctx context.Context) (any, error) { return c.Options(ctx, some) }),
		"Images":             ask(func(ctx context.Context) (any, error) { return c.Images(ctx, h.in.images[200:240]) }),
		"ImagesOfProducts":   nested(some, c.ImagesOfProducts),
		"Collections":        ask(func(ctx context.Context) (any, error) { return c.Collections(ctx, h.in.collections[:20]) }),
		"CollectionByHandle": ask(func(ctx context.Context) (any, error) { return c.CollectionByHandle(ctx, h.in.Collections[7].Handle) }),
		"CollectionsOf":      nested(h.in.products[:1], c.CollectionsOfProducts),
		"CollectionsOfMany": ask(func(ctx context.Context) (any, error) {
			return c.CollectionsOfProducts(ctx, some, keyset.Args{First: number(5)})
		}),
		"Metafields": ask(func(ctx context.Context) (any, error) {
			return c.Metafields(ctx, []catalog.MetafieldName{{Owner: some[0], Namespace: "custom", Key: "material"}})
		}),
		"MetafieldsByID": ask(func(ctx context.Context) (any, error) { return c.MetafieldsByID(ctx, h.in.Metafields[:20]) }),
		"MetafieldsOf":   nested(some, c.MetafieldsOf),
		"Tags":           ask(func(ctx context.Context) (any, error) { return c.Tags(ctx, 50) }),
		"Types":          ask(func(ctx context.Context) (any, error) { return c.Types(ctx, 50) }),
		"CollectionsWithWords": ask(func(ctx context.Context) (any, error) {
			return c.CollectionPage(ctx, keyset.Args{}, "TITLE", h.in.known.collection)
		}),
		"Pages":        ask(func(ctx context.Context) (any, error) { return h.content.Pages(ctx, h.in.Pages[:5]) }),
		"PageByHandle": ask(func(ctx context.Context) (any, error) { return h.content.PageByHandle(ctx, "bench-page-7") }),
		"Sitemap":      h.sitemap,
	}
	for _, key := range []string{"ID", "TITLE", "VENDOR", "PRODUCT_TYPE", "CREATED_AT", "UPDATED_AT", "BEST_SELLING", "PRICE"} {
		calls["ProductPage"+key] = walk(func(ctx context.Context, args keyset.Args) (keyset.Page[*catalog.Product], error) {
			return c.ProductPage(ctx, catalog.Whole, args, key)
		})
	}
	for _, key := range []string{"MANUAL", "TITLE", "PRICE", "BEST_SELLING", "CREATED", "ID"} {
		calls["ProductsOfCollections"+key] = nested(h.in.collections[:3], func(ctx context.Context, ids []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[*catalog.Product], error) {
			of := make([]*catalog.Collection, len(ids))
			for i, id := range ids {
				of[i] = &catalog.Collection{ID: gid.New("Collection", id), SortOrder: "MANUAL"}
			}
			return c.ProductsOfCollections(ctx, catalog.Whole, of, args, key)
		})
	}
	for _, key := range []string{"POSITION", "TITLE", "SKU", "ID"} {
		calls["VariantsOfProducts"+key] = nested(some, func(ctx context.Context, ids []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[*catalog.Variant], error) {
			return c.VariantsOfProducts(ctx, ids, args, key)
		})
	}
	for _, key := range []string{"ID", "TITLE", "UPDATED_AT"} {
		calls["CollectionPage"+key] = walk(func(ctx context.Context, args keyset.Args) (keyset.Page[*catalog.Collection], error) {
			return c.CollectionPage(ctx, args, key, "")
		})
		calls["PageList"+key] = walk(func(ctx context.Context, args keyset.Args) (keyset.Page[*content.Page], error) {
			return h.content.PageList(ctx, args, key, "")
		})
	}
	return h.both(calls)
}

func (h *house) searchCalls() map[string]call {
	s := h.search
	text := func(s string) *string { return &s }
	calls := map[string]call{
		"Facets": ask(func(ctx context.Context) (any, error) {
			return s.Facets(ctx, search.Scope{CollectionID: &h.in.collections[3]})
		}),
		"FacetsOfWords": ask(func(ctx context.Context) (any, error) { return s.Facets(ctx, search.Scope{Query: h.in.words()}) }),
		"Predictive": ask(func(ctx context.Context) (any, error) {
			return s.Predictive(ctx, search.Typing{Query: h.in.words()[:4]})
		}),
		"PredictiveMended": ask(func(ctx context.Context) (any, error) { return s.Predictive(ctx, search.Typing{Query: "cnadle"}) }),
		"Related": ask(func(ctx context.Context) (any, error) {
			return s.Recommendations(ctx, h.in.products[100], search.Related, 10)
		}),
		"Complementary": ask(func(ctx context.Context) (any, error) {
			return s.Recommendations(ctx, h.in.products[0], search.Complementary, 10)
		}),
		"Search": ask(func(ctx context.Context) (any, error) {
			return s.Search(ctx, search.Mixed{Scope: search.Scope{Query: h.in.words(), Typed: true}})
		}),
		"Total": ask(func(ctx context.Context) (any, error) {
			return s.Total(ctx, search.Mixed{Scope: search.Scope{Query: h.in.words(), Typed: true}})
		}),
	}
	for _, key := range []string{"RELEVANCE", "TITLE", "PRICE", "BEST_SELLING", "CREATED_AT", "UPDATED_AT", "ID"} {
		calls["Words"+key] = ask(func(ctx context.Context) (any, error) {
			return s.Products(ctx, search.ProductQuery{Scope: search.Scope{Query: h.in.words()}, SortKey: key})
		})
	}
	for name, query := range map[string]string{
		"SKU": "sku:" + h.in.product(77).Variants[0].SKU, "Vendor": `vendor:"` + h.in.product(7).Vendor + `"`, "Type": `product_type:"` + h.in.product(7).Type + `"`, "Tag": "tag:" + h.in.product(7).Tags[0], "Price": "price:<=6", "Handle": "handle:" + h.in.product(7).Handle,
		"Metafield": "metafields.custom.material:" + h.in.known.material, "Barcode": "barcode:4000000000007", "Created": "created_at:>2020-01-01",
	} {
		calls["Query"+name] = ask(func(ctx context.Context) (any, error) {
			return s.Products(ctx, search.ProductQuery{Scope: search.Scope{Query: query}})
		})
	}
	for name, f := range map[string]search.Filter{
		"Available": {Available: new(bool)}, "Vendor": {ProductVendor: text(h.in.product(7).Vendor)}, "Type": {ProductType: text(h.in.product(7).Type)}, "Tag": {Tag: text(h.in.product(7).Tags[0])},
		"Option": {VariantOption: &search.OptionChoice{Name: h.in.known.option, Value: h.in.known.value}}, "Metafield": {ProductMetafield: &search.Metafield{Namespace: "custom", Key: "material", Value: h.in.known.material}},
	} {
		calls["Filter"+name] = ask(func(ctx context.Context) (any, error) {
			return s.Products(ctx, search.ProductQuery{Scope: search.Scope{Filters: []search.Filter{f}, CollectionID: &h.in.collections[3]}})
		})
		if name != "Available" {
			calls["FilterAll"+name] = ask(func(ctx context.Context) (any, error) {
				return s.Products(ctx, search.ProductQuery{Scope: search.Scope{Filters: []search.Filter{f}}})
			})
		}
	}
	return h.both(calls)
}

func (h *house) stockCalls() map[string]call {
	s := h.stock
	return map[string]call{
		"Available":           ask(func(ctx context.Context) (any, error) { return s.Available(ctx, h.in.variants[300:340]) }),
		"AvailableOfProducts": ask(func(ctx context.Context) (any, error) { return s.AvailableOfProducts(ctx, h.in.products[100:124]) }),
		"Levels":              ask(func(ctx context.Context) (any, error) { return s.Levels(ctx, h.in.variants[300:340]) }),
		"LevelsByID":          ask(func(ctx context.Context) (any, error) { return s.LevelsByID(ctx, h.in.Levels[300:340]) }),
		"Locations":           ask(s.Locations),
		"Movements": ask(func(ctx context.Context) (any, error) {
			return s.Movements(ctx, h.in.variants[300], h.in.Locations[0], uuid.Max, 20)
		}),
		"Sweep": ask(func(ctx context.Context) (any, error) { return s.Sweep(ctx, 100) }),
		"Reserve": func(ctx context.Context) error {
			lines := []inventory.Line{{VariantID: h.in.stocked(400).ID, Quantity: 1}, {VariantID: h.in.stocked(600).ID, Quantity: 2}}
			until := h.in.clock.Now().Add(time.Hour)
			if err := s.Reserve(ctx, "cart:test", lines, until); err != nil {
				return err
			}
			if _, err := s.Extend(ctx, "cart:test", until.Add(time.Hour)); err != nil {
				return err
			}
			for range 2 { // the second finds what the first sold
				sold, err := s.Commit(ctx, inventory.Commitment{Ref: "cart:test", Lines: lines, Order: "order:test"})
				if err != nil || len(sold) != 2 {
					return fmt.Errorf("sold %v: %w", sold, err)
				}
			}
			if err := s.Reserve(ctx, "cart:other", lines, until); err != nil {
				return err
			}
			return s.Release(ctx, "cart:other")
		},
		"Set": write(func(ctx context.Context) (inventory.Group, fault.Problems, error) {
			return s.Set(ctx, inventory.Count{Quantities: []inventory.SetQuantity{{VariantID: h.in.stocked(700).ID, LocationID: h.in.Locations[0], Quantity: 7}}})
		}),
	}
}

func (h *house) peopleCalls() map[string]call {
	c, d := h.customers, h.discounts
	calls := map[string]call{
		"Customers":    ask(func(ctx context.Context) (any, error) { return c.ByIDs(ctx, h.in.Customers[100:120]) }),
		"Addresses":    ask(func(ctx context.Context) (any, error) { return c.AddressesByIDs(ctx, h.in.Addresses[:20]) }),
		"AddressPages": nested(h.in.Customers[100:120], c.AddressPages),
		"CustomerList": walk(func(ctx context.Context, args keyset.Args) (keyset.Page[*customer.Customer], error) {
			return c.List(ctx, "", args, "")
		}),
		"OrderPlaced": func(ctx context.Context) error {
			return h.in.db.InTx(ctx, func(tx database.Tx) error { return c.OrderPlacedTx(ctx, tx, h.in.Customers[0]) })
		},
		"Discounts": walk(func(ctx context.Context, args keyset.Args) (keyset.Page[*discount.Discount], error) {
			return d.Page(ctx, args, "")
		}),
		"DiscountByCode": ask(func(ctx context.Context) (any, error) { return d.ByCode(ctx, "code-7") }),
		"Automatic":      ask(func(ctx context.Context) (any, error) { return d.Automatic(ctx) }),
		"Cards":          ask(func(ctx context.Context) (any, error) { return d.Cards(ctx, h.in.GiftCards[100:110]) }),
		"CardsByCode":    ask(func(ctx context.Context) (any, error) { return d.CardsByCode(ctx, []string{"ABCD-EFGH"}) }),
		"Account":        h.account,
		"Usage":          h.usage,
		"Once": func(ctx context.Context) error {
			do := func(context.Context) ([]byte, bool, error) { return []byte("{}"), true, nil }
			if _, _, err := h.once.Once(ctx, "storefront:1", "a key", []byte("request"), do); err != nil {
				return err
			}
			_, err := h.once.Forget(database.AllShops(ctx), 100)
			return err
		},
		"DebitAndRelease": func(ctx context.Context) error {
			return h.in.db.InTx(ctx, func(tx database.Tx) error {
				if err := d.DebitTx(ctx, tx, h.in.GiftCards[0], money.New(100, "USD"), "cart:test", nil); err != nil {
					return err
				}
				return d.CreditTx(ctx, tx, h.in.GiftCards[0], money.New(100, "USD"), discount.Released, "cart:test", nil)
			})
		},
	}
	for name, query := range map[string]string{"Email": "email:" + h.in.known.email, "EmailBegins": "email:" + h.in.known.email[:8] + "*", "Phone": "phone:" + h.in.known.phone, "Word": h.in.known.family, "State": "state:disabled", "Tag": "tag:group-7", "Country": "country:CA", "Since": "created_at:>2020-01-01"} {
		calls["CustomersBy"+name] = ask(func(ctx context.Context) (any, error) { return c.List(ctx, query, keyset.Args{}, "") })
	}
	return calls
}

// account goes through the life of a customer's account.
func (h *house) account(ctx context.Context) error {
	const email, password = "mia@example.com", "a long enough password"
	made, problems, err := h.customers.Create(ctx, customer.CreateInput{Email: email, Password: password})
	if err != nil || len(problems) > 0 {
		return fmt.Errorf("%v %w", problems, err)
	}
	token, problems, err := h.customers.SignIn(ctx, email, password)
	if err != nil || len(problems) > 0 {
		return fmt.Errorf("%v %w", problems, err)
	}
	if _, err := h.customers.ByToken(ctx, token.AccessToken); err != nil {
		return err
	}
	mail, _, err := h.customers.RecoveryMail(ctx, email)
	if err != nil {
		return err
	}
	if _, problems, err = h.customers.ResetByURL(ctx, mail.URL, password+"!"); err != nil || len(problems) > 0 {
		return fmt.Errorf("%v %w", problems, err)
	}
	return h.identity.RevokeAll(ctx, made.ID.UUID)
}

// usage uses a discount for a checkout, and gives it back.
func (h *house) usage(ctx context.Context) error {
	d, err := h.discounts.ByCode(ctx, "code-9")
	if err != nil {
		return err
	}
	id, buyer := d.NodeID().UUID, discount.Buyer(nil, "mia@example.com")
	if _, _, err := h.discounts.Offers(ctx, []string{"code-9"}, buyer, h.in.clock.Now()); err != nil {
		return err
	}
	return h.in.db.InTx(ctx, func(tx database.Tx) error {
		if err := h.discounts.UsageTx(ctx, tx, []uuid.UUID{id}, "cart:new", buyer); err != nil {
			return err
		}
		if err := h.discounts.CommitUsageTx(ctx, tx, "cart:new", h.in.orders[0]); err != nil {
			return err
		}
		return h.discounts.ReleaseUsageTx(ctx, tx, "cart:new")
	})
}

func (h *house) orderCalls() map[string]call {
	o, some := h.orders, h.in.orders[100:120]
	calls := map[string]call{
		"ByID":     ask(func(ctx context.Context) (any, error) { return o.ByID(ctx, gid.New(order.Type, some[0])) }),
		"Known":    ask(func(ctx context.Context) (any, error) { return o.Known(ctx, some) }),
		"AllLines": ask(func(ctx context.Context) (any, error) { return o.AllLines(ctx, some) }),
		"LinesOf": nested(some, func(ctx context.Context, ids []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[*order.Line], error) {
			return o.LinesOf(ctx, ids, order.Whole, args)
		}),
		"EventsOf":         nested(some, o.EventsOf),
		"FulfillmentsOf":   ask(func(ctx context.Context) (any, error) { return o.FulfillmentsOf(ctx, some) }),
		"RefundsOf":        ask(func(ctx context.Context) (any, error) { return o.RefundsOf(ctx, some) }),
		"RefundsByID":      ask(func(ctx context.Context) (any, error) { return o.RefundsByID(ctx, h.in.Refunds[:20]) }),
		"TransactionsOf":   ask(func(ctx context.Context) (any, error) { return h.payments.TransactionsOf(ctx, some) }),
		"Count":            ask(func(ctx context.Context) (any, error) { return o.Count(ctx, "") }),
		"CountOfCustomers": ask(func(ctx context.Context) (any, error) { return o.CountOfCustomers(ctx, h.in.Customers[:20], "") }),
		"ByCart":           ask(func(ctx context.Context) (any, error) { return o.ByCart(ctx, h.in.Orders[7].Cart, "") }),
		"TransactionByKey": ask(func(ctx context.Context) (any, error) {
			return h.payments.ByKey(ctx, "sale-"+h.in.Attempts[7].String())
		}),
		"ResumeRefunds": ask(func(ctx context.Context) (any, error) { return o.ResumeRefunds(database.AllShops(ctx), 20) }),
	}
	for _, key := range []string{"ID", "PROCESSED_AT", "UPDATED_AT", "ORDER_NUMBER", "TOTAL_PRICE", "FINANCIAL_STATUS", "FULFILLMENT_STATUS", "CURRENT_TOTAL_PRICE", "TOTAL_ITEMS_QUANTITY", "CUSTOMER_NAME", "DESTINATION"} {
		calls["List"+key] = walk(func(ctx context.Context, args keyset.Args) (keyset.Page[*order.Order], error) {
			return o.List(ctx, order.Whole, args, key, "")
		})
		calls["OfCustomers"+key] = nested(h.in.Customers[:20], func(ctx context.Context, ids []uuid.UUID, args keyset.Args) (map[uuid.UUID]keyset.Page[*order.Order], error) {
			return o.OfCustomers(ctx, ids, order.Whole, args, key, "")
		})
	}
	for name, query := range map[string]string{"Number": "#1077", "Email": h.in.known.email, "Word": strings.Split(h.in.known.email, "@")[0], "Unpaid": "financial_status:pending", "Unsent": "fulfillment_status:unfulfilled",
		"Customer": "customer_id:" + h.in.Customers[7].String(), "Since": "created_at:>2020-01-01", "Updated": "updated_at:>2020-01-01", "Open": "status:open"} {
		calls["ListBy"+name] = ask(func(ctx context.Context) (any, error) { return o.List(ctx, order.Whole, keyset.Args{}, "", query) })
	}
	return calls
}

func (h *house) cartCalls() map[string]call {
	return map[string]call{
		"Life": func(ctx context.Context) error {
			c, problems, _, err := h.carts.Create(ctx, cart.Input{Lines: []cart.LineInput{{MerchandiseID: gid.New("ProductVariant", h.in.stocked(800).ID), Quantity: 1}}, DiscountCodes: []string{"code-7"}})
			if err != nil || len(problems) > 0 {
				return fmt.Errorf("%v %w", problems, err)
			}
			if c, problems, _, err = h.carts.AddLines(ctx, c.ID, []cart.LineInput{{MerchandiseID: gid.New("ProductVariant", h.in.stocked(900).ID), Quantity: 2}}); err != nil || len(problems) > 0 {
				return fmt.Errorf("%v %w", problems, err)
			}
			if c, problems, _, err = h.carts.RemoveLines(ctx, c.ID, []gid.ID{c.Lines[0].ID}); err != nil || len(problems) > 0 {
				return fmt.Errorf("%v %w", problems, err)
			}
			_, err = h.carts.Get(ctx, c.ID)
			return err
		},
		"Checkout": h.buy,
		"Expire":   ask(func(ctx context.Context) (any, error) { return h.carts.Expire(ctx, 100) }),
		"Sweep":    ask(func(ctx context.Context) (any, error) { return h.checkout.Sweep(ctx, 10) }),
	}
}

// buy takes a cart through the checkout and the order through what staff do with it.
func (h *house) buy(ctx context.Context) error {
	err := h.delivery.PutZones(ctx, []shipping.Zone{{Name: "US", Countries: []string{"US"}, Rates: []shipping.Rate{{Handle: "standard", Title: "Standard", Price: money.New(500, "USD")}}}})
	if err != nil {
		return err
	}
	text := func(s string) *string { return &s }
	to := &customer.AddressInput{FirstName: text("Mia"), LastName: text("Miller"), Address1: text("1 Main St"), City: text("Town"), CountryCode: text("US"), ProvinceCode: text("CA"), Zip: text("94105")}
	c, problems, _, err := h.carts.Create(ctx, cart.Input{Lines: []cart.LineInput{{MerchandiseID: gid.New("ProductVariant", h.in.stocked(1000).ID), Quantity: 1}},
		Buyer: cart.BuyerInput{Email: cart.Set("mia@example.com")}, Addresses: []cart.AddressInput{{Address: to, Selected: true}}})
	if err != nil || len(problems) > 0 {
		return fmt.Errorf("%v %w", problems, err)
	}
	done, err := h.checkout.Complete(ctx, c.ID, checkout.Payment{Gateway: bogus.Name, Token: bogus.TokenOK})
	if err != nil || len(done.Problems) > 0 {
		return fmt.Errorf("%v %w", done.Problems, err)
	}
	if _, problems, err = h.orders.Fulfill(ctx, order.FulfillInput{OrderID: done.Order.ID}); err != nil || len(problems) > 0 {
		return fmt.Errorf("%v %w", problems, err)
	}
	lines, err := h.orders.AllLines(ctx, []uuid.UUID{done.Order.ID.UUID})
	if err != nil {
		return err
	}
	_, _, problems, err = h.orders.Refund(ctx, order.RefundInput{OrderID: done.Order.ID, Lines: []order.RefundLineInput{{LineID: lines[done.Order.ID.UUID][0].ID, Quantity: 1, Restock: order.RestockNone}}})
	if err != nil || len(problems) > 0 {
		return fmt.Errorf("%v %w", problems, err)
	}
	return nil
}

func (h *house) writeCalls() map[string]call {
	c, p := h.catalog, h.in.products
	title := func(s string) *string { return &s }
	gone := func(problems fault.Problems, err error) (any, fault.Problems, error) { return nil, problems, err }
	return map[string]call{
		"UpdateProduct": write(func(ctx context.Context) (*catalog.Product, fault.Problems, error) {
			return c.UpdateProduct(ctx, p[500], catalog.ProductChanges{Title: title("Another title"), Tags: &[]string{"spring"}, CollectionsToJoin: h.in.collections[5:6]})
		}),
		"DeleteProduct": write(func(ctx context.Context) (any, fault.Problems, error) { return gone(c.DeleteProduct(ctx, p[501])) }),
		"DeleteVariants": write(func(ctx context.Context) (*catalog.Product, fault.Problems, error) {
			return c.DeleteVariants(ctx, h.in.product(502).ID, []uuid.UUID{h.in.product(502).Variants[0].ID})
		}),
		"DeleteMedia": write(func(ctx context.Context) (any, fault.Problems, error) {
			return gone(c.DeleteMedia(ctx, h.in.product(503).ID, h.in.product(503).Images[:1]))
		}),
		"AddProducts": write(func(ctx context.Context) (*catalog.Collection, fault.Problems, error) {
			return c.AddProducts(ctx, h.in.collections[6], p[19_990:19_991])
		}),
		"RemoveProducts": write(func(ctx context.Context) (*catalog.Collection, fault.Problems, error) {
			return c.RemoveProducts(ctx, h.in.collections[6], p[19_990:19_991])
		}),
		"DeleteCollection": write(func(ctx context.Context) (any, fault.Problems, error) {
			return gone(c.DeleteCollection(ctx, h.in.collections[9]))
		}),
		"Put": ask(func(ctx context.Context) (any, error) {
			return c.Put(ctx, catalog.ProductInput{Handle: h.in.product(504).Handle, Title: "Put", Status: catalog.Active, Published: true, Variants: []catalog.VariantInput{{SKU: h.in.product(504).Variants[0].SKU, Price: money.New(900, "USD")}}})
		}),
		"SetMetafields": write(func(ctx context.Context) ([]*catalog.Metafield, fault.Problems, error) {
			return c.SetMetafields(ctx, []catalog.MetafieldSet{{Owner: gid.New("Product", p[505]), Namespace: "custom", Key: "material", Value: "oak"}})
		}),
		"Refresh": func(ctx context.Context) error {
			return h.in.db.InTx(ctx, func(tx database.Tx) error { return h.search.Refresh(ctx, tx, search.Product, p[500:502]) })
		},
	}
}

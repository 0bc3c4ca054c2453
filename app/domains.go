package app

import (
	"context"
	"time"

	apps "github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/commerce/cart"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/checkout"
	"github.com/rialtohq/rialto/commerce/content"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/delivery"
	"github.com/rialtohq/rialto/commerce/discount"
	"github.com/rialtohq/rialto/commerce/federation"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/notice"
	"github.com/rialtohq/rialto/commerce/oauth"
	"github.com/rialtohq/rialto/commerce/operation"
	"github.com/rialtohq/rialto/commerce/order"
	"github.com/rialtohq/rialto/commerce/payment"
	"github.com/rialtohq/rialto/commerce/payment/bogus"
	"github.com/rialtohq/rialto/commerce/privacy"
	"github.com/rialtohq/rialto/commerce/quota"
	"github.com/rialtohq/rialto/commerce/search"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/commerce/staff"
	"github.com/rialtohq/rialto/commerce/upload"
	"github.com/rialtohq/rialto/commerce/usage"
	"github.com/rialtohq/rialto/platform/aside"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/outbox"
	"github.com/rialtohq/rialto/web/password"
)

// Domains are the services of commerce.
type Domains struct {
	Shops     *shop.Service
	Catalog   *catalog.Service
	Content   *content.Service
	Inventory *inventory.Service
	Identity  *identity.Service
	Customers *customer.Service
	Staff     *staff.Service
	OAuth     *oauth.Service
	SignIn    *federation.Service
	Apps      *apps.Service
	// Operations are the documents that apps have registered.
	Operations *operation.Service
	// Usage counts which places of the schema are used.
	Usage     *usage.Service
	Quotas    *quota.Service
	Discounts *discount.Service
	Delivery  *delivery.Service
	Carts     *cart.Service
	Payments  *payment.Service
	Orders    *order.Service
	Checkout  *checkout.Service
	Search    *search.Service
	Privacy   *privacy.Service
	Uploads   *upload.Service
}

// events lets services append to the outbox without knowing it.
type events struct{ app *App }

// AppendTx writes an event in the transaction of its cause. A payload that is to be told later says when.
func (e events) AppendTx(ctx context.Context, tx database.Tx, subject string, payload any) error {
	e.app.committed(tx, subject)
	event := outbox.Event{Type: subject, Payload: payload}
	if later, ok := payload.(interface{ DueAt() time.Time }); ok {
		event.DueAt = later.DueAt()
	}
	return e.app.outbox.AppendTx(ctx, tx, event)
}

// domains makes the services, lowest first.
func (a *App) domains(address string) error {
	ev := events{a}
	if a.redis != nil {
		a.kept = aside.NewStore(aside.StoreConfig{Client: a.redis, Prefix: "rialto:" + a.config.BusName + ":", Secret: a.config.Secret, Clock: a.Clock, Log: a.Log, Patience: a.config.CachePatience})
	}
	a.Identity = identity.New(identity.Config{
		DB: a.DB, Clock: a.Clock, Log: a.Log, Breached: a.breached, Share: a.share, Sessions: a.kept, Alone: a.config.DatabaseURL == "",
	})
	a.Staff = staff.New(staff.Config{DB: a.DB, Clock: a.Clock, Identity: a.Identity, Events: ev, PasswordURL: address + password.Path})
	a.Customers = customer.New(customer.Config{DB: a.DB, Clock: a.Clock, Events: ev, Audit: a.Staff, Identity: a.Identity, Policies: a.Policies, AccountURL: address + "/account", ErasureDelay: a.config.erasureDelay()})
	a.Shops = shop.New(shop.Config{DB: a.DB, Events: ev, Audit: a.Staff, Clock: a.Clock})
	a.Inventory = inventory.New(inventory.Config{DB: a.DB, Clock: a.Clock, Events: ev, Audit: a.Staff, Policies: a.Policies})
	a.Apps = apps.New(apps.Config{DB: a.DB, Clock: a.Clock, Audit: a.Staff, Secrets: a.Identity, Storefronts: a.Identity, Locations: places{a.Inventory}, Log: a.Log, Share: a.share, Kept: a.kept})
	a.Identity.Accept(a.Apps)
	a.Operations = operation.New(operation.Config{DB: a.DB, Audit: a.Staff, Clock: a.Clock, Share: a.share, Log: a.Log})
	a.Quotas = quota.New(quota.Config{DB: a.DB, Clock: a.Clock, Share: a.share})
	a.Usage = usage.New(usage.Config{DB: a.DB, Clock: a.Clock, Log: a.Log})
	a.OAuth = oauth.New(oauth.Config{
		DB: a.DB, Clock: a.Clock, Identity: a.Identity, Staff: a.Staff, Apps: a.Apps, Issuer: address, Secret: a.config.Secret, Log: a.Log, Share: a.share, Kept: a.kept,
	})
	a.Identity.Accept(a.OAuth)
	a.SignIn = federation.New(federation.Config{
		DB: a.DB, Identity: a.Identity, Customers: a.Customers, Staff: a.Staff, Shops: a.Shops, Audit: a.Staff, Clock: a.Clock, Log: a.Log,
		PublicURL: address, Secret: a.config.Secret, Private: a.config.PrivateProviders == "on",
	})
	a.Uploads = upload.New(upload.Config{DB: a.DB, Files: a.files, Secrets: a.Identity, Clock: a.Clock, URL: address + "/uploads"})
	a.Catalog = catalog.New(catalog.Config{
		DB: a.DB, Uploads: uploads{a.Uploads}, Shops: a.Shops, Events: ev, Audit: a.Staff, Stock: a.Inventory, Clock: a.Clock, FilesURL: address + "/files",
	})
	a.Content = content.New(content.Config{DB: a.DB, Events: ev, Audit: a.Staff, Metafields: metafields{a.Catalog}, Clock: a.Clock})
	a.Discounts = discount.New(discount.Config{DB: a.DB, Audit: a.Staff, Clock: a.Clock})
	a.Delivery = delivery.New(delivery.Config{DB: a.DB, Audit: a.Staff, Clock: a.Clock})
	a.Carts = cart.New(cart.Config{
		DB: a.DB, Catalog: a.Catalog, Stock: a.Inventory, Shops: a.Shops, Offers: a.Discounts, Rates: a.Delivery, PublicURL: address, Clock: a.Clock,
	})
	a.Payments = payment.New(payment.Config{DB: a.DB, Clock: a.Clock, Gateways: map[string]payment.Gateway{
		bogus.Name: bogus.New(bogus.Config{DB: a.DB, Clock: a.Clock}),
	}})
	a.Orders = order.New(order.Config{
		DB: a.DB, Policies: a.Policies, Stock: a.Inventory, Payments: a.Payments, Cards: a.Discounts, Events: ev, Audit: a.Staff, Customers: a.Customers, Metafields: a.Catalog,
		Catalog: a.Catalog, Shops: a.Shops, Rates: a.Delivery, Clock: a.Clock, PublicURL: address,
	})
	a.Checkout = checkout.New(checkout.Config{
		DB: a.DB, Carts: a.Carts, Stock: a.Inventory, Discounts: a.Discounts, Payments: a.Payments, Orders: a.Orders, Customers: a.Customers,
		Clock: a.Clock, Log: a.Log, Gateway: bogus.Name, Step: a.step, Observe: a.tel.Metrics.Checkout,
	})
	a.Privacy = privacy.New(privacy.Config{DB: a.DB, Events: ev, Audit: a.Staff, Sessions: a.Identity, Clock: a.Clock})
	a.Search = search.New(search.Config{DB: a.DB, Clock: a.Clock})
	a.notices = notice.New(notice.Config{Orders: a.Orders, Customers: a.Customers, Staff: a.Staff, Shops: a.Shops, Mailer: a.mailer})
	return nil
}

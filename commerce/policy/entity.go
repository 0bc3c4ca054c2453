package policy

import (
	"github.com/cedar-policy/cedar-go"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
)

// Resource is what is acted on, with the facts that policies know of it. It is one of the types below: plain values, so
// that equal ones are one question.
type Resource interface {
	describe(shop cedar.EntityUID) (uid cedar.EntityUID, attributes, facts cedar.Record)
}

// Order is an order that somebody wants to see.
type Order struct {
	ID uuid.UUID
	// Customer is the buyer's account, nil for a guest.
	Customer uuid.UUID
	// Key says that the viewer sent the order's key.
	Key bool
}

func (o Order) describe(shop cedar.EntityUID) (uid cedar.EntityUID, attributes, facts cedar.Record) {
	return named("Order", o.ID), owned(shop, o.Customer), cedar.NewRecord(cedar.RecordMap{"key": cedar.Boolean(o.Key)})
}

// Refund is money that is to go back on an order, in minor units of its currency.
type Refund struct {
	OrderID, Customer uuid.UUID
	Currency          string
	// Amount is to go back now, Refunded went back before.
	Amount, Refunded int64
}

func (r Refund) describe(shop cedar.EntityUID) (uid cedar.EntityUID, attributes, facts cedar.Record) {
	known := cedar.RecordMap{"amount": cedar.Long(r.Amount), "refunded": cedar.Long(r.Refunded), "currency": cedar.String(r.Currency)}
	if limit, ok := refundLimit(r.Currency); ok {
		known["limit"] = cedar.Long(limit)
	}
	return named("Order", r.OrderID), owned(shop, r.Customer), cedar.NewRecord(known)
}

// Address is an address of a customer's book.
type Address struct{ ID, Customer uuid.UUID }

func (a Address) describe(shop cedar.EntityUID) (uid cedar.EntityUID, attributes, facts cedar.Record) {
	return named("MailingAddress", a.ID), owned(shop, a.Customer), cedar.Record{}
}

// Location is a place that holds stock; nil where goods lie nowhere in particular.
type Location struct{ ID uuid.UUID }

func (l Location) describe(shop cedar.EntityUID) (uid cedar.EntityUID, attributes, facts cedar.Record) {
	return named("Location", l.ID), cedar.NewRecord(cedar.RecordMap{"shop": shop}), cedar.Record{}
}

// Product is a product; Status is active, draft or archived, and Published says that its day has come.
type Product struct {
	ID        uuid.UUID
	Status    string
	Published bool
}

func (p Product) describe(shop cedar.EntityUID) (uid cedar.EntityUID, attributes, facts cedar.Record) {
	return named("Product", p.ID), cedar.NewRecord(cedar.RecordMap{
		"shop": shop, "status": cedar.String(p.Status), "published": cedar.Boolean(p.Published),
	}), cedar.Record{}
}

// owned are the attributes of what belongs to a customer. A guest's has none: nobody is the owner, not "no customer".
func owned(shop cedar.EntityUID, customer uuid.UUID) cedar.Record {
	known := cedar.RecordMap{"shop": shop}
	if customer != uuid.Nil {
		known["customer"] = named("Customer", customer)
	}
	return cedar.NewRecord(known)
}

func named(kind cedar.EntityType, id uuid.UUID) cedar.EntityUID {
	return cedar.NewEntityUID(kind, cedar.String(id.String()))
}

func shopOf(a access.Actor) cedar.EntityUID { return named("Shop", a.Shop) }

// principalOf is the actor as policies know them. Known is false for kinds that they do not know: those are refused.
func principalOf(a access.Actor) (who cedar.Entity, known bool) {
	attributes := cedar.RecordMap{"shop": shopOf(a)}
	switch a.Kind {
	case access.Storefront:
		who.UID = named("Storefront", a.ID)
	case access.Customer:
		who.UID = named("Customer", a.ID)
	case access.Staff:
		who.UID = named("Staff", a.ID)
		roles := make([]cedar.EntityUID, len(a.Roles))
		for i, r := range a.Roles {
			roles[i] = cedar.NewEntityUID("Role", cedar.String(r))
		}
		who.Parents = cedar.NewEntityUIDSet(roles...)
	case access.App:
		who.UID = named("App", a.ID)
	default:
		return who, false
	}
	if a.Works() {
		var scopes, locations []cedar.Value
		for _, s := range a.Scopes.List() {
			scopes = append(scopes, cedar.String(s))
		}
		for _, l := range a.Locations {
			locations = append(locations, named("Location", l))
		}
		attributes["scopes"], attributes["locations"] = cedar.NewSet(scopes...), cedar.NewSet(locations...)
	}
	who.Attributes = cedar.NewRecord(attributes)
	return who, true
}

// entities are the two that a question is about.
type entities struct{ who, on cedar.Entity }

// Get finds one of them.
func (e entities) Get(uid cedar.EntityUID) (cedar.Entity, bool) {
	switch uid {
	case e.who.UID:
		return e.who, true
	case e.on.UID:
		return e.on, true
	}
	return cedar.Entity{}, false
}

package order

import (
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

// sortKey is a value of OrderSortKeys at work.
type sortKey struct {
	order keyset.Order
	// selected says that the column is an expression, which has to be read with each row for its cursor.
	selected bool
	// buyers says that buyers may sort by it.
	buyers bool
}

// sortKeys are the orders that there are. An index serves ID (the primary key), PROCESSED_AT, CREATED_AT and ORDER_NUMBER;
// the two states are served as far as their first column. The others sort all orders that the query leaves over.
var sortKeys = map[string]sortKey{
	"ID":                   {order: keyset.Order{}, buyers: true},
	"RELEVANCE":            {order: keyset.Order{}, buyers: true},
	"PROCESSED_AT":         {order: keyset.Order{Column: "o.processed_at", Kind: keyset.Time}, buyers: true},
	"CREATED_AT":           {order: keyset.Order{Column: "o.processed_at", Kind: keyset.Time}}, // an order is processed the moment it is created
	"UPDATED_AT":           {order: keyset.Order{Column: "o.updated_at", Kind: keyset.Time}},
	"ORDER_NUMBER":         {order: keyset.Order{Column: "o.number", Kind: keyset.Int}},
	"TOTAL_PRICE":          {order: keyset.Order{Column: "o.total", Kind: keyset.Int}, buyers: true},
	"FINANCIAL_STATUS":     {order: keyset.Order{Column: "o.financial_status"}},
	"FULFILLMENT_STATUS":   {order: keyset.Order{Column: "o.fulfillment_status"}},
	"CURRENT_TOTAL_PRICE":  {order: keyset.Order{Column: "CAST(o.gift_cards->>'current' AS bigint)", Kind: keyset.Int}, selected: true},
	"TOTAL_ITEMS_QUANTITY": {order: keyset.Order{Column: "CAST(o.gift_cards->>'pieces' AS bigint)", Kind: keyset.Int}, selected: true},
	"CUSTOMER_NAME": {order: keyset.Order{Column: "(coalesce(o.shipping_address->>'lastName', '') || ' ' || coalesce(o.shipping_address->>'firstName', ''))"},
		selected: true},
	"DESTINATION": {order: keyset.Order{Column: "(o.country || ' ' || coalesce(o.shipping_address->>'provinceCode', '') || ' ' || coalesce(o.shipping_address->>'city', ''))"},
		selected: true},
}

// sortBy finds a sort key. Fails with [fault.Forbidden] where a buyer asks for one that only staff have.
func sortBy(name string, staff bool) (sortKey, error) {
	if name == "" {
		name = "PROCESSED_AT"
	}
	k, ok := sortKeys[name]
	if !ok {
		return k, fault.New(fault.Invalid, "Orders cannot be sorted by %.40q.", name)
	}
	if !k.buyers && !staff {
		return k, fault.New(fault.Forbidden, "Only staff can sort orders by %s. Use ID, PROCESSED_AT or TOTAL_PRICE.", name)
	}
	k.order.Name, k.order.ID = "order "+name, "o.id"
	return k, nil
}

// extra is the column to be read beside those of the order.
func (k sortKey) extra() string {
	if k.selected {
		return ", " + k.order.Column
	}
	return ""
}

// scan reads parts of an order with the key's own column, after what is given to be read first, and shows it.
func (k sortKey) scan(p Parts, show func(*record) *Order, lead ...any) func(scan) (*Order, error) {
	var count int64
	var text string
	var more []any
	switch {
	case k.selected && k.order.Kind == keyset.Int:
		more = []any{&count}
	case k.selected:
		more = []any{&text}
	}
	one := scanOrder(p, lead, more)
	var r record // what is shown is copied from here
	return func(scan scan) (_ *Order, err error) {
		if r, err = one(scan); err != nil {
			return nil, err
		}
		r.sort, r.sortCount = text, count
		return show(&r), nil
	}
}

// place is an order's value of the key, for its cursor.
func (k sortKey) place(o *Order) (any, uuid.UUID) {
	id := o.ID.UUID
	switch {
	case k.selected && k.order.Kind == keyset.Int:
		return o.sortCount, id
	case k.selected:
		return o.sort, id
	}
	switch k.order.Column {
	case "o.processed_at":
		return o.ProcessedAt, id
	case "o.updated_at":
		return o.UpdatedAt, id
	case "o.number":
		return o.OrderNumber, id
	case "o.total":
		return o.TotalPrice.Amount, id
	case "o.financial_status":
		return o.FinancialStatus, id
	case "o.fulfillment_status":
		return o.FulfillmentStatus, id
	}
	return "", id
}

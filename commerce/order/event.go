package order

import "github.com/google/uuid"

// The subjects of events. Their payloads are the types below, of the same name where nothing else is said.
const (
	SubjectPlaced    = "order.placed"
	SubjectCanceled  = "order.canceled"
	SubjectRefunded  = "order.refunded"
	SubjectFulfilled = "order.fulfilled"
	// SubjectTracked and SubjectUnfulfilled are about a shipment, too: their payload is [Fulfilled].
	SubjectTracked     = "order.tracking_updated"
	SubjectUnfulfilled = "order.fulfillment_canceled"
	// SubjectReturn is about a return that was made, went on or ended; its payload is [ReturnChanged].
	SubjectReturn = "order.return_changed"
	// SubjectEdited says that lines were changed after the sale; its payload is [Edited].
	SubjectEdited = "order.edited"
	// SubjectUpdated is everything else that changed; its payload is [Updated].
	SubjectUpdated = "order.updated"
)

// ReturnChanged says that a return of an order was made, or stands otherwise than before.
type ReturnChanged struct {
	OrderID  uuid.UUID `json:"orderId"`
	ReturnID uuid.UUID `json:"returnId"`
	Status   string    `json:"status"`
}

// Edited says that lines of an order were changed after the sale.
type Edited struct {
	OrderID uuid.UUID `json:"orderId"`
	EditID  uuid.UUID `json:"editId"`
	Notify  bool      `json:"notify,omitempty"`
}

// Updated says that something about an order changed, under the name that its timeline has for it.
type Updated struct {
	OrderID uuid.UUID `json:"orderId"`
	Action  string    `json:"action"`
}

// Placed says that there is a new order.
type Placed struct {
	OrderID uuid.UUID `json:"orderId"`
	CartID  uuid.UUID `json:"cartId"`
}

// Canceled says that an order was called off.
type Canceled struct {
	OrderID uuid.UUID `json:"orderId"`
	Reason  string    `json:"reason"`
	Notify  bool      `json:"notify,omitempty"`
}

// Refunded says that money was given back.
type Refunded struct {
	OrderID  uuid.UUID `json:"orderId"`
	RefundID uuid.UUID `json:"refundId"`
	Notify   bool      `json:"notify,omitempty"`
}

// Fulfilled says that a part of an order, or all of it, went out.
type Fulfilled struct {
	OrderID       uuid.UUID `json:"orderId"`
	FulfillmentID uuid.UUID `json:"fulfillmentId"`
	Notify        bool      `json:"notify,omitempty"`
	Message       string    `json:"message,omitempty"`
}

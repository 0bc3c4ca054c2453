package promotion

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
)

// Input is everything a decision depends on.
type Input struct {
	Now       time.Time
	Currency  money.Currency
	Lines     []Line
	Shipping  int64 // Shipping is the price of the chosen delivery in minor units; 0 while none is chosen.
	Discounts []Discount
	Codes     []string // Codes are what the buyer entered, in that order.
	Facts     Facts
}

// Line is one line of the cart. Negative prices and quantities count as zero. The lines of a cart together must fit
// in 64 bits of minor units; pricing sees to that.
type Line struct {
	VariantID        uuid.UUID
	ProductID        uuid.UUID
	CollectionIDs    []uuid.UUID
	Quantity         int64
	UnitPrice        int64 // UnitPrice is in minor units of Input.Currency.
	RequiresShipping bool
}

// Facts are what happened before. A buyer who is not known yet passes every test of past use; checkout, which knows
// who pays, asks again.
type Facts struct {
	CustomerID uuid.UUID           // CustomerID is the signed-in customer; zero when there is none.
	Used       map[uuid.UUID]Usage // Used is by discount; absent is never used.
}

// Usage is how often a discount was used.
type Usage struct {
	Total   int64 // Total counts orders of everybody.
	ByBuyer int64 // ByBuyer counts orders of this buyer.
}

// Result is what a cart gets.
type Result struct {
	Applications []Application // Applications took something off, in order of application. Each counts as one use.
	Allocations  []Allocation  // Allocations are by line, then by application. See [Result.Line].
	Shipping     []Allocation  // Shipping is what came off the delivery.
	Codes        []CodeResult  // Codes answer Input.Codes one by one.
}

// Application is one discount at work.
type Application struct {
	DiscountID uuid.UUID   `json:"discount_id"`
	Title      string      `json:"title"`
	Code       string      `json:"code,omitempty"`
	Method     Method      `json:"method"`
	Kind       Kind        `json:"kind"`
	Class      Class       `json:"class"`
	PPM        int64       `json:"ppm,omitempty"`   // PPM is the rate of a percentage or of BuyXGetY.
	Amount     money.Money `json:"amount,omitzero"` // Amount is the nominal amount of Fixed.
	Total      money.Money `json:"total"`           // Total is what was taken off, over all lines or the delivery.
}

// Allocation is the part of an application that falls on one line, or on the delivery.
type Allocation struct {
	Line        int         `json:"-"`           // Line is the place in Input.Lines; -1 is the delivery.
	Application int         `json:"application"` // Application is the place in Result.Applications.
	Title       string      `json:"title"`
	Code        string      `json:"code,omitempty"`
	Kind        Kind        `json:"kind"`
	Class       Class       `json:"class"`
	Amount      money.Money `json:"amount"` // Amount is above zero.
}

// CodeResult says what became of an entered code.
type CodeResult struct {
	Code       string `json:"code"` // Code is as entered.
	Applicable bool   `json:"applicable"`
	Reason     Reason `json:"reason,omitempty"` // Reason is empty when applicable.
}

// Line returns the allocations of line i, sharing their memory; nil when there are none.
func (r *Result) Line(i int) []Allocation {
	from, _ := slices.BinarySearchFunc(r.Allocations, i, func(a Allocation, line int) int { return cmp.Compare(a.Line, line) })
	to := from
	for to < len(r.Allocations) && r.Allocations[to].Line == i {
		to++
	}
	if from == to {
		return nil // so that a stored result reads back as it was
	}
	return r.Allocations[from:to:to]
}

// Apply picks the discounts of a cart and allocates them. The package comment tells how.
func Apply(in Input) Result {
	var r Result
	if len(in.Codes) == 0 && len(in.Discounts) == 0 {
		return r
	}
	e := newEngine(&in)
	if len(in.Codes) > 0 {
		r.Codes = make([]CodeResult, len(in.Codes))
	}
	for i, entered := range in.Codes {
		r.Codes[i] = CodeResult{Code: entered, Reason: e.admitCode(i, entered)}
	}
	for i := range in.Discounts {
		if d := &in.Discounts[i]; d.Method == Automatic && !e.has(d) {
			e.admit(d, len(in.Codes))
		}
	}
	if len(e.candidates) > 0 {
		e.rank()
		e.run(e.best(), &r)
	}
	for i := range r.Codes {
		c := &r.Codes[i]
		if c.Reason == "" && !e.won(c.Code) {
			c.Reason = NotHonoured
		}
		c.Applicable = c.Reason == ""
	}
	return r
}

// candidate is a discount that applies to the cart when alone.
type candidate struct {
	*Discount
	class    Class
	entered  int    // place among the codes; automatic discounts come after them all
	entitled []bool // by line: what is lowered
}

// engine holds one decision under way.
type engine struct {
	in         *Input
	gross      []int64 // by line: price before discounts
	left       []int64 // by line: price after the discounts applied so far
	parts      []int64 // by line: scratch of one discount
	weights    []int64
	candidates []candidate
	chosen     uint32
}

func newEngine(in *Input) *engine {
	n := len(in.Lines)
	room := make([]int64, 4*n)
	e := &engine{in: in, gross: room[:n:n], left: room[n : 2*n : 2*n], parts: room[2*n : 2*n : 3*n], weights: room[3*n:]}
	for i := range in.Lines {
		l := &in.Lines[i]
		e.gross[i] = max(l.UnitPrice, 0) * max(l.Quantity, 0)
	}
	return e
}

// admitCode finds the discount of an entered code and admits it, or tells why not.
func (e *engine) admitCode(place int, entered string) Reason {
	d := e.find(entered)
	if d == nil {
		return NotFound
	}
	if e.has(d) { // entered twice: the second stands or falls with the first
		return ""
	}
	return e.admit(d, place)
}

// find returns the discount of a code, nil when there is none. Codes are unique in a shop; should two match all the
// same, the smaller id wins whatever their order.
func (e *engine) find(entered string) (found *Discount) {
	entered = strings.TrimSpace(entered)
	if entered == "" {
		return nil
	}
	for i := range e.in.Discounts {
		d := &e.in.Discounts[i]
		if d.Method == Code && strings.EqualFold(strings.TrimSpace(d.Code), entered) &&
			(found == nil || bytes.Compare(d.ID[:], found.ID[:]) < 0) {
			found = d
		}
	}
	return found
}

func (e *engine) has(d *Discount) bool {
	return slices.ContainsFunc(e.candidates, func(c candidate) bool { return c.ID == d.ID })
}

// won reports whether the discount of an entered code is in the chosen set.
func (e *engine) won(entered string) bool {
	d := e.find(entered)
	for i := range e.candidates {
		if e.candidates[i].ID == d.ID {
			return e.chosen&(1<<i) != 0
		}
	}
	return false
}

// rank orders the candidates, best first, and drops those beyond MaxCandidates.
func (e *engine) rank() {
	slices.SortFunc(e.candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.entered, b.entered), bytes.Compare(a.ID[:], b.ID[:]))
	})
	if len(e.candidates) > MaxCandidates {
		e.candidates = e.candidates[:MaxCandidates]
	}
}

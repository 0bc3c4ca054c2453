package checkout

import (
	"context"
	"time"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// Shop is all that the page needs of the shop. The id is that of a cart, with its key, but for Order.
//
// What a shopper does wrong comes back as problems; the last part of a problem's field names the input it belongs to
// (email, firstName, lastName, company, address1, address2, city, province or provinceCode, zip, country or countryCode,
// phone), and any other field is shown above the form. An error is a failure: one with [fault.NotFound] means that the
// id opens nothing, one with [fault.Unavailable] that it may work later.
type Shop interface {
	// Cart reads the cart with its prices of now, or the order that it has become.
	Cart(ctx context.Context, id gid.ID) (View, error)
	// SetEmail says where the confirmation goes.
	SetEmail(ctx context.Context, id gid.ID, email string) (fault.Problems, error)
	// SetAddress replaces the delivery address, and with its country the prices.
	SetAddress(ctx context.Context, id gid.ID, address Address) (fault.Problems, error)
	// SelectDelivery chooses an option for a group, by [Group.ID] and [Option.Handle].
	SelectDelivery(ctx context.Context, id gid.ID, group, handle string) (fault.Problems, error)
	// SetQuantity changes a line by [Line.ID]; zero takes it out.
	SetQuantity(ctx context.Context, id gid.ID, line string, quantity int) (fault.Problems, error)
	// SetDiscountCodes replaces the discount codes.
	SetDiscountCodes(ctx context.Context, id gid.ID, codes []string) (fault.Problems, error)
	// AddGiftCard lets a gift card pay, by its code.
	AddGiftCard(ctx context.Context, id gid.ID, code string) (fault.Problems, error)
	// RemoveGiftCard takes a gift card off, by [GiftCard.ID].
	RemoveGiftCard(ctx context.Context, id gid.ID, card string) (fault.Problems, error)
	// Complete buys the cart. The same attempt again gives the same outcome, and never a second charge. While another attempt
	// is under way, that one is waited for: only where it failed is this one made.
	Complete(ctx context.Context, id gid.ID, payment Payment) (Outcome, error)
	// Order reads a completed cart by the id of its order, with the order's key.
	Order(ctx context.Context, id gid.ID) (View, error)
}

// State is how far a cart has come.
type State int

// The states.
const (
	Open      State = iota // can be changed and bought
	Paying                 // is being paid for: the outcome is not known yet
	Completed              // has become an order
)

// View is a cart as the page shows it. Of a completed one, everything is as it was bought.
type View struct {
	State         State
	ShopName      string
	Email         string
	NeedsDelivery bool // something in the cart has to be shipped
	Address       Address
	Lines         []Line
	Groups        []Group // what is shipped together; none before an address is known
	Codes         []Code
	GiftCards     []GiftCard
	Costs         Costs
	Countries     []Country // where the shop delivers, in the order to be shown
	Order         *Order    // set once completed
}

// Address is where something is delivered. Province is a code or a name.
type Address struct {
	FirstName, LastName, Company, Address1, Address2, City, Province, Zip, CountryCode, Phone string
}

// Complete reports whether there is enough for the page to go on; whether it is right, the shop decides.
func (a Address) Complete() bool { return a.Address1 != "" && a.City != "" && a.CountryCode != "" }

// Line is what is bought.
type Line struct {
	ID              string
	Title           string // of the product
	Variant         string // empty where there is only one
	Details         []string
	Image, ImageAlt string // an address on this site, or empty
	Quantity        int
	Unit            money.Money  // price of one
	Subtotal, Total money.Money  // before and after the line's own discounts
	Available       *int         // how many can be had when that is fewer than Quantity, else nil
	CompareAt       *money.Money // the former price of one
}

// Left is how many can be had; only where Available is set.
func (l Line) Left() int { return *l.Available }

// Group is what is shipped together, and how it can be.
type Group struct {
	ID       string
	Options  []Option
	Selected string // handle; empty before one is chosen
}

// Option is a way to ship.
type Option struct {
	Handle, Title, Description string
	Cost                       money.Money
}

// Code is a discount code that was entered.
type Code struct {
	Code       string
	Applicable bool
}

// GiftCard pays a part.
type GiftCard struct {
	ID, LastCharacters string
	Used               money.Money
}

// Costs are the sums. Delivery and Tax are nil while unknown.
type Costs struct {
	Subtotal     money.Money // of the lines, after their own discounts
	Discount     money.Money // what comes off on top, without a sign
	Delivery     *money.Money
	Tax          *money.Money
	TaxIncluded  bool
	Total        money.Money
	Charge       money.Money // what is to be paid after gift cards
	EstimatedSum bool        // something may still be added
}

// Country is one that the shop delivers to.
type Country struct {
	Code, Name string
	Provinces  []Province // empty where addresses name none
}

// Province is a part of a country that addresses name.
type Province struct{ Code, Name string }

// Order is what the cart has become.
type Order struct {
	Name     string // as people say it: #1001
	PlacedAt time.Time
	Canceled bool
	Shipped  Shipped
	Refunded money.Money
}

// Shipped says how much of an order went out.
type Shipped int

// The answers.
const (
	NotShipped Shipped = iota
	PartlyShipped
	AllShipped
)

// Partly reports whether something went out, and something is still to.
func (s Shipped) Partly() bool { return s == PartlyShipped }

// All reports whether everything went out.
func (s Shipped) All() bool { return s == AllShipped }

// Payment is how a cart is bought.
type Payment struct {
	// Gateway and Token are those of a [Method]; both are empty when there is nothing to pay.
	Gateway, Token string
	// Attempt names this try.
	Attempt string
	// Agreed is what the shopper saw on the button.
	Agreed money.Money
}

// Outcome says what became of a try: problems, or the state after it.
type Outcome struct {
	State    State
	Problems fault.Problems
}

// Method is a way to pay that the page offers.
type Method struct {
	Gateway, Token, Title, Detail string
	Test                          bool // no real money moves
}

// TestMethods are those of the bogus gateway, which moves no money.
func TestMethods() []Method {
	return []Method{
		{"bogus", "tok_ok", "Card that works", "4242 4242 4242 4242 · the payment goes through", true},
		{"bogus", "tok_declined", "Card that is declined", "4000 0000 0000 0002 · the bank says no", true},
		{"bogus", "tok_error", "Gateway that breaks", "4000 0000 0000 0119 · an error, nothing is charged", true},
		{"bogus", "tok_timeout", "Gateway that answers too late", "4000 0000 0000 0341 · charged, but we hear of it later", true},
	}
}

package access

// Scope is a permission as people read it: on the page where an app asks for it, and where a role is put together.
type Scope struct {
	// Handle is the scope itself, such as "orders:read".
	Handle string
	// Description tells in a sentence what its holder may do.
	Description string
}

// Scopes of staff and apps in words, in the order in which they are shown.
var described = []Scope{
	{ProductsRead, "See all products and collections, drafts included."},
	{ProductsWrite, "Create, change and delete products and collections."},
	{InventoryRead, "See how much of each product is in stock, and where."},
	{InventoryWrite, "Change how much is in stock."},
	{OrdersRead, "See orders, with the names and addresses on them."},
	{OrdersWrite, "Change, fulfill and cancel orders."},
	{OrdersRefund, "Give money back on orders, up to a limit on each."},
	{OrdersRefundAny, "Give back more than that limit."},
	{CustomersRead, "See that customers exist, and what they bought."},
	{CustomersReadPII, "See customers' names, emails, phone numbers and addresses."},
	{CustomersWrite, "Create and change customers."},
	{DiscountsRead, "See discounts and their codes."},
	{DiscountsWrite, "Create, change and delete discounts."},
	{ContentRead, "See all pages and menus, unpublished ones included."},
	{ContentWrite, "Create, change and delete pages and menus."},
	{ShopRead, "See the shop's settings."},
	{ShopWrite, "Change the shop's settings."},
	{StaffRead, "See who works for the shop, and with which roles."},
	{StaffWrite, "Add and remove staff, and make and give roles."},
	{AppsRead, "See the shop's apps and their keys, but no secrets."},
	{AppsWrite, "Create, change and revoke apps and their keys."},
	{AuditRead, "See who did what in the shop, and from which network."},
}

// AllScopes are the scopes that there are.
var AllScopes = handles(described)

func handles(scopes []Scope) []string {
	out := make([]string, len(scopes))
	for i, s := range scopes {
		out[i] = s.Handle
	}
	return out
}

// Described gives every scope in words.
func Described() []Scope { return append([]Scope(nil), described...) }

// Describe gives a scope in words; just its name where there is no such scope.
func Describe(scope string) string {
	for _, s := range described {
		if s.Handle == scope {
			return s.Description
		}
	}
	return scope
}

// IsScope reports whether a scope exists.
func IsScope(scope string) bool {
	for _, s := range described {
		if s.Handle == scope {
			return true
		}
	}
	return false
}

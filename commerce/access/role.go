package access

// The scopes that staff and apps can hold. They are part of the API: fields of the schema name them.
const (
	ProductsRead     = "products:read"
	ProductsWrite    = "products:write"
	InventoryRead    = "inventory:read"
	InventoryWrite   = "inventory:write"
	OrdersRead       = "orders:read"
	OrdersWrite      = "orders:write"
	OrdersRefund     = "orders:refund"
	OrdersRefundAny  = "orders:refund_unlimited"
	CustomersRead    = "customers:read"
	CustomersReadPII = "customers:read_pii"
	CustomersWrite   = "customers:write"
	DiscountsRead    = "discounts:read"
	DiscountsWrite   = "discounts:write"
	ContentRead      = "content:read"
	ContentWrite     = "content:write"
	ShopRead         = "shop:read"
	ShopWrite        = "shop:write"
	StaffRead        = "staff:read"
	StaffWrite       = "staff:write"
	AppsRead         = "apps:read"
	AppsWrite        = "apps:write"
	AuditRead        = "audit:read"
)

// The built-in roles.
const (
	Owner     = "owner"
	Manager   = "manager"
	Support   = "support"
	Catalog   = "catalog"
	Warehouse = "warehouse"
	Finance   = "finance"
	ReadOnly  = "read_only"
)

// Role is a built-in role as people read it; what it allows, [ScopesOf] tells.
type Role struct{ Handle, Title, Description string }

// Roles are the built-in roles, in the order in which they are shown.
var Roles = []Role{
	{Owner, "Owner", "Runs the shop and may do everything."},
	{Manager, "Manager", "Runs the daily business: everything but settings, staff and apps."},
	{Support, "Support", "Helps customers: reads what they see, changes and refunds orders."},
	{Catalog, "Catalog", "Keeps products, collections, pages and menus."},
	{Warehouse, "Warehouse", "Keeps the stock and ships orders."},
	{Finance, "Finance", "Reads orders and discounts, and gives money back."},
	{ReadOnly, "Read only", "Reads, and changes nothing."},
}

var roles = map[string][]string{
	Owner: AllScopes,
	Manager: {
		ProductsRead, ProductsWrite, InventoryRead, InventoryWrite, OrdersRead, OrdersWrite, OrdersRefund, OrdersRefundAny, CustomersRead, CustomersReadPII,
		CustomersWrite, DiscountsRead, DiscountsWrite, ContentRead, ContentWrite, ShopRead, StaffRead,
		AppsRead, AuditRead,
	},
	Support:   {ProductsRead, InventoryRead, OrdersRead, OrdersWrite, OrdersRefund, CustomersRead, CustomersReadPII, CustomersWrite, DiscountsRead},
	Catalog:   {ProductsRead, ProductsWrite, InventoryRead, ContentRead, ContentWrite, DiscountsRead},
	Warehouse: {ProductsRead, InventoryRead, InventoryWrite, OrdersRead, OrdersWrite},
	Finance:   {OrdersRead, OrdersRefund, OrdersRefundAny, CustomersRead, DiscountsRead, ShopRead},
	ReadOnly:  {ProductsRead, InventoryRead, OrdersRead, CustomersRead, DiscountsRead, ContentRead, ShopRead, StaffRead, AppsRead},
}

// ScopesOf gives what built-in roles allow together. A role that does not exist allows nothing.
func ScopesOf(names ...string) Scopes {
	var all []string
	for _, name := range names {
		all = append(all, roles[name]...)
	}
	return NewScopes(all...)
}

// IsRole reports whether a role is built in.
func IsRole(name string) bool { _, ok := roles[name]; return ok }

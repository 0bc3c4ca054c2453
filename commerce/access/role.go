package access

// The scopes that staff can hold. They are part of the API: fields of the schema name them.
const (
	ProductsRead     = "products:read"
	ProductsWrite    = "products:write"
	InventoryRead    = "inventory:read"
	InventoryWrite   = "inventory:write"
	OrdersRead       = "orders:read"
	OrdersWrite      = "orders:write"
	OrdersRefund     = "orders:refund"
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
)

// AllScopes are the scopes that there are.
var AllScopes = []string{
	ProductsRead, ProductsWrite, InventoryRead, InventoryWrite, OrdersRead, OrdersWrite, OrdersRefund, CustomersRead, CustomersReadPII,
	CustomersWrite, DiscountsRead, DiscountsWrite, ContentRead, ContentWrite, ShopRead, ShopWrite, StaffRead, StaffWrite,
}

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

var roles = map[string][]string{
	Owner: AllScopes,
	Manager: {
		ProductsRead, ProductsWrite, InventoryRead, InventoryWrite, OrdersRead, OrdersWrite, OrdersRefund, CustomersRead, CustomersReadPII,
		CustomersWrite, DiscountsRead, DiscountsWrite, ContentRead, ContentWrite, ShopRead, StaffRead,
	},
	Support:   {ProductsRead, InventoryRead, OrdersRead, OrdersWrite, OrdersRefund, CustomersRead, CustomersReadPII, CustomersWrite, DiscountsRead},
	Catalog:   {ProductsRead, ProductsWrite, InventoryRead, ContentRead, ContentWrite, DiscountsRead},
	Warehouse: {ProductsRead, InventoryRead, InventoryWrite, OrdersRead, OrdersWrite},
	Finance:   {OrdersRead, OrdersRefund, CustomersRead, DiscountsRead, ShopRead},
	ReadOnly:  {ProductsRead, InventoryRead, OrdersRead, CustomersRead, DiscountsRead, ContentRead, ShopRead, StaffRead},
}

// ScopesOf gives what roles allow together. A role that does not exist allows nothing.
func ScopesOf(names ...string) Scopes {
	var all []string
	for _, name := range names {
		all = append(all, roles[name]...)
	}
	return NewScopes(all...)
}

// IsRole reports whether a role exists.
func IsRole(name string) bool { _, ok := roles[name]; return ok }

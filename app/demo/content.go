package demo

// Collection is a named set of products: of Products in their order, or else of those that Rules choose.
type Collection struct {
	Handle          string   `json:"handle"`
	Title           string   `json:"title"`
	DescriptionHTML string   `json:"descriptionHtml"`
	SEOTitle        string   `json:"seoTitle"`
	SEODescription  string   `json:"seoDescription"`
	SortOrder       string   `json:"sortOrder"` // manual, best-selling, alpha-asc, price-asc, price-desc, created-desc
	Image           Image    `json:"image"`
	Products        []string `json:"products"` // handles
	Rules           []Rule   `json:"rules"`
	Disjunctive     bool     `json:"disjunctive"` // one rule is enough
}

// Image is a drawn picture.
type Image struct {
	Src string `json:"src"` // an address of [ImageScheme]
	Alt string `json:"alt"`
}

// Rule chooses products by one of their columns. VARIANT_PRICE compares with the price of any variant, in the
// shop's currency.
type Rule struct {
	Column    string `json:"column"`   // TAG, TYPE, VENDOR, TITLE or VARIANT_PRICE
	Relation  string `json:"relation"` // EQUALS, CONTAINS, STARTS_WITH, GREATER_THAN or LESS_THAN
	Condition string `json:"condition"`
}

// Menu is a tree of links.
type Menu struct {
	Handle string     `json:"handle"`
	Title  string     `json:"title"`
	Items  []MenuItem `json:"items"`
}

// MenuItem leads to a resource of the shop, named by its handle, or to a URL.
type MenuItem struct {
	Title    string     `json:"title"`
	Type     string     `json:"type"`     // COLLECTION, PRODUCT, PAGE, SHOP_POLICY; FRONTPAGE, CATALOG, SEARCH, HTTP
	Resource string     `json:"resource"` // for the first four types: handle, or kind of policy
	URL      string     `json:"url"`      // for the others
	Items    []MenuItem `json:"items"`
}

// Page is a page of text.
type Page struct {
	Handle         string `json:"handle"`
	Title          string `json:"title"`
	BodyHTML       string `json:"bodyHtml"`
	Summary        string `json:"summary"`
	SEOTitle       string `json:"seoTitle"`
	SEODescription string `json:"seoDescription"`
}

package catalog

import (
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

// productOrder is how products are sorted by a value of ProductSortKeys. RELEVANCE without a query is ID.
func productOrder(sortKey string) (keyset.Order, error) {
	o := keyset.Order{Name: sortKey, ID: "p.id"}
	switch sortKey {
	case "", "ID", "RELEVANCE":
		o.Name = "ID"
	case "TITLE":
		o.Column = "p.title"
	case "VENDOR":
		o.Column = "p.vendor"
	case "PRODUCT_TYPE":
		o.Column = "p.product_type"
	case "CREATED_AT", "CREATED":
		o.Column, o.Kind = "p.created_at", keyset.Time
	case "UPDATED_AT":
		o.Column, o.Kind = "p.updated_at", keyset.Time
	case "BEST_SELLING":
		o.Column, o.Kind, o.Desc = "p.sales_count", keyset.Int, true
	case "PRICE":
		o.Column, o.Kind = "pr.min_amount", keyset.Int
	default:
		return o, fault.New(fault.Invalid, "Products cannot be sorted by %s here.", sortKey)
	}
	return o, nil
}

// collectionOrder is how the products of a collection are sorted by a value of ProductCollectionSortKeys.
func collectionOrder(sortKey, own string) (keyset.Order, error) {
	if sortKey == "" || sortKey == "COLLECTION_DEFAULT" || sortKey == "RELEVANCE" {
		sortKey = own
	}
	switch sortKey {
	case "MANUAL", "":
		return keyset.Order{Name: "MANUAL", Column: "cp.position", Kind: keyset.Int, ID: "cp.product_id"}, nil
	case "ALPHA_ASC":
		return productOrder("TITLE")
	case "ALPHA_DESC":
		return descending("TITLE")
	case "PRICE_ASC":
		return productOrder("PRICE")
	case "PRICE_DESC":
		return descending("PRICE")
	case "CREATED_DESC":
		return descending("CREATED")
	}
	return productOrder(sortKey)
}

func descending(sortKey string) (keyset.Order, error) {
	o, err := productOrder(sortKey)
	o.Desc, o.Name = !o.Desc, sortKey+"_DESC"
	return o, err
}

// key gives the value of an order's column of a product, for cursors.
func (p *Product) key(o keyset.Order) any {
	switch o.Column {
	case "p.title":
		return p.Title
	case "p.vendor":
		return p.Vendor
	case "p.product_type":
		return p.ProductType
	case "p.created_at":
		return p.CreatedAt
	case "p.updated_at":
		return p.UpdatedAt
	case "p.sales_count":
		return p.SalesCount
	case "pr.min_amount":
		return p.PriceRange.MinVariantPrice.Amount
	}
	return ""
}

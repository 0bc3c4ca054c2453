package catalog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

// store holds every statement that reads products; writes stand in store_write.go.
type store struct {
	files string
	stock Stock
}

// Parts are what of products is read only where it is asked for.
type Parts uint16

// The parts of a product.
const (
	Texts  Parts = 1 << iota // Description and DescriptionHTML
	Prices                   // PriceRange and CompareAtPriceRange
	Whole        = 1<<iota - 1
	// Sales is how often it was sold, which pages that are sorted by it read. It changes with each order, so what was made of other parts holds on.
	Sales Parts = 1 << iota
)

// productColumns are the columns of some parts of products. The numbers of ordinals count them.
func productColumns(p Parts) string {
	sales := "0"
	if p&Sales != 0 {
		sales = "p.sales_count"
	}
	columns := `p.id, p.handle, p.title, p.vendor, p.product_type, p.status, p.tags, p.created_at, p.updated_at, p.published_at, p.gift_card, ` + sales + `,
 p.variants_count, p.seo_title, p.seo_description`
	if p&Texts != 0 {
		columns += ", p.description, p.description_html"
	}
	if p&Prices != 0 {
		columns += ", coalesce(pr.min_amount, 0), coalesce(pr.max_amount, 0), coalesce(pr.min_compare_at, 0), coalesce(pr.max_compare_at, 0)"
	}
	return columns
}

// productFrom are the tables that some parts are read from. It adds the currency of prices to the arguments of a statement, of which
// the first is its shop.
func productFrom(p Parts, c money.Currency, args *[]any) string {
	if p&Prices == 0 {
		return "product p"
	}
	*args = append(*args, string(c))
	return fmt.Sprintf("product p LEFT JOIN product_price pr ON pr.shop_id = p.shop_id AND pr.product_id = p.id AND pr.currency = $%d", len(*args)+1)
}

// ordinals are the places of the columns that products are sorted by.
var ordinals = map[string]int{"": 1, "p.title": 3, "p.vendor": 4, "p.product_type": 5, "p.created_at": 8, "p.updated_at": 9, "p.sales_count": 12}

// scanProduct reads productColumns of the same parts, after what is given to be read first.
func scanProduct(p Parts, currency money.Currency, lead ...any) func(scan func(...any) error) (*Product, error) {
	var row struct {
		Product
		id                                 uuid.UUID
		tags                               database.Alike[[]string]
		published                          *time.Time
		low, high, lowCompare, highCompare int64
	}
	// Rows are read into the same places, and copied: what they are read into is allocated once for all.
	places := slices.Concat(lead, []any{
		&row.id, &row.Handle, &row.Title, &row.Vendor, &row.ProductType, &row.Status, &row.tags, &row.CreatedAt, &row.UpdatedAt,
		&row.published, &row.IsGiftCard, &row.SalesCount, &row.variants, &row.seoTitle, &row.seoDescription,
	})
	if p&Texts != 0 {
		places = append(places, &row.Text, &row.DescriptionHTML)
	}
	if p&Prices != 0 {
		places = append(places, &row.low, &row.high, &row.lowCompare, &row.highCompare)
	}
	return func(scan func(...any) error) (*Product, error) {
		if err := scan(places...); err != nil {
			return nil, err
		}
		p := row.Product
		p.ID, p.Status, p.Tags = gid.New("Product", row.id), strings.ToUpper(p.Status), row.tags.V
		p.CreatedAt, p.UpdatedAt, p.PublishedAt = p.CreatedAt.UTC(), p.UpdatedAt.UTC(), p.CreatedAt.UTC()
		if row.published != nil {
			p.PublishedAt = row.published.UTC()
		}
		p.PriceRange = priceRange(currency, row.low, row.high)
		p.CompareAtPriceRange = priceRange(currency, row.lowCompare, row.highCompare)
		return &p, nil
	}
}

func priceRange(c money.Currency, low, high int64) PriceRange {
	return PriceRange{MinVariantPrice: money.Money{Amount: low, Currency: c}, MaxVariantPrice: money.Money{Amount: high, Currency: c}}
}

// visible is the condition for products that the view shows; now is the parameter of the present moment.
func (v view) visible(now string) string {
	if v.all {
		return ""
	}
	return " AND p.status = 'active' AND " + database.Mostly("p.published_at <= "+now)
}

// products reads products by id. Served by the primary key and product_price (shop_id, product_id, currency).
func (s store) products(ctx context.Context, q database.Querier, p Parts, v view, now time.Time, ids []uuid.UUID) ([]*Product, error) {
	return s.productsWhere(ctx, q, p, v, now, "p.id = ANY($2)", ids)
}

// productByHandle reads one product. Served by product (shop_id, handle).
func (s store) productByHandle(ctx context.Context, q database.Querier, p Parts, v view, now time.Time, handle string) ([]*Product, error) {
	return s.productsWhere(ctx, q, p, v, now, "p.handle = $2", handle)
}

func (s store) productsWhere(ctx context.Context, q database.Querier, p Parts, v view, now time.Time, where string, arg any) ([]*Product, error) {
	args := []any{arg}
	if !v.all {
		where, args = where+v.visible("$3"), append(args, now)
	}
	rows, err := q.Query(ctx, "SELECT "+productColumns(p)+" FROM "+productFrom(p, v.buyer.Currency, &args)+" WHERE p.shop_id = $1 AND "+where, args...)
	return database.Scan(rows, err, scanProduct(p, v.buyer.Currency))
}

// page reads a page of all products. Served by product (shop_id, status, …, id), an index for each order, and by
// product_price (shop_id, currency, min_amount, product_id). Staff see every status: one index scan each, merged.
func (s store) page(ctx context.Context, q database.Querier, p Parts, v view, now time.Time, w keyset.Window, o keyset.Order) ([]*Product, error) {
	p |= sortedBy(o)
	if o.Column == "pr.min_amount" {
		where, more := w.Where(4)
		query := "SELECT " + productColumns(p) + " FROM product_price pr JOIN product p ON p.shop_id = pr.shop_id AND p.id = pr.product_id WHERE pr.shop_id = $1 AND pr.currency = $2 AND p.created_at <= $3"
		rows, err := q.Query(ctx, query+v.visible("$3")+where+w.OrderBy(), append([]any{string(v.buyer.Currency), now}, more...)...)
		return database.Scan(rows, err, scanProduct(p, v.buyer.Currency))
	}
	where, more := w.Where(3)
	args := append([]any{now}, more...)
	query := "SELECT " + productColumns(p) + " FROM " + productFrom(p, v.buyer.Currency, &args) + " WHERE p.shop_id = $1"
	if v.all {
		var parts []string
		for _, status := range []string{"active", "draft", "archived"} {
			parts = append(parts, "SELECT * FROM ("+query+" AND p.status = '"+status+"' AND p.created_at <= $2"+where+w.OrderBy()+") AS "+status)
		}
		order := fmt.Sprintf("%d%s", ordinals[o.Column], w.Direction())
		if o.Column != "" {
			order += ", 1" + w.Direction()
		}
		query = strings.Join(parts, " UNION ALL ") + " ORDER BY " + order + fmt.Sprintf(" LIMIT %d", w.Limit+1)
	} else {
		query += v.visible("$2") + where + w.OrderBy()
	}
	rows, err := q.Query(ctx, query, args...)
	return database.Scan(rows, err, scanProduct(p, v.buyer.Currency))
}

// sortedBy are the parts that a page in an order reads, for the cursors of its products.
func sortedBy(o keyset.Order) Parts {
	switch o.Column {
	case "pr.min_amount":
		return Prices
	case "p.sales_count":
		return Sales
	}
	return 0
}

// owned is a row with the parent it was read for.
type owned[T any] struct {
	parent uuid.UUID
	item   T
}

// productsOfCollections reads the first products of collections in one order. Served by collection_product
// (shop_id, collection_id, position, product_id); other orders sort within the collection.
func (s store) productsOfCollections(ctx context.Context, q database.Querier, p Parts, v view, now time.Time, w keyset.Window, o keyset.Order, ids []uuid.UUID) ([]owned[*Product], error) {
	p |= sortedBy(o)
	where, more := w.Where(4)
	args := append([]any{ids, now}, more...)
	order := o.ID + w.Direction()
	if o.Column != "" {
		order = o.Column + w.Direction() + ", " + order
	}
	visible := " AND p.created_at <= $3"
	if !v.all {
		visible = v.visible("$3")
	}
	from := strings.Replace(productFrom(p, v.buyer.Currency, &args), "product p", "collection_product cp JOIN product p ON p.shop_id = cp.shop_id AND p.id = cp.product_id", 1)
	query := database.PerParent{
		Columns: "cp.position, " + productColumns(p), From: from,
		Where: "cp.shop_id = $1" + visible + where, Parent: "cp.collection_id", Order: order, Limit: w.Limit + 1, Arg: 2,
	}.SQL(q.Dialect())
	var skip int64
	var parent uuid.UUID
	var position int64
	one := scanProduct(p, v.buyer.Currency, &skip, &parent, &position)
	rows, err := q.Query(ctx, query, args...)
	return database.Scan(rows, err, func(scan func(...any) error) (owned[*Product], error) {
		p, err := one(scan)
		if p != nil {
			p.place = position
		}
		return owned[*Product]{parent, p}, err
	})
}

const variantColumns = `v.id, v.product_id, v.title, v.sku, v.barcode, v.position, v.weight_grams, v.weight_unit, v.requires_shipping, v.taxable, v.tracked, v.oversell,
 v.media_id, v.selected_options, v.unit_price, vp.amount, vp.compare_at_amount`

const variantFrom = `variant v LEFT JOIN variant_price vp ON vp.shop_id = v.shop_id AND vp.variant_id = v.id AND vp.currency = $2`

func scanVariant(currency money.Currency, lead ...any) func(scan func(...any) error) (*Variant, error) {
	var row struct {
		Variant
		id              uuid.UUID
		sku, barcode    string
		options         database.Alike[[]*SelectedOption]
		unit            database.JSON[*UnitPriceMeasurement]
		amount, compare *int64
	}
	places := slices.Concat(lead, []any{
		&row.id, &row.ProductID, &row.Title, &row.sku, &row.barcode, &row.Position, &row.WeightGrams, &row.WeightUnit, &row.RequiresShipping, &row.Taxable, &row.Tracked,
		&row.Oversell, &row.MediaID, &row.options, &row.unit, &row.amount, &row.compare,
	})
	return func(scan func(...any) error) (*Variant, error) {
		row.unit.V = nil
		if err := scan(places...); err != nil {
			return nil, err
		}
		v := row.Variant
		v.ID, v.SKU, v.Barcode, v.SelectedOptions = gid.New("ProductVariant", row.id), optional(row.sku), optional(row.barcode), row.options.V
		v.Price = money.Money{Currency: currency}
		if row.amount != nil {
			v.Price.Amount, v.HasPrice = *row.amount, true
		}
		if row.compare != nil {
			v.CompareAtPrice = &money.Money{Amount: *row.compare, Currency: currency}
		}
		v.UnitPriceMeasured = row.unit.V
		v.UnitPrice = unitPrice(v.Price, row.unit.V)
		return &v, nil
	}
}

// unitPrice is what the reference amount of a variant costs, rounded half up.
func unitPrice(price money.Money, m *UnitPriceMeasurement) *money.Money {
	if m == nil || m.QuantityValue <= 0 || m.ReferenceValue <= 0 {
		return nil
	}
	price.Amount = int64(float64(price.Amount)*float64(m.ReferenceValue)/m.QuantityValue + 0.5)
	return &price
}

// variants reads variants by id, in the view of their product. Served by the primary keys.
func (s store) variants(ctx context.Context, q database.Querier, v view, now time.Time, ids []uuid.UUID) ([]*Variant, error) {
	query := "SELECT " + variantColumns + " FROM " + variantFrom + " JOIN product p ON p.shop_id = v.shop_id AND p.id = v.product_id WHERE v.shop_id = $1 AND v.id = ANY($3)"
	args := []any{string(v.buyer.Currency), ids}
	if !v.all {
		query, args = query+v.visible("$4"), append(args, now)
	}
	rows, err := q.Query(ctx, query, args...)
	return database.Scan(rows, err, scanVariant(v.buyer.Currency))
}

// variantsSold is variants with the product of each, without texts and prices, and which of some collections this stands in. Served by
// collection_product (shop_id, product_id, collection_id) beside what serves variants.
func (s store) variantsSold(ctx context.Context, q database.Querier, v view, now time.Time, ids, collections []uuid.UUID) ([]*Variant, error) {
	in, args := "''", []any{string(v.buyer.Currency), ids}
	if len(collections) > 0 {
		in, args = `coalesce((SELECT string_agg(m.collection_id::text, ' ') FROM collection_product m
			WHERE m.shop_id = v.shop_id AND m.product_id = v.product_id AND m.collection_id = ANY($4)), '')`, append(args, collections)
	}
	query := "SELECT " + in + ", " + productColumns(0) + ", " + variantColumns + " FROM " + variantFrom + " JOIN product p ON p.shop_id = v.shop_id AND p.id = v.product_id WHERE v.shop_id = $1 AND v.id = ANY($3)"
	if !v.all {
		args = append(args, now)
		query += v.visible("$" + strconv.Itoa(len(args)+1))
	}
	rows, err := q.Query(ctx, query, args...)
	var stands string
	product, variant := scanProduct(0, v.buyer.Currency, &stands), scanVariant(v.buyer.Currency)
	known := make(map[uuid.UUID]*Product, len(ids))
	var places []any // of a product and then of a variant, the same for all rows
	return database.Scan(rows, err, func(scan func(...any) error) (*Variant, error) {
		var of *Product
		one, err := variant(func(ofVariant ...any) (err error) {
			of, err = product(func(ofProduct ...any) error {
				if places == nil {
					places = slices.Concat(ofProduct, ofVariant)
				}
				return scan(places...)
			})
			return err
		})
		if err != nil {
			return nil, err
		}
		if known[one.ProductID] == nil {
			known[one.ProductID] = of
		}
		one.Of = known[one.ProductID]
		for id := range strings.FieldsSeq(stands) {
			collection, err := uuid.Parse(id)
			if err != nil {
				return nil, err
			}
			one.In = append(one.In, collection)
		}
		return one, nil
	})
}

// variantsOfProducts reads the first variants of products. Served by variant (shop_id, product_id, position, id) and
// variant_price (shop_id, variant_id, currency).
func (s store) variantsOfProducts(ctx context.Context, q database.Querier, currency money.Currency, w keyset.Window, o keyset.Order, ids []uuid.UUID) ([]owned[*Variant], error) {
	where, more := w.Where(4)
	order := o.ID + w.Direction()
	if o.Column != "" {
		order = o.Column + w.Direction() + ", " + order
	}
	query := database.PerParent{
		Columns: variantColumns, From: variantFrom, Where: "v.shop_id = $1" + where, Parent: "v.product_id", Order: order, Limit: w.Limit + 1, Arg: 3,
	}.SQL(q.Dialect())
	var skip int64
	var parent uuid.UUID
	one := scanVariant(currency, &skip, &parent)
	rows, err := q.Query(ctx, query, append([]any{string(currency), ids}, more...)...)
	return database.Scan(rows, err, func(scan func(...any) error) (owned[*Variant], error) {
		v, err := one(scan)
		return owned[*Variant]{parent, v}, err
	})
}

// allVariantsOfProducts reads every variant of products, in order. Served by variant (shop_id, product_id, position, id).
func (s store) allVariantsOfProducts(ctx context.Context, q database.Querier, currency money.Currency, ids []uuid.UUID) ([]*Variant, error) {
	rows, err := q.Query(ctx, "SELECT "+variantColumns+" FROM "+variantFrom+" WHERE v.shop_id = $1 AND v.product_id = ANY($3) ORDER BY v.product_id, v.position, v.id", string(currency), ids)
	return database.Scan(rows, err, scanVariant(currency))
}

// options reads the options of products with their values. Served by product_option (shop_id, product_id, position) and
// option_value (shop_id, product_id, option_id, position).
func (s store) options(ctx context.Context, q database.Querier, ids []uuid.UUID) (map[uuid.UUID][]*Option, error) {
	rows, err := q.Query(ctx, `SELECT o.product_id, o.id, o.name, w.id, w.name, w.swatch_color FROM product_option o
 JOIN option_value w ON w.shop_id = o.shop_id AND w.product_id = o.product_id AND w.option_id = o.id
 WHERE o.shop_id = $1 AND o.product_id = ANY($2) ORDER BY o.product_id, o.position, w.position, w.id`, ids)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := make(map[uuid.UUID][]*Option, len(ids))
	for rows.Next() {
		var product, option, value uuid.UUID
		var name, valueName, color string
		if err := rows.Scan(&product, &option, &name, &value, &valueName, &color); err != nil {
			return nil, err
		}
		list := out[product]
		if n := len(list); n == 0 || list[n-1].ID.UUID != option {
			list = append(list, &Option{ID: gid.New("ProductOption", option), Name: name})
			out[product] = list
		}
		last := list[len(list)-1]
		last.OptionValues = append(last.OptionValues, &OptionValue{ID: gid.New("ProductOptionValue", value), ProductID: product, Name: valueName, Color: color, option: name})
	}
	return out, rows.Err()
}

const imageColumns = `m.id, m.product_id, m.alt, m.source, m.width, m.height, m.thumbhash`

func (s store) scanImage(lead ...any) func(scan func(...any) error) (*Image, error) {
	var row struct {
		Image
		id            uuid.UUID
		owner         *uuid.UUID
		alt, thumb    string
		width, height int
	}
	places := slices.Concat(lead, []any{&row.id, &row.owner, &row.alt, &row.source, &row.width, &row.height, &row.thumb})
	return func(scan func(...any) error) (*Image, error) {
		if err := scan(places...); err != nil {
			return nil, err
		}
		i := row.Image
		public := gid.New("ProductImage", row.id)
		i.base, i.ID, i.AltText, i.Thumbhash = s.files, &public, optional(row.alt), optional(row.thumb)
		i.owner = database.OrNil(row.owner)
		if row.width > 0 && row.height > 0 {
			size := [2]int{row.width, row.height}
			i.Width, i.Height = &size[0], &size[1]
		}
		return &i, nil
	}
}

// images reads pictures by id. Served by the primary key.
func (s store) images(ctx context.Context, q database.Querier, ids []uuid.UUID) ([]*Image, error) {
	rows, err := q.Query(ctx, "SELECT "+imageColumns+" FROM media m WHERE m.shop_id = $1 AND m.id = ANY($2)", ids)
	return database.Scan(rows, err, s.scanImage())
}

// imagesOfProducts reads the first pictures of products. Served by media (shop_id, product_id, position, id).
func (s store) imagesOfProducts(ctx context.Context, q database.Querier, w keyset.Window, ids []uuid.UUID) ([]owned[*Image], error) {
	where, more := w.Where(3)
	query := database.PerParent{
		Columns: "m.position, " + imageColumns, From: "media m", Where: "m.shop_id = $1" + where, Parent: "m.product_id",
		Order: "m.position" + w.Direction() + ", m.id" + w.Direction(), Limit: w.Limit + 1, Arg: 2,
	}.SQL(q.Dialect())
	var skip, position int64
	var parent uuid.UUID
	one := s.scanImage(&skip, &parent, &position)
	rows, err := q.Query(ctx, query, append([]any{ids}, more...)...)
	return database.Scan(rows, err, func(scan func(...any) error) (owned[*Image], error) {
		i, err := one(scan)
		if i != nil {
			i.place = position
		}
		return owned[*Image]{parent, i}, err
	})
}

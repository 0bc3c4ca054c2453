package cart

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/platform/database"
)

// store holds every statement of this package.
type store struct{}

type scan = func(...any) error

const cartColumns = `c.id, c.key_hash, c.state, c.version, c.currency, c.country, c.language, c.customer_id, c.email, c.phone, c.note, c.attributes, c.discount_codes,
 c.gift_cards, c.delivery_addresses, c.billing_address, c.delivery_options, c.payment, c.metafields, c.preferences, c.order_id, c.expires_at, c.created_at, c.updated_at`

// deliveryChoice is the delivery_options column.
type deliveryChoice struct {
	Handle string `json:"handle,omitempty"`
}

// scanCart reads a cart's own columns, then more.
func scanCart(scan scan, c *Stored, more ...any) error {
	var state, currency string
	var customerID, order uuid.NullUUID
	var attributes database.JSON[[]*Attribute]
	var codes database.JSON[[]string]
	var cards database.JSON[[]uuid.UUID]
	var addresses database.JSON[[]StoredAddress]
	var billing database.JSON[*customer.Postal]
	var chosen database.JSON[deliveryChoice]
	var payment database.JSON[*Payment]
	var metafields database.JSON[[]StoredMetafield]
	var preferences database.JSON[*Preferences]
	err := scan(append([]any{&c.ID, &c.KeyHash, &state, &c.Version, &currency, &c.Country, &c.Language, &customerID, &c.Email, &c.Phone, &c.Note, &attributes, &codes,
		&cards, &addresses, &billing, &chosen, &payment, &metafields, &preferences, &order, &c.ExpiresAt, &c.CreatedAt, &c.UpdatedAt}, more...)...)
	c.State, c.Currency, c.CustomerID, c.OrderID = State(state), money.Currency(currency), pointer(customerID), pointer(order)
	c.Attributes, c.DiscountCodes, c.GiftCards, c.Addresses, c.Billing = attributes.V, codes.V, cards.V, addresses.V, billing.V
	c.Delivery, c.Payment, c.Metafields, c.Preferences = chosen.V.Handle, payment.V, metafields.V, preferences.V
	c.ExpiresAt, c.CreatedAt, c.UpdatedAt = c.ExpiresAt.UTC(), c.CreatedAt.UTC(), c.UpdatedAt.UTC()
	return err
}

func pointer(id uuid.NullUUID) *uuid.UUID {
	if !id.Valid {
		return nil
	}
	return &id.UUID
}

func nullable(id *uuid.UUID) uuid.NullUUID {
	if id == nil {
		return uuid.NullUUID{}
	}
	return uuid.NullUUID{UUID: *id, Valid: true}
}

const lineColumns = "l.id, l.variant_id, l.quantity, l.attributes, l.attributes_key, l.created_at"

// ofCart and ofLine are how many columns a row has of each.
var ofCart, ofLine = strings.Count(cartColumns, ",") + 1, strings.Count(lineColumns, ",") + 1

// loadText gives a cart and then its lines. The join that joins nothing tells SQLite of which types the columns of lines are.
var loadText = fmt.Sprintf(`SELECT 0, %[1]s, %[2]s FROM cart c LEFT JOIN cart_line l ON 1 = 0 WHERE c.shop_id = $1 AND c.id = $2
	UNION ALL SELECT 1, %[3]s%[2]s FROM cart_line l WHERE l.shop_id = $1 AND l.cart_id = $2 ORDER BY 1, %[4]d`,
	cartColumns, lineColumns, strings.Repeat("NULL, ", ofCart), ofCart+2)

// load reads a cart with its lines, in one statement: a row for the cart, then one for each line. Served by the primary key and
// cart_line (shop_id, cart_id, …). Fails with sql.ErrNoRows.
func (s store) load(ctx context.Context, q database.Querier, id uuid.UUID) (*Stored, error) {
	rows, err := q.Query(ctx, loadText, id)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return nil, cmp.Or(rows.Err(), sql.ErrNoRows)
	}
	// The first row is that of the cart, if it is there.
	c, what := &Stored{}, 0
	behind := database.Skipped(rows, ofLine)
	err = scanCart(func(places ...any) error { return rows.Scan(append([]any{&what}, places...)...) }, c, behind...)
	if what != 0 {
		return nil, sql.ErrNoRows
	}
	if err != nil {
		return nil, err
	}
	line := scanLine(append([]any{&what}, database.Skipped(rows, ofCart)...)...)
	for rows.Next() {
		l, err := line(rows.Scan)
		if err != nil {
			return nil, err
		}
		c.Lines = append(c.Lines, l)
	}
	return c, rows.Err()
}

// scanLine reads lineColumns, after what is given to be read first.
func scanLine(lead ...any) func(scan) (StoredLine, error) {
	var row struct {
		StoredLine
		attributes database.JSON[[]*Attribute]
	}
	places := slices.Concat(lead, []any{&row.ID, &row.VariantID, &row.Quantity, &row.attributes, &row.key, &row.CreatedAt})
	return func(scan scan) (StoredLine, error) {
		row.attributes.V = nil
		err := scan(places...)
		l := row.StoredLine
		l.Attributes, l.CreatedAt = row.attributes.V, l.CreatedAt.UTC()
		return l, err
	}
}

// lock locks a cart and reads it with its lines. The lines are a statement of their own: one that waited for the lock
// would show them as they were before. Fails with sql.ErrNoRows.
func (s store) lock(ctx context.Context, tx database.Tx, id uuid.UUID) (*Stored, error) {
	c := &Stored{}
	rows, err := tx.Query(ctx, "SELECT "+cartColumns+" FROM cart c WHERE c.shop_id = $1 AND c.id = $2 FOR UPDATE", id)
	found, err := database.Scan(rows, err, func(scan scan) (none struct{}, err error) { return none, scanCart(scan, c) })
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, sql.ErrNoRows
	}
	rows, err = tx.Query(ctx, "SELECT "+lineColumns+" FROM cart_line l WHERE l.shop_id = $1 AND l.cart_id = $2 ORDER BY l.id", id)
	c.Lines, err = database.Scan(rows, err, scanLine())
	return c, err
}

var writeColumns = []string{"id", "shop_id", "created_at", "updated_at", "key_hash", "state", "version", "currency", "country", "language", "customer_id", "email", "phone",
	"note", "attributes", "discount_codes", "gift_cards", "delivery_addresses", "billing_address", "delivery_options", "payment", "metafields", "preferences", "order_id", "expires_at"}

// values are what a cart's row holds, from the currency on.
func (c *Stored) values() []any {
	return []any{string(c.Currency), c.Country, c.Language, nullable(c.CustomerID), c.Email, c.Phone, c.Note, database.JSON[[]*Attribute]{V: c.Attributes},
		database.JSON[[]string]{V: c.DiscountCodes}, database.JSON[[]uuid.UUID]{V: c.GiftCards}, database.JSON[[]StoredAddress]{V: c.Addresses},
		database.JSON[*customer.Postal]{V: c.Billing}, database.JSON[deliveryChoice]{V: deliveryChoice{c.Delivery}}, database.JSON[*Payment]{V: c.Payment},
		database.JSON[[]StoredMetafield]{V: c.Metafields}, database.JSON[*Preferences]{V: c.Preferences}, nullable(c.OrderID), c.ExpiresAt}
}

// insert writes a new cart with its lines.
func (s store) insert(ctx context.Context, tx database.Tx, c *Stored) error {
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	row := append([]any{c.ID, shop, c.CreatedAt, c.UpdatedAt, c.KeyHash, string(c.State), c.Version}, c.values()...)
	if err := database.Insert(ctx, tx, "cart", writeColumns, [][]any{row}, ""); err != nil {
		return err
	}
	return s.putLines(ctx, tx, shop, c.ID, c.Lines, c.UpdatedAt)
}

// update writes a locked cart over what it was.
func (s store) update(ctx context.Context, tx database.Tx, was, is *Stored) error {
	shop, err := database.Shop(ctx)
	if err != nil {
		return err
	}
	gone, put := difference(was.Lines, is.Lines)
	if len(gone) > 0 {
		if _, err := tx.Exec(ctx, "DELETE FROM cart_line WHERE shop_id = $1 AND cart_id = $2 AND id = ANY($3)", is.ID, gone); err != nil {
			return err
		}
	}
	if err := s.putLines(ctx, tx, shop, is.ID, put, is.UpdatedAt); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE cart SET updated_at = $3, version = version + 1, currency = $4, country = $5, language = $6, customer_id = $7, email = $8, phone = $9,
		note = $10, attributes = $11, discount_codes = $12, gift_cards = $13, delivery_addresses = $14, billing_address = $15, delivery_options = $16, payment = $17,
		metafields = $18, preferences = $19, order_id = $20, expires_at = $21 WHERE shop_id = $1 AND id = $2`, append([]any{is.ID, is.UpdatedAt}, is.values()...)...)
	return err
}

// difference tells which lines have to go and which have to be written. A line that became another variant's goes and
// comes back under its id, because two lines may trade places.
func difference(was, is []StoredLine) (gone []uuid.UUID, put []StoredLine) {
	old := make(map[uuid.UUID]StoredLine, len(was))
	for _, l := range was {
		old[l.ID] = l
	}
	for _, l := range is {
		before, there := old[l.ID]
		moved := there && (before.VariantID != l.VariantID || before.key != l.key)
		if moved {
			gone = append(gone, l.ID)
		}
		if !there || moved || before.Quantity != l.Quantity {
			put = append(put, l)
		}
		delete(old, l.ID)
	}
	for _, l := range was {
		if _, left := old[l.ID]; left {
			gone = append(gone, l.ID)
		}
	}
	return gone, put
}

// putLines writes lines. Served by cart_line (shop_id, cart_id, variant_id, attributes_key).
func (s store) putLines(ctx context.Context, tx database.Tx, shop, cart uuid.UUID, lines []StoredLine, now time.Time) error {
	rows := make([][]any, 0, len(lines))
	for _, l := range lines {
		rows = append(rows, []any{l.ID, shop, l.CreatedAt, now, cart, l.VariantID, l.Quantity, database.JSON[[]*Attribute]{V: l.Attributes}, l.key})
	}
	return database.Insert(ctx, tx, "cart_line", []string{"id", "shop_id", "created_at", "updated_at", "cart_id", "variant_id", "quantity", "attributes", "attributes_key"}, rows,
		"ON CONFLICT (shop_id, cart_id, variant_id, attributes_key) DO UPDATE SET quantity = excluded.quantity, updated_at = excluded.updated_at")
}

// setState moves a cart from a state to the next; one reads what came of it.
func (s store) setState(ctx context.Context, tx database.Tx, one func(changed int64) error, id uuid.UUID, from, to State, order *uuid.UUID, now time.Time) error {
	return tx.Later(ctx, one, `UPDATE cart SET state = $4, order_id = $5, version = version + 1, updated_at = $6, expires_at = $7 WHERE shop_id = $1 AND id = $2 AND state = $3`,
		id, string(from), string(to), nullable(order), now, now.Add(Lifetime))
}

// standing reads how often a cart has changed. Served by the primary key.
func (s store) standing(ctx context.Context, q database.Querier, id uuid.UUID) (version int64, state State, err error) {
	err = q.QueryRow(ctx, `SELECT version, state FROM cart WHERE shop_id = $1 AND id = $2`, id).Scan(&version, &state)
	return version, state, err
}

// take moves an open cart of a version to being completed; one reads what came of it.
func (s store) take(ctx context.Context, tx database.Tx, one func(changed int64) error, id uuid.UUID, version int64, now time.Time) error {
	return tx.Later(ctx, one, `UPDATE cart SET state = $3, version = version + 1, updated_at = $4, expires_at = $5 WHERE shop_id = $1 AND id = $2 AND state = 'open' AND version = $6`,
		id, string(Completing), now, now.Add(Lifetime), version)
}

// expire removes carts that ran out, with their lines and the attempts to buy them. Served by cart (shop_id, expires_at),
// and by cart_line and checkout_attempt (shop_id, cart_id, …).
func (s store) expire(ctx context.Context, tx database.Tx, now time.Time, limit int) (int64, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM cart WHERE shop_id = $1 AND expires_at <= $2 AND state <> 'completing' ORDER BY expires_at LIMIT $3 FOR UPDATE SKIP LOCKED`, now, limit)
	ids, err := database.IDs(rows, err)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	for _, table := range []string{"cart_line", "checkout_attempt"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE shop_id = $1 AND cart_id = ANY($2)", ids); err != nil {
			return 0, err
		}
	}
	return tx.Exec(ctx, "DELETE FROM cart WHERE shop_id = $1 AND id = ANY($2)", ids)
}

// members tells which of the products stand in which of the collections. It asks for no more than discounts name, where
// the catalog would read whole collections. Served by collection_product (shop_id, product_id, collection_id).
func (s store) members(ctx context.Context, q database.Querier, products, collections []uuid.UUID) (map[uuid.UUID][]uuid.UUID, error) {
	rows, err := q.Query(ctx, `SELECT product_id, collection_id FROM collection_product WHERE shop_id = $1 AND product_id = ANY($2) AND collection_id = ANY($3)
		ORDER BY product_id, collection_id`, products, collections)
	out := map[uuid.UUID][]uuid.UUID{}
	_, err = database.Scan(rows, err, func(scan scan) (none struct{}, err error) {
		var product, collection uuid.UUID
		if err = scan(&product, &collection); err == nil {
			out[product] = append(out[product], collection)
		}
		return none, err
	})
	return out, err
}

// exempt tells whether no tax is taken of what a customer buys. Served by the primary key.
func (s store) exempt(ctx context.Context, q database.Querier, customer uuid.UUID) (exempt bool, err error) {
	err = q.QueryRow(ctx, `SELECT tax_exempt FROM customer WHERE shop_id = $1 AND id = $2`, customer).Scan(&exempt)
	if database.NoRows(err) {
		err = nil
	}
	return exempt, err
}

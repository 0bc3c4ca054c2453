package privacy

import (
	"context"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// section is one part of an export: some columns of the rows that are the person's. The condition's $2 is the account, and
// $3 its email, where that is proven; secrets and their hashes are no columns of any section.
type section struct {
	name    string
	columns string // each as "name kind", comma separated
	from    string
	args    func(p *person) []any
}

const ownOrders = `order_id IN (SELECT id FROM orders WHERE shop_id = $1 AND (customer_id = $2 OR email = $3))`

func byID(p *person) []any    { return []any{p.id} }
func byBoth(p *person) []any  { return []any{p.id, p.proven} }
func byLabel(p *person) []any { return []any{gid.New("Customer", p.id).String()} }

// sections are the registry: everything that is kept about a person.
var sections = []section{
	{"account", "id id, email text, verified_email bool, first_name text, last_name text, phone text, state text, locale text, note text, tags json, accepts_marketing bool, marketing_level text, marketing_at time, tax_exempt bool, orders_count int, created_at time, updated_at time, erase_at time",
		"customer WHERE shop_id = $1 AND id = $2", byID},
	{"addresses", "id id, first_name text, last_name text, company text, address1 text, address2 text, city text, province_code text, country_code text, zip text, phone text, created_at time, updated_at time",
		"address WHERE shop_id = $1 AND customer_id = $2 ORDER BY id", byID},
	{"groups", "name text, handle text", "customer_group WHERE shop_id = $1 AND id IN (SELECT group_id FROM customer_group_member WHERE shop_id = $1 AND customer_id = $2) ORDER BY id", byID},
	{"sessions", "created_at time, last_used_at time, expires_at time, revoked_at time", "session WHERE shop_id = $1 AND subject_id = $2 AND kind = 'customer' ORDER BY id", byID},
	{"mailedLinks", "purpose text, created_at time, expires_at time, used_at time", "customer_token WHERE shop_id = $1 AND customer_id = $2 ORDER BY id", byID},
	{"signInProviders", "provider_id id, subject text, created_at time", "external_identity WHERE shop_id = $1 AND account_id = $2 ORDER BY id", byID},
	{"metafields", "namespace text, key text, type text, value text", "metafield WHERE shop_id = $1 AND owner_id = $2 ORDER BY namespace, key", byID},
	{"orderMetafields", "owner_id id, namespace text, key text, type text, value text",
		"metafield WHERE shop_id = $1 AND owner_id IN (SELECT id FROM orders WHERE shop_id = $1 AND (customer_id = $2 OR email = $3)) ORDER BY owner_id, namespace, key", byBoth},
	{"carts", "id id, state text, currency text, country text, language text, email text, phone text, note text, attributes json, discount_codes json, delivery_addresses json, billing_address json, preferences json, created_at time, updated_at time, expires_at time",
		"cart WHERE shop_id = $1 AND (customer_id = $2 OR email = $3) ORDER BY id", byBoth},
	{"cartLines", "cart_id id, variant_id id, quantity int, attributes json", "cart_line WHERE shop_id = $1 AND cart_id IN (SELECT id FROM cart WHERE shop_id = $1 AND (customer_id = $2 OR email = $3)) ORDER BY id", byBoth},
	{"orders", "id id, name text, email text, phone text, currency text, subtotal int, discount_total int, shipping_total int, tax_total int, total int, gift_card_total int, refunded_total int, financial_status text, fulfillment_status text, cancel_reason text, processed_at time, canceled_at time, shipping_address json, billing_address json, attributes json, note text, tags json, locale text, country text",
		"orders WHERE shop_id = $1 AND (customer_id = $2 OR email = $3) ORDER BY id", byBoth},
	{"orderLines", "order_id id, title text, variant_title text, sku text, quantity int, unit_price int, total int, attributes json", "order_line WHERE shop_id = $1 AND " + ownOrders + " ORDER BY id", byBoth},
	{"orderEvents", "order_id id, kind text, message text, created_at time", "order_event WHERE shop_id = $1 AND " + ownOrders + " ORDER BY id", byBoth},
	{"payments", "order_id id, kind text, gateway text, amount int, currency text, status text", "payment_transaction WHERE shop_id = $1 AND " + ownOrders + " ORDER BY id", byBoth},
	{"refunds", "order_id id, amount int, currency text, note text, status text, created_at time", "refund WHERE shop_id = $1 AND " + ownOrders + " ORDER BY id", byBoth},
	{"fulfillments", "order_id id, status text, tracking_company text, tracking_number text, tracking_url text, created_at time", "fulfillment WHERE shop_id = $1 AND " + ownOrders + " ORDER BY id", byBoth},
	{"giftCards", "last_characters text, currency text, initial_amount int, balance int, expires_at time, note text", "gift_card WHERE shop_id = $1 AND customer_id = $2 ORDER BY id", byID},
	{"discountUses", "discount_id id, order_id id, created_at time", "discount_usage WHERE shop_id = $1 AND buyer IN ($2, $3) ORDER BY id", func(p *person) []any { return []any{"customer:" + p.id.String(), "email:" + p.proven} }},
	{"record", "action text, created_at time, data json", "audit_entry WHERE shop_id = $1 AND resource = $2 ORDER BY id", byLabel},
}

// Export gives everything that is kept about a person, by section, and records that it was asked for. It is kept nowhere.
func (s *Service) Export(ctx context.Context, id gid.ID) (out map[string]any, problems fault.Problems, err error) {
	err = s.DB.InTx(ctx, func(tx database.Tx) error {
		out, problems = map[string]any{}, nil
		var p *person
		if id.Type == "Customer" {
			var err error
			if p, err = lockPerson(ctx, tx, id.UUID); err != nil {
				return err
			}
		}
		if p == nil {
			problems = fault.Problems{{Field: []string{"customerId"}, Code: "NOT_FOUND", Message: "There is no such customer."}}
			return nil
		}
		for _, part := range sections {
			rows, err := readSection(ctx, tx, part, p)
			if err != nil {
				return err
			}
			out[part.name] = rows
		}
		out["exportedAt"] = s.Clock.Now()
		return s.Audit.Audit(ctx, tx, "customer.exported", gid.New("Customer", p.id).String(), nil)
	})
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	return out, nil, nil
}

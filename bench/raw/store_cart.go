package raw

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

type cartPage struct {
	Cart *cart `json:"cart"`
}

type cart struct {
	ID       string          `json:"id"`
	Quantity int64           `json:"totalQuantity"`
	Lines    nodes[cartLine] `json:"lines"`
	Cost     struct {
		Subtotal amount `json:"subtotalAmount"`
		Total    amount `json:"totalAmount"`
	} `json:"cost"`
	Groups nodes[deliveryGroup] `json:"deliveryGroups"`
	Buyer  struct {
		Email   string `json:"email"`
		Country string `json:"countryCode"`
	} `json:"buyerIdentity"`
}

type cartLine struct {
	ID       string `json:"id"`
	Quantity int64  `json:"quantity"`
	Cost     struct {
		Each     amount `json:"amountPerQuantity"`
		Subtotal amount `json:"subtotalAmount"`
		Total    amount `json:"totalAmount"`
	} `json:"cost"`
	Merchandise struct {
		ID        string   `json:"id"`
		Title     string   `json:"title"`
		SKU       string   `json:"sku"`
		Available bool     `json:"availableForSale"`
		Image     *picture `json:"image"`
		Product   struct {
			Title  string `json:"title"`
			Handle string `json:"handle"`
			Vendor string `json:"vendor"`
		} `json:"product"`
	} `json:"merchandise"`
}

type deliveryGroup struct {
	Options  []deliveryOption `json:"deliveryOptions"`
	Selected *struct {
		Handle string `json:"handle"`
	} `json:"selectedDeliveryOption"`
}

type deliveryOption struct {
	Handle      string `json:"handle"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Cost        amount `json:"estimatedCost"`
}

// errBeyond is a cart that needs what was not written by hand: taxes on top, and discounts that apply.
var errBeyond = errors.New("this cart has a discount or a tax, which the handler does not know")

// cart is a cart with its lines, prices and ways to deliver: two trips to the database. It adds up by itself; what lowers or
// raises the price it only looks for, and fails where there is such.
func (s *Server) cart(ctx context.Context, raw json.RawMessage) (any, error) {
	in, err := variables[struct {
		ID string `json:"id"`
	}](raw)
	if err != nil {
		return nil, err
	}
	text, key, _ := strings.Cut(strings.TrimPrefix(in.ID, "gid://rialto/Cart/"), "?key=")
	id, err := uuid.Parse(text)
	if err != nil {
		return nil, err
	}
	c := &cart{ID: in.ID}
	row := s.pool.QueryRow(ctx, "SELECT "+cartColumns+" FROM cart WHERE shop_id = $1 AND id = $2 AND expires_at > now()", s.shop, id)
	to, err := c.read(row, key)
	if missing(err) || errors.Is(err, errUnsold) {
		return cartPage{}, nil
	}
	if err != nil {
		return nil, err
	}
	return cartPage{c}, s.price(ctx, c, id, to)
}

const cartColumns = "key_hash, email, country, delivery_addresses, delivery_options"

// destination is where a cart goes, and how.
type destination struct{ country, province, handle string }

// read reads a row of cartColumns, for whoever has the cart's key.
func (c *cart) read(row pgx.Row, key string) (to destination, err error) {
	var hash []byte
	var addresses []struct {
		Address struct {
			Country  string `json:"countryCode"`
			Province string `json:"provinceCode"`
		} `json:"address"`
		Selected bool `json:"selected"`
	}
	var chosen struct {
		Handle string `json:"handle"`
	}
	if err := row.Scan(&hash, &c.Buyer.Email, &c.Buyer.Country, &addresses, &chosen); err != nil {
		return to, err
	}
	if sum := sha256.Sum256([]byte(key)); subtle.ConstantTimeCompare(sum[:], hash) != 1 {
		return to, errUnsold
	}
	to = destination{country: c.Buyer.Country, handle: chosen.Handle}
	for _, a := range addresses {
		if a.Selected {
			to.country, to.province = a.Address.Country, a.Address.Province
		}
	}
	return to, nil
}

// price reads the lines of a cart and adds up what it costs.
func (s *Server) price(ctx context.Context, c *cart, id uuid.UUID, to destination) error {
	subtotal, err := s.cartLines(ctx, c, id, to.country, to.province)
	if err != nil {
		return err
	}
	freight := c.deliver(s.zones, to.country, subtotal, to.handle)
	c.Cost.Subtotal, c.Cost.Total = dollars(subtotal), dollars(subtotal+freight)
	return nil
}

// cartLines reads the lines, and looks for taxes and for discounts that could apply.
func (s *Server) cartLines(ctx context.Context, c *cart, id uuid.UUID, country, province string) (subtotal int64, err error) {
	c.Lines.Nodes = make([]cartLine, 0, 10)
	b := &pgx.Batch{}
	b.Queue(`SELECT l.id, l.quantity, v.id, v.title, v.sku, v.tracked, v.oversell, vp.amount, p.title, p.handle, p.vendor, m.source, m.alt,
			(SELECT coalesce(sum(i.on_hand - i.reserved), 0)::bigint FROM inventory_level i JOIN location o ON o.id = i.location_id
				WHERE i.shop_id = v.shop_id AND i.variant_id = v.id AND o.active AND o.fulfills_online)
		FROM cart_line l JOIN variant v ON v.id = l.variant_id JOIN variant_price vp ON vp.shop_id = v.shop_id AND vp.variant_id = v.id AND vp.currency = 'USD'
		JOIN product p ON p.id = v.product_id LEFT JOIN media m ON m.id = v.media_id
		WHERE l.shop_id = $1 AND l.cart_id = $2 AND p.status = 'active' AND p.published_at <= now() ORDER BY l.id`, s.shop, id).Query(func(r pgx.Rows) error {
		for r.Next() {
			price, err := s.scanLine(r, c)
			if err != nil {
				return err
			}
			subtotal += price
		}
		return r.Err()
	})
	beyond := false
	b.Queue(`SELECT d.config, array(SELECT m.collection_id::text FROM collection_product m JOIN variant v ON v.product_id = m.product_id JOIN cart_line l ON l.variant_id = v.id
			WHERE m.shop_id = $1 AND v.shop_id = $1 AND l.shop_id = $1 AND l.cart_id = $2) FROM discount d
		WHERE d.shop_id = $1 AND d.method = 'automatic' AND d.enabled AND d.starts_at <= now() AND (d.ends_at IS NULL OR d.ends_at > now()) ORDER BY d.priority DESC, d.id LIMIT 100`, s.shop, id).Query(func(r pgx.Rows) error {
		for r.Next() {
			var config struct {
				Target struct {
					Collections []string `json:"collections"`
				} `json:"target"`
			}
			var in []string
			if err := r.Scan(&config, &in); err != nil {
				return err
			}
			beyond = beyond || len(config.Target.Collections) == 0 || slices.ContainsFunc(in, func(id string) bool { return slices.Contains(config.Target.Collections, id) })
		}
		return r.Err()
	})
	b.Queue("SELECT EXISTS (SELECT 1 FROM tax_rate WHERE shop_id = $1 AND country = $2 AND province IN ('', $3))", s.shop, country, province).QueryRow(func(r pgx.Row) error {
		var taxed bool
		err := r.Scan(&taxed)
		beyond = beyond || taxed
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return 0, err
	}
	if beyond {
		return 0, fmt.Errorf("cart %s: %w", id, errBeyond)
	}
	return subtotal, nil
}

func (s *Server) scanLine(r pgx.Rows, c *cart) (total int64, err error) {
	var id, variant uuid.UUID
	var l cartLine
	var tracked, oversell bool
	var price, stock int64
	var source, alt *string
	m := &l.Merchandise
	if err := r.Scan(&id, &l.Quantity, &variant, &m.Title, &m.SKU, &tracked, &oversell, &price, &m.Product.Title, &m.Product.Handle, &m.Product.Vendor, &source, &alt, &stock); err != nil {
		return 0, err
	}
	l.ID, m.ID, m.Available = global("CartLine", id), global("ProductVariant", variant), !tracked || oversell || stock > 0
	if source != nil {
		m.Image = &picture{s.file(*source), *alt}
	}
	total = price * l.Quantity
	l.Cost.Each, l.Cost.Subtotal, l.Cost.Total = dollars(price), dollars(total), dollars(total)
	c.Quantity += l.Quantity
	c.Lines.Nodes = append(c.Lines.Nodes, l)
	return total, nil
}

// deliver lists the ways to deliver, and gives the price of the chosen one.
func (c *cart) deliver(zones []zone, country string, subtotal int64, chosen string) (price int64) {
	g := deliveryGroup{Options: []deliveryOption{}}
	for _, z := range zones {
		if !slices.Contains(z.countries, country) {
			continue
		}
		for _, t := range z.rates {
			if t.from != nil && subtotal < *t.from || t.to != nil && subtotal > *t.to {
				continue
			}
			g.Options = append(g.Options, deliveryOption{t.handle, t.title, t.description, dollars(t.amount)})
			if t.handle == chosen {
				price = t.amount
				g.Selected = &struct {
					Handle string `json:"handle"`
				}{t.handle}
			}
		}
	}
	c.Groups.Nodes = []deliveryGroup{g}
	return price
}

package seed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/commerce/identity"
)

// codes is how many discount codes there are.
const codes = 300

// person is what a customer is called, and where the first of the two addresses is. It follows from the number alone, so
// that orders and carts know it too.
func (f *filling) person(i int) (email string, home customer.Postal) {
	p := places[i%len(places)]
	first, last := firstNames[i*7%len(firstNames)], lastNames[i*11%len(lastNames)]
	return fmt.Sprintf("%s.%s.%d@example.com", strings.ToLower(first), strings.ToLower(last), i), customer.Postal{
		FirstName: first, LastName: last, Address1: fmt.Sprintf("%d Main Street", 1+i%900), City: p.city, ProvinceCode: p.province, CountryCode: "US", Zip: p.zip,
	}
}

// joined is when a customer came.
func (f *filling) joined(i int) time.Time {
	return f.Now.Add(-age + time.Duration(i)*(age/time.Duration(f.size.Customers+1))).Truncate(time.Microsecond)
}

func ids(n int, at func(i int) time.Time, r *rand.Rand) []uuid.UUID {
	list := make([]uuid.UUID, n)
	for i := range list {
		list[i] = idAt(at(i), r)
	}
	return list
}

func from(list []uuid.UUID) func(i int) uuid.UUID { return func(i int) uuid.UUID { return list[i] } }

func (f *filling) fillPeople(ctx context.Context) error {
	n := f.size.Customers
	r := chance("people")
	f.Customers = ids(n, f.joined, r)
	f.Addresses = ids(2*n, func(i int) time.Time { return f.joined(i / 2) }, r)
	ordered := make([]int64, n)
	for _, s := range f.sales {
		ordered[s.customer]++
	}
	err := f.w.put(ctx, "customer", "created_at updated_at email verified_email first_name last_name phone tags default_address_id orders_count", n, from(f.Customers), func(i int) []any {
		email, home := f.person(i)
		return []any{f.joined(i), f.joined(i), email, i%3 > 0, home.FirstName, home.LastName, fmt.Sprintf("+1503%07d", i), text([]string{fmt.Sprintf("group-%d", i%20)}), f.Addresses[2*i], ordered[i]}
	})
	if err != nil {
		return err
	}
	err = f.w.put(ctx, "address", "created_at updated_at customer_id first_name last_name address1 city province_code country_code zip", 2*n, from(f.Addresses), func(i int) []any {
		_, home := f.person(i / 2)
		if i%2 == 1 {
			home.Address1 = fmt.Sprintf("%d Side Street", 1+i%700)
		}
		return []any{f.joined(i / 2), f.joined(i / 2), f.Customers[i/2], home.FirstName, home.LastName, home.Address1, home.City, home.ProvinceCode, home.CountryCode, home.Zip}
	})
	if err != nil {
		return err
	}
	if err := f.putKeys(ctx); err != nil {
		return err
	}
	return f.putDiscounts(ctx)
}

// putKeys writes what people were given once: sessions, mailed secrets, gift cards, and what is remembered of mutations.
func (f *filling) putKeys(ctx context.Context) error {
	n := f.size.Customers
	hash := func(of string, i int) []byte { return identity.Digest(fmt.Sprintf("%s-%d", of, i)) }
	err := f.w.add(ctx, "session", "kind subject_id token_hash expires_at last_used_at created_at", n, f.joined, func(i int) []any {
		return []any{"customer", f.Customers[i], hash("session", i), f.Now.Add(24 * time.Hour), f.Now, f.joined(i)}
	})
	if err != nil {
		return err
	}
	err = f.w.add(ctx, "customer_token", "customer_id purpose token_hash expires_at created_at", n, f.joined, func(i int) []any {
		return []any{f.Customers[i], "reset", hash("token", i), f.Now.Add(time.Hour), f.joined(i)}
	})
	if err != nil {
		return err
	}
	f.GiftCards = ids(n, f.joined, chance("gift cards"))
	err = f.w.put(ctx, "gift_card", "created_at updated_at code_hash last_characters currency initial_amount balance", n, from(f.GiftCards), func(i int) []any {
		return []any{f.joined(i), f.joined(i), hash("card", i), "1234", string(f.rates[0].currency), int64(5000), int64(5000)}
	})
	if err != nil {
		return err
	}
	err = f.w.add(ctx, "gift_card_entry", "gift_card_id delta reason created_at", n, f.joined, func(i int) []any {
		return []any{f.GiftCards[i], int64(5000), "issue", f.joined(i)}
	})
	if err != nil {
		return err
	}
	err = f.w.add(ctx, "audit_entry", "actor action resource data created_at", n, f.joined, func(i int) []any {
		return []any{"staff:1", "productUpdate", "gid://rialto/Product/" + f.Products[i%len(f.Products)].ID.String(), "{}", f.joined(i)}
	})
	if err != nil {
		return err
	}
	return f.w.add(ctx, "idempotency_record", "actor key request_hash state lease_until expires_at created_at", n, f.joined, func(i int) []any {
		return []any{"storefront:1", fmt.Sprintf("key-%d", i), hash("request", i), "done", f.joined(i), f.Now.Add(time.Hour + time.Duration(i)*time.Minute), f.joined(i)}
	})
}

// putDiscounts writes codes, and one use by each customer.
func (f *filling) putDiscounts(ctx context.Context) error {
	n := f.size.Customers
	begun := func(i int) time.Time { return f.Now.Add(-age + time.Duration(i)*time.Hour) }
	list := ids(codes, begun, chance("discounts"))
	err := f.w.put(ctx, "discount", "created_at updated_at title method code kind config starts_at used", codes, from(list), func(i int) []any {
		used := int64(n / codes)
		if i < n%codes {
			used++
		}
		config := map[string]any{"ppm": 50_000 + i%5*10_000, "code": fmt.Sprintf("CODE-%d", i), "target": map[string]any{}, "combines": map[string]bool{"shipping": true}}
		return []any{begun(i), begun(i), fmt.Sprintf("Campaign %d", i), "code", fmt.Sprintf("code-%d", i), "percentage", text(config), begun(i), used}
	})
	if err != nil {
		return err
	}
	return f.w.add(ctx, "discount_usage", "discount_id ref buyer created_at", n, f.joined, func(i int) []any {
		return []any{list[i%codes], fmt.Sprintf("cart:%d", i), f.Customers[i].String(), f.joined(i)}
	})
}

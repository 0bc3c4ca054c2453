package tests

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// traces are what the database may hold of the person of these tests, each in no other place of the demo shop.
var traces = []string{"zuleika", "wintergreen", "zuleika.w@example.org", "15557654321", "77 Quillfeather", "Ombersley"}

// A person leaves traces wherever a shopper can; then what is kept is exported, the person is erased, and no column of any
// table holds a trace.
func TestNothingOfThePersonIsLeft(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		w := &shift{App: a, who: a.Owner(t)}
		id := w.person(t)
		w.buys(t, "a guest", "")
		token := apptest.String(a.Query(t, `mutation { customerAccessTokenCreate(input: {email: "zuleika.w@example.org", password: "a long enough password"}) { customerAccessToken { accessToken } } }`, nil), "customerAccessTokenCreate", "customerAccessToken", "accessToken")
		w.buys(t, "with an account", token)
		w.do(t, "staffCustomerUpdate", `mutation($id: ID!) { staffCustomerUpdate(input: {id: $id, note: "Zuleika calls on Mondays", tags: ["wintergreen"]}) { userErrors { message } } }`, vars{"id": id})
		b := ledgerOf(t, a)
		b.verify(t, id)
		before := b.sums(t)

		data, _ := w.do(t, "customerDataExport", `mutation($id: ID!) { customerDataExport(customerId: $id) { customerData userErrors { message } } }`, vars{"id": id})["customerData"].(map[string]any)
		for section, least := range map[string]int{"account": 1, "addresses": 1, "orders": 2, "orderLines": 2, "sessions": 1, "carts": 3, "record": 1} {
			if list, _ := data[section].([]any); len(list) < least {
				t.Errorf("%s: %d entries exported, want %d: %v", section, len(list), least, list)
			}
		}
		if apptest.String(data, "orders", 0, "shippingAddress", "firstName") != "Zuleika" || strings.Contains(fmt.Sprint(data), token) {
			t.Errorf("the export is not what it should be: %v", data["orders"])
		}

		w.do(t, "customerRequestDataErasure", `mutation($id: ID!) { customerRequestDataErasure(customerId: $id) { customerId userErrors { message } } }`, vars{"id": id})
		w.do(t, "customerCancelDataErasure", `mutation($id: ID!) { customerCancelDataErasure(customerId: $id) { customerId userErrors { message } } }`, vars{"id": id})
		if n, err := a.Privacy.Sweep(b.ctx, 10); n != 0 || err != nil {
			t.Fatal("somebody was erased who stayed", n, err)
		}
		w.do(t, "customerRequestDataErasure", `mutation($id: ID!) { customerRequestDataErasure(customerId: $id) { customerId userErrors { message } } }`, vars{"id": id})
		if n, err := a.Privacy.Sweep(b.ctx, 10); n != 0 || err != nil {
			t.Fatal("the delay was not waited for", n, err)
		}
		b.due(t, id)
		if found := b.traces(t); len(found) < 5 {
			t.Fatalf("the person left few traces, so that this proves little: %v", found)
		}
		for turn, want := range []int{1, 0} {
			if n, err := a.Privacy.Sweep(b.ctx, 10); n != want || err != nil {
				t.Fatalf("turn %d: %d erased, %v", turn, n, err)
			}
		}
		for place, text := range b.traces(t) {
			t.Errorf("%s holds %q", place, text)
		}
		if after := b.sums(t); after != before {
			t.Errorf("the books changed: %s, were %s", after, before)
		}
		if got := a.Query(t, `query($token: String!) { customer(customerAccessToken: $token) { id } }`, vars{"token": token})["customer"]; got != nil {
			t.Errorf("the session goes on: %v", got)
		}
		if got := w.codes(t, "staffCustomerUpdate", `mutation($id: ID!) { staffCustomerUpdate(input: {id: $id, firstName: "Zuleika"}) { userErrors { code field } } }`, vars{"id": id}); len(got) != 1 || !strings.HasPrefix(got[0], "CONFLICT") {
			t.Errorf("an erased person was written about: %v", got)
		}
	})
}

// ledgerOf looks into the database of a running app.
func ledgerOf(t *testing.T, a *apptest.App) books {
	t.Helper()
	shops, err := a.Shops.List(t.Context())
	if err != nil || len(shops) != 1 {
		t.Fatal(len(shops), err)
	}
	return books{db: a.DB, ctx: access.With(database.WithShop(t.Context(), shops[0]), access.Actor{Kind: access.System, Shop: shops[0]})}
}

// person opens an account with an address and a metafield, and asks for a mail.
func (w *shift) person(t *testing.T) string {
	t.Helper()
	id := apptest.String(w.Query(t, `mutation { customerCreate(input: {email: "zuleika.w@example.org", password: "a long enough password", firstName: "Zuleika", lastName: "Wintergreen", phone: "+15557654321"}) { customer { id } } }`, nil), "customerCreate", "customer", "id")
	w.do(t, "staffCustomerAddressCreate", `mutation($id: ID!) { staffCustomerAddressCreate(customerId: $id, address: {firstName: "Zuleika", lastName: "Wintergreen", address1: "77 Quillfeather Row", city: "Portland", provinceCode: "OR", countryCode: US, zip: "97201", phone: "+15557654321"}) { userErrors { message } } }`, vars{"id": id})
	w.do(t, "metafieldsSet", `mutation($id: ID!) { metafieldsSet(metafields: [{ownerId: $id, namespace: "custom", key: "nick", type: "single_line_text_field", value: "Wintergreen the Second"}]) { userErrors { message } } }`, vars{"id": id})
	w.Query(t, `mutation { customerRecover(email: "zuleika.w@example.org") { customerUserErrors { message } } }`, nil)
	return id
}

// buys buys something, as a guest or with a token, and leaves another cart behind.
func (w *shift) buys(t *testing.T, as, token string) {
	t.Helper()
	buyer := vars{"email": "zuleika.w@example.org", "phone": "+15557654321", "countryCode": "US"}
	if token != "" {
		buyer["customerAccessToken"] = token
	}
	input := vars{
		"note": "For Zuleika, from Ombersley", "attributes": []any{vars{"key": "to", "value": "Wintergreen"}}, "buyerIdentity": buyer,
		"lines": []any{vars{"merchandiseId": variantOf(t, w.App, "oak-chair"), "quantity": 1, "attributes": []any{vars{"key": "engraving", "value": "Zuleika"}}}},
		"delivery": vars{"addresses": []any{vars{"selected": true, "address": vars{"deliveryAddress": vars{
			"firstName": "Zuleika", "lastName": "Wintergreen", "address1": "77 Quillfeather Row", "city": "Portland", "provinceCode": "OR", "countryCode": "US", "zip": "97201", "phone": "+15557654321"}}}}},
	}
	var cart string
	for range 2 {
		cart = apptest.String(w.Query(t, newCart, vars{"input": input}), "cartCreate", "cart", "id")
	}
	done := w.Query(t, complete, vars{"cart": cart, "token": "tok_ok"}, apptest.Headers{"Idempotency-Key": "buy as " + as})
	order := apptest.String(done, "checkoutComplete", "order", "id")
	if order == "" {
		t.Fatalf("%s bought nothing: %v", as, done)
	}
	w.do(t, "orderUpdate", `mutation($id: ID!) { orderUpdate(input: {id: $id, note: "Wintergreen wants it wrapped"}) { userErrors { message } } }`, vars{"id": order})
}

// verify notes that mail to the account's email was answered.
func (b books) verify(t *testing.T, id string) {
	t.Helper()
	b.exec(t, `UPDATE customer SET verified_email = $3 WHERE shop_id = $1 AND id = $2`, id, true)
}

// due lets the delay be over.
func (b books) due(t *testing.T, id string) {
	t.Helper()
	b.exec(t, `UPDATE customer SET erase_at = $3 WHERE shop_id = $1 AND id = $2`, id, time.Now().Add(-time.Hour).UTC())
}

func (b books) exec(t *testing.T, statement, id string, arg any) {
	t.Helper()
	parsed, err := gid.Parse(id)
	if err != nil {
		t.Fatal(err)
	}
	err = b.db.InTx(b.ctx, func(tx database.Tx) error {
		_, err := tx.Exec(b.ctx, statement, parsed.UUID, arg)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sums are the amounts of all orders and lines, with the countries that their taxes follow from.
func (b books) sums(t *testing.T) (out string) {
	t.Helper()
	err := b.db.QueryRow(b.ctx, `SELECT CAST(count(*) AS TEXT) || ' ' || CAST(sum(total) AS TEXT) || ' ' || CAST(sum(tax_total) AS TEXT) || ' ' || min(country) || ' ' ||
		(SELECT CAST(sum(total) AS TEXT) FROM order_line WHERE shop_id = $1) FROM orders WHERE shop_id = $1 AND shipping_address IS NOT NULL AND CAST(shipping_address AS TEXT) LIKE '%OR%'`).Scan(&out)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// traces finds the person in the texts of all columns of all tables.
func (b books) traces(t *testing.T) map[string]string {
	t.Helper()
	ctx := database.AllShops(b.ctx)
	columns, cast := `SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'`, `lower(CAST(%s AS TEXT))`
	if b.db.Dialect() == database.SQLite {
		columns = `SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'search_%' AND m.name NOT LIKE 'sqlite_%'`
	}
	type column struct{ table, name, kind string }
	rows, err := b.db.SysQuery(ctx, columns)
	list, err := database.Scan(rows, err, func(scan func(...any) error) (c column, err error) { return c, scan(&c.table, &c.name, &c.kind) })
	if err != nil || len(list) < 300 {
		t.Fatal(len(list), err)
	}
	found := map[string]string{}
	for _, c := range list {
		text := strings.ReplaceAll(cast, "%s", `"`+c.name+`"`)
		if c.kind == "bytea" {
			text = `lower(encode("` + c.name + `", 'escape'))`
		}
		var hits []string
		for _, trace := range traces {
			hits = append(hits, text+" LIKE '%"+strings.ToLower(trace)+"%'")
		}
		rows, err := b.db.SysQuery(ctx, `SELECT `+text+` FROM "`+c.table+`" WHERE `+strings.Join(hits, " OR ")+` LIMIT 1`)
		texts, err := database.Scan(rows, err, func(scan func(...any) error) (s string, err error) { return s, scan(&s) })
		if err != nil {
			t.Fatal(c, err)
		}
		if len(texts) > 0 {
			found[c.table+"."+c.name] = texts[0]
		}
	}
	return found
}

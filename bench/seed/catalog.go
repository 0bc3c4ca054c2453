package seed

import (
	"context"
	"fmt"
	"html"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/money"
)

// age is how long ago the first product was made.
const age = 2 * 365 * 24 * time.Hour

// mostExpensive keeps prices below those that a rule of the demo shop's collections asks for.
const mostExpensive = 24_900

// fillCatalog draws all products, and writes them with everything that is part of them. What they sold is written with
// them, so it is drawn before: see plan.
func (f *filling) fillCatalog(ctx context.Context) error {
	f.plan()
	for _, step := range []func(context.Context) error{f.putProducts, f.putOptions, f.putVariants, f.putPrices, f.putMedia, f.putMetafields, f.putPages} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// plan draws the products.
func (f *filling) plan() {
	r := chance("products")
	first := f.Now.Add(-age)
	step := age / time.Duration(f.size.Products+1)
	wideEvery := 0
	if f.size.Wide > 0 {
		wideEvery = f.size.Products / f.size.Wide
	}
	f.Products = make([]Product, f.size.Products)
	for i := range f.Products {
		wide := wideEvery > 0 && i%wideEvery == 0 && i/wideEvery < f.size.Wide
		f.Products[i] = draw(r, i, first.Add(time.Duration(i)*step).Truncate(time.Microsecond), wide)
	}
	for _, v := range f.Variants() {
		draws := r.IntN(100)
		stock := int64(1 + skewed(r, 80))
		if draws < 6 {
			stock = 0 // sold out
		}
		v.OnHand = []int64{stock, stock * int64(r.IntN(2)) / 2}[:min(2, len(f.Locations))]
	}
	f.drawSales()
}

func draw(r *rand.Rand, i int, at time.Time, wide bool) Product {
	of := skewed(r, len(kinds))
	k := &kinds[of]
	options, images := k.options, 2
	if wide {
		options, images = k.wide, 10
	}
	material := one(r, materials)
	title := one(r, adjectives) + " " + material + " " + one(r, k.nouns)
	p := Product{
		ID: idAt(at, r), Handle: strings.ToLower(strings.ReplaceAll(title, " ", "-")) + fmt.Sprintf("-%d", i), Title: title, Vendor: vendors[(6*of+skewed(r, 12))%len(vendors)], Type: k.name,
		Active: r.IntN(20) > 0, created: at, kind: k, facts: []string{material, one(r, countries)},
	}
	for len(p.Tags) < 3 {
		if tag := tagWords[(7*of+skewed(r, 30))%len(tagWords)]; !slices.Contains(p.Tags, tag) {
			p.Tags = append(p.Tags, tag)
		}
	}
	for range images {
		p.Images = append(p.Images, idAt(at, r))
	}
	base := int64(3+skewed(r, (mostExpensive-2_500)/100))*100 + 95
	grams := 200 + r.IntN(4_000)
	each(options, func(values []int) {
		n := len(p.Variants)
		p.Variants = append(p.Variants, Variant{
			ID: idAt(at, r), SKU: fmt.Sprintf("B%06d-%02d", i, n+1), Price: base + int64(values[len(values)-1])*500, values: values, grams: grams,
		})
	})
	return p
}

// each visits all combinations of values.
func each(options []option, visit func(values []int)) {
	values := make([]int, len(options))
	var walk func(at int)
	walk = func(at int) {
		if at == len(options) {
			visit(slices.Clone(values))
			return
		}
		for i := range options[at].values {
			values[at] = i
			walk(at + 1)
		}
	}
	walk(0)
}

// optionsOf are the options of a product.
func (p *Product) optionsOf() []option {
	if len(p.Variants) > 3 {
		return p.kind.wide
	}
	return p.kind.options
}

// compared reports whether a product's prices stand beside higher ones.
func compared(i int) bool { return i%5 == 0 }

func compareAt(price int64) int64 { return price * 6 / 5 }

func (f *filling) putProducts(ctx context.Context) error {
	r := chance("descriptions")
	err := f.w.put(ctx, "product", "created_at updated_at handle title description description_html vendor product_type status tags published_at sales_count variants_count", len(f.Products), func(i int) uuid.UUID { return f.Products[i].ID }, func(i int) []any {
		p := &f.Products[i]
		words := "A " + strings.ToLower(p.Title) + "."
		for range 3 + r.IntN(4) {
			words += " " + one(r, sentences)
		}
		status, published := "active", &p.created
		if !p.Active {
			status, published = "draft", nil
		}
		updated := p.created.Add(time.Duration(r.Int64N(int64(f.Now.Sub(p.created)))).Truncate(time.Microsecond))
		return []any{p.created, updated, p.Handle, p.Title, words, "<p>" + html.EscapeString(words) + "</p>", p.Vendor, p.Type, status, text(p.Tags), published, p.sales, int64(len(p.Variants))}
	})
	if err != nil {
		return err
	}
	return f.w.add(ctx, "product_tag", "product_id tag label", 3*len(f.Products), func(i int) time.Time { return f.Products[i/3].created }, func(i int) []any {
		p := &f.Products[i/3]
		return []any{p.ID, p.Tags[i%3], p.Tags[i%3]}
	})
}

// chosen is a variant's value of an option.
type chosen struct {
	product, variant, option, value uuid.UUID
	position                        int64
	name, text                      string
	at                              time.Time
}

func (f *filling) putOptions(ctx context.Context) error {
	type named struct {
		id, product, option uuid.UUID
		name                string
		position            int64
	}
	r := chance("options")
	var options, values []named
	var choices []chosen
	for i := range f.Products {
		p := &f.Products[i]
		var starts []int
		all := p.optionsOf()
		for n, o := range all {
			made := named{id: idAt(p.created, r), product: p.ID, name: o.name, position: int64(n + 1)}
			options = append(options, made)
			starts = append(starts, len(values))
			for m, v := range o.values {
				values = append(values, named{id: idAt(p.created, r), product: p.ID, option: made.id, name: v, position: int64(m + 1)})
			}
		}
		for _, v := range p.Variants {
			for n, o := range all {
				value := values[starts[n]+v.values[n]]
				choices = append(choices, chosen{p.ID, v.ID, value.option, value.id, int64(n + 1), o.name, value.name, p.created})
			}
		}
	}
	err := f.w.put(ctx, "product_option", "product_id name position", len(options), func(i int) uuid.UUID { return options[i].id }, func(i int) []any {
		return []any{options[i].product, options[i].name, options[i].position}
	})
	if err != nil {
		return err
	}
	err = f.w.put(ctx, "option_value", "product_id option_id name position", len(values), func(i int) uuid.UUID { return values[i].id }, func(i int) []any {
		return []any{values[i].product, values[i].option, values[i].name, values[i].position}
	})
	if err != nil {
		return err
	}
	return f.w.add(ctx, "variant_option", "product_id variant_id option_id option_value_id position name value", len(choices), func(i int) time.Time { return choices[i].at }, func(i int) []any {
		c := choices[i]
		return []any{c.product, c.variant, c.option, c.value, c.position, c.name, c.text}
	})
}

// at is a variant and where it stands.
type at struct {
	*Variant
	product  *Product
	index    int // of the product
	position int // from 0
}

func (f *filling) everyVariant() []at {
	var all []at
	for i := range f.Products {
		for j := range f.Products[i].Variants {
			all = append(all, at{&f.Products[i].Variants[j], &f.Products[i], i, j})
		}
	}
	return all
}

func (f *filling) putVariants(ctx context.Context) error {
	all := f.everyVariant()
	columns := "created_at updated_at product_id title sku barcode position weight_grams media_id option_key selected_options unit_cost"
	return f.w.put(ctx, "variant", columns, len(all), func(i int) uuid.UUID { return all[i].ID }, func(i int) []any {
		v := all[i]
		names := make([]string, len(v.values))
		selected := make([]map[string]string, len(v.values))
		for n, o := range v.product.optionsOf() {
			names[n] = o.values[v.values[n]]
			selected[n] = map[string]string{"name": o.name, "value": names[n]}
		}
		image := v.product.Images[v.position%len(v.product.Images)]
		return []any{
			v.product.created, v.product.created, v.product.ID, strings.Join(names, " / "), v.SKU, fmt.Sprint(4_000_000_000_000 + i), int64(v.position + 1), int64(v.grams), image,
			strings.ToLower(strings.Join(names, "\x1f")), text(selected), v.Price * 2 / 5,
		}
	})
}

// putPrices writes what variants cost in every currency, and from where to where the prices of a product go.
func (f *filling) putPrices(ctx context.Context) error {
	all := f.everyVariant()
	n := len(f.rates)
	var wrong error
	in := func(amount int64, r rate) int64 {
		m, err := money.Convert(money.New(amount, f.rates[0].currency), r.currency, r.rate)
		if err != nil {
			wrong = err
		}
		return m.Amount
	}
	err := f.w.add(ctx, "variant_price", "product_id variant_id currency amount compare_at_amount derived", n*len(all), func(i int) time.Time { return all[i/n].product.created }, func(i int) []any {
		v, r := all[i/n], f.rates[i%n]
		var compare *int64
		if compared(v.index) {
			c := in(compareAt(v.Price), r)
			compare = &c
		}
		return []any{v.product.ID, v.ID, string(r.currency), in(v.Price, r), compare, i%n > 0}
	})
	if err == nil {
		err = wrong
	}
	if err != nil {
		return err
	}
	err = f.w.add(ctx, "product_price", "product_id currency min_amount max_amount min_compare_at max_compare_at", n*len(f.Products), func(i int) time.Time { return f.Products[i/n].created }, func(i int) []any {
		p, r := &f.Products[i/n], f.rates[i%n]
		low, high := p.Variants[0].Price, p.Variants[0].Price
		for _, v := range p.Variants {
			low, high = min(low, v.Price), max(high, v.Price)
		}
		row := []any{p.ID, string(r.currency), in(low, r), in(high, r), int64(0), int64(0)}
		if compared(i / n) {
			row[4], row[5] = in(compareAt(low), r), in(compareAt(high), r)
		}
		return row
	})
	if err == nil {
		err = wrong
	}
	return err
}

func (f *filling) putMedia(ctx context.Context) error {
	type image struct {
		p *Product
		n int
	}
	var all []image
	for i := range f.Products {
		for n := range f.Products[i].Images {
			all = append(all, image{&f.Products[i], n})
		}
	}
	return f.w.put(ctx, "media", "created_at updated_at product_id position alt source width height", len(all), func(i int) uuid.UUID { return all[i].p.Images[all[i].n] }, func(i int) []any {
		p, n := all[i].p, all[i].n
		return []any{p.created, p.created, p.ID, int64(n + 1), fmt.Sprintf("%s, picture %d", p.Title, n+1), fmt.Sprintf("bench/%s/%d.jpg", p.Handle, n+1), int64(1200), int64(1200)}
	})
}

func (f *filling) putMetafields(ctx context.Context) error {
	r := chance("metafields")
	f.Metafields = make([]uuid.UUID, 2*len(f.Products))
	for i := range f.Metafields {
		f.Metafields[i] = idAt(f.Products[i/2].created, r)
	}
	return f.w.put(ctx, "metafield", "created_at updated_at owner_type owner_id namespace key type value value_key", len(f.Metafields), func(i int) uuid.UUID { return f.Metafields[i] }, func(i int) []any {
		p, v := &f.Products[i/2], f.Products[i/2].facts[i%2]
		return []any{p.created, p.created, "PRODUCT", p.ID, "custom", []string{"material", "made_in"}[i%2], "single_line_text_field", v, v}
	})
}

func (f *filling) putPages(ctx context.Context) error {
	const n = 50
	r := chance("pages")
	at := func(i int) time.Time { return f.Now.Add(-age + time.Duration(i)*time.Hour) }
	for i := range n {
		f.Pages = append(f.Pages, idAt(at(i), r))
	}
	return f.w.put(ctx, "page", "created_at updated_at handle title body_html published_at", n, func(i int) uuid.UUID { return f.Pages[i] }, func(i int) []any {
		return []any{at(i), at(i), fmt.Sprintf("bench-page-%d", i), "Notes on " + one(r, materials), "<p>" + one(r, sentences) + "</p>", at(i)}
	})
}

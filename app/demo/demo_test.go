package demo

import (
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/commerce/transfer"
)

func setup(t *testing.T) *All {
	t.Helper()
	a, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *All) product(handle string) *transfer.Product {
	for _, p := range a.Products {
		if p.Handle == handle {
			return p
		}
	}
	return nil
}

func TestProductFileHasNeitherFaultNorWarning(t *testing.T) {
	t.Parallel()
	in, size, err := ProductsCSV()
	if err != nil {
		t.Fatal(err)
	}
	r := transfer.NewProductReader(in, ReadOptions())
	for {
		_, err := r.Next()
		if w := r.Warnings(); len(w) > 0 {
			t.Errorf("warnings: %v", w)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Error(err)
		}
	}
	if r.Offset() != size {
		t.Errorf("read %d of %d bytes", r.Offset(), size)
	}
}

func TestShopHasTheHandleThatDeploymentsAreKnownBy(t *testing.T) {
	t.Parallel()
	if got := setup(t).Shop.Handle; got != Handle {
		t.Errorf("%s, not %s", got, Handle)
	}
}

func TestProductsAreManyAndComplete(t *testing.T) {
	t.Parallel()
	a := setup(t)
	if len(a.Products) < 120 || a.product("oak-chair") == nil {
		t.Fatalf("%d products", len(a.Products))
	}
	seen := map[string]string{}
	unique := func(what, text, handle string) {
		if other, again := seen[what+text]; again || text == "" {
			t.Errorf("%s: the %s %q is empty or also that of %s", handle, what, text, other)
		}
		seen[what+text] = handle
	}
	var optionCounts [transfer.MaxOptions + 1]int
	for _, p := range a.Products {
		unique("title", p.Title, p.Handle)
		unique("description", p.BodyHTML, p.Handle)
		unique("SEO description", p.SEODescription, p.Handle)
		for _, v := range p.Variants {
			unique("SKU", v.SKU, p.Handle)
			unique("barcode", v.Barcode, p.Handle)
		}
		optionCounts[len(p.Options)]++
		if len(p.Variants) > 12 || len(p.Images) < 3 || len(p.Tags) < 2 || len(p.Metafields) < 3 {
			t.Errorf("%s: %d variants, %d images, %d tags, %d metafields", p.Handle, len(p.Variants), len(p.Images), len(p.Tags), len(p.Metafields))
		}
		if p.Vendor == "" || p.Type == "" || p.SEOTitle == "" || len(p.SEODescription) > 320 || len(p.BodyHTML) < 150 {
			t.Errorf("%s: vendor, type, SEO or description is thin", p.Handle)
		}
	}
	for n := 1; n <= transfer.MaxOptions; n++ {
		if optionCounts[n] < 4 {
			t.Errorf("only %d products have %d options", optionCounts[n], n)
		}
	}
}

func TestProductImagesAreDrawn(t *testing.T) {
	t.Parallel()
	for _, p := range setup(t).Products {
		for i, image := range p.Images {
			want := ImageScheme + "://" + p.Handle + "/" + strconv.Itoa(i+1) + ".jpg"
			if image.Src != want || !strings.HasPrefix(image.Alt, p.Title) {
				t.Errorf("%s: image %d is %+v", p.Handle, i, image)
			}
		}
	}
}

func TestStockServesEveryPageOfFifty(t *testing.T) {
	t.Parallel()
	a := setup(t)
	var active []*transfer.Product
	soldOut, drafts, reduced := 0, 0, 0
	for _, p := range a.Products {
		total, lowered := int64(0), false
		for _, v := range p.Variants {
			if !v.Tracked || !v.QuantityGiven || v.Quantity > 500 {
				t.Errorf("%s: stock %d, tracked %v", v.SKU, v.Quantity, v.Tracked)
			}
			total += v.Quantity
			lowered = lowered || v.CompareAt != ""
		}
		switch {
		case p.Status != transfer.StatusActive || !p.Published:
			drafts++
			continue
		case total == 0:
			soldOut++
		case lowered:
			reduced++
		}
		active = append(active, p)
	}
	if soldOut < 3 || soldOut > 12 || drafts < 2 || drafts > 6 || reduced < 10 {
		t.Errorf("%d sold out, %d drafts, %d reduced", soldOut, drafts, reduced)
	}
	byTitle := slices.Clone(active)
	slices.SortFunc(byTitle, func(x, y *transfer.Product) int { return strings.Compare(x.Title, y.Title) })
	for name, order := range map[string][]*transfer.Product{"AsCreated": a.Products, "Active": active, "ByTitle": byTitle} {
		for from := 0; from+50 <= len(order); from++ {
			few, some := countStock(order[from : from+50])
			if few < 5 || some < 5 {
				t.Errorf("%s from %d: %d variants with 1 to 12, %d with 13 to 60", name, from, few, some)
			}
		}
	}
}

func countStock(products []*transfer.Product) (few, some int) {
	for _, p := range products {
		for _, v := range p.Variants[:min(5, len(p.Variants))] {
			switch {
			case v.Quantity >= 1 && v.Quantity <= 12:
				few++
			case v.Quantity >= 13 && v.Quantity <= 60:
				some++
			}
		}
	}
	return few, some
}

// matches is what a rule means, said here once more so that the data is checked against the words of its types.
func (r Rule) matches(t *testing.T, p *transfer.Product) bool {
	t.Helper()
	var values []string
	switch r.Column {
	case "TAG":
		values = p.Tags
	case "TYPE":
		values = []string{p.Type}
	case "VENDOR":
		values = []string{p.Vendor}
	case "TITLE":
		values = []string{p.Title}
	case "VARIANT_PRICE":
		for _, v := range p.Variants {
			values = append(values, v.Price)
		}
	default:
		t.Fatalf("column %q", r.Column)
	}
	return slices.ContainsFunc(values, func(value string) bool { return r.holds(t, value) })
}

func (r Rule) holds(t *testing.T, value string) bool {
	t.Helper()
	switch r.Relation {
	case "EQUALS":
		return strings.EqualFold(value, r.Condition)
	case "CONTAINS":
		return strings.Contains(strings.ToLower(value), strings.ToLower(r.Condition))
	case "STARTS_WITH":
		return strings.HasPrefix(strings.ToLower(value), strings.ToLower(r.Condition))
	case "GREATER_THAN":
		return number(t, value) > number(t, r.Condition)
	case "LESS_THAN":
		return number(t, value) < number(t, r.Condition)
	}
	t.Fatalf("relation %q", r.Relation)
	return false
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestCollectionsHaveProducts(t *testing.T) {
	t.Parallel()
	a := setup(t)
	manual, ruled, columns, relations := 0, 0, map[string]bool{}, map[string]bool{}
	for _, c := range a.Collections {
		if (len(c.Products) > 0) == (len(c.Rules) > 0) || c.Title == "" || c.DescriptionHTML == "" || c.Image.Src == "" {
			t.Errorf("%s: incomplete, or both kinds at once", c.Handle)
		}
		for _, handle := range c.Products {
			if p := a.product(handle); p == nil || p.Status != transfer.StatusActive {
				t.Errorf("%s: no product %s on sale", c.Handle, handle)
			}
		}
		if len(c.Rules) == 0 {
			manual++
			continue
		}
		ruled++
		found := 0
		for _, p := range a.Products {
			hits := 0
			for _, r := range c.Rules {
				columns[r.Column], relations[r.Relation] = true, true
				if r.matches(t, p) {
					hits++
				}
			}
			if hits == len(c.Rules) || c.Disjunctive && hits > 0 {
				found++
			}
		}
		if found < 4 || found == len(a.Products) {
			t.Errorf("%s: the rules choose %d products", c.Handle, found)
		}
	}
	if manual < 3 || ruled < 5 || len(columns) != 5 || len(relations) != 5 {
		t.Errorf("%d manual, %d by rule, columns %v, relations %v", manual, ruled, columns, relations)
	}
}

func TestMenusLeadSomewhere(t *testing.T) {
	t.Parallel()
	a := setup(t)
	known := map[string]bool{}
	for _, c := range a.Collections {
		known["COLLECTION"+c.Handle] = true
	}
	for _, p := range a.Products {
		known["PRODUCT"+p.Handle] = p.Status == transfer.StatusActive
	}
	for _, p := range a.Pages {
		known["PAGE"+p.Handle] = true
	}
	for _, p := range a.Shop.Policies {
		known["SHOP_POLICY"+p.Kind] = true
	}
	var handles []string
	deepest := 0
	for _, m := range a.Menus {
		handles = append(handles, m.Handle)
		deepest = max(deepest, checkItems(t, m.Items, known))
	}
	if !slices.Equal(handles, []string{"main-menu", "footer"}) || deepest < 3 {
		t.Errorf("menus %v, %d levels", handles, deepest)
	}
}

// checkItems returns how many levels there are.
func checkItems(t *testing.T, items []MenuItem, known map[string]bool) int {
	t.Helper()
	deepest := 0
	for _, item := range items {
		switch item.Type {
		case "COLLECTION", "PRODUCT", "PAGE", "SHOP_POLICY":
			if !known[item.Type+item.Resource] || item.URL != "" {
				t.Errorf("%s leads to no %s %q", item.Title, item.Type, item.Resource)
			}
		case "FRONTPAGE", "CATALOG", "SEARCH", "HTTP":
			if u, err := url.Parse(item.URL); err != nil || item.URL == "" || (item.Type == "HTTP") != u.IsAbs() {
				t.Errorf("%s leads to %q", item.Title, item.URL)
			}
		default:
			t.Errorf("%s has the type %q", item.Title, item.Type)
		}
		deepest = max(deepest, checkItems(t, item.Items, known))
	}
	if len(items) == 0 {
		return 0
	}
	return deepest + 1
}

func TestPagesHaveText(t *testing.T) {
	t.Parallel()
	var handles []string
	for _, p := range setup(t).Pages {
		handles = append(handles, p.Handle)
		if p.Title == "" || len(p.BodyHTML) < 80 || p.Summary == "" {
			t.Errorf("%s is thin", p.Handle)
		}
	}
	for _, want := range []string{"about", "shipping", "returns", "contact"} {
		if !slices.Contains(handles, want) {
			t.Errorf("no page %s", want)
		}
	}
}

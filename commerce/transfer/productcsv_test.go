package transfer

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readAll drains a reader and keeps products, problems and warnings apart.
func readAll(t *testing.T, text string, options Options) (products []*Product, problems, warnings []RowError, last error) {
	t.Helper()
	r := NewProductReader(strings.NewReader(text), options)
	for {
		p, err := r.Next()
		warnings = append(warnings, r.Warnings()...)
		var skipped RowErrors
		switch {
		case err == nil:
			products = append(products, p)
		case errors.As(err, &skipped):
			problems = append(problems, skipped...)
		case errors.Is(err, io.EOF):
			return products, problems, warnings, nil
		default:
			return products, problems, warnings, err
		}
	}
}

// brief shortens problems to "row column code" for tables.
func brief(problems []RowError) []string {
	var out []string
	for _, p := range problems {
		out = append(out, strings.TrimSpace(strings.Join([]string{strconv.Itoa(p.Row), p.Column, string(p.Code)}, "|")))
	}
	return out
}

func handles(products []*Product) []string {
	var out []string
	for _, p := range products {
		out = append(out, p.Handle)
	}
	return out
}

const oneChair = `Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option1 Linked To,Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Unit Price Total Measure,Unit Price Total Measure Unit,Unit Price Base Measure,Unit Price Base Measure Unit,Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,SEO Title,SEO Description,Google Shopping / Gender,Material (product.metafields.custom.material),Metafield: care.notes [multi_line_text_field],Variant Image,Variant Weight Unit,Cost per item,Included / Canada,Price / Canada,Compare At Price / Canada,Included / Japan,Status
oak-chair,Oak Chair,"<p>Two
lines</p>",Nord,Furniture > Chairs,Chairs," oak, Dining ,OAK,,seat",TRUE,Finish,Natural,,Seat,Paper cord,OC-1,4500.4,shopify,12,deny,manual,189.00,229.5,TRUE,TRUE,1,kg,100,g,012345,https://x.test/1.jpg,2,Front,FALSE,Sit well,A chair,Unisex,Oak,Oil it,https://x.test/1.jpg,kg,80.10,TRUE,249.00,0.00,FALSE,active
oak-chair,,,,,,,,,Black,,,Leather,OC-2,4600,,7,continue,manual,199,,FALSE,FALSE,,,,,,https://x.test/2.jpg,1,Side,,,,,,,https://x.test/9.jpg,lb,,,,,,
oak-chair,,,,,,,,,,,,,,,,,,,,,,,,,,,,https://x.test/3.jpg,,Back,,,,,,,,,,,,,,
`

func chair() *Product {
	return &Product{
		Handle: "oak-chair", Title: "Oak Chair", BodyHTML: "<p>Two\nlines</p>", Vendor: "Nord", Category: "Furniture > Chairs",
		Type: "Chairs", Tags: []string{"oak", "Dining", "seat"}, Published: true, Status: StatusActive,
		SEOTitle: "Sit well", SEODescription: "A chair",
		Options: []Option{{"Finish", []string{"Natural", "Black"}}, {"Seat", []string{"Paper cord", "Leather"}}},
		Variants: []Variant{
			{
				OptionValues: []string{"Natural", "Paper cord"}, SKU: "OC-1", Barcode: "012345", Grams: 4500, WeightUnit: "kg",
				Tracked: true, Quantity: 12, QuantityGiven: true, Policy: PolicyDeny, Price: "189.00", CompareAt: "229.5", Cost: "80.10",
				RequiresShipping: true, Taxable: true, Image: "https://x.test/1.jpg", Row: 2,
				UnitPrice:    &UnitPrice{"1", "kg", "100", "g"},
				MarketPrices: []MarketPrice{{Market: "Canada", Price: "249.00"}},
			},
			{
				OptionValues: []string{"Black", "Leather"}, SKU: "OC-2", Grams: 4600, WeightUnit: "lb",
				Policy: PolicyContinue, Price: "199", Image: "https://x.test/9.jpg", Row: 3,
			},
		},
		Images: []Image{
			{"https://x.test/2.jpg", 1, "Side"}, {"https://x.test/1.jpg", 2, "Front"},
			{"https://x.test/9.jpg", 3, ""}, {"https://x.test/3.jpg", 4, "Back"},
		},
		Metafields: []Metafield{
			{"custom", "material", "", "Oak"}, {"care", "notes", "multi_line_text_field", "Oil it"},
		},
		ExcludedMarkets: []string{"Japan"}, FirstRow: 2, LastRow: 4,
	}
}

func TestProductReaderReadsEveryColumn(t *testing.T) {
	t.Parallel()
	forms := map[string]string{
		"AsExported": oneChair,
		"WithBOM":    "\uFEFF" + oneChair,
		"CRLF":       strings.ReplaceAll(oneChair, "\n", "\r\n"),
		"UpperCase":  strings.Replace(oneChair, "Handle,Title,Body (HTML)", "HANDLE,title,BODY (html)", 1),
	}
	for name, text := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			products, problems, warnings, err := readAll(t, text, Options{})
			if err != nil || problems != nil || warnings != nil {
				t.Fatalf("err %v, problems %v, warnings %v", err, problems, warnings)
			}
			if diff := cmp.Diff([]*Product{chair()}, products); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestProductReaderReadsNewerColumnNamesInAnyOrder(t *testing.T) {
	t.Parallel()
	text := `Price,Continue selling when out of stock,Title,URL handle,Description,Published on online store,SKU,Option1 name,Option1 value,Inventory tracker,Inventory quantity,Weight value (grams),Weight unit for display,Charge tax,Product image URL,Variant image URL,Compare-at price
5,TRUE,Cup,Cup,Good,FALSE,C1,Size,S,Shopify,3,250.0,g,FALSE,https://x.test/a.png,https://x.test/a.png,0
`
	want := []*Product{{
		Handle: "cup", Title: "Cup", BodyHTML: "Good", Status: StatusActive, Options: []Option{{"Size", []string{"S"}}},
		Variants: []Variant{{
			OptionValues: []string{"S"}, SKU: "C1", Grams: 250, WeightUnit: "g", Tracked: true, Quantity: 3, QuantityGiven: true,
			Policy: PolicyContinue, Price: "5", RequiresShipping: true, Image: "https://x.test/a.png", Row: 2,
		}},
		Images: []Image{{"https://x.test/a.png", 1, ""}}, FirstRow: 2, LastRow: 2,
	}}
	got, problems, _, err := readAll(t, text, Options{})
	if err != nil || problems != nil {
		t.Fatal(err, problems)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestProductReaderGivesProductWithoutOptionsOne(t *testing.T) {
	t.Parallel()
	got, problems, _, err := readAll(t, "Handle,Title,Price\nmug,Mug,12\n", Options{})
	if err != nil || problems != nil {
		t.Fatal(err, problems)
	}
	if diff := cmp.Diff([]Option{{"Title", []string{"Default Title"}}}, got[0].Options); diff != "" {
		t.Error(diff)
	}
}

// Each case stands between two good products, which must arrive.
func TestProductReaderSkipsFaultyProductAndGoesOn(t *testing.T) {
	t.Parallel()
	const head = "Handle,Title,Body (HTML),Vendor,Tags,Published,Status,Option1 Name,Option1 Value,Option2 Name,Option2 Value,SKU,Grams,Variant Grams,Inventory Tracker,Inventory Quantity,Variant Inventory Policy,Price,Compare At Price,Price / Canada,Image Src,Image Position\n"
	long := strings.Repeat("ä", 256)
	cases := map[string]struct {
		rows string
		want []string
	}{
		"BadNumber":          {"b,B,,,,,,,,,,,,,,,,12.5x,,,,\n", []string{"3|Price|BAD_NUMBER"}},
		"ThousandsSeparator": {`b,B,,,,,,,,,,,,,,,,"1,200.00",,,,` + "\n", []string{"3|Price|BAD_NUMBER"}},
		"CurrencySign":       {"b,B,,,,,,,,,,,,,,,,$5,,,,\n", []string{"3|Price|BAD_NUMBER"}},
		"NegativePrice":      {"b,B,,,,,,,,,,,,,,,,-1.00,,,,\n", []string{"3|Price|NEGATIVE"}},
		"NegativeQuantity":   {"b,B,,,,,,,,,,,,,shopify,-3,,1,,,,\n", []string{"3|Inventory Quantity|NEGATIVE"}},
		"FractionQuantity":   {"b,B,,,,,,,,,,,,,shopify,1.5,,1,,,,\n", []string{"3|Inventory Quantity|TOO_MANY_DECIMALS"}},
		"HugeQuantity":       {"b,B,,,,,,,,,,,,,shopify,99999999999,,1,,,,\n", []string{"3|Inventory Quantity|TOO_LARGE"}},
		"TooManyDecimals":    {"b,B,,,,,,,,,,,,,,,,1.005,,,,\n", []string{"3|Price|TOO_MANY_DECIMALS"}},
		"HugePrice":          {"b,B,,,,,,,,,,,,,,,,1234567890123,,,,\n", []string{"3|Price|TOO_LARGE"}},
		"MarketPrice":        {"b,B,,,,,,,,,,,,,,,,1,,x,,\n", []string{"3|Price / Canada|BAD_NUMBER"}},
		"LongTitle":          {"b," + long + ",,,,,,,,,,,,,,,,1,,,,\n", []string{"3|Title|TOO_LONG", "3|Title|MISSING_TITLE"}},
		"LongHandle":         {long + ",B,,,,,,,,,,,,,,,,1,,,,\n", []string{"3|Handle|TOO_LONG"}},
		"LongTag":            {"b,B,,," + long + ",,,,,,,,,,,,,1,,,,\n", []string{"3|Tags|TOO_LONG"}},
		"LongSKU":            {"b,B,,,,,,,,,," + long + ",,,,,,1,,,,\n", []string{"3|SKU|TOO_LONG"}},
		"LongBody":           {"b,B," + strings.Repeat("x", 513<<10) + ",,,,,,,,,,,,,,,1,,,,\n", []string{"3|Body (HTML)|TOO_LONG"}},
		"InvalidUTF8":        {"b,B\xff,,,,,,,,,,,,,,,,1,,,,\n", []string{"3|Title|INVALID_TEXT"}},
		"ZeroByte":           {"b,B\x00,,,,,,,,,,,,,,,,1,,,,\n", []string{"3|Title|INVALID_TEXT"}},
		"UnknownStatus":      {"b,B,,,,,live,,,,,,,,,,,1,,,,\n", []string{"3|Status|UNKNOWN_STATUS"}},
		"UnknownTruth":       {"b,B,,,,maybe,,,,,,,,,,,,1,,,,\n", []string{"3|Published|UNKNOWN_VALUE"}},
		"UnknownTracker":     {"b,B,,,,,,,,,,,,,mars,1,,1,,,,\n", []string{"3|Inventory Tracker|UNKNOWN_VALUE"}},
		"UnknownPolicy":      {"b,B,,,,,,,,,,,,,,1,perhaps,1,,,,\n", []string{"3|Variant Inventory Policy|UNKNOWN_VALUE"}},
		"MissingTitle":       {"b,,,,,,,,,,,,,,,,,1,,,,\n", []string{"3|Title|MISSING_TITLE"}},
		"MissingPrice":       {"b,B,,,,,,,,,,,,,,,,,,,,\n", []string{"3|Price|MISSING_PRICE"}},
		"MissingHandle":      {",B,,,,,,,,,,,,,,,,1,,,,\n", []string{"3|Handle|MISSING_HANDLE"}},
		"HandleLostInside": {"b,B,,,,,,,,,,,,,,,,1,,,,\n,,,,,,,,,,,,,,,,,,,,https://x.test/1.jpg,\n",
			[]string{"4|Handle|MISSING_HANDLE"}},
		"InvalidHandle":      {"b/c,B,,,,,,,,,,,,,,,,1,,,,\n", []string{"3|Handle|INVALID_HANDLE"}},
		"MissingOptionValue": {"b,B,,,,,,Color,Red,,,,,,,,,1,,,,\nb,,,,,,,,,,,S2,,,,,,1,,,,\n", []string{"4|Option1 Value|MISSING_OPTION_VALUE"}},
		"MissingOptionName":  {"b,B,,,,,,Color,Red,,S,,,,,,,1,,,,\n", []string{"3|Option2 Name|MISSING_OPTION_NAME"}},
		"OptionGap":          {"b,B,,,,,,,,Size,S,,,,,,,1,,,,\n", []string{"3|Option2 Name|MISSING_OPTION_NAME"}},
		"DuplicateOption":    {"b,B,,,,,,Size,M,size,S,,,,,,,1,,,,\n", []string{"3|Option2 Name|DUPLICATE_OPTION"}},
		"DuplicateVariant": {"b,B,,,,,,Color,Red,,,,,,,,,1,,,,\nb,,,,,,,,RED,,,,,,,,,2,,,,\n",
			[]string{"4|Option1 Value|DUPLICATE_VARIANT"}},
		"OtherTitle":      {"b,B,,,,,,Color,Red,,,,,,,,,1,,,,\nb,C,,,,,,,Blue,,,,,,,,,2,,,,\n", []string{"4|Title|CONFLICTING_VALUE"}},
		"OtherOptionName": {"b,B,,,,,,Color,Red,,,,,,,,,1,,,,\nb,,,,,,,Size,M,,,,,,,,,2,,,,\n", []string{"4|Option1 Name|CONFLICTING_VALUE"}},
		"RelativeImage":   {"b,B,,,,,,,,,,,,,,,,1,,,pics/1.jpg,\n", []string{"3|Image Src|INVALID_URL"}},
		"ScriptImage":     {"b,B,,,,,,,,,,,,,,,,1,,,javascript://x/1,\n", []string{"3|Image Src|INVALID_URL"}},
		"ImagePosition":   {"b,B,,,,,,,,,,,,,,,,1,,,https://x.test/1.jpg,first\n", []string{"3|Image Position|BAD_NUMBER"}},
		"TooManyFields":   {"b,B,,,,,,,,,,,,,,,,1,,,,,surplus\n", []string{"3||FIELD_COUNT"}},
		"TooFewFields":    {"b,B,x\n", []string{"3||FIELD_COUNT"}},
		"BareQuote":       {`b,B 5",,,,,,,,,,,,,,,,1,,,,` + "\n", []string{"3||MALFORMED_ROW"}},
		"BrokenQuote":     {`b,"B" x,,,,,,,,,,,,,,,,1,,,,` + "\n", []string{"3||MALFORMED_ROW"}},
		"TwoFaults":       {"b,B,,,,,live,,,,,,,,,,,-1,,,,\n", []string{"3|Status|UNKNOWN_STATUS", "3|Price|NEGATIVE"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			products, problems, _, err := readAll(t, head+"a,A,,,,,,,,,,,,,,,,1,,,,\n"+c.rows+"z,Z,,,,,,,,,,,,,,,,1,,,,\n", Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, brief(problems)); diff != "" {
				t.Errorf("problems: %s", diff)
			}
			if diff := cmp.Diff([]string{"a", "z"}, handles(products)); diff != "" {
				t.Errorf("the good products: %s", diff)
			}
			for _, p := range problems {
				if p.Message == "" || p.Line == 0 || len(p.Error()) > 600 {
					t.Errorf("not fit to be shown: %q, line %d", p.Error(), p.Line)
				}
			}
		})
	}
}

func TestProductReaderRefusesRowsThatComeBack(t *testing.T) {
	t.Parallel()
	text := "Handle,Title,Price,Option1 Name,Option1 Value\na,A,1,Size,S\nb,B,1,,\na,,2,,M\na,,3,,L\nc,C,1,,\n"
	products, problems, _, err := readAll(t, text, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"4|Handle|HANDLE_REPEATED"}, brief(problems)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, handles(products)); diff != "" {
		t.Error(diff)
	}
}

func TestProductReaderRefusesFile(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		text string
		want Code
	}{
		"Empty":         {"", CodeEmptyFile},
		"OnlyBlank":     {"\n,,\n\n", CodeEmptyFile},
		"OnlyBOM":       {"\uFEFF", CodeEmptyFile},
		"NoHeader":      {"oak-chair,Oak Chair,189\n", CodeMissingHeader},
		"NoTitle":       {"Handle,Price\n", CodeMissingHeader},
		"Semicolons":    {"Handle;Title;Vendor;Price\n", CodeMissingHeader},
		"BrokenHeader":  {"Handle,Ti\"tle\n", CodeMissingHeader},
		"ColumnTwice":   {"Handle,Title,Price,Variant Price\n", CodeDuplicateColumn},
		"UTF16":         {"\xff\xfeH\x00a\x00", CodeEncoding},
		"Spreadsheet":   {"PK\x03\x04rest", CodeEncoding},
		"QuoteNotEnded": {"Handle,Title\na,\"" + strings.Repeat("endless\n", 1<<20), CodeRowTooLarge},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := NewProductReader(strings.NewReader(c.text), Options{})
			_, err := r.Next()
			var file *FileError
			if !errors.As(err, &file) || file.Code != c.want {
				t.Fatalf("got %v, want %s", err, c.want)
			}
			if _, again := r.Next(); !errors.Is(again, err) {
				t.Errorf("the second call says %v", again)
			}
		})
	}
}

func TestProductReaderWarns(t *testing.T) {
	t.Parallel()
	text := "Handle,Title,Price,SKU,Mood,Google Shopping / Custom,Gift Card\n" +
		"a,A,1,S1,happy,x,FALSE\n" +
		"\n" +
		"a,,,,sad,,\n" +
		"b,B,1,S1,,,\n"
	products, problems, warnings, err := readAll(t, text, Options{})
	if err != nil || problems != nil || len(products) != 2 {
		t.Fatal(err, problems, len(products))
	}
	want := []string{"1|Mood|UNKNOWN_COLUMN", "4||EMPTY_ROW", "5|SKU|DUPLICATE_SKU"}
	if diff := cmp.Diff(want, brief(warnings)); diff != "" {
		t.Error(diff)
	}
}

func TestProductReaderCountsRowsLikeSpreadsheet(t *testing.T) {
	t.Parallel()
	text := "Handle,Title,Body,Body (HTML),Price\r\n\r\na,A,,\"one\r\ntwo\r\nthree\",1\r\n,,,,\r\nb,B,,,x\r\n"
	_, problems, _, err := readAll(t, text, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []RowError{{Row: 5, Line: 7, Column: "Price", Handle: "b", Code: CodeBadNumber, Message: `"x" is not a plain number such as 1299.00`}}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Error(diff)
	}
}

func TestProductReaderAsksForDecimalsOfEachMarket(t *testing.T) {
	t.Parallel()
	decimals := func(market string) int { return map[string]int{"": 2, "Japan": 0, "Kuwait": 3}[market] }
	text := "Handle,Title,Price,Price / Japan,Price / Kuwait\na,A,1.50,150.00,0.500\nb,B,1.50,150.5,0.5\n"
	products, problems, _, err := readAll(t, text, Options{Decimals: decimals})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]MarketPrice{{"Japan", "150", ""}, {"Kuwait", "0.500", ""}}, products[0].Variants[0].MarketPrices); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"3|Price / Japan|TOO_MANY_DECIMALS"}, brief(problems)); diff != "" {
		t.Error(diff)
	}
}

func TestProductReaderHoldsLimits(t *testing.T) {
	t.Parallel()
	var variants, images strings.Builder
	variants.WriteString("Handle,Title,Price,Option1 Name,Option1 Value\na,A,1,No,0\n")
	for i := 1; i <= MaxVariants+200; i++ {
		variants.WriteString("a,,1,," + strconv.Itoa(i) + "\n")
	}
	images.WriteString("Handle,Title,Price,Image Src\na,A,1,\n")
	for i := range MaxImages + 1 {
		images.WriteString("a,,,https://x.test/" + strconv.Itoa(i) + ".jpg\n")
	}
	for name, c := range map[string]struct{ text, next, want string }{
		"Variants": {variants.String(), "b,B,1,,\n", "2050||TOO_MANY"},
		"Images":   {images.String(), "b,B,1,\n", "253|Image Src|TOO_MANY"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			products, problems, _, err := readAll(t, c.text+c.next, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"b"}, handles(products)); diff != "" {
				t.Error(diff)
			}
			if got := brief(problems); len(got) == 0 || got[0] != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
			if len(problems) > maxProblemsPerItem {
				t.Errorf("%d problems of one product", len(problems))
			}
		})
	}
}

func TestProductReaderReportsReadFailureAndDropsHalfProduct(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk gone")
	in := io.MultiReader(strings.NewReader("Handle,Title,Price\na,A,1\n"), failing{broken})
	r := NewProductReader(in, Options{})
	p, err := r.Next()
	var file *FileError
	if p != nil || !errors.As(err, &file) || file.Code != CodeReadFailed || !errors.Is(err, broken) {
		t.Fatalf("got %v, %v", p, err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/commerce/inventory"
	"github.com/rialtohq/rialto/commerce/money"
	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/commerce/transfer"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/fault"
)

// bundle is a shop that files are imported into.
type bundle struct {
	ctx       context.Context
	db        *database.DB
	importer  *transfer.Importer
	catalog   *catalog.Service
	inventory *inventory.Service
	events    *events
}

type events struct{ count int }

func (e *events) AppendTx(context.Context, database.Tx, string, any) error {
	e.count++
	return nil
}

func setup(t *testing.T, db *database.DB) *bundle {
	t.Helper()
	shops := shop.New(shop.Config{DB: db})
	made, err := shops.Create(t.Context(), shop.Shop{Handle: "test-" + uuid.NewString(), Name: "Test", Currency: "USD", Country: "US", Language: "EN"}, []shop.Market{
		{Handle: "us", Name: "United States", Countries: []string{"US"}, Currency: "USD", Rate: "1"},
		{Handle: "canada", Name: "Canada", Countries: []string{"CA"}, Currency: "CAD", Rate: "1.4"},
		{Handle: "japan", Name: "Japan", Countries: []string{"JP"}, Currency: "JPY", Rate: "150"},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx := access.With(database.WithShop(t.Context(), made.ID.UUID), access.Actor{Kind: access.System, Shop: made.ID.UUID})
	told := &events{}
	b := &bundle{ctx: ctx, db: db, events: told, catalog: catalog.New(catalog.Config{DB: db, Shops: shops, Events: told}), inventory: inventory.New(inventory.Config{DB: db})}
	if _, err := b.inventory.SaveLocation(ctx, inventory.Location{Handle: "main", Name: "Main", Active: true, FulfillsOnline: true}); err != nil {
		t.Fatal(err)
	}
	b.importer = &transfer.Importer{DB: db, Catalog: b.catalog, Inventory: b.inventory, Shops: shops}
	return b
}

func (b *bundle) run(t *testing.T, file string, o transfer.ImportOptions) transfer.Report {
	t.Helper()
	report, err := b.importer.Import(b.ctx, strings.NewReader(file), o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func (b *bundle) number(t *testing.T, query string) (n int) {
	t.Helper()
	if err := b.db.QueryRow(b.ctx, query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

const importHeader = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Status,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Weight Unit,Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Image Position,Metafield: custom.material,Price / Canada,Price / Mars,Unit Price Total Measure,Unit Price Total Measure Unit,Unit Price Base Measure,Unit Price Base Measure Unit\n"

func TestImport(t *testing.T) {
	file := importHeader +
		"mug,Mug,<p>For tea</p>,Kiln,Mugs,\"blue, clay\",TRUE,active,Color,Blue,MUG-B,350,g,rialto,12,9.90,12.00,https://img.test/mug.jpg,1,clay,15.00,1,750,ml,1,l\n" +
		"mug,,,,,,,,,White,MUG-W,350,g,rialto,0,9.90,,https://img.test/white.jpg,2,,,,,,,\n" +
		"soap,Soap,,Kiln,Soap,,TRUE,draft,,,SOAP,100,g,,5,4.00,,,,,,,,,,\n"
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		dry := b.run(t, file, transfer.ImportOptions{DryRun: true})
		if dry.Created != 2 || b.number(t, "SELECT count(*) FROM product WHERE shop_id = $1") != 0 {
			t.Fatalf("dry run: %+v", dry)
		}
		first := b.run(t, file, transfer.ImportOptions{})
		if first.Created != 2 || first.Products != 2 || first.Done != 4 || first.WarningCount != 1 || first.Warnings[0].Code != transfer.CodeUnknownMarket {
			t.Fatalf("first: %+v", first)
		}
		p, err := b.catalog.ProductByHandle(b.in("CAD"), catalog.Whole, "mug")
		if err != nil {
			t.Fatal(err)
		}
		v, err := b.catalog.AllVariants(b.in("CAD"), []uuid.UUID{p.ID.UUID})
		if err != nil {
			t.Fatal(err)
		}
		blue, white := v[p.ID.UUID][0], v[p.ID.UUID][1]
		got := []any{p.Text, p.Tags, blue.Title, blue.Price, white.Price, blue.WeightGrams, *blue.SKU, blue.UnitPrice.Amount, blue.MediaID == nil}
		want := []any{"For tea", []string{"blue", "clay"}, "Blue", money.New(1500, "CAD"), money.New(1386, "CAD"), 350, "MUG-B", int64(2000), true}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		stock, err := b.inventory.Available(b.ctx, []uuid.UUID{blue.ID.UUID, white.ID.UUID})
		if err != nil || stock[blue.ID.UUID].Available != 12 || !stock[white.ID.UUID].Tracked || stock[white.ID.UUID].ForSale {
			t.Errorf("stock %+v, %v", stock, err)
		}
		told := b.events.count
		again := b.run(t, file, transfer.ImportOptions{})
		if again.Unchanged != 2 || b.events.count != told || b.number(t, "SELECT count(*) FROM stock_movement WHERE shop_id = $1") != 1 {
			t.Errorf("again: %+v", again)
		}
		restocked := b.run(t, strings.Replace(file, "rialto,12,", "rialto,10,", 1), transfer.ImportOptions{})
		if restocked.Updated != 1 || restocked.Unchanged != 1 {
			t.Errorf("restocked: %+v", restocked)
		}
	})
}

func (b *bundle) in(c money.Currency) context.Context {
	return shop.WithBuyer(b.ctx, shop.Buyer{Currency: c})
}

func TestImportKeepsDrawnImagesWhereTheCallerSays(t *testing.T) {
	b := setup(t, databasetest.SQLite(t))
	b.importer.ImageSchemes = []string{"demo"}
	b.importer.ImageSource = func(_ context.Context, src string) (catalog.ImageInput, error) {
		return catalog.ImageInput{Source: strings.TrimPrefix(src, "demo://"), Width: 640, Height: 480}, nil
	}
	b.run(t, "Handle,Title,Variant Price,Image Src,Image Alt Text,Variant Image\nmug,Mug,1,demo://mug/1.jpg,A mug,demo://mug/1.jpg\n", transfer.ImportOptions{})
	if n := b.number(t, "SELECT count(*) FROM media m JOIN variant v ON v.media_id = m.id WHERE m.shop_id = $1 AND m.source = 'mug/1.jpg' AND m.width = 640 AND m.alt = 'A mug'"); n != 1 {
		t.Errorf("%d such images", n)
	}
}

// generated writes products, three variants each, as a file of any length.
func generated(products int) io.Reader {
	in, out := io.Pipe()
	go func() {
		_, err := io.WriteString(out, importHeader)
		for i := 0; i < products && err == nil; i++ {
			var rows strings.Builder
			for j, size := range []string{"S", "M", "L"} {
				if j == 0 {
					fmt.Fprintf(&rows, "product-%d,Product %d,<p>Number %d of many.</p>,Vendor %d,Type %d,\"tag-%d, all\",TRUE,active,Size,", i, i, i, i%50, i%20, i%30)
				} else {
					fmt.Fprintf(&rows, "product-%d,,,,,,,,,", i)
				}
				fmt.Fprintf(&rows, "%s,SKU-%d-%d,%d,g,rialto,%d,%d.99,,", size, i, j, 100+i%900, i%500, 1+i%300)
				if j == 0 {
					fmt.Fprintf(&rows, "https://img.test/%d.jpg,1,linen", i)
				} else {
					rows.WriteString(",,")
				}
				rows.WriteString(",,,,,,\n")
			}
			_, err = io.WriteString(out, rows.String())
		}
		_ = out.CloseWithError(err)
	}()
	return in
}

func TestImportOfManyInBoundedMemory(t *testing.T) {
	products := 10_000
	if testing.Short() {
		products = 600
	}
	b := setup(t, databasetest.SQLite(t))
	_, problems, err := b.catalog.CreateCollection(b.ctx, catalog.CollectionChanges{Title: ptr("All"), RuleSet: &catalog.RuleSet{Rules: []*catalog.Rule{{Column: "TAG", Relation: "EQUALS", Condition: "all"}}}})
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	var base, most uint64
	batches := 0
	began := time.Now()
	report, err := b.importer.Import(b.ctx, generated(products), transfer.ImportOptions{Progress: func(transfer.Progress) {
		if batches++; batches%25 != 0 {
			return
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		if base == 0 {
			base = m.HeapAlloc
		}
		most = max(most, m.HeapAlloc)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if report.Created != products || report.Failed != 0 {
		t.Fatalf("report %+v", report)
	}
	t.Logf("%d products in %v; heap %d KB after the first batches, %d KB at most", products, time.Since(began).Round(time.Millisecond), base>>10, most>>10)
	if grown := int64(most) - int64(base); grown > 16<<20 {
		t.Errorf("the heap grew by %d KB", grown>>10)
	}
	if n := b.number(t, "SELECT products_count FROM collection WHERE shop_id = $1"); n != products {
		t.Errorf("the collection has %d products", n)
	}
	began = time.Now()
	told := b.events.count
	again, err := b.importer.Import(b.ctx, generated(products), transfer.ImportOptions{})
	if err != nil || again.Unchanged != products || b.events.count != told {
		t.Errorf("again: %+v, %v", again, err)
	}
	t.Logf("again in %v", time.Since(began).Round(time.Millisecond))
}

func TestImportGoesOnAfterACancel(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		const products = 200
		b := setup(t, db)
		ctx, cancel := context.WithCancelCause(b.ctx)
		enough := errors.New("enough")
		report, err := b.importer.Import(ctx, generated(products), transfer.ImportOptions{Progress: func(p transfer.Progress) {
			if p.Products >= products/2 {
				cancel(enough)
			}
		}})
		if !errors.Is(err, enough) || report.Created != products/2 {
			t.Fatalf("%+v, %v", report, err)
		}
		rest, err := b.importer.Import(b.ctx, generated(products), transfer.ImportOptions{ResumeAfter: report.Done})
		if err != nil || rest.Created != products/2 || rest.Products != products/2 {
			t.Fatalf("rest: %+v, %v", rest, err)
		}
		whole, err := b.importer.Import(b.ctx, generated(products), transfer.ImportOptions{})
		if err != nil || whole.Unchanged != products {
			t.Fatalf("whole: %+v, %v", whole, err)
		}
	})
}

func TestImportReportsBadRowsAndSavesTheRest(t *testing.T) {
	header := "Handle,Title,Option1 Name,Option1 Value,Variant Price,Variant Inventory Tracker,Variant Inventory Qty,Image Src\n"
	good := "good,Good,,,1.00,,,\n"
	cases := map[string]struct {
		rows string
		code transfer.Code
		row  int
	}{
		"BadPrice":         {"bad,Bad,,,cheap,,,\n", transfer.CodeBadNumber, 3},
		"NegativePrice":    {"bad,Bad,,,-1,,,\n", transfer.CodeNegative, 3},
		"HugePrice":        {"bad,Bad,,,99999999999999999999999,,,\n", transfer.CodeTooLarge, 3},
		"NegativeQuantity": {"bad,Bad,,,1,rialto,-5,\n", transfer.CodeNegative, 3},
		"HugeQuantity":     {"bad,Bad,,,1,rialto,2000000000,\n", transfer.CodeTooLarge, 3},
		"InvalidText":      {"bad,B\xffd,,,1,,,\n", transfer.CodeInvalidText, 3},
		"LongTitle":        {"bad," + strings.Repeat("x", 256) + ",,,1,,,\n", transfer.CodeTooLong, 3},
		"NoTitle":          {"bad,,,,1,,,\n", transfer.CodeMissingTitle, 3},
		"FewFields":        {"bad,Bad\n", transfer.CodeFieldCount, 3},
		"StrayQuote":       {"bad,B\"ad,,,1,,,\n", transfer.CodeMalformedRow, 3},
		"HandleAgain":      {"bad,Bad,,,1,,,\n" + good, transfer.CodeHandleRepeated, 4},
		"SameValues":       {"bad,Bad,Size,S,1,,,\nbad,,,S,1,,,\n", transfer.CodeDuplicateVariant, 4},
		"LocalImage":       {"bad,Bad,,,1,,,file:///etc/passwd\n", transfer.CodeInvalidURL, 3},
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				b := setup(t, db)
				report := b.run(t, header+good+c.rows+"last,Last,,,2.00,,,\n", transfer.ImportOptions{})
				if report.Failed != 1 || report.Created != report.Products-1 || report.Created < 2 {
					t.Fatalf("report %+v", report)
				}
				if report.Errors[0].Code != c.code || report.Errors[0].Row != c.row {
					t.Errorf("error %+v", report.Errors[0])
				}
				if n := b.number(t, "SELECT count(*) FROM product WHERE shop_id = $1"); n != report.Created {
					t.Errorf("%d products, %d reported", n, report.Created)
				}
			})
		}
	})
}

func TestImportBoundsItsErrors(t *testing.T) {
	b := setup(t, databasetest.SQLite(t))
	var file strings.Builder
	file.WriteString("Handle,Title,Variant Price\n")
	for i := range 1500 {
		fmt.Fprintf(&file, "p%d,,1\n", i)
	}
	report := b.run(t, file.String(), transfer.ImportOptions{})
	if len(report.Errors) != transfer.MaxReported || report.ErrorCount != 1500 || report.Failed != 1500 {
		t.Errorf("%d errors, %d counted, %d failed", len(report.Errors), report.ErrorCount, report.Failed)
	}
}

func TestImportOfABrokenFileKeepsWhatWasWhole(t *testing.T) {
	b := setup(t, databasetest.SQLite(t))
	broken := io.MultiReader(strings.NewReader("Handle,Title,Variant Price\na,A,1\nb,B,1\nc,C,"), failing{})
	report, err := b.importer.Import(b.ctx, broken, transfer.ImportOptions{})
	var file *transfer.FileError
	if !errors.As(err, &file) || report.Created != 1 && report.Created != 2 || report.Done < 2 {
		t.Errorf("%+v, %v", report, err)
	}
	if _, err := b.importer.Import(b.ctx, strings.NewReader("no header at all"), transfer.ImportOptions{}); !errors.As(err, &file) {
		t.Errorf("err = %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("unplugged") }

func ptr[T any](v T) *T { return &v }

// picky refuses thirteen of anything.
type picky struct{ *inventory.Service }

func (p picky) SetTx(ctx context.Context, tx database.Tx, c inventory.Count) (inventory.Group, fault.Problems, error) {
	var problems fault.Problems
	for i, q := range c.Quantities {
		if q.Quantity == 13 {
			problems.Add("UNLUCKY", "Not thirteen.", "input", "quantities", strconv.Itoa(i), "quantity")
		}
	}
	if len(problems) > 0 {
		return inventory.Group{}, problems, nil
	}
	return p.Service.SetTx(ctx, tx, c)
}

func TestImportLeavesOutWhatTheInventoryRefuses(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		b.importer.Inventory = picky{b.inventory}
		report := b.run(t, "Handle,Title,Variant Price,Variant Inventory Tracker,Variant Inventory Qty\na,A,1,rialto,12\nb,B,1,rialto,13\nc,C,1,rialto,14\n", transfer.ImportOptions{})
		if report.Created != 2 || report.Failed != 1 || report.Errors[0].Row != 3 || report.Errors[0].Code != "UNLUCKY" {
			t.Fatalf("report %+v", report)
		}
		if n := b.number(t, "SELECT count(*) FROM product WHERE shop_id = $1"); n != 2 {
			t.Errorf("%d products", n)
		}
	})
}

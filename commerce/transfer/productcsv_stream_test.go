package transfer

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// generated writes a catalog of n products as it is read, so that no test holds the whole file.
type generated struct {
	n, made int
	left    string
}

func (g *generated) Read(p []byte) (int, error) {
	if g.left == "" {
		if g.made > g.n {
			return 0, io.EOF
		}
		g.left = g.chunk(g.made)
		g.made++
	}
	n := copy(p, g.left)
	g.left = g.left[n:]
	return n, nil
}

func (g *generated) chunk(i int) string {
	if i == 0 {
		return "Handle,Title,Body (HTML),Tags,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty,Image Src\n"
	}
	var b strings.Builder
	body := strings.Repeat("A plain sentence about a thing. ", 40)
	fmt.Fprintf(&b, "thing-%d,Thing %d,%s,\"home, thing\",Size,S,T-%d-S,10.00,5,https://x.test/%d/1.jpg\n", i, i, body, i, i)
	for _, size := range [...]string{"M", "L", "XL"} {
		fmt.Fprintf(&b, "thing-%d,,,,,%s,T-%d-%s,12.00,5,https://x.test/%d/%s.jpg\n", i, size, i, size, i, size)
	}
	return b.String()
}

func TestProductReaderStreamsTenThousandProductsInBoundedMemory(t *testing.T) {
	const products = 10_000
	r := NewProductReader(&generated{n: products}, Options{})
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var count int
	var highest uint64
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Variants) != 4 || len(p.Images) != 4 {
			t.Fatalf("%s has %d variants and %d images", p.Handle, len(p.Variants), len(p.Images))
		}
		if count++; count%1000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			highest = max(highest, now.HeapAlloc)
		}
	}
	if count != products {
		t.Errorf("%d products arrived", count)
	}
	// 10,000 handles and 40,000 SKUs are remembered by digest; the text of the products is not.
	if grown := int64(highest) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
	if each := (now.Mallocs - before.Mallocs) / products; each > 100 {
		t.Errorf("%d allocations a product", each)
	}
	if r.Row() != 1+4*products || r.Offset() == 0 {
		t.Errorf("row %d, offset %d", r.Row(), r.Offset())
	}
}

// checkProduct holds what every delivered product promises.
func checkProduct(t interface{ Errorf(string, ...any) }, p *Product) {
	if p.Handle == "" || p.Title == "" || len(p.Variants) == 0 || len(p.Variants) > MaxVariants || len(p.Images) > MaxImages {
		t.Errorf("incomplete product %q", p.Handle)
	}
	if len(p.Options) < 1 || len(p.Options) > MaxOptions {
		t.Errorf("%d options", len(p.Options))
	}
	srcs := map[string]bool{}
	for i, image := range p.Images {
		if srcs[image.Src] || image.Position != i+1 {
			t.Errorf("image %d is %+v", i, image)
		}
		srcs[image.Src] = true
	}
	combinations := map[string]bool{}
	for _, v := range p.Variants {
		key := strings.ToLower(strings.Join(v.OptionValues, "\x00"))
		if len(v.OptionValues) != len(p.Options) || combinations[key] {
			t.Errorf("option values %q", v.OptionValues)
		}
		combinations[key] = true
		if _, code, _ := plainDecimal(v.Price, 2); code != "" || v.Quantity < 0 || v.Grams < 0 {
			t.Errorf("price %q, quantity %d, grams %d", v.Price, v.Quantity, v.Grams)
		}
		if v.Image != "" && !srcs[v.Image] {
			t.Errorf("the image %q is not among the product's", v.Image)
		}
	}
}

func FuzzProductReader(f *testing.F) {
	f.Add([]byte(oneChair))
	f.Add([]byte("\uFEFF" + strings.ReplaceAll(oneChair, "\n", "\r\n")))
	f.Add([]byte("Handle,Title,Price,Option1 Name,Option1 Value\na,A,1,Size,S\nb,\"B\"x,1,,\na,,2,,M\n"))
	f.Add([]byte("Title,Handle\n,\n\n\"\n\",a\xff\n"))
	f.Add([]byte("Handle,Title,Price,Price / Canada,Included / Canada\na,A,-0,0.00,no\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := NewProductReader(strings.NewReader(string(data)), Options{})
		seen, last := map[string]bool{}, 0
		for {
			p, err := r.Next()
			var skipped RowErrors
			var file *FileError
			switch {
			case err == nil:
				checkProduct(t, p)
				if seen[p.Handle] || p.FirstRow <= last || p.LastRow < p.FirstRow {
					t.Errorf("%q at rows %d to %d, after row %d", p.Handle, p.FirstRow, p.LastRow, last)
				}
				seen[p.Handle], last = true, p.LastRow
			case errors.As(err, &skipped):
				if len(skipped) == 0 || skipped[0].Row == 0 || skipped[0].Code == "" {
					t.Errorf("an empty complaint: %v", skipped)
				}
			case errors.As(err, &file), errors.Is(err, io.EOF):
				return
			default:
				t.Fatalf("an error of no type: %v", err)
			}
		}
	})
}

func TestPlainDecimalKeepsValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Uint64Range(0, 999_999_999_999).Draw(t, "whole")
		cents := rapid.IntRange(0, 99).Draw(t, "cents")
		zeros := strings.Repeat("0", rapid.IntRange(0, 3).Draw(t, "zeros"))
		want := fmt.Sprintf("%d.%02d", whole, cents)
		got, code, message := plainDecimal(zeros+want+zeros, 2)
		if got != want || code != "" {
			t.Fatalf("got %q %s %s, want %q", got, code, message, want)
		}
	})
}

// Package demo is the demo shop. It holds it as text: a product CSV in the format that merchants import, and everything
// else as JSON ([Load]); it fills a deployment with it ([Fill]); and it draws its pictures ([Gallery]).
//
// It decides neither when a deployment is filled nor when what opens the demo shop works: the app does.
//
// Invariants, kept by tests: every handle that something refers to exists; every country of a market has a delivery
// option in every currency and a tax rate; among any fifty consecutive products some of the first five variants have
// 1 to 12 in stock and some 13 to 60.
package demo

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/rialtohq/rialto/commerce/transfer"
)

//go:embed products.csv collections.json menus.json pages.json shop.json
var files embed.FS

// ImageScheme is the scheme of the demo's image addresses, such as demo://oak-chair/1.jpg: pictures that are drawn,
// not stored.
const ImageScheme = "demo"

// All is the demo shop in one value.
type All struct {
	Shop        Shop
	Products    []*transfer.Product // in the order in which they are to be created
	Collections []Collection
	Menus       []Menu
	Pages       []Page
}

// Load reads everything. It fails when a file is not what it should be.
func Load() (*All, error) {
	var a All
	var err error
	if a.Shop, err = LoadShop(); err != nil {
		return nil, err
	}
	if a.Products, err = LoadProducts(); err != nil {
		return nil, err
	}
	if a.Collections, err = LoadCollections(); err != nil {
		return nil, err
	}
	if a.Menus, err = LoadMenus(); err != nil {
		return nil, err
	}
	a.Pages, err = LoadPages()
	return &a, err
}

// ProductsCSV is the product file itself, for an importer that reads it as it would a merchant's.
func ProductsCSV() (io.Reader, int64, error) {
	b, err := files.ReadFile("products.csv")
	if err != nil {
		return nil, 0, fmt.Errorf("demo: %w", err)
	}
	return bytes.NewReader(b), int64(len(b)), nil
}

// ReadOptions are those with which the product file is to be read.
func ReadOptions() transfer.Options {
	return transfer.Options{
		ImageSchemes: []string{ImageScheme},
		Decimals: func(market string) int {
			if market == "Japan" {
				return 0
			}
			return 2
		},
	}
}

// LoadProducts reads the product file. The demo's file has no faults, so the first one fails.
func LoadProducts() ([]*transfer.Product, error) {
	in, _, err := ProductsCSV()
	if err != nil {
		return nil, err
	}
	reader := transfer.NewProductReader(in, ReadOptions())
	var products []*transfer.Product
	for {
		p, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return products, nil
		}
		if err != nil {
			return nil, fmt.Errorf("demo: products.csv: %w", err)
		}
		products = append(products, p)
	}
}

// LoadShop reads the shop, its markets, deliveries, taxes, discounts.
func LoadShop() (Shop, error) { return load[Shop]("shop.json") }

// LoadCollections reads the collections.
func LoadCollections() ([]Collection, error) { return load[[]Collection]("collections.json") }

// LoadMenus reads the menus.
func LoadMenus() ([]Menu, error) { return load[[]Menu]("menus.json") }

// LoadPages reads the pages.
func LoadPages() ([]Page, error) { return load[[]Page]("pages.json") }

func load[T any](name string) (T, error) {
	var v T
	b, err := files.ReadFile(name)
	if err != nil {
		return v, fmt.Errorf("demo: %w", err)
	}
	in := json.NewDecoder(bytes.NewReader(b))
	in.DisallowUnknownFields()
	if err := in.Decode(&v); err != nil {
		return v, fmt.Errorf("demo: %s: %w", name, err)
	}
	return v, nil
}

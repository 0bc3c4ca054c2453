package main

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/bench/seed"
)

//go:embed queries
var queries embed.FS

const shopHandle = demo.Handle

// page is a page of a storefront, or of the staff: one operation, asked for many things.
type page struct {
	Name      string // of its query and of its handler
	Title     string
	operation string
	staff     bool
	variables []map[string]any
	deep      int // how many pages further lists are followed
}

// pages are what is measured. What they are asked for follows from what the database holds.
func pages(s *subjects) []*page {
	list := &page{Name: "list", Title: "A product list", operation: "List", deep: 3}
	facets := &page{Name: "collection", Title: "C collection, filters, counts", operation: "Collection"}
	for i, handle := range s.Collections {
		list.variables = append(list.variables, map[string]any{"handle": handle})
		facets.variables = append(facets.variables, map[string]any{"handle": handle, "most": []int{60, 90, 120, 160}[i%4]})
	}
	product := &page{Name: "product", Title: "B product page", operation: "Product"}
	for _, handle := range s.Products {
		product.variables = append(product.variables, map[string]any{"handle": handle})
	}
	search := &page{Name: "search", Title: "D search", operation: "Search"}
	for _, term := range s.Terms {
		search.variables = append(search.variables, map[string]any{"query": term})
	}
	cart := &page{Name: "cart", Title: "E cart of ten lines", operation: "Cart"}
	for _, id := range s.Carts {
		cart.variables = append(cart.variables, map[string]any{"id": id})
	}
	orders := &page{Name: "orders", Title: "F staff's orders", operation: "Orders", staff: true, deep: 40, variables: []map[string]any{{}}}
	return []*page{list, product, facets, search, cart, orders}
}

// query is the text of the page's operation.
func (p *page) query() string {
	query, err := queries.ReadFile("queries/" + p.Name + ".graphql")
	if err != nil {
		panic(err) // it is embedded
	}
	return string(query)
}

// body is what is sent for one thing, address where it is asked for by GET.
func (p *page) body(variables map[string]any) []byte {
	return encode(map[string]any{"query": p.query(), "operationName": p.operation, "variables": variables})
}

func (p *page) address(variables map[string]any) string {
	return "/graphql?" + url.Values{"query": {p.query()}, "operationName": {p.operation}, "variables": {string(encode(variables))}}.Encode()
}

func encode(v map[string]any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers
	}
	return b
}

// header is who asks.
func (p *page) header(staff string) string {
	if p.staff {
		return "Authorization: Bearer " + staff
	}
	return "X-Shopify-Storefront-Access-Token: " + seed.Token
}

// signIn opens a session of the shop's owner.
func signIn(ctx context.Context, rialto *process) (string, error) {
	in, err := json.Marshal(map[string]any{
		"query":     "mutation($in: StaffAccessTokenCreateInput!) { staffAccessTokenCreate(input: $in) { staffAccessToken { accessToken } userErrors { message } } }",
		"variables": map[string]any{"in": map[string]string{"email": seed.OwnerEmail, "password": seed.OwnerPassword}},
	})
	if err != nil {
		return "", err
	}
	out, err := once(ctx, rialto.addr, request("POST", "/graphql", in, "X-Shopify-Storefront-Access-Token: "+seed.Token))
	if err != nil {
		return "", err
	}
	var answer struct {
		Data struct {
			Create struct {
				Token struct {
					AccessToken string `json:"accessToken"`
				} `json:"staffAccessToken"`
			} `json:"staffAccessTokenCreate"`
		} `json:"data"`
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return "", err
	}
	if answer.Data.Create.Token.AccessToken == "" {
		return "", fmt.Errorf("the owner may not sign in: %s", out)
	}
	return answer.Data.Create.Token.AccessToken, nil
}

// walk adds the pages that follow: for lists, whose later pages cost what the first one costs only where no row is skipped.
func (p *page) walk(ctx context.Context, rialto *process, staff string) error {
	const most = 100 // lists
	first := p.variables
	for _, from := range first[:min(len(first), most)] {
		variables := from
		for range p.deep {
			out, err := once(ctx, rialto.addr, request("POST", "/graphql", p.body(variables), p.header(staff)))
			if err != nil {
				return err
			}
			cursor, err := endCursor(out)
			if err != nil {
				return fmt.Errorf("%s: %w: %.300s", p.Name, err, out)
			}
			if cursor == "" {
				break
			}
			next := map[string]any{"after": cursor}
			if handle, ok := from["handle"]; ok {
				next["handle"] = handle
			}
			p.variables = append(p.variables, next)
			variables = next
		}
	}
	return nil
}

// endCursor is where a page ends; empty where no page follows.
func endCursor(answer []byte) (string, error) {
	type connection struct {
		PageInfo struct {
			HasNextPage bool
			EndCursor   string
		}
	}
	var in struct {
		Data struct {
			Collection *struct{ Products *connection }
			Orders     *connection
		}
	}
	if err := json.Unmarshal(answer, &in); err != nil {
		return "", err
	}
	c := in.Data.Orders
	if in.Data.Collection != nil {
		c = in.Data.Collection.Products
	}
	if c == nil {
		return "", errors.New("an answer without a list")
	}
	if !c.PageInfo.HasNextPage {
		return "", nil
	}
	return c.PageInfo.EndCursor, nil
}

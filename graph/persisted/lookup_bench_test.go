package persisted_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	iam "github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/app"
	"github.com/rialtohq/rialto/commerce/operation"
	"github.com/rialtohq/rialto/graph/persisted"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/ratelimit/ratelimittest"
)

type unaudited struct{}

func (unaudited) Audit(context.Context, database.Tx, string, string, any) error { return nil }

// What it takes to find the document of a request that names it, among a thousand that are registered: in memory, where a process
// knows it already (the goal is under 50 µs), and in the database, where it does not. And the same of automatic persisted queries,
// in memory and in Redis.
//
//	go test ./graph/persisted -run xxx -bench Lookup -benchmem
func BenchmarkLookup(b *testing.B) {
	stores := map[string]func(testing.TB) *database.DB{"sqlite": databasetest.SQLite, "postgresql": databasetest.PostgreSQL}
	for name, open := range stores {
		b.Run(name, func(b *testing.B) {
			db := open(b)
			ctx, shop := databasetest.Shop(b, db)
			web := uuid.New()
			shopper := iam.Actor{Kind: iam.Storefront, Shop: shop, Client: web}
			var docs []operation.Document
			for i := range 1000 {
				body := fmt.Sprintf("query Page%d { shop { id name } products(first: %d) { nodes { id title variants(first: 5) { nodes { id price { amount } } } } } }", i, i%250+1)
				docs = append(docs, operation.Document{Alias: fmt.Sprintf("page-%d", i), Hash: operation.HashOf(body), Name: "Page", Kind: "query", Body: body})
			}
			if _, err := operation.New(operation.Config{DB: db, Audit: unaudited{}}).Register(ctx, web, "v1", docs); err != nil {
				b.Fatal(err)
			}
			for from, believed := range map[string]time.Duration{"memory": time.Hour, "database": -1} {
				b.Run(from, func(b *testing.B) {
					door := persisted.New(persisted.Config{Registry: operation.New(operation.Config{DB: db, Audit: unaudited{}, CacheFor: believed}), Apps: modes{web: app.RegisteredOnly}})
					look(b, ctx, door, shopper, func(i int) *wire.Request { return &wire.Request{DocumentID: "sha256:" + docs[i%len(docs)].Hash} }, len(docs))
				})
			}
		})
	}
	b.Run("automatic", func(b *testing.B) {
		web, shop := uuid.New(), uuid.New()
		shopper := iam.Actor{Kind: iam.Storefront, Shop: shop, Client: web}
		owner := persisted.Owner{Shop: shop, App: web}
		shared := persisted.NewRedis(ratelimittest.Redis(b), "bench-"+uuid.NewString()+":")
		texts := make([]string, 500)
		for i := range texts {
			text := fmt.Sprintf("{ products(first: %d) { nodes { id title } } }", i)
			texts[i] = operation.HashOf(text)
			shared.Put(b.Context(), owner, texts[i], text)
		}
		request := func(i int) *wire.Request { return &wire.Request{Extensions: automatic(texts[i%len(texts)])} }
		for from, texts := range map[string]persisted.Automatic{"memory": shared, "redis": &forgetful{Redis: shared, every: len(texts)}} {
			b.Run(from, func(b *testing.B) {
				door := persisted.New(persisted.Config{Registry: registry{body: registered}, Apps: modes{web: app.Open}, Automatic: texts})
				look(b, b.Context(), door, shopper, request, 1)
			})
		}
	})
}

// forgetful asks Redis each time: what was met in memory is forgotten before it is met again.
type forgetful struct {
	*persisted.Redis
	every, asked int
}

func (f *forgetful) Get(ctx context.Context, of persisted.Owner, hash string) (string, bool) {
	if f.asked%f.every == 0 {
		f.Memory = persisted.NewMemory()
	}
	f.asked++
	return f.Redis.Get(ctx, of, hash)
}

// look looks requests up, after each of them was looked up once.
func look(b *testing.B, ctx context.Context, door *persisted.Door, by iam.Actor, request func(int) *wire.Request, different int) {
	b.Helper()
	find := func(i int) {
		if doc, refusal := door.Find(ctx, by, request(i)); refusal != nil || doc.Text == "" {
			b.Fatalf("%+v", refusal)
		}
	}
	for i := range different {
		find(i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		find(i)
	}
}

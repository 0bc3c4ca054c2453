package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/catalog"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/gid"
)

func TestTagsOfProducts(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		made, problems, err := b.catalog.CreateProduct(b.ctx, catalog.ProductChanges{Title: ptr("Bench"), Tags: &[]string{"wood"}})
		if err != nil || len(problems) > 0 {
			t.Fatal(codes(problems), err)
		}
		id := made.ID
		p, problems, err := b.catalog.AddTags(b.ctx, id, []string{" new ", "WOOD", "oak"})
		if err != nil || len(problems) > 0 || !slices.Equal(p.Tags, []string{"wood", "new", "oak"}) {
			t.Fatal(p, codes(problems), err)
		}
		p, problems, err = b.catalog.RemoveTags(b.ctx, id, []string{"NEW", "gone"})
		if err != nil || len(problems) > 0 || !slices.Equal(p.Tags, []string{"wood", "oak"}) {
			t.Fatal(p, codes(problems), err)
		}
		_, problems, err = b.catalog.AddTags(b.ctx, gid.New("Product", uuid.New()), []string{"x"})
		if err != nil || len(problems) != 1 || problems[0].Code != catalog.CodeNotFound || strings.Join(problems[0].Field, ".") != "id" {
			t.Error(codes(problems), err)
		}
		_, problems, err = b.catalog.AddTags(b.ctx, id, []string{strings.Repeat("x", 300)})
		if err != nil || len(problems) == 0 || problems[0].Field[0] != "tags" {
			t.Error(codes(problems), err)
		}
		var wait sync.WaitGroup
		for i := range 6 { // at the same time, each is kept
			wait.Go(func() {
				if _, problems, err := b.catalog.AddTags(b.ctx, id, []string{fmt.Sprintf("tag %d", i)}); err != nil || len(problems) > 0 {
					t.Error(codes(problems), err)
				}
			})
		}
		wait.Wait()
		found, err := b.catalog.Products(b.ctx, []uuid.UUID{id.UUID})
		if err != nil || len(found[id.UUID].Tags) != 8 {
			t.Error(found[id.UUID], err)
		}
	})
}

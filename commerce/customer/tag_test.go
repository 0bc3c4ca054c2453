package customer_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/gid"
)

func TestTagsOfCustomers(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		b, ledger := staffed(t, db)
		c := b.open("tagged@example.com")
		id := gid.New("Customer", c.ID.UUID)
		got, problems, err := b.customers.AddTags(b.ctx, id, []string{" late ", "VIP"})
		if err != nil || len(problems) > 0 || cmp.Diff([]string{"vip", "late"}, got.Tags) != "" {
			t.Fatal(got, codes(problems), err)
		}
		if !strings.Contains(ledger.text(), "customer.updated") {
			t.Error(ledger.text())
		}
		got, problems, err = b.customers.RemoveTags(b.ctx, id, []string{"Vip", "gone"})
		if err != nil || len(problems) > 0 || cmp.Diff([]string{"late"}, got.Tags) != "" {
			t.Fatal(got, codes(problems), err)
		}
		_, problems, err = b.customers.AddTags(b.ctx, gid.New("Customer", uuid.New()), []string{"x"})
		refusedWith(t, problems, err, customer.CodeNotFound, "id")
		_, problems, err = b.customers.AddTags(b.ctx, id, []string{strings.Repeat("x", 300)})
		if err != nil || len(problems) == 0 || strings.Join(problems[0].Field, ".") != "tags" {
			t.Error(codes(problems), err)
		}
	})
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/gid"
)

// explain asks a folder who may do what.
func explain(t *testing.T, dir string, args ...string) result {
	t.Helper()
	return finish(t, rialto(t, dir, append([]string{"access", "explain"}, args...)...))
}

func TestAccessExplainNamesThePolicy(t *testing.T) {
	t.Parallel()
	for _, p := range places() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			dir := p.at(t)
			product, location := idsOf(t, dir)
			for name, tt := range map[string]struct {
				actor, action, on string
				want              []string
			}{
				"Shopper":        {"storefront", "product:view", product, []string{"decision allowed", "permitted by product.view.published: ", "policies/product.cedar:"}},
				"ShopperNoScope": {"storefront", "product:view", product, []string{"products:read, not held"}},
				"Owner":          {"staff:owner@rialto.test", "location:write", location, []string{"decision allowed", "roles owner", "inventory:write, held", "location.write.staff"}},
				"Role":           {"role:finance", "location:write", location, []string{"decision refused", "inventory:write, not held", "no policy permits it"}},
				"Nobody":         {"nobody", "location:read", location, []string{"refused", "nobody in particular acts"}},
			} {
				got := explain(t, dir, "--actor", tt.actor, "--action", tt.action, "--resource", tt.on)
				if got.Code != 0 {
					t.Errorf("%s: %+v", name, got)
				}
				for _, want := range tt.want {
					if !strings.Contains(squeezed(got.Out), want) {
						t.Errorf("%s: no %q in %+v", name, want, got)
					}
				}
			}
			list := finish(t, rialto(t, dir, "access", "list"))
			expect(t, list, 0, "order:refund", "order.refund.limited", "forbidden by", "location.kept.app", "policies/address.cedar:")
		})
	}
}

func TestAccessExplainSaysWhatItCannotFind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start(t, dir)
	product, _ := idsOf(t, dir)
	none := "gid://rialto/Order/00000000-0000-7000-8000-000000000000"
	for name, tt := range map[string]struct{ actor, action, on, want string }{
		"Action":    {"storefront", "order:burn", none, `no action "order:burn"`},
		"Order":     {"storefront", "order:view", none, "has no gid://rialto/Order"},
		"WrongType": {"storefront", "order:view", product, "order:view is about gid://rialto/Order"},
		"NoID":      {"storefront", "order:view", "12", "12"},
		"Kind":      {"king:arthur", "product:view", product, "is no actor"},
		"Staff":     {"staff:none@example.com", "product:view", product, "nobody with the email"},
		"Customer":  {"customer:none@example.com", "product:view", product, "no customer"},
		"Role":      {"role:king", "product:view", product, `no role "king"`},
		"App":       {"app:00000000-0000-7000-8000-000000000000", "product:view", product, "no app"},
	} {
		got := explain(t, dir, "--actor", tt.actor, "--action", tt.action, "--resource", tt.on)
		if got.Code != 1 || !strings.Contains(got.Err, tt.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestPoliciesOfAnOperator(t *testing.T) {
	t.Parallel()
	dir, own := t.TempDir(), t.TempDir()
	start(t, dir).stop(t)
	_, location := idsOf(t, dir)
	file := filepath.Join(own, "night.cedar")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ask := func() result {
		cmd := rialto(t, dir, "access", "explain", "--actor=role:manager", "--action=location:write", "--resource="+location)
		cmd.Env = append(cmd.Env, "RIALTO_POLICIES_DIR="+own)
		return finish(t, cmd)
	}
	write(`@id("ours.frozen") @description("Stock-taking: nobody writes.") forbid (principal, action == Action::"location:write", resource);`)
	expect(t, ask(), 0, "refused", "forbidden by", "ours.frozen", "Stock-taking: nobody writes.", "night.cedar:1")
	write(`@id("ours.frozen") @description("x") forbid (principal, action == Action::"location:wirte", resource);`)
	if got := ask(); got.Code != 1 || !strings.Contains(got.Err, "location:wirte") || !strings.Contains(got.Err, "night.cedar:1") {
		t.Errorf("%+v", got)
	}
}

// squeezed makes every gap of a table one space.
func squeezed(s string) string { return strings.Join(strings.Fields(s), " ") }

// idsOf looks up an active product and a location of the demo shop in the folder's database.
func idsOf(t *testing.T, dir string) (product, location string) {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{File: filepath.Join(dir, "rialto.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for kind, query := range map[string]string{"Product": "SELECT id FROM product WHERE handle = 'oak-chair'", "Location": "SELECT id FROM location ORDER BY priority LIMIT 1"} {
		rows, err := db.SysQuery(database.AllShops(t.Context()), query)
		ids, err := database.IDs(rows, err)
		if err != nil || len(ids) != 1 {
			t.Fatal(ids, err)
		}
		if kind == "Product" {
			product = gid.New(kind, ids[0]).String()
		} else {
			location = gid.New(kind, ids[0]).String()
		}
	}
	return product, location
}

package policy

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
)

// What stands for many is decided as each of them, whatever an operator's policies look at.
func TestWhatIsAlikeIsDecidedAlike(t *testing.T) {
	t.Parallel()
	shop := uuid.New()
	ids := []uuid.UUID{uuid.Nil, uuid.Max, uuid.New(), uuid.New(), uuid.New()}
	var actors []access.Actor
	for _, id := range ids {
		for _, kind := range []access.Kind{access.Storefront, access.Customer, access.Staff, access.App} {
			for _, scopes := range []access.Scopes{{}, access.NewScopes(access.OrdersRead), access.NewScopes(access.CustomersReadPII)} {
				actors = append(actors, access.Actor{Kind: kind, Shop: shop, ID: id, Scopes: scopes})
			}
		}
	}
	named := ids[2].String()
	for name, tt := range map[string]struct {
		more string // an operator's policy
		want blind  // for order:contact
	}{
		"Builtin":        {"", blind{identity: true, owner: true}},
		"OneOrder":       {`forbid (principal, action == Action::"order:contact", resource == Order::"` + named + `");`, blind{owner: true}},
		"OneOrderInside": {`forbid (principal, action == Action::"order:contact", resource is Order) when { [Order::"` + named + `"].contains(resource) };`, blind{owner: true}},
		"OneCustomer":    {`forbid (principal, action == Action::"order:contact", resource is Order) when { resource has customer && resource.customer == Customer::"` + named + `" };`, blind{identity: true}},
		"NotMine":        {`forbid (principal is Customer, action == Action::"order:contact", resource is Order) when { resource has customer && principal != resource.customer };`, blind{identity: true, owner: true}},
		"Guests":         {`forbid (principal, action == Action::"order:contact", resource is Order) unless { resource has customer };`, blind{identity: true, owner: true}},
		"CustomerInAny":  {`forbid (principal, action == Action::"order:contact", resource is Order) when { resource has customer && [Customer::"` + named + `"].contains(resource.customer) };`, blind{identity: true}},
		"BothWays":       {`forbid (principal is Customer, action == Action::"order:contact", resource is Order) when { resource has customer && resource.customer == principal && resource.customer != Customer::"` + named + `" };`, blind{identity: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c Config
			if tt.more != "" {
				c.Dir = t.TempDir()
				if err := os.WriteFile(filepath.Join(c.Dir, "ours.cedar"), []byte(`@id("ours") @description("x") `+tt.more), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			e, err := New(c)
			if err != nil {
				t.Fatal(err)
			}
			if got := e.blind[OrderContact]; got != tt.want {
				t.Errorf("blind to %+v, want %+v", got, tt.want)
			}
			for _, a := range actors {
				for _, action := range []Action{OrderView, OrderContact, AddressView} {
					for _, id := range ids[1:] {
						for _, customer := range ids {
							var on Resource = Order{ID: id, Customer: customer, Key: id[0]%2 == 0}
							if action == AddressView {
								on = Address{ID: id, Customer: customer}
							}
							alike := e.blind[action].alike(a, on)
							if got, want := e.decide(t.Context(), a, action, alike), e.decide(t.Context(), a, action, on); got.Allowed != want.Allowed {
								t.Errorf("%s %v of %s %v: %v; as %v: %v", action, on, a.Kind, a.ID, want.Allowed, alike, got.Allowed)
							}
						}
					}
				}
			}
		})
	}
}

// Fifty orders of other customers are one question.
func TestAListIsOneQuestion(t *testing.T) {
	t.Parallel()
	e, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := access.With(Remember(t.Context()), access.Actor{Kind: access.Staff, Shop: uuid.New(), ID: uuid.New(), Scopes: access.NewScopes(access.CustomersReadPII)})
	for range 50 {
		if !e.Allows(ctx, OrderContact, Order{ID: uuid.New(), Customer: uuid.New()}) {
			t.Fatal("refused")
		}
	}
	if n := e.Evaluations(); n != 1 {
		t.Errorf("%d evaluations", n)
	}
}

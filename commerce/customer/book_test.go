package customer_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/customer"
	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/keyset"
)

func (b bundle) signedUp(email string) (uuid.UUID, string) {
	b.Helper()
	return b.create(email).ID.UUID, b.signIn(email, password)
}

func (b bundle) add(token string, in map[string]string) *customer.Address {
	b.Helper()
	a, problems, err := b.customers.CreateAddress(b.ctx, token, typed(in))
	b.expect(problems, err)
	return a
}

func (b bundle) defaultOf(id uuid.UUID) uuid.UUID {
	b.Helper()
	found, err := b.customers.ByIDs(b.ctx, []uuid.UUID{id})
	if err != nil || found[id] == nil {
		b.Fatal(err)
	}
	return found[id].DefaultAddressID
}

func TestAddressBook(t *testing.T) {
	each(t, map[string]func(b bundle){
		"FirstAddressIsTheDefaultAndTheOldestLeftFollows": func(b bundle) {
			id, token := b.signedUp("ada@example.com")
			one, two, three := b.add(token, ottawa()), b.add(token, ottawa()), b.add(token, ottawa())
			if got := b.defaultOf(id); got != one.ID.UUID {
				b.Fatal("the first one is not the default")
			}
			c, problems, err := b.customers.SetDefaultAddress(b.ctx, token, three.ID)
			if b.expect(problems, err); c.DefaultAddressID != three.ID.UUID {
				b.Fatal("the default was not set")
			}
			for _, step := range []struct {
				gone *customer.Address
				next uuid.UUID
			}{{three, one.ID.UUID}, {two, one.ID.UUID}, {one, uuid.Nil}} {
				problems, err := b.customers.DeleteAddress(b.ctx, token, step.gone.ID)
				b.expect(problems, err)
				if got := b.defaultOf(id); got != step.next {
					b.Fatalf("default is %v, want %v", got, step.next)
				}
			}
		},
		"ChangeKeepsWhatWasLeftOut": func(b bundle) {
			_, token := b.signedUp("ada@example.com")
			a := b.add(token, ottawa())
			changed, problems, err := b.customers.UpdateAddress(b.ctx, token, a.ID, typed(map[string]string{"city": "Toronto", "zip": "M5V 2T6"}))
			b.expect(problems, err)
			if *changed.City != "Toronto" || *changed.Address1 != "150 Elgin St" || *changed.Province != "Ontario" || *changed.ProvinceCode != "ON" || *changed.CountryCodeV2 != "CA" {
				b.Fatalf("%+v", changed.Postal())
			}
			_, problems, err = b.customers.UpdateAddress(b.ctx, token, a.ID, typed(map[string]string{"address1": ""}))
			b.expect(problems, err, "address.address1 BLANK")
		},
		"ForeignAddressIsAbsent": func(b bundle) {
			id, token := b.signedUp("ada@example.com")
			_, other := b.signedUp("eve@example.com")
			a := b.add(token, ottawa())
			for _, bad := range []gid.ID{a.ID, gid.New("MailingAddress", uuid.New()), gid.New("Product", a.ID.UUID)} {
				_, problems, err := b.customers.UpdateAddress(b.ctx, other, bad, typed(map[string]string{"city": "Eve"}))
				b.expect(problems, err, "id NOT_FOUND")
				problems, err = b.customers.DeleteAddress(b.ctx, other, bad)
				b.expect(problems, err, "id NOT_FOUND")
				_, problems, err = b.customers.SetDefaultAddress(b.ctx, other, bad)
				b.expect(problems, err, "addressId NOT_FOUND")
			}
			if b.defaultOf(id) != a.ID.UUID {
				b.Fatal("the default was changed")
			}
		},
		"OnlyOwnersAndStaffFindItByID": func(b bundle) {
			id, token := b.signedUp("ada@example.com")
			a := b.add(token, ottawa())
			for name, tc := range map[string]struct {
				actor access.Actor
				want  bool
			}{
				"Owner":      {access.Actor{Kind: access.Customer, ID: id}, true},
				"Other":      {access.Actor{Kind: access.Customer, ID: uuid.New()}, false},
				"Storefront": {access.Actor{Kind: access.Storefront, ID: id}, false},
				"Nobody":     {access.Actor{}, false},
				"Support":    {access.Actor{Kind: access.Staff, Scopes: access.ScopesOf(access.Support)}, true},
				"Catalog":    {access.Actor{Kind: access.Staff, Scopes: access.ScopesOf(access.Catalog)}, false},
				"System":     {access.Actor{Kind: access.System}, true},
			} {
				found, err := b.customers.VisibleAddresses(access.With(b.ctx, tc.actor), []uuid.UUID{a.ID.UUID})
				if err != nil || (found[a.ID.UUID] != nil) != tc.want {
					b.Errorf("%s: found %v, %v", name, found, err)
				}
			}
		},
		"CodesAreForStaff": func(b bundle) {
			_, token := b.signedUp("ada@example.com")
			in := typed(with(without(ottawa(), "country"), "countryCode", "CA"))
			_, problems, err := b.customers.CreateAddress(b.ctx, token, in)
			b.expect(problems, err, "address.countryCode INVALID")
			_, problems, err = b.customers.CreateAddress(access.With(b.ctx, access.Actor{Kind: access.Staff}), token, in)
			b.expect(problems, err)
		},
		"PagesOfSeveralBooksAreTheirOwn": func(b bundle) {
			ada, adaToken := b.signedUp("ada@example.com")
			bob, bobToken := b.signedUp("bob@example.com")
			nobody := uuid.New()
			var adas []uuid.UUID
			for range 3 {
				adas = append(adas, b.add(adaToken, ottawa()).ID.UUID)
			}
			bobs := []uuid.UUID{b.add(bobToken, ottawa()).ID.UUID}
			pages := func(args keyset.Args) map[uuid.UUID]keyset.Page[*customer.Address] {
				b.Helper()
				p, err := b.customers.AddressPages(b.ctx, []uuid.UUID{ada, bob, nobody}, args)
				if err != nil {
					b.Fatal(err)
				}
				return p
			}
			ids := func(p keyset.Page[*customer.Address]) (out []uuid.UUID) {
				for _, a := range p.Items {
					out = append(out, a.ID.UUID)
				}
				return out
			}
			p := pages(keyset.Args{First: ptr(2)})
			if !slices.Equal(ids(p[ada]), adas[:2]) || !p[ada].HasNext || !slices.Equal(ids(p[bob]), bobs) || p[bob].HasNext || len(p[nobody].Items) != 0 {
				b.Fatal(ids(p[ada]), ids(p[bob]))
			}
			if p := pages(keyset.Args{First: ptr(2), After: p[ada].End()}); !slices.Equal(ids(p[ada]), adas[2:]) || p[ada].HasNext || !p[ada].HasPrevious {
				b.Fatal(ids(p[ada]))
			}
			if p := pages(keyset.Args{Last: ptr(2)}); !slices.Equal(ids(p[ada]), adas[1:]) || !p[ada].HasPrevious {
				b.Fatal(ids(p[ada]))
			}
			if p := pages(keyset.Args{First: ptr(1), Reverse: true}); !slices.Equal(ids(p[ada]), adas[2:]) {
				b.Fatal(ids(p[ada]))
			}
		},
		"BookHasAnEnd": func(b bundle) {
			_, token := b.signedUp("ada@example.com")
			for range customer.MaxAddresses {
				b.add(token, ottawa())
			}
			_, problems, err := b.customers.CreateAddress(b.ctx, token, typed(ottawa()))
			b.expect(problems, err, "address INVALID")
		},
	})
}

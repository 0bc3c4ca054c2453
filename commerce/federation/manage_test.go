package federation

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/keyset"
)

func TestProviders(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(b bundle){
		"MadeChangedListedDeleted": func(b bundle) {
			p := b.believe("one", Customers, func(in *Input) { in.ReturnURLs = []string{"https://app.test/back"} })
			changed, problems, err := b.signin.Update(b.ctx, p.ID.UUID, Input{Title: ptr(" New "), ClientSecret: ptr("hush-hush"), IsEnabled: ptr(false)})
			if err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			listed, err := b.signin.List(b.ctx)
			if err != nil || len(listed) != 1 {
				b.Fatal(listed, err)
			}
			if diff := cmp.Diff(changed, listed[0]); diff != "" {
				b.Error(diff)
			}
			want := map[string]any{
				"handle": "one", "title": "New", "issuer": "https://accounts.test", "clientId": "us", "audience": Customers, "createAccounts": false, "linkAccounts": true,
				"returnUrls": []string{"https://app.test/back"}, "enabled": false,
			}
			if diff := cmp.Diff(want, changed.facts()); diff != "" {
				b.Error(diff)
			}
			if changed.StartURL != "https://rialto.test/signin/"+b.shop.Handle+"/one/start" || changed.CallbackURL != "https://rialto.test/signin/callback" {
				b.Error(changed.StartURL, changed.CallbackURL)
			}
			if _, problems, err := b.signin.Delete(b.ctx, p.ID.UUID); err != nil || len(problems) > 0 {
				b.Fatal(codes(problems), err)
			}
			if listed, err := b.signin.List(b.ctx); err != nil || len(listed) != 0 {
				b.Error(listed, err)
			}
			log, err := b.staff.AuditLog(b.ctx, "action:identity_provider.*", keyset.Args{First: ptr(10)})
			if err != nil {
				b.Fatal(err)
			}
			var actions []string
			for _, e := range log.Items {
				actions = append(actions, e.Action)
				if said := fmt.Sprint(e.Before, e.After, e.Details); !strings.Contains(said, "https://accounts.test") || strings.Contains(said, "hush-hush") {
					b.Error(said)
				}
			}
			if diff := cmp.Diff([]string{"identity_provider.deleted", "identity_provider.updated", "identity_provider.created"}, actions); diff != "" {
				b.Error(diff)
			}
		},
		"Refused": func(b bundle) {
			b.believe("taken", Customers, nil)
			for name, c := range map[string]struct {
				change func(*Input)
				want   []string
			}{
				"Handle":      {func(in *Input) { in.Handle = "With Spaces" }, []string{CodeInvalid}},
				"NoHandle":    {func(in *Input) { in.Handle = "" }, []string{CodeBlank}},
				"Taken":       {func(in *Input) { in.Handle = "taken" }, []string{CodeTaken}},
				"Issuer":      {func(in *Input) { in.Issuer = "accounts.test" }, []string{CodeInvalid}},
				"IssuerQuery": {func(in *Input) { in.Issuer = "https://accounts.test/?a=b" }, []string{CodeInvalid}},
				"IssuerUser":  {func(in *Input) { in.Issuer = "https://me@accounts.test" }, []string{CodeInvalid}},
				"IssuerFile":  {func(in *Input) { in.Issuer = "file:///etc/passwd" }, []string{CodeInvalid}},
				"Audience":    {func(in *Input) { in.Audience = "ROBOT" }, []string{CodeInvalid}},
				"StaffMade":   {func(in *Input) { in.Audience, in.CreateAccounts = Staff, ptr(true) }, []string{CodeInvalid}},
				"NoTitle":     {func(in *Input) { in.Title = ptr("  ") }, []string{CodeBlank}},
				"NoClient":    {func(in *Input) { in.ClientID = nil }, []string{CodeBlank}},
				"Secret":      {func(in *Input) { in.ClientSecret = ptr("a\nb") }, []string{CodeInvalid}},
				"Return":      {func(in *Input) { in.ReturnURLs = []string{"http://app.test/", "https://app.test/#x", "app://back"} }, []string{CodeInvalid, CodeInvalid, CodeInvalid}},
				"ReturnTwice": {func(in *Input) { in.ReturnURLs = []string{"https://app.test/", "https://app.test/"} }, []string{CodeInvalid}},
				"ManyReturns": {func(in *Input) { in.ReturnURLs = make([]string, maxReturns+1) }, []string{CodeTooMany}},
			} {
				in := Input{Handle: "new", Audience: Customers, Issuer: "https://accounts.test", Title: ptr("Accounts"), ClientID: ptr("us")}
				c.change(&in)
				made, problems, err := b.signin.Create(b.ctx, in)
				if diff := cmp.Diff(c.want, codes(problems)); err != nil || made != nil || diff != "" {
					b.Errorf("%s: %v %v %s", name, made, err, diff)
				}
			}
		},
		"NoMoreThanAPage": func(b bundle) {
			for i := range maxProviders {
				b.believe(fmt.Sprintf("p-%d", i), Customers, nil)
			}
			_, problems, err := b.signin.Create(b.ctx, Input{Handle: "more", Audience: Customers, Issuer: "https://accounts.test", Title: ptr("A"), ClientID: ptr("us")})
			if err != nil || !slices.Equal(codes(problems), []string{CodeTooMany}) {
				b.Error(codes(problems), err)
			}
		},
		// Who may say whose word is believed may come in as anybody: so nobody says it who could not do as much already.
		"NobodyGainsByIt": func(b bundle) {
			customers, people := b.believe("customers", Customers, nil), b.believe("people", Staff, nil)
			for name, c := range map[string]struct {
				scopes           []string
				customers, staff bool
			}{
				"Owner":       {access.AllScopes, true, true},
				"AllButOne":   {slices.DeleteFunc(slices.Clone(access.AllScopes), func(s string) bool { return s == access.OrdersRefund }), true, false},
				"Settings":    {[]string{access.ShopWrite}, false, false},
				"Customers":   {[]string{access.ShopWrite, access.CustomersRead, access.CustomersReadPII, access.CustomersWrite}, true, false},
				"NotSettings": {[]string{access.CustomersRead, access.CustomersReadPII, access.CustomersWrite, access.StaffWrite}, false, false},
			} {
				ctx := access.With(b.ctx, access.Actor{Kind: access.Staff, ID: uuid.New(), Shop: b.shop.ID.UUID, Scopes: access.NewScopes(c.scopes...)})
				for p, may := range map[*stored]bool{customers: c.customers, people: c.staff} {
					_, problems, err := b.signin.Update(ctx, p.ID.UUID, Input{Title: ptr("X")})
					if len(problems) > 0 || (err == nil) != may || err != nil && !fault.Is(err, fault.Forbidden) {
						b.Errorf("%s changes %s: %v %v", name, p.Audience, codes(problems), err)
					}
					_, problems, err = b.signin.Create(ctx, Input{Handle: "new-" + uuid.NewString()[:8], Audience: p.Audience, Issuer: "https://a.test", Title: ptr("A"), ClientID: ptr("us")})
					if len(problems) > 0 || (err == nil) != may || err != nil && !fault.Is(err, fault.Forbidden) {
						b.Errorf("%s makes %s: %v %v", name, p.Audience, codes(problems), err)
					}
				}
				if _, _, err := b.signin.Delete(ctx, people.ID.UUID); !c.staff && !fault.Is(err, fault.Forbidden) {
					b.Errorf("%s deletes: %v", name, err)
				} else if c.staff {
					people = b.believe("people", Staff, nil)
				}
			}
		},
		"ChangesAtTheSameTimeAreAllKept": func(b bundle) {
			p := b.believe("one", Customers, nil)
			for round := range 8 {
				title, client := fmt.Sprint("title ", round), fmt.Sprint("client-", round)
				var wg sync.WaitGroup
				for _, in := range []Input{{Title: &title}, {ClientID: &client}} {
					wg.Go(func() {
						if _, problems, err := b.signin.Update(b.ctx, p.ID.UUID, in); err != nil || len(problems) > 0 {
							b.Error(codes(problems), err)
						}
					})
				}
				wg.Wait()
				now, err := providerBy(b.ctx, b.db, "id", p.ID.UUID)
				if err != nil {
					b.Fatal(err)
				}
				if now.Title != title || now.ClientID != client {
					b.Fatalf("one change undid another: %q and %q, want %q and %q", now.Title, now.ClientID, title, client)
				}
			}
		},
		"OtherShop": func(b bundle) {
			theirs := setup(b.T, b.db).believe("one", Customers, nil)
			if _, problems, err := b.signin.Update(b.ctx, theirs.ID.UUID, Input{Title: ptr("X")}); err != nil || !slices.Equal(codes(problems), []string{CodeNotFound}) {
				b.Error(codes(problems), err)
			}
			if _, problems, err := b.signin.Delete(b.ctx, theirs.ID.UUID); err != nil || !slices.Equal(codes(problems), []string{CodeNotFound}) {
				b.Error(codes(problems), err)
			}
			if found, err := b.signin.ByIDs(b.ctx, []uuid.UUID{theirs.ID.UUID}); err != nil || len(found) > 0 {
				b.Error(found, err)
			}
		},
		"ReadOnlyByWhoMayReadSettings": func(b bundle) {
			p := b.believe("one", Customers, nil)
			for scope, want := range map[string]int{access.ShopRead: 1, access.ShopWrite: 1, access.OrdersRead: 0} {
				ctx := access.With(b.ctx, access.Actor{Kind: access.Staff, Scopes: access.NewScopes(scope)})
				if found, err := b.signin.ByIDs(ctx, []uuid.UUID{p.ID.UUID}); err != nil || len(found) != want {
					b.Errorf("%s: %v %v", scope, found, err)
				}
			}
		},
	})
}

package federation

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/rialtohq/rialto/platform/database"
)

// begun is a sign-in that was sent to a provider which answers nothing but what it is.
func begun(b bundle) (Started, url.Values) {
	b.Helper()
	issuer, _, _ := telling(b.T)
	b.believe("one", Customers, func(in *Input) { in.Issuer = issuer })
	started, err := b.signin.Start(b.ctx, Start{Shop: b.shop.Handle, Provider: "one", ReturnTo: "https://shop.test/back"})
	if err != nil {
		b.Fatal(err)
	}
	to, err := url.Parse(started.URL)
	if err != nil {
		b.Fatal(err)
	}
	return started, to.Query()
}

func TestFlow(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(b bundle){
		"WhatTheProviderIsAsked": func(b bundle) {
			_, q := begun(b)
			for name, want := range map[string]string{
				"response_type": "code", "client_id": "us", "redirect_uri": "https://rialto.test/signin/callback", "scope": "openid email profile", "code_challenge_method": "S256",
			} {
				if q.Get(name) != want {
					b.Errorf("%s is %q", name, q.Get(name))
				}
			}
			for name, least := range map[string]int{"state": 43, "nonce": 43, "code_challenge": 43} {
				if len(q.Get(name)) < least {
					b.Errorf("%s is %q", name, q.Get(name))
				}
			}
			// Nothing that the browser or the database shows opens the other half.
			var kept []byte
			if err := b.db.QueryRow(b.ctx, "SELECT state_hash FROM sign_in_flow WHERE shop_id = $1").Scan(&kept); err != nil || len(kept) != 32 {
				b.Errorf("%x %v", kept, err)
			}
		},
		"InTime": func(b bundle) {
			started, q := begun(b)
			b.clock.Advance(FlowLifetime - time.Microsecond)
			_, err := b.signin.Finish(b.ctx, Answer{State: q.Get("state"), Browser: started.Browser, Error: "server_error"})
			b.is(err, Refused)
		},
		"TooLate": func(b bundle) {
			started, q := begun(b)
			b.clock.Advance(FlowLifetime)
			_, err := b.signin.Finish(b.ctx, Answer{State: q.Get("state"), Browser: started.Browser, Error: "server_error"})
			b.is(err, Lost)
		},
		"BrowserKeepsItsSecret": func(b bundle) {
			started, _ := begun(b)
			again, err := b.signin.Start(b.ctx, Start{Shop: b.shop.Handle, Provider: "one", ReturnTo: "https://shop.test/back", Browser: started.Browser})
			if err != nil || again.Browser != started.Browser || again.URL == started.URL {
				b.Errorf("%v %v", again, err)
			}
		},
		"TokenInTimeAndTooLate": func(b bundle) {
			p := b.believe("one", Customers, func(in *Input) { in.CreateAccounts = ptr(true) })
			for wait, want := range map[time.Duration][]string{TokenLifetime - time.Microsecond: nil, TokenLifetime: {CodeInvalidToken}} {
				token, err := b.signin.admit(b.ctx, p, &claims{Subject: "ada", Email: "ada@people.test", Verified: true})
				if err != nil {
					b.Fatal(err)
				}
				b.clock.Advance(wait)
				opened, problems, err := b.signin.SignInCustomer(b.ctx, token)
				if err != nil || !slices.Equal(codes(problems), want) || (opened == nil) != (want != nil) {
					b.Errorf("after %s: %v %v %v", wait, opened, codes(problems), err)
				}
			}
		},
		"TokenIsNoState": func(b bundle) {
			p := b.believe("one", Customers, func(in *Input) { in.CreateAccounts = ptr(true) })
			if _, err := b.signin.admit(b.ctx, p, &claims{Subject: "ada", Email: "ada@people.test", Verified: true}); err != nil {
				b.Fatal(err)
			}
			var hash []byte
			if err := b.db.QueryRow(b.ctx, "SELECT state_hash FROM sign_in_flow WHERE shop_id = $1").Scan(&hash); err != nil {
				b.Fatal(err)
			}
			err := b.db.InTx(b.ctx, func(tx database.Tx) error {
				f, err := takeFlow(b.ctx, tx, hash, b.clock.Now())
				if f != nil {
					b.Error("a token was taken for a sign-in under way")
				}
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		},
		"Sweep": func(b bundle) {
			begun(b)
			left := func() (n int) {
				b.Helper()
				if _, err := b.signin.Sweep(b.ctx, 1000); err != nil { // of all shops
					b.Fatal(err)
				}
				if err := b.db.QueryRow(b.ctx, "SELECT count(*) FROM sign_in_flow WHERE shop_id = $1").Scan(&n); err != nil {
					b.Fatal(err)
				}
				return n
			}
			b.clock.Advance(FlowLifetime)
			if n := left(); n != 1 {
				b.Errorf("%d are left before the end", n)
			}
			b.clock.Advance(time.Microsecond)
			if n := left(); n != 0 {
				b.Errorf("%d are left after the end", n)
			}
		},
	})
}

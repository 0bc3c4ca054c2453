package identity_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/commerce/identity"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
)

func TestAttempts(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Run("SixthFailureWaits", func(t *testing.T) {
			b := setup(t, db)
			for i := range 6 {
				if _, wait := b.attempt(b.ctx, "ada@example.com"); wait > 0 {
					t.Fatalf("attempt %d waits %v", i+1, wait)
				}
			}
			waits := []time.Duration{2, 4, 8, 16, 32, 60, 60}
			for i := range waits {
				_, wait := b.attempt(b.ctx, "ADA@example.com ")
				if again, wait2 := b.attempt(b.ctx, "ada@example.com"); wait == 0 || wait2 != wait {
					t.Fatalf("%d: waits %v, then %v (%v): trying too early must not change the wait", i, wait, wait2, again)
				}
				b.clock.Advance(wait)
				if _, wait := b.attempt(b.ctx, "ada@example.com"); wait != 0 {
					t.Fatalf("%d: still waits %v", i, wait)
				}
				if _, wait := b.attempt(b.ctx, "ada@example.com"); wait != waits[i]*time.Second {
					t.Fatalf("%d: waits %v, want %v s", i, wait, waits[i])
				}
			}
			if _, wait := b.attempt(b.ctx, "grace@example.com"); wait > 0 {
				t.Fatalf("another account waits %v", wait)
			}
			b.clock.Advance(time.Hour + 2*time.Minute)
			if _, wait := b.attempt(b.ctx, "ada@example.com"); wait > 0 {
				t.Fatalf("an hour later it waits %v", wait)
			}
		})
		t.Run("SuccessForgets", func(t *testing.T) {
			b := setup(t, db)
			for range 3 {
				for range 5 {
					b.attempt(b.ctx, "ada@example.com")
				}
				a, wait := b.attempt(b.ctx, "ada@example.com")
				if wait > 0 {
					t.Fatalf("waits %v", wait)
				}
				a.Succeeded(b.ctx)
			}
		})
		t.Run("AddressWaitsWhateverTheAccount", func(t *testing.T) {
			b := setup(t, db)
			from := access.WithAddress(b.ctx, "203.0.113.0/24")
			blocked := 0
			for i := range 40 {
				if _, wait := b.attempt(from, string(rune('a'+i%26))+string(rune('a'+i/26))+"@example.com"); wait > 0 {
					blocked++
				}
			}
			if blocked != 9 {
				t.Fatalf("%d of 40 were refused, want those after the 31st", blocked)
			}
			if _, wait := b.attempt(access.WithAddress(b.ctx, "198.51.100.0/24"), "zz@example.com"); wait > 0 {
				t.Fatalf("another address waits %v", wait)
			}
			this := access.WithAddress(b.ctx, "127.0.0.0/24")
			for i := range 40 {
				if _, wait := b.attempt(this, string(rune('a'+i%26))+string(rune('A'+i/26))+"@example.org"); wait > 0 {
					t.Fatalf("this machine waits %v", wait)
				}
			}
		})
		t.Run("GuessesAtTheSameTimeCount", func(t *testing.T) {
			b := setup(t, db)
			var passed atomic.Int64
			var all sync.WaitGroup
			for range 40 {
				all.Go(func() {
					_, wait, err := b.ids.Attempt(b.ctx, access.Staff, "ada@example.com")
					if err != nil {
						t.Error(err)
					}
					if wait == 0 {
						passed.Add(1)
					}
				})
			}
			all.Wait()
			if n := passed.Load(); n != 6 {
				t.Fatalf("%d guesses were heard, want 6", n)
			}
		})
		t.Run("StaffAreCountedOverAllShops", func(t *testing.T) {
			b, other := setup(t, db), setup(t, db)
			const email = "in-many-shops@example.com"
			wait := func(b bundle, kind access.Kind) time.Duration {
				t.Helper()
				_, wait, err := b.ids.Attempt(b.ctx, kind, email)
				if err != nil {
					t.Fatal(err)
				}
				return wait
			}
			for i := range 6 {
				if got := wait([]bundle{b, other}[i%2], access.Staff); got != 0 {
					t.Fatalf("try %d waits %v", i+1, got)
				}
			}
			for _, at := range []bundle{b, other} {
				if wait(at, access.Staff) == 0 {
					t.Error("another guess is heard")
				}
				if got := wait(at, access.Customer); got != 0 {
					t.Errorf("a customer of that email waits %v", got)
				}
				if got, err := at.ids.AttemptRecovery(at.ctx, access.Staff, email); err != nil || got != 0 {
					t.Errorf("who asks for a new password waits %v: %v", got, err)
				}
			}
			b.clock.Advance(time.Minute)
			attempt, _, err := b.ids.Attempt(b.ctx, access.Staff, email)
			if err != nil {
				t.Fatal(err)
			}
			attempt.Succeeded(b.ctx)
			if got := wait(other, access.Staff); got != 0 {
				t.Errorf("who has signed in to one shop waits %v at the other", got)
			}
		})
		t.Run("OldOnesAreForgotten", func(t *testing.T) {
			b := setup(t, db)
			b.attempt(b.ctx, "ada@example.com")
			b.clock.Advance(2 * time.Hour)
			b.attempt(b.ctx, "grace@example.com")
			if n, err := b.ids.ForgetFailures(b.ctx, 100); err != nil || n < 1 { // of all shops
				t.Fatalf("%d: %v", n, err)
			}
			var left int
			if err := db.QueryRow(b.ctx, "SELECT count(*) FROM sign_in_failure WHERE shop_id = $1").Scan(&left); err != nil || left != 1 {
				t.Fatalf("%d left: %v", left, err)
			}
		})
	})
}

func (b bundle) attempt(ctx context.Context, email string) (*identity.Attempt, time.Duration) {
	b.Helper()
	a, wait, err := b.ids.Attempt(ctx, access.Customer, email)
	if err != nil {
		b.Fatal(err)
	}
	return a, wait
}

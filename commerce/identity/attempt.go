package identity

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/platform/database"
)

// How sign-ins that fail slow the next ones down. The first freeTries of an account cost nothing; each further one must
// wait twice as long as the one before, up to accountPatience, so that nobody can shut an owner out for long by guessing.
// An address may be that of a whole office: it has more tries, and then waits longer.
const (
	freeTries        = 5
	accountPatience  = time.Minute
	addressTries     = 30
	addressPatience  = 10 * time.Minute
	failuresForgiven = time.Hour // without a failure
)

// Attempt is a sign-in that may be tried. It counts as failed until [Attempt.Succeeded] is called, so that guesses which
// are made at the same time are counted like those made one after another.
type Attempt struct {
	service  *Service
	ledger   ledger
	subjects []subject
}

// subject is what failures are counted by.
type subject struct {
	hash     []byte
	tries    int
	patience time.Duration
	account  bool
}

// delay is how long a subject has to wait after so many failures.
func (s subject) delay(failures int) time.Duration {
	over := failures - s.tries
	if over <= 0 {
		return 0
	}
	return min(time.Second<<min(over-1, 20), s.patience)
}

// Attempt asks whether somebody may try to sign in to an account now, from the address that the context names. The account
// need not exist, and is counted all the same. Where it may not be tried, wait says how long to wait, and nothing is
// counted: trying again too early does not make the wait longer. Staff have one account for all shops, so that their failures
// are counted over all of them; those of customers are their shop's. It must not be called within a transaction.
func (s *Service) Attempt(ctx context.Context, kind access.Kind, email string) (a *Attempt, wait time.Duration, err error) {
	return s.attempt(ctx, "", kind, email)
}

// AttemptRecovery is [Service.Attempt] for asking to have an account's password reset: it is counted apart, and since nothing
// ever tells that it succeeded, each one counts.
func (s *Service) AttemptRecovery(ctx context.Context, kind access.Kind, email string) (wait time.Duration, err error) {
	_, wait, err = s.attempt(ctx, "recovery ", kind, email)
	return wait, err
}

// AttemptPassword is [Service.Attempt] for showing a password again to change it, counted apart: who guesses at it with somebody's
// session does not keep its owner from signing in.
func (s *Service) AttemptPassword(ctx context.Context, kind access.Kind, email string) (*Attempt, time.Duration, error) {
	return s.attempt(ctx, "password ", kind, email)
}

func (s *Service) attempt(ctx context.Context, of string, kind access.Kind, email string) (a *Attempt, wait time.Duration, err error) {
	if normal, flaw := NormalizeEmail(email); flaw == EmailOK {
		email = normal
	}
	a = &Attempt{service: s, ledger: ledger{all: kind == access.Staff}}
	a.subjects = append(a.subjects, subject{hash: Digest(of + "account " + string(kind) + " " + email), tries: freeTries, patience: accountPatience, account: true})
	if network := access.AddressFrom(ctx); network != "" && !loopback(network) {
		a.subjects = append(a.subjects, subject{hash: Digest(of + "address " + network), tries: addressTries, patience: addressPatience})
	}
	// Rows are locked in one order, so that attempts on one account from one address cannot deadlock.
	slices.SortFunc(a.subjects, func(a, b subject) int { return bytes.Compare(a.hash, b.hash) })
	now := s.clock.Now()
	err = s.db.InTx(ctx, func(tx database.Tx) error {
		wait = 0
		known := make([]failures, len(a.subjects))
		for i, sub := range a.subjects {
			if known[i], err = a.ledger.lock(ctx, tx, s.newID(), sub.hash, now); err != nil {
				return err
			}
			if now.Sub(known[i].last) > failuresForgiven {
				known[i].count = 0
			}
			wait = max(wait, known[i].free.Sub(now))
		}
		if wait > 0 {
			return nil
		}
		for i, sub := range a.subjects {
			n := known[i].count + 1
			if err := a.ledger.set(ctx, tx, sub.hash, n, now, now.Add(sub.delay(n))); err != nil {
				return err
			}
		}
		return nil
	})
	return a, wait, err
}

// Succeeded takes an attempt back from the count: the account's failures are forgotten, and its address is as it was. Who
// has signed in is not kept out because that failed: it is logged.
func (a *Attempt) Succeeded(ctx context.Context) {
	s := a.service
	err := s.db.InTx(ctx, func(tx database.Tx) error {
		for _, sub := range a.subjects {
			if err := a.ledger.forgive(ctx, tx, sub.hash, sub.account); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.log.WarnContext(ctx, "a sign-in that succeeded still counts as failed", "error", err)
	}
}

// TooManyAttempts says that somebody has to wait before the next try.
func TooManyAttempts(wait time.Duration) string {
	seconds := int64((wait + time.Second - 1) / time.Second)
	if seconds == 1 {
		return "Too many attempts. Try again in 1 second."
	}
	return fmt.Sprintf("Too many attempts. Try again in %d seconds.", seconds)
}

// ForgetFailures deletes what was counted long ago, at most so many rows; it is a sweep of all shops.
func (s *Service) ForgetFailures(ctx context.Context, most int) (int, error) {
	return database.DeleteBefore(ctx, s.db, "sign_in_failure", "last_at", s.clock.Now().Add(-failuresForgiven), most)
}

// loopback reports whether a network is this machine: a proxy that was not said to be trusted, with everybody behind it.
func loopback(network string) bool {
	prefix, err := netip.ParsePrefix(network)
	return err == nil && prefix.Addr().IsLoopback() || network == "::/64"
}

// failures is what is known of a subject.
type failures struct {
	count      int
	last, free time.Time
}

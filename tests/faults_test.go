package tests

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/graph/wire"
	"github.com/rialtohq/rialto/platform/database"
)

// secret is what a driver's error may tell, and no answer.
const secret = "hunter2"

var errFault = errors.New("FATAL: password authentication failed for user rialto with " + secret + " (SQLSTATE 28P01)")

// faults are the ways in which a statement fails; the long form tries them all.
func faults() []error {
	if os.Getenv("RIALTO_TEST_LONG") == "" {
		return []error{errFault}
	}
	return []error{errFault, fmt.Errorf("the host %s is gone: %w", secret, sql.ErrConnDone), &pgconn.PgError{Severity: "ERROR", Code: "XX001", Message: secret + " is damaged", Detail: secret}}
}

// TestFaults lets the operation of every case file fail at each of its statements, one after another: the answer says that
// something went wrong on our side, or that nothing did, and never what. Afterwards all is as before.
func TestFaults(t *testing.T) {
	sweep(t)
	cases, err := readCases()
	if err != nil {
		t.Fatal(err)
	}
	var injected, told, unharmed atomic.Int64
	apptest.EachAnew(t, func(t *testing.T, a *apptest.App) {
		s := newStage(t, a)
		s.lenient = true
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				sc := s.set(t, c)
				kinds := faults()
				for n := int64(0); ; n++ {
					at, how := 1+n/int64(len(kinds)), kinds[n%int64(len(kinds))]
					fired := false
					ctx := database.Faults(wire.WithCall(t.Context(), &wire.Call{RequestID: "the-request"}), func(n int64) error {
						if n != at {
							return nil
						}
						fired = true
						return how
					})
					got, err := s.ask(ctx, c.query, sc.variables, sc.headers)
					if err != nil {
						t.Fatal(err)
					}
					if !fired {
						break
					}
					injected.Add(1)
					if sc.showsFault(t, at, got.Answer) {
						told.Add(1)
					} else {
						unharmed.Add(1)
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		t.Logf("%d faults: %d were told of, %d did no harm", injected.Load(), told.Load(), unharmed.Load())
		if injected.Load() < 2000 {
			t.Errorf("only %d faults", injected.Load())
		}
	})
}

// showsFault reports whether an answer tells of a fault, and whether it does so as it should.
func (sc *scene) showsFault(t *testing.T, at int64, got *apptest.Answer) bool {
	t.Helper()
	if strings.Contains(string(got.Body), secret) || strings.Contains(string(got.Body), "SQLSTATE") {
		t.Errorf("statement %d: the answer tells of what went wrong: %s", at, got.Body)
	}
	codes := got.Codes()
	if !slices.Contains(codes, "INTERNAL") {
		return len(codes) > 0
	}
	for _, e := range got.Errors {
		if e.Extensions["code"] == "INTERNAL" && e.Extensions["correlationId"] != "the-request" {
			t.Errorf("statement %d: nobody can find in the log what went wrong: %s", at, got.Body)
		}
	}
	return true
}

// TestAbortedRequests hangs up in the middle of many requests, 10,000 in its long form: nothing of them goes on, and everybody
// else is answered.
func TestAbortedRequests(t *testing.T) {
	apptest.Each(t, func(t *testing.T, a *apptest.App) {
		const page = `{ products(first: 20) { nodes { id title variants(first: 5) { nodes { id price { amount } } } images(first: 3) { nodes { url } } } } }`
		a.Query(t, page, nil)
		many := 400
		if os.Getenv("RIALTO_TEST_LONG") != "" {
			many = 10_000
		}
		for i := range many {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%40)*200*time.Microsecond)
			_, _ = a.Try(ctx, page, nil, nil) // whether it was aborted or answered
			cancel()
		}
		a.Query(t, page, nil)
		until(t, 20*time.Second, func() bool { return !strings.Contains(stacks(), "graph.(*Handler).Execute") })
		if !strings.Contains(a.Metrics(t), "rialto_http_requests_in_flight 0") {
			t.Error("a request is said to be worked on still")
		}
	})
}

// stacks are what all goroutines of this process are doing.
func stacks() string {
	b := make([]byte, 16<<20)
	return string(b[:runtime.Stack(b, true)])
}

package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/platform/database"
)

const (
	// hostileBytes is what refusing one request may allocate at most.
	hostileBytes = 5 << 20
	// hostileErrors is how many errors an answer holds at most.
	hostileErrors = 20
)

// TestHostile fires requests that were made to be dear. Each is refused with its code, before a statement of its content,
// and with little memory; and shoppers see the product page all the while. It does not run beside other tests, because
// what is allocated is counted for the process.
func TestHostile(t *testing.T) {
	sweep(t)
	a := apptest.Start(t, apptest.Options{Kind: apptest.Embedded})
	all := attacks()
	classes := len(all)
	cycles := cycleAttacks(t)
	all = append(all, cycles...)
	if classes < 60 || len(cycles) < 30 {
		t.Fatalf("only %d attacks and %d on cycles of the schema", classes, len(cycles))
	}
	quiet := attack{body: hostileDocument("{ shop { name } }", nil)}
	for range 3 { // what is kept of the token and the shop is read once
		if got := strike(t, a, quiet); got.status != http.StatusOK || len(got.answer.Errors) > 0 {
			t.Fatalf("a good request: %d %s", got.status, got.answer.Body)
		}
	}
	for _, x := range all {
		t.Run(x.name, func(t *testing.T) {
			got := strike(t, a, x)
			if len(got.statements) > 0 { // what is kept of the token and the shop had become old: it is read once, so not again
				got = strike(t, a, x)
			}
			got.judge(t, x)
		})
	}
}

// TestShopIsOpenWhileAttacked has product pages answered while everything hostile arrives over HTTP.
func TestShopIsOpenWhileAttacked(t *testing.T) {
	a := apptest.Start(t, apptest.Options{Kind: apptest.Embedded})
	page, err := os.ReadFile("../bench/queries/product.graphql")
	if err != nil {
		t.Fatal(err)
	}
	var over atomic.Bool
	done := make(chan error, 1)
	go func() {
		defer over.Store(true)
		for _, x := range attacks() {
			got, err := send(t.Context(), a, x.body, x.headers)
			if err == nil && got.Status >= 500 {
				err = fmt.Errorf("%s: %d %s", x.name, got.Status, got.Body)
			}
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	pages := 0
	for ; pages == 0 || !over.Load(); pages++ {
		if title := apptest.String(a.Query(t, string(page), vars{"handle": "oak-chair"}), "product", "title"); title == "" {
			t.Fatalf("page %d has no product", pages)
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	t.Logf("%d product pages were answered meanwhile", pages)
}

// wound is what one attack did.
type wound struct {
	status     int
	answer     *apptest.Answer
	statements []string
	bytes      uint64
}

// strike sends a request to the handler itself, so that its statements can be recorded.
func strike(t testing.TB, a *apptest.App, x attack) wound {
	t.Helper()
	ctx, record := database.Recording(t.Context(), true)
	w := httptest.NewRecorder()
	r, err := posted(ctx, a, x.body, x.headers)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a.GraphQL().ServeHTTP(w, r)
	runtime.ReadMemStats(&after)
	out := wound{status: w.Code, answer: &apptest.Answer{Body: w.Body.Bytes()}, statements: record.Statements(), bytes: after.TotalAlloc - before.TotalAlloc}
	if err := json.Unmarshal(out.answer.Body, out.answer); err != nil {
		t.Fatalf("%s: %v in %.200s", x.name, err, out.answer.Body)
	}
	return out
}

func (w wound) judge(t *testing.T, x attack) {
	t.Helper()
	if w.status != x.status || !slices.Contains(w.answer.Codes(), x.code) {
		t.Errorf("status %d with %v, want %d with %s: %.300s", w.status, w.answer.Codes(), x.status, x.code, w.answer.Body)
	}
	if len(w.answer.Errors) > hostileErrors {
		t.Errorf("%d errors in one answer", len(w.answer.Errors))
	}
	if slices.Contains(w.answer.Codes(), "") {
		t.Errorf("an error has no code: %.300s", w.answer.Body)
	}
	if len(w.statements) > 0 {
		t.Errorf("statements ran: %q", w.statements)
	}
	if w.bytes > hostileBytes {
		t.Errorf("%d bytes were allocated for a body of %d", w.bytes, len(x.body))
	}
}

// BenchmarkHostile says how much time of the processor each refusal takes, collecting garbage included: 10 ms is the most.
func BenchmarkHostile(b *testing.B) {
	a := apptest.Start(b, apptest.Options{Kind: apptest.Embedded})
	for _, x := range append(attacks(), cycleAttacks(b)...) {
		b.Run(x.name, func(b *testing.B) {
			b.ReportAllocs()
			began := processorTime(b)
			for b.Loop() {
				r, err := posted(b.Context(), a, x.body, x.headers)
				if err != nil {
					b.Fatal(err)
				}
				a.GraphQL().ServeHTTP(httptest.NewRecorder(), r)
			}
			b.ReportMetric(float64((processorTime(b)-began).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// processorTime is how long this process had a processor so far.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

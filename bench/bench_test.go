package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// TestMain lets the test binary be the hand-written server, as the program itself is.
func TestMain(m *testing.M) {
	if config := os.Getenv(childVariable); config != "" {
		if err := beRaw(context.Background(), config); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// A whole run on a small shop: every page is asked for, its answers are compared, and everything that is to be measured is.
func TestRun(t *testing.T) {
	server := os.Getenv("RIALTO_TEST_DATABASE_URL")
	if server == "" {
		if os.Getenv("RIALTO_TEST_REQUIRED") != "" {
			t.Fatal("RIALTO_TEST_DATABASE_URL is required here and not set")
		}
		t.Skip("RIALTO_TEST_DATABASE_URL is not set: there is nothing to measure on")
	}
	_, hasPgbench := findPgbench()
	if !hasPgbench {
		t.Log("pgbench is not installed: purchases are measured without their statements beside them, and no script is tried")
	}
	folder := t.TempDir()
	binary := filepath.Join(folder, "rialto")
	build := exec.Command("go", "build", "-trimpath", "-o", binary, "../cmd/rialto")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as make builds it, so that little is left to compile
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	name := "rialto_bench_test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	var out bytes.Buffer
	err := do(t.Context(), []string{
		"-server", server, "-database", name, "-binary", binary, "-results", folder, "-products", "400", "-drop",
		"-conns", "2", "-rounds", "2", "-last", "60ms", "-warm", "30ms", "-checked", "20",
	}, &out, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + out.String())

	files, err := filepath.Glob(filepath.Join(folder, "*.jsonl"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files of results: %v", len(files), err)
	}
	f, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	in := json.NewDecoder(f)
	var m machine
	if err := in.Decode(&m); err != nil || m.Size.Products != 400 || m.Go == "" || m.Cores == 0 {
		t.Fatalf("the machine is not told: %+v, %v", m, err)
	}
	seen := map[string]int{}
	for in.More() {
		var r result
		if err := in.Decode(&r); err != nil {
			t.Fatal(err)
		}
		seen[r.Page]++
		if r.Server == "pgbench" {
			if len(r.Rounds) != 2 || r.Median.Rate <= 0 || r.Median.P50 <= 0 || r.Median.Postgres < 0 || r.Statements < 10 || r.OpenP99 <= 0 {
				t.Errorf("%s by pgbench is not measured: %+v", r.Page, r)
			}
			continue
		}
		if len(r.Rounds) != 2 || r.Median.Rate <= 0 || r.Median.P50 <= 0 || r.Median.Allocs <= 0 || (r.Bytes <= 0) != (r.Server == "304") || r.OpenP99 <= 0 {
			t.Errorf("%s %s is not measured: %+v", r.Page, r.Server, r)
		}
		if writes := strings.HasPrefix(r.Page, "checkout-"); writes && (r.Statements <= 0 || hasPgbench && r.OfPgbench <= 0) {
			t.Errorf("%s is not compared: %+v", r.Page, r)
		} else if !writes && r.Server == "rialto" && (r.Same == 0 || r.Statements <= 0 || r.OfRaw <= 0) {
			t.Errorf("%s is not compared: %+v", r.Page, r)
		}
	}
	for _, p := range pages(&subjects{}) {
		want := 3
		if !p.staff && p.Name != "cart" { // what is everybody's is kept
			want = 5
			if os.Getenv("RIALTO_TEST_REDIS_URL") != "" {
				want = 7 // and the floor asks it, too
			}
		}
		if seen[p.Name] != want {
			t.Errorf("%s was measured on %d servers, not on %d", p.Name, seen[p.Name], want)
		}
	}
	for _, w := range writes {
		want := 2
		if w.buys && !hasPgbench {
			want = 1
		}
		if seen[w.Name] != want {
			t.Errorf("%s was measured on %d servers, not on %d", w.Name, seen[w.Name], want)
		}
	}
	conn, err := pgx.Connect(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	var left int
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_database WHERE datname LIKE $1 || '%'", name).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d databases are left: %v", left, err)
	}
}

func TestDiffers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, rialto, raw, want string }{
		{"Same", `{"data":{"a":1,"b":[{"c":null}]}}`, `{"data": {"b":[{"c":null}], "a":1.0}}`, ""},
		{"JSONInText", `{"data":{"input":"{\"a\":1.50}\n"}}`, `{"data":{"input":"{\"a\":1.5}"}}`, ""},
		{"OtherText", `{"data":{"a":"x"}}`, `{"data":{"a":"y"}}`, ".data.a: rialto has x, raw y"},
		{"OtherNumber", `{"data":{"a":[1,2]}}`, `{"data":{"a":[1,3]}}`, ".data.a[1]: rialto has 2, raw 3"},
		{"OtherJSONInText", `{"data":{"a":"{\"b\":1}"}}`, `{"data":{"a":"{\"b\":2}"}}`, ".data.a.b: rialto has 1, raw 2"},
		{"Fewer", `{"data":{"a":[1,2]}}`, `{"data":{"a":[1]}}`, ".data.a: rialto has 2, raw 1"},
		{"Missing", `{"data":{"a":1}}`, `{"data":{}}`, ".data.a: raw has none"},
		{"More", `{"data":{}}`, `{"data":{"a":1}}`, ".data.a: rialto has none"},
		{"NullIsNotEmpty", `{"data":{"a":null}}`, `{"data":{"a":[]}}`, ".data.a: rialto has <nil>, raw []"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := differs([]byte(c.rialto), []byte(c.raw))
			if err != nil || got != c.want {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
	if _, err := differs([]byte(`{"data":{"a":1},"errors":[{"message":"no"}]}`), []byte(`{"data":{"a":1}}`)); err == nil {
		t.Error("an answer with errors was taken for good")
	}
}

// listening starts a server and gives its address.
func listening(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func TestConnReadsAnswers(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 20_000)
	addr := listening(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/length":
			_, _ = w.Write(append([]byte("said "), body...))
		case "/chunks":
			for range 3 {
				_, _ = io.WriteString(w, long)
				_ = http.NewResponseController(w).Flush()
			}
		default:
			http.NotFound(w, r)
		}
	})
	c, err := dial(t.Context(), addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	// All on one connection: what is left unread of one answer would break the next.
	for _, want := range []struct {
		path, body string
		status     int
	}{{"/length", "said hello", 200}, {"/chunks", long + long + long, 200}, {"/none", "404 page not found\n", 404}, {"/length", "said hello", 200}} {
		var body strings.Builder
		status, size, err := c.do(request("POST", want.path, []byte("hello")), &body)
		if err != nil || status != want.status || body.String() != want.body || size != int64(len(want.body)) {
			t.Errorf("%s: status %d, %d bytes, %v", want.path, status, size, err)
		}
	}
}

func TestClosedSendsEverythingThatIsAsked(t *testing.T) {
	t.Parallel()
	var first, second atomic.Int64
	addr := listening(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/1" {
			first.Add(1)
		} else {
			second.Add(1)
		}
	})
	r, err := closed(t.Context(), target{addr: addr, requests: [][]byte{request("POST", "/1", nil), request("POST", "/2", nil)}}, 3, 100*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if first.Load() == 0 || second.Load() == 0 || int64(len(r.latencies)) != first.Load()+second.Load() {
		t.Errorf("%d and %d were answered, %d are counted", first.Load(), second.Load(), len(r.latencies))
	}
}

func TestOnceSendsEachRequestOnce(t *testing.T) {
	t.Parallel()
	addr := listening(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.Path) })
	var requests [][]byte
	for i := range 50 {
		requests = append(requests, request("POST", fmt.Sprintf("/%d", i), nil))
	}
	answers := make([]string, len(requests))
	keep := func(i int, body []byte) error {
		answers[i] += string(body)
		return nil
	}
	r, err := closed(t.Context(), target{addr: addr, requests: requests, once: true, keep: keep}, 3, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for i, answer := range answers {
		if answer != fmt.Sprintf("/%d", i) {
			t.Errorf("request %d has the answer %q", i, answer)
		}
	}
	if len(r.latencies) != len(requests) {
		t.Errorf("%d of %d are counted", len(r.latencies), len(requests))
	}
	spoil := func(int, []byte) error { return io.ErrUnexpectedEOF }
	if _, err := closed(t.Context(), target{addr: addr, requests: requests, once: true, keep: spoil}, 3, time.Minute); err == nil {
		t.Error("answers that were refused are measured")
	}
}

func TestAnswersOfWrites(t *testing.T) {
	t.Parallel()
	const id = "0190c0de-0000-7000-8000-000000000001"
	if got, err := orderOf([]byte(`{"data":{"checkoutComplete":{"order":{"id":"gid://rialto/Order/` + id + `?key=x"}}}}`)); err != nil || got.String() != id {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := orderOf([]byte(`{"data":{"checkoutComplete":{"order":null,"userErrors":[{"code":"OUT_OF_STOCK"}]}}}`)); err == nil {
		t.Error("a refusal was taken for an order")
	}
	if err := unspoiled([]byte(`{"data":{"cartLinesAdd":{"userErrors":[],"warnings":[]}}}`)); err != nil {
		t.Error(err)
	}
	if err := unspoiled([]byte(`{"data":{"cartLinesAdd":{"userErrors":[],"warnings":[{"code":"MERCHANDISE_OUT_OF_STOCK"}]}}}`)); err == nil {
		t.Error("a warning was passed over")
	}
}

func TestTimingsOfPgbench(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	// Of two threads; the last column is there where a rate is kept to.
	for name, lines := range map[string]string{"log.7": "0 0 2000 0 1700000000 500000\n0 1 4000 0 1700000001 0\n", "log.7.1": "1 0 1000 0 1700000000 600000 12\n1 1 3000 0 1700000002 600000 12\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(lines), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, err := timings(folder)
	if err != nil || len(all) != 4 {
		t.Fatalf("%d transactions, %v", len(all), err)
	}
	// Both clients have made their first after 600 ms.
	warm := warmed(all)
	if r := counted(all, warm); len(r.latencies) != 2 || r.took != 2*time.Second || r.quantile(0) != 3 || r.quantile(.9) != 4 {
		t.Errorf("%v in %v", r.latencies, r.took)
	}
	at := func(after, worked time.Duration) sample { return sample{warm.Add(after), worked} }
	samples := []sample{at(-time.Second, 0), at(10*time.Millisecond, 50*time.Millisecond), at(time.Second, 70*time.Millisecond), at(3*time.Second, 90*time.Millisecond)}
	if got := workOf(all, samples, warm); got != 20*time.Millisecond {
		t.Errorf("%v for each after the first", got)
	}
	if got := workOf(all, samples[:2], warm); got != 12500*time.Microsecond {
		t.Errorf("%v for each where all was over too soon", got)
	}
	firsts := []transaction{all[0], all[2]}
	if r := counted(firsts, warmed(firsts)); len(r.latencies) != 2 {
		t.Errorf("of two first transactions %d count", len(r.latencies))
	}
}

// An answer that holds a connection up makes all that wait behind it late, and their latencies say so.
func TestOpenCountsWaiting(t *testing.T) {
	t.Parallel()
	const held = 300 * time.Millisecond
	var once atomic.Bool
	addr := listening(t, func(_ http.ResponseWriter, r *http.Request) {
		if once.CompareAndSwap(false, true) {
			select {
			case <-time.After(held):
			case <-r.Context().Done():
			}
		}
	})
	r, err := open(t.Context(), target{addr: addr, requests: [][]byte{request("POST", "/", nil)}}, 1, 100, held)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.latencies) != 30 {
		t.Fatalf("%d requests were sent, not 30", len(r.latencies))
	}
	// The second was due after 10 ms and sent after 300; a closed loop would call it fast.
	late := 0
	for _, l := range r.latencies {
		if l > held/2 {
			late++
		}
	}
	if late < 10 || r.late < 10 {
		t.Errorf("%d of 30 requests are late, %d by the count of those that waited", late, r.late)
	}
}

func TestLoadFailsOnRefusals(t *testing.T) {
	t.Parallel()
	addr := listening(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	if _, err := closed(t.Context(), target{addr: addr, requests: [][]byte{request("POST", "/", nil)}}, 1, 100*time.Millisecond); err == nil {
		t.Error("answers that refuse were measured")
	}
}

func TestUnknownPagesAreRefused(t *testing.T) {
	t.Parallel()
	if _, err := parse([]string{"-pages", "list,lists"}); err == nil {
		t.Error("a run would measure nothing and say so nowhere")
	}
	if o, err := parse([]string{"-pages", "list,orders"}); err != nil || o.only != "list,orders" {
		t.Errorf("%q, %v", o.only, err)
	}
	if _, err := parse([]string{"-writes", "checkout"}); err == nil {
		t.Error("a write that is not known was taken")
	}
	if o, err := parse([]string{"-pages", "", "-writes", "cart-add"}); err != nil || o.writes != "cart-add" {
		t.Errorf("only writes: %q, %v", o.writes, err)
	}
	if _, err := parse([]string{"-pages", "", "-writes", ""}); err == nil {
		t.Error("a run of nothing was taken")
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	got := median([]figure{{Rate: 3, P50: 1}, {Rate: 1, P50: 2}, {Rate: 2, P50: 9}})
	if got.Rate != 2 || got.P50 != 2 {
		t.Errorf("%+v", got)
	}
	if got := median([]figure{{Rate: 1}, {Rate: 2}}); got.Rate != 1.5 {
		t.Errorf("of two: %+v", got)
	}
}

func TestCPUOfThisProcessGrows(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("this system does not tell the time of processes")
	}
	before := cpuOf(os.Getpid(), "")
	if before < 0 {
		t.Fatal("the time of this process is not read")
	}
	for n, end := 0, time.Now().Add(time.Minute); cpuOf(os.Getpid(), "") <= before; n++ {
		if time.Now().After(end) {
			t.Fatal("a minute of work was not counted")
		}
	}
	if d := cpuOf(os.Getpid(), "no such name"); d >= 0 {
		t.Errorf("a process of another name was read: %v", d)
	}
}

package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	netmail "net/mail"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/rialtohq/rialto/app"
	"github.com/rialtohq/rialto/app/apptest"
	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/commerce/notice"
	"github.com/rialtohq/rialto/platform/bus"
	"github.com/rialtohq/rialto/platform/database"
	"github.com/rialtohq/rialto/platform/database/databasetest"
	"github.com/rialtohq/rialto/platform/telemetry/telemetrytest"
)

// beRialto makes this test binary run as a demo shop until it is told to end, or killed.
const beRialto = "RIALTO_TEST_BE_RIALTO"

// TestBeRialto is the process that [TestKilledProcessLosesAndDoublesNoMail] kills. It is no test.
func TestBeRialto(t *testing.T) {
	if os.Getenv(beRialto) == "" {
		t.Skip("this is the other process of a test")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	c, err := app.FromEnvironment(os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	c.Demo = true
	a, err := app.New(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(ctx); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("running %s %s\n", a.URL(), a.AdminURL())
	if err := errors.Join(a.Wait(ctx), a.Close()); err != nil {
		t.Fatal(err)
	}
}

// The lives of the process before the last one, and the longest that the last one may take to come to rest. What a killed
// consumer had under way is handed out again after half a minute.
const (
	lives    = 5
	patience = 4 * time.Minute
)

// TestKilledProcessLosesAndDoublesNoMail kills the whole app (SIGKILL) again and again while shoppers buy and ask for new
// passwords, at whatever is under way between commit, publication, mail and record.
func TestKilledProcessLosesAndDoublesNoMail(t *testing.T) {
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		killed(t, app.Config{})
	})
	t.Run("services", func(t *testing.T) {
		t.Parallel()
		c := app.Config{DatabaseURL: databasetest.PostgreSQLURL(t), NATSURL: os.Getenv("RIALTO_TEST_NATS_URL")}
		c.BusName = "test-" + strings.ReplaceAll(uuid.NewString()[:13], "-", "")
		t.Cleanup(func() { forget(t, c) })
		killed(t, c)
	})
}

func killed(t *testing.T, c app.Config) {
	c.DataDir, c.Addr, c.AdminAddr = filepath.Join(t.TempDir(), "data"), "127.0.0.1:0", "127.0.0.1:0"
	s := &shoppers{t: t, recovered: map[string]bool{}, carts: map[string]bool{}}
	for range lives {
		p := launch(t, c)
		s.shop(p, 4+rand.IntN(12))
	}
	p := launch(t, c)
	s.finish(p)
	p.until("all mails are written", func() bool { return len(s.missing(mailsIn(t, c))) == 0 })
	p.until("nothing is under way", p.rests)
	p.terminate()
	s.verify(c)
}

// forget removes what the test leaves on a bus that it shares with others.
func forget(t *testing.T, c app.Config) {
	if c.NATSURL == "" {
		return
	}
	b, err := bus.Open(context.Background(), bus.Config{URL: c.NATSURL, Name: c.BusName})
	if err != nil {
		t.Error(err)
		return
	}
	if err := errors.Join(b.Delete(context.Background()), b.Close(context.Background())); err != nil {
		t.Error(err)
	}
}

// process is an app in a process of its own.
type process struct {
	t          *testing.T
	cmd        *exec.Cmd
	logs       telemetrytest.Log
	url, admin string
	done       chan error
}

func launch(t *testing.T, c app.Config) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.Command(self, "-test.run=^TestBeRialto$", "-test.v"), done: make(chan error, 1)}
	p.cmd.Env = []string{
		beRialto + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "RIALTO_DATA_DIR=" + c.DataDir, "RIALTO_ADDR=127.0.0.1:0",
		"RIALTO_DATABASE_URL=" + c.DatabaseURL, "RIALTO_NATS_URL=" + c.NATSURL, "RIALTO_BUS_NAME=" + c.BusName, "RIALTO_LOG_LEVEL=warn",
	}
	p.cmd.Stderr = &p.logs
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	said := bufio.NewReader(out)
	for {
		line, err := said.ReadString('\n')
		if err != nil {
			t.Fatalf("it does not start: %v\n%s", errors.Join(err, p.cmd.Wait()), &p.logs)
		}
		if n, _ := fmt.Sscanf(line, "running %s %s", &p.url, &p.admin); n == 2 {
			break
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, said)
		p.done <- p.cmd.Wait()
	}()
	return p
}

func (p *process) kill() {
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Error(err)
	}
	<-p.done
}

func (p *process) terminate() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	if err := <-p.done; err != nil {
		p.t.Fatalf("it ended with %v\n%s", err, &p.logs)
	}
}

// until looks again and again whether something is so.
func (p *process) until(what string, holds func() bool) {
	p.t.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	late := time.After(patience)
	for !holds() {
		select {
		case <-look.C:
		case err := <-p.done:
			p.t.Fatalf("it ended with %v before %s\n%s", err, what, &p.logs)
		case <-late:
			p.t.Fatalf("still not: %s\n%s", what, &p.logs)
		}
	}
}

// rests reports whether no event waits to be published or handled.
func (p *process) rests() bool {
	res, err := http.Get(p.admin + "/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	counts, zeros := 0, 0 // of the outbox, and of each consumer
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		l := lines.Text()
		if !strings.HasPrefix(l, "rialto_outbox_backlog ") && !strings.HasPrefix(l, "rialto_events_pending{") {
			continue
		}
		counts++
		if strings.HasSuffix(l, " 0") {
			zeros++
		}
	}
	return counts > 1 && zeros == counts
}

// ask sends an operation. It fails where there was no whole answer.
func (p *process) ask(query string, variables map[string]any) (map[string]any, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(http.MethodPost, p.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Shopify-Storefront-Access-Token", demo.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Data   map[string]any
		Errors []any
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, err
	}
	if len(answer.Errors) > 0 {
		return nil, fmt.Errorf("refused: %s", raw)
	}
	return answer.Data, nil
}

// shoppers do what mails are written about, and remember what they were told.
type shoppers struct {
	t  *testing.T
	mu sync.Mutex
	// recovered are the emails whose owners asked for a new password; true where that was acknowledged.
	recovered map[string]bool
	// carts are those that somebody began to buy; true where there is an order.
	carts map[string]bool
}

// shop lets shoppers loose on a process, which is killed once so many things were acknowledged.
func (s *shoppers) shop(p *process, most int) {
	s.t.Helper()
	told, over := make(chan error), make(chan struct{})
	var all sync.WaitGroup
	for _, act := range []func(p *process) error{s.recover, s.recover, s.buy, s.buy} {
		all.Go(func() {
			for err := error(nil); err == nil; {
				err = act(p)
				select {
				case told <- err:
				case <-over:
				}
			}
		})
	}
	var err error
	for n := 0; n < most && err == nil; n++ {
		err = <-told
	}
	p.kill()
	close(over)
	all.Wait()
	if err != nil {
		s.t.Fatalf("%v\n%s", err, &p.logs)
	}
}

func (s *shoppers) recover(p *process) error {
	email := uuid.NewString() + "@example.com"
	created, err := p.ask(`mutation($e: String!) { customerCreate(input: {email: $e, password: "engine no. 1"}) { customer { id } } }`, map[string]any{"e": email})
	if err != nil || apptest.String(created, "customerCreate", "customer", "id") == "" {
		return errors.Join(err, errors.New("no account"))
	}
	s.note(s.recovered, email, false)
	_, err = p.ask(`mutation($e: String!) { customerRecover(email: $e) { customerUserErrors { code message } } }`, map[string]any{"e": email})
	if err == nil {
		s.note(s.recovered, email, true)
	}
	return err
}

const openCart = `mutation($v: ID!, $e: String!) { cartCreate(input: {
	lines: [{merchandiseId: $v, quantity: 1}], buyerIdentity: {email: $e, countryCode: US},
	delivery: {addresses: [{selected: true, address: {deliveryAddress: {firstName: "Mia", lastName: "Moss", address1: "1 Main St", city: "Albany", provinceCode: "NY", countryCode: US, zip: "12207"}}}]}
}) { cart { id deliveryGroups(first: 1) { nodes { id deliveryOptions { handle } } } } userErrors { code message } } }`

func (s *shoppers) buy(p *process) error {
	found, err := p.ask(`{ products(first: 50) { nodes { variants(first: 1) { nodes { id quantityAvailable } } } } }`, nil)
	if err != nil {
		return err
	}
	variant, most := "", 0.0
	products, _ := apptest.At(found, "products", "nodes").([]any)
	for _, product := range products {
		if n, _ := apptest.At(product, "variants", "nodes", 0, "quantityAvailable").(float64); n > most {
			variant, most = apptest.String(product, "variants", "nodes", 0, "id"), n
		}
	}
	opened, err := p.ask(openCart, map[string]any{"v": variant, "e": "mia@example.com"})
	if err != nil {
		return err
	}
	id := apptest.String(opened, "cartCreate", "cart", "id")
	group := apptest.At(opened, "cartCreate", "cart", "deliveryGroups", "nodes", 0)
	_, err = p.ask(`mutation($c: ID!, $g: ID!, $o: String!) { cartSelectedDeliveryOptionsUpdate(cartId: $c, selectedDeliveryOptions: [{deliveryGroupId: $g, deliveryOptionHandle: $o}]) { userErrors { code } } }`,
		map[string]any{"c": id, "g": apptest.String(group, "id"), "o": apptest.String(group, "deliveryOptions", 0, "handle")})
	if err != nil {
		return err
	}
	return s.complete(p, id)
}

// complete begins to buy a cart, or goes on.
func (s *shoppers) complete(p *process, cart string) error {
	s.note(s.carts, cart, false)
	done, err := p.ask(`mutation($c: ID!) { checkoutComplete(cartId: $c, payment: {gateway: "bogus", token: "tok_ok"}) { order { name } userErrors { code message } } }`, map[string]any{"c": cart})
	if err != nil {
		return err
	}
	if apptest.String(done, "checkoutComplete", "order", "name") == "" {
		if code := apptest.String(done, "checkoutComplete", "userErrors", 0, "code"); code != "PAYMENT_PENDING" {
			s.t.Errorf("the checkout ended with %v", done)
		}
		return nil
	}
	s.note(s.carts, cart, true)
	return nil
}

func (s *shoppers) note(what map[string]bool, key string, acknowledged bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	what[key] = acknowledged
}

// finish buys what somebody began to buy.
func (s *shoppers) finish(p *process) {
	s.t.Helper()
	for cart, bought := range maps.Clone(s.carts) {
		if bought {
			continue
		}
		p.until("an interrupted checkout is finished", func() bool {
			if err := s.complete(p, cart); err != nil {
				s.t.Fatal(err)
			}
			return s.carts[cart] || s.t.Failed()
		})
	}
}

// mail is a mail by its event.
type mail struct{ event, to, subject string }

func mailsIn(t *testing.T, c app.Config) (out []mail) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(c.DataDir, "mail", "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m, err := netmail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("%s is no whole mail: %v", f, err)
		}
		to, err := m.Header.AddressList("To")
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, mail{strings.TrimSuffix(filepath.Base(f), ".eml"), to[0].Address, m.Header.Get("Subject")})
	}
	return out
}

// missing tells what was acknowledged and has no mail yet.
func (s *shoppers) missing(mails []mail) (out []string) {
	confirmed, recovered := 0, map[string]bool{}
	for _, m := range mails {
		if strings.HasSuffix(m.subject, "confirmed") {
			confirmed++
		}
		recovered[m.to] = true
	}
	for email, acknowledged := range s.recovered {
		if acknowledged && !recovered[email] {
			out = append(out, email)
		}
	}
	if confirmed < len(s.carts) {
		out = append(out, fmt.Sprintf("%d orders", len(s.carts)-confirmed))
	}
	return out
}

// verify compares the mails with the orders and records of a database that is at rest.
func (s *shoppers) verify(c app.Config) {
	t := s.t
	t.Helper()
	mails := mailsIn(t, c)
	var events, confirmed []string
	for _, m := range mails {
		events = append(events, m.event)
		if strings.HasSuffix(m.subject, "confirmed") {
			confirmed = append(confirmed, strings.Fields(strings.TrimPrefix(m.subject, "Rialto Demo: order "))[0])
		} else if _, asked := s.recovered[m.to]; !asked {
			t.Errorf("nobody asked for %+v", m)
		}
	}
	for email := range s.recovered {
		if n := len(slices.DeleteFunc(slices.Clone(mails), func(m mail) bool { return m.to != email })); n > 1 {
			t.Errorf("%d mails to %s", n, email)
		}
	}
	a, err := app.New(t.Context(), c, app.WithLog(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		t.Log(len(s.carts), "orders,", len(s.recovered), "new passwords,", len(mails), "mails", errors.Join(a.DeleteEvents(context.Background()), a.Close()))
	}()
	shop, err := a.Shops.ByHandle(t.Context(), demo.Handle)
	if err != nil {
		t.Fatal(err)
	}
	texts := func(rows database.Rows, err error) []string {
		t.Helper()
		out, err := database.Scan(rows, err, func(scan func(...any) error) (s string, err error) { return s, scan(&s) })
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(out)
		return out
	}
	all := database.AllShops(t.Context())
	slices.Sort(confirmed)
	if d := cmp.Diff(texts(a.DB.Query(database.WithShop(t.Context(), shop.ID.UUID), "SELECT name FROM orders WHERE shop_id = $1")), confirmed); d != "" || len(confirmed) != len(s.carts) {
		t.Errorf("orders (-) and their mails (+), of %d carts: %s", len(s.carts), d)
	}
	slices.Sort(events)
	if d := cmp.Diff(texts(a.DB.SysQuery(all, "SELECT CAST(event_id AS text) FROM inbox_record WHERE consumer = $1", notice.ConsumerName)), events); d != "" {
		t.Errorf("events (-) and mails (+): %s", d)
	}
	if left := texts(a.DB.SysQuery(all, "SELECT subject FROM outbox_event")); len(left) > 0 {
		t.Errorf("not published: %v", left)
	}
}

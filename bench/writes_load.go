package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"
)

// over sends a write to a server over HTTP, and makes sure of what it wrote.
func (c *counter) over(w *write, of *process, path string) func(context.Context, int, float64) (*sent, error) {
	return func(ctx context.Context, n int, rate float64) (*sent, error) {
		carts, err := c.goods.carts(ctx, n, w.hot)
		if err != nil {
			return nil, err
		}
		before, err := c.goods.books(ctx, carts)
		if err != nil {
			return nil, err
		}
		answered := make([]uuid.UUID, n) // by cart: the order, or the cart itself
		t := target{addr: of.addr, once: true, keep: func(i int, body []byte) (err error) {
			if answered[i] = carts[i].id; w.buys {
				answered[i], err = orderOf(body)
				return err
			}
			return unspoiled(body)
		}}
		for _, cart := range carts {
			t.requests = append(t.requests, request("POST", path, w.page.body(w.of(cart)), w.page.header("")))
		}
		c.goods.settle(ctx, c.plan.Last)
		got, err := c.spent(ctx, w, of, t, rate)
		if err != nil {
			return nil, err
		}
		var done []basket
		var orders []uuid.UUID
		for i, id := range answered {
			if id != uuid.Nil {
				done, orders = append(done, carts[i]), append(orders, id)
			}
		}
		if w.buys {
			return got, c.goods.bought(ctx, before, done, orders)
		}
		return got, c.goods.added(ctx, done)
	}
}

// spent sends a load, and takes what it cost: also what it set going, which it waits for.
func (c *counter) spent(ctx context.Context, w *write, of *process, t target, rate float64) (*sent, error) {
	from, got := int64(0), &sent{}
	var err error
	if of == c.rialto {
		if _, from, err = of.logged(c.read, w.page.operation); err != nil {
			return nil, err
		}
	}
	send := func() (*run, error) { return closed(ctx, t, c.plan.Conns, 3*c.plan.Last) }
	if rate > 0 {
		send = func() (*run, error) { return open(ctx, t, 4*c.plan.Conns, rate, c.plan.Last) }
	}
	got.figure, got.bytes, err = c.cost(ctx, of, send, func() error {
		began := time.Now()
		if err := c.quiet(ctx); err != nil {
			return err
		}
		got.left = time.Since(began).Seconds()
		return nil
	})
	if err != nil || of != c.rialto {
		return got, err
	}
	counts, to, err := of.logged(from, w.page.operation)
	c.read = to
	got.statements = mean(counts)
	return got, err
}

// unspoiled makes sure that an answer tells of no mistake and of no warning. Raw has no room for any.
func unspoiled(answer []byte) error {
	for _, list := range []string{`"errors":[`, `"userErrors":[{`, `"warnings":[{`} {
		if bytes.Contains(answer, []byte(list)) {
			return fmt.Errorf("an answer with mistakes: %.400s", answer)
		}
	}
	return nil
}

// quiet waits until Rialto has nothing left to do: no events to hand out, and none that a consumer is busy with.
func (c *counter) quiet(ctx context.Context) error {
	for end := time.Now().Add(10 * time.Minute); time.Now().Before(end); rest(ctx, 50*time.Millisecond) {
		n, err := c.goods.waiting(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		if n, err := c.pending(ctx); err != nil || n == 0 {
			return err
		}
	}
	return errors.Join(errRestless, ctx.Err())
}

// pending is how many events wait for Rialto's consumers.
func (c *counter) pending(ctx context.Context) (sum float64, err error) {
	body, err := once(ctx, c.rialto.admin, request("GET", c.rialto.path, nil))
	if err != nil {
		return 0, err
	}
	found := 0
	for line := range strings.Lines(string(body)) {
		if !strings.HasPrefix(line, "rialto_events_pending{") {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(line[strings.LastIndexByte(strings.TrimSpace(line), ' ')+1:]), 64)
		if err != nil {
			return 0, err
		}
		found++
		sum += n
	}
	if found == 0 {
		return 0, errors.New("rialto does not tell what its consumers have to do")
	}
	return sum, nil
}

// prepareScript records purchases, and makes a script of them.
func (c *counter) prepareScript(ctx context.Context, w *write, at string) error {
	s, err := c.goods.listen(ctx, at, tableOf(w), w.hot)
	if err != nil {
		return err
	}
	describe(c.log, w.Title, s)
	c.scripts[w.Name] = s
	return c.goods.table(ctx, tableOf(w), s)
}

func tableOf(w *write) string { return "bench." + strings.ReplaceAll(w.Name, "-", "_") }

// overPgbench runs the statements of purchases by pgbench, and makes sure that they bought. Rialto is held meanwhile: it
// would hand out the events, and take from pgbench what is its own.
func (c *counter) overPgbench(w *write) func(context.Context, int, float64) (*sent, error) {
	return func(ctx context.Context, n int, rate float64) (_ *sent, err error) {
		each := (n + c.plan.Conns - 1) / c.plan.Conns
		carts, err := c.goods.carts(ctx, each*c.plan.Conns, w.hot)
		if err != nil {
			return nil, err
		}
		if err := c.goods.rows(ctx, tableOf(w), c.scripts[w.Name], carts); err != nil {
			return nil, err
		}
		before, err := c.goods.books(ctx, carts)
		if err != nil {
			return nil, err
		}
		c.goods.settle(ctx, c.plan.Last)
		if err := c.rialto.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			return nil, err
		}
		defer func() {
			_, forgotten := c.goods.conn.Exec(ctx, "TRUNCATE outbox_event")
			err = errors.Join(err, forgotten, c.rialto.cmd.Process.Signal(syscall.SIGCONT))
		}()
		r, worked, err := c.pgbench.purchases(ctx, c.admin, c.scripts[w.Name], c.plan.Conns, each, rate)
		if err != nil {
			return nil, err
		}
		got := &sent{figure: figure{Rate: r.rate(), P50: r.quantile(.5), P99: r.quantile(.99), Postgres: float64(worked.Microseconds())}}
		got.statements = float64(c.scripts[w.Name].Statements)
		return got, c.goods.bought(ctx, before, carts, nil)
	}
}

var ownIDs = regexp.MustCompile(`gid://rialto/(Cart|CartLine)/[0-9a-f-]+(\?key=\w+)?`)

// compareAdded adds to two carts that hold the same, once in Rialto and once by hand, and compares the answers but for the
// ids of carts and lines.
func (c *counter) compareAdded(ctx context.Context) (same int, err error) {
	carts, err := c.goods.carts(ctx, 2*c.plan.Checked, true)
	if err != nil {
		return 0, err
	}
	for i := 0; i+1 < len(carts); i += 2 {
		var answers [2][]byte
		for n, to := range []struct{ addr, path string }{{c.rialto.addr, "/graphql"}, {c.raw.addr, "/raw/cart-add"}} {
			cart := carts[i+n]
			cart.alternative = c.goods.articles[1+i%(len(c.goods.articles)-1)]
			answer, err := once(ctx, to.addr, request("POST", to.path, cartAdd.body(adding(cart)), cartAdd.header("")))
			if err != nil {
				return 0, err
			}
			if err := unspoiled(answer); err != nil {
				return 0, err
			}
			answers[n] = bytes.ReplaceAll(ownIDs.ReplaceAll(answer, []byte("gid://rialto/$1")), []byte(cart.email), nil)
		}
		where, err := differs(answers[0], answers[1])
		if err != nil {
			return 0, err
		}
		if where != "" {
			return 0, fmt.Errorf("the answers are not the same: %s", where)
		}
	}
	return len(carts) / 2, nil
}

// Package tap stands between a program and its PostgreSQL and writes down what the two say: every statement that ran, with
// its parameters and the first rows of its answer, transactions included. What a program really sends is what is to be
// replayed, not what somebody remembers that it sends.
//
// It is for measuring on a machine of one's own: connections go through it unencrypted, and what it writes down is data.
//
// Invariants: bytes are passed on as they came; a statement is written down once its answer is complete, before the program
// has the end of that answer, in the order in which answers end.
package tap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
)

// Statement is one that ran.
type Statement struct {
	SQL    string
	Args   []Value // from $1 on
	Simple bool    // sent as a text without parameters: begin, commit
	// Columns are the names of what it gave, Rows the first hundred rows of it.
	Columns []string
	Rows    [][]Value
}

// Value is a parameter or a column, in PostgreSQL's own spelling.
type Value struct {
	Text string
	Null bool
	OID  uint32 // of its type; 0 where PostgreSQL chose none
}

// Tap listens for connections and passes them on.
type Tap struct {
	listener          net.Listener
	network, upstream string
	url               url.URL
	all               sync.WaitGroup

	mu     sync.Mutex
	heard  []Statement
	failed error
	open   map[net.Conn]bool
}

// Listen opens a tap to the server that a URL names.
func Listen(ctx context.Context, upstream string) (*Tap, error) {
	c, err := pgconn.ParseConfig(upstream)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(upstream)
	if err != nil {
		return nil, err
	}
	t := &Tap{url: *u, open: map[net.Conn]bool{}}
	t.network, t.upstream = pgconn.NetworkAddress(c.Host, c.Port)
	if t.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	t.url.Host = t.listener.Addr().String()
	query := t.url.Query()
	query.Del("host")
	query.Set("sslmode", "disable")
	t.url.RawQuery = query.Encode()
	t.all.Go(t.accept)
	return t, nil
}

// URL is the database's, by way of the tap.
func (t *Tap) URL() string { return t.url.String() }

// Take gives what was heard since it was last taken. Fails where something was said that is not understood.
func (t *Tap) Take() ([]Statement, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	heard := t.heard
	t.heard = nil
	return heard, t.failed
}

// Close ends all connections.
func (t *Tap) Close() {
	_ = t.listener.Close()
	t.mu.Lock()
	for c := range t.open {
		_ = c.Close()
	}
	t.mu.Unlock()
	t.all.Wait()
}

func (t *Tap) accept() {
	for {
		program, err := t.listener.Accept()
		if err != nil {
			return // closed
		}
		server, err := (&net.Dialer{}).DialContext(context.Background(), t.network, t.upstream)
		if err != nil {
			t.fail(err)
			_ = program.Close()
			continue
		}
		s := &session{tap: t, statements: map[string]*prepared{}}
		t.both(program, server, s)
	}
}

// both passes on what either says until one of them hangs up.
func (t *Tap) both(program, server net.Conn, s *session) {
	t.mu.Lock()
	t.open[program], t.open[server] = true, true
	t.mu.Unlock()
	pass := func(to, from net.Conn, first bool, hear func(kind byte, body []byte) error) {
		defer func() {
			t.mu.Lock()
			delete(t.open, from)
			t.mu.Unlock()
			_, _ = to.Close(), from.Close()
		}()
		if err := relay(to, from, first, hear); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
			t.fail(err)
		}
	}
	t.all.Go(func() { pass(server, program, true, s.asks) })
	t.all.Go(func() { pass(program, server, false, s.answers) })
}

func (t *Tap) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed == nil {
		t.failed = fmt.Errorf("tap: %w", err)
	}
}

func (t *Tap) hear(s Statement) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heard = append(t.heard, s)
}

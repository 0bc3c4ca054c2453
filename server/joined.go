package server

import (
	"bytes"
	"net"
	"strconv"
	"sync"
)

// joined is a listener whose connections send an answer by one call to the system where net/http makes two: its buffer of 4 kB is
// full of the head and the beginning of the body, then comes the rest. What comes of it is the same bytes in fewer packets.
type joined struct{ net.Listener }

// Accept takes a connection.
func (l joined) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		return &joining{TCPConn: tcp}, err
	}
	return c, err
}

// full is how much net/http writes at once where its buffer is full.
const full = 4 << 10

var parts = sync.Pool{New: func() any { b := make([]byte, full); return &b }}

// joining keeps the first part of an answer back until the next one comes. It is kept back only where a part of the body is in it
// and, by the length that the head tells, more must follow.
type joining struct {
	*net.TCPConn
	mu   sync.Mutex
	held *[]byte // nil where nothing is
}

// Write sends b with what was kept back, or keeps it back.
func (c *joining) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held != nil {
		return c.send(b)
	}
	if !unfinished(b) {
		return c.TCPConn.Write(b)
	}
	c.held = parts.Get().(*[]byte) //nolint:forcetypeassert // nothing else is put there
	return copy(*c.held, b), nil
}

// send sends what was kept back, and b. The caller holds the lock.
func (c *joining) send(b []byte) (int, error) {
	both := net.Buffers{*c.held, b}
	n, err := both.WriteTo(c.TCPConn)
	parts.Put(c.held)
	c.held = nil
	return max(0, int(n)-full), err
}

func (c *joining) flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held != nil {
		_, _ = c.send(nil) // whoever closes the connection hears of nothing
	}
}

// Close sends what was kept back, of an answer that was broken off.
func (c *joining) Close() error {
	c.flush()
	return c.TCPConn.Close()
}

// CloseWrite does likewise.
func (c *joining) CloseWrite() error {
	c.flush()
	return c.TCPConn.CloseWrite()
}

var (
	headBegin  = []byte("HTTP/1.1 ")
	headEnd    = []byte("\r\n\r\n")
	headLength = []byte("\r\nContent-Length: ")
)

// unfinished reports whether b is the beginning of an answer, with a part of its body, that more must follow.
func unfinished(b []byte) bool {
	if len(b) != full || !bytes.HasPrefix(b, headBegin) {
		return false
	}
	end := bytes.Index(b, headEnd)
	if end < 0 {
		return false
	}
	_, length, told := bytes.Cut(b[:end+2], headLength)
	if !told {
		return false
	}
	length, _, _ = bytes.Cut(length, []byte("\r"))
	n, err := strconv.Atoi(string(length))
	body := len(b) - end - len(headEnd)
	return err == nil && body > 0 && n > body
}

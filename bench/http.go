package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// conn is a keep-alive connection that sends prepared requests. It is written by hand because a general client costs as much
// as the servers it is to measure, and shares their processors.
type conn struct {
	net net.Conn
	in  *bufio.Reader
}

// patience is how long an answer may take.
const patience = 30 * time.Second

func dial(ctx context.Context, addr string) (*conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &conn{net: c, in: bufio.NewReaderSize(c, 64<<10)}, nil
}

func (c *conn) close() { _ = c.net.Close() }

// do sends a request and reads its answer into body, which may be io.Discard. It gives the status and the body's size.
func (c *conn) do(request []byte, body io.Writer) (status int, size int64, err error) {
	if err := c.net.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, 0, err
	}
	if _, err := c.net.Write(request); err != nil {
		return 0, 0, err
	}
	line, err := c.line()
	if err != nil {
		return 0, 0, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, 0, fmt.Errorf("no answer of HTTP: %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, err
	}
	length, chunked, err := c.header()
	if err != nil {
		return 0, 0, err
	}
	switch {
	case status == http.StatusNotModified:
	case chunked:
		size, err = c.chunks(body)
	case length >= 0:
		size, err = io.CopyN(body, c.in, length)
	default:
		err = errors.New("an answer without a length")
	}
	return status, size, err
}

func (c *conn) line() ([]byte, error) {
	line, err := c.in.ReadSlice('\n')
	return bytes.TrimRight(line, "\r\n"), err
}

func (c *conn) header() (length int64, chunked bool, err error) {
	length = -1
	for {
		line, err := c.line()
		if err != nil || len(line) == 0 {
			return length, chunked, err
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.ParseInt(string(value), 10, 64); err != nil {
				return 0, false, err
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = bytes.EqualFold(value, []byte("chunked"))
		}
	}
}

func (c *conn) chunks(body io.Writer) (size int64, err error) {
	for {
		line, err := c.line()
		if err != nil {
			return size, err
		}
		n, err := strconv.ParseInt(string(line), 16, 64)
		if err != nil {
			return size, err
		}
		if n > 0 {
			if _, err := io.CopyN(body, c.in, n); err != nil {
				return size, err
			}
		}
		size += n
		if _, err := c.line(); err != nil || n == 0 {
			return size, err
		}
	}
}

// request prepares a request. Header lines are given as "Name: value".
func request(method, path string, body []byte, header ...string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", method, path, len(body))
	for _, h := range header {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(body)
	return []byte(b.String())
}

// once sends one request on a connection of its own. Fails for other statuses than 200.
func once(ctx context.Context, addr string, request []byte) ([]byte, error) {
	c, err := dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	defer c.close()
	var body bytes.Buffer
	status, _, err := c.do(request, &body)
	if err != nil {
		return nil, err
	}
	if status != 200 {
		return nil, fmt.Errorf("%s: status %d: %.300s", strings.SplitN(string(request), "\r\n", 2)[0], status, body.String())
	}
	return body.Bytes(), nil
}

package federation

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// A shop's staff choose whom we call, so what we call is never our own network: an address is looked at after its name was
// resolved, when the connection is made, so that a name which resolves to another address a moment later gains nothing.

// maxAnswer is the longest answer of a provider that is read, in bytes.
const maxAnswer = 1 << 20

var (
	errPrivate  = errors.New("the address is not a public one")
	errPlain    = errors.New("the address does not begin with https://")
	errRedirect = errors.New("the provider sends us elsewhere")
)

// newClient makes the client that calls providers. It follows nobody elsewhere, goes through no proxy, keeps no connection,
// and reads no more than maxAnswer.
func newClient(timeout time.Duration, private bool) *http.Client {
	dialer := &net.Dialer{Timeout: timeout}
	if !private {
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err == nil && !public(to.Addr()) {
				err = errPrivate
			}
			return err
		}
	}
	transport := &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true, DisableKeepAlives: true,
		TLSHandshakeTimeout: timeout, ResponseHeaderTimeout: timeout, MaxResponseHeaderBytes: 64 << 10,
	}
	return &http.Client{
		Timeout: timeout, Transport: careful{transport, private},
		CheckRedirect: func(*http.Request, []*http.Request) error { return errRedirect },
	}
}

// careful refuses what is not encrypted, and ends answers that are too long.
type careful struct {
	to      http.RoundTripper
	private bool
}

// RoundTrip implements [http.RoundTripper].
func (c careful) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && !c.private {
		return nil, errPlain
	}
	res, err := c.to.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, maxAnswer), res.Body}
	}
	return res, err
}

// reserved are the networks that are nobody's public address, beside those that [netip.Addr] knows (RFC 6890, and those in
// which an IPv4 address hides).
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"),
}

// unicast is where the public addresses of IPv6 are.
var unicast = netip.MustParsePrefix("2000::/3")

// public reports whether an address is one of the internet.
func public(a netip.Addr) bool {
	if a = a.Unmap(); !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && !unicast.Contains(a) {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

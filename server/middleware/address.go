package middleware

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/rialtohq/rialto/commerce/access"
	"github.com/rialtohq/rialto/graph/wire"
)

// Address finds out where a request comes from and starts its [wire.Call]. It must be the outermost.
//
// A forwarding header is believed only as far as trusted proxies wrote it: from its right end to the first address that
// is not one of theirs. Whatever stands behind the middleware sees no forwarding header, and a shortened RemoteAddr, so
// that nobody can believe or log them by mistake; the full address is in the call.
func Address(trusted []netip.Prefix) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			call := &wire.Call{}
			peer := parseAddr(r.RemoteAddr)
			call.Client = peer
			call.TrustedPeer = peer.IsLoopback() || within(trusted, peer)
			if within(trusted, peer) {
				call.Client = forwardedFor(r.Header.Values("X-Forwarded-For"), trusted, peer)
			}
			call.Network = wire.Network(call.Client)
			r = r.WithContext(access.WithAddress(wire.WithCall(r.Context(), call), call.Network))
			r.RemoteAddr = call.Network
			r.Header = withoutForwarding(r.Header)
			next.ServeHTTP(w, r)
		})
	}
}

var forwarding = []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "True-Client-Ip", "Cf-Connecting-Ip"}

func withoutForwarding(h http.Header) http.Header {
	cloned := false
	for _, name := range forwarding {
		if _, has := h[name]; !has {
			continue
		}
		if !cloned {
			h, cloned = h.Clone(), true
		}
		delete(h, name)
	}
	return h
}

// forwardedFor walks the chain of proxies back from the peer. An entry that cannot be read ends the walk: whatever
// stands left of it was not written by a proxy of ours.
func forwardedFor(headers []string, trusted []netip.Prefix, peer netip.Addr) netip.Addr {
	client := peer
	hops := strings.Split(strings.Join(headers, ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := parseAddr(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			return client
		}
		client = hop
		if !within(trusted, hop) {
			return client
		}
	}
	return client
}

// parseAddr reads an address with or without port, brackets and zone. The zero address when it is none.
func parseAddr(s string) netip.Addr {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

func within(prefixes []netip.Prefix, a netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

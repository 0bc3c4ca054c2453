package wire

import (
	"context"
	"net/netip"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Call is what is known of one HTTP request beside its content: the server fills in the first half before the request
// is read, the graph the second half while it is answered, and the access log, metrics and traces read it afterwards.
//
// Only the goroutine that serves the request may write to it; resolvers may not.
type Call struct {
	// RequestID names the request in logs, and to whoever asks for help. It is not a secret.
	RequestID string
	// Client is where the request came from, behind trusted proxies. The zero address when that is unknown.
	Client netip.Addr
	// Network is the part of that which may be kept; see [Network].
	Network string
	// TrustedPeer says that the connection came from this machine or a trusted proxy.
	TrustedPeer bool

	// Operation is the operation's name, from the parsed document; Kind is query, mutation or subscription.
	Operation, Kind string
	// Document is the hash or id of the document.
	Document string
	// Shop and Actor name who asked, by ids and nothing personal.
	Shop, Actor string
	// CostEstimated and CostActual are in points; 0 where the operation was not priced.
	CostEstimated, CostActual float64
	// Statements is the number of SQL statements that the answer took.
	Statements int
	// Cache says how the response cache was used: hit-l1, hit-l2, shared, miss or stale; empty where it was not asked.
	Cache string
	// Codes are the different error codes of the answer.
	Codes []string
}

type callKey struct{}

// WithCall gives a context for one request.
func WithCall(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// CallFrom is the call of a context, an empty one where there is none: never nil.
func CallFrom(ctx context.Context) *Call {
	if c, ok := ctx.Value(callKey{}).(*Call); ok {
		return c
	}
	return &Call{}
}

// Network shortens an address to the part that may be kept: /24 of IPv4, /64 of IPv6, which is one subscriber. It is empty
// for the zero address.
func Network(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	bits := 64
	if a = a.Unmap(); a.Is4() {
		bits = 24
	}
	p, err := a.WithZone("").Prefix(bits)
	if err != nil {
		return ""
	}
	var room [64]byte
	return string(p.AppendTo(room[:0]))
}

func (c *Call) noteErrors(errs gqlerror.List) {
	if len(errs) > 0 {
		c.Codes = codes(errs)
	}
}

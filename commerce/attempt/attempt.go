// Package attempt limits how often somebody may try what can be guessed, costs others, or is somebody else's money: signing
// in, asking for a way back in, opening accounts, paying, and naming codes.
//
// It only says which buckets a try pays in; who asks takes them, together with whatever else a request pays
// (platform/ratelimit). It does not know how a try ended: that the password was wrong, commerce/identity counts.
//
// Invariants: a try that was made is never given back; no bucket's name tells an address, an email or a cart to who reads
// it.
package attempt

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/gid"
	"github.com/rialtohq/rialto/platform/ratelimit"
)

// Action is what is tried.
type Action string

// The actions.
const (
	// SignIn is to show a password or what stands for one. From the sixth failure on, commerce/identity makes it wait besides.
	SignIn Action = "sign_in"
	// Recover is to ask for a mail with a way back in.
	Recover Action = "recover"
	// Register is to open an account, or to follow a link that sets a password.
	Register Action = "register"
	// Pay is to submit a cart with a payment.
	Pay Action = "pay"
	// Code is to name a discount code or a gift card.
	Code Action = "code"
)

// Who is somebody who tries something, as far as it is known; what is empty is not limited.
type Who struct {
	// Address is where they are: see [Subscriber].
	Address string
	// Person is who they are: a customer, or the email that they name.
	Person string
	// Cart is what they try it on.
	Cart string
}

// Try is an action with how often it is tried at once: a list of codes is as many tries.
type Try struct {
	Action Action
	Times  int64
	Who    Who
}

// limits are those of an action, by what it is counted by; a zero limit is none.
type limits struct{ address, person, cart ratelimit.Limit }

func per(minutes, tries int64) ratelimit.Limit {
	return ratelimit.Limit{Capacity: tries, PerSecond: float64(tries) / float64(60*minutes)}
}

// An address may be that of a whole office or of a mobile network: it has more tries than a person.
var of = map[Action]limits{
	SignIn:   {address: per(1, 60)},
	Recover:  {address: per(60, 60), person: per(60, 5)},
	Register: {address: per(60, 120)},
	Pay:      {address: per(1, 60), person: per(1, 10), cart: per(1, 10)},
	Code:     {address: per(1, 60), person: per(1, 30), cart: per(1, 30)},
}

// Buckets are those that tries in a shop pay in. They lie in one place of a Redis Cluster: that of the shop.
func Buckets(shop uuid.UUID, tries ...Try) []ratelimit.Bucket {
	var out []ratelimit.Bucket
	for _, t := range tries {
		l := of[t.Action]
		for _, by := range []struct {
			what, key string
			limit     ratelimit.Limit
		}{{"address", t.Who.Address, l.address}, {"person", t.Who.Person, l.person}, {"cart", t.Who.Cart, l.cart}} {
			if by.key != "" && by.limit.Capacity > 0 {
				out = add(out, ratelimit.Bucket{
					Layer: string(t.Action) + "_" + by.what, Key: "{" + shop.String() + "}:" + string(t.Action) + ":" + by.what + ":" + digest(by.key), Limit: by.limit, Fixed: max(1, t.Times),
				})
			}
		}
	}
	return out
}

// add adds a bucket, or to one that is there already: a limiter looks at each of a request's buckets once.
func add(all []ratelimit.Bucket, b ratelimit.Bucket) []ratelimit.Bucket {
	for i := range all {
		if all[i].Key == b.Key {
			all[i].Fixed += b.Fixed
			return all
		}
	}
	return append(all, b)
}

// Subscriber names an address without telling it: a digest of the address, of IPv6 of its /64, which is one subscriber. It is
// empty for this machine and for no address, which are not limited.
func Subscriber(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || a.IsLoopback() {
		return ""
	}
	text := a.String()
	if a.Is6() {
		text = netip.PrefixFrom(a, 64).Masked().String()
	}
	return digest(text)
}

// Email names a person by an email, written in whatever case.
func Email(email string) string {
	if email = strings.ToLower(strings.TrimSpace(email)); email != "" {
		return "email " + email
	}
	return ""
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// Cart names a cart by its id with its key: who does not know the key tries nothing on the cart itself.
func Cart(id gid.ID) string { return id.UUID.String() + " " + id.Key }

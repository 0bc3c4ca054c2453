package attempt_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/commerce/attempt"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/ratelimit"
)

func TestBuckets(t *testing.T) {
	t.Parallel()
	shop := uuid.MustParse("019b0000-0000-7000-8000-000000000001")
	limiter := ratelimit.NewMemory(clock.System{})
	// allowed is how many times something may be tried at once.
	allowed := func(try attempt.Try) (n int) {
		for ; n < 1000; n++ {
			if out, err := limiter.Take(t.Context(), 50, attempt.Buckets(shop, try)); err != nil || !out.Allowed {
				return n
			}
			if err := limiter.Return(t.Context(), 50, attempt.Buckets(shop, try)); err != nil {
				t.Fatal(err)
			}
		}
		return n
	}
	for name, c := range map[string]struct {
		try  attempt.Try
		want int
	}{
		"PayOneCart":          {attempt.Try{Action: attempt.Pay, Who: attempt.Who{Cart: "one"}}, 10},
		"PayAsOnePerson":      {attempt.Try{Action: attempt.Pay, Who: attempt.Who{Person: "one"}}, 10},
		"PayFromOneAddress":   {attempt.Try{Action: attempt.Pay, Who: attempt.Who{Address: "one"}}, 60},
		"PayByNobodyKnown":    {attempt.Try{Action: attempt.Pay}, 1000},
		"CodesInLists":        {attempt.Try{Action: attempt.Code, Times: 10, Who: attempt.Who{Cart: "two"}}, 3},
		"MailsToOnePerson":    {attempt.Try{Action: attempt.Recover, Who: attempt.Who{Address: "two", Person: attempt.Email(" A@example.org")}}, 5},
		"SignInFromAnAddress": {attempt.Try{Action: attempt.SignIn, Who: attempt.Who{Address: "four", Person: "not counted here"}}, 60},
	} {
		if got := allowed(c.try); got != c.want {
			t.Errorf("%s: %d times; want %d", name, got, c.want)
		}
	}
	again := attempt.Try{Action: attempt.Recover, Who: attempt.Who{Address: "three", Person: attempt.Email("a@EXAMPLE.org ")}}
	if got := allowed(again); got != 0 {
		t.Errorf("the same person written otherwise: %d times", got)
	}
	// Two tries of one request on one cart are two.
	pay := attempt.Try{Action: attempt.Pay, Who: attempt.Who{Cart: "three"}}
	if got := attempt.Buckets(shop, pay, pay); len(got) != 1 || got[0].Fixed != 2 {
		t.Errorf("%+v", got)
	}
	for _, b := range attempt.Buckets(shop, again) {
		if strings.Contains(strings.ToLower(b.Key), "example") || !strings.HasPrefix(b.Key, "{"+shop.String()+"}:recover:") {
			t.Errorf("%s", b.Key)
		}
	}
}

func TestSubscriber(t *testing.T) {
	t.Parallel()
	of := func(s string) string { return attempt.Subscriber(netip.MustParseAddr(s)) }
	if of("127.0.0.1") != "" || of("::1") != "" || of("::ffff:127.0.0.1") != "" || attempt.Subscriber(netip.Addr{}) != "" {
		t.Error("this machine is limited")
	}
	if of("192.0.2.1") == of("192.0.2.2") || of("192.0.2.1") != of("::ffff:192.0.2.1") {
		t.Error("addresses of IPv4 are told apart, however they are written")
	}
	if of("2001:db8:0:1::1") != of("2001:db8:0:1:ffff::2%eth0") || of("2001:db8:0:1::1") == of("2001:db8:0:2::1") {
		t.Error("a /64 is one subscriber")
	}
}

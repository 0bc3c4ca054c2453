package identity_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/commerce/identity"
)

func TestNormalizeEmail(t *testing.T) {
	for _, tc := range []struct {
		name, in, want string
		flaw           identity.EmailFlaw
	}{
		{"Plain", "ada@example.com", "ada@example.com", identity.EmailOK},
		{"CaseAndSpaces", "  Ada.L+Shop@Example.COM\n", "ada.l+shop@example.com", identity.EmailOK},
		{"InternationalDomain", "ada@Bücher.example", "ada@xn--bcher-kva.example", identity.EmailOK},
		{"Blank", " \t", "", identity.EmailBlank},
		{"NoAt", "ada.example.com", "", identity.EmailMalformed},
		{"NoName", "@example.com", "", identity.EmailMalformed},
		{"TwoAts", "ada@b@example.com", "", identity.EmailMalformed},
		{"DoubleDot", "ada..l@example.com", "", identity.EmailMalformed},
		{"DotAtEnd", "ada.@example.com", "", identity.EmailMalformed},
		{"Header", "ada\r\nBcc: x@example.com", "", identity.EmailMalformed},
		{"Tag", "<script>@example.com", "", identity.EmailMalformed},
		{"LongName", strings.Repeat("a", 65) + "@example.com", "", identity.EmailMalformed},
		{"NoDomain", "ada@", "", identity.EmailBadDomain},
		{"OneLabel", "ada@localhost", "", identity.EmailBadDomain},
		{"Address", "ada@127.0.0.1", "", identity.EmailBadDomain},
		{"EmptyLabel", "ada@example..com", "", identity.EmailBadDomain},
		{"SpaceInDomain", "ada@exa mple.com", "", identity.EmailBadDomain},
		{"TooLong", "ada@" + strings.Repeat("a.", 130) + "com", "", identity.EmailTooLong},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, flaw := identity.NormalizeEmail(tc.in)
			if got != tc.want || flaw != tc.flaw {
				t.Fatalf("got %q, %v; want %q, %v", got, flaw, tc.want, tc.flaw)
			}
		})
	}
}

func TestNormalizeEmailTwiceIsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9.+_-]{1,20}@[A-Za-z0-9.-]{1,20}\.[A-Za-zéü]{2,6}`), rapid.String()).Draw(t, "email")
		once, flaw := identity.NormalizeEmail(in)
		if flaw != identity.EmailOK {
			return
		}
		if twice, flaw := identity.NormalizeEmail(once); twice != once || flaw != identity.EmailOK {
			t.Fatalf("%q becomes %q becomes %q, %v", in, once, twice, flaw)
		}
	})
}

func TestNormalizePhone(t *testing.T) {
	for in, want := range map[string]string{
		"+15551234567": "+15551234567", " +1 (555) 123-4567 ": "+15551234567", "0049 30 901820": "+4930901820", "+81-3-1234-5678": "+81312345678",
		"": "", "5551234567": "", "+": "", "+1": "", "+0123456789": "", "+1234567890123456": "", "+1555CALLNOW": "", "+١٢٣٤٥٦٧٨": "",
	} {
		if got, ok := identity.NormalizePhone(in); got != want || ok != (want != "") {
			t.Errorf("%q becomes %q, %v; want %q", in, got, ok, want)
		}
	}
}

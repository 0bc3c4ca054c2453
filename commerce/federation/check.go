package federation

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rialtohq/rialto/platform/fault"
)

// The reasons for refusing a change: values of the API's StaffErrorCode.
const (
	CodeBlank    = "BLANK"
	CodeConflict = "CONFLICT"
	CodeInvalid  = "INVALID"
	CodeNotFound = "NOT_FOUND"
	CodeTaken    = "TAKEN"
	CodeTooLong  = "TOO_LONG"
	CodeTooMany  = "TOO_MANY"
)

const (
	maxLine    = 255
	maxSecret  = 1024 // bytes
	maxAddress = 2048 // bytes
	maxReturns = 20
)

// checkNew checks what is given to a provider for good.
func (s *Service) checkNew(problems *fault.Problems, in Input) {
	switch {
	case in.Handle == "":
		problems.Add(CodeBlank, "Handle is missing.", "input", "handle")
	case len(in.Handle) > 64:
		problems.Add(CodeTooLong, "Handle is too long: at most 64 characters.", "input", "handle")
	case !fault.IsHandle(in.Handle, 64):
		problems.Add(CodeInvalid, "A handle is small letters, digits and single hyphens, such as company-directory.", "input", "handle")
	}
	if in.Audience != Customers && in.Audience != Staff {
		problems.Add(CodeInvalid, "A provider signs in CUSTOMER or STAFF.", "input", "audience")
	}
	if in.Audience == Staff && in.CreateAccounts != nil && *in.CreateAccounts {
		problems.Add(CodeInvalid, "A provider makes no staff: add a member first, then let the provider sign them in.", "input", "createAccounts")
	}
	u, err := url.Parse(in.Issuer)
	switch {
	case in.Issuer == "":
		problems.Add(CodeBlank, "Issuer is missing.", "input", "issuer")
	case len(in.Issuer) > maxAddress:
		problems.Add(CodeTooLong, "Issuer is too long.", "input", "issuer")
	case err != nil || u.Host == "" || u.User != nil || strings.ContainsAny(in.Issuer, "?#") || strings.ContainsFunc(in.Issuer, hidden) || !s.mayCall(u):
		problems.Add(CodeInvalid, "An issuer is an address that begins with https:// and has no query, such as https://accounts.example.com.", "input", "issuer")
	}
}

// mayCall reports whether a provider may have an address by its scheme.
func (s *Service) mayCall(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && s.private
}

// fill takes over what an input says, and tells what is wrong with it.
func (s *Service) fill(problems *fault.Problems, p *stored, in Input) (err error) {
	if in.Title != nil {
		p.Title = line(problems, *in.Title, "Title", "title")
	}
	if in.ClientID != nil {
		p.ClientID = line(problems, *in.ClientID, "Client id", "clientId")
	}
	if in.ReturnURLs != nil {
		p.ReturnURLs = returns(problems, in.ReturnURLs)
	}
	for to, from := range map[*bool]*bool{&p.CreateAccounts: in.CreateAccounts, &p.LinkAccounts: in.LinkAccounts, &p.Enabled: in.IsEnabled} {
		if from != nil {
			*to = *from
		}
	}
	if p.Audience == Staff && p.CreateAccounts && len(*problems) == 0 {
		problems.Add(CodeInvalid, "A provider makes no staff: add a member first, then let the provider sign them in.", "input", "createAccounts")
	}
	if in.ClientSecret == nil {
		return nil
	}
	if len(*in.ClientSecret) > maxSecret || strings.ContainsFunc(*in.ClientSecret, unicode.IsControl) || !utf8.ValidString(*in.ClientSecret) {
		problems.Add(CodeInvalid, fmt.Sprintf("A client secret is text of at most %d bytes.", maxSecret), "input", "clientSecret")
		return nil
	}
	p.secret, p.sealed, err = s.seal.Seal(p.ID.String(), []byte(*in.ClientSecret))
	return err
}

// line checks a text that is shown on one line, and gives it without space around it.
func line(problems *fault.Problems, text, what, name string) string {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		problems.Add(CodeBlank, what+" is missing.", "input", name)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		problems.Add(CodeInvalid, what+" has characters that cannot be printed.", "input", name)
	case utf8.RuneCountInString(text) > maxLine:
		problems.Add(CodeTooLong, fmt.Sprintf("%s is too long: at most %d characters.", what, maxLine), "input", name)
	}
	return text
}

// returns checks where browsers may be sent back to.
func returns(problems *fault.Problems, addresses []string) []string {
	if len(addresses) > maxReturns {
		problems.Add(CodeTooMany, fmt.Sprintf("A provider has at most %d addresses to return to.", maxReturns), "input", "returnUrls")
		return addresses
	}
	for i, address := range addresses {
		if _, ok := returnable(address); !ok {
			problems.Add(CodeInvalid, "Return to a whole address that begins with https://, or with http:// on this machine's own, and has no fragment.", "input", "returnUrls", strconv.Itoa(i))
		} else if slices.Contains(addresses[:i], address) {
			problems.Add(CodeInvalid, "This address is named twice.", "input", "returnUrls", strconv.Itoa(i))
		}
	}
	return append([]string{}, addresses...)
}

// returnable reads an address that a browser with a token may be sent to at all: it is nobody else's on the way, and says
// exactly one thing.
func returnable(address string) (*url.URL, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.User != nil || u.Opaque != "" || len(address) > maxAddress ||
		strings.Contains(address, "#") || strings.ContainsFunc(address, hidden) || strings.Contains(u.Host, "*") {
		return nil, false
	}
	return u, u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())
}

// hidden is what has no place in an address: browsers drop or turn some of it, and go elsewhere than it reads.
func hidden(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// refusal carries problems that are found within a transaction out of it, so that the transaction has no effect.
type refusal struct{ problems fault.Problems }

// Error is for logs; a refusal never leaves the package as an error.
func (r refusal) Error() string { return r.problems[0].Message }

func refuse(code, message string, field ...string) error {
	return refusal{fault.Problems{{Field: field, Code: code, Message: message}}}
}

// problemsOf takes the problems out of an error that carries some.
func problemsOf(err error) (fault.Problems, error) {
	if r, ok := errors.AsType[refusal](err); ok {
		return r.problems, nil
	}
	return nil, err
}

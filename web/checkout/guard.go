package checkout

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode"

	"github.com/rialtohq/rialto/platform/fault"
	"github.com/rialtohq/rialto/platform/gid"
)

// The limits of a form.
const (
	maxBody  = 16 << 10 // bytes
	maxField = 400      // characters; what an address may hold, the shop knows
)

// formToken proves that a form comes from a page that was opened with the key. It gives nothing away about the key.
func formToken(id gid.ID) string {
	mac := hmac.New(sha256.New, []byte(id.Key))
	_, _ = io.WriteString(mac, "checkout form "+id.UUID.String())
	return hex.EncodeToString(mac.Sum(nil))
}

// attempt makes a name for a try to pay.
func (s *server) attempt() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(s.Random, b[:]); err != nil {
		return "", fmt.Errorf("checkout: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// attemptName is what the shop knows a try by: the same form with another card is another try.
func attemptName(attempt string, m Method) string {
	sum := sha256.Sum256([]byte(attempt + "\x00" + m.Gateway + "\x00" + m.Token))
	return "page-" + base64.RawURLEncoding.EncodeToString(sum[:18])
}

// readForm reads a form that one of our pages sent.
func readForm(w http.ResponseWriter, r *http.Request, id gid.ID) error {
	// Browsers say where a request comes from, where the connection is secure or local. An Origin is of no use: no
	// referrer is sent, so it is null.
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return fault.New(fault.Forbidden, "The form comes from another site.")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(err, fault.Invalid, "The form cannot be read.")
	}
	if !hmac.Equal([]byte(r.PostForm.Get("form")), []byte(formToken(id))) {
		return fault.New(fault.Forbidden, "The form does not belong to this checkout.")
	}
	return nil
}

// field reads an input: valid text of one line without the spaces around it, cut where nobody would write on.
func field(r *http.Request, name string) string {
	text := strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == unicode.ReplacementChar {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(r.PostForm.Get(name), " "))
	text = strings.TrimSpace(text)
	if runes := []rune(text); len(runes) > maxField {
		text = string(runes[:maxField])
	}
	return text
}

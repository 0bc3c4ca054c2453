package mail_test

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/fault"
	mailer "github.com/rialtohq/rialto/platform/mail"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = clock.NewManual(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))

func confirmation() mailer.Message {
	return mailer.Message{
		ID: "order-1001", From: "Café Rialto <shop@rialto.test>", To: "Ada Löwe <ada@example.com>", Subject: "Order №1001 — danke!",
		Text: "Grüße.\n.\nA line that begins with a dot is above.\n", HTML: "<p>Grüße.</p>\n",
	}
}

// letter is what a mail program makes of a file.
type letter struct {
	From, To, Subject, ID, Date string
	Parts                       map[string]string
}

func parse(t *testing.T, raw []byte) letter {
	t.Helper()
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in:\n%s", err, raw)
	}
	word := func(header string) string {
		s, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get(header))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	l := letter{Subject: word("Subject"), ID: msg.Header.Get("Message-ID"), Date: msg.Header.Get("Date"), Parts: map[string]string{}}
	for header, to := range map[string]*string{"From": &l.From, "To": &l.To} {
		a, err := mail.ParseAddress(msg.Header.Get(header))
		if err != nil {
			t.Fatal(err)
		}
		*to = a.Name + " " + a.Address
	}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		l.Parts[kind] = ""
		return l
	}
	for parts := multipart.NewReader(msg.Body, params["boundary"]); ; {
		part, err := parts.NextPart() // decodes quoted-printable
		if errors.Is(err, io.EOF) {
			return l
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		body, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		l.Parts[kind] = strings.ReplaceAll(string(body), "\r\n", "\n")
	}
}

func wantConfirmation() letter {
	m := confirmation()
	return letter{
		From: "Café Rialto shop@rialto.test", To: "Ada Löwe ada@example.com", Subject: m.Subject, ID: "<order-1001@rialto.test>",
		Date: "Mon, 23 Nov 2026 12:00:00 +0000", Parts: map[string]string{"text/plain": m.Text, "text/html": m.HTML},
	}
}

func folder(t testing.TB) (*mailer.Folder, string) {
	t.Helper()
	dir := t.TempDir()
	f, err := mailer.NewFolder(dir, mailer.Sender{Clock: noon})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f, dir
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range found {
		found[i] = filepath.Base(f)
	}
	return found
}

func TestFolder(t *testing.T) {
	t.Run("AFileThatMailProgramsRead", func(t *testing.T) {
		f, dir := folder(t)
		if err := f.Send(t.Context(), confirmation()); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(filepath.Join(dir, "order-1001.eml"))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(wantConfirmation(), parse(t, raw)); d != "" {
			t.Error(d)
		}
	})
	t.Run("SameMessageIsOneFile", func(t *testing.T) {
		f, dir := folder(t)
		var senders sync.WaitGroup
		for range 8 {
			senders.Go(func() {
				if err := f.Send(t.Context(), confirmation()); err != nil {
					t.Error(err)
				}
			})
		}
		senders.Wait()
		other := confirmation()
		other.ID, other.HTML, other.From = "order-1002", "", ""
		if err := f.Send(t.Context(), other); err != nil {
			t.Error(err)
		}
		if d := cmp.Diff([]string{"order-1001.eml", "order-1002.eml"}, files(t, dir)); d != "" {
			t.Error(d)
		}
	})
	for name, edit := range map[string]func(*mailer.Message){
		"NoID":          func(m *mailer.Message) { m.ID = "" },
		"IDWithPath":    func(m *mailer.Message) { m.ID = "../x" },
		"NoRecipient":   func(m *mailer.Message) { m.To = "" },
		"TwoRecipients": func(m *mailer.Message) { m.To = "a@example.com, b@example.com" },
		"LineInAddress": func(m *mailer.Message) { m.To = "a@example.com\r\nBcc: b@example.com" },
		"BadSender":     func(m *mailer.Message) { m.From = "nobody" },
		"NoText":        func(m *mailer.Message) { m.Text = "" },
	} {
		t.Run("Refuses"+name, func(t *testing.T) {
			f, dir := folder(t)
			m := confirmation()
			edit(&m)
			if err := f.Send(t.Context(), m); !fault.Is(err, fault.Invalid) {
				t.Errorf("error %v, want %s", err, fault.Invalid)
			}
			if found := files(t, dir); len(found) > 0 {
				t.Errorf("%v was written", found)
			}
		})
	}
}

func TestNothingInAMessageAddsAHeader(t *testing.T) {
	f, dir := folder(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		m := confirmation()
		m.ID = "m" + strings.Repeat("x", n)[:min(n, 100)] + time.Duration(n).String()
		m.ID = strings.ReplaceAll(m.ID, "µ", "u")
		m.Subject = rapid.StringOf(rapid.RuneFrom([]rune("aé \r\n:\t\x00=?B"))).Draw(rt, "subject") + "\r\nBcc: eve@example.com\r\n\r\nbody"
		m.Text = rapid.StringN(1, 50, -1).Draw(rt, "text")
		if err := f.Send(t.Context(), m); err != nil {
			rt.Fatal(err)
		}
		raw, err := os.ReadFile(filepath.Join(dir, m.ID+".eml"))
		if err != nil {
			rt.Fatal(err)
		}
		msg, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			rt.Fatalf("%v in:\n%s", err, raw)
		}
		if msg.Header.Get("Bcc") != "" || msg.Header.Get("Message-ID") == "" || msg.Header.Get("Content-Type") == "" {
			rt.Fatalf("headers: %v", msg.Header)
		}
	})
}

package mail_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/platform/fault"
	mailer "github.com/rialtohq/rialto/platform/mail"
)

// sink is a mail server that keeps what it is sent.
type sink struct {
	server *smtp.Server
	port   int
	secure bool // asks for a sign-in

	mu  sync.Mutex
	got []envelope
}

type envelope struct {
	from, to string
	data     []byte
}

// newSink starts a server on a port of its own. With a certificate it offers STARTTLS, and asks for a sign-in.
func newSink(t *testing.T, certificate *tls.Config) *sink {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &sink{port: listener.Addr().(*net.TCPAddr).Port, secure: certificate != nil}
	s.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{sink: s}, nil }))
	s.server.Domain, s.server.TLSConfig, s.server.ErrorLog = "localhost", certificate, log.New(io.Discard, "", 0)
	s.server.ReadTimeout, s.server.WriteTimeout = 10*time.Second, 10*time.Second
	served := make(chan error, 1)
	go func() { served <- s.server.Serve(listener) }()
	t.Cleanup(func() {
		_ = s.server.Close()
		_ = listener.Close() // where the server had not begun yet
		if err := <-served; err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	return s
}

func (s *sink) mails() []envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got
}

type session struct {
	sink   *sink
	now    envelope
	signed bool
}

func (s *session) AuthMechanisms() []string {
	if s.sink.secure {
		return []string{sasl.Plain}
	}
	return nil
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "rialto" || password != "secret" {
			return smtp.ErrAuthFailed
		}
		s.signed = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.sink.secure && !s.signed {
		return smtp.ErrAuthRequired
	}
	s.now.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "unknown"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody of that name"}
	case strings.HasPrefix(to, "full"):
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "mailbox full"}
	}
	s.now.to = to
	return nil
}

func (s *session) Data(r io.Reader) (err error) {
	if s.now.data, err = io.ReadAll(r); err != nil {
		return err
	}
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	s.sink.got = append(s.sink.got, s.now)
	return nil
}

func (s *session) Reset()        { s.now = envelope{} }
func (s *session) Logout() error { return nil }

func dial(t *testing.T, s *sink, edit func(*mailer.SMTPConfig)) *mailer.SMTP {
	t.Helper()
	c := mailer.SMTPConfig{Sender: mailer.Sender{Clock: noon}, Host: "127.0.0.1", Port: s.port, Security: mailer.Plain}
	if edit != nil {
		edit(&c)
	}
	m, err := mailer.NewSMTP(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSMTP(t *testing.T) {
	t.Run("ArrivesWhole", func(t *testing.T) {
		s := newSink(t, nil)
		if err := dial(t, s, nil).Send(t.Context(), confirmation()); err != nil {
			t.Fatal(err)
		}
		got := s.mails()
		if len(got) != 1 || got[0].from != "shop@rialto.test" || got[0].to != "ada@example.com" {
			t.Fatalf("the server has %+v", got)
		}
		if d := cmp.Diff(wantConfirmation(), parse(t, got[0].data)); d != "" {
			t.Error(d)
		}
	})
	t.Run("TakenOnlyOverTLSWhereItMust", func(t *testing.T) {
		s := newSink(t, nil) // offers no TLS
		err := dial(t, s, func(c *mailer.SMTPConfig) { c.Security = mailer.StartTLS }).Send(t.Context(), confirmation())
		if !fault.Is(err, fault.Unavailable) || len(s.mails()) != 0 {
			t.Errorf("error %v, %d mails went in clear", err, len(s.mails()))
		}
	})
	for name, test := range map[string]struct {
		to   string
		want fault.Code
	}{
		"UnknownRecipientIsFinal": {"unknown@example.com", fault.Invalid},
		"FullMailboxMayBeTried":   {"full@example.com", fault.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			m := confirmation()
			m.To = test.to
			if err := dial(t, newSink(t, nil), nil).Send(t.Context(), m); !fault.Is(err, test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
	t.Run("NobodyThere", func(t *testing.T) {
		gone, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := &sink{port: gone.Addr().(*net.TCPAddr).Port}
		_ = gone.Close()
		if err := dial(t, s, nil).Send(t.Context(), confirmation()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("error %v, want %s", err, fault.Unavailable)
		}
	})
	t.Run("NoHost", func(t *testing.T) {
		if _, err := mailer.NewSMTP(mailer.SMTPConfig{}); err == nil {
			t.Error("made a mailer for no server")
		}
	})
}

func TestSMTPSignsIn(t *testing.T) {
	web := httptest.NewTLSServer(nil) // for its certificate
	defer web.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(web.Certificate())
	s := newSink(t, &tls.Config{Certificates: web.TLS.Certificates})
	for name, test := range map[string]struct {
		edit func(*mailer.SMTPConfig)
		want fault.Code
	}{
		"OK":            {func(*mailer.SMTPConfig) {}, ""},
		"WrongPassword": {func(c *mailer.SMTPConfig) { c.Password = "guess" }, fault.Unavailable},
		"ForeignServer": {func(c *mailer.SMTPConfig) { c.TLS = nil }, fault.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			m := dial(t, s, func(c *mailer.SMTPConfig) {
				c.Security, c.Username, c.Password = mailer.StartTLS, "rialto", "secret"
				c.TLS = &tls.Config{RootCAs: trusted, ServerName: "example.com", MinVersion: tls.VersionTLS12}
				test.edit(c)
			})
			before := len(s.mails())
			err := m.Send(t.Context(), confirmation())
			if fault.CodeOf(err) != test.want {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if sent := len(s.mails()) - before; (sent == 1) != (test.want == "") {
				t.Errorf("%d mails arrived", sent)
			}
		})
	}
}

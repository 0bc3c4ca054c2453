package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/rialtohq/rialto/platform/fault"
)

// Security is how the connection to the mail server is protected.
type Security int

// The kinds of protection. The zero value is the usual one.
const (
	StartTLS Security = iota // begins in clear and must change to TLS before anything is said
	TLS                      // TLS from the first byte
	Plain                    // none: for a server on this machine only
)

// SMTPConfig says which server takes the mails.
type SMTPConfig struct {
	Sender
	Host string
	// Port is 587, 465 or 25 after Security where it is 0.
	Port               int
	Username, Password string // empty: the server asks for none
	Security           Security
	// TLS replaces the default configuration, which trusts the system's authorities. May be nil.
	TLS *tls.Config
	// Timeout bounds connecting and each answer; 0 is 10 s.
	Timeout time.Duration
}

// SMTP hands mails to a mail server. It is safe for concurrent use; every mail has a connection of its own.
type SMTP struct {
	config  SMTPConfig
	options []gomail.Option
}

// NewSMTP makes a mailer; it does not connect yet.
func NewSMTP(c SMTPConfig) (*SMTP, error) {
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Port == 0 {
		c.Port = map[Security]int{StartTLS: 587, TLS: 465, Plain: 25}[c.Security]
	}
	s := &SMTP{config: c, options: []gomail.Option{gomail.WithTimeout(c.Timeout)}}
	switch c.Security {
	case TLS:
		s.options = append(s.options, gomail.WithSSL())
	case Plain:
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	s.options = append(s.options, gomail.WithPort(c.Port))
	if c.TLS != nil {
		s.options = append(s.options, gomail.WithTLSConfig(c.TLS.Clone()))
	}
	if c.Username != "" {
		s.options = append(s.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(c.Username), gomail.WithPassword(c.Password))
	}
	if _, err := gomail.NewClient(c.Host, s.options...); err != nil {
		return nil, fmt.Errorf("mail: server %q: %w", c.Host, err)
	}
	return s, nil
}

// Send returns once the server has taken the mail. It fails with [fault.Invalid] on a message that no try can send,
// also in the server's judgment, and with [fault.Unavailable] where trying again may help. After an error the mail may
// have been taken all the same: sent again it has the same Message-ID.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	msg, err := s.config.compose(m)
	if err != nil {
		return err
	}
	client, err := gomail.NewClient(s.config.Host, s.options...)
	if err != nil {
		return fmt.Errorf("mail: server %q: %w", s.config.Host, err)
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil {
		return nil
	}
	if refused, ok := errors.AsType[*gomail.SendError](err); ok && refused.ErrorCode() >= 500 {
		return fault.Wrap(err, fault.Invalid, "mail: the server refuses message %s", m.ID)
	}
	return fault.Wrap(err, fault.Unavailable, "mail: message %s was not sent", m.ID)
}

package app

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"github.com/rialtohq/rialto/commerce/notice"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/mail"
)

// mailer opens what takes mails: the mail server of the settings, or a folder. The closer may be nil.
func (c Config) mailer(now clock.Clock) (notice.Mailer, io.Closer, error) {
	if c.SMTPURL != "" {
		config, err := c.smtp()
		if err != nil {
			return nil, nil, err
		}
		config.Clock = now
		server, err := mail.NewSMTP(config)
		return server, nil, err
	}
	dir := filepath.Join(c.DataDir, "mail")
	if err := os.MkdirAll(dir, 0o700); err != nil { // links in mails open accounts
		return nil, nil, err
	}
	folder, err := mail.NewFolder(dir, mail.Sender{Clock: now})
	if err != nil {
		return nil, nil, err
	}
	return folder, folder, nil
}

// smtp reads SMTPURL. By smtp:// the server must offer STARTTLS, smtps:// is TLS from the first byte, and smtp+plain:// is
// no protection at all. "?from=Name <address>" is who writes for shops that have no address of their own.
func (c Config) smtp() (mail.SMTPConfig, error) {
	u, err := url.Parse(c.SMTPURL)
	if err != nil || u.Hostname() == "" {
		return mail.SMTPConfig{}, fmt.Errorf("RIALTO_SMTP_URL must be a URL such as smtp://user:password@mail.example:587")
	}
	security, ok := map[string]mail.Security{"smtp": mail.StartTLS, "smtps": mail.TLS, "smtp+plain": mail.Plain}[u.Scheme]
	port, err := strconv.ParseUint(cmp.Or(u.Port(), "0"), 10, 16)
	if err != nil || !ok {
		return mail.SMTPConfig{}, fmt.Errorf("RIALTO_SMTP_URL must begin with smtp://, smtps:// or smtp+plain://, and its port be a number")
	}
	password, _ := u.User.Password()
	return mail.SMTPConfig{
		Sender: mail.Sender{From: u.Query().Get("from")}, Host: u.Hostname(), Port: int(port), Security: security,
		Username: u.User.Username(), Password: password,
	}, nil
}

package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/platform/mail"
)

func TestMailServerIsNamedByURL(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]mail.SMTPConfig{
		"smtp://mail.example":                          {Host: "mail.example"},
		"smtp://ada:p%40ss@mail.example:2525":          {Host: "mail.example", Port: 2525, Username: "ada", Password: "p@ss"},
		"smtps://mail.example":                         {Host: "mail.example", Security: mail.TLS},
		"smtp+plain://localhost:1025?from=a@b.example": {Host: "localhost", Port: 1025, Security: mail.Plain, Sender: mail.Sender{From: "a@b.example"}},
	} {
		c, err := FromEnvironment([]string{"RIALTO_SMTP_URL=" + url})
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		got, err := c.smtp()
		if err != nil {
			t.Errorf("%s: %v", url, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", url, d)
		}
	}
	for _, url := range []string{"mail.example", "http://mail.example", "smtp://", "smtp://mail.example:port"} {
		c, err := FromEnvironment([]string{"RIALTO_SMTP_URL=" + url})
		if err == nil {
			_, err = c.smtp()
		}
		if err == nil {
			t.Errorf("%s is taken", url)
		}
	}
}

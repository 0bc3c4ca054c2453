// Package mail sends mails: into a folder in the embedded default, over SMTP in production.
//
// It does not know what mails say or when they are sent, keeps no queue and does not retry: the event that caused a
// mail is delivered again until it is sent. Who sends declares the one-method interface it needs; [Folder] and [SMTP]
// both have
//
//	Send(ctx context.Context, m mail.Message) error
//
// Invariants: a message has the same Message-ID each time it is sent, so that the second is recognizable; nothing in a
// message can add a header or a recipient to it.
package mail

import (
	"net/mail"
	"regexp"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/fault"
)

// Message is a mail to one person.
type Message struct {
	// ID names the message for ever: letters, digits, '.', '_' and '-', at most 120 of them. The id of the event that
	// caused it is a good one.
	ID string
	// From is "Name <address>" or an address; empty is the sender's own.
	From string
	// To is "Name <address>" or an address: one person.
	To      string
	Subject string
	// Text is the mail for every reader, HTML the same for those who show it; HTML may be empty.
	Text, HTML string
}

// Sender is what Folder and SMTP have in common. The zero value sends as rialto@localhost, at the system's time.
type Sender struct {
	// From is who writes, "Name <address>", where a message does not say.
	From string
	// Clock dates the mails; nil is the system's.
	Clock clock.Clock
}

var ids = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$`)

// compose writes a message down as RFC 5322 wants it. It fails with [fault.Invalid] on one that cannot be sent.
func (s Sender) compose(m Message) (*gomail.Msg, error) {
	if !ids.MatchString(m.ID) {
		return nil, fault.New(fault.Invalid, "mail: the id %q is empty, too long, or not of letters, digits, '.', '_' and '-'", m.ID)
	}
	from, err := address(m.From, s.From, "Rialto <rialto@localhost>")
	if err != nil {
		return nil, err
	}
	to, err := address(m.To)
	if err != nil {
		return nil, err
	}
	if m.Text == "" {
		return nil, fault.New(fault.Invalid, "mail: message %s has no text", m.ID)
	}
	now := clock.Clock(clock.System{})
	if s.Clock != nil {
		now = s.Clock
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(from)
	msg.ToMailAddress(to)
	msg.Subject(oneLine(m.Subject))
	msg.SetDateWithValue(now.Now())
	msg.SetMessageIDWithValue(m.ID + from.Address[strings.LastIndexByte(from.Address, '@'):])
	// RFC 3834: a machine wrote it, so that no machine answers.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

// address reads the first text that is not empty.
func address(texts ...string) (*mail.Address, error) {
	text := ""
	for _, t := range texts {
		if text == "" {
			text = t
		}
	}
	a, err := mail.ParseAddress(text)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "mail: %q is not an address", text)
	}
	a.Name = oneLine(a.Name)
	return a, nil
}

// oneLine keeps a text from ending its header.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "")))
}

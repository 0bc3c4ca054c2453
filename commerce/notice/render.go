package notice

import (
	"embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"

	"github.com/rialtohq/rialto/commerce/shop"
	"github.com/rialtohq/rialto/platform/mail"
)

//go:embed templates
var files embed.FS

// kinds is the one list of mails. Each has templates/NAME.txt, which defines its subject too, and templates/NAME.html.
var kinds = []string{"order_placed", "order_canceled", "order_refunded", "order_fulfilled", "order_tracking", "order_edited", "account_reset", "account_activate", "staff_invitation", "staff_recovery"}

type sheet struct {
	text *texttemplate.Template
	html *htmltemplate.Template
}

var sheets = load()

// load reads the templates; what is wrong with one is found when the program starts.
func load() map[string]sheet {
	functions := map[string]any{"oneLine": oneLine}
	out := make(map[string]sheet, len(kinds))
	for _, kind := range kinds {
		out[kind] = sheet{
			text: texttemplate.Must(texttemplate.New(kind+".txt").Funcs(functions).Option("missingkey=error").ParseFS(files, "templates/shared.txt", "templates/"+kind+".txt")),
			html: htmltemplate.Must(htmltemplate.New(kind+".html").Funcs(functions).Option("missingkey=error").ParseFS(files, "templates/shared.html", "templates/"+kind+".html")),
		}
	}
	return out
}

// page is what a template is given.
type page struct {
	Shop string // the shop's name
	M    any
}

// render writes a mail in a shop's name. It has no id and no sender yet.
func render(l letter, from *shop.Shop) (mail.Message, error) {
	s := sheets[l.kind]
	p := page{Shop: nameOf(from), M: l.data}
	var subject, text, html strings.Builder
	if err := s.text.ExecuteTemplate(&subject, "subject", p); err != nil {
		return mail.Message{}, fmt.Errorf("notice: subject of %s: %w", l.kind, err)
	}
	if err := s.text.ExecuteTemplate(&text, l.kind+".txt", p); err != nil {
		return mail.Message{}, fmt.Errorf("notice: text of %s: %w", l.kind, err)
	}
	if err := s.html.ExecuteTemplate(&html, l.kind+".html", p); err != nil {
		return mail.Message{}, fmt.Errorf("notice: HTML of %s: %w", l.kind, err)
	}
	return mail.Message{To: l.to, Subject: subject.String(), Text: strings.TrimSpace(text.String()) + "\n", HTML: strings.TrimSpace(html.String()) + "\n"}, nil
}

// oneLine keeps what people typed from looking like further lines of a mail.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

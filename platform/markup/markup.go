// Package markup cleans HTML that people wrote: what could run in a browser of somebody else goes, the rest stays.
package markup

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Elements that go with all they hold. Foreign content (svg, math) is among them because inside of it a browser splits
// text into tags by other rules than everywhere else, and so are elements whose content is no markup.
var droppedElements = []string{
	"script", "noscript", "iframe", "frame", "frameset", "noframes", "object", "embed", "applet", "svg", "math", "template", "textarea", "title", "xmp", "noembed", "plaintext", "select",
}

// Elements that stand alone and are left out.
var droppedTags = []string{"base", "link", "meta", "html", "head", "body", "form", "input", "button"}

// Elements after which a new line of plain text begins.
var blockElements = []string{
	"p", "br", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table", "blockquote", "pre", "hr", "section", "article", "dt", "dd", "td", "th",
}

// Clean gives a text in HTML without what could run in a shopper's browser, and its text without markup. What is
// harmless stays to the letter.
func Clean(raw string) (clean, text string) {
	if !strings.ContainsAny(raw, "<&") {
		return raw, squeeze(raw)
	}
	var out, words strings.Builder
	in := html.NewTokenizer(strings.NewReader(raw))
	inside := "" // the dropped element that the reader is in
	depth := 0
	style := false
	for {
		kind := in.Next()
		if kind == html.ErrorToken {
			return strings.TrimSpace(out.String()), squeeze(words.String())
		}
		written := string(in.Raw())
		token := in.Token()
		switch {
		case inside != "":
			inside, depth = within(inside, depth, kind, token)
		case kind == html.TextToken:
			out.WriteString(written)
			if !style {
				words.WriteString(token.Data)
			}
		case kind == html.StartTagToken || kind == html.SelfClosingTagToken || kind == html.EndTagToken:
			if slices.Contains(blockElements, token.Data) {
				words.WriteByte('\n')
			}
			switch {
			case slices.Contains(droppedElements, token.Data):
				if kind == html.StartTagToken {
					inside, depth = token.Data, 1
				}
			case slices.Contains(droppedTags, token.Data):
			default:
				style = token.Data == "style" && kind == html.StartTagToken
				out.WriteString(harmless(token, written))
			}
		}
	}
}

// within follows the reader through a dropped element until it has ended.
func within(inside string, depth int, kind html.TokenType, token html.Token) (string, int) {
	if token.Data != inside {
		return inside, depth
	}
	switch kind {
	case html.StartTagToken:
		depth++
	case html.EndTagToken:
		depth--
	}
	if depth == 0 {
		return "", 0
	}
	return inside, depth
}

// harmless is a tag as written, or written anew without the attributes that run something.
func harmless(token html.Token, written string) string {
	kept := slices.DeleteFunc(slices.Clone(token.Attr), dangerous)
	if len(kept) == len(token.Attr) {
		return written
	}
	token.Attr = kept
	return token.String()
}

func dangerous(a html.Attribute) bool {
	switch {
	case strings.HasPrefix(a.Key, "on"), a.Key == "srcdoc", a.Key == "formaction", a.Key == "ping":
		return true
	case a.Key != "href" && a.Key != "src" && a.Key != "action" && a.Key != "poster" && a.Key != "background" && a.Key != "xlink:href" && a.Key != "data" && a.Key != "cite":
		return false
	}
	// Browsers ignore control characters and spaces within a scheme.
	address := strings.ToLower(strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f {
			return -1
		}
		return r
	}, a.Val))
	scheme, _, found := strings.Cut(address, ":")
	if !found || strings.ContainsAny(scheme, "/?#") {
		return false
	}
	return !slices.Contains([]string{"http", "https", "mailto", "tel", "sms"}, scheme) && !strings.HasPrefix(address, "data:image/")
}

// squeeze makes one space of every run of white space.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

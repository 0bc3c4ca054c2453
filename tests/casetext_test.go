package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// masks put something stable in the place of what differs from run to run. The same value has the same place in an answer.
type masks struct {
	unique string
	seen   map[string]map[string]int // by what it is, then by value
}

var (
	maskGID    = regexp.MustCompile(`gid://rialto/(\w+)/([0-9a-f-]{36})(\?key=[\w-]+)?`)
	maskUUID   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	maskKey    = regexp.MustCompile(`\bkey=[\w-]{16,}`)
	maskToken  = regexp.MustCompile(`\br[cs]s_[\w-]+`)
	maskTime   = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
	maskCursor = regexp.MustCompile(`("(?:\w*C|c)ursor": ?)"([^"]+)"`)
	maskRead   = regexp.MustCompile(`("revision": ?)"[0-9a-z]+"`)
	maskOrder  = regexp.MustCompile(`#1\d{3,}|("orderNumber": ?)\d+`)
	maskServer = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
)

// nth numbers the values of a kind as they come.
func (m *masks) nth(kind, value string) int {
	if m.seen == nil {
		m.seen = map[string]map[string]int{}
	}
	if m.seen[kind] == nil {
		m.seen[kind] = map[string]int{}
	}
	if m.seen[kind][value] == 0 {
		m.seen[kind][value] = len(m.seen[kind]) + 1
	}
	return m.seen[kind][value]
}

func (m *masks) apply(text string) string {
	text = strings.ReplaceAll(text, m.unique, "UNIQUE")
	text = maskServer.ReplaceAllString(text, "http://rialto")
	text = maskGID.ReplaceAllStringFunc(text, func(s string) string {
		p := maskGID.FindStringSubmatch(s)
		id := fmt.Sprintf("gid://rialto/%s/%d", p[1], m.nth(p[1], p[2]))
		if p[3] != "" {
			id += "?key=KEY"
		}
		return id
	})
	text = maskUUID.ReplaceAllStringFunc(text, func(s string) string { return fmt.Sprintf("UUID-%d", m.nth("uuid", s)) })
	text = maskKey.ReplaceAllString(text, "key=KEY")
	text = maskToken.ReplaceAllString(text, "TOKEN")
	text = maskTime.ReplaceAllString(text, "TIME")
	text = maskRead.ReplaceAllString(text, `$1"REVISION"`)
	text = maskCursor.ReplaceAllStringFunc(text, func(s string) string {
		p := maskCursor.FindStringSubmatch(s)
		return fmt.Sprintf(`%s"CURSOR-%d"`, p[1], m.nth("cursor", p[2]))
	})
	return maskOrder.ReplaceAllStringFunc(text, func(s string) string {
		if p := maskOrder.FindStringSubmatch(s); p[1] != "" {
			return p[1] + `"NUMBER"`
		}
		return "#NUMBER"
	})
}

// value is a part of an answer, in the order in which it came.
type value struct {
	leaf  string // of a scalar
	open  string // "{" or "[" of anything else
	names []string
	parts []value
}

// wide is how long a line of a layout may be.
const wide = 116

// layout writes JSON for people: what fits into a line stands in one line.
func layout(text []byte) (string, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := readValue(d)
	if err != nil {
		return "", err
	}
	if d.More() {
		return "", fmt.Errorf("something stands behind the value")
	}
	var b strings.Builder
	v.write(&b, "", 0)
	return b.String(), nil
}

func readValue(d *json.Decoder) (v value, err error) {
	token, err := d.Token()
	if err != nil {
		return v, err
	}
	delim, ok := token.(json.Delim)
	if !ok {
		v.leaf, err = scalar(token)
		return v, err
	}
	v.open = delim.String()
	for d.More() {
		if v.open == "{" {
			name, err := d.Token()
			if err != nil {
				return v, err
			}
			text, err := scalar(name)
			if err != nil {
				return v, err
			}
			v.names = append(v.names, text)
		}
		part, err := readValue(d)
		if err != nil {
			return v, err
		}
		v.parts = append(v.parts, part)
	}
	_, err = d.Token()
	return v, err
}

func scalar(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSpace(b.String()), err
}

var closing = map[string]string{"{": "}", "[": "]"}

// line is the value in one line.
func (v value) line() string {
	if v.open == "" {
		return v.leaf
	}
	if len(v.parts) == 0 {
		return v.open + closing[v.open]
	}
	parts := make([]string, len(v.parts))
	for i, p := range v.parts {
		if parts[i] = p.line(); v.open == "{" {
			parts[i] = v.names[i] + ": " + parts[i]
		}
	}
	if v.open == "[" {
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

// write writes the value at an indent, where so much of the line is taken already.
func (v value) write(b *strings.Builder, indent string, taken int) {
	if line := v.line(); len(v.parts) == 0 || len(indent)+taken+len(line) <= wide {
		b.WriteString(line)
		return
	}
	b.WriteString(v.open + "\n")
	for i, p := range v.parts {
		b.WriteString(indent + "  ")
		used := 0
		if v.open == "{" {
			used = len(v.names[i]) + 2
			b.WriteString(v.names[i] + ": ")
		}
		p.write(b, indent+"  ", used)
		if i < len(v.parts)-1 {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	b.WriteString(indent + closing[v.open])
}

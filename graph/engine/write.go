package engine

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"github.com/rialtohq/rialto/graph/model"
	"github.com/rialtohq/rialto/platform/gid"
)

// Open begins an object.
func (x *Run) Open() { x.B = append(x.B, '{') }

// Close ends an object.
func (x *Run) Close() { x.B = append(x.B, '}') }

// Key begins the entry of a field, the i-th of its object.
func (x *Run) Key(i int, f *Field) {
	if i > 0 {
		x.B = append(x.B, ',')
	}
	x.B = append(x.B, f.key...)
}

// Comma separates items of a list.
func (x *Run) Comma(i int) {
	if i > 0 {
		x.B = append(x.B, ',')
	}
}

// Null writes null.
func (x *Run) Null() bool {
	x.B = append(x.B, "null"...)
	return true
}

// NullFrom takes back what was written since a mark, and writes null in its place.
func (x *Run) NullFrom(mark int) bool {
	x.B = append(x.B[:mark], "null"...)
	return true
}

// Int writes a whole number.
func (x *Run) Int(n int64) bool {
	x.B = strconv.AppendInt(x.B, n, 10)
	return true
}

// Bool writes true or false.
func (x *Run) Bool(b bool) bool {
	x.B = strconv.AppendBool(x.B, b)
	return true
}

// Time writes a DateTime.
func (x *Run) Time(t time.Time) bool {
	x.B = model.AppendDateTime(x.B, t)
	return true
}

// ID writes an id.
func (x *Run) ID(id gid.ID) bool {
	x.B = id.AppendJSON(x.B)
	return true
}

const hex = "0123456789ABCDEF"

// String writes a text as JSON (RFC 8259, section 7): quotes, backslashes and control characters are escaped, and what is
// no UTF-8 becomes U+FFFD.
func (x *Run) String(s string) bool {
	b := x.B
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(append(b, s[start:i]...), "\uFFFD"...)
				start = i + 1
				continue
			}
			i += size - 1
			continue
		}
		if c >= 0x20 && c != '\\' && c != '"' {
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '\t':
			b = append(b, '\\', 't')
		case '\r':
			b = append(b, '\\', 'r')
		case '\n':
			b = append(b, '\\', 'n')
		case '\\', '"':
			b = append(b, '\\', c)
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		}
		start = i + 1
	}
	x.B = append(append(b, s[start:]...), '"')
	return true
}

// Write lets a marshaler of gqlgen write into the answer.
func (x *Run) Write(p []byte) (int, error) {
	x.B = append(x.B, p...)
	return len(p), nil
}

// Marshal writes a value that knows by itself how. It reports whether that is a value and not null.
func (x *Run) Marshal(m graphql.Marshaler) bool {
	m.MarshalGQL(x)
	return m != graphql.Null || x.Nulls
}

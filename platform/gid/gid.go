// Package gid is the public spelling of ids: gid://rialto/Type/uuid, with a key behind it where the id carries a secret.
//
// Inside Rialto an id is a UUIDv7 (RFC 9562) and nothing else; the type is only for the outside, so that a client's
// normalized cache and node(id:) know what an id stands for.
package gid

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/google/uuid"

	"github.com/rialtohq/rialto/platform/fault"
)

const prefix = "gid://rialto/"

// ID names one thing of one type. The zero value names nothing.
type ID struct {
	Type string
	UUID uuid.UUID
	// Key is the secret behind "?key=" of an id that opens what it names, such as a cart's. Empty for all others.
	Key string
}

// New makes an id of a type.
func New(typ string, id uuid.UUID) ID { return ID{Type: typ, UUID: id} }

// IsZero reports whether the id names nothing.
func (id ID) IsZero() bool { return id.UUID == uuid.Nil }

// String spells the id: gid://rialto/Type/uuid, and ?key=… where it has one.
func (id ID) String() string {
	b := make([]byte, 0, len(prefix)+len(id.Type)+1+36+5+len(id.Key))
	return string(id.append(b))
}

// AppendJSON adds the id to a text, as the JSON string it is: it holds nothing that would have to be escaped.
func (id ID) AppendJSON(b []byte) []byte {
	return append(id.append(append(b, '"')), '"')
}

func (id ID) append(b []byte) []byte {
	b = append(b, prefix...)
	b = append(b, id.Type...)
	b = append(b, '/')
	n := len(b)
	b = append(b, "00000000-0000-0000-0000-000000000000"...)
	text, _ := id.UUID.MarshalText()
	copy(b[n:], text)
	if id.Key != "" {
		b = append(b, "?key="...)
		b = append(b, id.Key...)
	}
	return b
}

// MarshalGQL writes the id as a GraphQL string.
func (id ID) MarshalGQL(w io.Writer) {
	_, _ = w.Write(id.AppendJSON(make([]byte, 0, 96)))
}

// UnmarshalGQL reads an id from a GraphQL value. Fails with [fault.Invalid] where it is no id of ours, and says how one
// looks.
func (id *ID) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if !ok {
		return fault.New(fault.Invalid, "An id is a string such as %sProduct/01900000-0000-7000-8000-000000000000.", prefix)
	}
	parsed, err := Parse(s)
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

// MarshalJSON writes the id as a JSON string.
func (id ID) MarshalJSON() ([]byte, error) { return json.Marshal(id.String()) }

// UnmarshalJSON reads an id from a JSON string.
func (id *ID) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	return id.UnmarshalGQL(s)
}

// Parse reads an id. The type may be any word: whether such a thing exists is for whoever looks it up. What stands
// behind the uuid other than a key (some clients add a query of their own) is not part of the id. Fails with
// [fault.Invalid].
func Parse(s string) (ID, error) {
	rest, ok := strings.CutPrefix(s, prefix)
	if !ok || len(s) > 512 {
		return ID{}, malformed(s)
	}
	typ, rest, ok := strings.Cut(rest, "/")
	if !ok || !word(typ) {
		return ID{}, malformed(s)
	}
	raw, query, _ := strings.Cut(rest, "?")
	if len(raw) != 36 {
		return ID{}, malformed(s)
	}
	u, err := uuid.Parse(raw)
	if err != nil {
		return ID{}, malformed(s)
	}
	id := ID{Type: typ, UUID: u}
	for part := range strings.SplitSeq(query, "&") {
		if key, ok := strings.CutPrefix(part, "key="); ok {
			id.Key = key
		}
	}
	if !keyChars(id.Key) {
		return ID{}, malformed(s)
	}
	return id, nil
}

func malformed(s string) error {
	return fault.New(fault.Invalid, "%q is not an id: ids look like %sProduct/01900000-0000-7000-8000-000000000000.", fault.Shorten(s, 64), prefix)
}

func word(s string) bool {
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

func keyChars(s string) bool {
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

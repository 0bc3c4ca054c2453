package payment

import (
	"fmt"
	"io"
	"strings"
)

// The GraphQL enums are the words of these types in capitals.

// MarshalGQL writes the kind as a value of OrderTransactionKind.
func (k Kind) MarshalGQL(w io.Writer) { writeEnum(w, string(k)) }

// UnmarshalGQL reads a value of OrderTransactionKind.
func (k *Kind) UnmarshalGQL(v any) error { return readEnum(k, v, strings.ToLower) }

// MarshalGQL writes the status as a value of OrderTransactionStatus.
func (s Status) MarshalGQL(w io.Writer) { writeEnum(w, string(s)) }

// UnmarshalGQL reads a value of OrderTransactionStatus.
func (s *Status) UnmarshalGQL(v any) error { return readEnum(s, v, strings.ToLower) }

// MarshalGQL writes the code as a value of OrderTransactionErrorCode.
func (c Code) MarshalGQL(w io.Writer) { writeEnum(w, string(c)) }

// UnmarshalGQL reads a value of OrderTransactionErrorCode.
func (c *Code) UnmarshalGQL(v any) error { return readEnum(c, v, strings.ToUpper) }

func writeEnum(w io.Writer, word string) { _, _ = io.WriteString(w, `"`+strings.ToUpper(word)+`"`) }

func readEnum[T ~string](to *T, v any, spell func(string) string) error {
	word, ok := v.(string)
	if !ok {
		return fmt.Errorf("an enum value is a word")
	}
	*to = T(spell(word))
	return nil
}

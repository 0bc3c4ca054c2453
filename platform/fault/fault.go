// Package fault is the one error type of the house: a code that a program can act on, a message that a person may
// read, and a cause that only the log sees.
//
// Any error that is not a fault is internal: its text never leaves the process. What a shopper does wrong is not an
// error at all but a [Problem], data in the answer.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Code says what kind of failure happened. Codes are part of the API (extensions.code) and never change meaning.
type Code string

// The codes. They are what clients switch on.
const (
	Internal        Code = "INTERNAL"        // a defect or an outage on our side
	Invalid         Code = "BAD_USER_INPUT"  // the input cannot be meant; the message says what to send
	NotFound        Code = "NOT_FOUND"       // there is no such thing, or the viewer may not know of it
	Unauthenticated Code = "UNAUTHENTICATED" // say who you are
	Forbidden       Code = "FORBIDDEN"       // you may not
	Conflict        Code = "CONFLICT"        // the state of things does not allow it (now)
	Unavailable     Code = "UNAVAILABLE"     // try again later
	Timeout         Code = "TIMEOUT"         // it took longer than its deadline
	TooLarge        Code = "TOO_LARGE"       // more than is accepted at once
)

// Error is a failure with a code and a public message. Cause may be nil and is never shown to a client.
type Error struct {
	Code    Code
	Message string
	Cause   error
}

// Error gives the text for logs, cause included.
func (e *Error) Error() string {
	if e.Cause == nil {
		return string(e.Code) + ": " + e.Message
	}
	return string(e.Code) + ": " + e.Message + ": " + e.Cause.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes a fault without a cause; the message is public.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes a fault over a cause; the message is public, the cause is not.
func Wrap(cause error, code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// CodeOf gives the code of the outermost fault in err, [Internal] for any other error, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if f, ok := errors.AsType[*Error](err); ok {
		return f.Code
	}
	return Internal
}

// Is reports whether err carries the code.
func Is(err error, code Code) bool { return CodeOf(err) == code }

// Shorten keeps a message from repeating a long piece of what an outsider wrote: it keeps the first bytes, at most so many,
// as valid UTF-8 with an ellipsis behind.
func Shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// Problem is something that a person did wrong in an otherwise well-formed request: an entry of userErrors.
type Problem struct {
	// Field is the path to the offending argument, from the mutation's root: ["lines", "0", "quantity"].
	Field []string `json:"field,omitempty"`
	// Code is a value of the payload's error enum; empty where the enum has none for it.
	Code string `json:"code,omitempty"`
	// Message tells the person what to do, in one sentence.
	Message string `json:"message"`
}

// Problems is a list of them, in the order they were found.
type Problems []*Problem

// Add appends a problem.
func (p *Problems) Add(code, message string, field ...string) {
	*p = append(*p, &Problem{Field: field, Code: code, Message: message})
}

// Line checks a line of text that people read, and gives it without white space around it. It must have no characters that
// cannot be shown, at most so many otherwise, and something where it is needed. Its problems have the codes INVALID, BLANK
// and TOO_LONG.
func (p *Problems) Line(s string, needed bool, most int, field ...string) string {
	trimmed := strings.TrimSpace(s)
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(trimmed, unicode.IsControl):
		p.Add("INVALID", "The text has characters that cannot be shown.", field...)
	case trimmed == "" && needed:
		p.Add("BLANK", "This is needed.", field...)
	case utf8.RuneCountInString(trimmed) > most:
		p.Add("TOO_LONG", fmt.Sprintf("The text is longer than %d characters.", most), field...)
	}
	return trimmed
}

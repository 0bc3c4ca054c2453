package transfer

import (
	"fmt"
	"strconv"
	"strings"
)

// Code names the kind of problem that a row has, for programs.
type Code string

// Codes of problems for which a product is skipped.
const (
	CodeBadNumber          Code = "BAD_NUMBER"
	CodeNegative           Code = "NEGATIVE"
	CodeTooManyDecimals    Code = "TOO_MANY_DECIMALS"
	CodeTooLarge           Code = "TOO_LARGE"
	CodeTooLong            Code = "TOO_LONG"
	CodeTooMany            Code = "TOO_MANY"
	CodeInvalidText        Code = "INVALID_TEXT"
	CodeInvalidHandle      Code = "INVALID_HANDLE"
	CodeInvalidURL         Code = "INVALID_URL"
	CodeUnknownStatus      Code = "UNKNOWN_STATUS"
	CodeUnknownValue       Code = "UNKNOWN_VALUE"
	CodeMissingHandle      Code = "MISSING_HANDLE"
	CodeMissingTitle       Code = "MISSING_TITLE"
	CodeMissingPrice       Code = "MISSING_PRICE"
	CodeMissingOptionName  Code = "MISSING_OPTION_NAME"
	CodeMissingOptionValue Code = "MISSING_OPTION_VALUE"
	CodeDuplicateOption    Code = "DUPLICATE_OPTION"
	CodeDuplicateVariant   Code = "DUPLICATE_VARIANT"
	CodeConflictingValue   Code = "CONFLICTING_VALUE"
	CodeHandleRepeated     Code = "HANDLE_REPEATED"
	CodeMalformedRow       Code = "MALFORMED_ROW"
	CodeFieldCount         Code = "FIELD_COUNT"
)

// Codes of warnings: the value was understood or left out, and the product is delivered.
const (
	CodeUnknownColumn Code = "UNKNOWN_COLUMN"
	CodeDuplicateSKU  Code = "DUPLICATE_SKU"
	CodeEmptyRow      Code = "EMPTY_ROW"
	// These come from the import, which knows the shop.
	CodeUnknownMarket Code = "UNKNOWN_MARKET"
	CodeMarketPrice   Code = "MARKET_PRICE"
	CodeNoLocation    Code = "NO_LOCATION"
)

// Codes of a [FileError], after which nothing more can be read.
const (
	CodeEmptyFile       Code = "EMPTY_FILE"
	CodeMissingHeader   Code = "MISSING_HEADER"
	CodeDuplicateColumn Code = "DUPLICATE_COLUMN"
	CodeEncoding        Code = "UNSUPPORTED_ENCODING"
	CodeRowTooLarge     Code = "ROW_TOO_LARGE"
	CodeReadFailed      Code = "READ_FAILED"
)

// RowError is one thing wrong with one row of a file.
type RowError struct {
	// Row as a spreadsheet numbers it: the header is row 1. Zero when no row is meant.
	Row int
	// Line on which the row starts in the text; differs from Row after quoted line breaks.
	Line int
	// Column as the file's header spells it; empty when the whole row is meant.
	Column string
	// Handle of the product the row belongs to, where known.
	Handle string
	Code   Code
	// Message for the person who made the file: one sentence without a final period.
	Message string
}

// Error says where and what, in one line.
func (e RowError) Error() string {
	var b strings.Builder
	if e.Row > 0 {
		b.WriteString("row " + strconv.Itoa(e.Row) + ": ")
	}
	if e.Handle != "" {
		b.WriteString(e.Handle + ": ")
	}
	if e.Column != "" {
		b.WriteString(e.Column + ": ")
	}
	b.WriteString(e.Message)
	return b.String()
}

// RowErrors is why one product was skipped; never empty. Reading goes on with the next product.
type RowErrors []RowError

// Error gives the first problem and how many more there are.
func (e RowErrors) Error() string {
	switch len(e) {
	case 0:
		return "no problem"
	case 1:
		return e[0].Error()
	default:
		return fmt.Sprintf("%s (and %d more)", e[0].Error(), len(e)-1)
	}
}

// FileError ends the reading of a file: it is not a product CSV, or its bytes stopped coming.
type FileError struct {
	RowError
	// Err is the cause where the reader below failed, else nil.
	Err error
}

// Error says where and what, with the cause.
func (e *FileError) Error() string {
	if e.Err != nil {
		return e.RowError.Error() + ": " + e.Err.Error()
	}
	return e.RowError.Error()
}

// Unwrap gives the cause.
func (e *FileError) Unwrap() error { return e.Err }

// quoted shows a value of the file in a message, cut to a length that a terminal line can hold.
func quoted(s string) string {
	const longest = 60
	if len(s) <= longest {
		return strconv.Quote(s)
	}
	cut := longest
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return strconv.Quote(s[:cut]) + "…"
}

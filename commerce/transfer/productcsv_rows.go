package transfer

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// row is one record of the file; fields are valid until the next one is read.
type row struct {
	number    int // as a spreadsheet counts, the header being 1
	line      int
	fields    []string
	malformed string // why the row could not be taken apart, else empty; fields is then what stood before
}

// value is the trimmed text of a column, empty when the column or the field is not there.
func (r *row) value(h *header, c column) string { return r.at(h.at[c]) }

func (r *row) at(i int) string {
	if i < 0 || i >= len(r.fields) {
		return ""
	}
	return strings.TrimSpace(r.fields[i])
}

func (r *row) blank() bool {
	for _, f := range r.fields {
		if strings.TrimSpace(f) != "" {
			return false
		}
	}
	return true
}

// rowReader reads records and counts rows and lines.
type rowReader struct {
	csv     *csv.Reader
	budget  *budgetReader
	row     row
	lastEnd int // the line on which the last record ended
}

// newRowReader looks at the first bytes. It fails with a [FileError] for an encoding that is not UTF-8.
func newRowReader(in io.Reader) (*rowReader, *FileError) {
	budget := &budgetReader{in: in, left: maxRowBytes}
	buffered := bufio.NewReaderSize(budget, 32<<10)
	head, err := buffered.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, &FileError{RowError: RowError{Code: CodeReadFailed, Message: "the file could not be read"}, Err: err}
	}
	switch mark := string(head); {
	case mark == "\xEF\xBB\xBF":
		_, _ = buffered.Discard(3)
	case strings.HasPrefix(mark, "\xFF\xFE"), strings.HasPrefix(mark, "\xFE\xFF"):
		return nil, &FileError{RowError: RowError{Code: CodeEncoding,
			Message: "the file is encoded as UTF-16; save it as UTF-8"}}
	case strings.HasPrefix(mark, "PK\x03"):
		return nil, &FileError{RowError: RowError{Code: CodeEncoding,
			Message: "the file is a spreadsheet or an archive; save it as CSV"}}
	}
	r := &rowReader{csv: csv.NewReader(buffered), budget: budget}
	r.csv.FieldsPerRecord = -1
	r.csv.ReuseRecord = true
	return r, nil
}

// next reads the next row that is not blank. It ends with io.EOF, or with a [FileError].
func (r *rowReader) next() error {
	for {
		r.budget.left = maxRowBytes
		fields, err := r.csv.Read()
		var broken *csv.ParseError
		switch {
		case err == nil:
			start, _ := r.csv.FieldPos(0)
			end, _ := r.csv.FieldPos(len(fields) - 1)
			r.step(start, end+strings.Count(fields[len(fields)-1], "\n"))
			r.row.fields, r.row.malformed = fields, ""
		case errors.As(err, &broken):
			r.step(broken.StartLine, broken.Line)
			r.row.fields, r.row.malformed = fields, explain(broken)
			return nil
		case errors.Is(err, io.EOF):
			return io.EOF
		default:
			return r.failed(err)
		}
		if !r.row.blank() {
			return nil
		}
	}
}

// step moves the row number on; lines that the parser skipped as empty are rows to a spreadsheet.
func (r *rowReader) step(start, end int) {
	if skipped := start - r.lastEnd - 1; skipped > 0 {
		r.row.number += skipped
	}
	r.row.number++
	r.row.line = start
	r.lastEnd = max(end, start)
}

func (r *rowReader) failed(err error) *FileError {
	e := &FileError{RowError: RowError{Row: r.row.number + 1, Line: r.lastEnd + 1}}
	if errors.Is(err, errOverBudget) {
		e.Code = CodeRowTooLarge
		e.Message = "a row is longer than 4 MB; a quotation mark that was opened is probably never closed"
		return e
	}
	e.Code, e.Message, e.Err = CodeReadFailed, "the file could not be read on", err
	return e
}

func explain(e *csv.ParseError) string {
	switch {
	case errors.Is(e.Err, csv.ErrBareQuote):
		return "a quotation mark stands inside a field that is not quoted; quote the field and double the mark"
	case errors.Is(e.Err, csv.ErrQuote):
		return "a quoted field is not closed properly; double the quotation marks inside it"
	default:
		return "the row could not be taken apart"
	}
}

var errOverBudget = errors.New("row over budget")

// budgetReader fails when one record asks for more bytes than a row may have, so that a quotation mark that is
// never closed cannot draw the whole file into memory.
type budgetReader struct {
	in   io.Reader
	left int
	read int64
}

// Read reads on while the budget lasts.
func (b *budgetReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errOverBudget
	}
	n, err := b.in.Read(p)
	b.left -= n
	b.read += int64(n)
	return n, err
}

package transfer

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Options of reading a product CSV. The zero value reads prices of two decimals and images from the web.
type Options struct {
	// Decimals gives the number of decimals that prices of a market may have; "" asks for the shop's own
	// currency. Nil means two everywhere.
	Decimals func(market string) int
	// ImageSchemes are the URL schemes that an image may have. Nil means http and https.
	ImageSchemes []string
}

// ProductReader reads products from a CSV in the format of a Shopify product export, one at a time.
// Columns may come in any order and in any case; both generations of column names are understood.
//
// It is not safe for concurrent use.
type ProductReader struct {
	options  Options
	in       io.Reader
	rows     *rowReader
	header   *header
	warnings []RowError
	waiting  bool // the current row has been read but belongs to the next product
	handles  map[digest]int
	skus     map[digest]int
	err      error
}

// digest stands for a handle or SKU that was seen: a fixed size whatever the text.
type digest [16]byte

func digestOf(s string) digest {
	sum := sha256.Sum256([]byte(s))
	return digest(sum[:16])
}

// NewProductReader prepares to read; nothing is read before the first Next.
func NewProductReader(in io.Reader, options Options) *ProductReader {
	if options.Decimals == nil {
		options.Decimals = func(string) int { return 2 }
	}
	if options.ImageSchemes == nil {
		options.ImageSchemes = []string{"http", "https"}
	}
	return &ProductReader{options: options, in: in, handles: map[digest]int{}, skus: map[digest]int{}}
}

// Next returns the next product. It fails
//   - with [RowErrors] when the product was skipped because of them: call Next again to go on;
//   - with [*FileError] when the file cannot be read (on);
//   - with [io.EOF] when all products have been returned.
//
// The last two repeat on every further call.
func (r *ProductReader) Next() (*Product, error) {
	if r.err == nil {
		r.err = r.open()
	}
	if r.err != nil {
		return nil, r.err
	}
	var b *builder
	for {
		if err := r.advance(); err != nil {
			r.err = err
			if b != nil && errors.Is(err, io.EOF) {
				return b.finish()
			}
			// A product whose last rows were not seen is not delivered: it might be only half of it.
			return nil, err
		}
		switch {
		case b == nil:
			b = r.begin(&r.rows.row)
		case !b.owns(&r.rows.row):
			r.waiting = true
			return b.finish()
		}
		b.add(&r.rows.row)
	}
}

// Warnings returns what was noted since the last call and forgets it. Ask after every Next to keep few.
func (r *ProductReader) Warnings() []RowError {
	w := r.warnings
	r.warnings = nil
	return w
}

// Offset is how many bytes have been taken from the input so far, for a progress bar.
func (r *ProductReader) Offset() int64 {
	if r.rows == nil {
		return 0
	}
	return r.rows.budget.read
}

// Row is the number of the row read last, as a spreadsheet counts; zero before the first Next.
func (r *ProductReader) Row() int {
	if r.rows == nil {
		return 0
	}
	return r.rows.row.number
}

// open reads the header once.
func (r *ProductReader) open() error {
	if r.header != nil {
		return nil
	}
	rows, fileErr := newRowReader(r.in)
	if fileErr != nil {
		return fileErr
	}
	r.rows = rows
	switch err := rows.next(); {
	case errors.Is(err, io.EOF):
		return &FileError{RowError: RowError{Code: CodeEmptyFile, Message: "the file is empty"}}
	case err != nil:
		return err
	case rows.row.malformed != "":
		return &FileError{RowError: RowError{Row: rows.row.number, Line: rows.row.line,
			Code: CodeMissingHeader, Message: "the header cannot be read: " + rows.row.malformed}}
	}
	h, warnings, fileErr := parseHeader(rows.row.fields, rows.row.number, rows.row.line)
	if fileErr != nil {
		return fileErr
	}
	r.header, r.warnings = h, warnings
	return nil
}

func (r *ProductReader) advance() error {
	if r.waiting {
		r.waiting = false
		return nil
	}
	return r.rows.next()
}

// begin opens a product with its first row.
func (r *ProductReader) begin(first *row) *builder {
	b := &builder{reader: r, header: r.header, handle: r.handleOf(first)}
	b.product.Handle = b.handle
	b.product.FirstRow = first.number
	if b.handle == "" {
		if first.malformed == "" {
			b.refuse(first, colHandle, CodeMissingHandle, "a product needs a handle")
		}
		return b
	}
	key := digestOf(b.handle)
	if seen, again := r.handles[key]; again {
		b.refuse(first, colHandle, CodeHandleRepeated, fmt.Sprintf(
			"the product of row %d appears again; rows of one product must follow each other", seen))
		b.deaf = true
		return b
	}
	r.handles[key] = first.number
	return b
}

func (r *ProductReader) handleOf(w *row) string {
	return strings.ToLower(w.value(r.header, colHandle))
}

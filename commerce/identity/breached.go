package identity

import (
	"crypto/sha1" //nolint:gosec // the lists of breached passwords are kept by this hash
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"
)

// Breached is a list of passwords that were found in breaches: a text file of upper-case SHA-1 hashes in hexadecimal, one
// a line, in order, each perhaps with a colon and a count behind. That is how the lists that can be had are kept. They
// are large: the file is searched where it lies.
type Breached struct {
	file *os.File
	size int64
}

// OpenBreached opens a list. Fails where the file cannot be read or does not begin with a hash.
func OpenBreached(path string) (*Breached, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	b := &Breached{file: f, size: info.Size()}
	if first, _, err := b.line(0); err != nil || len(first) < hashLetters || strings.Trim(first[:hashLetters], "0123456789ABCDEF") != "" {
		_ = f.Close()
		return nil, fmt.Errorf("%s is no list of breached passwords: its lines begin with the SHA-1 of one, 40 digits in upper case", path)
	}
	return b, nil
}

// Close closes the file.
func (b *Breached) Close() error { return b.file.Close() }

const (
	hashLetters = 2 * sha1.Size
	longestLine = 80 // bytes, with count and end
)

// Has reports whether a password is in the list. It takes about 35 short reads for a list of a billion.
func (b *Breached) Has(password string) (bool, error) {
	sum := sha1.Sum([]byte(password)) //nolint:gosec // see above
	want := strings.ToUpper(hex.EncodeToString(sum[:]))
	low, high := int64(0), b.size // the line that is looked for begins in [low, high)
	for low < high {
		middle := low + (high-low)/2
		line, start, err := b.line(middle)
		if err != nil {
			return false, err
		}
		switch {
		case start >= high || line == "": // no line begins between middle and high
			high = middle
		case line[:min(hashLetters, len(line))] == want:
			return true, nil
		case line < want:
			low = start + int64(len(line))
		default:
			high = middle
		}
	}
	return false, nil
}

// line gives the first line that begins at an offset or behind it, and where; none at the end.
func (b *Breached) line(at int64) (text string, start int64, err error) {
	from := max(at-1, 0) // a line begins where the byte before ends one
	buffer := make([]byte, 2*longestLine)
	n, err := b.file.ReadAt(buffer, from)
	if err != nil && err != io.EOF {
		return "", 0, err
	}
	rest := string(buffer[:n])
	start = from
	if at > 0 {
		_, after, found := strings.Cut(rest, "\n")
		if !found {
			return "", b.size, nil
		}
		start, rest = from+int64(len(rest)-len(after)), after
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimRight(line, "\r"), start, nil
}

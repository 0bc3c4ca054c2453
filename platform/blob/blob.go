// Package blob keeps files by key in one directory: pictures, exports, mails.
//
// It is not a cache and not a database: there is no listing, and a key says nothing about who may read it.
//
// Invariants: a reader sees a file whole or not at all, also after a crash; no key reaches outside the directory,
// neither by its text nor through a symbolic link.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// ErrNotExist is returned for a key under which nothing is kept. It is also an [fs.ErrNotExist].
var ErrNotExist = fmt.Errorf("blob: %w", fs.ErrNotExist)

// KeyError refuses a key; see [CheckKey] for what a key may be.
type KeyError struct {
	Key    string
	Reason string
}

// Error names the key and what is wrong with it.
func (e *KeyError) Error() string { return "blob: key " + strconv.Quote(e.Key) + " " + e.Reason }

// Info describes a file.
type Info struct {
	Size    int64 // bytes
	ModTime time.Time
}

// Store keeps files below one directory. It is safe for concurrent use, also by several processes.
type Store struct {
	root *os.Root
	puts atomic.Uint64
}

// unfinished is the folder of files that are still being written; no key can name it.
const unfinished = ".unfinished"

// New opens the store in a directory and makes the directory when it is not there.
func New(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	if err := root.MkdirAll(unfinished, 0o755); err != nil {
		return nil, errors.Join(fmt.Errorf("blob: %w", err), root.Close())
	}
	return &Store{root: root}, nil
}

// Close lets go of the directory. Files that were opened stay readable.
func (s *Store) Close() error { return s.root.Close() }

// CheckKey says whether a key may be used: one to sixteen parts between slashes, each of letters, digits, '.', '_'
// and '-' (ASCII), not starting with '.', at most 200 bytes a part and 1,000 in all. It fails with a [*KeyError].
func CheckKey(key string) error {
	if key == "" || len(key) > 1000 {
		return &KeyError{key, "is empty or longer than 1000 bytes"}
	}
	parts := strings.Split(key, "/")
	if len(parts) > 16 {
		return &KeyError{key, "has more than 16 parts"}
	}
	for _, part := range parts {
		if part == "" || part[0] == '.' || len(part) > 200 {
			return &KeyError{key, "has a part that is empty, starts with a dot or is longer than 200 bytes"}
		}
		for i := range len(part) {
			if !allowed(part[i]) {
				return &KeyError{key, "has a character that is not an ASCII letter, a digit, '.', '_' or '-'"}
			}
		}
	}
	return nil
}

func allowed(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-'
}

// Put keeps what r gives under a key and replaces what was there. When it fails, what was there is untouched.
// On return the file is on the disk. It fails with a [*KeyError] for a bad key, with the error of r, and with
// that of ctx when it ends before the last byte.
func (s *Store) Put(ctx context.Context, key string, r io.Reader) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	f, temporary, err := s.create()
	if err != nil {
		return fmt.Errorf("blob: put %s: %w", key, err)
	}
	if err := s.write(ctx, f, r); err != nil {
		return errors.Join(fmt.Errorf("blob: put %s: %w", key, err), s.root.Remove(temporary))
	}
	if err := s.publish(temporary, key); err != nil {
		return errors.Join(fmt.Errorf("blob: put %s: %w", key, err), s.root.Remove(temporary))
	}
	return nil
}

// create makes a file with a name that no other writer has.
func (s *Store) create() (*os.File, string, error) {
	for {
		name := path.Join(unfinished, strconv.Itoa(os.Getpid())+"-"+strconv.FormatUint(s.puts.Add(1), 10))
		f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, fs.ErrExist) {
			continue // left by a crashed process of the same number, or by another store in this process
		}
		return f, name, err
	}
}

func (s *Store) write(ctx context.Context, f *os.File, r io.Reader) error {
	_, err := io.Copy(f, &contextReader{ctx, r})
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// publish moves a finished file to its key. The rename is on the disk only once the folder is.
func (s *Store) publish(temporary, key string) error {
	folder := path.Dir(key)
	_, err := s.root.Stat(folder)
	created := errors.Is(err, fs.ErrNotExist)
	if created {
		err = s.root.MkdirAll(folder, 0o755)
	}
	if err != nil {
		return err
	}
	if err := s.root.Rename(temporary, key); err != nil {
		return err
	}
	for {
		if err := s.sync(folder); err != nil {
			return err
		}
		if !created || folder == "." {
			return nil
		}
		folder = path.Dir(folder)
	}
}

func (s *Store) sync(folder string) error {
	d, err := s.root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open gives the file of a key, which the caller closes. It keeps its content when the key is replaced or deleted
// meanwhile. It fails with [ErrNotExist] when nothing is kept there, and with a [*KeyError] for a bad key.
func (s *Store) Open(ctx context.Context, key string) (io.ReadSeekCloser, Info, error) {
	if err := errors.Join(ctx.Err(), CheckKey(key)); err != nil {
		return nil, Info{}, err
	}
	f, err := s.root.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Info{}, fmt.Errorf("%w: %s", ErrNotExist, key)
	}
	if err != nil {
		return nil, Info{}, fmt.Errorf("blob: open %s: %w", key, err)
	}
	stat, err := f.Stat()
	if err != nil {
		return nil, Info{}, errors.Join(fmt.Errorf("blob: open %s: %w", key, err), f.Close())
	}
	if !stat.Mode().IsRegular() { // the folder of longer keys
		return nil, Info{}, errors.Join(fmt.Errorf("%w: %s", ErrNotExist, key), f.Close())
	}
	return f, Info{Size: stat.Size(), ModTime: stat.ModTime().UTC()}, nil
}

// Delete removes the file of a key. Nothing there is fine. It fails with a [*KeyError] for a bad key.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := errors.Join(ctx.Err(), CheckKey(key)); err != nil {
		return err
	}
	stat, err := s.root.Lstat(key)
	if errors.Is(err, fs.ErrNotExist) || err == nil && stat.IsDir() {
		return nil
	}
	if err == nil {
		err = s.root.Remove(key)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("blob: delete %s: %w", key, err)
	}
	return s.sync(path.Dir(key))
}

// Sweep removes what crashed writers left unfinished before a moment.
func (s *Store) Sweep(ctx context.Context, before time.Time) error {
	left, err := fs.ReadDir(s.root.FS(), unfinished)
	if err != nil {
		return fmt.Errorf("blob: sweep: %w", err)
	}
	for _, entry := range left {
		info, err := entry.Info()
		if err != nil || !info.ModTime().Before(before) {
			continue // finished meanwhile, or still young
		}
		err = s.root.Remove(path.Join(unfinished, entry.Name()))
		if err = errors.Join(ctx.Err(), err); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("blob: sweep: %w", err)
		}
	}
	return nil
}

// contextReader ends a copy when its context does.
type contextReader struct {
	ctx context.Context
	in  io.Reader
}

// Read fails with the context's error once it is done.
func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.in.Read(p)
}

// Package files serves the pictures of shops at /files/{key}, as they are or made smaller.
//
// A picture is asked for as /files/oak-chair/1.jpg?width=400&height=400&crop=center&format=jpg&scale=2. It is cut and
// shrunk once and kept on disk; addresses that come to the same picture share one copy. What has no smaller form, a file
// that is no picture or a picture too large to be opened, is served as it is.
//
// Any size from 1 to 5760 may be asked for, because storefronts choose their own. What that may cost is bounded instead:
// no picture grows beyond its original, so that larger wishes are one wish; the same wish made twice at once is worked on
// once; few are worked on at once, a bounded number waits, and what comes on top is sent away with 503 and Retry-After;
// the copies take a bounded room on disk, and those not asked for longest go first.
//
// It decides nothing about who may read: give it a store in which everything is public.
//
// Invariants: no key reaches outside the store; nothing that is served is run as a page by a browser.
package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/rialtohq/rialto/platform/blob"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/picture"
)

// Prefix is where the files are.
const Prefix = "/files/"

// Originals opens files by key and fails with [blob.ErrNotExist] or a [*blob.KeyError]; [*blob.Store] does.
type Originals interface {
	Open(ctx context.Context, key string) (io.ReadSeekCloser, blob.Info, error)
}

// Config is what a server is made of. Originals and CacheDir must be set; a zero value of the rest means what stands
// beside it.
type Config struct {
	Originals Originals
	// CacheDir is a folder for transformed pictures and nothing else. It may be deleted whenever nothing runs, and may be
	// shared by several processes.
	CacheDir string
	// CacheBytes is about how much they may take there: 1 GiB.
	CacheBytes int64
	// Concurrent is how many pictures are transformed at once (2; each may take 160 MB for some tenths of a second), and
	// Queue how many wait for that (64).
	Concurrent, Queue int
	Clock             clock.Clock  // the system's
	Log               *slog.Logger // slog.Default()

	transform func(io.Reader, io.Writer, picture.Options) error
}

func (c Config) orDefault() Config {
	if c.CacheBytes <= 0 {
		c.CacheBytes = 1 << 30
	}
	if c.Concurrent <= 0 {
		c.Concurrent = 2
	}
	if c.Queue <= 0 {
		c.Queue = 64
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.transform == nil {
		c.transform = picture.Transform
	}
	return c
}

// Server answers requests below [Prefix]. It is safe for concurrent use.
type Server struct {
	Config
	cache   *blob.Store
	root    *os.Root
	flights singleflight.Group
	slots   chan struct{}
	waiting atomic.Int64
	written atomic.Int64 // bytes put since the last sweep
	sweeps  sync.Mutex
	closing sync.Mutex // held while a flight starts
	closed  bool
	running sync.WaitGroup
}

// New makes a server. It fails when the cache's folder cannot be used.
func New(c Config) (*Server, error) {
	c = c.orDefault()
	cache, err := blob.New(c.CacheDir)
	if err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	root, err := os.OpenRoot(c.CacheDir)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("files: %w", err), cache.Close())
	}
	return &Server{Config: c, cache: cache, root: root, slots: make(chan struct{}, c.Concurrent)}, nil
}

// Close waits for the pictures that are being made and lets go of the cache's folder.
func (s *Server) Close() error {
	s.closing.Lock()
	s.closed = true
	s.closing.Unlock()
	s.running.Wait()
	return errors.Join(s.cache.Close(), s.root.Close())
}

// ServeHTTP answers GET and HEAD of one file.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "files can only be read", http.StatusMethodNotAllowed)
		return
	}
	key, ok := strings.CutPrefix(r.URL.Path, Prefix)
	if !ok {
		http.NotFound(w, r)
		return
	}
	options, err := parse(r.URL.RawQuery)
	if err != nil {
		h.Set("Cache-Control", "no-store")
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := s.serve(w, r, key, options); err != nil {
		s.fail(w, r, err)
	}
}

// serve writes the answer, or nothing and an error.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, key string, options picture.Options) error {
	f, info, err := s.Originals.Open(r.Context(), key)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	v := look(f, key, info, options)
	if fresh(r, v.tag) {
		w.Header().Set("ETag", v.tag)
		immutable(w)
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if v.original {
		return send(w, r, v, info.ModTime, f)
	}
	made, at, err := s.smaller(r.Context(), key, v)
	if errors.Is(err, picture.ErrNotPicture) || isTooLarge(err) {
		v.tag = tag(key, info, "")
		return send(w, r, v, info.ModTime, f)
	}
	if err != nil {
		return err
	}
	defer func() { _ = made.Close() }()
	return send(w, r, v, at, made)
}

// send writes a file, or the part of it that was asked for.
func send(w http.ResponseWriter, r *http.Request, v version, at time.Time, f io.ReadSeeker) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	media, err := mediaType(f)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", media)
	if media == opaque {
		h.Set("Content-Disposition", "attachment")
	}
	h.Set("ETag", v.tag)
	immutable(w)
	http.ServeContent(w, r, "", at, f)
	return nil
}

// immutable says that an address always has the same content: another picture gets another key.
func immutable(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
}

// retryAfter is when somebody who was sent away should come back, in seconds.
const retryAfter = 2

func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Del("ETag")
	var badKey *blob.KeyError
	switch {
	case errors.Is(err, blob.ErrNotExist), errors.As(err, &badKey):
		http.Error(w, "there is no such file", http.StatusNotFound)
	case errors.Is(err, errBusy), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
		http.Error(w, "too many pictures are being made right now", http.StatusServiceUnavailable)
	default:
		s.Log.ErrorContext(r.Context(), "a file could not be served", "path", r.URL.Path, "error", err)
		http.Error(w, "the file could not be read", http.StatusInternalServerError)
	}
}

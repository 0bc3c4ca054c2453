package files

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rialtohq/rialto/platform/blob"
	"github.com/rialtohq/rialto/platform/clock"
	"github.com/rialtohq/rialto/platform/picture"
)

type bundle struct {
	*Server
	store *blob.Store
	clock *clock.Manual
	made  atomic.Int64
}

func setup(t *testing.T, change ...func(*Config)) *bundle {
	t.Helper()
	store, err := blob.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{store: store, clock: clock.NewManual(time.Now())}
	c := Config{Originals: store, CacheDir: filepath.Join(t.TempDir(), "pictures"), Clock: b.clock, Log: slog.New(slog.DiscardHandler)}
	c.transform = func(r io.Reader, w io.Writer, o picture.Options) error {
		b.made.Add(1)
		return picture.Transform(r, w, o)
	}
	for _, f := range change {
		f(&c)
	}
	if b.Server, err = New(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		_ = store.Close()
	})
	b.put(t, "oak-chair/1.jpg", jpegOf(t, 400, 300))
	return b
}

func (b *bundle) put(t *testing.T, key string, content []byte) {
	t.Helper()
	if err := b.store.Put(t.Context(), key, bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) get(t *testing.T, address string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w
}

func drawn(width, height int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, color.NRGBA{uint8(x), uint8(y), 90, 255})
		}
	}
	return img
}

func jpegOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := picture.EncodeJPEG(&b, drawn(width, height)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, drawn(width, height)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPicturesComeAsWished(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.put(t, "brand/logo.png", pngOf(t, 64, 64))
	for query, want := range map[string]string{
		"oak-chair/1.jpg":                                   "image/jpeg 400x300",
		"oak-chair/1.jpg?v=3":                               "image/jpeg 400x300",
		"oak-chair/1.jpg?width=200":                         "image/jpeg 200x150",
		"oak-chair/1.jpg?height=30":                         "image/jpeg 40x30",
		"oak-chair/1.jpg?width=100&height=100":              "image/jpeg 100x75",
		"oak-chair/1.jpg?width=100&height=100&crop=center":  "image/jpeg 100x100",
		"oak-chair/1.jpg?width=100&height=50&crop=top":      "image/jpeg 100x50",
		"oak-chair/1.jpg?width=100&scale=2":                 "image/jpeg 200x150",
		"oak-chair/1.jpg?width=5760":                        "image/jpeg 400x300",
		"oak-chair/1.jpg?width=100&format=png":              "image/png 100x75",
		"oak-chair/1.jpg?width=100&format=webp":             "image/jpeg 100x75",
		"oak-chair/1.jpg?format=png":                        "image/png 400x300",
		"brand/logo.png?width=32":                           "image/png 32x32",
		"brand/logo.png?width=32&format=jpg":                "image/jpeg 32x32",
		"oak-chair/1.jpg?crop=left":                         "image/jpeg 400x300",
		"oak-chair/1.jpg?crop=right&width=400&format=jpg":   "image/jpeg 400x300",
		"oak-chair/1.jpg?width=40&height=300&crop=bottom":   "image/jpeg 40x300",
		"oak-chair/1.jpg?scale=3&width=10&height=10&format": "",
	} {
		w := b.get(t, "/files/"+query)
		if want == "" {
			if w.Code != http.StatusBadRequest {
				t.Errorf("%s: %d", query, w.Code)
			}
			continue
		}
		config, _, err := image.DecodeConfig(w.Body)
		got := fmt.Sprintf("%s %dx%d", w.Header().Get("Content-Type"), config.Width, config.Height)
		if err != nil || w.Code != http.StatusOK || got != want {
			t.Errorf("%s: %d %s %v, want %s", query, w.Code, got, err, want)
		}
		if c := w.Header().Get("Cache-Control"); c != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", query, c)
		}
	}
}

func TestBadWishesAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, query := range []string{"width=0", "width=-1", "width=5761", "width=+5", "width=05", "width=a", "width=", "width=1&width=2", "height=99999999999999999999",
		"scale=4", "scale=0", "crop=middle", "crop=", "format=gif", "format=", "size=3", "width=1;height=2", "%zz"} {
		w := b.get(t, "/files/oak-chair/1.jpg?"+query)
		if w.Code != http.StatusBadRequest || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", query, w.Code, w.Header().Get("Cache-Control"))
		}
	}
}

func TestNothingOutsideIsReached(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, path := range []string{"/files/", "/files/none.jpg", "/files/../files_test.go", "/files/%2e%2e/%2e%2e/etc/passwd", "/files/a%2f..%2f..%2fb", "/files//oak-chair/1.jpg",
		"/files/oak-chair", "/files/oak-chair/", "/files/.unfinished/1", "/files/a%00b", "/files/a%5cb", "/elsewhere"} {
		if w := b.get(t, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/files/oak-chair/1.jpg", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

func TestWhatIsNoPictureIsNeverAPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.put(t, "page.jpg", []byte("<!doctype html><script>alert(1)</script>"))
	b.put(t, "drawing.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`))
	b.put(t, "broken.jpg", jpegOf(t, 200, 200)[:900])
	b.put(t, "empty.jpg", nil)
	for _, path := range []string{"page.jpg", "drawing.svg", "page.jpg?width=10", "empty.jpg?width=3"} {
		w := b.get(t, "/files/"+path)
		h := w.Header()
		got := []string{fmt.Sprint(w.Code), h.Get("Content-Type"), h.Get("Content-Disposition"), h.Get("X-Content-Type-Options"), h.Get("Content-Security-Policy")}
		want := []string{"200", "application/octet-stream", "attachment", "nosniff", "default-src 'none'; sandbox; frame-ancestors 'none'"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	if w := b.get(t, "/files/broken.jpg?width=10"); w.Code != http.StatusOK || w.Body.Len() != 900 {
		t.Errorf("a broken picture: %d, %d bytes, want it as it is", w.Code, w.Body.Len())
	}
}

func TestConditionsAndRangesAreKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	original := b.get(t, "/files/oak-chair/1.jpg")
	small := b.get(t, "/files/oak-chair/1.jpg?width=100")
	tag := original.Header().Get("ETag")
	if tag == "" || tag == small.Header().Get("ETag") {
		t.Fatalf("tags %q and %q", tag, small.Header().Get("ETag"))
	}
	if w := b.get(t, "/files/oak-chair/1.jpg", "If-None-Match", `"x", W/`+tag); w.Code != http.StatusNotModified || w.Body.Len() != 0 || w.Header().Get("ETag") != tag {
		t.Errorf("If-None-Match: %d", w.Code)
	}
	if w := b.get(t, "/files/oak-chair/1.jpg", "If-Modified-Since", b.clock.Now().Add(time.Hour).Format(http.TimeFormat)); w.Code != http.StatusNotModified {
		t.Errorf("If-Modified-Since: %d", w.Code)
	}
	w := b.get(t, "/files/oak-chair/1.jpg", "Range", "bytes=2-9")
	if w.Code != http.StatusPartialContent || !bytes.Equal(w.Body.Bytes(), original.Body.Bytes()[2:10]) {
		t.Errorf("Range: %d, %d bytes", w.Code, w.Body.Len())
	}
	if w := b.get(t, "/files/oak-chair/1.jpg", "Range", "bytes=2-9", "If-Range", `"old"`); w.Code != http.StatusOK {
		t.Errorf("If-Range: %d", w.Code)
	}
	if w := b.get(t, "/files/oak-chair/1.jpg", "Range", "bytes=99999999-"); w.Code != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("a range behind the end: %d", w.Code)
	}
	made := b.made.Load()
	fresh := b.get(t, "/files/oak-chair/1.jpg?width=77")
	b.get(t, "/files/oak-chair/1.jpg?width=77", "If-None-Match", fresh.Header().Get("ETag"))
	if got := b.made.Load() - made; got != 1 {
		t.Errorf("made %d times", got)
	}
}

func TestEqualWishesAreOneWish(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, query := range []string{"width=200", "height=150&width=200", "width=100&scale=2", "scale=2&width=100&format=jpg", "width=200&crop=top", "width=200&format=webp"} {
		b.get(t, "/files/oak-chair/1.jpg?"+query)
	}
	if got := b.made.Load(); got != 1 {
		t.Errorf("made %d times, want once", got)
	}
	b.put(t, "oak-chair/1.jpg", jpegOf(t, 300, 300))
	w := b.get(t, "/files/oak-chair/1.jpg?width=200")
	if config, _, err := image.DecodeConfig(w.Body); err != nil || config.Height != 200 {
		t.Errorf("after the original was replaced: %v, %v", config, err)
	}
}

func TestTwinsAreMadeOnceAndCrowdsAreSentAway(t *testing.T) {
	t.Parallel()
	let, begun := make(chan struct{}), make(chan struct{}, 10)
	var made atomic.Int64
	b := setup(t, func(c *Config) {
		c.Concurrent, c.Queue = 1, 1
		c.transform = func(r io.Reader, w io.Writer, o picture.Options) error {
			made.Add(1)
			begun <- struct{}{}
			<-let
			return picture.Transform(r, w, o)
		}
	})
	var all sync.WaitGroup
	codes := make([]int, 9)
	ask := func(i, width int) {
		all.Go(func() { codes[i] = b.get(t, fmt.Sprintf("/files/oak-chair/1.jpg?width=%d", width)).Code })
	}
	for i := range 8 {
		ask(i, 100)
	}
	<-begun
	ask(8, 110)
	for b.waiting.Load() == 0 { // the second picture queues behind the first
		runtime.Gosched()
	}
	if w := b.get(t, "/files/oak-chair/1.jpg?width=120"); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the third: %d", w.Code)
	}
	if w := b.get(t, "/files/oak-chair/1.jpg"); w.Code != http.StatusOK {
		t.Errorf("the original meanwhile: %d", w.Code)
	}
	close(let)
	all.Wait()
	if diff := cmp.Diff([]int{200, 200, 200, 200, 200, 200, 200, 200, 200}, codes); diff != "" {
		t.Error(diff)
	}
	if made.Load() != 2 {
		t.Errorf("made %d pictures, want 2", made.Load())
	}
}

func TestWhoLeavesIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	let := make(chan struct{})
	b := setup(t, func(c *Config) {
		c.transform = func(r io.Reader, w io.Writer, o picture.Options) error {
			<-let
			return picture.Transform(r, w, o)
		}
	})
	ctx, leave := context.WithCancel(t.Context())
	leave()
	w := httptest.NewRecorder()
	v := look(bytes.NewReader(jpegOf(t, 400, 300)), "oak-chair/1.jpg", blob.Info{}, picture.Options{MaxWidth: 100})
	wait, err := b.flight(ctx, "oak-chair/1.jpg", v)
	if err != nil {
		t.Fatal(err)
	}
	b.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/files/oak-chair/1.jpg?width=100", nil))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d", w.Code)
	}
	close(let)
	if r := <-wait; r.err != nil || len(r.picture) == 0 {
		t.Errorf("what was begun: %v", r.err)
	}
}

func TestAPanicIsAnError(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) { c.transform = func(io.Reader, io.Writer, picture.Options) error { panic("secret") } })
	if w := b.get(t, "/files/oak-chair/1.jpg?width=10"); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestTheLongestUnusedGoFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	size := func(width int) int64 {
		w := b.get(t, fmt.Sprintf("/files/oak-chair/1.jpg?width=%d", width))
		return int64(w.Body.Len())
	}
	var total int64
	for width := 100; width < 110; width++ {
		total += size(width)
	}
	b.clock.Advance(3 * time.Hour)
	keep := size(100) // the first of all, used again
	b.CacheBytes = total / 2
	if err := b.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	left, sum, err := b.list(t.Context())
	if err != nil || sum > b.CacheBytes || len(left) == 0 {
		t.Fatalf("%d bytes in %d pictures are left of %d: %v", sum, len(left), total, err)
	}
	made := b.made.Load()
	if size(100) != keep || b.made.Load() != made {
		t.Error("the picture that was used last is gone")
	}
	if size(101); b.made.Load() != made+1 && len(left) < 9 {
		t.Error("an unused picture stayed")
	}
}

func TestTheCacheBoundsItself(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) { c.CacheBytes = 20_000 })
	for width := 50; width < 120; width++ {
		b.get(t, fmt.Sprintf("/files/oak-chair/1.jpg?width=%d", width))
	}
	if _, sum, err := b.list(t.Context()); err != nil || sum > 25_000 {
		t.Errorf("%d bytes, %v", sum, err)
	}
}

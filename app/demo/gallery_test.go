package demo_test

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"io"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/rialtohq/rialto/app/demo"
	"github.com/rialtohq/rialto/platform/blob"
)

func gallery(t *testing.T) (*demo.Gallery, *blob.Store) {
	t.Helper()
	files, err := blob.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	g := demo.NewGallery(files, nil)
	t.Cleanup(func() {
		if err := errors.Join(g.Stop(context.WithoutCancel(t.Context())), files.Close()); err != nil {
			t.Error(err)
		}
	})
	return g, files
}

func TestPicturesAreDrawnWhenAskedFor(t *testing.T) {
	t.Parallel()
	g, _ := gallery(t)
	g.Enable(false)
	all, err := demo.Load()
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[[2]int]demo.Picture{}
	for _, p := range all.Pictures() {
		sizes[[2]int{p.Width, p.Height}] = p
	}
	for size, p := range sizes {
		f, _, err := g.Open(t.Context(), p.Key)
		if err != nil {
			t.Fatal(err)
		}
		drawn, err := jpeg.DecodeConfig(f)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		if drawn.Width != size[0] || drawn.Height != size[1] {
			t.Errorf("%s is %d × %d", p.Key, drawn.Width, drawn.Height)
		}
	}
	if len(sizes) < 2 {
		t.Errorf("all pictures have one size")
	}
}

func TestManyWhoAskGetTheSamePicture(t *testing.T) {
	t.Parallel()
	g, _ := gallery(t)
	g.Enable(false)
	var group errgroup.Group
	seen := make([][]byte, 8)
	for i := range seen {
		group.Go(func() error {
			f, _, err := g.Open(t.Context(), "demo/oak-chair/1.jpg")
			if err != nil {
				return err
			}
			seen[i], err = io.ReadAll(f)
			return errors.Join(err, f.Close())
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, b := range seen {
		if len(b) == 0 || !bytes.Equal(b, seen[0]) {
			t.Errorf("%d bytes, others got %d", len(b), len(seen[0]))
		}
	}
}

func TestOtherFilesAreLeftAlone(t *testing.T) {
	t.Parallel()
	g, files := gallery(t)
	if _, _, err := g.Open(t.Context(), "demo/oak-chair/1.jpg"); !errors.Is(err, blob.ErrNotExist) {
		t.Errorf("where there is no demo shop: %v", err)
	}
	g.Enable(false)
	for _, key := range []string{"demo/oak-chair/99.jpg", "demo/oak-chair", "products/oak-chair/1.jpg", "demo"} {
		if _, _, err := g.Open(t.Context(), key); !errors.Is(err, blob.ErrNotExist) {
			t.Errorf("%s: %v", key, err)
		}
	}
	if _, _, err := g.Open(t.Context(), "demo/../lock"); !errors.As(err, new(*blob.KeyError)) {
		t.Errorf("a bad key: %v", err)
	}
	if err := files.Put(t.Context(), "demo/oak-chair/2.jpg", bytes.NewReader([]byte("mine"))); err != nil {
		t.Fatal(err)
	}
	f, _, err := g.Open(t.Context(), "demo/oak-chair/2.jpg")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(f); err != nil || string(b) != "mine" {
		t.Errorf("what is there is replaced by %q, %v", b, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestDrawingAheadEndsWhenStopped(t *testing.T) {
	t.Parallel()
	g, files := gallery(t)
	g.Enable(true)
	if err := g.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Another picture than the first is drawn in between: the one hand has been passed on.
	if err := g.Draw(t.Context(), "demo/oak-chair/1.jpg"); err != nil {
		t.Fatal(err)
	}
	if err := g.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	f, _, err := files.Open(t.Context(), "demo/oak-chair/1.jpg")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

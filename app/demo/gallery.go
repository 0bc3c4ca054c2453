package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/rialtohq/rialto/platform/blob"
	"github.com/rialtohq/rialto/platform/picture"
	"github.com/rialtohq/rialto/platform/runner"
)

// Picture is one picture of the demo shop: where it is kept, and all that is needed to draw it.
type Picture struct {
	Key           string // of the file: demo/oak-chair/1.jpg
	Seed, Label   string // see [picture.Draw]
	Width, Height int    // pixels
}

// keyPrefix is the folder of the demo's pictures among all files.
const keyPrefix = ImageScheme + "/"

// PictureKey is the key of the file that an image address of the demo stands for. ok is false for any other address.
func PictureKey(src string) (key string, ok bool) {
	rest, ok := strings.CutPrefix(src, ImageScheme+"://")
	return keyPrefix + rest, ok
}

// PictureSize is the size in pixels of a product's pictures: clothes are taller than they are wide.
func PictureSize(tags []string) (width, height int) {
	if slices.Contains(tags, "apparel") {
		return 1200, 1500
	}
	return 1200, 1200
}

// Pictures lists all pictures of products and collections, in the order of the files.
func (a *All) Pictures() []Picture {
	var out []Picture
	add := func(image Image, width, height int) {
		key, _ := PictureKey(image.Src)
		out = append(out, Picture{Key: key, Seed: strings.TrimPrefix(key, keyPrefix), Label: image.Alt, Width: width, Height: height})
	}
	for _, c := range a.Collections {
		width, height := PictureSize(nil)
		add(c.Image, width, height)
	}
	for _, p := range a.Products {
		width, height := PictureSize(p.Tags)
		for _, i := range p.Images {
			add(Image{Src: i.Src, Alt: i.Alt}, width, height)
		}
	}
	return out
}

// Gallery keeps the demo's pictures as files and draws those that are missing: each when somebody asks for it, and if
// wished all of them in the background, one at a time, so that the shop need not wait for hundreds of pictures before it
// opens.
//
// It draws nothing until it is enabled. It is safe for concurrent use.
type Gallery struct {
	files   *blob.Store
	enabled atomic.Bool
	ahead   atomic.Bool
	all     func() ([]Picture, map[string]Picture, error)
	flights singleflight.Group
	hand    chan struct{} // whoever draws holds it
	drawing sync.WaitGroup
	loop    *runner.Loop
}

var _ runner.Part = (*Gallery)(nil)

// NewGallery makes a gallery that keeps its pictures among files. A nil logger is the default one.
func NewGallery(files *blob.Store, log *slog.Logger) *Gallery {
	g := &Gallery{files: files, hand: make(chan struct{}, 1)}
	load := sync.OnceValues(func() ([]Picture, error) {
		a, err := Load()
		if err != nil {
			return nil, err
		}
		return a.Pictures(), nil
	})
	byKey := sync.OnceValue(func() map[string]Picture {
		list, _ := load()
		known := make(map[string]Picture, len(list))
		for _, p := range list {
			known[p.Key] = p
		}
		return known
	})
	g.all = func() ([]Picture, map[string]Picture, error) {
		list, err := load()
		if err != nil {
			return nil, nil, err
		}
		return list, byKey(), nil
	}
	g.loop = runner.NewLoop("demo pictures", 24*time.Hour, g.DrawAll)
	g.loop.Log = log
	return g
}

// Enable says that there is a demo shop whose pictures are wanted: when asked for, and, if ahead is set, in the background
// from the next start on.
func (g *Gallery) Enable(ahead bool) {
	g.enabled.Store(true)
	g.ahead.Store(ahead)
}

// Start begins to draw what is missing, if it is to be drawn ahead.
func (g *Gallery) Start(ctx context.Context) error {
	if !g.ahead.Load() {
		return nil
	}
	return g.loop.Start(ctx)
}

// Stop ends drawing, after the picture that is being drawn. Nobody may ask for pictures any more.
func (g *Gallery) Stop(ctx context.Context) error {
	err := g.loop.Stop(ctx)
	g.drawing.Wait()
	return err
}

// Open gives a file, and draws it first where it is a picture of the demo that nobody asked for yet. It fails as
// [blob.Store.Open] does.
func (g *Gallery) Open(ctx context.Context, key string) (io.ReadSeekCloser, blob.Info, error) {
	f, info, err := g.files.Open(ctx, key)
	if !errors.Is(err, blob.ErrNotExist) || !strings.HasPrefix(key, keyPrefix) || !g.enabled.Load() {
		return f, info, err
	}
	if err := g.Draw(ctx, key); err != nil {
		return nil, blob.Info{}, err
	}
	return g.files.Open(ctx, key)
}

// Draw draws one picture of the demo by its key and keeps it. Several who ask for the same one wait for one drawing.
// Fails with [blob.ErrNotExist] where the key is not a picture of the demo's.
func (g *Gallery) Draw(ctx context.Context, key string) error {
	if !g.enabled.Load() {
		return fmt.Errorf("%w: %s", blob.ErrNotExist, key)
	}
	_, known, err := g.all()
	if err != nil {
		return err
	}
	p, ok := known[key]
	if !ok {
		return fmt.Errorf("%w: %s", blob.ErrNotExist, key)
	}
	// The drawing outlives whoever asked for it: others wait for it too.
	done := make(chan error, 1)
	g.drawing.Go(func() {
		_, err, _ := g.flights.Do(key, func() (any, error) { return nil, g.draw(context.WithoutCancel(ctx), p) })
		done <- err
	})
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// DrawAll draws what is missing, one picture after the other.
func (g *Gallery) DrawAll(ctx context.Context) error {
	list, _, err := g.all()
	if err != nil {
		return err
	}
	for _, p := range list {
		f, _, err := g.files.Open(ctx, p.Key)
		if err == nil {
			if err := f.Close(); err != nil {
				return err
			}
			continue
		}
		if !errors.Is(err, blob.ErrNotExist) {
			return err
		}
		if err := g.Draw(ctx, p.Key); err != nil {
			return err
		}
	}
	return nil
}

// draw makes a picture and keeps it. One hand draws, so that pictures leave the other processors to those who shop.
func (g *Gallery) draw(ctx context.Context, p Picture) error {
	g.hand <- struct{}{}
	defer func() { <-g.hand }()
	var out bytes.Buffer
	if err := picture.EncodeJPEG(&out, picture.Draw(p.Seed, p.Label, p.Width, p.Height)); err != nil {
		return err
	}
	return g.files.Put(ctx, p.Key, &out)
}

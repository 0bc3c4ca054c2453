package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif"  // readable, as is WebP
	_ "image/jpeg" // written by EncodeJPEG, read here
	"image/png"
	"io"
	"math"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

// Limits of [Transform].
const (
	MaxPixels     = 40_000_000 // of the picture that comes in
	MaxInput      = 64 << 20   // bytes of it
	MaxTargetSide = 5760       // of MaxWidth and MaxHeight
	MaxScale      = 3
)

// ErrNotPicture is returned for bytes that are no JPEG, PNG, GIF or WebP, or only a part of one.
var ErrNotPicture = errors.New("picture: not a picture that can be read")

// TooLargeError refuses a picture of more than [MaxPixels] before its pixels are read.
type TooLargeError struct{ Width, Height int }

// Error names the size and the limit.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("picture: %d × %d pixels are more than %d million", e.Width, e.Height, MaxPixels/1_000_000)
}

// OptionError refuses a wish that [Transform] cannot grant.
type OptionError struct {
	Option  string // MaxWidth, MaxHeight, Crop, Scale or Format
	Message string
}

// Error names the option and what it may be.
func (e *OptionError) Error() string { return "picture: " + e.Option + " " + e.Message }

// Crop says which part stays when a picture is cut to a shape; empty means that nothing is cut.
type Crop string

// The regions that can stay.
const (
	CropNone   Crop = ""
	CropCenter Crop = "center"
	CropTop    Crop = "top"
	CropBottom Crop = "bottom"
	CropLeft   Crop = "left"
	CropRight  Crop = "right"
)

// Format is how a picture is written; empty keeps JPEG as it is and makes PNG of all else.
type Format string

// The formats that can be written.
const (
	FormatSame Format = ""
	FormatJPG  Format = "jpg"
	FormatPNG  Format = "png"
)

// Options of [Transform]; the zero value changes nothing but the encoding.
type Options struct {
	// MaxWidth and MaxHeight in pixels, before Scale; zero sets no limit.
	MaxWidth, MaxHeight int
	// Crop cuts the picture to the shape of MaxWidth by MaxHeight. It does nothing unless both are given.
	Crop Crop
	// Scale makes the picture so many times as large, for dense displays: 1 to 3, zero meaning 1.
	Scale  int
	Format Format
}

// Check fails with an [*OptionError] when something is out of range.
func (o Options) Check() error {
	for _, side := range [...]struct {
		name  string
		value int
	}{{"MaxWidth", o.MaxWidth}, {"MaxHeight", o.MaxHeight}} {
		if side.value < 0 || side.value > MaxTargetSide {
			return &OptionError{side.name, fmt.Sprintf("must lie between 1 and %d", MaxTargetSide)}
		}
	}
	if o.Scale < 0 || o.Scale > MaxScale {
		return &OptionError{"Scale", fmt.Sprintf("must lie between 1 and %d", MaxScale)}
	}
	switch o.Crop {
	case CropNone, CropCenter, CropTop, CropBottom, CropLeft, CropRight:
	default:
		return &OptionError{"Crop", "must be center, top, bottom, left or right"}
	}
	switch o.Format {
	case FormatSame, FormatJPG, FormatPNG:
		return nil
	default:
		return &OptionError{"Format", "must be jpg or png"}
	}
}

// Size is what a picture of the given size will measure after [Transform].
func (o Options) Size(width, height int) (int, int) {
	_, w, h := o.plan(width, height)
	return w, h
}

// plan says which part of a picture is taken and how large it becomes; never larger than it was.
func (o Options) plan(width, height int) (part image.Rectangle, w, h int) {
	scale := max(o.Scale, 1)
	wish, wishHeight := float64(o.MaxWidth*scale), float64(o.MaxHeight*scale)
	if o.Crop != CropNone && o.MaxWidth > 0 && o.MaxHeight > 0 {
		fit := min(float64(width)/wish, float64(height)/wishHeight)
		cutWidth := min(max(int(math.Round(wish*fit)), 1), width)
		cutHeight := min(max(int(math.Round(wishHeight*fit)), 1), height)
		part = image.Rect(0, 0, cutWidth, cutHeight).Add(o.corner(width-cutWidth, height-cutHeight))
		return part, min(cutWidth, o.MaxWidth*scale), min(cutHeight, o.MaxHeight*scale)
	}
	shrink := 1.0
	if wish > 0 {
		shrink = min(shrink, wish/float64(width))
	}
	if wishHeight > 0 {
		shrink = min(shrink, wishHeight/float64(height))
	}
	return image.Rect(0, 0, width, height),
		max(int(math.Round(float64(width)*shrink)), 1), max(int(math.Round(float64(height)*shrink)), 1)
}

// corner is where the part that stays begins, given how much is cut off.
func (o Options) corner(spareWidth, spareHeight int) image.Point {
	p := image.Pt(spareWidth/2, spareHeight/2)
	switch o.Crop {
	case CropTop:
		p.Y = 0
	case CropBottom:
		p.Y = spareHeight
	case CropLeft:
		p.X = 0
	case CropRight:
		p.X = spareWidth
	}
	return p
}

// Transform reads a picture, cuts and shrinks it, and writes it. It fails with [*OptionError], [*TooLargeError],
// [ErrNotPicture], or an error of w; nothing is written before the picture is read. It holds the whole picture in
// memory, at most about 160 MB of it, and works for tenths of a second: callers keep the results and bound how many
// run at once.
func Transform(r io.Reader, w io.Writer, options Options) error {
	if err := options.Check(); err != nil {
		return err
	}
	src, format, err := decode(r)
	if err != nil {
		return err
	}
	size := src.Bounds().Size()
	part, width, height := options.plan(size.X, size.Y)
	dst := image.NewNRGBA(image.Rect(0, 0, width, height))
	part = part.Add(src.Bounds().Min)
	if part.Dx() == width && part.Dy() == height {
		draw.Draw(dst, dst.Rect, src, part.Min, draw.Src)
	} else {
		scaler(part).Scale(dst, dst.Rect, src, part, draw.Src, nil)
	}
	if options.Format == FormatJPG || options.Format == FormatSame && format == "jpeg" {
		return EncodeJPEG(w, onWhite(dst))
	}
	if err := png.Encode(w, dst); err != nil {
		return fmt.Errorf("picture: encode: %w", err)
	}
	return nil
}

// decode reads a picture whose size is known to be bearable.
func decode(r io.Reader) (image.Image, string, error) {
	limited := io.LimitReader(r, MaxInput)
	var head bytes.Buffer
	config, _, err := image.DecodeConfig(io.TeeReader(limited, &head))
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrNotPicture, err)
	}
	if config.Width <= 0 || config.Height <= 0 {
		return nil, "", ErrNotPicture
	}
	if int64(config.Width)*int64(config.Height) > MaxPixels {
		return nil, "", &TooLargeError{config.Width, config.Height}
	}
	src, format, err := image.Decode(io.MultiReader(&head, limited))
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrNotPicture, err)
	}
	return src, format, nil
}

// scaler takes the finer of two filters while it is quick enough.
func scaler(part image.Rectangle) draw.Scaler {
	if part.Dx()*part.Dy() <= 4_000_000 {
		return draw.CatmullRom
	}
	return draw.BiLinear
}

// onWhite lays a picture on white where it is not opaque: JPEG knows no transparency.
func onWhite(src *image.NRGBA) image.Image {
	if src.Opaque() {
		return src
	}
	dst := image.NewRGBA(src.Rect)
	draw.Draw(dst, dst.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(dst, dst.Rect, src, src.Rect.Min, draw.Over)
	return dst
}

package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// quarters is a picture whose four quarters differ: red, green over blue, white.
func quarters(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{0xFF, 0, 0, 0xFF}
			switch {
			case x >= width/2 && y >= height/2:
				c = color.RGBA{0xFF, 0xFF, 0xFF, 0xFF}
			case x >= width/2:
				c = color.RGBA{0, 0xFF, 0, 0xFF}
			case y >= height/2:
				c = color.RGBA{0, 0, 0xFF, 0xFF}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func encoded(t *testing.T, img image.Image, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch format {
	case "jpeg":
		err = EncodeJPEG(&b, img)
	case "png":
		err = png.Encode(&b, img)
	case "gif":
		err = gif.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func transformed(t *testing.T, in []byte, o Options) (image.Image, string) {
	t.Helper()
	var out bytes.Buffer
	if err := Transform(bytes.NewReader(in), &out, o); err != nil {
		t.Fatal(err)
	}
	img, format, err := image.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	return img, format
}

func TestTransformSizes(t *testing.T) {
	t.Parallel()
	in := encoded(t, quarters(400, 200), "png")
	cases := map[string]struct {
		options Options
		want    image.Point
	}{
		"Nothing":          {Options{}, image.Pt(400, 200)},
		"Width":            {Options{MaxWidth: 100}, image.Pt(100, 50)},
		"Height":           {Options{MaxHeight: 100}, image.Pt(200, 100)},
		"Box":              {Options{MaxWidth: 100, MaxHeight: 100}, image.Pt(100, 50)},
		"Scaled":           {Options{MaxWidth: 100, Scale: 2}, image.Pt(200, 100)},
		"Cropped":          {Options{MaxWidth: 100, MaxHeight: 100, Crop: CropCenter}, image.Pt(100, 100)},
		"CroppedScaled":    {Options{MaxWidth: 50, MaxHeight: 60, Crop: CropTop, Scale: 3}, image.Pt(150, 180)},
		"CropNeedsBoth":    {Options{MaxWidth: 100, Crop: CropCenter}, image.Pt(100, 50)},
		"NeverUp":          {Options{MaxWidth: 4000, MaxHeight: 4000}, image.Pt(400, 200)},
		"NeverUpScaled":    {Options{MaxWidth: 300, Scale: 3}, image.Pt(400, 200)},
		"NeverUpCropped":   {Options{MaxWidth: 1000, MaxHeight: 1000, Crop: CropCenter}, image.Pt(200, 200)},
		"NeverBelowOne":    {Options{MaxWidth: 1}, image.Pt(1, 1)},
		"CropVeryNarrow":   {Options{MaxWidth: 1, MaxHeight: 2000, Crop: CropLeft}, image.Pt(1, 200)},
		"CropSameAsSource": {Options{MaxWidth: 400, MaxHeight: 200, Crop: CropRight}, image.Pt(400, 200)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			img, _ := transformed(t, in, c.options)
			if got := img.Bounds().Size(); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if w, h := c.options.Size(400, 200); image.Pt(w, h) != c.want {
				t.Errorf("Size says %d × %d", w, h)
			}
		})
	}
}

func TestTransformCropKeepsRegion(t *testing.T) {
	t.Parallel()
	wide, tall := encoded(t, quarters(400, 100), "png"), encoded(t, quarters(100, 400), "png")
	cases := map[Crop]struct {
		in          []byte
		first, last color.RGBA
	}{
		CropLeft:   {wide, color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}},
		CropRight:  {wide, color.RGBA{0, 255, 0, 255}, color.RGBA{255, 255, 255, 255}},
		CropTop:    {tall, color.RGBA{255, 0, 0, 255}, color.RGBA{0, 255, 0, 255}},
		CropBottom: {tall, color.RGBA{0, 0, 255, 255}, color.RGBA{255, 255, 255, 255}},
		CropCenter: {wide, color.RGBA{255, 0, 0, 255}, color.RGBA{255, 255, 255, 255}},
	}
	for crop, c := range cases {
		t.Run(string(crop), func(t *testing.T) {
			t.Parallel()
			img, _ := transformed(t, c.in, Options{MaxWidth: 50, MaxHeight: 50, Crop: crop})
			for at, want := range map[image.Point]color.RGBA{{X: 4, Y: 4}: c.first, {X: 45, Y: 45}: c.last} {
				if got := color.RGBAModel.Convert(img.At(at.X, at.Y)); got != want {
					t.Errorf("at %v: %v, want %v", at, got, want)
				}
			}
		})
	}
}

func TestTransformFormats(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"jpeg", "png", "gif"} {
		in := encoded(t, quarters(40, 40), from)
		for format, want := range map[Format]string{FormatJPG: "jpeg", FormatPNG: "png", FormatSame: map[bool]string{true: "jpeg", false: "png"}[from == "jpeg"]} {
			if _, got := transformed(t, in, Options{MaxWidth: 20, Format: format}); got != want {
				t.Errorf("%s as %q became %s", from, format, got)
			}
		}
	}
}

func TestTransformLaysTransparentPictureOnWhite(t *testing.T) {
	t.Parallel()
	in := encoded(t, image.NewNRGBA(image.Rect(0, 0, 20, 20)), "png")
	img, _ := transformed(t, in, Options{MaxWidth: 10, Format: FormatJPG})
	if r, g, b, _ := img.At(5, 5).RGBA(); min(r, g, b) < 0xFA00 {
		t.Errorf("got %v", img.At(5, 5))
	}
	kept, _ := transformed(t, in, Options{MaxWidth: 10})
	if _, _, _, a := kept.At(5, 5).RGBA(); a != 0 {
		t.Error("the PNG lost its transparency")
	}
}

// pngHeader is the start of a PNG that claims a size.
func pngHeader(width, height uint32) []byte {
	chunk := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)...)
	chunk = append(chunk, 8, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, chunk...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
}

func TestTransformRefuses(t *testing.T) {
	t.Parallel()
	whole := encoded(t, quarters(100, 100), "jpeg")
	var option *OptionError
	var large *TooLargeError
	cases := map[string]struct {
		in      []byte
		options Options
		is      func(error) bool
	}{
		"Bomb":       {pngHeader(50_000, 50_000), Options{}, func(err error) bool { return errors.As(err, &large) }},
		"JustOver":   {pngHeader(40_000_001, 1), Options{}, func(err error) bool { return errors.As(err, &large) }},
		"Text":       {[]byte("<svg/>"), Options{}, func(err error) bool { return errors.Is(err, ErrNotPicture) }},
		"Empty":      {nil, Options{}, func(err error) bool { return errors.Is(err, ErrNotPicture) }},
		"Half":       {whole[:len(whole)/2], Options{}, func(err error) bool { return errors.Is(err, ErrNotPicture) }},
		"HeaderOnly": {pngHeader(10, 10), Options{}, func(err error) bool { return errors.Is(err, ErrNotPicture) }},
	}
	for name, o := range map[string]Options{
		"NegativeWidth": {MaxWidth: -1}, "HugeHeight": {MaxHeight: 5761}, "Scale": {Scale: 4}, "Crop": {Crop: "middle"}, "Format": {Format: "webp"},
	} {
		cases[name] = struct {
			in      []byte
			options Options
			is      func(error) bool
		}{whole, o, func(err error) bool { return errors.As(err, &option) }}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			if err := Transform(bytes.NewReader(c.in), &out, c.options); !c.is(err) || err.Error() == "" {
				t.Errorf("got %v", err)
			}
			if out.Len() > 0 {
				t.Error("something was written")
			}
		})
	}
}

func TestPlanStaysInside(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		width, height := rapid.IntRange(1, 9000).Draw(t, "width"), rapid.IntRange(1, 4000).Draw(t, "height")
		o := Options{
			MaxWidth: rapid.IntRange(0, MaxTargetSide).Draw(t, "maxWidth"), MaxHeight: rapid.IntRange(0, MaxTargetSide).Draw(t, "maxHeight"),
			Scale: rapid.IntRange(0, MaxScale).Draw(t, "scale"),
			Crop:  rapid.SampledFrom([]Crop{CropNone, CropCenter, CropTop, CropBottom, CropLeft, CropRight}).Draw(t, "crop"),
		}
		part, w, h := o.plan(width, height)
		if part.Empty() || !part.In(image.Rect(0, 0, width, height)) {
			t.Fatalf("the part %v is outside", part)
		}
		if w < 1 || h < 1 || w > part.Dx() || h > part.Dy() {
			t.Fatalf("%d × %d from %v", w, h, part)
		}
		scale := max(o.Scale, 1)
		if o.MaxWidth > 0 && w > o.MaxWidth*scale || o.MaxHeight > 0 && h > o.MaxHeight*scale {
			t.Fatalf("%d × %d is over the limit", w, h)
		}
		if o.Crop != CropNone && o.MaxWidth > 0 && o.MaxHeight > 0 && width >= o.MaxWidth*scale && height >= o.MaxHeight*scale &&
			(w != o.MaxWidth*scale || h != o.MaxHeight*scale) {
			t.Fatalf("%d × %d is not the shape that was asked for", w, h)
		}
	})
}

func FuzzTransform(f *testing.F) {
	var b bytes.Buffer
	if err := EncodeJPEG(&b, quarters(30, 20)); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes(), 10, 10)
	f.Add(pngHeader(10, 10), 5, 0)
	f.Fuzz(func(t *testing.T, in []byte, width, height int) {
		var out bytes.Buffer
		err := Transform(bytes.NewReader(in), &out, Options{MaxWidth: width, MaxHeight: height, Crop: CropCenter})
		var option *OptionError
		var large *TooLargeError
		if err != nil && !errors.Is(err, ErrNotPicture) && !errors.As(err, &option) && !errors.As(err, &large) {
			t.Errorf("an error of no type: %v", err)
		}
	})
}
